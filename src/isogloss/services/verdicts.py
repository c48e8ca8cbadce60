"""Judge what lineage does to meaning: edge by edge, between domains, and for a column."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from threading import Lock
from typing import NamedTuple, TypeVar

from isogloss.errors import InvalidArgument
from isogloss.lineage.flows import Flows, flows
from isogloss.meaning.judged import Judged
from isogloss.meaning.spreading import spread, whence
from isogloss.model.lineage import Direction, Edge, Extent, Level
from isogloss.model.rdf import Iri
from isogloss.model.verdicts import (
    BADNESS,
    BoundaryReport,
    ColumnMeaning,
    Crossing,
    JudgedFlow,
    Judgement,
    Settling,
    Treatment,
    Verdict,
)
from isogloss.services.edge_verdicts import (
    Asked,
    Judging,
    called,
    copies_in,
    judge_edges,
    said_of,
)
from isogloss.services.judging_words import judge_of, turns
from isogloss.services.lineage import Snapshot
from isogloss.services.lineage_pages import cut, place_of
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.services.meaning import Meanings
from isogloss.vocab import MESH

T = TypeVar("T")

MAX_FOUND = 100
MAX_SETTLING = 20
_KEPT = 4


class _Grounds(NamedTuple):
    """All that flows are gathered from; the same again gives the same flows."""

    edges: int  # the commit that changed one last
    asserted: dict[Iri, frozenset[Iri]]
    applied: dict[Iri, frozenset[Iri]]
    spaces: list[tuple[str, Iri]]


class _Whole(NamedTuple):
    """All flows of one state, and what is thought of them."""

    judging: Judging
    grounds: _Grounds
    flows: Flows
    judged: Judged


class Verdicts:
    """What is thought of the flows of the mesh, as of a commit, by the mappings of an instant."""

    def __init__(self, snapshots: Snapshots, clock: Callable[[], datetime]) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._judging: OrderedDict[int, Judging] = OrderedDict()
        self._whole: OrderedDict[int, _Whole] = OrderedDict()
        self._products: tuple[Judging, dict[Iri, Verdict]] | None = None
        self._lock = Lock()
        self._gathering = Lock()  # whoever asks of edges only does not wait for the whole

    # Edges

    def of_edges(self, edges: Sequence[Edge], sequence: int) -> list[Judgement | None]:
        """Judge edges between columns, in their order; None for those that carry no meaning."""
        asked = [Asked(e.downstream, e.upstream, e.kind, e.transformations) for e in edges]
        found = judge_edges(self._at(sequence), asked)
        return [found.get(edge) for edge in asked]

    def of_paths(self, paths: Sequence[Sequence[Iri]], sequence: int) -> list[Judgement | None]:
        """Judge ways between columns by their worst edges, in their order; None without any."""
        judging = self._at(sequence)
        index = judging.snapshot.index(Level.COLUMN)
        downs = {down for path in paths for down in path[1:]}
        links = [x for d in downs for x in index.links(d, Direction.UPSTREAM, at=sequence)]
        steps = {pair for path in paths for pair in pairwise(path)}
        asked = {
            Asked(x.downstream, x.upstream, x.kind, x.transformations)
            for x in links
            if (x.upstream, x.downstream) in steps
        }
        found: defaultdict[tuple[Iri, Iri], list[Judgement]] = defaultdict(list)
        for edge, judgement in judge_edges(judging, sorted(asked, key=repr)).items():
            found[edge.upstream, edge.downstream].append(judgement)
        return [
            max(
                (one for pair in pairwise(path) for one in found[pair]),
                key=lambda judgement: BADNESS[judgement.verdict],
                default=None,
            )
            for path in paths
        ]

    def meaning_of(
        self, column: Iri, *, max_crossings: int = MAX_FOUND, after: str | None = None
    ) -> ColumnMeaning:
        """Tell what a column means, how one knows, and what was crossed on the way to it.

        Raises:
            NotFound: it is no column.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        turn = self._at(self._snapshots.sequence).turn
        question = repr(("meaningOf", column, turn))
        place = place_of(after, question, self._snapshots.sequence)
        judging = self._at(place.sequence)
        snapshot = judging.snapshot
        node = snapshot.column(column)
        found = snapshot.reach([node], Level.COLUMN, Direction.UPSTREAM)
        nodes = [node, *(one.id for one in found.nodes)]
        asserted = said_of(snapshot, nodes, MESH.representsTerm)
        copies = copies_in(found.links)
        terms = spread(copies, asserted)
        asked = [Asked(x.downstream, x.upstream, x.kind, x.transformations) for x in found.links]
        judged = judge_edges(judging, sorted(set(asked), key=repr))
        told = {
            Crossing(edge.upstream, edge.downstream, judgement)
            for edge, judgement in judged.items()
            if judgement.verdict not in (Verdict.SAME, Verdict.UNKNOWN)
        }
        worst_first = sorted(told, key=lambda one: (-BADNESS[one.judgement.verdict], one[:2]))
        most = ("maxCrossings", max_crossings)
        crossings, cut_by = cut(worst_first, place, question, most=most, what="crossings")
        verdicts = [judgement.verdict for judgement in judged.values()]
        if not terms.get(node):
            verdicts.append(Verdict.UNKNOWN)
        return ColumnMeaning(
            column=node,
            terms=tuple(sorted(terms.get(node, ()))),
            is_asserted=bool(asserted.get(node)),
            chain=whence(node, copies, asserted),
            worst=max(verdicts, key=BADNESS.__getitem__, default=Verdict.SAME),
            crossings=tuple(crossings),
            unknown=sum(j.verdict is Verdict.UNKNOWN for j in judged.values()),
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
        if one is not None and one == other:
            raise InvalidArgument("Nothing crosses from a domain to itself: name two, or one.")
        turn = self._at(self._snapshots.sequence).turn
        question = repr(("boundaryReport", one, other, turn))
        place = place_of(after, question, self._snapshots.sequence)
        _, _, gathered, judged = self._all(place.sequence)
        crossing = [
            told
            for told in judged
            if len(told.flow.domains) > 1 and {one, other} - {None} <= told.flow.domains
        ]
        crossing.sort(key=_worst_first)
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
        return self._all(self._snapshots.sequence).judged

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
        judging, _, gathered, judged = self._all(self._snapshots.sequence)
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
                mappings = meanings.mappings()
                judge = judge_of(meanings, snapshot.catalog, now)
                known = Judging(snapshot, judge, mappings, *turns(mappings, now))
                self._keep(self._judging, sequence, known)
            return known

    def _all(self, sequence: int) -> _Whole:
        judging = self._at(sequence)
        with self._gathering:
            known = self._whole.get(sequence)
            if known is None or known.judging is not judging:
                last = next(reversed(self._whole.values()), None)
                grounds = self._grounds(judging.snapshot)
                found = last.flows if last and last.grounds == grounds else None
                if found is None:
                    index = judging.snapshot.index(Level.COLUMN)
                    _, asserted, applied, spaces = grounds
                    found = flows(index, asserted, spaces, applied=applied, at=sequence)
                judged = _again(last, found, judging) or Judged(found.found, judging.judge)
                known = _Whole(judging, grounds, found, judged)
                self._keep(self._whole, sequence, known)
            return known

    @staticmethod
    def _keep(kept: OrderedDict[int, T], sequence: int, value: T) -> None:
        kept[sequence] = value
        kept.move_to_end(sequence)
        if len(kept) > _KEPT:
            kept.popitem(last=False)

    def _grounds(self, snapshot: Snapshot) -> _Grounds:
        state = snapshot.state
        newest = snapshot.index(Level.COLUMN).newest
        return _Grounds(
            newest if newest <= snapshot.sequence else snapshot.sequence,
            called(snapshot, state.statements(MESH.representsTerm)),
            called(snapshot, state.statements(MESH.appliesTranslation)),
            [(domain.uri_space, domain.id) for domain in snapshot.catalog.domains()],
        )


def _again(last: _Whole | None, found: Flows, judging: Judging) -> Judged | None:
    """Judge again what other mappings have a say in; None if more than mappings is new."""
    if last is None or last.flows is not found:
        return None
    before, now = last.judged.judge, judging.judge
    held = {m for m in last.judging.mappings if m.holds(before.network.at)}
    holding = {m for m in judging.mappings if m.holds(now.network.at)}
    added = holding - held
    if before.vocabulary != now.vocabulary or not all(m.holds(before.network.at) for m in added):
        return None
    return last.judged.changed(held - holding, added)


def _worst_first(told: JudgedFlow) -> tuple[int, int, str, str, str]:
    flow = told.flow
    # What is equally bad is in the same order each time, so that pages have no gaps.
    columns = flow.upstream_column, flow.downstream_column
    return -BADNESS[told.judgement.verdict], -flow.count, *columns, flow.treatment


def _settling(crossing: Iterable[JudgedFlow]) -> tuple[Settling, ...]:
    """Rank the pairs of terms that are in conflict for want of a mapping, by edges."""
    edges: defaultdict[tuple[Iri, Iri], int] = defaultdict(int)
    for flow, judgement in ((told.flow, told.judgement) for told in crossing):
        if judgement.is_open and judgement.upstream and judgement.downstream:
            one, other = sorted((judgement.upstream, judgement.downstream))
            edges[one, other] += flow.count
    ranked = sorted(edges.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Settling(*pair, count) for pair, count in ranked)
