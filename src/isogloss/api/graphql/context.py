"""What one request carries: the services, and loaders that gather look-ups into few calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import to_thread
from strawberry.dataloader import DataLoader
from strawberry.types import Info as StrawberryInfo

from isogloss.api.sockets import Connection
from isogloss.api.watcher import Watcher
from isogloss.bootstrap import Services, View
from isogloss.errors import Unauthenticated
from isogloss.model.agreement import MappingChange
from isogloss.model.catalog import (
    Agent,
    Column,
    DataProduct,
    Dataset,
    Domain,
    Port,
    ServiceLevelObjective,
    Term,
)
from isogloss.model.governance import RuleOutcome, VerdictChange
from isogloss.model.meaning import Translation
from isogloss.model.rdf import Iri
from isogloss.model.rules import Waiver, WaiverStage
from isogloss.model.verdicts import MeaningChange
from isogloss.services.mapping_watch import MappingSight
from isogloss.services.meaning_watch import MeaningSight
from isogloss.services.waivers import Waivers
from isogloss.services.watching import Sight

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")


def _loader(read: Callable[[Sequence[K]], Sequence[V]]) -> DataLoader[K, V]:
    async def load(keys: list[K]) -> Sequence[V]:
        # The store and the rules may take their time; the event loop must not wait for them.
        return await to_thread.run_sync(read, keys)

    return DataLoader(load_fn=load)


class Loaders:
    """One loader per question that lists ask of each of their rows."""

    def __init__(self, view: View, waivers: Waivers) -> None:
        catalog = view.catalog
        self.domain: DataLoader[Iri, Domain | None] = _loader(catalog.domains_by_id)
        self.product: DataLoader[Iri, DataProduct | None] = _loader(catalog.products)
        self.dataset: DataLoader[Iri, Dataset | None] = _loader(catalog.datasets)
        self.column: DataLoader[Iri, Column | None] = _loader(catalog.columns)
        self.term: DataLoader[Iri, Term | None] = _loader(catalog.terms)
        self.port: DataLoader[Iri, Port | None] = _loader(catalog.ports)
        self.agent: DataLoader[Iri, Agent | None] = _loader(catalog.agents)
        self.objective: DataLoader[Iri, ServiceLevelObjective | None] = _loader(catalog.objectives)
        self.translation: DataLoader[Iri, Translation | None] = _loader(view.meanings.translations)
        self.columns_of: DataLoader[Iri, list[Column]] = _loader(catalog.columns_of)
        self.products_of: DataLoader[Iri, tuple[Iri, ...]] = _loader(catalog.products_of)
        self.columns_representing: DataLoader[Iri, tuple[Iri, ...]] = _loader(
            catalog.columns_representing
        )
        self.products_in: DataLoader[Iri, tuple[Iri, ...]] = _loader(catalog.products_in)
        self.datasets_in: DataLoader[Iri, tuple[Iri, ...]] = _loader(catalog.datasets_in)
        self.terms_in: DataLoader[Iri, tuple[Iri, ...]] = _loader(catalog.terms_in)
        self.outcomes: DataLoader[DataProduct, tuple[RuleOutcome, ...]] = _loader(
            view.governance.outcomes
        )
        self.waiver: DataLoader[Iri, tuple[Waiver, WaiverStage] | None] = _loader(waivers.find)


@dataclass(frozen=True)
class Reading:
    """One state of the mesh, and the loaders that read it for one field of the query."""

    view: View
    loaders: Loaders


@dataclass(frozen=True)
class Watchers:
    """Who looks at the mesh for those who listen."""

    verdicts: Watcher[Sight, VerdictChange]
    mappings: Watcher[MappingSight, MappingChange]
    meanings: Watcher[MeaningSight, MeaningChange]


@dataclass
class Context:
    """The context of one request; `author` is None where nobody said who asks.

    Over a WebSocket it is that of all that is asked there; `connection` is None elsewhere.
    Strawberry sets `connection_params` to what its first message brought along.
    """

    services: Services
    author: Iri | None = None
    watchers: Watchers | None = None
    connection: Connection | None = None
    connection_params: dict[str, object] | None = field(default=None, repr=False)
    _readings: dict[str | int, Reading] = field(default_factory=dict)

    def at(self, info: "Info") -> Reading:
        """Give the state that the field of the query asks of, from however deep below it."""
        path = info.path
        while path.prev is not None:
            path = path.prev
        if path.key not in self._readings:
            self.look(path.key, self.services)
        return self._readings[path.key]

    def look(self, key: str | int, view: View) -> None:
        """Let a field of the query, by its name in the answer, ask of a state."""
        self._readings[key] = Reading(view, Loaders(view, self.services.waivers))

    def require_author(self) -> Iri:
        """Tell who asks.

        Raises:
            Unauthenticated: nobody said so.
        """
        if self.author is None:
            raise Unauthenticated(
                "This takes to know who asks: send a token, as in the header "
                "`Authorization: Bearer isogloss_…`; the operator issues them."
            )
        return self.author


Info = StrawberryInfo[Context, None]


async def show_many(
    loader: DataLoader[K, V | None], keys: Sequence[K], view: Callable[[V], R]
) -> list[R]:
    """Load many and show those that are there, in the order of the keys."""
    return [view(value) for value in await loader.load_many(keys) if value is not None]


async def show_one(
    loader: DataLoader[K, V | None], key: K | None, view: Callable[[V], R]
) -> R | None:
    """Load one and show it, if there is a key and something behind it."""
    value = await loader.load(key) if key is not None else None
    return view(value) if value is not None else None
