"""What the relation of two terms allows to be translated, by the kind of the terms.

The only place that has that table of `docs/translation.md`.
"""

from isogloss.meaning.predicates import Relation
from isogloss.meaning.stages import Held, Rule, Stage, Value, kept, unknown, untranslatable
from isogloss.model.meaning import Loss, Sense, TermKind
from isogloss.model.numbers import parse_number
from isogloss.model.translation import Bound, Way

_BOOLEANS = {"true": True, "t": True, "yes": True, "1": True} | {
    "false": False,
    "f": False,
    "no": False,
    "0": False,
}
_ORDERED = (Relation.BROAD, Relation.NARROW)
_NEEDED = {
    TermKind.CODE: "a concordance of the codes of both sides",
    TermKind.IDENTIFIER: "a table or concordance of the identifiers of both sides",
    TermKind.DIMENSION: "a translation with an expression or a concordance",
    TermKind.ENTITY: "a translation with an expression",
    TermKind.FLAG: "a mapping as equal, broader or narrower, or a translation with an expression",
    TermKind.MEASURE: "a mapping as equal, broader or narrower, or a translation",
}


def by_relation(stage: Stage) -> Rule:
    """Tell what follows of the relation of two terms for what is said in them."""
    source, target, relation = stage.source, stage.target, stage.link.relation
    if source.kind and target.kind and source.kind is not target.kind:
        return nothing(
            stage,
            f"{stage.source_name} is a {source.kind} and {stage.target_name} a {target.kind}, "
            "which have no values in common",
            "a translation with an expression",
        )
    kind = source.kind or target.kind
    if kind is TermKind.CODE:
        return nothing(stage, "codes have to be listed on both sides", _NEEDED[kind])
    if kind is TermKind.MEASURE and relation in (Relation.EXACT, *_ORDERED):
        if differing := _differing(source, target):
            what, here, there = differing
            return nothing(
                stage,
                f"{stage.source_name} has the {what} {here} and {stage.target_name} {there}",
                "an aggregation to one grain" if what == "grain" else "a translation of units",
            )
        return _measure(stage)
    if relation is Relation.EXACT:
        return same(stage, f"{_both(stage)} mean the same, so values stay as they are.")
    if kind is TermKind.FLAG and relation in _ORDERED:
        return _flag(stage)
    what = f"{stage.source_name} is {_SAID[relation]} {stage.target_name}"
    if kind is None:
        return nothing(
            stage,
            f"{what}, and nobody says what kind of term they are",
            "the kind of the terms, such as flag or measure, or a translation",
        )
    return nothing(stage, f"{what}, which says nothing of single values", _NEEDED[kind])


_SAID = {
    Relation.EXACT: "the same as",
    Relation.BROAD: "narrower than",
    Relation.NARROW: "broader than",
    Relation.CLOSE: "close to",
    Relation.OVERLAPPING: "overlapping with",
    Relation.RELATED: "related to",
    Relation.NOT_EXACT: "not the same as",
}


def same(stage: Stage, reason: str) -> Rule:
    """Leave values as they are."""
    return Rule(Way.SAME, "value", Loss.EXACT, reason, kept)


def nothing(stage: Stage, reason: str, needed: str) -> Rule:
    """Translate nothing, and say what would be needed."""
    why = f"Nothing follows: {reason}."
    obstacle = f" {stage.obstacle}" if stage.obstacle else ""
    return Rule(
        Way.NONE,
        None,
        Loss.UNTRANSLATABLE,
        why + obstacle,
        lambda _: untranslatable(why),
        missing=(f"From {stage.source_name} to {stage.target_name} it would take {needed}.",),
    )


def _both(stage: Stage) -> str:
    return f"{stage.source_name} and {stage.target_name}"


def _flag(stage: Stage) -> Rule:
    is_broader = stage.link.relation is Relation.BROAD
    kept_word, lost = ("true", "false") if is_broader else ("false", "true")
    text = "CASE WHEN value THEN TRUE END" if is_broader else "CASE WHEN NOT value THEN FALSE END"
    if is_broader:
        why = (
            f"Whatever is {stage.source_name} is {stage.target_name} too, which is broader; of "
            "what is not, nothing follows."
        )
    else:
        why = (
            f"Whatever is not {stage.source_name} is not {stage.target_name} either, which is "
            "narrower; of what is, nothing follows."
        )

    def convert(value: Value) -> Held:
        given = _BOOLEANS.get(str(value).strip().casefold())
        if given is None:
            return untranslatable(f"{value} is neither true nor false.")
        if given is is_broader:
            return kept(kept_word)
        return unknown(f"{lost} becomes unknown: {why[0].lower()}{why[1:]}")

    return Rule(
        Way.RELATION,
        text,
        Loss.NARROWING if is_broader else Loss.WIDENING,
        why,
        convert,
        missing=(
            f"What is {lost} of {stage.source_name} becomes unknown; to tell it as well would take "
            "a translation with an expression over the columns of the source.",
        ),
        preconditions=_identified(stage),
    )


def _measure(stage: Stage) -> Rule:
    source, relation = stage.source, stage.link.relation
    if relation is Relation.EXACT:
        return same(stage, f"{_both(stage)} measure the same, so values stay as they are.")
    is_lower = relation is Relation.BROAD
    word, than = ("lower", "narrower") if is_lower else ("upper", "broader")
    why = (
        f"{stage.source_name} is {than} than {stage.target_name}, so its figure is "
        f"{'at most' if is_lower else 'at least'} the one asked for: {_article(word)} bound."
    )

    def convert(value: Value) -> Held:
        number = parse_number(value)
        if number is None:
            return untranslatable(f"{value} is no number.")
        if number < 0:
            return untranslatable(f"{value} is negative, and bounds hold of counts and sums only.")
        return kept(value)

    adding = (
        f"{stage.source_name} adds up: it is a count, or a sum of what is never negative. Of a "
        "share or an average the bound says nothing.",
    )
    return Rule(
        Way.RELATION,
        "value",
        Loss.NARROWING if is_lower else Loss.WIDENING,
        why,
        convert,
        missing=(
            f"The figure of {stage.target_name} itself: it would take counting it from its own "
            "source.",
        ),
        preconditions=() if source.counts else adding,
        bound=Bound.LOWER if is_lower else Bound.UPPER,
    )


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _differing(source: Sense, target: Sense) -> tuple[str, str, str] | None:
    for what in ("grain", "unit", "currency"):
        here, there = getattr(source, what), getattr(target, what)
        if here is not None and there is not None and here != there:
            return what, here, there
    return None


def _identified(stage: Stage) -> tuple[str, ...]:
    here, there = stage.source.identifier, stage.target.identifier
    if here is None or there is None or here == there:
        return ()
    return (
        f"{stage.source_name} and {stage.target_name} are told by different identifiers: rows "
        "meet over a table that has both.",
    )
