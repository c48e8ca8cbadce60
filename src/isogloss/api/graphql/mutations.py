"""The changes that the API takes; each is one governed commit of whoever sends the token."""

from collections.abc import Callable
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.governance import (
    Committed,
    CommittedWithWarnings,
    Refused,
    Verdict,
    verdict,
)
from isogloss.api.graphql.history import SourceInput, files_of
from isogloss.api.graphql.identity import IdentityMutation
from isogloss.api.graphql.mapping_steps import MappingsMutation
from isogloss.api.graphql.moments import Moment
from isogloss.api.graphql.rule_steps import RulesMutation
from isogloss.api.graphql.verdicts import VerdictsMutation
from isogloss.model import access
from isogloss.model.rdf import parse_iri
from isogloss.services.loading import Loaded, Upload

DomainName = Annotated[
    str, strawberry.argument(description="A domain by its short name or its IRI.")
]
Source = Annotated[str, strawberry.argument(description="The source, as in product/activity.")]
Message = Annotated[str, strawberry.argument(description="Why, for the history.")]
RequestId = Annotated[
    ID | None,
    strawberry.argument(
        description="A name of your own for this change, at most 64 characters: sent again with "
        "the same name it is not made again, but answered as it was."
    ),
]
Member = Annotated[ID, strawberry.argument(description="The IRI of a person or service account.")]
MemberRole = Annotated[access.Role, strawberry.argument(description="His role there.")]

Pattern = Annotated[
    str, strawberry.argument(description="As postgres://shop-*; * stands for any text.")
]
Settles = Annotated[
    bool,
    strawberry.argument(description="As the governance group, whoever claims it so far."),
]


@strawberry.type(description="What there is to change.")
class Mutation(RulesMutation, IdentityMutation, MappingsMutation, VerdictsMutation):
    """Every mutation of the API."""

    @strawberry.mutation(
        description="Make a source of a domain say exactly what a Turtle document says. It is "
        "validated first, and refused whole if it would break a rule."
    )
    async def replace_source(
        self,
        info: Info,
        domain: DomainName,
        source: Source,
        turtle: Annotated[
            str, strawberry.argument(description="All that it says; empty to fall silent.")
        ],
        message: Message = "",
        id: RequestId = None,
    ) -> Verdict:
        """Replace a source graph."""
        author, loading = info.context.require_author(), info.context.services.loading
        return await _change(
            lambda: loading.replace_source(
                domain, source, turtle, author=author, message=message, id=id
            )
        )

    @strawberry.mutation(
        description="Make a source of a domain say exactly which lineage SQL declares: of the "
        "columns of views, tables and whatever else statements write. What could not be resolved "
        "is listed in the notes, each with its line."
    )
    async def lineage_from_sql(
        self,
        info: Info,
        domain: DomainName,
        source: Source,
        sql: Annotated[str, strawberry.argument(description="Statements, all that it says.")],
        namespace: Annotated[
            str,
            strawberry.argument(
                description="The namespace of the tables, as postgres://warehouse:5432."
            ),
        ],
        dialect: Annotated[
            str | None,
            strawberry.argument(description="As in postgres, snowflake, bigquery."),
        ] = None,
        message: Message = "",
        id: RequestId = None,
    ) -> Verdict:
        """Replace a source graph by what SQL declares."""
        author, tracing = info.context.require_author(), info.context.services.sql
        upload = Upload(f"{source}.sql", sql.encode())
        return await _change(
            lambda: tracing.load(
                upload,
                domain,
                source=source,
                namespace=namespace,
                dialect=dialect,
                author=author,
                message=message,
                id=id,
            )
        )

    @strawberry.mutation(
        description="Make a source say again what it said at a moment: a new commit, judged "
        "like any other."
    )
    async def restore_source(
        self,
        info: Info,
        domain: DomainName,
        source: Source,
        as_of: Annotated[Moment, strawberry.argument(description="The moment.")],
        message: Message = "",
        id: RequestId = None,
    ) -> Verdict:
        """Restore a source graph."""
        author, services = info.context.require_author(), info.context.services

        def restore() -> Loaded:
            sequence = services.history.resolve(as_of)  # type: ignore[arg-type]  # by the scalar
            return services.loading.restore(
                domain, source, sequence, author=author, message=message, id=id
            )

        return await _change(restore)

    @strawberry.mutation(
        description="Make a domain's folder what was planned: exactly that, or nothing if the "
        "mesh has moved on (STALE_PLAN)."
    )
    async def apply_plan(
        self,
        info: Info,
        domain: DomainName,
        sources: Annotated[
            list[SourceInput], strawberry.argument(description="The files that were planned.")
        ],
        digest: Annotated[str, strawberry.argument(description="The digest of the plan.")],
        message: Message = "",
        id: RequestId = None,
    ) -> Verdict:
        """Apply a plan."""
        author, planning = info.context.require_author(), info.context.services.planning
        files = files_of(sources)
        return await _change(
            lambda: planning.apply(domain, files, digest, author=author, message=message, id=id)
        )

    @strawberry.mutation(description="Let somebody into a domain.")
    async def grant_role(
        self, info: Info, domain: DomainName, member: Member, role: MemberRole
    ) -> Verdict:
        """Add a membership."""
        author, loading = info.context.require_author(), info.context.services.loading
        iri = parse_iri(member)
        return await _change(lambda: loading.grant(domain, iri, role, author=author))

    @strawberry.mutation(description="Take a role in a domain from somebody.")
    async def withdraw_role(
        self, info: Info, domain: DomainName, member: Member, role: MemberRole
    ) -> Verdict:
        """Remove a membership."""
        author, loading = info.context.require_author(), info.context.services.loading
        iri = parse_iri(member)
        return await _change(lambda: loading.withdraw(domain, iri, role, author=author))

    @strawberry.mutation(
        description="Claim the namespaces that a pattern fits for a domain; what was reported of "
        "their jobs and datasets becomes the domain's in the same commit."
    )
    async def claim_namespace(
        self,
        info: Info,
        domain: DomainName,
        pattern: Pattern,
        settles: Settles = False,
        message: Message = "",
    ) -> Verdict:
        """Claim namespaces."""
        author, claiming = info.context.require_author(), info.context.services.claiming
        return await _change(
            lambda: claiming.claim(domain, pattern, settles=settles, author=author, message=message)
        )

    @strawberry.mutation(
        description="Take a claim back; what was reported goes to whoever claims it then, or to "
        "nobody, in the same commit."
    )
    async def withdraw_claim(
        self,
        info: Info,
        domain: DomainName,
        pattern: Pattern,
        settles: Settles = False,
        message: Message = "",
    ) -> Verdict:
        """Withdraw a claim."""
        author, claiming = info.context.require_author(), info.context.services.claiming
        return await _change(
            lambda: claiming.withdraw(
                domain, pattern, settles=settles, author=author, message=message
            )
        )


async def _change(make: Callable[[], Loaded]) -> Committed | CommittedWithWarnings | Refused:
    return verdict(await to_thread.run_sync(make))
