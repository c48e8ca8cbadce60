"""The life of a mapping between terms: proposed, approved by both sides, rejected, retired.

Each step is a commit to the graph of decisions, taken or refused under the writer's lock.
"""

from collections.abc import Callable, Iterable, Sequence

from isogloss.errors import Forbidden, InvalidArgument, NotFound, WrongStage
from isogloss.model.agreement import (
    Choice,
    Finding,
    MappingDraft,
    Settled,
    Step,
    TranslationDraft,
)
from isogloss.model.change import Act, Refused
from isogloss.model.journal import Outcome
from isogloss.model.rdf import Iri, Quad, Triple
from isogloss.services.agreements import decisions_graph
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.commits import Commits
from isogloss.services.delegates import Members, check_reason
from isogloss.services.judge import Clock
from isogloss.services.mapping_desk import Desk, Said
from isogloss.services.mapping_drafts import check_draft, check_translation
from isogloss.services.mapping_records import DECISIONS_SOURCE, record_of
from isogloss.services.ownership import OPERATOR
from isogloss.services.steward_queue import Detect, finding_of
from isogloss.store.mesh import Mesh

MAX_CHOICES = 1_000


class Mappings:
    """The steps by which mappings come to hold, and end."""

    def __init__(
        self, mesh: Mesh, catalog: Catalog, commits: Commits, clock: Clock, detect: Detect
    ) -> None:
        self._mesh = mesh
        self._catalog = catalog
        self._commits = commits
        self._clock = clock
        self._detect = detect

    def propose(self, drafts: Sequence[MappingDraft], *, author: Iri = OPERATOR) -> Settled:
        """Propose mappings, in one commit; the author approves of them for the sides he stewards.

        Raises:
            NotFound: a term that no glossary has.
            InvalidArgument: there is no draft, or one does not add up.
            ExpressionRefused: a translation holds what translations may not use.
            Forbidden: the author works in no domain.
            WrongStage: the same is proposed already, or approved.
        """
        if not 1 <= len(drafts) <= MAX_CHOICES:
            raise InvalidArgument(f"Propose 1 to {MAX_CHOICES:,} mappings at once.")
        for draft in drafts:
            check_draft(draft, self._catalog, self._clock())

        def edit(desk: Desk) -> None:
            for draft in drafts:
                desk.propose(draft)

        what = "a mapping" if len(drafts) == 1 else f"{len(drafts)} mappings"
        why = f": {drafts[0].comment}" if drafts[0].comment else ""
        return self._commit(edit, author, f"Propose {what}{why}")

    def approve(self, id: Iri, comment: str = "", *, author: Iri = OPERATOR) -> Settled:
        """Approve of a mapping for the sides that the author is a steward of; as `decide` does."""
        return self.decide([Choice(Step.APPROVE, id, comment)], author=author)

    def reject(self, id: Iri, reason: str, *, author: Iri = OPERATOR) -> Settled:
        """Turn a proposed mapping down; as `decide` does."""
        return self.decide([Choice(Step.REJECT, id, reason)], author=author)

    def retire(self, id: Iri, reason: str, *, author: Iri = OPERATOR) -> Settled:
        """Let an approved mapping hold no longer; as `decide` does."""
        return self.decide([Choice(Step.RETIRE, id, reason)], author=author)

    def dismiss(self, finding: Finding, reason: str, *, author: Iri = OPERATOR) -> Settled:
        """Say that what was found of two terms needs no mapping; as `decide` does."""
        return self.decide([Choice(Step.DISMISS, finding, reason)], author=author)

    def decide(self, choices: Sequence[Choice], *, author: Iri = OPERATOR) -> Settled:
        """Take several steps in one commit, each in the state that those before it made.

        Raises:
            NotFound: there is no such mapping, or nothing of the kind was found.
            InvalidArgument: there are no choices, or one that needs a reason has none.
            Forbidden: the author is a steward or owner of neither side.
            WrongStage: a mapping is not where that step could be taken, or the author has
                approved of it before.
        """
        if not 1 <= len(choices) <= MAX_CHOICES:
            raise InvalidArgument(f"Decide 1 to {MAX_CHOICES:,} things at once.")
        for choice in choices:
            if choice.step is not Step.APPROVE or choice.reason:
                check_reason(choice.reason)
        self._check_found([one.about for one in choices if isinstance(one.about, Finding)])

        def edit(desk: Desk) -> None:
            for choice in choices:
                desk.decide(choice)

        if len(choices) == 1:
            why = f": {choices[0].reason}" if choices[0].reason else ""
            about = choices[0].about
            shown = f"{about.one} and {about.other}" if isinstance(about, Finding) else about
            return self._commit(edit, author, f"{choices[0].step.value.title()} {shown}{why}")
        return self._commit(edit, author, f"Decide about {len(choices)} mappings.")

    def translate_by(self, id: Iri, draft: TranslationDraft, *, author: Iri = OPERATOR) -> Settled:
        """Give a mapping a translation, in place of the one that leads the same way.

        It is proposed again by that, and takes the approval of both sides as if it were new.

        Raises:
            NotFound: there is no such mapping.
            InvalidArgument: the translation does not add up.
            ExpressionRefused: it holds what translations may not use.
            Forbidden: the author is a steward or owner of neither side.
            WrongStage: the mapping was rejected or retired.
        """
        check_translation(draft)

        def edit(desk: Desk) -> None:
            desk.translate(id, draft)

        return self._commit(edit, author, f"Translate by the mapping {id}.")

    def undo(self, sequence: int, *, author: Iri = OPERATOR) -> Settled:
        """Take back all that a commit of the author's decided about mappings.

        Raises:
            NotFound: there is no such commit.
            InvalidArgument: it decided nothing about mappings.
            Forbidden: it is somebody else's, or the author has lost a right that it took.
            WrongStage: something that it said is no longer as it left it.
        """

        def edit(desk: Desk) -> None:
            desk.undo(*self._decided(sequence, author, desk))

        return self._commit(edit, author, f"Undo commit {sequence}, about mappings.")

    def _check_found(self, findings: Sequence[Finding]) -> None:
        if not findings:
            return
        known = {(one.key, one.fingerprint) for one in map(finding_of, self._detect())}
        for finding in findings:
            if (finding.key, finding.fingerprint) not in known:
                raise NotFound(
                    f"No {finding.kind[:50]!r} of {finding.one} and {finding.other} is found with "
                    f"the evidence {finding.fingerprint[:50]!r}: `isogloss polysemes` has what is."
                )

    def _decided(self, sequence: int, author: Iri, desk: Desk) -> tuple[Said, Said, Said]:
        """Find what a commit added, removed, and left behind of the records that it touched."""
        graph = decisions_graph(self._catalog)
        entry = next(iter(self._mesh.journal.entries(sequences=[sequence])), None)
        if entry is None or entry.outcome is not Outcome.COMMITTED:
            raise NotFound(f"There is no commit {sequence}: `isogloss history` has them all.")
        if graph not in entry.attempt.graphs:
            raise InvalidArgument(f"Commit {sequence} decided nothing about mappings.")
        if entry.attempt.author != author:
            raise Forbidden(
                f"Commit {sequence} is {entry.attempt.author}'s, who alone takes it back: decide "
                "otherwise yourself, by rejecting or retiring."
            )
        change = self._mesh.journal.difference(sequence - 1, sequence)
        added, removed = (_of(graph, quads) for quads in (change.added, change.removed))
        touched = {record_of(triple.subject) for triple in added | removed}
        then = _of(graph, self._mesh.at(sequence).quads([graph]))
        left = frozenset(triple for triple in then if record_of(triple.subject) in touched)
        if later := {record_of(triple.subject) for triple in left ^ desk.about(touched)}:
            raise WrongStage(
                f"<{min(later)}> is no longer as commit {sequence} left it: undo first what was "
                "decided about it since."
            )
        return added, removed, left

    def _commit(self, edit: Callable[[Desk], None], author: Iri, message: str) -> Settled:
        mappings: tuple[Iri, ...] = ()

        def act(said: Said, members: Members) -> Said:
            nonlocal mappings
            owner_of = self._commits.ownership().owner_of
            space = self._catalog.get_domain(GOVERNANCE).uri_space
            sequence = self._mesh.journal.head.sequence + 1
            desk = Desk(said, members, owner_of, author, self._clock(), space, sequence)
            edit(desk)
            mappings = tuple(desk.touched)
            return desk.said

        content = Act(GOVERNANCE, DECISIONS_SOURCE, act)
        outcome = self._commits.replace([content], author=author, message=message[:1000])
        return Settled(outcome, () if isinstance(outcome, Refused) else mappings)


def _of(graph: Iri, quads: Iterable[Quad]) -> Said:
    return frozenset(Triple(*quad[:3]) for quad in quads if quad.graph == graph)
