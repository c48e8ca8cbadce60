"""Rule sets and waivers, and the steps of their lives, as GraphQL types."""

from datetime import datetime
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.moments import in_utc
from isogloss.model import admission
from isogloss.model import rules as model

strawberry.enum(
    model.Stage,
    description="DRAFT, PROPOSED: nobody is bound. ADOPTED: it will be in force. GRACE: in force, "
    "its violations are warnings. IN_FORCE: it refuses. SUPERSEDED, WITHDRAWN: it has ended.",
)
strawberry.enum(
    model.WaiverStage,
    description="REQUESTED: it lets nothing pass yet. OPEN: it does. EXPIRED: it does no longer.",
)

Owner = Annotated[
    str,
    strawberry.argument(
        description="The domain whose own rules they are, by its short name or IRI; governance: "
        "they bind all."
    ),
]


@strawberry.type(description="What a domain says of a version, by its delegate.")
class RuleVote:
    """View of model.rules.Vote."""

    domain: ID = strawberry.field(description="The domain.")
    delegate: ID = strawberry.field(description="Who voted for it.")
    approves: bool = strawberry.field(description="Whether it is for the version.")
    comment: str = strawberry.field(description="Why.")
    at: datetime = strawberry.field(description="When.")


@strawberry.type(description="A version of a rule set, which never changes (mesh:RuleSet).")
class RuleSet:
    """View of model.rules.Progress."""

    id: ID = strawberry.field(description="Its IRI.")
    owner: ID = strawberry.field(
        description="The domain whose own rules they are; those of the governance group bind all."
    )
    name: str = strawberry.field(description="The name of the set.")
    number: int = strawberry.field(description="The number of the version.")
    turtle: str = strawberry.field(description="The shapes as they were written.")
    author: ID = strawberry.field(description="Who wrote it.")
    reason: str = strawberry.field(description="Why.")
    created: datetime = strawberry.field(description="When it was written.")
    proposed: datetime | None = strawberry.field(description="When it was put to the vote.")
    adopted: datetime | None = strawberry.field(description="When it was adopted.")
    valid_from: datetime | None = strawberry.field(description="From when on it judges.")
    blocks_from: datetime | None = strawberry.field(
        description="From when on its violations refuse a change; before, they are warnings."
    )
    valid_until: datetime | None = strawberry.field(description="When it was withdrawn.")
    stage: model.Stage = strawberry.field(description="How far it has come.")
    votes: list[RuleVote] = strawberry.field(description="All votes, oldest first.")
    approvals: list[ID] = strawberry.field(description="The domains whose last vote is for it.")
    quorum: int = strawberry.field(description="How many approvals it takes.")

    @classmethod
    def of(cls, found: model.Progress) -> "RuleSet":
        """Show a version."""
        version = found.rule_set
        return cls(
            id=ID(version.id),
            owner=ID(version.owner),
            name=version.name,
            number=version.number,
            turtle=version.turtle,
            author=ID(version.author),
            reason=version.reason,
            created=version.created,
            proposed=version.proposed,
            adopted=version.adopted,
            valid_from=version.valid_from,
            blocks_from=version.blocks_from,
            valid_until=version.valid_until,
            stage=found.stage,
            votes=[
                RuleVote(
                    domain=ID(vote.domain),
                    delegate=ID(vote.delegate),
                    approves=vote.approves,
                    comment=vote.comment,
                    at=vote.at,
                )
                for vote in version.votes
            ],
            approvals=[ID(domain) for domain in found.approvals],
            quorum=found.quorum,
        )


@strawberry.type(description="One thing that admission has to say of rules.")
class Finding:
    """View of model.admission.Finding."""

    line: int = strawberry.field(description="The line of the Turtle, from 1.")
    code: str = strawberry.field(description="The kind of trouble.")
    message: str = strawberry.field(description="What it is, and how to mend it.")
    shape: ID | None = strawberry.field(description="The shape, or the nearest one with a name.")
    blocking: bool = strawberry.field(description="False for a remark.")

    @classmethod
    def of(cls, found: admission.Finding) -> "Finding":
        """Show a finding."""
        return cls(
            line=found.line,
            code=found.code,
            message=found.message,
            shape=None if found.shape is None else ID(found.shape),
            blocking=found.blocking,
        )


@strawberry.type(description="The rules may not judge anybody; those in force go on.")
class NotAdmitted:
    """View of model.rules.NotAdmitted."""

    findings: list[Finding] = strawberry.field(description="Why, and remarks, line by line.")


DraftRulesResult = Annotated[
    RuleSet | NotAdmitted,
    strawberry.union("DraftRulesResult", description="What became of a draft."),
]


@strawberry.type(description="A permission to break a rule for a while (mesh:Waiver).")
class Waiver:
    """View of model.rules.Waiver."""

    id: ID = strawberry.field(description="Its IRI.")
    rule: ID = strawberry.field(description="The rule.")
    focus_node: ID = strawberry.field(
        description="What may break it: a node, or a product with all of its parts."
    )
    reason: str = strawberry.field(description="Why.")
    requester: ID = strawberry.field(description="Who asked for it.")
    requested: datetime = strawberry.field(description="When.")
    until: datetime = strawberry.field(description="When it runs out.")
    approver: ID | None = strawberry.field(description="Who granted it, never the requester.")
    approved: datetime | None = strawberry.field(description="When.")
    stage: model.WaiverStage = strawberry.field(description="Whether it lets anything pass.")

    @classmethod
    def of(cls, found: model.Waiver, stage: model.WaiverStage) -> "Waiver":
        """Show a waiver."""
        return cls(
            id=ID(found.id),
            rule=ID(found.rule),
            focus_node=ID(found.focus_node),
            reason=found.reason,
            requester=ID(found.requester),
            requested=found.requested,
            until=found.until,
            approver=None if found.approver is None else ID(found.approver),
            approved=found.approved,
            stage=stage,
        )


@strawberry.type
class RulesQuery:
    """The questions about rule sets and waivers."""

    @strawberry.field(description="The versions of all rule sets, or of a domain's own.")
    async def rule_sets(
        self,
        info: Info,
        domain: Annotated[
            str | None,
            strawberry.argument(description="By its short name or IRI; all if left out."),
        ] = None,
        stage: Annotated[
            model.Stage | None, strawberry.argument(description="Only those of this stage.")
        ] = None,
    ) -> list[RuleSet]:
        """List versions."""
        rules = info.context.services.rules
        found = await to_thread.run_sync(lambda: rules.versions(domain))
        return [RuleSet.of(one) for one in found if stage in (None, one.stage)]

    @strawberry.field(description="What keeps rules from being admitted; adopts nothing.")
    async def check_rules(
        self,
        info: Info,
        turtle: Annotated[str, strawberry.argument(description="The shapes.")],
        domain: Owner = "governance",
        name: Annotated[str, strawberry.argument(description="The name of the set.")] = "draft",
    ) -> list[Finding]:
        """Check a draft."""
        info.context.require_author()
        rules = info.context.services.rules
        found = await to_thread.run_sync(lambda: rules.check({name: turtle}, domain, name))
        return [Finding.of(one) for one in found]

    @strawberry.field(description="All waivers, or those of a stage, by IRI.")
    async def waivers(
        self,
        info: Info,
        stage: Annotated[
            model.WaiverStage | None, strawberry.argument(description="Only those of this stage.")
        ] = None,
    ) -> list[Waiver]:
        """List waivers."""
        waivers = info.context.services.waivers
        return [Waiver.of(*one) for one in await to_thread.run_sync(lambda: waivers.all(stage))]

    @strawberry.field(description="The waivers that hold now and will not at an instant.")
    async def expiring_waivers(
        self,
        info: Info,
        before: Annotated[datetime, strawberry.argument(description="The instant.")],
    ) -> list[Waiver]:
        """List what runs out, soonest first."""
        waivers = info.context.services.waivers
        found = await to_thread.run_sync(lambda: waivers.expiring(in_utc(before)))
        return [Waiver.of(one, model.WaiverStage.OPEN) for one in found]
