"""What a shape asks for, where nothing can ever meet it, or nothing can ever fail it."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import rdflib
from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD
from rdflib.term import Node

from isogloss.governance.admission.draft import Draft
from isogloss.governance.admission.patterns import trouble
from isogloss.governance.admission.words import Vocabularies, is_datatype
from isogloss.model.admission import Finding
from isogloss.vocab import DCTERMS

_FLAGS = (SH.closed, SH.deactivated, SH.uniqueLang, SH.qualifiedValueShapesDisjoint)
_COUNTS = (
    SH.minCount,
    SH.maxCount,
    SH.minLength,
    SH.maxLength,
    SH.qualifiedMinCount,
    SH.qualifiedMaxCount,
)
_BOUNDS = (
    (SH.minCount, SH.maxCount),
    (SH.minLength, SH.maxLength),
    (SH.qualifiedMinCount, SH.qualifiedMaxCount),
    (SH.minInclusive, SH.maxInclusive),
    (SH.minExclusive, SH.maxExclusive),
    (SH.minInclusive, SH.maxExclusive),
    (SH.minExclusive, SH.maxInclusive),
)
_ONLY_WITH = {
    SH.flags: (SH.pattern,),
    SH.ignoredProperties: (SH.closed,),
    SH.qualifiedMinCount: (SH.qualifiedValueShape,),
    SH.qualifiedMaxCount: (SH.qualifiedValueShape,),
    SH.qualifiedValueShapesDisjoint: (SH.qualifiedValueShape,),
    SH.qualifiedValueShape: (SH.qualifiedMinCount, SH.qualifiedMaxCount),
}
_TEXTS = {rdflib.URIRef(iri) for iri in (DCTERMS.title, DCTERMS.description)} | {
    RDFS.label,
    RDFS.comment,
    SKOS.prefLabel,
    SKOS.altLabel,
    SKOS.hiddenLabel,
    SKOS.definition,
    SKOS.scopeNote,
    SKOS.example,
}


def impossible(draft: Draft, known: Vocabularies) -> Iterator[Finding]:
    """Find parameters that are ill-formed, contradict each other, or can never hold."""
    yield from _words(draft)
    for shape in draft.shapes:
        yield from _ill_formed(draft, shape)
        yield from _bounds(draft, shape)
        yield from _kinds(draft, shape, known)
        yield from _closed(draft, shape)
        yield from _patterns(draft, shape)
        yield from _vacuous(draft, shape)


def _words(draft: Draft) -> Iterator[Finding]:
    for predicate in (SH.message, SH.name, SH.description):
        for subject, value in draft.graph.subject_objects(predicate):
            if not isinstance(value, rdflib.Literal) or value.datatype is not None:
                yield draft.finding(
                    "BAD_PARAMETER",
                    f"sh:{predicate.fragment} of {draft.name(subject)} is {draft.name(value)}: "
                    'write a text, such as "Name the owner."@en.',
                    subject,
                    predicate,
                    value,
                )


def _ill_formed(draft: Draft, shape: Node) -> Iterator[Finding]:
    graph, name = draft.graph, draft.name(shape)
    for predicate in _FLAGS:
        for value in graph.objects(shape, predicate):
            if not isinstance(value, rdflib.Literal) or str(value) not in ("true", "false"):
                yield draft.finding(
                    "BAD_PARAMETER",
                    f"sh:{predicate.fragment} of {name} is {draft.name(value)}, which counts as "
                    "false: write true or false.",
                    shape,
                    predicate,
                    value,
                )
    for predicate in _COUNTS:
        for value in graph.objects(shape, predicate):
            integer = isinstance(value, rdflib.Literal) and value.datatype == XSD.integer
            if not integer or not (str(value).isascii() and str(value).isdecimal()):
                yield draft.finding(
                    "BAD_PARAMETER",
                    f"sh:{predicate.fragment} of {name} is {draft.name(value)}: write a whole "
                    "number of 0 or more, without quotes.",
                    shape,
                    predicate,
                    value,
                )
            elif len(str(value)) > 9:
                said = f"sh:{predicate.fragment} of {name} is beyond all counting: lower it."
                yield draft.finding("BAD_PARAMETER", said, shape, predicate, value)
    for predicate, needed in _ONLY_WITH.items():
        if (shape, predicate, None) in graph and not any(
            (shape, other, None) in graph for other in needed
        ):
            others = " or ".join(f"sh:{other.fragment}" for other in needed)
            yield draft.finding(
                "BAD_PARAMETER",
                f"sh:{predicate.fragment} of {name} says nothing by itself: add {others}, or take "
                "it out.",
                shape,
                predicate,
            )


def _bounds(draft: Draft, shape: Node) -> Iterator[Finding]:
    for low, high in _BOUNDS:
        least, most = (_numbers(draft, shape, predicate) for predicate in (low, high))
        strict = SH.minExclusive == low or SH.maxExclusive == high
        if least and most and (max(least) > min(most) or (strict and max(least) == min(most))):
            yield draft.finding(
                "CONTRADICTION",
                f"{draft.name(shape)} asks for sh:{low.fragment} {max(least)} and for "
                f"sh:{high.fragment} {min(most)}, which nothing can meet: change one of them.",
                shape,
                high,
            )


def _numbers(draft: Draft, shape: Node, predicate: rdflib.URIRef) -> list[Decimal]:
    found = []
    for value in draft.graph.objects(shape, predicate):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            continue
        if number.is_finite():
            found.append(number)
    return found


# ---- kinds of values


def _kinds(draft: Draft, shape: Node, known: Vocabularies) -> Iterator[Finding]:
    graph, name = draft.graph, draft.name(shape)
    datatypes = list(graph.objects(shape, SH.datatype))
    for datatype in datatypes:
        if not is_datatype(datatype, known):
            yield draft.finding(
                "NEVER_MATCHES",
                f"{name} asks for sh:datatype {draft.name(datatype)}, which no literal can have: "
                "write sh:class, sh:nodeKind or a datatype such as xsd:string.",
                shape,
                SH.datatype,
                datatype,
            )
    if len(datatypes) > 1:
        yield draft.finding(
            "CONTRADICTION",
            f"{name} asks for {len(datatypes)} datatypes at once, and a literal has one: keep one, "
            "or write sh:or ( [ sh:datatype … ] [ sh:datatype … ] ).",
            shape,
            SH.datatype,
        )
    only_literals = (
        datatypes
        or (shape, SH.nodeKind, SH.Literal) in graph
        or any(
            (path, RDF.type, OWL.DatatypeProperty) in graph
            for path in graph.objects(shape, SH.path)
        )
    )
    for class_ in graph.objects(shape, SH["class"]):
        if only_literals:
            yield draft.finding(
                "CONTRADICTION",
                f"{name} asks for literals and for instances of {draft.name(class_)}, which no "
                "literal is: take one of the two out.",
                shape,
                SH["class"],
                class_,
            )
        elif str(class_).startswith(str(XSD)):
            yield draft.finding(
                "NEVER_MATCHES",
                f"{name} asks for sh:class {draft.name(class_)}, of which nothing is an instance: "
                "write sh:datatype.",
                shape,
                SH["class"],
                class_,
            )
    for kind in graph.objects(shape, SH.nodeKind):
        if datatypes and "Literal" not in str(kind):
            yield draft.finding(
                "CONTRADICTION",
                f"{name} asks for a sh:datatype, and by sh:nodeKind for no literal: take one of "
                "the two out.",
                shape,
                SH.nodeKind,
                kind,
            )
    for path in graph.objects(shape, SH.path):
        if path in _TEXTS and XSD.string in datatypes:
            yield draft.finding(
                "NO_LANGUAGE",
                f"{name} asks {draft.name(path)} for xsd:string, which a text with a language such "
                'as "Orders"@en is not: write sh:or ( [ sh:datatype xsd:string ] [ sh:datatype '
                "rdf:langString ] ), or sh:nodeKind sh:Literal.",
                shape,
                SH.datatype,
                XSD.string,
                blocking=False,
            )


def _closed(draft: Draft, shape: Node) -> Iterator[Finding]:
    graph = draft.graph
    if not any(str(value) == "true" for value in graph.objects(shape, SH.closed)):
        return
    allowed = {
        term for head in graph.objects(shape, SH.ignoredProperties) for term in draft.members(head)
    } | {
        path for held in graph.objects(shape, SH.property) for path in graph.objects(held, SH.path)
    }
    if RDF.type not in allowed:
        yield draft.finding(
            "CLOSED_TO_TYPES",
            f"{draft.name(shape)} is closed, and so refuses whatever has a type: add "
            "sh:ignoredProperties ( rdf:type ), or leave sh:closed out.",
            shape,
            SH.closed,
        )


def _patterns(draft: Draft, shape: Node) -> Iterator[Finding]:
    flags = "".join(sorted(map(str, draft.graph.objects(shape, SH.flags))))
    for pattern in draft.graph.objects(shape, SH.pattern):
        if not isinstance(pattern, rdflib.Literal):
            continue  # which meta-SHACL tells
        found = trouble(str(pattern), flags)
        if found is not None:
            yield draft.finding(
                "BAD_PATTERN",
                f"The sh:pattern of {draft.name(shape)} cannot be run: {found}.",
                shape,
                SH.pattern,
                pattern,
            )


def _vacuous(draft: Draft, shape: Node) -> Iterator[Finding]:
    graph = draft.graph
    held = [holder for holder in graph.subjects(SH.property, shape) if holder in draft.judging]
    # A closed shape lists by its property shapes what it allows, even if they ask for nothing.
    lists = any((holder, SH.closed, None) in graph for holder in held)
    asks = draft.constraints(shape) or (shape, SH.property, None) in graph
    if held and not lists and not asks:
        yield draft.finding(
            "NEVER_FAILS",
            f"{draft.name(shape)} asks for nothing, so nothing can ever break it: ask for "
            "something, or take it out.",
            shape,
            blocking=False,
        )
    if str(graph.value(shape, SH.minCount, any=True)) == "0":
        yield draft.finding(
            "NEVER_FAILS",
            f"sh:minCount 0 of {draft.name(shape)} asks for nothing: take it out.",
            shape,
            SH.minCount,
            blocking=False,
        )
