"""The edges of one commit, as one graph per level.

The finest edges are given; those of datasets and products follow from them.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import networkx as nx

from isogloss.errors import NotFound
from isogloss.model.lineage import Edge, EdgeKind, Level
from isogloss.model.rdf import Iri

_Pair = tuple[Iri, Iri]


@dataclass(frozen=True)
class LineageIndex:
    """Graphs whose arcs run from source to user, with the `Edge`s under "edges"."""

    sequence: int
    graphs: "Mapping[Level, nx.DiGraph[Iri]]"
    _columns_of: Mapping[Iri, Collection[Iri]]
    _dataset_of: Mapping[Iri, Iri]
    _datasets_of: Mapping[Iri, Collection[Iri]]
    _products_of: Mapping[Iri, Collection[Iri]]

    @classmethod
    def build(
        cls,
        *,
        sequence: int,
        column_edges: Iterable[Edge],
        dataset_edges: Iterable[Edge],
        dataset_of: Mapping[Iri, Iri],
        products_of: Mapping[Iri, Collection[Iri]],
        consumptions: Iterable[Edge],
        products: Iterable[Iri] = (),
    ) -> "LineageIndex":
        """Build the index of commit `sequence`.

        Args:
            sequence: the commit that the edges are true of.
            column_edges: between columns of `dataset_of`; those of one pair and kind are
                merged.
            dataset_edges: between datasets, as sources assert them.
            dataset_of: column → its dataset, also for columns without an edge.
            products_of: dataset → the products that output it, () for none.
            consumptions: between products, through a port that they share.
            products: those that output nothing yet, and are to be known all the same.
        """
        columns = _merge(column_edges)
        datasets = _merge([*dataset_edges, *_lift(columns, lambda c: (dataset_of[c],))])
        flows = _merge([*_lift(datasets, lambda d: products_of.get(d, ())), *consumptions])
        columns_of: defaultdict[Iri, list[Iri]] = defaultdict(list)
        for column, dataset in dataset_of.items():
            columns_of[dataset].append(column)
        datasets_of: defaultdict[Iri, list[Iri]] = defaultdict(list)
        for dataset, owners in products_of.items():
            for product in owners:
                datasets_of[product].append(dataset)
        known_datasets = {*products_of, *columns_of}
        return cls(
            sequence,
            {
                Level.COLUMN: _graph(columns, dataset_of),
                Level.DATASET: _graph(datasets, known_datasets),
                Level.PRODUCT: _graph(flows, {*datasets_of, *products}),
            },
            dict(columns_of),
            dict(dataset_of),
            dict(datasets_of),
            dict(products_of),
        )

    def expand(self, start: Iri, level: Level) -> tuple[Iri, ...]:
        """Find the nodes of a level that stand for a column, dataset or product, sorted.

        A column stands for its dataset, and a product for its datasets' columns; () where
        there are none, such as the products of a dataset that no product outputs.

        Raises:
            NotFound: `start` is no column, dataset or product.
        """
        if start in self.graphs[level]:
            return (start,)
        if start in self.graphs[Level.COLUMN]:
            datasets: Collection[Iri] = (self._dataset_of[start],)
        elif start in self.graphs[Level.DATASET]:
            datasets = (start,)
        elif start in self.graphs[Level.PRODUCT]:
            datasets = self._datasets_of.get(start, ())
        else:
            raise NotFound(
                f"{start} is no column, dataset or product of the mesh: look its IRI up with a "
                "search, and mind that IRIs are case-sensitive."
            )
        parts = {
            Level.COLUMN: self._columns_of,
            Level.DATASET: {dataset: (dataset,) for dataset in datasets},
            Level.PRODUCT: self._products_of,
        }[level]
        return tuple(sorted({part for dataset in datasets for part in parts.get(dataset, ())}))


def _merge(edges: Iterable[Edge]) -> list[Edge]:
    """Unite what is said of one pair and kind."""
    found: defaultdict[tuple[Iri, Iri, EdgeKind], list[Edge]] = defaultdict(list)
    for edge in edges:
        found[edge.downstream, edge.upstream, edge.kind].append(edge)
    return [
        same[0]
        if len(same) == 1
        else Edge(
            *key,
            graphs=tuple(sorted({graph for edge in same for graph in edge.graphs})),
            transformations=tuple(sorted({t for edge in same for t in edge.transformations})),
            through=tuple(sorted({node for edge in same for node in edge.through})),
        )
        for key, same in found.items()
    ]


def _lift(edges: Iterable[Edge], parents: Callable[[Iri], Collection[Iri]]) -> Iterator[Edge]:
    """Give the edges between parents that follow from edges between their parts.

    One derivation makes the whole edge a derivation. What stays within a parent is left out.
    """
    found: defaultdict[_Pair, list[Edge]] = defaultdict(list)
    for edge in edges:
        for downstream in parents(edge.downstream):
            for upstream in parents(edge.upstream):
                if downstream != upstream:
                    found[downstream, upstream].append(edge)
    for (downstream, upstream), finer in found.items():
        derived = any(edge.kind is EdgeKind.DERIVATION for edge in finer)
        yield Edge(
            downstream,
            upstream,
            EdgeKind.DERIVATION if derived else EdgeKind.INFLUENCE,
            graphs=tuple(sorted({graph for edge in finer for graph in edge.graphs})),
            through=tuple(
                sorted({end for edge in finer for end in (edge.downstream, edge.upstream)})
            ),
        )


def _graph(edges: Iterable[Edge], nodes: Iterable[Iri]) -> "nx.DiGraph[Iri]":
    graph: nx.DiGraph[Iri] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    between: defaultdict[_Pair, list[Edge]] = defaultdict(list)
    for edge in edges:
        between[edge.upstream, edge.downstream].append(edge)
    for (upstream, downstream), same in between.items():
        ordered = tuple(sorted(same, key=lambda edge: edge.kind.value))
        graph.add_edge(upstream, downstream, edges=ordered)
    return graph
