"""The rules in force, with the words that people quote them by."""

from collections.abc import Mapping

import rdflib
from rdflib import RDF, SH

from isogloss.governance.terms import parse_turtle
from isogloss.model.governance import Rule, Severity
from isogloss.model.rdf import Iri
from isogloss.vocab import MESH

SEVERITIES = {
    SH.Info: Severity.INFO,
    SH.Warning: Severity.WARNING,
    SH.Violation: Severity.VIOLATION,
}


def severity_of(iri: rdflib.term.Node | None) -> Severity:
    """Read a severity; one that SHACL does not define counts as a violation, as in the spec."""
    if not isinstance(iri, rdflib.URIRef):
        return Severity.VIOLATION
    return SEVERITIES.get(iri, Severity.VIOLATION)


class Rulebook:
    """Shapes in SHACL, and the named property shapes among them as rules."""

    def __init__(self, shapes: Mapping[str, str]) -> None:
        """Read Turtle files: name → text.

        Raises:
            ValidationFailed: one of them is no Turtle.
        """
        self.graph = parse_turtle(shapes)
        self.rules = tuple(sorted(self._rules(), key=lambda rule: rule.rule_id))

    def _rules(self) -> list[Rule]:
        graph = self.graph
        return [
            Rule(
                id=Iri(str(shape)),
                rule_id=self._text(shape, rdflib.URIRef(MESH.ruleId)),
                name=self._text(shape, SH.name),
                description=self._text(shape, SH.description),
                message=self._text(shape, SH.message),
                severity=severity_of(graph.value(shape, SH.severity)),
                target_classes=tuple(
                    sorted(
                        Iri(str(target))
                        for holder in graph.subjects(SH.property, shape)
                        for target in graph.objects(holder, SH.targetClass)
                    )
                ),
            )
            for shape in graph.subjects(RDF.type, SH.PropertyShape)
            if isinstance(shape, rdflib.URIRef)
        ]

    def _text(self, shape: rdflib.term.Node, predicate: rdflib.URIRef) -> str:
        return english(self.graph, shape, predicate) or str(shape)


def english(graph: rdflib.Graph, subject: rdflib.term.Node, predicate: rdflib.URIRef) -> str | None:
    """Find a text, English and untagged before other languages, then the first in order."""
    found = sorted(
        ((text.language or "en").partition("-")[0] != "en", str(text))
        for text in graph.objects(subject, predicate)
        if isinstance(text, rdflib.Literal)
    )
    return found[0][1] if found else None
