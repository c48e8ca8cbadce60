"""The relation that follows of a comparison, where the attributes leave no doubt."""

from dataclasses import dataclass
from enum import StrEnum

from isogloss.meaning.predicates import Relation
from isogloss.meaning.windows import is_within
from isogloss.model.meaning import Sense, TermKind


class Match(StrEnum):
    """How the first sense's value of an attribute relates to the second's."""

    EQUAL = "equal"
    NARROWER = "narrower"
    BROADER = "broader"
    DISJOINT = "disjoint"
    CONVERTIBLE = "convertible"
    MAPPED = "mapped"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of two senses: both values in words, and how they relate."""

    name: str  # of Sense's field
    one: str | None
    other: str | None
    match: Match

    @property
    def differs(self) -> bool:
        """Tell whether both say something, and not the same as far as is known."""
        return self.one is not None and self.other is not None and self.match is not Match.EQUAL


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two senses, by every attribute that either states, in the order of Sense's fields."""

    one: Sense
    other: Sense
    attributes: tuple[Attribute, ...]
    missing: tuple[str, ...]  # what would have to be known of both for a reasoned relation

    def match(self, name: str) -> Match:
        """Tell how one attribute relates."""
        return next((a.match for a in self.attributes if a.name == name), Match.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Reasoned:
    """The relation that follows of a comparison, from the first to the second, and why."""

    relation: Relation
    sentence: str


_WORDS = {"counts": "counted term", "unique_within": "where it is unique", "timezone": "time zone"}


def reasoned(
    comparison: Comparison, one: str = "the first", other: str = "the second"
) -> Reasoned | None:
    """Conclude how two senses relate, where their attributes leave no doubt.

    Args:
        comparison: all that is known.
        one: the first sense's name in the sentence, such as "product's active user".
        other: the second's.
    """
    relation = conclude(comparison)
    return Reasoned(relation, _sentence(comparison, relation, one, other)) if relation else None


def conclude(comparison: Comparison) -> Relation | None:
    """Conclude a relation from the first sense to the second; None where there is doubt."""
    found = {a.name: a.match for a in comparison.attributes}
    matches = set(found.values())
    if found.get("kind") is not Match.EQUAL:
        return None
    # Apart in whom they are said of, or in what makes them true.
    if Match.DISJOINT in {found.get(name) for name in ("population", "event", "counts")}:
        return Relation.NOT_EXACT
    if comparison.missing or matches & {Match.UNKNOWN, Match.DIFFERENT, Match.DISJOINT}:
        return None
    sides = matches & {Match.NARROWER, Match.BROADER}
    if Match.CONVERTIBLE in matches:
        return None if sides else Relation.CLOSE
    if not sides:
        return Relation.EXACT
    amounts = comparison.one.kind is TermKind.MEASURE and comparison.one.counts is None
    # A share of a part may be larger than that of the whole, and an amount may be negative.
    if len(sides) == 2 or amounts:
        return None
    return Relation.BROAD if Match.NARROWER in sides else Relation.NARROW


def _sentence(comparison: Comparison, relation: Relation, one: str, other: str) -> str:
    def of(match: Match) -> list[Attribute]:
        return [a for a in comparison.attributes if a.match is match and a.name != "kind"]

    if relation is Relation.NOT_EXACT:
        apart = of(Match.DISJOINT)[0]
        clauses = [f"{one} is about {apart.one} and {other} about {apart.other}"]
    else:
        clauses = [_clause(comparison, a, one, other) for a in of(Match.NARROWER)]
        clauses += [
            _clause(
                Comparison(comparison.other, comparison.one, (), ()),
                Attribute(a.name, a.other, a.one, Match.NARROWER),
                other,
                one,
            )
            for a in of(Match.BROADER)
        ]
        clauses += [f"{a.one} can be converted to {a.other}" for a in of(Match.CONVERTIBLE)]
        clauses += [f"a mapping leads from {a.one} to {a.other}" for a in of(Match.MAPPED)]
        if equal := [_WORDS.get(a.name, a.name) for a in of(Match.EQUAL)]:
            clauses.append(f"{_listed(equal)} {'are' if len(equal) > 1 else 'is'} the same")
    ending = {
        Relation.EXACT: "they mean the same",
        Relation.BROAD: f"{one} is the narrower of the two",
        Relation.NARROW: f"{other} is the narrower of the two",
        Relation.CLOSE: "they mean the same once converted",
        Relation.NOT_EXACT: "they do not mean the same",
    }
    said = f"{'; '.join(clauses)}; so {ending[relation]}."
    return said[:1].upper() + said[1:]


def _clause(comparison: Comparison, attribute: Attribute, narrower: str, broader: str) -> str:
    a, b, name = attribute.one, attribute.other, attribute.name
    if name == "filter":
        return f"{narrower} leaves out more ({a}) than {broader} does ({b})"
    if name == "window":
        if is_within(comparison.one.window or "", comparison.other.window or ""):
            return f"{narrower} looks back {a}, which lie inside the {b} of {broader}"
        return f"{narrower} asks for {a} without it, and {broader} only for {b}"
    return f"every {a} of {narrower} is also a {b} of {broader}"


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
