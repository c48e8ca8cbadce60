"""Judge single edges between columns: only what is upstream of them by copies is looked at."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from isogloss.lineage.flows import joins, treatment_of
from isogloss.meaning.spreading import Copy, spread
from isogloss.meaning.verdicts import Judge
from isogloss.model.lineage import Direction, EdgeFilter, EdgeKind, Level, Link
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.model.verdicts import BADNESS, End, Flow, Judgement, Treatment
from isogloss.services.lineage import Snapshot
from isogloss.vocab import MESH

_COPIES = EdgeFilter(transformations=("DIRECT/IDENTITY",))
_JOINS = EdgeFilter(transformations=("INDIRECT/JOIN",))


class Asked(NamedTuple):
    """An edge between columns, as far as meaning is concerned."""

    downstream: Iri
    upstream: Iri
    kind: EdgeKind
    transformations: tuple[str, ...]


class Judging(NamedTuple):
    """Who judges in one state of the mesh, and until when: mappings begin and end by the clock."""

    snapshot: Snapshot
    judge: Judge
    mappings: tuple[Mapping, ...]
    turn: datetime | None  # the last of them that has been
    until: datetime | None  # the next of them


def said_of(
    snapshot: Snapshot, columns: Collection[Iri], predicate: Iri
) -> dict[Iri, frozenset[Iri]]:
    """Read what a predicate says of columns, under all their names."""
    reader = snapshot.reader()
    reader.places(columns)
    names = {name for column in columns for name in reader.names_of(column)}
    return called(snapshot, snapshot.state.about(names, [predicate]))


def judge_edges(judging: Judging, edges: Sequence[Asked]) -> dict[Asked, Judgement]:
    """Judge edges, each as what it does to values and as what it joins; the worse counts."""
    snapshot = judging.snapshot
    made = {down for down, _, _, words in edges if joins(words)}
    keys = snapshot.reach(made, Level.COLUMN, Direction.UPSTREAM, edges=_JOINS, max_hops=1)
    joined: defaultdict[Iri, set[Iri]] = defaultdict(set)
    for link in keys.links:
        joined[link.downstream].add(link.upstream)
    ends = {end for edge in edges for end in edge[:2]}.union(*joined.values())
    above = snapshot.reach(ends, Level.COLUMN, Direction.UPSTREAM, edges=_COPIES)
    asserted = said_of(snapshot, ends | {node.id for node in above.nodes}, MESH.representsTerm)
    terms = spread(copies_in(above.links), asserted)
    applied = said_of(snapshot, {edge[0] for edge in edges}, MESH.appliesTranslation)

    def end(column: Iri) -> End:
        return End(tuple(sorted(terms.get(column, ()))), None)

    def flow_of(one: Iri, other: Iri, treatment: Treatment, made: Iri) -> Flow:
        flow = Flow(end(one), end(other), treatment, 1, one, other)
        return replace(flow, applied=applied.get(made, frozenset()))

    met: dict[tuple[Iri, tuple[Iri, ...]], Judgement] = {}

    def of_join(made: Iri, key: Iri) -> Judgement | None:
        """Judge a key beside those that mean something else, or nothing that is known."""
        own = end(key).terms
        if (made, own) not in met:
            others = {end(o).terms: o for o in sorted(joined[made]) if o != key}
            if own:
                others.pop(own, None)
            told = [
                judging.judge.judge(
                    replace(flow_of(key, o, Treatment.JOIN, made), is_pair=len(joined[made]) == 2)
                )
                for o in others.values()
            ]
            if not told and len(joined[made]) > 1:
                told = [judging.judge.judge(flow_of(key, key, Treatment.JOIN, made))]
            if told:
                met[made, own] = _worst(told)
        return met.get((made, own))

    found: dict[Asked, Judgement] = {}
    for edge in edges:
        down, up, kind, words = edge
        told = []
        if treatment := treatment_of(kind, words):
            told.append(judging.judge.judge(flow_of(up, down, treatment, down)))
        if joins(words) and (judgement := of_join(down, up)):
            told.append(judgement)
        if told:
            found[edge] = _worst(told)
    return found


def _worst(judgements: Iterable[Judgement]) -> Judgement:
    return max(judgements, key=lambda judgement: BADNESS[judgement.verdict])


def copies_in(links: Iterable[Link]) -> list[Copy]:
    """Pick the edges that copy values."""
    return [
        (link.downstream, link.upstream)
        for link in links
        if treatment_of(link.kind, link.transformations) is Treatment.COPY
    ]


def called(snapshot: Snapshot, said: Iterable[Quad]) -> dict[Iri, frozenset[Iri]]:
    """Gather what is said of columns by what they are called."""
    quads = list(said)
    places = snapshot.reader().places({quad.subject for quad in quads})
    found: defaultdict[Iri, set[Iri]] = defaultdict(set)
    for quad in quads:
        place = places[quad.subject]
        if place and not isinstance(quad.object, Literal):
            found[place.node].add(quad.object)
    return {column: frozenset(values) for column, values in found.items()}
