"""What is asked of the writer, and what each request comes to."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from isogloss.errors import InvalidArgument
from isogloss.model.change import Act, Committed, Plan, Refused, SourceContent, SourceEdit
from isogloss.model.governance import ValidationResult
from isogloss.model.journal import Attempt, Difference, Entry
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.services.ownership import Place
from isogloss.store.graph import Reader
from isogloss.store.history import Past
from isogloss.store.named_graphs import CATALOGUE, SYSTEM
from isogloss.vocab import MESH, XSD


@dataclass(frozen=True, slots=True)
class SourcePatch:
    """What a source is to say besides, and what no longer, told when its turn has come.

    `edit` is given the state that it meets, and reads of it only what it needs; it gives
    (added, removed). What is there already, or is not, may be among them. One that `silences`
    its source removes all that it says. One that `follows` comes of what another content of the
    request says, and takes no right of its own.
    """

    domain: str
    source: str
    edit: Callable[[Past], tuple[frozenset[Triple], frozenset[Triple]]]
    silences: bool = False
    follows: bool = False


Content: TypeAlias = SourceContent | SourceEdit | SourcePatch | Act
"""What may be asked of a source."""


@dataclass(slots=True)
class Request:
    """What an author asks for, and the answer once there is one.

    `plan` is the digest of the plan that it must come to; `folder` marks sources that a
    folder is the whole of; with `preview`, nothing is done.
    """

    contents: Sequence[Content]
    author: Iri
    message: str
    id: str
    plan: str | None
    folder: bool
    preview: bool = False
    answer: Committed | Refused | Plan | BaseException | None = None

    def digest(self) -> str:
        """Compute what stands for all that is asked."""
        parts = [
            (c.domain, c.source, sorted(map(repr, c.triples)))
            for c in self.contents
            if isinstance(c, SourceContent)
        ]
        return hashlib.sha256(repr((parts, self.message, self.plan)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a request comes to in the state that it meets."""

    domains: tuple[str, ...]
    owners: frozenset[Iri]  # the same domains by their IRIs
    graphs: tuple[Iri, ...]
    said: Difference  # by the sources
    change: Difference  # with what the system notes beside it


def again(request: Request, done: Entry) -> Committed | Refused:
    """Answer a request whose id the journal knows as it was answered then.

    Raises:
        InvalidArgument: the id names somebody else's request, or another one.
    """
    if done.attempt.author != request.author or done.attempt.request != request.digest():
        raise InvalidArgument(
            f"The id {request.id!r} names another change: give each change an id of its own."
        )
    if done.sequence is None:
        return Refused(done.results)
    return Committed(done.sequence, done.attempt.graphs, done.added, done.removed, done.results)


def attempt_of(request: Request, id: str, draft: Draft | None = None) -> Attempt:
    """Say for the journal who asked for what, under an id."""
    return Attempt(
        id=id,
        request=request.digest(),
        author=request.author,
        domains=draft.domains if draft else tuple(sorted({c.domain for c in request.contents})),
        graphs=draft.graphs if draft else (),
        message=request.message,
    )


def plan_digest(change: Difference, results: Iterable[ValidationResult]) -> str:
    """Compute what stands for a plan: the same for the same change and results."""
    said = (sorted(map(repr, change.added)), sorted(map(repr, change.removed)))
    return hashlib.sha256(repr((said, sorted(map(repr, results)))).encode()).hexdigest()


def notes(
    state: Reader, spoken: Collection[tuple[Place, bool, bool]], *, folder: bool
) -> Difference:
    """Tell what the catalogue is to note: whose each graph is, and whether a folder has it.

    `spoken` is, for each source, its place, whether it says anything, and whether that is new.
    """
    wanted: set[Quad] = set()
    unwanted: set[Quad] = set()
    for place, speaks, changed in spoken:
        if place.graph in SYSTEM:
            continue
        owned = Quad(place.domain.id, MESH.dataGraph, place.graph, CATALOGUE)
        applied = Quad(place.graph, MESH.applied, Literal("true", XSD.boolean), CATALOGUE)
        (wanted if speaks else unwanted).add(owned)
        if speaks and folder:
            wanted.add(applied)
        elif changed:
            unwanted.add(applied)
    graphs = {place.graph for place, _, _ in spoken}
    known = {quad for quads in state.describe(graphs).values() for quad in quads}
    # Of all graphs, only the catalogue may state whose a graph is.
    for graph, owners in state.referrers(MESH.dataGraph, graphs).items():
        known.update(Quad(owner, MESH.dataGraph, graph, CATALOGUE) for owner in owners)
    return Difference(frozenset(wanted - known), frozenset(unwanted & known))
