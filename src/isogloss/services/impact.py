"""Ask what a change would break: where, whose it is, and how badly."""

from collections.abc import Collection, Container
from dataclasses import dataclass

from isogloss.lineage.cut_out import around
from isogloss.lineage.impact import impact
from isogloss.model.lineage import Direction, Level
from isogloss.model.lineage_answers import Change, Hit, Impact, LineageFilter
from isogloss.model.rdf import Iri
from isogloss.services.lineage import Snapshot
from isogloss.services.lineage_asking import Filters
from isogloss.services.lineage_pages import cut, place_of
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.vocab import ODRL

MAX_HOPS = 100
MAX_NODES = 1_000
_ALL = LineageFilter()


@dataclass(frozen=True, slots=True)
class _Home:
    """Where a node is and whose it is."""

    dataset: Iri | None = None
    products: tuple[Iri, ...] = ()
    domain: Iri | None = None
    owners: tuple[Iri, ...] = ()


class ImpactAnalysis:
    """Judges changes by the rules of `lineage.impact`."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    def impact(
        self,
        of: Iri,
        change: Change,
        *,
        level: Level | None = None,
        filter: LineageFilter = _ALL,
        max_hops: int = MAX_HOPS,
        max_nodes: int = MAX_NODES,
        after: str | None = None,
    ) -> Impact:
        """Find what a change to `of` would do, worst first; within each reach of `max_hops`.

        Without a level, the answer has the same kind of thing that `of` is.

        Raises:
            NotFound: `of` is nothing that has lineage.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        question = repr(("impact", of, change, level, filter, max_hops))
        place = place_of(after, question, self._snapshots.sequence)
        snapshot = self._snapshots.at(place.sequence)
        filters = Filters(snapshot)
        level = level or filters.level_of(of)
        asking = filters.asking(level, filter)
        starts = snapshot.expand(of, level)
        graph = around(asking, starts, Direction.DOWNSTREAM)
        every = impact(
            graph,
            starts,
            change,
            promised=_promised(snapshot, level, graph),
            ignored=asking.ignored,
            of_wholes=level is not Level.COLUMN,
        )
        chosen, truncation = cut(
            every,
            place,
            question,
            most=("maxNodes", max_nodes),
            max_hops=max_hops,
            distance=lambda one: one.distance,
            what=f"{level.value}s",
        )
        # Only of what is shown: a hub reaches most of a mesh.
        homes = _homes(snapshot, level, [one.id for one in chosen])
        hits = []
        for one in chosen:
            home = homes[one.id]
            hits.append(Hit(one, home.dataset, home.products, home.domain, home.owners))
        shown = {*starts, *(one.id for one in chosen)}
        links = sorted(
            (link for arc in graph.subgraph(shown).edges for link in graph.edges[arc]["links"]),
            key=lambda link: (link.downstream, link.upstream, link.kind.value, link.graph),
        )
        extent = asking.extent(truncation)
        return Impact(of, change, level, tuple(hits), tuple(links), starts, extent)


def _promised(snapshot: Snapshot, level: Level, nodes: Container[Iri]) -> set[Iri]:
    """Find which nodes are, or are part of, a product with a service level objective."""
    offering = {quad.subject for quad in snapshot.state.statements(ODRL.hasPolicy)}
    read = snapshot.catalog.products(sorted(offering))
    promised = {product.id for product in read if product and product.objectives}
    if level in (Level.COLUMN, Level.DATASET):
        output = snapshot.levels.datasets_of(promised, Level.PRODUCT).values()
        promised = {dataset for some in output for dataset in some}
    if level is Level.COLUMN:
        reader, group = snapshot.reader(), snapshot.levels.group
        names = {name for dataset in promised for name in group(dataset).members}
        places = reader.places(reader.columns_of(names)).values()
        promised = {place.node for place in places if place}
    return {node for node in promised if node in nodes}


def _homes(snapshot: Snapshot, level: Level, nodes: Collection[Iri]) -> dict[Iri, _Home]:
    """Find where nodes are and whose they are, in few calls of the store."""
    reader = snapshot.reader()
    places = reader.places(nodes) if level in (Level.COLUMN, Level.DATASET) else {}
    dataset_of = {node: place.dataset for node, place in places.items() if place}
    datasets = set(dataset_of.values())
    products_of = snapshot.levels.wholes_of(datasets, Level.PRODUCT)
    domain_of = snapshot.levels.wholes_of(datasets, Level.DOMAIN)
    named = {*nodes, *(one for some in products_of.values() for one in some)}
    products = {one.id: one for one in snapshot.catalog.products(sorted(named)) if one}
    domains = {domain.id: domain for domain in snapshot.catalog.domains()}

    def home(node: Iri) -> _Home:
        dataset = dataset_of.get(node)
        inside = products_of.get(dataset, ()) if dataset else {node} & products.keys()
        known = [products[product] for product in sorted(inside) if product in products]
        homes = domain_of.get(dataset, ()) if dataset else {node} & domains.keys()
        domain = min(homes, default=None) or next((one.domain for one in known if one.domain), None)
        owners = {owner for product in known for owner in product.owners}
        if not owners and domain in domains and (owner := domains[domain].owner):
            owners = {owner}
        return _Home(
            dataset,
            tuple(sorted(inside)),
            domain,
            tuple(sorted(owners)),
        )

    return {node: home(node) for node in nodes}
