"""RDF terms as plain values; libraries' own terms stop at the engines' borders."""

import re
from typing import NamedTuple, TypeAlias

from isogloss.errors import InvalidIri
from isogloss.vocab import RDF, XSD, Iri

__all__ = ["Iri", "Literal", "Quad", "Term", "Triple", "parse_iri", "text"]

_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]+")


class Literal(NamedTuple):
    """A lexical form with its datatype; `language` is set for rdf:langString only."""

    value: str
    datatype: Iri = XSD.string
    language: str | None = None


Term: TypeAlias = Iri | Literal
"""What may stand as an object. Blank nodes are skolemised before they get here."""


class Triple(NamedTuple):
    """One statement."""

    subject: Iri
    predicate: Iri
    object: Term


class Quad(NamedTuple):
    """One statement and the named graph that says it."""

    subject: Iri
    predicate: Iri
    object: Term
    graph: Iri


def text(value: str, language: str) -> Literal:
    """Make a language-tagged string."""
    return Literal(value, RDF.langString, language)


def parse_iri(value: str) -> Iri:
    """Read an absolute IRI that a person or a machine sent.

    Raises:
        InvalidIri: `value` has no scheme, or a character that RFC 3987 excludes.

    >>> parse_iri("https://mesh.example/marketing/")
    'https://mesh.example/marketing/'
    """
    if not _ABSOLUTE_IRI.fullmatch(value):
        raise InvalidIri(
            f"{value[:200]!r} is not an absolute IRI: write it whole, with its scheme, "
            "as in https://mesh.example/marketing/domain, and percent-encode spaces."
        )
    return Iri(value)
