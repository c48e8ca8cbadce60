"""What judges the mesh at an instant: rule sets, each with whom it binds, and waivers."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from isogloss.governance.rulebook import Rulebook
from isogloss.model.governance import Rule
from isogloss.model.rdf import Iri, Term
from isogloss.model.rules import Waiver


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """A version of a rule set, and whom it binds.

    Without an `owner` it binds all; else only what begins with `space`, and with none of
    `others`, the spaces that other domains have inside it. In `grace`, violations are warnings.
    With `trouble` its text cannot be read, and it cannot judge.
    """

    id: Iri
    rulebook: Rulebook
    name: str = ""
    owner: Iri | None = None
    space: str = ""
    others: tuple[str, ...] = ()
    grace: bool = False
    trouble: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it find what another finds: a version never changes."""
        return (self.id, self.space, self.others)

    def binds(self, node: Term | None) -> bool:
        """Tell whether its rules are about a node."""
        if self.owner is None:
            return True
        return (
            isinstance(node, str)
            and node.startswith(self.space)
            and not (self.others and node.startswith(self.others))
        )


@dataclass(frozen=True, slots=True, eq=False)
class Regime:
    """What judges from one instant until the next at which that changes; None: no such one.

    `waivers` are all those that were ever asked for; `at` tells which of them hold.
    """

    at: datetime
    bindings: tuple[Binding, ...]
    waivers: tuple[Waiver, ...] = ()
    until: datetime | None = None

    @classmethod
    def of(cls, rulebook: Rulebook) -> "Regime":
        """Judge by some rules only, which bind all."""
        return cls(datetime.now(UTC), (Binding(Iri("urn:isogloss:rules"), rulebook),))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule in force, by its id, with the version that it stands in.

        What a domain calls by a name that is not its own is no rule that anybody can name.
        """
        found = [
            replace(rule, rule_set=binding.id, owner=binding.owner)
            for binding in self.bindings
            for rule in binding.rulebook.rules
            if binding.binds(rule.id)
        ]
        return tuple(sorted(found, key=lambda rule: (rule.rule_id, rule.id)))

    def without(self, ids: frozenset[Iri]) -> "Regime":
        """Leave out some versions."""
        kept = tuple(binding for binding in self.bindings if binding.id not in ids)
        return Regime(self.at, kept, self.waivers, self.until)
