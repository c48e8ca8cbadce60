"""What a draft of rules would change, as GraphQL types."""

from datetime import datetime
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.governance import ValidationResult
from isogloss.api.graphql.paging import MAX_PAGE_SIZE, First
from isogloss.api.graphql.rules import Owner
from isogloss.errors import InvalidArgument
from isogloss.model import preview as model
from isogloss.model.governance import Severity
from isogloss.services.preview_exports import preview_csv, preview_turtle

strawberry.enum(
    model.EffectKind,
    description="NEWLY_FAILING: nothing says so today. NEWLY_PASSING: it is so today only. "
    "CHANGED_SEVERITY: it matters more or less than today.",
)


@strawberry.type(description="One verdict that would differ.")
class RuleEffect:
    """View of model.preview.Effect."""

    kind: model.EffectKind = strawberry.field(description="How it would differ.")
    result: ValidationResult = strawberry.field(description="What is wrong, or was.")
    before: Severity | None = strawberry.field(
        description="How much it matters today; null if nothing says so today."
    )
    domain: str | None = strawberry.field(description="The name of the domain whose node it is.")
    product: ID | None = strawberry.field(
        description="The product that the node is, or is a part of."
    )
    owners: list[ID] = strawberry.field(description="Who answers for the product.")

    @classmethod
    def of(cls, effect: model.Effect) -> "RuleEffect":
        """Show an effect."""
        return cls(
            kind=effect.kind,
            result=ValidationResult.of(effect.result),
            before=effect.before,
            domain=effect.domain,
            product=None if effect.product is None else ID(effect.product),
            owners=[ID(owner) for owner in effect.owners],
        )


@strawberry.type(description="How many verdicts would newly fail, of one rule, domain or product.")
class EffectCount:
    """A name and a number."""

    name: str | None = strawberry.field(description="Of what; null where nobody knows.")
    count: int = strawberry.field(description="How many.")


@strawberry.type(description="A product that would be blocked, and who would wait for it.")
class BlastRadius:
    """View of model.preview.Radius."""

    product: ID = strawberry.field(description="The product.")
    violations: int = strawberry.field(description="How many rules of it would newly break.")
    products: list[ID] = strawberry.field(description="The products downstream of it.")
    domains: list[str] = strawberry.field(description="The domains of these, by name.")


@strawberry.type(description="What a rule of the draft looks at, and what it costs.")
class RuleCost:
    """View of model.preview.RuleCost."""

    rule: ID = strawberry.field(description="The rule.")
    focus_nodes: int = strawberry.field(
        description="How many nodes it judges; 0 means that it does nothing here."
    )
    milliseconds: float = strawberry.field(description="How long it took on the whole mesh.")


@strawberry.type(description="A commit of the past that the draft would have refused.")
class RefusedCommit:
    """View of model.preview.RefusedCommit."""

    sequence: int = strawberry.field(description="The number of the commit.")
    at: datetime = strawberry.field(description="When it was made.")
    author: ID = strawberry.field(description="Who made it.")
    message: str = strawberry.field(description="Why.")
    violations: list[ValidationResult] = strawberry.field(
        description="What it would have been refused for."
    )


@strawberry.type(description="A page of effects.")
class RuleEffects:
    """Effects, worst first."""

    total_count: int = strawberry.field(description="How many there are on all pages.")
    nodes: list[RuleEffect] = strawberry.field(description="Those of this page.")
    has_next_page: bool = strawberry.field(description="Whether others follow.")


@strawberry.type(description="What a draft of rules would change; nothing of it is in force.")
class RulePreview:
    """View of model.preview.RulePreview."""

    found: strawberry.Private[model.RulePreview]
    sequence: int = strawberry.field(description="The commit that it is true of.")
    in_force: ID = strawberry.field(description="A digest of the rules that it is compared with.")
    draft: ID = strawberry.field(description="A digest of the rules as the draft would have them.")
    digest: ID = strawberry.field(
        description="Stands for both and for all effects: what `adoptRules` takes."
    )

    @strawberry.field(description="The verdicts that would differ, worst first.")
    def effects(
        self,
        first: First = 20,
        skip: Annotated[
            int, strawberry.argument(description="Leave out so many: those of the pages before.")
        ] = 0,
    ) -> RuleEffects:
        """Cut a page."""
        if not 1 <= first <= MAX_PAGE_SIZE or skip < 0:
            raise InvalidArgument(
                f"Ask for 1 to {MAX_PAGE_SIZE} effects with `first`, and leave out 0 or more."
            )
        every = self.found.effects
        return RuleEffects(
            total_count=len(every),
            nodes=[RuleEffect.of(effect) for effect in every[skip : skip + first]],
            has_next_page=skip + first < len(every),
        )

    @strawberry.field(description="How many verdicts would differ in one way.")
    def count(
        self, kind: Annotated[model.EffectKind, strawberry.argument(description="Which way.")]
    ) -> int:
        """Count."""
        return self.found.count(kind)

    @strawberry.field(description="What would newly fail, by rule, most first.")
    def by_rule(self) -> list[EffectCount]:
        """Count by rule."""
        return [EffectCount(name=name, count=count) for name, count in self.found.by_rule()]

    @strawberry.field(description="What would newly fail, by domain, most first.")
    def by_domain(self) -> list[EffectCount]:
        """Count by domain."""
        return [EffectCount(name=name, count=count) for name, count in self.found.by_domain()]

    @strawberry.field(description="What would newly fail, by product, most first.")
    def by_product(self) -> list[EffectCount]:
        """Count by product."""
        return [EffectCount(name=name, count=count) for name, count in self.found.by_product()]

    @strawberry.field(description="The products that would be blocked, the most awaited first.")
    def blast_radius(self) -> list[BlastRadius]:
        """Show the radii."""
        return [
            BlastRadius(
                product=ID(radius.product),
                violations=radius.violations,
                products=[ID(product) for product in radius.products],
                domains=list(radius.domains),
            )
            for radius in self.found.radii
        ]

    @strawberry.field(description="What the rules that the draft changes cost, dearest first.")
    def costs(self) -> list[RuleCost]:
        """Show the costs."""
        return [
            RuleCost(rule=ID(c.rule), focus_nodes=c.focus_nodes, milliseconds=c.milliseconds)
            for c in self.found.costs
        ]

    @strawberry.field(description="The commits that the draft would have refused, newest first.")
    def refused_commits(self) -> list[RefusedCommit]:
        """Show them."""
        return [
            RefusedCommit(
                sequence=commit.sequence,
                at=commit.at,
                author=ID(commit.author),
                message=commit.message,
                violations=[ValidationResult.of(result) for result in commit.violations],
            )
            for commit in self.found.refused
        ]

    @strawberry.field(
        description="All of it but the costs as RDF in Turtle: a sh:ValidationReport, each "
        "sh:result with its mesh:effect."
    )
    async def turtle(self) -> str:
        """Write Turtle."""
        return await to_thread.run_sync(preview_turtle, self.found)

    @strawberry.field(
        description="The verdicts that would differ as CSV, with a row of names; no cell is a "
        "formula."
    )
    async def csv(self) -> str:
        """Write CSV."""
        return await to_thread.run_sync(preview_csv, self.found)


@strawberry.type
class PreviewQuery:
    """The question what a rule would break."""

    @strawberry.field(
        description="What a draft of rules would change in the mesh as it is; adopts nothing. "
        "Takes a token."
    )
    async def preview_rules(
        self,
        info: Info,
        turtle: Annotated[
            str,
            strawberry.argument(
                description="Shapes in Turtle: each stands in for the one of its name, or is new."
            ),
        ],
        domain: Owner = "governance",
        name: Annotated[
            str | None,
            strawberry.argument(description="The set that the Turtle is the whole of."),
        ] = None,
        days: Annotated[
            int,
            strawberry.argument(description="Judge the commits of so many days again, too."),
        ] = 0,
    ) -> RulePreview:
        """Preview a draft."""
        info.context.require_author()
        if not 0 <= days <= 366:
            raise InvalidArgument("Ask for 0 to 366 days.")
        previewing = info.context.services.previewing
        found = await to_thread.run_sync(
            lambda: previewing.preview({"draft": turtle}, domain=domain, name=name, days=days)
        )
        return RulePreview(
            found=found,
            sequence=found.sequence,
            in_force=ID(found.in_force),
            draft=ID(found.draft),
            digest=ID(found.digest),
        )
