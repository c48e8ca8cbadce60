"""The steps in the lives of rule sets and waivers, as mutations."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.moments import in_utc
from isogloss.api.graphql.rules import (
    DraftRulesResult,
    Finding,
    NotAdmitted,
    Owner,
    RuleSet,
    Waiver,
)
from isogloss.model import rules as model
from isogloss.model.rdf import Iri, parse_iri

Version = Annotated[ID, strawberry.argument(description="The IRI of the version.")]
WaiverId = Annotated[ID, strawberry.argument(description="The IRI of the waiver.")]
Reason = Annotated[str, strawberry.argument(description="Why, for those who come after.")]


@strawberry.type
class RulesMutation:
    """The steps in the life of rule sets and waivers; each is a commit."""

    @strawberry.mutation(
        description="Write a version of a rule set, the whole of it; it binds nobody yet."
    )
    async def draft_rules(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="The name of the set, new or not.")],
        turtle: Annotated[str, strawberry.argument(description="The shapes.")],
        reason: Reason,
        domain: Owner = "governance",
        propose: Annotated[
            bool, strawberry.argument(description="Put it to the vote at once.")
        ] = False,
    ) -> DraftRulesResult:
        """Draft a version."""
        author, rules = info.context.require_author(), info.context.services.rules
        made = await to_thread.run_sync(
            lambda: rules.draft(
                domain, name, {name: turtle}, reason, author=author, propose=propose
            )
        )
        if isinstance(made, model.NotAdmitted):
            return NotAdmitted(findings=[Finding.of(one) for one in made.findings])
        return RuleSet.of(made)

    @strawberry.mutation(description="Put a draft to the vote.")
    async def propose_rules(self, info: Info, id: Version) -> RuleSet:
        """Propose a version."""
        author, rules = info.context.require_author(), info.context.services.rules
        iri = parse_iri(id)
        return await _step(lambda: rules.propose(iri, author=author))

    @strawberry.mutation(
        description="Say what a domain thinks of a proposal; its last vote counts."
    )
    async def vote_on_rules(
        self,
        info: Info,
        id: Version,
        domain: Annotated[
            str, strawberry.argument(description="The domain that votes, by short name or IRI.")
        ],
        approves: Annotated[bool, strawberry.argument(description="Whether it is for it.")],
        comment: Reason,
    ) -> RuleSet:
        """Vote."""
        author, rules = info.context.require_author(), info.context.services.rules
        iri = parse_iri(id)
        return await _step(lambda: rules.vote(iri, domain, approves, comment, author=author))

    @strawberry.mutation(
        description="Put a proposal in force, once a quorum approves. If it can block, it takes "
        "the digest of a `previewRules` of it that still holds (STALE_PREVIEW)."
    )
    async def adopt_rules(
        self,
        info: Info,
        id: Version,
        preview: Annotated[
            ID | None, strawberry.argument(description="The digest of the preview.")
        ] = None,
        valid_from: Annotated[
            datetime | None, strawberry.argument(description="From when on; now if left out.")
        ] = None,
        grace_days: Annotated[
            int, strawberry.argument(description="For so many days its violations are warnings.")
        ] = 0,
    ) -> RuleSet:
        """Adopt a version."""
        author, rules = info.context.require_author(), info.context.services.rules
        iri = parse_iri(id)
        begin = None if valid_from is None else in_utc(valid_from)
        return await _step(
            lambda: rules.adopt(
                iri, valid_from=begin, grace_days=grace_days, preview=preview, author=author
            )
        )

    @strawberry.mutation(description="End a version; the one before does not come back.")
    async def withdraw_rules(self, info: Info, id: Version, reason: Reason) -> RuleSet:
        """Withdraw a version."""
        author, rules = info.context.require_author(), info.context.services.rules
        iri = parse_iri(id)
        return await _step(lambda: rules.withdraw(iri, reason, author=author))

    @strawberry.mutation(description="Ask to be let off a rule for a while.")
    async def request_waiver(
        self,
        info: Info,
        rule: Annotated[str, strawberry.argument(description="The rule, by its id or its IRI.")],
        focus_node: Annotated[
            ID, strawberry.argument(description="A node, or a product with all of its parts.")
        ],
        reason: Reason,
        until: Annotated[datetime, strawberry.argument(description="When it runs out.")],
    ) -> Waiver:
        """Ask for a waiver."""
        author, waivers = info.context.require_author(), info.context.services.waivers
        node = parse_iri(focus_node)
        made = await to_thread.run_sync(
            lambda: waivers.request(Iri(rule), node, reason, in_utc(until), author=author)
        )
        return Waiver.of(made, model.WaiverStage.REQUESTED)

    @strawberry.mutation(description="Grant a waiver that somebody else asked for.")
    async def grant_waiver(self, info: Info, id: WaiverId) -> Waiver:
        """Grant a waiver."""
        author, waivers = info.context.require_author(), info.context.services.waivers
        iri = parse_iri(id)
        made = await to_thread.run_sync(lambda: waivers.grant(iri, author=author))
        return Waiver.of(made, model.WaiverStage.OPEN)

    @strawberry.mutation(description="Let a waiver hold no longer.")
    async def end_waiver(self, info: Info, id: WaiverId) -> Waiver:
        """End a waiver."""
        author, waivers = info.context.require_author(), info.context.services.waivers
        iri = parse_iri(id)
        made = await to_thread.run_sync(lambda: waivers.end(iri, author=author))
        return Waiver.of(made, model.WaiverStage.EXPIRED)


async def _step(take: Callable[[], model.Progress]) -> RuleSet:
    return RuleSet.of(await to_thread.run_sync(take))
