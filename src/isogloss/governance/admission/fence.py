"""Whose things a rule set may speak of: its owner's, and nobody else's.

Shapes graphs are sets of statements, so whoever may add one to another's shape can switch it
off, extend it or break it. A rule set says nothing of what is not its owner's.
"""

from collections.abc import Callable, Iterator

import rdflib
from rdflib import OWL, SH
from rdflib.term import Node

from isogloss.errors import InvalidIri
from isogloss.governance.admission.draft import Draft
from isogloss.governance.admission.turtle import NO_BASE
from isogloss.model.admission import Finding, Submission
from isogloss.model.rdf import Iri, parse_iri

Owns = Callable[[Iri], bool]
"""Tells whether an IRI is the owner's, however it is spelt."""


def trespasses(draft: Draft, submission: Submission, owns: Owns) -> Iterator[Finding]:
    """Find what a rule set says of things that are not its owner's."""
    yield from _ill_spelt(draft)
    for subject in set(draft.graph.subjects()):
        if isinstance(subject, rdflib.URIRef) and not owns(Iri(str(subject))):
            yield draft.finding(
                "FOREIGN_SUBJECT", _foreign(draft, subject, submission.space), subject
            )
    for node in _astray(draft):
        yield draft.finding(
            "ASTRAY",
            f"{draft.name(node)} hangs on nothing that has a name, so nobody can "
            f"tell whose it is: give it an IRI that begins with {submission.space}.",
            node,
        )
    if submission.is_global:
        return
    for shape, target in draft.graph.subject_objects(SH.targetNode):
        if not isinstance(target, rdflib.URIRef) or not owns(Iri(str(target))):
            yield draft.finding(
                "FOREIGN_TARGET",
                f"{draft.name(shape)} targets {draft.name(target)}, which is not this domain's: "
                f"target what begins with {submission.space}, or a class, of which a domain's "
                "rules judge its own things only.",
                shape,
                SH.targetNode,
                target,
            )


def _ill_spelt(draft: Draft) -> Iterator[Finding]:
    for statement in draft.graph:
        for term in statement:
            if not isinstance(term, rdflib.URIRef):
                continue
            if term.startswith(NO_BASE):
                name = term.removeprefix(NO_BASE)
                said = f"<{name}> is a relative IRI: write it whole, or use a prefix."
                yield draft.finding("RELATIVE_IRI", said, *statement)
                continue
            try:
                parse_iri(str(term))
            except InvalidIri as error:
                yield draft.finding("NO_IRI", str(error), *statement)


def _foreign(draft: Draft, subject: Node, space: Iri) -> str:
    graph, name = draft.graph, draft.name(subject)
    own = f"speak of what begins with {space} only"
    if (subject, SH.deactivated, None) in graph:
        return (
            f"{name} is not this owner's to switch off: {own}. Ask its owner for a change, or for "
            "a waiver."
        )
    if draft.is_class(subject):
        return (
            f"{name} is not this owner's to make a shape of: write a shape of your own that has "
            f"sh:targetClass {name}."
        )
    if (subject, OWL.imports, None) in graph or subject not in draft.shapes:
        return f"{name} is not this owner's to describe: {own}; refer to anything."
    return f"{name} is not this owner's to add to: write a shape of your own, and {own}."


def _astray(draft: Draft) -> Iterator[Node]:
    """Yield one node of each knot of blank nodes that no named subject leads to."""
    graph = draft.graph
    found: set[Node] = set()

    def follow(start: Node) -> None:
        ahead = [start]
        while ahead:
            node = ahead.pop()
            if node not in found:
                found.add(node)
                ahead += (o for o in graph.objects(node) if isinstance(o, rdflib.BNode))

    subjects = sorted(set(graph.subjects()), key=lambda node: (draft.place(node), str(node)))
    for subject in subjects:
        if isinstance(subject, rdflib.URIRef):
            follow(subject)
    blank = [s for s in subjects if s not in found]
    # Those that nothing leads to come first, so that each knot is told once.
    for node in sorted(blank, key=lambda node: (None, None, node) in graph):
        if node not in found:
            yield node
            follow(node)
