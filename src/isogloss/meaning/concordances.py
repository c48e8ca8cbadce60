"""Lists of codes that meet: looked up, put in a row and turned round, as relations.

Where a code meets several, all are told; none is picked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from isogloss.meaning import loss as losses
from isogloss.model.meaning import Concordance, Loss


@dataclass(frozen=True, slots=True)
class CodeRelation:
    """Which codes meet which; what is not among them meets `default`, sorted.

    Concordances in a row are one of these too, which one list of pairs and one default cannot
    always say: the default of one may meet several codes of the next.
    """

    targets: Mapping[str, tuple[str, ...]]
    default: tuple[str, ...] = ()

    def apply(self, code: str) -> tuple[str, ...]:
        """Give all codes that one meets, sorted; none if it is not translated."""
        return self.targets.get(code, self.default)


@dataclass(frozen=True, slots=True)
class CodeLists:
    """The codes that there are on both sides, as far as they are known."""

    source: frozenset[str] = field(default_factory=frozenset)
    target: frozenset[str] = field(default_factory=frozenset)

    def back(self) -> "CodeLists":
        """Change the sides."""
        return CodeLists(self.target, self.source)


def relation(concordance: Concordance) -> CodeRelation:
    """Give the codes of a concordance by those that they meet."""
    default = (concordance.default,) if concordance.default is not None else ()
    return CodeRelation(_gathered(concordance.pairs), default)


def inverse(codes: CodeRelation) -> CodeRelation:
    """Turn codes round.

    A default has no way back: what it stands for is not known. A code that is listed and meets it
    is kept.
    """
    return CodeRelation(
        _gathered((target, source) for source, found in codes.targets.items() for target in found)
    )


def compose(one: CodeRelation, other: CodeRelation) -> CodeRelation:
    """Put codes in a row: what a code meets is all that the codes meet that it meets.

    A code whose partners meet nothing is listed as meeting nothing, so that no default takes it.
    """
    return CodeRelation(
        {code: _through(found, other) for code, found in one.targets.items()},
        _through(one.default, other),
    )


def loss_of(codes: CodeRelation, lists: CodeLists | None = None) -> Loss:
    """Tell what is lost by translating codes; what the lists do not hold does not count.

    | where | it is | as |
    |---|---|---|
    | several codes become one, or there is a default | widening | the one means more than each |
    | a code becomes one of several | narrowing | each of them means less |
    | a code meets none | narrowing | what has it is left out |
    | both | approximate | |
    | no code meets any | untranslatable | |
    """
    known = set(codes.targets) | (lists.source if lists else frozenset())
    met = {code: codes.apply(code) for code in known}
    if not any(met.values()) and not codes.default:
        return Loss.UNTRANSLATABLE
    all_met = [target for found in met.values() for target in found]
    is_merging = bool(codes.default) or len(set(all_met)) < len(all_met)
    is_splitting = any(len(found) != 1 for found in met.values()) or len(codes.default) > 1
    return losses.join(
        Loss.WIDENING if is_merging else Loss.EXACT,
        Loss.NARROWING if is_splitting else Loss.EXACT,
    )


def is_function(codes: CodeRelation) -> bool:
    """Tell whether every code meets at most one, so that one expression can say which."""
    return len(codes.default) < 2 and all(len(found) < 2 for found in codes.targets.values())


def unmapped(codes: CodeRelation, known: Collection[str]) -> tuple[str, ...]:
    """List those of the codes that meet none, sorted."""
    return tuple(sorted(code for code in known if not codes.apply(code)))


def expression(codes: CodeRelation) -> str | None:
    """Write the codes as SQL over `value`; None if a code meets several.

    What is NULL stays so, also where there is a default.
    """
    if not is_function(codes):
        return None
    if not codes.targets:
        if not codes.default:
            return None
        return f"CASE WHEN NOT value IS NULL THEN {_text(codes.default[0])} END"
    cases = " ".join(
        f"WHEN {_text(code)} THEN {_text(found[0]) if found else 'NULL'}"
        for code, found in sorted(codes.targets.items())
    )
    if not codes.default:
        return f"CASE value {cases} END"
    whole = f"CASE value {cases} ELSE {_text(codes.default[0])} END"
    return f"CASE WHEN NOT value IS NULL THEN {whole} END"


def _text(code: str) -> str:
    return "'" + code.replace("'", "''") + "'"


def _through(codes: Iterable[str], other: CodeRelation) -> tuple[str, ...]:
    return tuple(sorted({target for code in codes for target in other.apply(code)}))


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for source, target in pairs:
        found[source].add(target)
    return {source: tuple(sorted(targets)) for source, targets in sorted(found.items())}
