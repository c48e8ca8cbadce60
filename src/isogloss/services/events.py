"""Take what producers report: OpenLineage events, kept and followed, many in one commit.

An event belongs to the domain that claims the namespace of its job (or of its dataset, if it
is about one), and to the unclaimed space if nobody does.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from threading import Lock
from typing import Any

from isogloss.errors import Forbidden, InvalidInput, MeshError, StoreUnavailable, ValidationFailed
from isogloss.intake.events import Event, instant_of, read_event
from isogloss.intake.openlineage import check, check_run
from isogloss.intake.tellings import essence
from isogloss.model.catalog import Domain
from isogloss.model.change import Refused
from isogloss.model.rdf import Iri
from isogloss.services.arrivals import Arrivals
from isogloss.services.catalog import UNCLAIMED
from isogloss.services.claims import Claims, read_claims
from isogloss.services.commits import Commits
from isogloss.services.current import Current
from isogloss.services.event_streams import Patch, Stream, stream_of
from isogloss.services.judge import Clock, now
from isogloss.services.requests import SourcePatch
from isogloss.store.graph import Reader
from isogloss.store.history import Past

MOST_TOGETHER = 1_000
"""So many events share one commit at the most."""

MOST_STATEMENTS = 50_000
"""So many statements may events make that share a commit; one that makes more has its own."""

_ROUNDS = 3
_AHEAD = timedelta(days=1)
"""So far clocks may differ, time zones left out included."""

_MOST_REMEMBERED = 10_000
_PAUSE_SECONDS = 0.005
_MOST_PAUSES = 20

Answer = MeshError | Refused | None
"""What becomes of an event: an error, a refusal by the rules, or None once it is durable."""


class _Moved(MeshError):
    """Namespaces were claimed since the events were sorted by domain."""


_NOBODYS = (StoreUnavailable, ValidationFailed, _Moved)
"""What keeps all events out alike, so that to try them one by one is no use."""


@dataclass(frozen=True, slots=True)
class Reported:
    """An event, who reports it, and how many statements it makes."""

    event: Event
    author: Iri
    statements: int


class Events:
    """The way from events to commits."""

    def __init__(self, graph: Reader, commits: Commits, clock: Clock = now) -> None:
        self._commits = commits
        self._clock = clock
        self._claims = Current(graph, lambda: read_claims(graph))
        self._fine: dict[object, int] = {}
        self._waiting: list[tuple[Sequence[Reported], Future[list[Answer]]]] = []
        self._queue = Lock()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="isogloss-events")

    def read(self, values: Sequence[tuple[str, Any]], author: Iri) -> list[Reported | MeshError]:
        """Read what somebody reports, each event with what to call it in an error.

        What does not come through has its error in its place: what is no event, what its author
        may not report (of which the journal has one attempt for each domain), and then what
        cannot all be read.
        """
        claims = self._claims.get()
        rights: dict[str, MeshError | None] = {}
        found: list[Reported | MeshError] = []
        for where, value in values:
            try:
                event = self._event(where, value)
                domain = self._domain_of(event, claims)
                if domain.name not in rights:
                    rights[domain.name] = self._forbidden(author, event, domain)
                # Rights come first: to work out all that an event says takes long.
                found.append(rights[domain.name] or self._checked(event, author, domain.uri_space))
            except MeshError as error:
                found.append(error)
        return found

    def _event(self, where: str, value: Any) -> Event:
        event = read_event(where, value)
        if instant_of(event.time) > self._clock() + _AHEAD:
            raise InvalidInput(
                f"{where}: eventTime is {event.time}, more than a day ahead, and nothing that "
                "comes until then would count as newer: set the producer's clock."
            )
        return event

    def _forbidden(self, author: Iri, event: Event, domain: Domain) -> MeshError | None:
        source, _ = stream_of(event, domain.name, domain.uri_space).sources
        try:
            self._commits.authorise(author, [(domain.name, source)], reports=True)
        except Forbidden as error:
            return error
        return None

    def _checked(self, event: Event, author: Iri, space: str) -> Reported:
        # Most say of their job and datasets what was said before.
        key = essence(event)
        statements = self._fine.get(key)
        if statements is None:
            _, statements = check(event, space)
            if len(self._fine) >= _MOST_REMEMBERED:
                self._fine = {}
            self._fine[key] = statements
        _, of_run = check_run(event, space)
        return Reported(event, author, statements + of_run)

    def submit(self, reported: Sequence[Reported]) -> "Future[list[Answer]]":
        """Have events taken with all that wait by then; the answers are those of `take`."""
        answers: Future[list[Answer]] = Future()
        with self._queue:
            self._waiting.append((reported, answers))
        self._writer.submit(self._take_waiting)
        return answers

    def close(self) -> None:
        """Take what still waits, and no more."""
        self._writer.shutdown()

    def _take_waiting(self) -> None:
        if not self._waiting:
            return  # somebody's turn before has taken them along
        # Whoever was answered a moment ago, and reports again, shares the next commit.
        known = 0
        for _ in range(_MOST_PAUSES):
            if known == (known := len(self._waiting)):
                break
            time.sleep(_PAUSE_SECONDS)
        with self._queue:
            size = statements = 0
            group: list[tuple[Sequence[Reported], Future[list[Answer]]]] = []
            while self._waiting and size < MOST_TOGETHER and statements < MOST_STATEMENTS:
                reported, waiting = self._waiting.pop(0)
                if waiting.set_running_or_notify_cancel():
                    group.append((reported, waiting))
                    size += len(reported)
                    statements += sum(one.statements for one in reported)
        try:
            answers = iter(self.take([one for reported, _ in group for one in reported]))
        except BaseException as error:
            for _, waiting in group:
                waiting.set_exception(error)
            return
        for reported, waiting in group:
            waiting.set_result(list(islice(answers, len(reported))))

    def take(self, reported: Sequence[Reported]) -> list[Answer]:
        """Commit events of any number of authors; answer each, in their order.

        An answer is given once what it says is durable. One bad event harms no other.
        """
        answers: list[Answer] = [None] * len(reported)
        by_author: defaultdict[Iri, list[int]] = defaultdict(list)
        for place, one in enumerate(reported):
            by_author[one.author].append(place)
        for author, places in by_author.items():
            for some in _portions(places, [one.statements for one in reported]):
                events = [reported[place].event for place in some]
                for place, answer in zip(some, self._take(events, author), strict=True):
                    answers[place] = answer
        return answers

    def _take(self, events: Sequence[Event], author: Iri) -> list[Answer]:
        outcome = self._commit(events, author)
        if outcome is None or len(events) == 1 or isinstance(outcome, _NOBODYS):
            return [outcome] * len(events)
        # Somebody's event is at fault: first see whose domain it is, then halve.
        by_domain: defaultdict[str, list[int]] = defaultdict(list)
        for place, event in enumerate(events):
            by_domain[self._domain_of(event, self._claims.get()).name].append(place)
        parts = list(by_domain.values())
        if len(parts) == 1:
            if isinstance(outcome, Forbidden):
                return [outcome] * len(events)
            middle = len(events) // 2
            parts = [list(range(middle)), list(range(middle, len(events)))]
        answers: list[Answer] = [None] * len(events)
        for part in parts:
            found = self._take([events[place] for place in part], author)
            for place, answer in zip(part, found, strict=True):
                answers[place] = answer
        return answers

    def _commit(self, events: Sequence[Event], author: Iri) -> Answer:
        error: MeshError | None = None
        for _ in range(_ROUNDS):
            try:
                claims = self._claims.get()
                streams: defaultdict[Stream, set[Event]] = defaultdict(set)
                for event in events:
                    domain = self._domain_of(event, claims)
                    streams[stream_of(event, domain.name, domain.uri_space)].add(event)
                outcome = self._commits.replace(
                    _Turn(streams, claims).contents(),
                    author=author,
                    message=_message(len(events)),
                )
            except _Moved as moved:
                error = moved
            except MeshError as found:
                return found
            else:
                return outcome if isinstance(outcome, Refused) else None
        return error

    def _domain_of(self, event: Event, claims: Claims) -> Domain:
        return self._commits.domain(claims.claimant(event.about[0]) or UNCLAIMED)


class _Turn:
    """What events change when their turn has come: worked out once, for all sources."""

    def __init__(self, streams: dict[Stream, set[Event]], claims: Claims) -> None:
        self._streams = streams
        self._claims = claims
        self._patches: dict[tuple[str, str], Patch] = {}

    def contents(self) -> list[SourcePatch]:
        """Give the patches of all sources."""
        return [
            SourcePatch(stream.domain, source, self._edit(stream.domain, source))
            for stream in sorted(self._streams)
            for source in stream.sources
        ]

    def _edit(self, domain: str, source: str) -> Callable[[Past], Patch]:
        def edit(state: Past) -> Patch:
            if not self._patches:
                if read_claims(state).all != self._claims.all:
                    raise _Moved("Namespaces were claimed in the meantime: send the event again.")
                self._patches = Arrivals(state, self._streams).patches()
            return self._patches[domain, source]

        return edit


def _portions(places: Sequence[int], statements: Sequence[int]) -> Iterator[list[int]]:
    """Cut the places of events into those that share a commit."""
    part: list[int] = []
    said = 0
    for place in places:
        said += statements[place]
        if part and (len(part) == MOST_TOGETHER or said > MOST_STATEMENTS):
            yield part
            part, said = [], statements[place]
        part.append(place)
    if part:
        yield part


def _message(count: int) -> str:
    return f"Take {count} OpenLineage event{'s' if count > 1 else ''}."
