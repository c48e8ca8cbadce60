"""Translate values and SQL of one term into those of another, by the best approved mappings."""

from collections.abc import Callable, Sequence
from datetime import datetime

from isogloss.errors import InvalidArgument, InvalidInput, TooLarge
from isogloss.intake import expressions
from isogloss.intake.expression_dialects import (
    Select,
    check_dialect,
    read_select,
    render,
    write_select,
)
from isogloss.meaning.predicates import Relation, predicate_of
from isogloss.meaning.translating import Plan
from isogloss.model.meaning import Loss
from isogloss.model.rdf import Iri
from isogloss.model.translation import Outcome, Translated, TranslatedValue
from isogloss.services.catalog import Catalog
from isogloss.services.meaning import Meanings
from isogloss.services.term_names import get_term
from isogloss.services.translation_ways import Ways
from isogloss.store.graph import Reader

MAX_VALUES = 1_000
_MAX_ALTERNATIVES = 5


class Translating:
    """What can be translated in one state of the mesh."""

    def __init__(
        self, graph: Reader, catalog: Catalog, meanings: Meanings, clock: Callable[[], datetime]
    ) -> None:
        self._graph = graph
        self._catalog = catalog
        self._meanings = meanings
        self._clock = clock

    def translate(
        self,
        source: str,
        target: str,
        *,
        values: Sequence[str] = (),
        expression: str | None = None,
        sql: str | None = None,
        dialect: str | None = None,
        at: datetime | None = None,
    ) -> Translated:
        """Translate from one term to another.

        Args:
            source: a term by its IRI, or by domain and label, as `product:active user`.
            target: likewise.
            values: to be translated each; codes, true and false, or decimal numbers.
            expression: SQL of no dialect that gives what is translated.
            sql: the same in the dialect, or SELECT of it from a table.
            dialect: of the answer; None for SQL of none.
            at: which mappings hold; now, or the moment of a past state, if None.

        Raises:
            ExpressionRefused: the expression or SQL holds what translations may not use.
            InvalidArgument: a term's name is ambiguous, both are one, there is no such dialect,
                or both an expression and SQL are given.
            NotFound: there is no such term or domain.
            TooLarge: there are too many values, or the SQL is too long.
        """
        if dialect is not None:
            check_dialect(dialect)
        asked = _asked(expression, sql, dialect)
        if len(values) > MAX_VALUES:
            raise TooLarge(f"Translate at most {MAX_VALUES:,} values at once, not {len(values):,}.")
        one, other = get_term(self._catalog, source), get_term(self._catalog, target)
        if one.id == other.id:
            raise InvalidArgument(
                f"{source} and {target} are one term, so there is nothing to translate: name two."
            )
        ways = Ways(self._graph, self._catalog, self._meanings, at or self._clock())
        plans, doubts = ways.plans(one.id, other.id)
        if not plans:
            return _untranslated(one.id, other.id, values, dialect, doubts)
        best, relation = plans[0]
        text, obstacles = _sql(best, asked, dialect)
        return Translated(
            source=one.id,
            target=other.id,
            steps=best.steps,
            relation=predicate_of(relation)[0] if relation else None,
            expression=text,
            dialect=dialect,
            loss=best.loss,
            confidence=best.confidence,
            values=tuple(best.translate(value) for value in values),
            preconditions=best.preconditions,
            missing=(*best.missing, *obstacles, *doubts, *_claims(relation, best)),
            alternatives=tuple(
                tuple(step.mapping for step in each.steps)
                for each, _ in plans[1:][:_MAX_ALTERNATIVES]
            ),
        )


def _asked(expression: str | None, sql: str | None, dialect: str | None) -> Select | None:
    if expression is not None and sql is not None:
        raise InvalidArgument("Give an expression of no dialect, or SQL in one, but not both.")
    if sql is not None:
        return read_select(sql, dialect)
    if expression is not None:
        return Select(expressions.parse(expression, qualified=True), dialect)
    return None


def _sql(best: Plan, asked: Select | None, dialect: str | None) -> tuple[str | None, list[str]]:
    if best.expression is None:
        return None, []
    try:
        if asked is None:
            return render(best.expression, dialect), []
        return write_select(asked, expressions.compose(best.expression, asked.expression)), []
    except InvalidInput as error:
        return None, [str(error)]


def _claims(relation: Relation | None, best: Plan) -> list[str]:
    if relation is not None:
        return []
    ends = best.stages[0].source_name, best.stages[-1].target_name
    return [
        f"Values meet, but no mapping says how {ends[0]} and {ends[1]} themselves relate: what "
        "they are said of may differ."
    ]


def _untranslated(
    one: Iri, other: Iri, values: Sequence[str], dialect: str | None, doubts: Sequence[str]
) -> Translated:
    why = (
        "No approved mappings that are in force lead from one to the other: stewards of both "
        "domains would have to map them, with a translation."
    )
    return Translated(
        source=one,
        target=other,
        steps=(),
        relation=None,
        expression=None,
        dialect=dialect,
        loss=Loss.UNTRANSLATABLE,
        confidence=0.0,
        values=tuple(
            TranslatedValue(value, Outcome.UNTRANSLATABLE, reason=why) for value in values
        ),
        preconditions=(),
        missing=(*doubts, why),
        alternatives=(),
    )
