"""The edges of one level, all that ever were, and what is reached along them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from threading import RLock

import numpy as np

from isogloss.lineage.answers import links_of, page_of
from isogloss.lineage.changes import Change, Key
from isogloss.lineage.edges import Class, Edges, Source
from isogloss.lineage.filters import Memberships
from isogloss.lineage.names import Names
from isogloss.lineage.rows import EndedRows, Ints, Rows
from isogloss.lineage.saved import read, write
from isogloss.lineage.search import EVER, Ends, Scratch, Search
from isogloss.lineage.whole import Whole
from isogloss.model.lineage import Direction, EdgeFilter, Fact, Link, Node, NodeFilter, Reached
from isogloss.model.rdf import Iri

_FILE = "lineage.index"
_ALL_EDGES, _ALL_NODES = EdgeFilter(), NodeFilter()
_SIDES = {Direction.UPSTREAM: 0, Direction.DOWNSTREAM: 1}


class Index:
    """Numbers for nodes and edges, in numpy arrays; each method sees one commit's state.

    Of the edges that are, each node has a row in each direction. Those that have ended are in
    rows apart, which only questions about the past look at.
    """

    def __init__(self) -> None:
        self.sequence = 0
        self.names = Names()
        self._edges = Edges()
        self._live = Rows(), Rows()  # by downstream end, by upstream end: see _SIDES
        self._ended = EndedRows()
        self._newest = 0  # the commit that changed an edge last
        self._begin()

    def _begin(self) -> None:
        self._lock = RLock()
        self._scratch = Scratch()
        self._memberships = Memberships(self.names)
        self._reserve()

    # ------------------------------------------------------------------ writing

    def restate(self, sequence: int, facts: Mapping[Iri, Collection[Fact]]) -> None:
        """Let each downstream node have exactly these facts as of a commit.

        What it had else ends with it; what it had already stays as it was. Of several
        statements about one node in one commit the last counts.

        Raises:
            ValueError: the index knows a later commit.
        """
        with self._lock:
            if sequence < self.sequence:
                raise ValueError(f"commit {sequence} comes after {self.sequence}")
            change = Change(sequence, again=sequence == self.sequence)
            for downstream, stated in facts.items():
                node = self.names.add(downstream) if stated else self.names.find(downstream)
                if node is not None:
                    wanted = self._number(stated)
                    change.compare(node, wanted, self._edges, self._live[0], self._ended)
            self._reserve()
            if change:
                change.apply(self._edges, self._live, self._ended)
                self._newest = sequence
            self.sequence = sequence

    def _number(self, stated: Iterable[Fact]) -> set[Key]:
        names, edges = self.names, self._edges
        return {
            (
                names.add(upstream),
                edges.number_class(Class(kind, evidence, transformations)),
                edges.number_source(Source(graph, job)),
            )
            for upstream, kind, evidence, transformations, graph, job in stated
        }

    def _reserve(self) -> None:
        nodes = len(self.names)
        for rows in self._live:
            rows.reserve(nodes)
        size = len(self._live[0].start)
        if size > len(self._scratch.reached):
            self._scratch.reserve(size)
        if self._ended.rows[0].count:
            self._ended.reserve(size)

    # ------------------------------------------------------------------ reading

    def __contains__(self, iri: Iri) -> bool:
        with self._lock:
            node = self.names.find(iri)
            if node is None:
                return False
            return bool(self._ended.row(node)) or any(rows.length[node] for rows in self._live)

    @property
    def node_count(self) -> int:
        """Count the nodes that have a number."""
        return len(self.names)

    @property
    def edge_count(self) -> int:
        """Count the edges that are."""
        return self._live[0].count

    @property
    def nbytes(self) -> int:
        """Give the size of all arrays in bytes, those of the names aside."""
        arrays = (*self._live, self._ended, self._edges, self._scratch)
        return sum(array.nbytes for array in arrays)

    def links(self, node: Iri, direction: Direction, *, at: int | None = None) -> list[Link]:
        """List the edges that a node has in one direction, sorted."""
        with self._lock:
            number = self.names.find(node)
            if number is None:
                return []
            search = self.search_of(direction, at=at)
            return self._links(direction, search.edges_of(np.array([number])))

    def closure(
        self,
        starts: Collection[Iri],
        direction: Direction,
        *,
        at: int | None = None,
        edges: EdgeFilter = _ALL_EDGES,
        nodes: NodeFilter = _ALL_NODES,
        max_hops: int | None = None,
        max_nodes: int | None = None,
        offset: int = 0,
        with_links: bool = True,
    ) -> Reached:
        """Find what is reached from some nodes; of those unknown nothing is.

        Args:
            starts: they are not filtered.
            direction: towards sources, or towards users.
            at: as of which commit, None for the newest.
            edges: those to follow.
            nodes: those to enter. A hashable collection must not change; verdicts on it are
                kept, and asking with the very same again is quicker.
            max_hops: how far to go.
            max_nodes: how many to show; what is left out is found and counted all the same.
            offset: so many of the first nodes were shown before. Of the links, those are given
                that were not: with the last of their ends on this page.
            with_links: whether to give links.
        """
        with self._lock:
            known = {self.names.find(start) for start in starts} - {None}
            search = self.search_of(direction, at=at, edges=edges, nodes=nodes)
            hops = EVER if max_hops is None else max_hops + 1
            numbers = sorted(number for number in known if number is not None)
            found = search.run(numbers, hops, with_links=with_links)
            explored = search.explored(found, hops)
            cut_by, beyond, shown = None, 0, found.layers
            if len(shown) > hops:
                cut_by, beyond, shown = "maxHops", len(shown[-1]), shown[:-1]
            total = sum(map(len, shown[1:]))
            last = total if max_nodes is None else offset + max_nodes
            if last < total:
                cut_by, beyond = "maxNodes", total - last
            earlier, page = page_of(self.names, shown, offset, last)
            links: list[Link] = []
            if with_links:
                among = np.concatenate([np.asarray(shown[0], np.intp), *earlier, *page])
                new = len(shown[0]) + min(offset, total) if offset else 0
                links = self._links(direction, search.links(found, among, new))
            return Reached(
                starts=tuple(sorted(set(starts))),
                nodes=tuple(
                    Node(self.names[number], hops)
                    for hops, numbers in enumerate(page, 1)
                    for number in numbers.tolist()
                ),
                links=tuple(links),
                sequence=self.sequence if at is None else at,
                nodes_explored=sum(map(len, found.layers)) + len(found.passed),
                edges_explored=explored,
                cut_by=cut_by,
                beyond=beyond,
            )

    @property
    def newest(self) -> int:
        """Give the commit that changed an edge last."""
        return self._newest

    @property
    def lock(self) -> RLock:
        """Whoever asks for several things in a row that must fit together holds it."""
        return self._lock

    def classes(self) -> list[Class]:
        """List what edges have in common, by number."""
        return list(self._edges.classes)

    def classes_of(self, edges: Ints) -> Ints:
        """Give the numbers of the classes of edges."""
        return self._edges.class_of[edges].astype(np.intp)

    def _links(self, direction: Direction, ends: Ends) -> list[Link]:
        return links_of(self.names, self._edges, direction, ends)

    def search_of(
        self,
        direction: Direction,
        *,
        at: int | None = None,
        edges: EdgeFilter = _ALL_EDGES,
        nodes: NodeFilter = _ALL_NODES,
    ) -> Search:
        """Prepare a search by numbers, for as long as nothing is restated."""
        side = _SIDES[direction]
        search = Search(self._scratch, self._live[side], self._edges)
        if at is not None and at < self._newest:
            self._ended.reserve(len(self._live[0].start))
            search.in_past(at, self._ended, side)
        classes, sources = self._edges.passing_classes(edges), self._edges.passing_sources(edges)
        if classes is not None:
            search.only_classes(classes)
        if sources is not None:
            search.only_sources(sources)
        if nodes.entered is not None:
            search.only_into(self._memberships.of(nodes.entered))
        if nodes.ignored:
            search.ignore(self._memberships.of(nodes.ignored))
        return search

    def whole(
        self,
        *,
        at: int | None = None,
        edges: EdgeFilter = _ALL_EDGES,
        entered: Collection[Iri] | None = None,
    ) -> Whole:
        """Give all pairs of nodes between which there is an edge that passes.

        Args:
            at: as of which commit, None for the newest.
            edges: those that count.
            entered: the nodes between which they count, None for all; as for `closure`.
        """
        with self._lock:
            search = self.search_of(Direction.UPSTREAM, at=at, edges=edges)
            downs, ups, _ = search.edges_of(np.arange(len(self.names)))
            if entered is not None:
                among = np.zeros(len(self.names), np.bool)
                ends = np.unique(np.concatenate([downs, ups]))
                among[self._memberships.of(entered).those_in(ends)] = True
                kept = among[downs] & among[ups]
                downs, ups = downs[kept], ups[kept]
            numbers = self.names.sort(np.unique(np.concatenate([downs, ups])))
            nodes = [self.names[number] for number in numbers.tolist()]
        place = np.zeros(int(numbers.max(initial=0)) + 1, np.intp)
        place[numbers] = np.arange(len(numbers))
        # Of the edges between two nodes one arc is made.
        arcs = np.unique(place[ups] * len(nodes) + place[downs])
        return Whole(nodes, arcs // max(len(nodes), 1), arcs % max(len(nodes), 1))

    def all_links(self, *, at: int | None = None) -> Iterator[Link]:
        """Yield all edges as of a commit, None for the newest, those of a node in one piece."""
        with self._lock:
            nodes = np.arange(len(self.names))
            search = self.search_of(Direction.UPSTREAM, at=at)
            tails, heads, numbers = search.edges_of(nodes)
            size = 10_000
            order = tails.argsort(kind="stable")
            parts = [
                self._links(Direction.UPSTREAM, (tails[part], heads[part], numbers[part]))
                for part in (order[n : n + size] for n in range(0, len(order), size))
            ]
        for part in parts:
            yield from part

    # ------------------------------------------------------------------ keeping

    def save(self, folder: Path) -> None:
        """Save it all as a file of a folder, synced, in place of the one that was there."""
        with self._lock:
            nodes = len(self.names)
            arrays = {
                **self._edges.arrays(),
                **self._live[0].arrays("upstream", nodes),
                **self._live[1].arrays("downstream", nodes),
                **self._ended.arrays(nodes),
            }
            # Readers and writers go on while it is written.
            arrays = {name: array.copy() for name, array in arrays.items()}
            arrays.update(self.names.arrays())
            facts = {"sequence": self.sequence, **self._edges.tables()}
        write(folder / _FILE, arrays, facts)

    @classmethod
    def load(cls, folder: Path) -> "Index":
        """Load what was saved; names come from the file as they are used.

        Raises:
            Unusable: nothing was saved, or it is not as it was written.
        """
        arrays, facts = read(folder / _FILE)
        index = cls()
        index.sequence = facts["sequence"]
        index._edges = Edges.of_saved(arrays, facts)
        index._live = Rows.of_arrays("upstream", arrays), Rows.of_arrays("downstream", arrays)
        index._ended = EndedRows.of_arrays(arrays)
        index.names = Names(arrays["text"].data, arrays["ends"], arrays["order"])
        index._newest = index._edges.newest()
        index._begin()
        return index
