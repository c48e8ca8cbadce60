"""Shapes as a whole: who is judged, who speaks of whom, and how much work that is."""

from collections.abc import Callable, Iterator

import rdflib
from rdflib import OWL, RDF, RDFS, SH
from rdflib.term import Node

from isogloss.governance.admission.draft import (
    LISTS_OF_SHAPES,
    LISTS_OF_TERMS,
    TARGETS,
    Draft,
)
from isogloss.governance.compiler.shapes import Target
from isogloss.governance.rulebook import SEVERITIES
from isogloss.governance.terms import from_rdflib
from isogloss.model.admission import Finding

CountTargets = Callable[[Target], int]
"""Counts what a target finds in the mesh."""


def misshapen(draft: Draft, count_targets: CountTargets | None = None) -> Iterator[Finding]:
    """Find shapes that judge nobody, lead nowhere, or contradict themselves."""
    for shape in draft.shapes:
        yield from _kind(draft, shape)
        yield from _reached(draft, shape)
        yield from _targets(draft, shape, count_targets)
        yield from _severity(draft, shape)
    yield from _references(draft)
    yield from _others(draft)


_OF_PROPERTIES = (
    *(SH[name] for name in ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals")),
    SH.qualifiedValueShape,
)


def _kind(draft: Draft, shape: Node) -> Iterator[Finding]:
    graph, name = draft.graph, draft.name(shape)
    paths = len(list(graph.objects(shape, SH.path)))
    is_property = (shape, RDF.type, SH.PropertyShape) in graph or (
        (None, SH.property, shape) in graph and (shape, None, None) in graph
    )
    said = ""
    if paths and (shape, RDF.type, SH.NodeShape) in graph:
        said = "is a sh:NodeShape and has a sh:path: make it a sh:PropertyShape, or take that out"
    elif paths > 1:
        said = f"has {paths} values of sh:path: keep one, or write sh:alternativePath"
    elif is_property and not paths:
        said = "is a property shape without a sh:path: name the property that it is about"
    elif not paths:
        odd = next((way for way in _OF_PROPERTIES if (shape, way, None) in graph), None)
        if odd is not None:
            said = f"has sh:{odd.fragment} and no sh:path: put it into a property shape"
    if said:
        yield draft.finding("ILL_FORMED", f"{name} {said}.", shape)


def _reached(draft: Draft, shape: Node) -> Iterator[Finding]:
    name = draft.name(shape)
    if draft.is_off(shape):
        yield draft.finding(
            "SWITCHED_OFF",
            f"{name} is switched off by sh:deactivated and judges nobody: leave it out, or take "
            "the sh:deactivated out.",
            shape,
            SH.deactivated,
            blocking=False,
        )
    used = draft.has_target(shape) or any(
        reference.other == shape and reference.shape != shape
        for references in draft.references.values()
        for reference in references
    )
    if not used:
        yield draft.finding(
            "NO_TARGET",
            f"{name} has no target, and no other shape refers to it, so it judges nobody: give it "
            "a sh:targetClass, or name it in a sh:property of a shape that has one.",
            shape,
        )


def _targets(draft: Draft, shape: Node, count_targets: CountTargets | None) -> Iterator[Finding]:
    name = draft.name(shape)
    found = [(way, term) for way in TARGETS for term in draft.graph.objects(shape, way)]
    if draft.is_class(shape):
        found.append((SH.targetClass, shape))
    for way, term in found:
        if isinstance(term, rdflib.BNode) or (
            way != SH.targetNode and not isinstance(term, rdflib.URIRef)
        ):
            said = f"{name} has a sh:{way.fragment} that is no IRI: name one."
            yield draft.finding("BAD_TARGET", said, shape, way, term)
        elif count_targets and not count_targets(Target(way.fragment, from_rdflib(term))):
            yield draft.finding(
                "MATCHES_NOTHING",
                f"{name} judges nothing that is in the mesh today: sh:{way.fragment} "
                f"{draft.name(term)} finds nothing. See whether that is the IRI that you mean.",
                shape,
                way,
                term,
                blocking=False,
            )


# ---- severities


def _severity(draft: Draft, shape: Node) -> Iterator[Finding]:
    graph, name = draft.graph, draft.name(shape)
    stated = list(graph.objects(shape, SH.severity))
    if not stated:
        return
    if len(stated) > 1:
        yield draft.finding(
            "CONTRADICTING_SEVERITIES",
            f"{name} has {len(stated)} severities, of which chance would take one: keep one.",
            shape,
            SH.severity,
        )
    for severity in stated:
        if severity not in SEVERITIES:
            yield draft.finding(
                "UNKNOWN_SEVERITY",
                f"{name} has the severity {draft.name(severity)}, which would count as "
                "sh:Violation: state sh:Info, sh:Warning or sh:Violation.",
                shape,
                SH.severity,
                severity,
            )
    held = list(graph.objects(shape, SH.property))
    if held and not draft.constraints(shape):
        mute = [other for other in held if (other, SH.severity, None) not in graph]
        yield draft.finding(
            "SEVERITY_WITHOUT_EFFECT",
            f"The sh:severity of {name} does not reach its property shapes"
            + (f", so {draft.name(mute[0])} and the like count as sh:Violation" if mute else "")
            + ": state the severity on each of them, and take it out here.",
            shape,
            SH.severity,
            blocking=bool(mute),
        )
    elif shape not in draft.judging and not draft.is_off(shape):
        yield draft.finding(
            "SEVERITY_WITHOUT_EFFECT",
            f"The sh:severity of {name} has no effect: what counts is the severity of the shape "
            "that refers to it. Take it out.",
            shape,
            SH.severity,
            blocking=False,
        )


# ---- references


def _references(draft: Draft) -> Iterator[Finding]:
    graph = draft.graph
    for references in draft.references.values():
        for shape, predicate, head, other in references:
            if isinstance(other, rdflib.Literal):
                said = (
                    f"sh:{predicate.fragment} of {draft.name(shape)} names {draft.name(other)}, "
                    "which is no shape: name one."
                )
                yield draft.finding("ILL_FORMED", said, shape, predicate, head)
                continue
            if (other, None, None) in graph:
                continue
            # [] asks for nothing, and is a shape all the same.
            if isinstance(other, rdflib.BNode) and predicate != SH.property:
                continue
            yield draft.finding(
                "UNDEFINED_SHAPE",
                f"{draft.name(shape)} refers by sh:{predicate.fragment} to {draft.name(other)}, "
                "of which this rule set says nothing: define it here, or take the reference out. "
                "Each rule set is judged by itself.",
                shape,
                predicate,
                head,
            )
    for predicate in (*LISTS_OF_SHAPES, *LISTS_OF_TERMS):
        for shape, head in graph.subject_objects(predicate):
            if not _is_list(draft, head):
                said = (
                    f"sh:{predicate.fragment} of {draft.name(shape)} needs a list: write ( a b c )."
                )
                yield draft.finding("NO_LIST", said, shape, predicate, head)


def _is_list(draft: Draft, head: Node) -> bool:
    seen: set[Node] = set()
    while head != RDF.nil:
        first, rest = (list(draft.graph.objects(head, way)) for way in (RDF.first, RDF.rest))
        if head in seen or len(first) != 1 or len(rest) != 1:
            return False
        seen.add(head)
        head = rest[0]
    return True


# ---- what is said besides


def _others(draft: Draft) -> Iterator[Finding]:
    graph, shapes = draft.graph, set(draft.shapes)
    for lower, upper in graph.subject_objects(RDFS.subClassOf):
        yield draft.finding(
            "SUBCLASS_NOT_SEEN",
            f"That {draft.name(lower)} is a subclass of {draft.name(upper)} is not seen here: "
            "classes are looked up in the data. Say it in a source of the mesh.",
            lower,
            RDFS.subClassOf,
            upper,
            blocking=False,
        )
    for subject in set(graph.subjects()):
        known = (
            not isinstance(subject, rdflib.URIRef)
            or subject in shapes
            or (subject, RDF.type, OWL.Ontology) in graph
            or (subject, RDF.type, SH.PropertyGroup) in graph
            or any((subject, p, None) in graph for p in (SH.declare, SH.select, RDFS.subClassOf))
            or any((None, p, subject) in graph for p in (SH.declare, SH.sparql, SH.path))
        )
        if not known:
            yield draft.finding(
                "NO_RULE",
                f"{draft.name(subject)} is no shape, so what is said of it here judges nobody: "
                "make it one, or put it into a source of the mesh.",
                subject,
                blocking=False,
            )
