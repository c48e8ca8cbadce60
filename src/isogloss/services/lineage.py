"""Trace where columns, datasets and products come from, and what depends on them."""

from collections import defaultdict
from collections.abc import Collection
from itertools import product

from isogloss.lineage.graphs import LineageIndex
from isogloss.lineage.index import Index
from isogloss.lineage.traversal import paths, products_downstream, reach
from isogloss.model.lineage import (
    Direction,
    Edge,
    EdgeFilter,
    EdgeKind,
    Evidence,
    Fact,
    Level,
    Lineage,
    NodeFilter,
    Paths,
    Reached,
)
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.services.catalog import Catalog
from isogloss.services.current import Current
from isogloss.services.description import local_name
from isogloss.store.graph import Reader
from isogloss.vocab import DPROD, MESH, PROV

MAX_HOPS = 30
MAX_NODES = 10_000
MAX_PATHS = 20


class LineageTracer:
    """Answers from an index that is true of the last commit."""

    def __init__(self, graph: Reader, catalog: Catalog) -> None:
        self._graph = graph
        self._catalog = catalog
        self._index = Current(graph, self._build)

    def lineage(
        self,
        of: Iri,
        direction: Direction,
        *,
        level: Level = Level.COLUMN,
        max_hops: int = MAX_HOPS,
        max_nodes: int = MAX_NODES,
    ) -> Lineage:
        """Find everything that `of` depends on, or that depends on it.

        Raises:
            NotFound: `of` is no column, dataset or product of the mesh.
            InvalidArgument: a limit below 1 or beyond reason.
        """
        return reach(
            self._index.get(), of, direction, level=level, max_hops=max_hops, max_nodes=max_nodes
        )

    def products_downstream(self, product: Iri) -> tuple[Iri, ...]:
        """List the products that depend on a product, sorted.

        Raises:
            NotFound: the mesh has no such product.
        """
        return products_downstream(self._index.get(), product)

    def lineage_paths(
        self,
        source: Iri,
        target: Iri,
        *,
        level: Level = Level.COLUMN,
        max_paths: int = MAX_PATHS,
        max_hops: int = MAX_HOPS,
    ) -> Paths:
        """Find the ways by which data flows from `source` down to `target`.

        Raises:
            NotFound: an end is no column, dataset or product of the mesh.
            InvalidArgument: a limit below 1 or beyond reason.
        """
        return paths(
            self._index.get(),
            source,
            target,
            level=level,
            max_paths=max_paths,
            max_hops=max_hops,
        )

    def reach(
        self,
        starts: Collection[Iri],
        level: Level,
        direction: Direction,
        *,
        at: int | None = None,
        edges: EdgeFilter = EdgeFilter(),
        nodes: NodeFilter = NodeFilter(),
        max_hops: int | None = None,
        max_nodes: int | None = None,
        offset: int = 0,
        with_links: bool = True,
    ) -> Reached:
        """Stand in for the tracer that is being written: the same answers, of now only."""
        found = Index()
        graph = self._index.get().graphs[level]
        facts: defaultdict[Iri, list[Fact]] = defaultdict(list)
        for arc in graph.edges:
            for edge in graph.edges[arc]["edges"]:
                facts[edge.downstream].append(
                    Fact(
                        edge.upstream,
                        edge.kind,
                        Evidence.DECLARED,
                        edge.transformations,
                        edge.graphs[0],
                    )
                )
        found.restate(self._index.get().sequence, facts)
        return found.closure(
            starts,
            direction,
            edges=edges,
            nodes=nodes,
            max_hops=max_hops,
            max_nodes=max_nodes,
            offset=offset,
            with_links=with_links,
        )

    def expand(self, of: Iri, level: Level) -> tuple[Iri, ...]:
        """Stand in."""
        return self._index.get().expand(of, level)

    def _build(self) -> LineageIndex:
        dataset_of = {
            quad.subject: quad.object
            for quad in self._graph.statements(MESH.fieldOf)
            if not isinstance(quad.object, Literal)
        }
        products_of: defaultdict[Iri, set[Iri]] = defaultdict(set)
        for dataset in self._catalog.dataset_ids():
            products_of[dataset] = set()
        for quad in self._graph.statements(DPROD.outputDataset):
            if not isinstance(quad.object, Literal):
                products_of[quad.object].add(quad.subject)
        transformations = self._transformations()
        column_edges: list[Edge] = []
        dataset_edges: list[Edge] = []
        for predicate, kind in (
            (PROV.wasDerivedFrom, EdgeKind.DERIVATION),
            (PROV.wasInfluencedBy, EdgeKind.INFLUENCE),
        ):
            for quad in self._graph.statements(predicate):
                if quad.subject in dataset_of and quad.object in dataset_of:
                    column_edges.append(_edge(quad, kind, transformations))
                elif quad.subject in products_of and quad.object in products_of:
                    dataset_edges.append(_edge(quad, kind, transformations))
        return LineageIndex.build(
            sequence=self._graph.sequence,
            column_edges=column_edges,
            dataset_edges=dataset_edges,
            dataset_of=dataset_of,
            products_of=products_of,
            consumptions=self._consumptions(),
            products=self._catalog.product_ids(),
        )

    def _consumptions(self) -> list[Edge]:
        """Collect which product takes data from which other, through a port that they share."""
        producers: defaultdict[Term, set[Iri]] = defaultdict(set)
        for quad in self._graph.statements(DPROD.outputPort):
            producers[quad.object].add(quad.subject)
        return [
            Edge(
                downstream=quad.subject,
                upstream=producer,
                kind=EdgeKind.CONSUMPTION,
                graphs=(quad.graph,),
                through=(Iri(str(quad.object)),),
            )
            for quad in self._graph.statements(DPROD.inputPort)
            for producer in sorted(producers[quad.object])
        ]

    def _transformations(self) -> dict[tuple[Iri, Iri], set[str]]:
        """Collect "DIRECT/IDENTITY" and the like by (downstream, upstream)."""
        upstream = self._objects(PROV.entity)
        transformations = self._objects(MESH.transformation)
        types = self._objects(MESH.transformationType)
        subtypes = self._objects(MESH.transformationSubtype)
        masked = self._objects(MESH.masking)
        found: defaultdict[tuple[Iri, Iri], set[str]] = defaultdict(set)
        for predicate in (PROV.qualifiedDerivation, PROV.qualifiedInfluence):
            for quad in self._graph.statements(predicate):
                dependency = (quad.object, quad.graph)
                for made, end in product(transformations[dependency], upstream[dependency]):
                    how = (made, quad.graph)
                    masks = any(_is_true(value) for value in masked[how])
                    for words in product(types[how], *([subtypes[how]] if subtypes[how] else [])):
                        names = [local_name(Iri(str(word))) for word in words]
                        names += ["MASKING"] if masks else []
                        found[quad.subject, Iri(str(end))].add("/".join(names))
        return found

    def _objects(self, predicate: Iri) -> defaultdict[tuple[Term, Iri], list[Term]]:
        """Collect the objects of a predicate by subject and graph."""
        found: defaultdict[tuple[Term, Iri], list[Term]] = defaultdict(list)
        for quad in self._graph.statements(predicate):
            found[quad.subject, quad.graph].append(quad.object)
        return found


def _is_true(value: Term) -> bool:
    return isinstance(value, Literal) and value.value in ("true", "1")


def _edge(quad: Quad, kind: EdgeKind, transformations: dict[tuple[Iri, Iri], set[str]]) -> Edge:
    upstream = Iri(str(quad.object))
    return Edge(
        downstream=quad.subject,
        upstream=upstream,
        kind=kind,
        graphs=(quad.graph,),
        transformations=tuple(sorted(transformations.get((quad.subject, upstream), ()))),
    )
