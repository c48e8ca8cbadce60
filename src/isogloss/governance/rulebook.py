"""The rules in force, with the words that people quote them by."""

import hashlib
from collections.abc import Mapping

import rdflib
from rdflib import RDF, SH
from rdflib.compare import to_canonical_graph

from isogloss.governance.terms import parse_turtle
from isogloss.model.governance import Quality, Rule, Severity
from isogloss.model.rdf import Iri
from isogloss.vocab import CODE, MESH

SEVERITIES = {
    SH.Info: Severity.INFO,
    SH.Warning: Severity.WARNING,
    SH.Violation: Severity.VIOLATION,
}


QUALITIES = {rdflib.URIRef(CODE.iri + quality.value): quality for quality in Quality}
QUALITY = rdflib.URIRef(MESH.quality)


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

    @property
    def may_take_long(self) -> bool:
        """Tell whether it has what can take long also on little data: queries, endless paths."""
        words = (SH.sparql, SH.zeroOrMorePath, SH.oneOrMorePath)
        return any((None, word, None) in self.graph for word in words)

    def shares(self, other: "Rulebook") -> bool:
        """Tell whether two are about shapes of the same names."""
        mine, theirs = set(self.graph.subjects()), set(other.graph.subjects())
        return any(isinstance(node, rdflib.URIRef) for node in mine & theirs)

    def overlaid(self, draft: Mapping[str, str]) -> "Rulebook":
        """Put a draft in the place of the shapes that it names; all others stay.

        Raises:
            ValidationFailed: a file of the draft is no Turtle.
        """
        new = parse_turtle(draft)
        named = {node for node in new.subjects() if isinstance(node, rdflib.URIRef)}
        gone: set[rdflib.term.Node] = set()
        waiting: list[rdflib.term.Node] = [*named]
        while waiting:
            node = waiting.pop()
            if node not in gone:
                gone.add(node)
                # What has no name hangs on one shape, and goes with it.
                waiting += [o for o in self.graph.objects(node) if isinstance(o, rdflib.BNode)]
        made = Rulebook({})
        made.graph += [triple for triple in self.graph if triple[0] not in gone]
        made.graph += new
        made.rules = tuple(sorted(made._rules(), key=lambda rule: rule.rule_id))
        return made

    @property
    def digest(self) -> str:
        """What stands for all that the rules say, whatever the names of blank nodes."""
        said = to_canonical_graph(self.graph).serialize(format="nt")
        return hashlib.sha256("".join(sorted(said.splitlines(True))).encode()).hexdigest()

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
                quality=self._quality(shape),
            )
            for shape in graph.subjects(RDF.type, SH.PropertyShape)
            if isinstance(shape, rdflib.URIRef)
        ]

    def _quality(self, shape: rdflib.term.Node) -> Quality | None:
        # Of several, the first in the order of the enum: a rule is counted once.
        stated = {
            QUALITIES[code]
            for code in self.graph.objects(shape, QUALITY)
            if isinstance(code, rdflib.URIRef) and code in QUALITIES
        }
        return next((quality for quality in Quality if quality in stated), None)

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
