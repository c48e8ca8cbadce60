"""Stages of a translation as short as a test wants them."""

from fractions import Fraction
from typing import Any

from isogloss.intake.expressions import linear, parse
from isogloss.meaning.chains import Link
from isogloss.meaning.concordances import CodeRelation, relation
from isogloss.meaning.predicates import relation_of
from isogloss.meaning.stages import Stage
from isogloss.model.meaning import Concordance, Sense, TermKind, Translation
from isogloss.model.rdf import Iri
from tests.meaning.mapped import said


def stage(
    text: str, kind: TermKind | None = None, confidence: float | None = None, **offered: Any
) -> Stage:
    """Walk a mapping, such as "a broad b", between terms of a kind."""
    mapping = said(text, confidence)
    held = relation_of(mapping)
    assert held is not None
    return Stage(
        Link(mapping, True, held),
        mapping.subject.removeprefix("urn:"),
        mapping.object.removeprefix("urn:"),
        offered.pop("source", Sense(mapping.subject, kind)),
        offered.pop("target", Sense(mapping.object, kind)),
        **offered,
    )


def translation(expression: str | None = None, precondition: str | None = None) -> Translation:
    """Say what a translation says of itself."""
    return Translation(Iri("urn:t"), Iri("urn:a"), Iri("urn:b"), expression, None, precondition)


def by_expression(text: str, sql: str, **offered: Any) -> Stage:
    """Walk a mapping whose translation is an expression."""
    expression = parse(sql)
    conversion = linear(expression)
    return stage(text, expression=expression, conversion=conversion, **offered)


def by_units(text: str, factor: str, offset: str = "0", **offered: Any) -> Stage:
    """Walk a mapping whose translation converts units."""
    return stage(text, conversion=(Fraction(factor), Fraction(offset)), **offered)


def by_codes(text: str, pairs: dict[str, str | list[str]], default: str | None = None) -> Stage:
    """Walk a mapping whose translation lists codes."""
    listed = tuple(
        (code, each)
        for code, found in pairs.items()
        for each in ([found] if isinstance(found, str) else found)
    )
    codes: CodeRelation = relation(
        Concordance(Iri("urn:c"), Iri("urn:s"), Iri("urn:o"), listed, default)
    )
    return stage(text, codes=codes)
