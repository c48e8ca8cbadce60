"""Words that the vocabularies do not have, and words of SHACL that are not run here.

SHACL passes over what it does not know, so a rule with a slip of the pen calls anything good.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache

import rdflib
from rdflib import OWL, SH
from rdflib.namespace import DefinedNamespace
from rdflib.term import Node

from isogloss import vocab
from isogloss.governance.admission.draft import LISTS_OF_TERMS, PARAMETERS, TARGETS, Draft
from isogloss.governance.terms import parse_turtle
from isogloss.model.admission import Finding

# rdflib has these whole; what it lacks of DCAT 3 and RDF 1.2 comes on top.
_WHOLE: tuple[type[DefinedNamespace], ...] = (
    rdflib.CSVW,
    rdflib.DCAT,
    rdflib.DCTERMS,
    rdflib.FOAF,
    rdflib.ODRL2,
    rdflib.ORG,
    rdflib.OWL,
    rdflib.PROV,
    rdflib.RDF,
    rdflib.RDFS,
    rdflib.SH,
    rdflib.SKOS,
    rdflib.VANN,
    rdflib.VOID,
    rdflib.XSD,
)
_MORE = {
    vocab.DCAT.iri: "DatasetSeries checksum first hasCurrentVersion hasVersion inCatalog inSeries "
    "isVersionOf last next nextVersion prev previousVersion qualifiedRelation relation resource "
    "seriesMember version status granularity",
    vocab.RDF.iri: "dirLangString reifies Proposition",
}
_CLOSE = 0.6
_VERY_CLOSE = 0.85


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The local names of a vocabulary; all of them, if it is whole."""

    space: str
    names: frozenset[str]
    is_whole: bool


Vocabularies = Mapping[str, Vocabulary]


def facts(ontology: Mapping[str, str]) -> rdflib.Graph:
    """Read the files of our vocabulary, once for as long as they stay the same."""
    return _facts(tuple(sorted(ontology.items())))


@lru_cache(maxsize=1)
def _facts(texts: tuple[tuple[str, str], ...]) -> rdflib.Graph:
    return parse_turtle(dict(texts))


def vocabularies(ontology: Mapping[str, str]) -> Vocabularies:
    """Collect what is known offline: our own terms, those of the standards, those of vocab.py."""
    own = {str(term) for term in facts(ontology).subjects() if isinstance(term, rdflib.URIRef)}
    found = dict(_standard())
    for space in (vocab.MESH.iri, vocab.CODE.iri):
        names = {term.removeprefix(space) for term in own if term.startswith(space)}
        found[space] = Vocabulary(space, found[space].names | names, is_whole=True)
    return found


@cache
def _standard() -> Vocabularies:
    names: dict[str, set[str]] = {iri: set(more.split()) for iri, more in _MORE.items()}
    for namespace in _WHOLE:
        space = str(namespace._NS)
        # Python's keywords, such as sh:class, are among the extras.
        names.setdefault(space, set()).update(namespace.__annotations__, namespace._extras)
    whole = set(names)
    for known in vars(vocab).values():
        if isinstance(known, vocab.Namespace) and known.terms:
            names.setdefault(known.iri, set()).update(known.terms)
    return {
        space: Vocabulary(space, frozenset(terms), space in whole) for space, terms in names.items()
    }


_RUN = frozenset(
    {
        *PARAMETERS,
        *TARGETS,
        *LISTS_OF_TERMS,
        *(SH[name] for name in ("NodeShape", "PropertyShape", "Shape", "PropertyGroup")),
        *(SH[name] for name in ("path", "inversePath", "alternativePath")),
        *(SH[name] for name in ("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")),
        *(SH[name] for name in ("severity", "Info", "Warning", "Violation", "deactivated")),
        *(SH[name] for name in ("message", "name", "description", "order", "group")),
        *(SH[name] for name in ("defaultValue", "select", "prefixes", "declare", "prefix")),
        *(SH[name] for name in ("namespace", "SPARQLConstraint", "PrefixDeclaration")),
        *(SH[name] for name in ("BlankNode", "IRI", "Literal", "BlankNodeOrIRI")),
        *(SH[name] for name in ("BlankNodeOrLiteral", "IRIOrLiteral")),
    }
)
_INSTEAD = {
    SH.value: "ask for a value by sh:hasValue",
    SH.ask: "ask by sh:select for what is wrong",
    SH.target: "name whom it judges by sh:targetClass or the like",
    SH.resultSeverity: "write sh:severity",
    SH.resultMessage: "write sh:message",
    SH.resultPath: "write sh:path",
}


def strange_words(draft: Draft, known: Vocabularies) -> Iterator[Finding]:
    """Find unknown terms, and terms of SHACL that are not run."""
    told: set[tuple[Node, Node]] = set()
    for statement in sorted(draft.graph, key=lambda s: (draft.place(*s), str(s))):
        subject, predicate, value = statement
        if predicate == OWL.imports:
            yield draft.finding(
                "IMPORTS",
                f"{draft.name(subject)} imports {draft.name(value)}, and nothing is fetched here: "
                "hand its text in as a file of this rule set, and take the owl:imports out.",
                *statement,
            )
        for term in statement:
            # A list of twenty unknown codes is told once a code, not once a statement.
            if not isinstance(term, rdflib.URIRef) or (subject, term) in told:
                continue
            told.add((subject, term))
            if is_shacl(term, known) and term not in _RUN:
                instead = _INSTEAD.get(term, "say it in SHACL Core or by a SELECT in sh:sparql")
                yield draft.finding(
                    "NOT_RUN",
                    f"sh:{term.fragment} is passed over in silence by whoever judges here: "
                    f"take it out, and {instead}.",
                    *statement,
                )
            elif (found := unknown(term, known)) is not None:
                said, blocking = found
                yield draft.finding("UNKNOWN_TERM", said, *statement, blocking=blocking)


def is_shacl(term: rdflib.URIRef, known: Vocabularies) -> bool:
    """Tell whether SHACL has a term."""
    space, name = _split(str(term))
    return space == str(SH) and name in known[space].names


def unknown(term: rdflib.URIRef, known: Vocabularies) -> tuple[str, bool] | None:
    """Say what is wrong with a term and whether that is sure; None if it may be right.

    Of a vocabulary that is not known whole, only what looks like a slip of the pen is told.
    """
    space, name = _split(str(term))
    vocabulary = known.get(space)
    if vocabulary is None or not name or name in vocabulary.names or _is_member(space, name):
        return None
    closest = _closest(name, vocabulary)
    if closest is None and not vocabulary.is_whole:
        return None
    prefix = next((p for p, iri in vocab.PREFIXES.items() if iri == space), space)
    hint = f"did you mean {prefix}:{closest}?" if closest else "look it up in the standard."
    said = f"{prefix}:{name} is no term of its vocabulary, so it can never match: {hint}"
    return said, vocabulary.is_whole


def _split(iri: str) -> tuple[str, str]:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut], iri[cut:]


def _is_member(space: str, name: str) -> bool:
    # rdf:_1, rdf:_2 and so on, of which there is no end.
    return space == vocab.RDF.iri and name[:1] == "_" and name[1:].isdecimal()


def _closest(name: str, vocabulary: Vocabulary) -> str | None:
    cutoff = _CLOSE if vocabulary.is_whole else _VERY_CLOSE
    folded = {known.casefold() for known in vocabulary.names}
    close = get_close_matches(name.casefold(), sorted(folded), 1, cutoff)
    # Classes and properties may differ in their first letter only.
    found = sorted(
        (known for known in vocabulary.names if known.casefold() in close),
        key=lambda known: (known[0] != name[0], known),
    )
    if not found or (found[0][0] != name[0] and not vocabulary.is_whole):
        return None
    return found[0]


# Of these vocabularies, only some terms are datatypes; rdflib has facets among those of XSD.
_DATATYPES: Mapping[str, frozenset[str]] = {
    vocab.XSD.iri: vocab.XSD.terms
    | {"anyURI", "base64Binary", "hexBinary", "language", "normalizedString", "token"}
    | {"Name", "NCName", "NMTOKEN"},
    vocab.RDF.iri: frozenset({"langString", "dirLangString", "HTML", "JSON", "XMLLiteral"}),
    vocab.OWL.iri: frozenset({"rational", "real"}),
    vocab.DCTERMS.iri: frozenset({"Box", "ISO3166", "ISO639-2", "ISO639-3", "Period", "Point"})
    | {"RFC1766", "RFC3066", "RFC4646", "RFC5646", "URI", "W3CDTF"},
}


def is_datatype(term: Node, known: Vocabularies) -> bool:
    """Tell whether a literal could have this for its datatype; of strange words it could."""
    if not isinstance(term, rdflib.URIRef):
        return False
    space, name = _split(str(term))
    return space not in known or name in _DATATYPES.get(space, ())
