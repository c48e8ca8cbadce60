"""What lineage costs beside other ways to search: `python -m benchmarks.lineage [--long]`.

A mesh comes in groups of a thousand datasets of twenty columns, so that a small mesh is a part of
a large one. In each group some sources have a key that others join by, which makes hubs: a key
bears on every column of what it joins. All sides are asked for the same nodes in turn.
"""

import argparse
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
import pyoxigraph as ox
import rustworkx as rx

from benchmarks.report import Report
from isogloss.lineage.index import Index
from isogloss.model.lineage import Direction, EdgeFilter, EdgeKind, Evidence, Fact, NodeFilter
from isogloss.model.rdf import Iri
from isogloss.vocab import PROV

GROUP, COLUMNS, STAGES = 1_000, 20, 6
JOINED = 0.4
"""Of the datasets so many are joined by a key; of a dataset joined each column depends on it."""
HUBS, TYPICAL, ROUNDS = 30, 300, 7

Facts = dict[Iri, list[Fact]]
DOWN = Direction.DOWNSTREAM


def main() -> None:
    """Run all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="100,000 datasets, too")
    sizes = [1_000, 10_000, *([100_000] if parser.parse_args().long else [])]
    report = Report("lineage")
    typical = [Measured(size, report).all() for size in sizes]
    report.add_ratio(f"typical column: {sizes[-1]:,} datasets to 1,000", typical[-1] / typical[0])
    report.show()


def dataset(number: int) -> Iri:
    """Name a dataset."""
    domain, table = number // 100, f"warehouse.stage_{_stage(number)}.table_{number:06}"
    return Iri(f"https://mesh.example/d{domain}/ns/snowflake%3A%2F%2Facme/dataset/{table}")


def column(number: int, place: int) -> Iri:
    """Name a column of a dataset; column 0 is its key."""
    return Iri(f"{dataset(number)}/column_{place:02}")


def _stage(number: int) -> int:
    return number % GROUP * STAGES // GROUP


def facts(number: int, turn: int = 0) -> Facts:
    """Say where the columns of a dataset come from; another turn says otherwise of some."""
    chance = random.Random(f"{number} {turn}")
    group, stage = number // GROUP * GROUP, _stage(number)
    if not stage:
        return {}
    before = [-(-GROUP * s // STAGES) for s in (stage - 1, stage)]
    graph, job = Iri(f"{dataset(number)}/graph"), Iri(f"{dataset(number)}/job")
    sources = [group + chance.randrange(*before) for _ in range(2)]
    # To the sixth: some are used far more than others.
    sources[0] = group + before[0] + int((before[1] - before[0]) * chance.random() ** 6)
    said: Facts = {}
    for place in range(COLUMNS):
        evidence = Evidence.OBSERVED if chance.random() < 0.4 else Evidence.DECLARED
        word = chance.choice(["DIRECT/IDENTITY", "DIRECT/TRANSFORMATION", "DIRECT/AGGREGATION"])
        from_key = place == 0
        of = column(sources[0 if from_key else place % 2], 0 if from_key else place)
        if from_key or chance.random() < 0.7:
            fact = Fact(of, EdgeKind.DERIVATION, evidence, (word,), graph, job)
            said[column(number, place)] = [fact]
    if chance.random() < JOINED:
        key = column(sources[0], 0)
        for place in range(1, COLUMNS):
            fact = Fact(key, EdgeKind.INFLUENCE, Evidence.DECLARED, ("INDIRECT/JOIN",), graph, job)
            said.setdefault(column(number, place), []).append(fact)
    return said


class Everything(frozenset[Iri]):
    """All there is; a frozenset, so verdicts are kept as they are for any caller."""

    def __contains__(self, iri: object) -> bool:
        return True


class Allowed(frozenset[Iri]):
    """The columns of four datasets in five."""

    def __contains__(self, iri: object) -> bool:
        assert isinstance(iri, str)
        return int(iri[-16:-10]) % 5 != 3


class Way(NamedTuple):
    """A question to the index, by numbers: nodes and distances as arrays."""

    at: int | None = None
    edges: EdgeFilter = EdgeFilter()
    nodes: NodeFilter = NodeFilter()
    hops: int = 2**31 - 1
    links: bool = False

    def ask(self, index: Index, node: int) -> int:
        """Ask it, and give how many nodes there are."""
        search = index.search_of(DOWN, at=self.at, edges=self.edges, nodes=self.nodes)
        found = search.run([node], self.hops, with_links=self.links)
        nodes = found.nodes()
        found.distances()
        if self.links:
            search.links(found, nodes)
        return len(nodes) - 1


class Measured:
    """A mesh of one size, in the index and in what it is measured against."""

    def __init__(self, datasets: int, report: Report) -> None:
        self.datasets, self.report = datasets, report
        built = self._built()
        with tempfile.TemporaryDirectory(prefix="isogloss-bench-") as folder:
            self._add("save", [_timed(partial(built.save, Path(folder)))], "s")
            del built
            gc.collect()
            loads = [_timed(partial(Index.load, Path(folder))) for _ in range(3)]
            self._add("load", loads, "s")
            self.index = Index.load(Path(folder))
        self.jobs = frozenset(Iri(f"{dataset(number)}/job") for number in range(datasets))
        chance = random.Random(3)
        groups = [g * GROUP for g in range(datasets // GROUP)]
        hubs = [column(group, 0) for group in groups]
        chance.shuffle(hubs)
        # Most columns are used by nothing, and quicker still.
        used = [column(chance.randrange(datasets), chance.randrange(COLUMNS)) for _ in range(5_000)]
        used = [iri for iri in used if self.index.links(iri, DOWN)]
        self.hubs, self.typical = self._numbers(hubs[:HUBS]), self._numbers(used[:TYPICAL])
        self.digraph: rx.PyDiGraph[None, None] = rx.PyDiGraph()
        self.digraph.add_nodes_from([None] * self.index.node_count)
        every = np.arange(self.index.node_count)
        tails, heads, _ = self.index.search_of(DOWN).edges_of(every)
        pairs = list(zip(tails.tolist(), heads.tolist(), strict=True))
        self.digraph.add_edges_from_no_data(pairs)
        self.report.add_ratio(
            f"{datasets:,} datasets: bytes per edge, {self.index.edge_count:,} of them",
            self.index.nbytes / self.index.edge_count,
        )

    def _built(self) -> Index:
        index, began = Index(), time.perf_counter()
        for first in range(0, self.datasets, GROUP):
            said = Facts()
            for number in range(first, first + GROUP):
                said |= facts(number)
            index.restate(index.sequence + 1, said)
        # And one in twenty says something else later on.
        for first in range(0, self.datasets, GROUP):
            said = Facts()
            for number in range(first, first + GROUP, 20):
                said |= {iri: [] for iri in facts(number)} | facts(number, turn=1)
            index.restate(index.sequence + 1, said)
        self._add("tell the index all of it", [time.perf_counter() - began], "s")
        return index

    def _numbers(self, iris: list[Iri]) -> list[int]:
        found = [self.index.names.find(iri) for iri in iris]
        return [number for number in found if number is not None]

    def _add(self, what: str, values: list[float], unit: str) -> None:
        self.report.add(f"{self.datasets:,} datasets: {what}", values, unit)

    def all(self) -> float:
        """Measure all; give how long a typical column takes."""
        self._filters("hub", self.hubs)
        self._others()
        self._restate()
        return self._typical()

    def _typical(self) -> float:
        way = Way()
        spelt = {node: self.index.names[node] for node in (*self.typical, *self.hubs)}
        asked: dict[str, Callable[[int], object]] = {
            "": partial(way.ask, self.index),
            ", not made arrays": lambda node: self.index.search_of(DOWN).run([node]),
            ", in IRIs with links": lambda node: self.index.closure([spelt[node]], DOWN),
        }
        took = _interleaved(asked, self.typical)
        for what, times in took.items():
            self._add(f"typical column{what}", [least * 1e6 for least in times], "µs")
        whole = _interleaved({"": asked[", in IRIs with links"]}, self.hubs)[""]
        self._add("hub, in IRIs with links", [least * 1e3 for least in whole], "ms")
        return statistics.median(took[""]) * 1e6

    def _filters(self, name: str, nodes: list[int]) -> None:
        """Compare each filter that keeps all there is with no filter at all."""
        newest = self.index.sequence - 1
        every = EdgeFilter(kinds=frozenset(EdgeKind))
        words = EdgeFilter(transformations=("DIRECT", "INDIRECT"))
        jobs = EdgeFilter(jobs=self.jobs)
        entered, some = NodeFilter(entered=Everything()), NodeFilter(entered=Allowed())
        ways = {
            "kinds": Way(edges=every),
            "transformations": Way(edges=words),
            "jobs": Way(edges=jobs),
            "as of the commit before": Way(at=newest),
            "entered": Way(nodes=entered),
            "ignored, none": Way(nodes=NodeFilter(ignored=frozenset({Iri("urn:none")}))),
            "hops, far": Way(hops=1_000),
            "edges": Way(links=True),
            "all of these": Way(
                newest,
                EdgeFilter(frozenset(EdgeKind), None, ("DIRECT", "INDIRECT"), self.jobs),
                NodeFilter(Everything(), frozenset({Iri("urn:none")})),
                1_000,
                links=True,
            ),
            "derivations only": Way(edges=EdgeFilter(kinds=frozenset({EdgeKind.DERIVATION}))),
            "observed only": Way(edges=EdgeFilter(evidence=Evidence.OBSERVED)),
            "as of a quarter of the commits": Way(at=self.index.sequence // 4),
            "four datasets in five": Way(nodes=some),
            "two hops": Way(hops=2),
        }
        asked = {what: partial(way.ask, self.index) for what, way in ways.items()}
        bare = partial(Way().ask, self.index)
        self._add("nodes from a hub", [float(bare(node)) for node in nodes], "")
        other = partial(rx.descendants, self.digraph)
        took = _interleaved({"bare": bare, "rustworkx": other, **asked}, nodes)
        self._add("hub", [least * 1e3 for least in took["bare"]], "ms")
        for what in ways:
            self._ratio(f"{name}, {what}: to bare", took[what], took["bare"])
        self._ratio(f"{name}, all of these: to rustworkx", took["all of these"], took["rustworkx"])

    def _ratio(self, what: str, above: list[float], below: list[float]) -> None:
        ratio = statistics.median(a / b for a, b in zip(above, below, strict=True))
        self.report.add_ratio(f"{self.datasets:,} datasets: {what}", ratio)

    def _others(self) -> None:
        """Compare with other ways to search, without filters."""
        others: dict[str, Callable[[int], object]] = {}
        others["rustworkx"] = partial(rx.descendants, self.digraph)
        graph: nx.DiGraph[int] = nx.DiGraph(list(self.digraph.edge_list()))
        others["networkx"] = partial(nx.descendants, graph)
        ours = partial(Way().ask, self.index)
        for what, nodes in (("hub", self.hubs), ("typical column", self.typical)):
            for node in nodes[:10]:
                assert ours(node) == len(rx.descendants(self.digraph, node)), node
            took = _interleaved({"ours": ours, **others}, nodes)
            for other in others:
                if what == "hub" or other == "rustworkx":
                    self._add(f"{what}, {other}", [v * 1e3 for v in took[other]], "ms")
            self._ratio(f"{what}, distances: to rustworkx without", took["ours"], took["rustworkx"])
            self._ratio(f"{what}: networkx to ours", took["networkx"], took["ours"])
        del graph, others
        gc.collect()
        self._property_path()

    def _property_path(self) -> None:
        # The store may still be writing when it is left.
        with tempfile.TemporaryDirectory(
            prefix="isogloss-bench-", ignore_cleanup_errors=True
        ) as folder:
            store = ox.Store(folder)
            derived = ox.NamedNode(PROV.wasDerivedFrom)
            every = np.arange(self.index.node_count)
            names = [ox.NamedNode(self.index.names[node]) for node in every.tolist()]
            tails, heads, _ = self.index.search_of(DOWN).edges_of(every)
            ends = zip(tails.tolist(), heads.tolist(), strict=True)
            store.bulk_extend(ox.Quad(names[down], derived, names[up]) for up, down in ends)
            del names
            path = f"SELECT DISTINCT ?start ?user {{ ?user <{PROV.wasDerivedFrom}>+ ?start }}"

            def asked(node: int) -> int:
                start = ox.NamedNode(self.index.names[node])
                rows = store.query(path, substitutions={ox.Variable("start"): start})
                return sum(1 for _ in rows)  # type: ignore[misc, union-attr]

            ours = partial(Way().ask, self.index)
            for what, nodes in (("hub", self.hubs), ("typical column", self.typical)):
                assert all(ours(node) == asked(node) for node in nodes[:3])
                took = _interleaved({"ours": ours, "path": asked}, nodes, rounds=2)
                self._add(f"{what}, property path on disk", [v * 1e3 for v in took["path"]], "ms")
                self._ratio(f"{what}: property path to ours", took["path"], took["ours"])

    def _restate(self) -> None:
        """Let ten columns come from elsewhere, again and again."""
        chance = random.Random(4)
        took = []
        graph = Iri("https://mesh.example/graph")
        for _ in range(200):
            of = column(chance.randrange(self.datasets), chance.randrange(COLUMNS))
            fact = Fact(of, EdgeKind.DERIVATION, Evidence.OBSERVED, (), graph)
            said = {column(chance.randrange(self.datasets), n): [fact] for n in range(10)}
            after = self.index.sequence + 1
            took.append(_timed(partial(self.index.restate, after, said)) * 1e3)
        self._add("restate ten columns", took, "ms")


def _interleaved(
    ways: Mapping[str, Callable[[int], object]], nodes: list[int], rounds: int = ROUNDS
) -> dict[str, list[float]]:
    """Time all ways on each node in turn; give the least of some rounds by node, in seconds."""
    chance = random.Random(5)
    took = {name: [float("inf")] * len(nodes) for name in ways}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for place, node in enumerate(nodes):
                # In another order each time: what came before leaves the caches as they are.
                for name in chance.sample(sorted(ways), len(ways)):
                    way = ways[name]
                    least = took[name][place]
                    took[name][place] = min(least, _timed(partial(way, node)))
    finally:
        gc.enable()
    return took


def _timed(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
