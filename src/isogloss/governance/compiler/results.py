"""What a row of a check says, in SHACL's words (§3.6.2)."""

import re
from collections.abc import Iterator

import rdflib
from rdflib import SH

from isogloss.governance.compiler.queries import Check
from isogloss.governance.paths import path_text
from isogloss.governance.rulebook import english
from isogloss.governance.terms import from_rdflib
from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri, Literal, Term


class Reporter:
    """Makes results of rows."""

    def __init__(self, graph: rdflib.Graph) -> None:
        """Take the shapes, which have the names and the messages."""
        self._graph = graph
        self._words: dict[Check, tuple[Iri, str | None, str, str]] = {}

    def rule(self, check: Check) -> Iri:
        """Give the shape that the results of a check name as their source."""
        return self._said(check)[0]

    def result(self, check: Check, row: tuple[Term | None, ...]) -> ValidationResult:
        """Make the result of one row."""
        rule, path, name, message = self._said(check)
        if check.predicate is not None and row[check.predicate] is not None:
            path = _text(row[check.predicate])
        message = _filled(message, check, row)
        return ValidationResult(
            focus_node=Iri(_text(row[check.depth - 1])),
            rule=rule,
            path=path,
            value=self._value(check, row),
            component=check.constraint.component,
            severity=check.shape.severity,
            rule_name=name,
            message=message,
        )

    @staticmethod
    def _value(check: Check, row: tuple[Term | None, ...]) -> Term | None:
        value = None if check.value is None else row[check.value]
        if value is None and check.constraint.source is not None and check.shape.walk is None:
            return row[check.depth - 1]
        return value

    def messages(self, check: Check, row: tuple[Term | None, ...]) -> Iterator[rdflib.Literal]:
        """Yield what to say of a row, in each language that the shapes have it in."""
        graph, source = self._graph, check.constraint.source
        holders = [source, check.shape.node] if source is not None else [check.shape.node]
        for holder in holders:
            said = [m for m in graph.objects(holder, SH.message) if isinstance(m, rdflib.Literal)]
            for message in said:
                yield rdflib.Literal(_filled(str(message), check, row), lang=message.language)
            if said:
                return
        yield rdflib.Literal(self.result(check, row).message)

    def _said(self, check: Check) -> tuple[Iri, str | None, str, str]:
        if check not in self._words:
            graph, node = self._graph, check.shape.node
            path, source = graph.value(node, SH.path), check.constraint.source
            self._words[check] = (
                Iri(_text(from_rdflib(node))),
                None if path is None else path_text(graph, graph, path),
                english(graph, node, SH.name) or "",
                (source is not None and english(graph, source, SH.message))
                or english(graph, node, SH.message)
                or default_message(check),
            )
        return self._words[check]


def _filled(message: str, check: Check, row: tuple[Term | None, ...]) -> str:
    """Put what the query found in the place of its names (SHACL §5.3.2)."""
    if check.constraint.source is None:
        return message
    known = dict(zip(check.columns, row[check.depth :], strict=True))
    known["this"] = row[check.depth - 1]

    def value(match: re.Match[str]) -> str:
        found = known.get(match[1])
        return match[0] if found is None else _text(found)

    said = known.get("message")
    return _text(said) if said is not None else re.sub(r"\{[?$](\w+)\}", value, message)


def default_message(check: Check) -> str:
    """Say what is wrong where the shape does not."""
    component = check.constraint.component.rpartition("#")[2].removesuffix("ConstraintComponent")
    asked = [
        term.value if isinstance(term, Literal) else f"<{term}>"
        for term in check.constraint.terms[:10]
    ] or ([str(check.constraint.count)] if check.constraint.count else [])
    return f"Does not conform to sh:{component[0].lower()}{component[1:]} {' '.join(asked)}".strip()


def _text(term: Term | None) -> str:
    # A literal can be a focus node (sh:targetNode "x"); its text then names it.
    return term.value if isinstance(term, Literal) else str(term)
