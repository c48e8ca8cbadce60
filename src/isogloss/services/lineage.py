"""Trace where columns, datasets, products and domains come from, and what depends on them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from isogloss.errors import NotFound
from isogloss.lineage.index import Index
from isogloss.lineage.whole import Whole
from isogloss.model.lineage import (
    Direction,
    Edge,
    EdgeFilter,
    EdgeKind,
    Evidence,
    Extent,
    Fact,
    Level,
    Lineage,
    Link,
    NodeFilter,
    Reached,
    Truncation,
)
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.lineage_coarse import Coarse
from isogloss.services.lineage_facts import FactReader
from isogloss.services.lineage_levels import Levels
from isogloss.services.lineage_pages import check
from isogloss.services.projection import Projection
from isogloss.store.history import Past

MAX_HOPS = 30
MAX_NODES = 10_000
MOST_HOPS = 1_000
MOST_NODES = 100_000
_REASON = 10**9
_ALL_EDGES, _ALL_NODES = EdgeFilter(), NodeFilter()


class Snapshot:
    """The lineage of one commit, whatever is committed while somebody asks."""

    def __init__(self, state: Past, catalog: Catalog, projection: Projection) -> None:
        """Trace in the projection, which is true of the commit of `state` at least."""
        self.state = state
        self.catalog = catalog
        self.levels = Levels(state, projection.identity, catalog)
        self._projection = projection

    @property
    def sequence(self) -> int:
        """Give the number of the commit."""
        return self.state.sequence

    def lineage(
        self,
        of: Iri,
        direction: Direction,
        *,
        level: Level = Level.COLUMN,
        max_hops: int = MAX_HOPS,
        max_nodes: int = MAX_NODES,
        edges: EdgeFilter = _ALL_EDGES,
        nodes: NodeFilter = _ALL_NODES,
        offset: int = 0,
        through: bool = True,
        columnless: bool = True,
    ) -> Lineage:
        """Find everything that `of` depends on, or that depends on it.

        Args:
            of: by any of its names.
            direction: towards sources, or towards users.
            level: what the nodes are.
            max_hops: how far to go in all.
            max_nodes: how many nodes to show.
            edges: those to follow.
            nodes: those to enter.
            offset: so many of the first nodes were shown before.
            through: whether to tell what edges follow from, which takes longer.
            columnless: whether to look for what an answer about columns cannot have, likewise.

        Raises:
            NotFound: `of` is nothing that has lineage.
            InvalidArgument: a limit below 1 or beyond reason.
        """
        check("maxHops", max_hops, _REASON)
        check("maxNodes", max_nodes, MOST_NODES)
        starts = self.expand(of, level)
        found, coarse = self._search(
            starts,
            level,
            direction,
            edges=edges,
            nodes=nodes,
            max_hops=max_hops,
            max_nodes=max_nodes,
            offset=offset,
            with_links=True,
        )
        finer: Mapping[Link, Iterable[Iri]] = {}
        if coarse is not None:
            finer = {link: coarse.through(link) for link in found.links}
        elif through and level is Level.DATASET:
            finer = self.columns_between(found.links)
        truncation = None
        if found.cut_by == "maxNodes":
            truncation = Truncation("maxNodes", max_nodes, f"{found.beyond} more nodes")
        elif found.cut_by == "maxHops":
            beyond = f"{found.beyond} nodes one hop further"
            truncation = Truncation("maxHops", max_hops, beyond)
        return Lineage(
            starts=starts,
            direction=direction,
            level=level,
            nodes=found.nodes,
            edges=_edges(found.links, finer, coarse),
            extent=Extent(found.sequence, found.nodes_explored, found.edges_explored, truncation),
            columnless=self._columnless(of, direction, edges)
            if columnless and level is Level.COLUMN
            else (),
        )

    def reach(
        self,
        starts: Collection[Iri],
        level: Level,
        direction: Direction,
        *,
        edges: EdgeFilter = _ALL_EDGES,
        nodes: NodeFilter = _ALL_NODES,
        max_hops: int | None = None,
        max_nodes: int | None = None,
        offset: int = 0,
        with_links: bool = True,
    ) -> Reached:
        """Search a level from nodes of it; `lineage.index.Index.closure` says how."""
        found, _ = self._search(
            starts,
            level,
            direction,
            edges=edges,
            nodes=nodes,
            max_hops=max_hops,
            max_nodes=max_nodes,
            offset=offset,
            with_links=with_links,
        )
        return found

    def whole(
        self,
        level: Level,
        nodes: Collection[Iri],
        *,
        edges: EdgeFilter = _ALL_EDGES,
        entered: Collection[Iri] | None = None,
    ) -> Whole:
        """Give all arcs of a level; of products and domains, those between `nodes`."""
        if level in (Level.COLUMN, Level.DATASET):
            index = self._projection.index(level)
        else:
            coarse = Coarse(self.levels, self._projection.index(Level.DATASET), level)
            index = coarse.explore(nodes, Direction.UPSTREAM, None)
        return index.whole(at=self.sequence, edges=edges, entered=entered)

    def expand(self, of: Iri, level: Level) -> tuple[Iri, ...]:
        """Find the nodes of a level that stand for something, by any of its names, sorted.

        Raises:
            NotFound: it is no column, dataset, product or domain.
        """
        return self.levels.expand(of, level)

    def column(self, of: Iri) -> Iri:
        """Find what a column is called, by any of its names.

        Raises:
            NotFound: it is no column.
        """
        place = self.reader().places([of])[of]
        if not place or not place.is_column:
            raise NotFound(f"{of} is no column of the mesh: look its IRI up with a search.")
        return place.node

    def index(self, level: Level) -> Index:
        """Give the index of columns or of datasets; it knows other commits as well."""
        return self._projection.index(level)

    def products_downstream(self, product: Iri) -> tuple[Iri, ...]:
        """List the products that depend on a product, sorted.

        Raises:
            NotFound: the mesh has no such product.
        """
        starts = self.expand(product, Level.PRODUCT)
        found = self.reach(starts, Level.PRODUCT, Direction.DOWNSTREAM, with_links=False)
        return tuple(sorted(node.id for node in found.nodes))

    def reader(self) -> FactReader:
        """Read what names stand for; one reader is not for several threads."""
        return FactReader(self.state, self._projection.identity, self.sequence)

    def columns_between(self, links: Collection[Link]) -> dict[Link, set[Iri]]:
        """Find the columns that edges between datasets follow from."""
        reader = self.reader()
        downstream = {link.downstream for link in links}
        names = {name for dataset in downstream for name in self.levels.group(dataset).members}
        places = reader.places(reader.columns_of(names)).values()
        lifted = reader.lifted(places, self._projection.index(Level.COLUMN))
        found: dict[Link, set[Iri]] = {}
        for link in links:
            fact = Fact(link.upstream, link.kind, link.evidence, (), link.graph, link.job)
            same = lifted.get((link.downstream, fact), [])
            found[link] = {end for one in same for end in one[:2]}
        return found

    def _search(
        self,
        starts: Collection[Iri],
        level: Level,
        direction: Direction,
        *,
        edges: EdgeFilter,
        nodes: NodeFilter,
        max_hops: int | None,
        max_nodes: int | None,
        offset: int,
        with_links: bool,
    ) -> tuple[Reached, Coarse | None]:
        coarse = None
        if level in (Level.COLUMN, Level.DATASET):
            index = self._projection.index(level)
        else:
            coarse = Coarse(self.levels, self._projection.index(Level.DATASET), level)
            # To see through a node is no hop, so there is no telling how far to look.
            index = coarse.explore(starts, direction, None if nodes.ignored else max_hops)
        found = index.closure(
            starts,
            direction,
            at=self.sequence,
            edges=edges,
            nodes=nodes,
            max_hops=max_hops,
            max_nodes=max_nodes,
            offset=offset,
            with_links=with_links,
        )
        if coarse is not None:
            found = replace(found, links=coarse.dated(found.links))
        return found, coarse

    def _columnless(self, of: Iri, direction: Direction, edges: EdgeFilter) -> tuple[Iri, ...]:
        """Find the datasets one hop away with none of whose columns an edge is known."""
        found = self._projection.index(Level.DATASET).closure(
            self.expand(of, Level.DATASET),
            direction,
            at=self.sequence,
            edges=edges,
            max_hops=1,
        )
        between = self.columns_between(found.links)
        pairs = {link[:2] for link, columns in between.items() if columns}
        near = {node.id for node in found.nodes}
        return tuple(
            sorted({e for lk in found.links if lk[:2] not in pairs for e in lk[:2]} & near)
        )


def _edges(
    links: Iterable[Link], finer: Mapping[Link, Iterable[Iri]], coarse: Coarse | None
) -> tuple[Edge, ...]:
    """Unite what is said of one pair, kind and evidence; in order."""
    found: defaultdict[tuple[Iri, Iri, EdgeKind, Evidence], list[Link]] = defaultdict(list)
    for link in links:
        found[link[:4]].append(link)
    return tuple(
        Edge(
            *key,
            graphs=tuple(sorted({link.graph for link in same})),
            jobs=tuple(sorted({link.job for link in same if link.job})),
            transformations=tuple(sorted({t for link in same for t in link.transformations})),
            since=min(link.since for link in same),
            through=tuple(sorted({node for link in same for node in finer.get(link, ())})),
            agreement=coarse.agreement(*key[:2]) if coarse else None,
        )
        for key, same in sorted(
            found.items(),
            key=lambda item: (*item[0][:2], item[0][2].value, item[0][3].value),
        )
    )
