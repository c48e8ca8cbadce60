"""Judge what lineage does to meaning: edge by edge, between domains, and for a column."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from threading import Lock
from typing import NamedTuple, TypeVar

from isogloss.lineage.flows import Flows, flows, joins, treatment_of
from isogloss.meaning.judged import Judged
from isogloss.meaning.spreading import Copy, spread, whence
from isogloss.meaning.verdicts import Judge
from isogloss.model.lineage import Direction, Edge, EdgeFilter, EdgeKind, Extent, Level, Link
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.model.verdicts import (
    BADNESS,
    BoundaryReport,
    ColumnMeaning,
    Crossing,
    End,
    Flow,
    JudgedFlow,
    Judgement,
    Settling,
    Treatment,
    Verdict,
)
from isogloss.services.judging_words import judge_of, next_turn
from isogloss.services.lineage import Snapshot
from isogloss.services.lineage_pages import cut, place_of
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.services.meaning import Meanings
from isogloss.vocab import MESH

T = TypeVar("T")

MAX_FOUND = 100
MAX_SETTLING = 20
_KEPT = 4
_COPIES = EdgeFilter(transformations=("DIRECT/IDENTITY",))
_JOINS = EdgeFilter(transformations=("INDIRECT/JOIN",))


class _Asked(NamedTuple):
    """An edge between columns, as far as meaning is concerned."""

    downstream: Iri
    upstream: Iri
    kind: EdgeKind
    transformations: tuple[str, ...]


class Judging(NamedTuple):
    """Who judges in one state of the mesh, and until when: mappings begin and end by the clock."""

    snapshot: Snapshot
    judge: Judge
    until: datetime | None


class Verdicts:
    """What is thought of the flows of the mesh, as of a commit, by the mappings of an instant."""

    def __init__(self, snapshots: Snapshots, clock: Callable[[], datetime]) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._judging: OrderedDict[int, Judging] = OrderedDict()
        self._whole: OrderedDict[int, tuple[Judging, Flows, Judged]] = OrderedDict()
        self._products: tuple[Judging, dict[Iri, Verdict]] | None = None
        self._lock = Lock()

    # Edges

    def of_edges(self, edges: Sequence[Edge], sequence: int) -> list[Judgement | None]:
        """Judge edges between columns, in their order; None for those that carry no meaning."""
        asked = [_Asked(e.downstream, e.upstream, e.kind, e.transformations) for e in edges]
        found = self._judged(self._at(sequence), asked)
        return [found.get(edge) for edge in asked]

    def meaning_of(
        self, column: Iri, *, max_crossings: int = MAX_FOUND, after: str | None = None
    ) -> ColumnMeaning:
        """Tell what a column means, how one knows, and what was crossed on the way to it.

        Raises:
            NotFound: it is no column.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        question = repr(("meaningOf", column))
        place = place_of(after, question, self._snapshots.sequence)
        judging = self._at(place.sequence)
        snapshot = judging.snapshot
        node = snapshot.column(column)
        found = snapshot.reach([node], Level.COLUMN, Direction.UPSTREAM)
        nodes = [node, *(one.id for one in found.nodes)]
        asserted = self._asserted(snapshot, nodes)
        copies = _copies(found.links)
        terms = spread(copies, asserted)
        asked = [_Asked(x.downstream, x.upstream, x.kind, x.transformations) for x in found.links]
        judged = self._judged(judging, sorted(set(asked), key=repr))
        told = {
            Crossing(edge.upstream, edge.downstream, judgement)
            for edge, judgement in judged.items()
            if judgement.verdict not in (Verdict.SAME, Verdict.UNKNOWN)
        }
        worst_first = sorted(told, key=lambda one: (-BADNESS[one.judgement.verdict], one[:2]))
        most = ("maxCrossings", max_crossings)
        crossings, cut_by = cut(worst_first, place, question, most=most, what="crossings")
        verdicts = [judgement.verdict for judgement in judged.values()]
        return ColumnMeaning(
            column=node,
            terms=tuple(sorted(terms.get(node, ()))),
            is_asserted=bool(asserted.get(node)),
            chain=whence(node, copies, asserted),
            worst=max(verdicts, key=BADNESS.__getitem__, default=Verdict.SAME),
            crossings=tuple(crossings),
            unknown=verdicts.count(Verdict.UNKNOWN),
            extent=Extent(place.sequence, found.nodes_explored, found.edges_explored, cut_by),
        )

    # The whole

    def boundary(
        self,
        one: Iri | None = None,
        other: Iri | None = None,
        *,
        max_flows: int = MAX_FOUND,
        after: str | None = None,
    ) -> BoundaryReport:
        """Tell what crosses between two domains, or between one and all others, or anywhere.

        Raises:
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        question = repr(("boundaryReport", one, other))
        place = place_of(after, question, self._snapshots.sequence)
        _, gathered, judged = self._all(place.sequence)
        crossing = [
            told
            for told in judged
            if len(told.flow.domains) > 1 and {one, other} - {None} <= told.flow.domains
        ]
        crossing.sort(key=lambda t: (-BADNESS[t.judgement.verdict], -t.flow.count))
        counts = dict.fromkeys(Verdict, 0)
        for told in crossing:
            counts[told.judgement.verdict] += told.flow.count
        most = ("maxFlows", max_flows)
        shown, cut_by = cut(crossing, place, question, most=most, what="flows")
        explored = gathered.terms.count, len(gathered.below)
        extent = Extent(place.sequence, *explored, cut_by)
        return BoundaryReport(tuple(shown), counts, _settling(crossing)[:MAX_SETTLING], extent)

    def whole(self) -> Judged:
        """Give all flows of the newest commit with what is thought of them."""
        return self._all(self._snapshots.sequence)[2]

    def copied_terms(self) -> frozenset[frozenset[Iri]]:
        """Collect the pairs of terms of which one column is a copy of the other."""
        return frozenset(
            frozenset((one, other))
            for flow in self.whole().flows
            if flow.treatment is Treatment.COPY
            for one in flow.upstream.terms
            for other in flow.downstream.terms
            if one != other
        )

    def edges_between(self, one: Iri, other: Iri) -> int:
        """Count the edges, and pairs of keys, on which a mapping of two terms would have a say."""
        return self.whole().between(one, other)

    def products(self) -> dict[Iri, Verdict]:
        """Tell of products the worst that lies upstream of any of their columns, or in them.

        Unknown is not told: nearly every product has something upstream that nobody has named.
        """
        judging, gathered, judged = self._all(self._snapshots.sequence)
        if (known := self._products) and known[0] is judging:
            return known[1]
        snapshot = judging.snapshot
        found: dict[Iri, Verdict] = {}
        for verdict in (Verdict.TRANSLATED, Verdict.UNTRANSLATED, Verdict.CONFLICT):
            numbers = [n for n, j in enumerate(judged.judgements) if j.verdict is verdict]
            starts = gathered.columns(numbers)
            reached = snapshot.reach(starts, Level.COLUMN, Direction.DOWNSTREAM, with_links=False)
            columns = starts | {node.id for node in reached.nodes}
            places = snapshot.reader().places(columns).values()
            datasets = {place.dataset for place in places if place}
            for products in snapshot.levels.wholes_of(datasets, Level.PRODUCT).values():
                found.update(dict.fromkeys(products, verdict))
        self._products = judging, dict(sorted(found.items()))
        return self._products[1]

    # Reading

    def _at(self, sequence: int) -> Judging:
        now = self._clock()
        with self._lock:
            known = self._judging.get(sequence)
            if known is None or (known.until is not None and known.until <= now):
                snapshot = self._snapshots.at(sequence)
                meanings = Meanings(snapshot.state, snapshot.catalog)
                judge = judge_of(meanings, snapshot.catalog, now)
                known = Judging(snapshot, judge, next_turn(meanings.mappings(), now))
                self._keep(self._judging, sequence, known)
            return known

    def _all(self, sequence: int) -> tuple[Judging, Flows, Judged]:
        judging = self._at(sequence)
        with self._lock:
            known = self._whole.get(sequence)
            if known is None or known[0] is not judging:
                gathered = known[1] if known else self._gather(judging.snapshot)
                known = judging, gathered, Judged(gathered.found, judging.judge)
                self._keep(self._whole, sequence, known)
            return known

    @staticmethod
    def _keep(kept: OrderedDict[int, T], sequence: int, value: T) -> None:
        kept[sequence] = value
        kept.move_to_end(sequence)
        if len(kept) > _KEPT:
            kept.popitem(last=False)

    def _gather(self, snapshot: Snapshot) -> Flows:
        state = snapshot.state
        asserted = _called(snapshot, state.statements(MESH.representsTerm))
        applied = _called(snapshot, state.statements(MESH.appliesTranslation))
        spaces = [(domain.uri_space, domain.id) for domain in snapshot.catalog.domains()]
        index = snapshot.index(Level.COLUMN)
        return flows(index, asserted, spaces, applied=applied, at=snapshot.sequence)

    def _asserted(self, snapshot: Snapshot, columns: Collection[Iri]) -> dict[Iri, frozenset[Iri]]:
        return self._said(snapshot, columns, MESH.representsTerm)

    def _said(
        self, snapshot: Snapshot, columns: Collection[Iri], predicate: Iri
    ) -> dict[Iri, frozenset[Iri]]:
        reader = snapshot.reader()
        reader.places(columns)
        names = {name for column in columns for name in reader.names_of(column)}
        return _called(snapshot, snapshot.state.about(names, [predicate]))

    def _judged(self, judging: Judging, edges: Sequence[_Asked]) -> dict[_Asked, Judgement]:
        """Judge edges, each as what it does to values and as what it joins; the worse counts."""
        snapshot = judging.snapshot
        made = {down for down, _, _, words in edges if joins(words)}
        keys = snapshot.reach(made, Level.COLUMN, Direction.UPSTREAM, edges=_JOINS, max_hops=1)
        joined: defaultdict[Iri, set[Iri]] = defaultdict(set)
        for link in keys.links:
            joined[link.downstream].add(link.upstream)
        ends = {end for edge in edges for end in edge[:2]}.union(*joined.values())
        above = snapshot.reach(ends, Level.COLUMN, Direction.UPSTREAM, edges=_COPIES)
        asserted = self._asserted(snapshot, ends | {node.id for node in above.nodes})
        terms = spread(_copies(above.links), asserted)
        applied = self._said(snapshot, {edge[0] for edge in edges}, MESH.appliesTranslation)

        def end(column: Iri) -> End:
            return End(tuple(sorted(terms.get(column, ()))), None)

        found: dict[_Asked, Judgement] = {}
        for edge in edges:
            down, up, kind, words = edge
            as_flows = []
            if treatment := treatment_of(kind, words):
                sure = applied.get(down, frozenset())
                as_flows.append(Flow(end(up), end(down), treatment, 1, up, down, sure))
            if joins(words):
                for one, other in combinations(sorted(joined[down]), 2):
                    if up in (one, other):
                        pair = len(joined[down]) == 2
                        flow = Flow(end(one), end(other), Treatment.JOIN, 1, one, other)
                        as_flows.append(replace(flow, is_pair=pair))
            judged = [judging.judge.judge(flow) for flow in as_flows]
            if judged:
                found[edge] = max(judged, key=lambda judgement: BADNESS[judgement.verdict])
        return found


def _copies(links: Iterable[Link]) -> list[Copy]:
    return [
        (link.downstream, link.upstream)
        for link in links
        if treatment_of(link.kind, link.transformations) is Treatment.COPY
    ]


def _called(snapshot: Snapshot, said: Iterable[Quad]) -> dict[Iri, frozenset[Iri]]:
    """Gather what is said of columns by what they are called."""
    quads = list(said)
    places = snapshot.reader().places({quad.subject for quad in quads})
    found: defaultdict[Iri, set[Iri]] = defaultdict(set)
    for quad in quads:
        place = places[quad.subject]
        if place and not isinstance(quad.object, Literal):
            found[place.node].add(quad.object)
    return {column: frozenset(values) for column, values in found.items()}


def _settling(crossing: Iterable[JudgedFlow]) -> tuple[Settling, ...]:
    """Rank the pairs of terms that are in conflict for want of a mapping, by edges."""
    edges: defaultdict[tuple[Iri, Iri], int] = defaultdict(int)
    for flow, judgement in ((told.flow, told.judgement) for told in crossing):
        if judgement.verdict is Verdict.CONFLICT and judgement.upstream and judgement.downstream:
            one, other = sorted((judgement.upstream, judgement.downstream))
            edges[one, other] += flow.count
    ranked = sorted(edges.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Settling(*pair, count) for pair, count in ranked)
