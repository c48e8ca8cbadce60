"""Lineage between products, and between domains: it follows from ports and from datasets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from isogloss.lineage.index import Index
from isogloss.model.lineage import Agreement, Direction, EdgeKind, Evidence, Fact, Level, Link
from isogloss.model.rdf import Iri, Literal, Term
from isogloss.services.lineage_levels import Levels
from isogloss.vocab import DPROD


class _Finer(NamedTuple):
    """A coarse fact, and a finer one that it follows from."""

    downstream: Iri
    fact: Fact
    since: int
    through: tuple[Iri, ...]


class Coarse:
    """The edges around some products or domains, as an index, and what they follow from."""

    def __init__(self, levels: Levels, datasets: Index, level: Level) -> None:
        self._levels = levels
        self._datasets = datasets
        self._level = level
        self._found: defaultdict[tuple[Iri, Fact], list[_Finer]] = defaultdict(list)
        self._pairs: defaultdict[tuple[Iri, Iri], set[bool]] = defaultdict(set)

    def explore(self, starts: Collection[Iri], direction: Direction, max_hops: int | None) -> Index:
        """Index the edges of all that is reached within so many hops, and one more."""
        seen, layer, hops = set(starts), set(starts), 0
        while layer and (max_hops is None or hops <= max_hops):
            ends = set()
            for finer in self._finer(layer, direction):
                key = finer.downstream, finer.fact
                if finer not in self._found[key]:
                    self._found[key].append(finer)
                is_port = finer.fact.kind is EdgeKind.CONSUMPTION
                self._pairs[finer.downstream, finer.fact.upstream].add(is_port)
                is_up = direction is Direction.UPSTREAM
                ends.add(finer.fact.upstream if is_up else finer.downstream)
            layer = ends - seen
            seen |= layer
            hops += 1
        facts: defaultdict[Iri, list[Fact]] = defaultdict(list)
        for downstream, fact in self._found:
            facts[downstream].append(fact)
        index = Index()
        index.restate(self._levels.state.sequence, facts)
        return index

    def dated(self, links: Iterable[Link]) -> tuple[Link, ...]:
        """Say of links of the index since when they are true."""
        return tuple(
            link._replace(since=min(finer.since for finer in self._of(link))) for link in links
        )

    def through(self, link: Link) -> set[Iri]:
        """Collect the ports and datasets that a link of the index follows from."""
        return {node for finer in self._of(link) for node in finer.through}

    def agreement(self, downstream: Iri, upstream: Iri) -> Agreement:
        """Tell whether ports and data lineage agree on a dependency."""
        ports = self._pairs[downstream, upstream]
        if len(ports) == 2:
            return Agreement.AGREED
        return Agreement.UNOBSERVED if True in ports else Agreement.UNDECLARED

    def _of(self, link: Link) -> list[_Finer]:
        fact = Fact(
            link.upstream, link.kind, link.evidence, link.transformations, link.graph, link.job
        )
        return self._found[link.downstream, fact]

    def _finer(self, nodes: Collection[Iri], direction: Direction) -> Iterator[_Finer]:
        yield from self._flows(nodes, direction)
        yield from self._ports(nodes, direction)

    def _flows(self, nodes: Collection[Iri], direction: Direction) -> Iterator[_Finer]:
        """Lift the edges of datasets; one derivation makes the whole a derivation."""
        at = self._levels.state.sequence
        is_up = direction is Direction.UPSTREAM
        links = [
            (node, link, link.upstream if is_up else link.downstream)
            for node, datasets in self._levels.datasets_of(nodes, self._level).items()
            for dataset in datasets
            for link in self._datasets.links(dataset, direction, at=at)
        ]
        wholes = self._levels.wholes_of({far for _, _, far in links}, self._level)
        lifted: defaultdict[tuple[Iri, Iri, Evidence], list[Link]] = defaultdict(list)
        for node, link, far in links:
            for other in wholes.get(far, ()):
                if other != node:
                    ends = (node, other) if is_up else (other, node)
                    lifted[(*ends, link.evidence)].append(link)
        for (downstream, upstream, evidence), finer in lifted.items():
            derived = any(link.kind is EdgeKind.DERIVATION for link in finer)
            kind = EdgeKind.DERIVATION if derived else EdgeKind.INFLUENCE
            for link in finer:
                fact = Fact(upstream, kind, evidence, link.transformations, link.graph, link.job)
                yield _Finer(downstream, fact, link.since, link[:2])

    def _ports(self, nodes: Collection[Iri], direction: Direction) -> Iterator[_Finer]:
        """Find which products take data from which others, through a port that they share."""
        state, levels = self._levels.state, self._levels
        mine = {p for some in levels.products_of(nodes, self._level).values() for p in some}
        producers: defaultdict[Term, set[Iri]] = defaultdict(set)
        if direction is Direction.UPSTREAM:
            readers = mine
        else:
            for quad in state.about(mine, [DPROD.outputPort]):
                producers[quad.object].add(quad.subject)
            ports = {port for port in producers if not isinstance(port, Literal)}
            found = state.referrers(DPROD.inputPort, ports).values()
            readers = {product for some in found for product in some}
        reads = state.began(readers, DPROD.inputPort)
        if direction is Direction.UPSTREAM:
            ports = {quad.object for quad in reads if not isinstance(quad.object, Literal)}
            for port, products in state.referrers(DPROD.outputPort, ports).items():
                producers[port].update(products)
        homes = levels.homes(readers.union(*producers.values()), self._level)
        for quad, since in reads.items():
            for producer in producers.get(quad.object, ()):
                down, up = homes[quad.subject], homes[producer]
                if down is not None and up is not None and down != up:
                    fact = Fact(up, EdgeKind.CONSUMPTION, Evidence.DECLARED, (), quad.graph)
                    yield _Finer(down, fact, since, (Iri(str(quad.object)),))
