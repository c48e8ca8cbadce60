"""How to translate along mappings in a row: step by step, with what is lost, and why.

What no translation does follows from the relation of the terms and their kind
(`relation_rules`). Where several values are possible, all are told and none is picked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from isogloss.errors import InvalidInput
from isogloss.meaning import concordances
from isogloss.meaning import loss as losses
from isogloss.meaning.concordances import CodeRelation
from isogloss.meaning.predicates import Relation
from isogloss.meaning.relation_rules import by_relation, same
from isogloss.meaning.stages import Held, Rule, Stage, Value, kept, untranslatable
from isogloss.model.meaning import Loss, TermKind
from isogloss.model.numbers import parse_number, written
from isogloss.model.translation import (
    Bound,
    Expression,
    Outcome,
    TranslatedValue,
    TranslationStep,
    Way,
)


class Sql(Protocol):
    """Expressions, by whoever can parse them; what it refuses raises InvalidInput."""

    def parse(self, text: str) -> Expression:
        """Vet an expression."""

    def compose(self, outer: Expression, inner: Expression) -> Expression:
        """Put one into the place of the value in the other."""

    def conversion(self, factor: Fraction, offset: Fraction) -> Expression:
        """Write value * factor + offset."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a way translates; `expression` is None where no single one does it."""

    stages: tuple[Stage, ...]
    rules: tuple[Rule, ...]
    steps: tuple[TranslationStep, ...]
    expression: Expression | None
    loss: Loss
    confidence: float
    preconditions: tuple[str, ...]
    missing: tuple[str, ...]

    def translate(self, value: str) -> TranslatedValue:
        """Translate one value, step by step."""
        held = kept(value)
        for rule in self.rules:
            held = _onwards(held, rule)
        texts: list[str] = []
        reasons = list(held.reasons)
        for result in held.results:
            text, is_exact = written(result) if isinstance(result, Fraction) else (result, True)
            texts.append(text)
            if not is_exact:
                reasons.append("The result has no end in decimals, and is rounded to 28 digits.")
        if len(texts) > 1:
            reasons.append(f"It may be any of {len(texts)}, and nothing says which.")
        reason = " ".join(dict.fromkeys(reasons)) or None
        return TranslatedValue(value, held.outcome, tuple(texts), held.bound, reason)


def plan(stages: Sequence[Stage], sql: Sql) -> Plan:
    """Plan how to translate along mappings in a row, one at the least."""
    rules = tuple(_rule(stage, sql) for stage in stages)
    expression, obstacles = _composed(stages, rules, sql)
    return Plan(
        tuple(stages),
        rules,
        tuple(_step(stage, rule) for stage, rule in zip(stages, rules, strict=True)),
        expression,
        losses.join_all(rule.loss for rule in rules),
        _product(stage.link.mapping.confidence for stage in stages),
        _unique(
            sentence
            for stage, rule in zip(stages, rules, strict=True)
            for sentence in (*_stated(stage, rule), *rule.preconditions)
        ),
        _unique((*(sentence for rule in rules for sentence in rule.missing), *obstacles)),
    )


def rank(plan: Plan) -> tuple[int, bool, float, int, tuple[str, ...]]:
    """Put the plan first that loses least, then the one that is surest, then the shortest."""
    names = tuple(step.mapping for step in plan.steps)
    no_sql = plan.expression is None
    return losses.severity(plan.loss), no_sql, -plan.confidence, len(names), names


def _rule(stage: Stage, sql: Sql) -> Rule:
    if stage.codes is not None:
        return _by_codes(stage, stage.codes)
    if stage.conversion is not None:
        return _by_conversion(stage, *stage.conversion, sql)
    if stage.expression is not None:
        return _by_expression(stage, stage.expression)
    return by_relation(stage)


def _by_codes(stage: Stage, codes: CodeRelation) -> Rule:
    known = stage.lists.source if stage.lists else frozenset()
    left_out = concordances.unmapped(codes, known)
    listed = sorted(known | set(codes.targets))
    several = tuple(code for code in listed if len(codes.apply(code)) > 1)
    missing = []
    if left_out:
        missing.append(
            f"No code of {stage.target_name} meets {_listed(left_out)} of {stage.source_name}: add "
            "pairs to the concordance, or a default."
        )
    if several:
        missing.append(
            f"Several codes of {stage.target_name} meet {_listed(several)} of "
            f"{stage.source_name}: to say which, it would take a further column that tells them "
            "apart."
        )

    def convert(value: Value) -> Held:
        found = codes.apply(_code(value))
        if not found:
            return untranslatable(f"{_code(value)} has no partner in {stage.target_name}.")
        return Held(Outcome.TRANSLATED, found)

    loss = concordances.loss_of(codes, stage.lists)
    if stage.declared is not None:
        loss = losses.join(loss, stage.declared)
    return Rule(
        Way.CONCORDANCE,
        concordances.expression(codes),
        loss,
        f"The codes of {stage.source_name} and {stage.target_name} are listed in a concordance"
        f"{', which is read backwards' if stage.backwards else ''}.",
        convert,
        missing=tuple(missing),
    )


def _by_conversion(stage: Stage, factor: Fraction, offset: Fraction, sql: Sql) -> Rule:
    loss = Loss.EXACT if stage.declared is None else stage.declared
    if factor == 1 and offset == 0:
        unchanged = same(stage, "Its translation leaves values as they are.")
        return Rule(unchanged.way, unchanged.text, loss, unchanged.reason, kept)

    def convert(value: Value) -> Held:
        number = parse_number(value)
        if number is None:
            return untranslatable(f"{value} is no number.")
        return kept(number * factor + offset)

    expression = stage.expression or sql.conversion(factor, offset)
    return Rule(
        Way.UNITS,
        expression.text,
        loss,
        f"{stage.source_name} is converted into {stage.target_name}: {expression.text}.",
        convert,
        turns=factor < 0,
    )


def _by_expression(stage: Stage, expression: Expression) -> Rule:
    """Take the expression that people wrote; single values may still follow of the relation."""
    run = (
        f"Values of {stage.source_name} are translated by an expression, which engines run and "
        "this answer does not: apply it where the data are."
    )

    def refer(_: Value) -> Held:
        return untranslatable(run)

    convert: Callable[[Value], Held] = refer
    preconditions: tuple[str, ...] = ()
    follows = stage.source.kind is TermKind.FLAG or stage.link.relation is Relation.EXACT
    if "value" not in expression.columns and follows:
        # It looks again at the columns; the value as it is tells what its relation tells.
        instead = by_relation(stage)
        convert, preconditions = instead.convert, instead.preconditions
    loss = Loss.APPROXIMATE if stage.declared is None else stage.declared
    unsaid = (
        ()
        if stage.declared is not None
        else (
            f"What the translation from {stage.source_name} to {stage.target_name} loses is not "
            "said, so it counts as approximate: its author can say so.",
        )
    )
    return Rule(
        Way.EXPRESSION,
        expression.text,
        loss,
        f"{stage.source_name} becomes {stage.target_name} by an expression: {expression.text}.",
        convert,
        missing=unsaid,
        preconditions=preconditions,
    )


def _onwards(held: Held, rule: Rule) -> Held:
    """Take what is held of a value through one more step."""
    if held.outcome is not Outcome.TRANSLATED:
        return held
    after = [rule.convert(result) for result in held.results]
    results = tuple(dict.fromkeys(value for one in after for value in one.results))
    reasons = (*held.reasons, *(reason for one in after for reason in one.reasons))
    if not results:
        doubtful = any(one.outcome is Outcome.UNKNOWN for one in after)
        return Held(
            Outcome.UNKNOWN if doubtful else Outcome.UNTRANSLATABLE, reasons=_unique(reasons)
        )
    before = _TURNED[held.bound] if rule.turns else held.bound
    bounds = {before, rule.bound} - {Bound.EXACT}
    if len(bounds) > 1:
        why = "One step gives a lower bound and another an upper bound, so together they tell none."
        return Held(Outcome.UNKNOWN, reasons=_unique((*reasons, why)))
    return Held(Outcome.TRANSLATED, results, next(iter(bounds), Bound.EXACT), _unique(reasons))


_TURNED = {Bound.EXACT: Bound.EXACT, Bound.LOWER: Bound.UPPER, Bound.UPPER: Bound.LOWER}


def _composed(
    stages: Sequence[Stage], rules: Sequence[Rule], sql: Sql
) -> tuple[Expression | None, tuple[str, ...]]:
    """Put the expressions of all steps into one; codes in a row become one list first."""
    whole = sql.parse("value")
    codes: CodeRelation | None = None
    for place, (stage, rule) in enumerate(zip(stages, rules, strict=True)):
        name = f"from {stage.source_name} to {stage.target_name}"
        text = rule.text
        if stage.codes is not None:
            codes = concordances.compose(codes, stage.codes) if codes else stage.codes
            if place + 1 < len(stages) and stages[place + 1].codes is not None:
                continue
            text, codes = concordances.expression(codes), None
        if text is None:
            return None, ()
        try:
            part = sql.parse(text)
            # The first step may look at columns of where the data are.
            whole = part if whole.text == "value" and place == 0 else sql.compose(part, whole)
        except InvalidInput as error:
            return None, (f"The step {name} cannot be put into one expression: {error}",)
    return whole, ()


def _step(stage: Stage, rule: Rule) -> TranslationStep:
    is_used = rule.way in (Way.CONCORDANCE, Way.UNITS, Way.EXPRESSION) or (
        rule.way is Way.SAME and stage.conversion is not None
    )
    translation = stage.translation if is_used else None
    return TranslationStep(
        stage.link.start,
        stage.link.end,
        stage.link.mapping.id,
        not stage.link.forward,
        translation.id if translation else None,
        rule.way,
        rule.text,
        rule.loss,
        rule.reason,
    )


def _stated(stage: Stage, rule: Rule) -> tuple[str, ...]:
    """Give what must hold, as the translation's author says where it is used, and as codes do."""
    found = []
    if stage.translation and rule.way not in (Way.NONE, Way.RELATION):
        found += [stage.translation.precondition] if stage.translation.precondition else []
    if rule.way is Way.CONCORDANCE and rule.text and "ELSE" not in rule.text:
        found.append(
            f"Whatever is no listed code of {stage.source_name} becomes NULL in SQL: look for it."
        )
    return tuple(found)


def _listed(codes: Sequence[str]) -> str:
    most = 5
    more = f" and {len(codes) - most} more" if len(codes) > most else ""
    return ", ".join(codes[:most]) + more


def _code(value: Value) -> str:
    return value if isinstance(value, str) else written(value)[0]


def _unique(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def _product(confidences: Iterable[float | None]) -> float:
    product = 1.0
    for confidence in confidences:
        product *= 1.0 if confidence is None else confidence
    return product
