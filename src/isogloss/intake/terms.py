"""What terms and how many statements a source may have, whatever they were read from."""

import re
from collections.abc import Collection

from isogloss.errors import InvalidInput
from isogloss.model.rdf import Iri, Literal, Triple

MAX_TRIPLES = 200_000
MAX_LITERAL_BYTES = 1024 * 1024
MAX_IRI = 2048

# RFC 3987 §2.2, less its schemes' own rules: no controls, no halves of characters.
_ONE = (
    "[A-Za-z][A-Za-z0-9+.-]*+:"
    '[^\\x00-\\x20<>"{}|\\\\^`\\x7f-\\x9f\\ud800-\\udfff\\ufdd0-\\ufdef\\ufffe\\uffff]*+'
)
_IRI = re.compile(_ONE)
_IRIS = re.compile(f"(?:{_ONE}(?:\n|\\Z))*+")


def check_terms(name: str, triples: Collection[Triple]) -> None:
    """Check every statement's terms, and that there are not too many statements.

    Raises:
        InvalidInput: a literal or an IRI is too long, or not one that can be written as UTF-8.
    """
    if len(triples) > MAX_TRIPLES:
        raise too_many(name)
    iris: set[Iri] = set()
    literals: set[Literal] = set()
    for subject, predicate, object_ in triples:
        iris.add(subject)
        iris.add(predicate)
        if isinstance(object_, Literal):
            literals.add(object_)
        else:
            iris.add(object_)
    iris.update({literal.datatype for literal in literals})
    check_iris(name, iris)
    check_literals(name, [literal.value for literal in literals])


def check_iris(name: str, iris: Collection[str]) -> None:
    """Check that IRIs are absolute, of a bearable length, and can be written as UTF-8.

    Raises:
        InvalidInput: one is not; the sentence shows it.
    """
    # All at once is several times as fast, and almost always enough.
    if _IRIS.fullmatch("\n".join(iris)) and max(map(len, iris), default=0) <= MAX_IRI:
        return
    for iri in iris:
        _check_iri(name, iri)


def is_iri(value: str) -> bool:
    """Tell whether text is an absolute IRI of a bearable length."""
    return len(value) <= MAX_IRI and _IRI.fullmatch(value) is not None


def check_literals(name: str, values: Collection[str]) -> None:
    """Check that literals are of a bearable length, and can be written as UTF-8.

    Raises:
        InvalidInput: one is not; the sentence shows how it begins.
    """
    for value in values:
        # Most are far too short for their length in bytes to matter.
        if len(value) * 4 > MAX_LITERAL_BYTES or not value.isascii():
            _check_literal(name, value)


def too_many(name: str) -> InvalidInput:
    """Make the error for more statements than one source may have."""
    return InvalidInput(
        f"{name} has more than {MAX_TRIPLES:,} statements, the most that are read at once: "
        "split it into several sources."
    )


def _check_literal(name: str, value: str) -> None:
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"{name} has a literal with half a character in it, near "
            f"{value[max(error.start - 20, 0) : error.end]!a}: write it in UTF-8."
        ) from error
    if size > MAX_LITERAL_BYTES:
        raise InvalidInput(
            f"{name} has a literal of more than {MAX_LITERAL_BYTES >> 20} MB, which begins "
            f"{value[:40]!a}: keep such text elsewhere, and link to it."
        )


def _check_iri(name: str, iri: str) -> None:
    if len(iri) > MAX_IRI:
        raise InvalidInput(
            f"{name} has an IRI of more than {MAX_IRI:,} characters, which begins "
            f"{iri[:100]!a}: shorten the name that it is made of."
        )
    if not _IRI.fullmatch(iri):
        raise InvalidInput(
            f"{name} has {iri[:200]!a} where an absolute IRI must be: write it whole, and "
            "percent-encode what an IRI may not hold."
        )
