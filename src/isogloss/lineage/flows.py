"""All edges of a level by what flows along them: the terms of both ends, and the treatment.

A mesh has millions of edges and few kinds of flows; whoever judges flows judges each kind once.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isogloss.lineage.edges import Class
from isogloss.lineage.index import Index
from isogloss.model.lineage import Direction, EdgeKind
from isogloss.model.rdf import Iri
from isogloss.model.verdicts import End, Flow, Treatment

_Ints = NDArray[np.int64]
_VALUES = tuple(treatment for treatment in Treatment if treatment is not Treatment.JOIN)


class Flows(NamedTuple):
    """The flows of one commit; `terms` tells what each column means that means something.

    `below` and `flow_of` have the downstream end of each edge and the number of its flow; of a
    join that is the column that is made by it.
    """

    found: tuple[Flow, ...]
    terms: "Terms"
    below: _Ints
    flow_of: _Ints

    def columns(self, flows: Collection[int]) -> set[Iri]:
        """Collect the columns at the downstream ends of flows, by their numbers."""
        nodes = np.unique(self.below[np.isin(self.flow_of, list(flows))])
        return {self.terms.names[int(node)] for node in nodes}


class Terms:
    """The terms of columns by number: sets of them, each with a number; 0 is the empty one."""

    def __init__(self, index: Index, asserted: Mapping[Iri, Collection[Iri]]) -> None:
        self.names = index.names
        self.sets: list[frozenset[Iri]] = [frozenset()]
        self._numbers: dict[frozenset[Iri], int] = {self.sets[0]: 0}
        self.of_node: _Ints = np.zeros(index.node_count, np.int64)
        for column, terms in asserted.items():
            node = self.names.find(column)
            if node is not None:
                self.of_node[node] = self._number(frozenset(terms))

    @property
    def count(self) -> int:
        """Count the columns."""
        return len(self.of_node)

    def of(self, column: Iri) -> tuple[Iri, ...]:
        """Tell the terms of a column, sorted."""
        node = self.names.find(column)
        return () if node is None else self.sorted(int(self.of_node[node]))

    def sorted(self, number: int) -> tuple[Iri, ...]:
        """Give a set by its number."""
        return tuple(sorted(self.sets[number]))

    def spread(self, below: _Ints, above: _Ints) -> None:
        """Let terms pass along copies to the columns that had none at first."""
        open_ = self.of_node[below] == 0
        below, above = below[open_], above[open_]
        changed = self.of_node > 0
        while (hit := changed[above]).any():
            size = len(self.sets)
            pairs = np.unique(below[hit] * size + self.of_node[above[hit]])
            nodes, come = pairs // size, pairs % size
            # Most columns have one source, and nothing yet.
            nodes_at, first, times = np.unique(nodes, return_index=True, return_counts=True)
            alone = (times == 1) & (self.of_node[nodes_at] == 0)
            changed = np.zeros(len(self.of_node), np.bool)
            changed[nodes_at[alone]] = True
            self.of_node[nodes_at[alone]] = come[first[alone]]
            rest = zip(nodes_at[~alone], first[~alone], times[~alone], strict=True)
            for node, start, many in rest:
                had = self.sets[self.of_node[node]]
                more = had.union(*(self.sets[n] for n in come[start : start + many]))
                if more != had:
                    self.of_node[node] = self._number(more)
                    changed[node] = True

    def _number(self, terms: frozenset[Iri]) -> int:
        number = self._numbers.setdefault(terms, len(self.sets))
        if number == len(self.sets):
            self.sets.append(terms)
        return number


def treatment_of(kind: EdgeKind, transformations: Collection[str]) -> Treatment | None:
    """Tell how an edge treats values; None if it takes none over."""
    if kind is EdgeKind.INFLUENCE:
        return None
    direct = [word for word in transformations if word.split("/")[0] == "DIRECT"]
    if transformations and not direct:
        return None
    if not direct or "DIRECT" in direct:
        return Treatment.UNTOLD
    if all(word == "DIRECT/IDENTITY" for word in direct):
        return Treatment.COPY
    aggregates = any(word.split("/")[1] == "AGGREGATION" for word in direct)
    return Treatment.AGGREGATE if aggregates else Treatment.CHANGE


def joins(transformations: Collection[str]) -> bool:
    """Tell whether an edge compares values in a join."""
    return any(word.split("/")[:2] == ["INDIRECT", "JOIN"] for word in transformations)


def flows(
    index: Index,
    asserted: Mapping[Iri, Collection[Iri]],
    spaces: Sequence[tuple[str, Iri]],
    *,
    applied: Mapping[Iri, frozenset[Iri]] | None = None,
    at: int | None = None,
) -> Flows:
    """Gather the edges of an index as of a commit, None for the newest.

    Args:
        index: of columns.
        asserted: the terms that columns are said to represent.
        spaces: of domains, in which their columns' IRIs lie; the longer one wins.
        applied: by column, the translations that somebody confirms are applied there.
        at: as of which commit.

    Returns:
        the flows of values and then those of joins, each with most edges first.
    """
    with index.lock:
        nodes = np.arange(index.node_count)
        search = index.search_of(Direction.UPSTREAM, at=at)
        below, above, edges = search.edges_of(nodes)
        classes = index.classes()
        class_of = index.classes_of(edges)
        terms = Terms(index, asserted)
        homes = _homes(index, spaces)
    treatments = np.array([_place(class_) for class_ in classes], np.int64)
    treated = treatments[class_of]
    is_copy = treated == _VALUES.index(Treatment.COPY)
    terms.spread(below[is_copy], above[is_copy])
    domains = [None, *(domain for _, domain in spaces)]
    kept = treated >= 0
    confirmed = _Confirmed(index, applied or {})
    found, made_of, numbers = _values(
        index, terms, domains, homes, confirmed, below[kept], above[kept], treated[kept]
    )
    is_join = np.array([joins(class_.transformations) for class_ in classes], np.bool)
    some = is_join[class_of]
    joined, made, pairs = _joins(index, terms, domains, homes, confirmed, below[some], above[some])
    return Flows(
        (*found, *joined),
        terms,
        np.concatenate([made_of, made]),
        np.concatenate([numbers, pairs + len(found)]),
    )


class _Confirmed:
    """Sets of translations that are applied in columns, with a number each; 0 is the empty one."""

    def __init__(self, index: Index, applied: Mapping[Iri, frozenset[Iri]]) -> None:
        self.sets: list[frozenset[Iri]] = [frozenset(), *sorted(set(applied.values()), key=sorted)]
        self.of_node: _Ints = np.zeros(index.node_count, np.int64)
        for column, translations in applied.items():
            if (node := index.names.find(column)) is not None:
                self.of_node[node] = self.sets.index(translations)


def _place(class_: Class) -> int:
    treatment = treatment_of(class_.kind, class_.transformations)
    return -1 if treatment is None else _VALUES.index(treatment)


def _homes(index: Index, spaces: Sequence[tuple[str, Iri]]) -> _Ints:
    """Give each node the number of its domain, from 1; 0 is none."""
    homes: _Ints = np.zeros(index.node_count, np.int64)
    numbered = enumerate((space for space, _ in spaces), start=1)
    for number, space in sorted(numbered, key=lambda entry: len(entry[1])):
        homes[index.names.within(space)] = number
    return homes


def _values(
    index: Index,
    terms: Terms,
    domains: Sequence[Iri | None],
    homes: _Ints,
    confirmed: _Confirmed,
    below: _Ints,
    above: _Ints,
    treated: _Ints,
) -> tuple[list[Flow], _Ints, _Ints]:
    if not len(below):
        return [], below, below
    keys: _Ints = np.zeros(len(below), np.int64)
    columns = (
        terms.of_node[above],
        terms.of_node[below],
        treated,
        homes[above],
        homes[below],
        confirmed.of_node[below],
    )
    # After each step keys are as few as can be, so that no product overflows.
    for column in columns:
        keys = keys * (int(column.max()) + 1) + column
        _, keys = np.unique(keys, return_inverse=True)
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    found = [
        Flow(
            End(terms.sorted(up), domains[from_]),
            End(terms.sorted(down), domains[into]),
            _VALUES[how],
            count,
            index.names[int(above[edge])],
            index.names[int(below[edge])],
            confirmed.sets[sure],
        )
        for edge, count in zip(first[order].tolist(), counts[order].tolist(), strict=True)
        for up, down, how, from_, into, sure in [[int(column[edge]) for column in columns]]
    ]
    return found, below, np.argsort(order)[keys]


def _joins(
    index: Index,
    terms: Terms,
    domains: Sequence[Iri | None],
    homes: _Ints,
    confirmed: _Confirmed,
    below: _Ints,
    above: _Ints,
) -> tuple[list[Flow], _Ints, _Ints]:
    """Pair the keys that are joined to make one column; of one term and domain they are one."""
    size = np.int64(index.node_count)
    pairs = np.unique(below * size + above)
    below, above = pairs // size, pairs % size
    starts = np.flatnonzero(np.diff(below, prepend=-1))
    many = np.diff(starts, append=len(below)) if len(starts) else starts
    made: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    example: dict[tuple[Any, ...], tuple[int, int]] = {}
    ends = list(zip(terms.of_node[above].tolist(), homes[above].tolist(), strict=True))
    nodes, columns = above.tolist(), below.tolist()
    into = list(zip(homes[below].tolist(), confirmed.of_node[below].tolist(), strict=True))
    for start, length in zip(starts[many > 1].tolist(), many[many > 1].tolist(), strict=True):
        keys: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for place in range(start, start + length):
            keys[ends[place]].append(nodes[place])
        meeting = list(combinations(sorted(keys), 2))
        # Nobody can tell whether two keys that have no term are one.
        meeting += [(end, end) for end, some in keys.items() if not end[0] and len(some) > 1]
        for one, other in meeting:
            key = one, other, length == 2, *into[start]
            made[key].append(columns[start])
            example.setdefault(key, (keys[one][0], keys[other][-1]))
    order = sorted(made, key=lambda key: (-len(made[key]), key))
    found = []
    for key in order:
        one, other, is_pair, home, sure = key
        # Numbers are given as terms come, and neither key goes before the other.
        ends = [
            (End(terms.sorted(number), domains[at]), index.names[node])
            for (number, at), node in zip((one, other), example[key], strict=True)
        ]
        ends.sort(key=lambda end: (end[0].terms, end[0].domain or "", end[1]))
        (first, upstream), (second, downstream) = ends
        column = index.names[made[key][0]]
        flow = Flow(first, second, Treatment.JOIN, len(made[key]), upstream, downstream)
        flow = replace(flow, is_pair=is_pair, applied=confirmed.sets[sure])
        found.append(replace(flow, made_in=domains[home], made_column=column))
    nodes_made = [node for key in order for node in made[key]]
    numbers = np.repeat(np.arange(len(order)), [len(made[key]) for key in order])
    return found, np.array(nodes_made, np.int64), numbers
