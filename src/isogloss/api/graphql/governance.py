"""Rules, reports and the outcome of a change as GraphQL types."""

from typing import Annotated

import strawberry
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.rules import Waiver
from isogloss.model import change
from isogloss.model import governance as model
from isogloss.model.rdf import Iri, Literal, Term
from isogloss.services.loading import Loaded

strawberry.enum(
    model.Severity, description="How much a broken rule matters; only VIOLATION refuses a write."
)

strawberry.enum(
    model.Quality,
    description="What makes a data product good, as the codes of the ontology define it.",
)


@strawberry.type(description="A rule that binds every domain: a named SHACL property shape.")
class Rule:
    """View of model.governance.Rule."""

    id: ID = strawberry.field(description="The IRI of the property shape.")
    rule_id: str = strawberry.field(description="What people quote it by (mesh:ruleId).")
    name: str = strawberry.field(description="Its name (sh:name).")
    description: str = strawberry.field(description="Why there is such a rule (sh:description).")
    message: str = strawberry.field(description="How to put it right (sh:message).")
    severity: model.Severity = strawberry.field(description="How much it matters (sh:severity).")
    quality: model.Quality | None = strawberry.field(
        description="The quality of a data product that it backs (mesh:quality)."
    )
    rule_set: ID | None = strawberry.field(description="The version that it stands in.")
    owner: ID | None = strawberry.field(
        description="The domain whose own rule it is; null for a rule that binds all."
    )

    @classmethod
    def of(cls, rule: model.Rule) -> "Rule":
        """Show a rule."""
        return cls(
            id=ID(rule.id),
            rule_id=rule.rule_id,
            name=rule.name,
            description=rule.description,
            message=rule.message,
            severity=rule.severity,
            quality=rule.quality,
            rule_set=None if rule.rule_set is None else ID(rule.rule_set),
            owner=None if rule.owner is None else ID(rule.owner),
        )


@strawberry.type(description="One place where a rule is broken (sh:ValidationResult).")
class ValidationResult:
    """View of model.governance.ValidationResult."""

    focus_node: ID = strawberry.field(description="What breaks the rule (sh:focusNode).")
    path: str | None = strawberry.field(
        description="Where in it: a predicate's IRI or a SPARQL path (sh:resultPath)."
    )
    value: str | None = strawberry.field(
        description="The value at fault; null where the trouble is that none is there (sh:value)."
    )
    rule: ID = strawberry.field(description="The rule (sh:sourceShape).")
    rule_name: str = strawberry.field(description="The rule's name (sh:name).")
    component: ID = strawberry.field(
        description="The kind of constraint (sh:sourceConstraintComponent)."
    )
    severity: model.Severity = strawberry.field(
        description="How much it matters (sh:resultSeverity)."
    )
    message: str = strawberry.field(description="How to put it right (sh:resultMessage).")
    rule_set: ID | None = strawberry.field(
        description="The version of the rules that says so; null in what was recorded before "
        "there were versions."
    )
    owner: ID | None = strawberry.field(
        description="The domain whose own rule it is; null for a rule that binds all."
    )
    waived: bool = strawberry.field(description="Whether a waiver lets it pass.")
    waiver_id: strawberry.Private[Iri | None]

    @strawberry.field(
        description="The waiver that lets it pass, or that would if it were granted or had not "
        "run out."
    )
    async def waiver(self, info: Info) -> Waiver | None:
        """Find the waiver."""
        if self.waiver_id is None:
            return None
        found = await info.context.at(info).loaders.waiver.load(self.waiver_id)
        return None if found is None else Waiver.of(*found)

    @classmethod
    def of(cls, result: model.ValidationResult) -> "ValidationResult":
        """Show a result."""
        return cls(
            rule_set=None if result.rule_set is None else ID(result.rule_set),
            owner=None if result.owner is None else ID(result.owner),
            waived=result.waived,
            waiver_id=result.waiver,
            focus_node=ID(result.focus_node),
            path=result.path,
            value=_text(result.value),
            rule=ID(result.rule),
            rule_name=result.rule_name,
            component=ID(result.component),
            severity=result.severity,
            message=result.message,
        )


@strawberry.type(description="What one rule says of a product and its parts.")
class RuleOutcome:
    """View of model.governance.RuleOutcome."""

    rule: Rule = strawberry.field(description="The rule.")
    passed: bool = strawberry.field(description="Whether nothing breaks it.")
    results: list[ValidationResult] = strawberry.field(description="Where it is broken.")

    @classmethod
    def of(cls, outcome: model.RuleOutcome) -> "RuleOutcome":
        """Show an outcome."""
        return cls(
            rule=Rule.of(outcome.rule),
            passed=outcome.passed,
            results=[ValidationResult.of(result) for result in outcome.results],
        )


@strawberry.type(description="What the rules say of the mesh or a domain (sh:ValidationReport).")
class ValidationReport:
    """View of model.governance.ValidationReport."""

    conforms: bool = strawberry.field(
        description="False for any result, also of severity INFO (sh:conforms)."
    )
    results: list[ValidationResult] = strawberry.field(description="Worst first (sh:result).")
    rule_sets: list[ID] = strawberry.field(description="The versions of the rules that judged.")
    unjudged: list[ID] = strawberry.field(
        description="The versions of domains' own rules that could not be run."
    )

    @classmethod
    def of(cls, report: model.ValidationReport) -> "ValidationReport":
        """Show a report."""
        return cls(
            conforms=report.conforms,
            results=[ValidationResult.of(result) for result in report.results],
            rule_sets=[ID(version) for version in report.rule_sets],
            unjudged=[ID(version) for version in report.unjudged],
        )


@strawberry.interface(description="A change that is in the mesh.")
class Commit:
    """What both kinds of commit have."""

    sequence: int = strawberry.field(description="Number of the commit; unchanged by a no-op.")
    graphs: list[ID] = strawberry.field(description="The named graphs that were replaced.")
    added: int = strawberry.field(description="How many quads it added.")
    removed: int = strawberry.field(description="How many quads it removed.")
    notes: list[str] = strawberry.field(description="What was not understood, in sentences.")


@strawberry.type(description="Allowed: the rules say nothing new.")
class Committed(Commit):
    """View of model.change.Committed without remarks."""


@strawberry.type(description="Allowed with warnings: the rules say something new.")
class CommittedWithWarnings(Commit):
    """View of model.change.Committed with remarks."""

    warnings: list[ValidationResult] = strawberry.field(
        description="New results that refuse nothing: warnings, what a waiver lets pass, and "
        "what breaks other domains' own rules."
    )


def committed(
    outcome: change.Committed, notes: tuple[str, ...]
) -> Committed | CommittedWithWarnings:
    """Show a commit."""
    sequence, graphs = outcome.sequence, [ID(graph) for graph in outcome.graphs]
    added, removed, said = outcome.added, outcome.removed, list(notes)
    if not outcome.remarks:
        return Committed(sequence=sequence, graphs=graphs, added=added, removed=removed, notes=said)
    return CommittedWithWarnings(
        sequence=sequence,
        graphs=graphs,
        added=added,
        removed=removed,
        notes=said,
        warnings=[ValidationResult.of(result) for result in outcome.remarks],
    )


@strawberry.type(
    description="Blocked: the change would break rules that hold today; nothing was written."
)
class Refused:
    """View of model.change.Refused."""

    violations: list[ValidationResult] = strawberry.field(description="The rules it would break.")

    @classmethod
    def of(cls, outcome: change.Refused) -> "Refused":
        """Show a refusal."""
        return cls(violations=[ValidationResult.of(result) for result in outcome.violations])


Verdict = Annotated[
    Committed | CommittedWithWarnings | Refused,
    strawberry.union(
        "Verdict", description="What became of a change: allowed, with warnings, or blocked."
    ),
]


def _text(value: Term | None) -> str | None:
    return value.value if isinstance(value, Literal) else value


def verdict(loaded: Loaded) -> Committed | CommittedWithWarnings | Refused:
    """Show what became of a change."""
    if isinstance(loaded.outcome, change.Refused):
        return Refused.of(loaded.outcome)
    return committed(loaded.outcome, loaded.notes)
