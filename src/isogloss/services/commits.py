"""Change the mesh: the one way in, all or nothing, under one writer's lock.

Whoever waits for the lock lets the next one in line write for all: they share one
transaction, and so one sync of the disk. Each is judged in the state that those before
him made.
"""

from collections.abc import Iterator, Sequence
from threading import Lock
from uuid import uuid4

from isogloss.errors import Forbidden, InvalidArgument, MeshError, StalePlan
from isogloss.model.catalog import Domain
from isogloss.model.change import Act, Committed, Plan, Refused, SourceEdit
from isogloss.model.journal import Attempt, Difference, Outcome
from isogloss.model.rdf import Iri, Quad, Triple
from isogloss.services.catalog import GOVERNANCE
from isogloss.services.judge import Judge
from isogloss.services.ownership import (
    CLAIMS_SOURCE,
    OPERATOR,
    VERDICTS_SOURCE,
    Ownership,
    Place,
)
from isogloss.services.requests import (
    Content,
    Draft,
    Request,
    SourcePatch,
    again,
    attempt_of,
    notes,
    plan_digest,
)
from isogloss.store.history import Past
from isogloss.store.journal import Pen
from isogloss.store.mesh import Mesh
from isogloss.store.named_graphs import MEMBERS
from isogloss.store.terms import normal

_LONGEST_MESSAGE = 10_000
_NOTHING = Difference(frozenset(), frozenset())


class Commits:
    """The writer: authorise, diff, validate, journal, apply."""

    def __init__(self, mesh: Mesh, judge: Judge, base_iri: Iri) -> None:
        self._mesh = mesh
        self._judge = judge
        self._base_iri = base_iri
        self._waiting: list[Request] = []
        self._queue = Lock()
        self._writer = Lock()
        self._known: Ownership | None = None
        self.most_together = 64
        """So many waiting changes share one transaction at the most."""

    def replace(
        self,
        contents: Sequence[Content],
        *,
        author: Iri = OPERATOR,
        message: str = "",
        id: str | None = None,
        plan: str | None = None,
        folder: bool = False,
    ) -> Committed | Refused:
        """Make each source say exactly what is given; without triples it falls silent.

        A change refuses to *add* a result of severity Violation; what was broken before
        does not stand in its way. The rules judge literals as they were submitted.

        Args:
            contents: what the sources are to say, all of them or none.
            author: who asks; his memberships tell what he may write.
            message: why, for the history.
            id: a name for the request, so that asking again does not do it again.
            plan: the digest of a plan, which is then committed or nothing.
            folder: whether a later plan for a folder that lacks a source removes it.

        Raises:
            NotFound: a domain that the mesh does not know.
            Forbidden: the author may not write there, or a source not say that.
            InvalidArgument: a source name that is not a path of plain words.
            InvalidIri: an IRI that the store cannot hold.
            StalePlan: the plan is no longer what would happen.
            ValidationFailed: the rules could not be evaluated; nothing was written.
            MeshReadOnly: the disk is full or fails; nothing was written.
        """
        if len(message) > _LONGEST_MESSAGE or (id is not None and not 1 <= len(id) <= 64):
            raise InvalidArgument(
                f"A message has {_LONGEST_MESSAGE:,} characters at the most, and an id 1 to 64."
            )
        request = Request(contents, author, message, id or uuid4().hex, plan, folder)
        answer = self._submit(request)
        if isinstance(answer, Plan):
            raise TypeError("a change was answered with a plan")
        return answer

    def plan(
        self,
        contents: Sequence[Content],
        *,
        author: Iri = OPERATOR,
        folder: bool = False,
    ) -> Plan:
        """Tell what `replace` would do, and do nothing.

        Raises:
            As `replace` does.
        """
        request = Request(contents, author, "", "", None, folder, preview=True)
        answer = self._submit(request)
        if not isinstance(answer, Plan):
            raise TypeError("a plan was answered with a change")
        return answer

    def ownership(self) -> Ownership:
        """Give who may say what, as of the newest commit."""
        head = self._mesh.journal.head.sequence
        return Ownership(self._mesh.at(head), self._base_iri)

    def domain(self, name: str) -> Domain:
        """Find a domain by its short name or its IRI, as of a commit not long ago.

        Raises:
            NotFound: no domain was called so.
        """
        return (self._known or self.ownership()).domain(name)

    def authorise(
        self,
        author: Iri,
        sources: Sequence[tuple[str, str]],
        *,
        preview: bool = False,
        reports: bool = False,
    ) -> None:
        """Check that an author may write sources, given as domain and source, before any work.

        `reports` if he is to say what he saw run.

        Raises:
            Forbidden: he may not; unless it is for a plan, the journal has it.
            NotFound: a domain that the mesh does not know.
        """
        if author == OPERATOR:
            return
        # Whoever reports comes often; the writer looks again at his rights, in its own state.
        ownership = (self._known if reports else None) or self.ownership()
        try:
            for domain, source in sources:
                ownership.authorise(author, ownership.place(domain, source), reports=reports)
        except Forbidden as error:
            if preview:
                raise
            domains = tuple(sorted({domain for domain, _ in sources}))
            attempt = Attempt(uuid4().hex, "", author, domains, (), "")
            with self._writer, self._mesh.write() as pen:
                pen.record(attempt, Outcome.FORBIDDEN, _NOTHING, reason=str(error))
            raise

    def _submit(self, request: Request) -> Committed | Refused | Plan:
        with self._queue:
            self._waiting.append(request)
        with self._writer:
            # Those who came first are served first, so it may take more than one group.
            while request.answer is None:
                with self._queue:
                    size = self._together()
                    group = self._waiting[:size]
                    self._waiting = self._waiting[size:]
                self._write(group)
        answer = request.answer
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _together(self) -> int:
        """Count those in line who share the next transaction.

        A step in the life of rules shares none: it is decided by the state that all can read.
        """
        for place, request in enumerate(self._waiting[: self.most_together]):
            if any(isinstance(content, Act) for content in request.contents):
                return max(place, 1)
        return self.most_together

    def _write(self, group: Sequence[Request]) -> None:
        try:
            with self._judge.turn(), self._mesh.write() as pen:
                answers = [self._answer(pen, request) for request in group]
        except BaseException as error:
            # Nothing was written for anyone.
            self._known = None
            self._judge.forget()
            for request in group:
                request.answer = error
            return
        for request, answer in zip(group, answers, strict=True):
            request.answer = answer

    def _answer(self, pen: Pen, request: Request) -> Committed | Refused | Plan | BaseException:
        try:
            return self._decide(pen, request)
        except Forbidden as error:
            if not request.preview:
                # Under an id of its own: the author may ask again once he has the right.
                attempt = attempt_of(request, uuid4().hex)
                pen.record(attempt, Outcome.FORBIDDEN, _NOTHING, reason=str(error))
            return error
        except (MeshError, AttributeError, LookupError, TypeError, ValueError) as error:
            # Also a bug that one change has met: the others of its group have not.
            return error

    def _decide(self, pen: Pen, request: Request) -> Committed | Refused | Plan:
        if request.id and (done := pen.find(request.id)):
            return again(request, done)
        draft = self._draft(pen, request)
        head = pen.head.sequence
        if not draft.change.added and not draft.change.removed:
            nothing = Plan(head, plan_digest(_NOTHING, ()), _NOTHING, ())
            return nothing if request.preview else Committed(head, draft.graphs, 0, 0, ())
        attempt = attempt_of(request, request.id, draft)
        with self._judge.trial(pen.state, draft.change, draft.owners) as trial:
            fresh, versions = trial.fresh, trial.rule_sets
            # A domain's own rules bind that domain: to others they are remarks.
            bound = () if _is_derived(request) else (None, *draft.owners)
            broken = tuple(r for r in fresh if r.blocks and r.owner in bound)
            if request.preview:
                digest = plan_digest(draft.said, fresh)
                return Plan(head, digest, draft.said, fresh, refused=bool(broken))
            if request.plan is not None and request.plan != plan_digest(draft.said, fresh):
                raise StalePlan(
                    f"The mesh has moved on to commit {head}, and the plan is no longer what "
                    "would happen: plan again, look at it, and apply that."
                )
            if not broken:
                pen.make(draft.change)
                pen.record(
                    attempt, Outcome.COMMITTED, draft.change, results=fresh, rule_sets=versions
                )
                trial.keep()
                claims = any(graph.endswith(f"/graph/{CLAIMS_SOURCE}") for graph in draft.graphs)
                if claims or GOVERNANCE in draft.domains or MEMBERS in draft.graphs:
                    self._known = None
                said = draft.said
                return Committed(
                    pen.head.sequence, draft.graphs, len(said.added), len(said.removed), fresh
                )
        pen.record(attempt, Outcome.REFUSED, draft.change, results=broken, rule_sets=versions)
        return Refused(broken)

    def _draft(self, pen: Pen, request: Request) -> Draft:
        ownership = self._ownership(pen)
        places = [ownership.place(content.domain, content.source) for content in request.contents]
        for place, content in zip(places, request.contents, strict=True):
            patch = content if isinstance(content, SourcePatch) else None
            if not (isinstance(content, Act) or (patch and patch.follows)):
                ownership.authorise(request.author, place, reports=patch is not None)
        graphs = tuple(sorted({place.graph for place in places}))
        state = pen.state
        old: set[Quad] = set()
        new: set[Quad] = set()
        spoken: list[tuple[Place, bool, bool]] = []
        patches = [
            (place, content, content.edit(state))
            for place, content in zip(places, request.contents, strict=True)
            if isinstance(content, SourcePatch)
        ]
        for place, content, added, removed in _patched(state, patches):
            ownership.check(place, (Triple(*quad[:3]) for quad in added))
            old |= removed
            new |= added
            spoken.append((place, not content.silences, bool(added or removed)))
        whole = {
            place.graph: frozenset(state.quads([place.graph]))
            for place, content in zip(places, request.contents, strict=True)
            if not isinstance(content, SourcePatch)
        }
        for place, content in zip(places, request.contents, strict=True):
            if isinstance(content, SourcePatch):
                continue
            mine = ownership.part(place, whole[place.graph])
            before = frozenset(Triple(*quad[:3]) for quad in mine)
            if isinstance(content, Act):
                triples = content.edit(before, ownership.memberships)
            elif isinstance(content, SourceEdit):
                triples = content.edit(before)
            else:
                triples = content.triples
            given = {Quad(*triple, place.graph) for triple in triples}
            # What is there already was checked when it came.
            fresh = normal(given - mine)
            if not isinstance(content, Act):
                ownership.check(place, (Triple(*quad[:3]) for quad in fresh))
            old |= mine
            new |= (given & mine) | fresh
            spoken.append((place, bool(triples), given != mine))
        said = Difference(frozenset(new - old), frozenset(old - new))
        noted = notes(state, spoken, folder=request.folder)
        return Draft(
            tuple(sorted({place.domain.name for place in places})),
            frozenset(place.domain.id for place in places),
            graphs,
            said,
            Difference(said.added | noted.added, said.removed | noted.removed),
        )

    def _ownership(self, pen: Pen) -> Ownership:
        # Domains and members change seldom, and to read them costs more than most commits.
        if self._known is None:
            self._known = Ownership(pen.state, self._base_iri)
        return self._known


def _patched(
    state: Past,
    patches: Sequence[tuple[Place, SourcePatch, tuple[frozenset[Triple], frozenset[Triple]]]],
) -> Iterator[tuple[Place, SourcePatch, frozenset[Quad], frozenset[Quad]]]:
    """Find what of patches is a change: what is added and not there, what is removed and is."""
    subjects = {triple.subject for _, _, said in patches for part in said for triple in part}
    there = frozenset(state.told(subjects, {place.graph for place, _, _ in patches}))
    for place, content, (added, removed) in patches:
        wanted = normal(Quad(*triple, place.graph) for triple in added)
        unwanted = {Quad(*triple, place.graph) for triple in removed} - wanted
        yield place, content, wanted - there, frozenset(unwanted & there)


def _is_derived(request: Request) -> bool:
    """Tell whether all of it follows from the mesh, and is true whatever a rule wants."""
    return all(
        isinstance(content, Act)
        and (content.domain, content.source) == (GOVERNANCE, VERDICTS_SOURCE)
        for content in request.contents
    )
