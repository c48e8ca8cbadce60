"""A report in RDF, as a validator of SHACL writes it (§3.6)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import rdflib
from rdflib import RDF, SH
from rdflib.collection import Collection
from rdflib.term import Node

from isogloss.governance.compiler.program import Program
from isogloss.governance.compiler.queries import Check, checks
from isogloss.governance.compiler.shapes import Target, component
from isogloss.governance.compiler.standing import Row, SelectQuery, Standing
from isogloss.governance.terms import GENID, to_rdflib
from isogloss.model.rdf import Iri, Literal, Term

_DETAILED = component("Node")


def report_graph(standing: Standing, select: SelectQuery) -> rdflib.Graph:
    """Write what the rules say as a sh:ValidationReport.

    A result of sh:node has as its sh:detail what the shape that it names says of the value.
    """
    return _Writer(standing.program, select).graph(standing.rows())


class _Writer:
    def __init__(self, program: Program, select: SelectQuery) -> None:
        self._program = program
        self._select = select
        self._shapes = program.graph
        self._graph = rdflib.Graph(bind_namespaces="none")
        self._paths: dict[Node, Node] = {}

    def graph(self, rows: Iterable[tuple[Check, Row]]) -> rdflib.Graph:
        report = rdflib.BNode()
        self._graph.add((report, RDF.type, SH.ValidationReport))
        for check, row in rows:
            self._graph.add((report, SH.result, self._result(check, row)))
        conforms = (report, SH.result, None) not in self._graph
        self._graph.add((report, SH.conforms, rdflib.Literal(conforms)))
        return self._graph

    def _result(self, check: Check, row: Row) -> Node:
        node, shape, add = rdflib.BNode(), check.shape.node, self._graph.add
        result = self._program.reporter.result(check, row)
        focus = row[check.depth - 1]
        add((node, RDF.type, SH.ValidationResult))
        add((node, SH.focusNode, _node(focus if focus is not None else result.focus_node)))
        add((node, SH.sourceShape, shape))
        add((node, SH.sourceConstraintComponent, rdflib.URIRef(result.component)))
        severity = self._shapes.value(shape, SH.severity)
        add((node, SH.resultSeverity, severity if severity is not None else SH.Violation))
        if check.constraint.source is not None:
            add((node, SH.sourceConstraint, check.constraint.source))
        if result.value is not None:
            add((node, SH.value, _node(result.value)))
        if check.predicate is not None and row[check.predicate] is not None:
            add((node, SH.resultPath, rdflib.URIRef(str(row[check.predicate]))))
        elif (path := self._shapes.value(shape, SH.path)) is not None:
            add((node, SH.resultPath, self._path(path)))
        for message in self._program.reporter.messages(check, row):
            add((node, SH.resultMessage, message))
        if check.constraint.component == _DETAILED and result.value is not None:
            for inner_check, inner_row in self._details(check, result.value):
                add((node, SH.detail, self._result(inner_check, inner_row)))
        return node

    def _details(self, check: Check, value: Term) -> Iterator[tuple[Check, Row]]:
        for shape in check.constraint.shapes:
            alone = replace(shape, targets=(Target("targetNode", value),))
            for inner in checks(alone, self._shapes):
                for row in self._select(inner.open):
                    yield inner, row

    def _path(self, path: Node) -> Node:
        """Copy a path out of the shapes; it is a tree, or a predicate."""
        if isinstance(path, rdflib.URIRef):
            return path
        if path not in self._paths:
            copy = self._paths[path] = rdflib.BNode()
            if (path, RDF.first, None) in self._shapes:
                parts = [self._path(part) for part in Collection(self._shapes, path)]
                Collection(self._graph, copy, parts)
            else:
                for predicate, inner in self._shapes.predicate_objects(path):
                    self._graph.add((copy, predicate, self._path(inner)))
        return self._paths[path]


def _node(term: Term | Iri) -> Node:
    if not isinstance(term, Literal) and GENID in term:
        return rdflib.BNode(term.rpartition(GENID)[2])
    return to_rdflib(term)
