"""The past and plans as GraphQL types, and the questions about them."""

from datetime import datetime
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.governance import ValidationResult
from isogloss.api.graphql.moments import Moment
from isogloss.api.graphql.paging import First
from isogloss.errors import InvalidArgument
from isogloss.model import access, change, journal, past
from isogloss.model.rdf import Quad, parse_iri
from isogloss.services.exports import statement

strawberry.enum(
    journal.Outcome,
    description="COMMITTED: it is in the mesh. REFUSED: it would have broken rules. "
    "FORBIDDEN: the author had no right to it.",
)
strawberry.enum(
    past.ChangeKind,
    description="ADDED: nobody spoke of it before. CHANGED: other things are said of it. "
    "REMOVED: nobody speaks of it any more.",
)
strawberry.enum(
    access.Role,
    description="OWNER writes everything of the domain and names its members; ENGINEER its "
    "data, STEWARD its words; READER looks.",
)


@strawberry.type(description="One attempt to change the mesh, as the journal has it.")
class JournalEntry:
    """View of model.journal.Entry."""

    position: int = strawberry.field(description="Its number among all attempts, from 1.")
    sequence: int | None = strawberry.field(
        description="Its number among the commits; null if it is none."
    )
    at: datetime = strawberry.field(description="When.")
    author: ID = strawberry.field(description="Who.")
    domains: list[str] = strawberry.field(description="For which domains.")
    graphs: list[ID] = strawberry.field(description="The named graphs that it is about.")
    message: str = strawberry.field(description="Why, in the author's words.")
    outcome: journal.Outcome = strawberry.field(description="What became of it.")
    added: int = strawberry.field(description="How many quads it added, or would have.")
    removed: int = strawberry.field(description="How many quads it removed, or would have.")
    results: list[ValidationResult] = strawberry.field(
        description="What the rules newly said: violations of a refusal, remarks of a commit."
    )
    reason: str = strawberry.field(description="Why the author had no right to it, if so.")
    hash: str = strawberry.field(
        description="SHA-256 of all that the entry says and of the entry before it."
    )

    @classmethod
    def of(cls, entry: journal.Entry) -> "JournalEntry":
        """Show an entry."""
        attempt = entry.attempt
        return cls(
            position=entry.position,
            sequence=entry.sequence,
            at=entry.at,
            author=ID(attempt.author),
            domains=list(attempt.domains),
            graphs=[ID(graph) for graph in attempt.graphs],
            message=attempt.message,
            outcome=entry.outcome,
            added=entry.added,
            removed=entry.removed,
            results=[ValidationResult.of(result) for result in entry.results],
            reason=entry.reason,
            hash=entry.hash,
        )


@strawberry.type(description="What became different about one resource.")
class ResourceChange:
    """View of model.past.ResourceChange."""

    id: ID = strawberry.field(description="The resource.")
    kind: past.ChangeKind = strawberry.field(description="Whether it is new, other or gone.")
    words: list[str] = strawberry.field(description="In words, a sentence for each property.")
    added: list[str] = strawberry.field(
        description="The statements that came, as N-Quads, literals as they were submitted."
    )
    removed: list[str] = strawberry.field(description="The statements that went.")

    @classmethod
    def of(cls, found: past.ResourceChange) -> "ResourceChange":
        """Show a change."""
        return cls(
            id=ID(found.id),
            kind=found.kind,
            words=list(found.words),
            added=_lines(found.difference.added),
            removed=_lines(found.difference.removed),
        )


@strawberry.type(description="A commit, and what it changed about what was asked for.")
class HistoryItem:
    """View of model.past.CommitChange."""

    entry: JournalEntry = strawberry.field(description="The commit.")
    changes: list[ResourceChange] = strawberry.field(description="By resource.")

    @classmethod
    def of(cls, found: past.CommitChange) -> "HistoryItem":
        """Show a commit."""
        return cls(
            entry=JournalEntry.of(found.entry),
            changes=[ResourceChange.of(one) for one in found.changes],
        )


@strawberry.type(description="How two states of the mesh differ.")
class Comparison:
    """View of model.past.Comparison, a page of it."""

    from_commit: int = strawberry.field(description="The earlier state, as a commit.")
    to_commit: int = strawberry.field(description="The later state, as a commit.")
    total_count: int = strawberry.field(description="How many resources differ.")
    changes: list[ResourceChange] = strawberry.field(description="By resource, sorted by IRI.")


@strawberry.type(description="What a change would do, and nothing of it done.")
class Plan:
    """View of model.change.Plan."""

    sequence: int = strawberry.field(description="The commit that it was made on.")
    digest: str = strawberry.field(description="What `applyPlan` takes, to do exactly this.")
    refused: bool = strawberry.field(description="Whether it would break a rule.")
    changes: list[ResourceChange] = strawberry.field(
        description="What would change, by resource, sorted by IRI."
    )
    results: list[ValidationResult] = strawberry.field(
        description="What the rules would newly say, worst first, each with how to mend it."
    )
    readers: list["PlanReader"] = strawberry.field(description="Who else reads what changes.")

    @classmethod
    def of(cls, plan: change.Plan) -> "Plan":
        """Show a plan."""
        return cls(
            sequence=plan.sequence,
            digest=plan.digest,
            refused=plan.refused,
            changes=[ResourceChange.of(one) for one in plan.resources],
            results=[ValidationResult.of(result) for result in plan.results],
            readers=[
                PlanReader(domain=domain, products=[ID(iri) for iri in products])
                for domain, products in plan.readers
            ],
        )


@strawberry.type(description="Another domain that reads what a plan changes.")
class PlanReader:
    """A pair of model.change.Plan.readers."""

    domain: str = strawberry.field(description="The domain.")
    products: list[ID] = strawberry.field(description="Its products that do.")


@strawberry.type(description="A member of a domain (org:Membership).")
class Membership:
    """View of model.access.Membership."""

    domain: ID = strawberry.field(description="The domain.")
    member: ID = strawberry.field(description="A person or a service account.")
    role: access.Role = strawberry.field(description="What he may do there.")


@strawberry.input(description="A source of a domain's folder.")
class SourceInput:
    """One file."""

    source: str = strawberry.field(description="Its path without .ttl, as product/activity.")
    turtle: str = strawberry.field(description="All that it says.")


Before = Annotated[
    int | None, strawberry.argument(description="Only what is older than this number.")
]
From = Annotated[Moment, strawberry.argument(name="from", description="The earlier state.")]
To = Annotated[Moment | None, strawberry.argument(description="The later state; now if left out.")]
Of = Annotated[
    ID | None,
    strawberry.argument(
        description="A domain, or a resource, which is taken with its parts; all if left out."
    ),
]


@strawberry.type
class PastQuery:
    """The questions about what happened, and about what would."""

    @strawberry.field(description="The commits that changed a resource or its parts, newest first.")
    async def history(
        self,
        info: Info,
        of: Annotated[ID, strawberry.argument(description="The resource.")],
        first: First = 20,
        before: Before = None,
    ) -> list[HistoryItem]:
        """Tell a resource's history."""
        iri, history = parse_iri(of), info.context.services.history
        limit = _checked(first)
        found = await to_thread.run_sync(lambda: history.history(iri, first=limit, before=before))
        return [HistoryItem.of(item) for item in found]

    @strawberry.field(description="How two states differ: of a domain, a resource, or the mesh.")
    async def diff(
        self,
        info: Info,
        from_: From,
        to: To = None,
        of: Of = None,
        first: First = 20,
        after: Annotated[
            ID | None, strawberry.argument(description="Only resources that sort behind this one.")
        ] = None,
    ) -> Comparison:
        """Compare two states."""
        services = info.context.services
        limit, iri = _checked(first), parse_iri(of) if of is not None else None

        def compare() -> past.Comparison:
            start = services.history.resolve(from_)  # type: ignore[arg-type]  # parsed by the scalar
            head = services.mesh.journal.head.sequence
            end = services.history.resolve(to) if to is not None else head  # type: ignore[arg-type]
            return services.history.diff(start, end, iri)

        found = await to_thread.run_sync(compare)
        chosen = [one for one in found.changes if after is None or one.id > after][:limit]
        return Comparison(
            from_commit=found.start,
            to_commit=found.end,
            total_count=len(found.changes),
            changes=[ResourceChange.of(one) for one in chosen],
        )

    @strawberry.field(
        description="What happened, newest first; attempts that came to nothing are shown to "
        "their authors and to members of the domains and of the governance group."
    )
    async def journal(
        self, info: Info, first: First = 20, before: Before = None
    ) -> list[JournalEntry]:
        """List the journal."""
        services, author, limit = info.context.services, info.context.author, _checked(first)

        def read() -> list[journal.Entry]:
            seen = services.commits.ownership().sees
            return services.history.entries(
                first=limit, before=before, seen=lambda entry: seen(author, entry)
            )

        return [JournalEntry.of(entry) for entry in await to_thread.run_sync(read)]

    @strawberry.field(description="Who belongs to which domain.")
    async def members(self, info: Info) -> list[Membership]:
        """List the members."""
        ownership = await to_thread.run_sync(info.context.services.commits.ownership)
        return _memberships(ownership.memberships)

    @strawberry.field(description="Who asks, and where he belongs; null if nobody says so.")
    async def viewer(self, info: Info) -> "Viewer | None":
        """Tell who asks."""
        author = info.context.author
        if author is None:
            return None
        ownership = await to_thread.run_sync(info.context.services.commits.ownership)
        mine = frozenset(m for m in ownership.memberships if m.member == author)
        return Viewer(id=ID(author), memberships=_memberships(mine))

    @strawberry.field(
        description="What would change if a domain's folder were these files; changes nothing."
    )
    async def plan(
        self,
        info: Info,
        domain: Annotated[str, strawberry.argument(description="The domain, by name or IRI.")],
        sources: Annotated[
            list[SourceInput], strawberry.argument(description="Every file of the folder.")
        ],
    ) -> Plan:
        """Plan a folder."""
        author, planning = info.context.require_author(), info.context.services.planning
        made = await to_thread.run_sync(
            lambda: planning.plan(domain, files_of(sources), author=author)
        )
        return Plan.of(made)


@strawberry.type(description="Who asks.")
class Viewer:
    """The author of the request."""

    id: ID = strawberry.field(description="His IRI.")
    memberships: list[Membership] = strawberry.field(description="Where he belongs.")


def files_of(sources: list[SourceInput]) -> dict[str, bytes]:
    """Collect the files of a folder, source → bytes.

    Raises:
        InvalidArgument: one comes twice.
    """
    files = {one.source: one.turtle.encode() for one in sources}
    if len(files) != len(sources):
        raise InvalidArgument("A source comes twice: give each file of the folder once.")
    return files


def _memberships(found: frozenset[access.Membership]) -> list[Membership]:
    ordered = sorted(found, key=lambda m: (m.domain, m.member, m.role.value))
    return [Membership(domain=ID(m.domain), member=ID(m.member), role=m.role) for m in ordered]


def _checked(first: int) -> int:
    if not 1 <= first <= 100:
        raise InvalidArgument(f"`first` is {first}: ask for 1 to 100 at a time.")
    return first


def _lines(quads: frozenset[Quad]) -> list[str]:
    return sorted(statement(quad) for quad in quads)
