"""Rules and what they say of data, in SHACL's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum

from isogloss.model.rdf import Iri, Term


class Severity(IntEnum):
    """How much a broken rule matters; only a Violation refuses a write."""

    INFO = 1
    WARNING = 2
    VIOLATION = 3


class Quality(Enum):
    """What makes a data product good; the members are the codes of `ontology/codes.ttl`."""

    DISCOVERABLE = "discoverable"
    ADDRESSABLE = "addressable"
    UNDERSTANDABLE = "understandable"
    TRUSTWORTHY = "trustworthy"
    INTEROPERABLE = "interoperable"
    SECURE = "secure"


@dataclass(frozen=True, slots=True)
class Rule:
    """One named property shape, with the words a person quotes it by.

    `rule_set` is the version that it stands in; `owner` the domain whose own rule it is, None
    for a rule that binds all.
    `quality` is what it backs (mesh:quality), None where its author does not say.
    """

    id: Iri
    rule_id: str
    name: str
    description: str
    message: str
    severity: Severity
    target_classes: tuple[Iri, ...]
    rule_set: Iri | None = None
    owner: Iri | None = None
    quality: Quality | None = None


@dataclass(frozen=True, slots=True, order=True)
class ValidationResult:
    """One result of a SHACL report, §3.6.2.

    `path` is the predicate's IRI, or the path in SPARQL's notation; None on a node
    constraint. `value` is None where the trouble is that none is there. `rule_set` is the
    version that judged, `owner` the domain whose own rule it is, None for one that binds all.
    `waiver` lets it pass if `waived`; else it once did, or is asked for.
    """

    focus_node: Iri
    rule: Iri
    path: str | None
    value: Term | None
    component: Iri
    severity: Severity
    rule_name: str
    message: str
    rule_set: Iri | None = None
    owner: Iri | None = None
    waiver: Iri | None = None
    waived: bool = False

    @property
    def blocks(self) -> bool:
        """Tell whether it refuses a write of those whom the rule binds."""
        return self.severity is Severity.VIOLATION and not self.waived

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same trouble as another's.

        The message is left out: it may quote counts that change while the trouble stays. What
        a domain says is never the same as what all say, even by a rule of the same name.
        """
        return (self.owner, self.rule, self.focus_node, self.path, self.value, self.component)


def in_order(results: Iterable[ValidationResult]) -> tuple[ValidationResult, ...]:
    """Sort results: worst first, then by focus node and rule."""
    return tuple(
        sorted(
            results, key=lambda r: (-r.severity, r.focus_node, r.rule, r.component, str(r.value))
        )
    )


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """What the rules say of the data: results worst first, then by focus node and rule.

    `rule_sets` are the versions that judged; `unjudged` those of domains that could not.
    """

    results: tuple[ValidationResult, ...]
    rule_sets: tuple[Iri, ...] = ()
    unjudged: tuple[Iri, ...] = ()

    @property
    def conforms(self) -> bool:
        """False for any result, also of severity Info (SHACL §3.6.1.1), or if one is missing."""
        return not self.results and not self.unjudged

    @property
    def violations(self) -> tuple[ValidationResult, ...]:
        """Only the results that refuse a write."""
        return tuple(r for r in self.results if r.blocks)


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What one rule says of one product and its parts; no results means that it passed."""

    rule: Rule
    results: tuple[ValidationResult, ...]

    @property
    def passed(self) -> bool:
        """Tell whether nothing breaks the rule."""
        return not self.results


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """How the verdict on one product came to differ.

    `passed` tells whether no violation stands at the product or its parts, `was` the same of
    before; None where there is no such product in the domain.
    """

    sequence: int
    product: Iri
    passed: bool | None
    was: bool | None
    newly_failing: tuple[ValidationResult, ...]
    newly_passing: tuple[ValidationResult, ...]
