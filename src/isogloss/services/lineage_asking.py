"""One question about lineage: the instant and the filters it is asked with, and what it cost."""

from collections.abc import Collection

from isogloss.errors import InvalidArgument
from isogloss.lineage.whole import Whole
from isogloss.model.lineage import (
    Direction,
    EdgeFilter,
    Extent,
    Level,
    NodeFilter,
    Reached,
    Truncation,
)
from isogloss.model.lineage_answers import LineageFilter
from isogloss.model.rdf import Iri, Literal, parse_iri
from isogloss.services.lineage import Snapshot
from isogloss.vocab import DCAT, DCTERMS, MESH, RDF


class Asking:
    """A search that counts what it explores; `ignored` are the nodes to see through."""

    def __init__(
        self,
        snapshot: Snapshot,
        level: Level,
        edges: EdgeFilter,
        entered: frozenset[Iri] | None,
        ignored: frozenset[Iri],
    ) -> None:
        self.snapshot = snapshot
        self.level = level
        self.ignored = ignored
        self.edges = edges
        # What is seen through is passed whatever the other filters say.
        self._entered = None if entered is None else entered | ignored
        self._nodes_explored = 0
        self._edges_explored = 0

    @property
    def nodes(self) -> NodeFilter:
        """Give the nodes to enter, and those to see through."""
        return NodeFilter(self._entered, self.ignored)

    def __call__(
        self,
        starts: Collection[Iri],
        direction: Direction,
        *,
        within: Collection[Iri] | None = None,
        with_links: bool = True,
    ) -> Reached:
        """Find all that is reached from `starts`; with `within`, through no other nodes."""
        if not starts:
            return Reached((), (), (), self.snapshot.sequence, 0, 0)
        entered = self._entered
        if within is not None:
            entered = frozenset(within) if entered is None else entered.intersection(within)
        found = self.snapshot.reach(
            starts,
            self.level,
            direction,
            edges=self.edges,
            nodes=NodeFilter(entered=entered),
            with_links=with_links,
        )
        self.count(found.nodes_explored, found.edges_explored)
        return found

    def whole(self, nodes: Collection[Iri]) -> Whole:
        """Give all arcs of the level, of which `nodes` are those that are listed."""
        found = self.snapshot.whole(self.level, nodes, edges=self.edges, entered=self._entered)
        self.count(len(found.nodes), len(found.ups))
        return found

    def count(self, nodes: int, edges: int) -> None:
        """Count what was explored."""
        self._nodes_explored += nodes
        self._edges_explored += edges

    def keeps(self, node: Iri) -> bool:
        """Tell whether the filters let a node be shown."""
        return node not in self.ignored and (self._entered is None or node in self._entered)

    def extent(self, truncated_by: Truncation | None) -> Extent:
        """Tell how much the answer covers."""
        return Extent(
            self.snapshot.sequence, self._nodes_explored, self._edges_explored, truncated_by
        )


class Filters:
    """Reads what callers say of filters, in one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._catalog = snapshot.catalog

    def asking(self, level: Level, filter: LineageFilter) -> Asking:
        """Make ready to ask at a level.

        Raises:
            NotFound: it names a domain or a node that the mesh does not know.
            InvalidArgument: it names a transformation or a context that cannot be.
        """
        ignored = {
            node for of in filter.ignore_as_hops for node in self._snapshot.expand(of, level)
        }
        edges = EdgeFilter(
            kinds=None if filter.kinds is None else frozenset(filter.kinds),
            evidence=filter.evidence,
            transformations=filter.transformations,
            jobs=self._jobs(filter.context),
        )
        return Asking(
            self._snapshot, level, edges, self._entered(level, filter), frozenset(ignored)
        )

    def level_of(self, of: Iri) -> Level:
        """Tell what something is.

        Raises:
            NotFound: it is no column, dataset, product or domain.
        """
        place = self._snapshot.reader().places([of])[of]
        if place and place.is_column:
            return Level.COLUMN
        if of in self._catalog.product_ids():
            return Level.PRODUCT
        if self._catalog.domains_by_id([of])[0]:
            return Level.DOMAIN
        if now := self._catalog.moved([of]):
            return self.level_of(now[of])
        self._snapshot.expand(of, Level.DATASET)
        return Level.DATASET

    def nodes(self, level: Level, domain: str | None = None) -> frozenset[Iri]:
        """List the nodes of a level, or those of a domain.

        Raises:
            NotFound: the mesh does not know the domain.
        """
        chosen = None if domain is None else self._catalog.get_domain(domain).id
        if level is Level.DOMAIN:
            known = {found.id for found in self._catalog.domains()}
            return frozenset(known if chosen is None else {chosen})
        if level is Level.PRODUCT:
            owners = self._catalog.product_ids()
            return frozenset(p for p, owner in owners.items() if chosen in (None, owner))
        reader = self._snapshot.reader()
        if chosen is None:
            names = set(self._catalog.dataset_ids())
        else:
            datasets = self._snapshot.levels.datasets_of([chosen], Level.DOMAIN)[chosen]
            names = {name for dataset in datasets for name in reader.group(dataset).members}
        if level is Level.COLUMN:
            names = set(self._catalog.column_ids()) if chosen is None else reader.columns_of(names)
        return frozenset(place.node for place in reader.places(names).values() if place)

    def _entered(self, level: Level, filter: LineageFilter) -> frozenset[Iri] | None:
        found = None if filter.domain is None else self.nodes(level, filter.domain)
        if filter.tag is None:
            return found
        tagged = self._tagged(filter.tag)
        reader = self._snapshot.reader()
        if level is Level.COLUMN:
            # A dataset's keywords are its columns', too.
            tagged |= reader.columns_of(
                {name for one in tagged for name in reader.group(one).members}
            )
        nodes = {place.node for place in reader.places(tagged).values() if place} | tagged
        return frozenset(nodes if found is None else found & nodes)

    def _tagged(self, keyword: str) -> set[Iri]:
        return {
            quad.subject
            for quad in self._snapshot.state.statements(DCAT.keyword)
            if isinstance(quad.object, Literal) and quad.object.value == keyword
        }

    def _jobs(self, context: str | None) -> frozenset[Iri] | None:
        if context is None:
            return None
        jobs = {quad.subject for quad in self._snapshot.state.statements(RDF.type, MESH.Job)}
        fresh = (self._tagged(context) & jobs) or (
            {parse_iri(context)} & jobs if ":" in context else set()
        )
        if not fresh:
            raise InvalidArgument(
                f"{context[:200]!r} is no job of the mesh and no keyword of one: give the IRI of "
                "a job, or a dcat:keyword that jobs have."
            )
        found: set[Iri] = set()
        while fresh:
            found |= fresh
            parts = self._snapshot.state.referrers(DCTERMS.isPartOf, sorted(fresh))
            fresh = ({part for some in parts.values() for part in some} & jobs) - found
        return frozenset(found)
