"""What a draft of rules would change, before anybody is bound by it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.rdf import Iri

T = TypeVar("T")


class EffectKind(Enum):
    """How a verdict would differ."""

    NEWLY_FAILING = "newly failing"
    NEWLY_PASSING = "newly passing"
    CHANGED_SEVERITY = "changed severity"


@dataclass(frozen=True, slots=True)
class Effect:
    """One verdict that would differ, and whose it is; None where nobody knows.

    `before` is the severity that it has under the rules in force, None if it is new.
    """

    kind: EffectKind
    result: ValidationResult
    before: Severity | None
    domain: str | None
    product: Iri | None
    owners: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class Radius:
    """A product that would newly break a rule of severity Violation, and who reads it.

    `products` and `domains` are those downstream of it that would have to wait for it.
    """

    product: Iri
    violations: int
    products: tuple[Iri, ...]
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What a rule of the draft looks at, and what it costs to run it on the whole mesh."""

    rule: Iri
    focus_nodes: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class RefusedCommit:
    """A commit of the past that the draft would have refused."""

    sequence: int
    at: datetime
    author: Iri
    message: str
    violations: tuple[ValidationResult, ...]


@dataclass(frozen=True, slots=True)
class RulePreview:
    """What a draft would change, true of one commit and of two sets of rules.

    `effects` are worst first; `radii` widest first; `costs` cover the rules that the draft
    changes, dearest first. `in_force` and `draft` are digests of the rules in force and of the
    draft; `digest` stands for both and for the effects, so it changes when any of them does.
    """

    sequence: int
    in_force: str
    draft: str
    digest: str
    effects: tuple[Effect, ...]
    radii: tuple[Radius, ...]
    costs: tuple[RuleCost, ...]
    refused: tuple[RefusedCommit, ...]

    def count(self, kind: EffectKind) -> int:
        """Count the verdicts that would differ in this way."""
        return sum(effect.kind is kind for effect in self.effects)

    def by_rule(self) -> list[tuple[Iri, int]]:
        """Count what would newly fail, by rule, most first."""
        return _most_first(e.result.rule for e in self._failing())

    def by_domain(self) -> list[tuple[str | None, int]]:
        """Count what would newly fail, by domain, most first."""
        return _most_first(e.domain for e in self._failing())

    def by_product(self) -> list[tuple[Iri | None, int]]:
        """Count what would newly fail, by product, most first."""
        return _most_first(e.product for e in self._failing())

    @property
    def idle(self) -> tuple[Iri, ...]:
        """The rules of the draft that look at nothing in the mesh."""
        return tuple(cost.rule for cost in self.costs if cost.focus_nodes == 0)

    def _failing(self) -> list[Effect]:
        return [e for e in self.effects if e.kind is EffectKind.NEWLY_FAILING]


def _most_first(found: Iterable[T]) -> list[tuple[T, int]]:
    return sorted(Counter(found).items(), key=lambda item: (-item[1], str(item[0])))
