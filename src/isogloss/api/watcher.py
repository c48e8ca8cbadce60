"""One look at the mesh for all who listen, as long as somebody does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Generic, Protocol, TypeVar

from anyio import to_thread

from isogloss.errors import MeshError, TooSlow
from isogloss.model.rdf import Iri

log = logging.getLogger("isogloss.api")

SECONDS = 0.5
"""So long after a look comes the next."""

LONGEST_SECONDS = 30.0
"""So long at the most, where the mesh could not be judged time after time."""

MAX_WAITING = 20
"""So many looks may have something to tell that a listener has not taken yet."""


class Sight(Protocol):
    """How things stand, by domain, as one look saw it."""

    @property
    def standings(self) -> Mapping[Iri, object]:
        """What was seen of each domain."""


S = TypeVar("S", bound=Sight)
C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)


class Looking(Protocol[S, C_co]):
    """Sees how domains stand, and what has changed."""

    def look(self, domains: Collection[Iri], before: S | None = None) -> S:
        """Look; `before` is what the last look saw."""

    def changes(self, before: S, after: S, domain: Iri) -> tuple[C_co, ...]:
        """Tell how two looks at a domain differ."""


class Listener(Generic[C]):
    """Who listens to one domain, and what he has not taken yet; `ask` tells how things stand."""

    def __init__(self, domain: Iri, ask: str) -> None:
        self.domain = domain
        self._ask = ask
        self._waiting: asyncio.Queue[tuple[C, ...] | Exception] = asyncio.Queue(MAX_WAITING)

    async def take(self) -> tuple[C, ...]:
        """Wait for what one look has to tell.

        Raises:
            TooSlow: there is more than could wait, and some of it is lost.
        """
        found = await self._waiting.get()
        if isinstance(found, Exception):
            raise found
        return found

    def tell(self, found: tuple[C, ...]) -> bool:
        """Let changes wait to be taken; False if there is no room, which ends it."""
        if self._waiting.full():
            self.end(
                TooSlow(
                    f"The changes of {MAX_WAITING} looks at the mesh were waiting, and what has "
                    f"changed since is lost: ask `{self._ask}` how things stand, and "
                    "subscribe again."
                )
            )
            return False
        self._waiting.put_nowait(found)
        return True

    def end(self, error: Exception) -> None:
        """Let the error be what is taken next, and last."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(error)


class Watcher(Generic[S, C]):
    """Looks while somebody listens; of one event loop."""

    def __init__(self, looking: Looking[S, C], ask: str) -> None:
        """Take who looks, and the query that tells how things stand."""
        self._looking = looking
        self._ask = ask
        self._listeners: set[Listener[C]] = set()
        self._task: asyncio.Task[None] | None = None
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def listen(self, domain: Iri) -> AsyncIterator[Listener[C]]:
        """Listen to a domain; what changes after the first look from here on is told."""
        listener: Listener[C] = Listener(domain, self._ask)
        self._listeners.add(listener)
        self._moved.set()
        if self._task is None:
            self._task = asyncio.create_task(self._look())
        try:
            yield listener
        finally:
            # A look that is under way is not cut short: who comes and goes has only one running.
            self._listeners.discard(listener)
            self._moved.set()

    async def _look(self) -> None:
        before: S | None = None
        seconds = SECONDS
        try:
            while self._listeners:
                self._moved.clear()
                domains = {listener.domain for listener in self._listeners}
                try:
                    # Who waits for a look must not keep the server from stopping.
                    seen = await to_thread.run_sync(
                        self._looking.look, domains, before, abandon_on_cancel=True
                    )
                except MeshError as error:
                    # Of what cannot be judged nothing is said: the next look has it all.
                    log.warning("The mesh is not watched: %s", error)
                    seconds = min(2 * seconds, LONGEST_SECONDS)
                else:
                    seconds = SECONDS
                    self._tell(before, seen)
                    before = seen
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._moved.wait(), seconds)
        except Exception as error:  # a bug of ours, which leaves nobody waiting for nothing
            for listener in self._listeners:
                listener.end(error)
            self._listeners.clear()
        finally:
            self._task = None

    def _tell(self, before: S | None, seen: S) -> None:
        if before is None:
            return
        for domain in seen.standings:
            found = self._looking.changes(before, seen, domain)
            if found:
                deaf = {
                    one for one in self._listeners if one.domain == domain and not one.tell(found)
                }
                self._listeners -= deaf
