"""What speaks for two terms meaning the same, and what against it, whatever they are called."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp

from isogloss.meaning.lexicon import SECONDS
from isogloss.meaning.predicates import Relation
from isogloss.meaning.reasoning import Comparison, conclude
from isogloss.meaning.texts import Text, likeness

LIKENESS_OF_STRANGERS = 0.48
"""Definitions that share less than this speak against one meaning, those that share more for it."""

WEIGHTS = {
    "likeness": 3.40,
    "quantity": -2.74,
    "oneQuantity": -1.32,
    "contrast": -2.30,
    "denial": -1.80,
    "otherLabel": -2.04,
    "attributes": 4.0,
    "otherAttributes": -4.0,
    "values": 2.0,
    "otherValues": -3.0,
    "types": -1.5,
    "copied": 2.0,
}
"""How much each kind of evidence counts, as logarithm of the odds that the meaning is one.

The weights of definitions and labels were fitted to the half of tests/meaning/labelled that is for
that (`python -m benchmarks.meaning --fit`); the rest were set by judgement, as few pairs have it.
"""

_DEFINING = ("population", "event", "window", "filter", "unit", "currency", "counts")
_FAMILIES = {
    "number": ("int", "num", "dec", "float", "double", "real", "serial", "money"),
    "text": ("char", "text", "string", "uuid", "clob"),
    "time": ("date", "time"),
    "truth": ("bool",),
}
_ENOUGH = 3
"""So many values of a column are a sample that says something."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason, in a sentence; `weight` is positive where it speaks for what is claimed."""

    kind: str
    sentence: str
    weight: float


@dataclass(frozen=True, slots=True)
class Represented:
    """A column that represents a term, as far as it is known."""

    name: str
    type: str | None = None
    values: frozenset[str] = frozenset()  # a sample


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one term."""

    words: tuple[str, ...]  # its labels, normalised
    text: Text | None
    columns: tuple[Represented, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A measured fact of two terms: how strong, from 0 to 1, and in words."""

    strength: float
    sentence: str


def gather(
    one: Known,
    other: Known,
    rarity: dict[str, float],
    comparison: Comparison | None = None,
    *,
    copied: bool = False,
) -> dict[str, Found]:
    """Measure what there is to measure; a kind that is missing is unknown, or not so."""
    found: dict[str, Found] = {}
    if one.text and other.text:
        found |= _of_texts(one.text, other.text, rarity)
    if comparison:
        found |= _of_attributes(comparison)
    found |= _of_columns(one.columns, other.columns)
    if copied:
        sentence = "Values of the one are copied to the other, unchanged."
        found["copied"] = Found(1.0, sentence)
    return found


def of_labels(one: Text, other: Text) -> dict[str, Found]:
    """Measure how two different labels differ: by a word that sets them apart, or altogether."""
    shared = one.words.keys() & other.words.keys()
    told_apart = bool(shared and one.words.keys() != other.words.keys()) or bool(
        one.contrasts(other)
    )
    if not told_apart and one.denials == other.denials:
        return {}
    return {
        "otherLabel": Found(1.0, "Their labels are alike but for a word that tells them apart.")
    }


def weigh(found: dict[str, Found], *, same: bool) -> tuple[float, tuple[Evidence, ...]]:
    """Give the chance, from 0 to 1, that the meaning is the same, or else that it is not.

    The evidence comes with it, the weightiest first. Where there is none, the chance is even.
    """
    sign = 1 if same else -1
    weighed = []
    for kind, fact in found.items():
        strength = fact.strength - (LIKENESS_OF_STRANGERS if kind == "likeness" else 0.0)
        weighed.append(Evidence(kind, fact.sentence, sign * WEIGHTS[kind] * strength))
    odds = sum(evidence.weight for evidence in weighed)
    ordered = sorted(weighed, key=lambda evidence: (-abs(evidence.weight), evidence.kind))
    return 1 / (1 + exp(-odds)), tuple(ordered)


def _of_texts(one: Text, other: Text, rarity: dict[str, float]) -> dict[str, Found]:
    measured = likeness(one, other, rarity)
    shared = sorted(one.words[word] for word in one.words.keys() & other.words.keys())
    told = f"share {_listed(shared)}" if shared else "have no word in common"
    found = {"likeness": Found(measured, f"The definitions {told}.")}
    mine, theirs = one.quantities - other.quantities, other.quantities - one.quantities
    if mine and theirs:
        told = f"One says {_quantities(mine)}, the other {_quantities(theirs)}."
        found["quantity"] = Found(1.0, told)
    elif mine or theirs:
        told = f"Only one of them says {_quantities(mine | theirs)}."
        found["oneQuantity"] = Found(1.0, told)
    if contrasts := one.contrasts(other):
        told = "; ".join(f"one says {a!r}, the other {b!r}" for a, b in contrasts)
        found["contrast"] = Found(1.0, f"{told[0].upper()}{told[1:]}.")
    if one.denials != other.denials and not (one.is_translated or other.is_translated):
        found["denial"] = Found(1.0, "One of them denies something that the other does not.")
    return found


def _of_attributes(comparison: Comparison) -> dict[str, Found]:
    differing = [a for a in comparison.attributes if a.differs and a.name in (*_DEFINING, "kind")]
    if differing:
        told = "; ".join(f"{a.name}: {a.one} and {a.other}" for a in differing)
        return {"otherAttributes": Found(1.0, f"They differ in {told}.")}
    if conclude(comparison) is Relation.EXACT:
        return {"attributes": Found(1.0, "All that makes them precise is the same.")}
    equal = [a for a in comparison.attributes if a.name in _DEFINING and a.one == a.other]
    if len(equal) < 2:
        return {}
    told = " and ".join(a.name for a in equal)
    return {"attributes": Found(min(0.75, 0.25 * len(equal)), f"They have the same {told}.")}


def _of_columns(ones: Iterable[Represented], others: Iterable[Represented]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    pairs = [(a, b) for a in ones for b in others]
    overlaps = [
        (len(a.values & b.values) / min(len(a.values), len(b.values)), a, b)
        for a, b in pairs
        if len(a.values) >= _ENOUGH and len(b.values) >= _ENOUGH
    ]
    if overlaps:
        overlap, a, b = max(overlaps, key=lambda triple: triple[0])
        if overlap >= 0.5:
            told = (
                f"{a.name} and {b.name} have the same values, such as {min(a.values & b.values)}."
            )
            found["values"] = Found(overlap, told)
        elif overlap <= 0.1:
            told = f"{a.name} has values such as {min(a.values)}, {b.name} such as {min(b.values)}."
            found["otherValues"] = Found(1.0, told)
    families = [(_family(a.type), _family(b.type), a, b) for a, b in pairs]
    known = [(x, y, a, b) for x, y, a, b in families if x and y]
    if known and all(x != y for x, y, _, _ in known):
        x, y, a, b = known[0]
        found["types"] = Found(1.0, f"{a.name} holds a {x}, and {b.name} a {y}.")
    return found


def _family(type_: str | None) -> str | None:
    lowered = (type_ or "").lower()
    for family, marks in _FAMILIES.items():
        if any(mark in lowered for mark in marks):
            return family
    return None


def _quantities(quantities: Iterable[tuple[float, str]]) -> str:
    return _listed([_quantity(*quantity) for quantity in sorted(quantities)])


def _quantity(number: float, unit: str) -> str:
    if unit:
        for name, seconds in reversed(SECONDS.items()):
            count = number / seconds
            if count >= 1 and count == int(count) and name != "night":
                return f"{int(count)} {name}{'' if count == 1 else 's'}"
    return f"{number:g}"


def _listed(words: list[str]) -> str:
    shown = [f"{word!r}" for word in words[:4]]
    return f"{', '.join(shown)} and more" if len(words) > 4 else " and ".join(shown)
