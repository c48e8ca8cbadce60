"""What breaks if something is changed, and how badly, by rule.

How badly depends on the change, on what reaches a node of what is changed (`Way`), and on
whether the node is next to it. What is next to it names it, in a query, a filter or a join:

    change      next to it                            further away
    DROP        HIGH: it fails                        MEDIUM: it is not renewed any more
    RENAME      HIGH: it fails                        LOW: it waits until that is mended
    RETYPE      HIGH if the values reach it, MEDIUM   HIGH if they reach it unchanged, MEDIUM
                if masked or by influence             if changed, else LOW
    REDEFINE    HIGH if the values reach it: it is silently wrong; MEDIUM by influence: it has
                other rows; LOW if masked (near and far alike)
    DEPRECATE   LOW: it is to be moved                INFO

The worse of both is taken where a node is reached both ways. In a product with a service level
objective everything but a deprecation is one step worse. What is only declared is as bad as
what was observed, and comes after it.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import networkx as nx

from isogloss.lineage.cut_out import WAYS, distances, rank, walk, way_of
from isogloss.model.lineage import Evidence
from isogloss.model.lineage_answers import Affected, Change, ImpactSeverity, Way
from isogloss.model.rdf import Iri

_CRITICAL, _HIGH, _MEDIUM, _LOW, _INFO = ImpactSeverity
_ORDER = tuple(ImpactSeverity)

# Severities by way, in the order of `Way`: next to it, and further away.
_RULES = {
    Change.DROP: ((_HIGH, _HIGH, _HIGH, _HIGH), (_MEDIUM, _MEDIUM, _MEDIUM, _MEDIUM)),
    Change.RENAME: ((_HIGH, _HIGH, _HIGH, _HIGH), (_LOW, _LOW, _LOW, _LOW)),
    Change.RETYPE: ((_HIGH, _HIGH, _MEDIUM, _MEDIUM), (_HIGH, _MEDIUM, _LOW, _LOW)),
    Change.REDEFINE: ((_HIGH, _HIGH, _LOW, _MEDIUM), (_HIGH, _HIGH, _LOW, _MEDIUM)),
    Change.DEPRECATE: ((_LOW, _LOW, _LOW, _LOW), (_INFO, _INFO, _INFO, _INFO)),
}


def impact(
    graph: "nx.DiGraph[Iri]",
    starts: Collection[Iri],
    change: Change,
    *,
    promised: Collection[Iri] = (),
    ignored: Collection[Iri] = (),
    of_wholes: bool = False,
) -> list[Affected]:
    """Judge every node downstream of the starts, by the rules of this module.

    Args:
        graph: all that lies downstream of `starts`.
        starts: what is changed.
        change: what is done to it.
        promised: the nodes of products with a service level objective.
        ignored: nodes that are passed through without being judged or counted as a hop.
        of_wholes: whether the nodes have columns, of which some may have been traced and
            others not, so that nothing is taken to be masked.

    Returns:
        Worst first, then what was observed, nearest, by IRI.
    """
    arcs = {node: [_arc(node, below, graph) for below in graph.successors(node)] for node in graph}
    if of_wholes:
        arcs = {node: [_unmasked(arc) for arc in below] for node, below in arcs.items()}
    away = distances(graph, starts, ignored=ignored)
    seen = walk(lambda node: (arc.below for arc in arcs[node] if arc.is_observed), starts)
    near_rule, far_rule = _RULES[change]
    # What is next to it names it, so that what is passed through is a hop here.
    by_way = {way: _along(arcs, rank(way), starts) for way in WAYS}
    found = []
    for node, distance in away.items():
        if node in starts or node in ignored:
            continue
        # Every way is at least an influence, so there is one.
        way = next(way for way in WAYS if node in by_way[way])
        severity = far_rule[rank(way)]
        near = next((near for near in WAYS if by_way[near].get(node, 2) <= 1), None)
        if near is not None:
            severity = min(severity, near_rule[rank(near)], key=_ORDER.index)
        is_promised = node in promised
        if is_promised and change is not Change.DEPRECATE:
            severity = _ORDER[max(_ORDER.index(severity) - 1, 0)]
        found.append(Affected(node, distance, way, node in seen, is_promised, severity))
    return sorted(
        found, key=lambda a: (_ORDER.index(a.severity), not a.is_observed, a.distance, a.id)
    )


class _Arc(NamedTuple):
    """What comes through from a node to the one below, through any of the links."""

    below: Iri
    rank: int
    is_observed: bool


def _arc(node: Iri, below: Iri, graph: "nx.DiGraph[Iri]") -> _Arc:
    links = graph.edges[node, below]["links"]
    return _Arc(
        below,
        min(rank(way_of(link)) for link in links),
        any(link.evidence is Evidence.OBSERVED for link in links),
    )


def _along(
    arcs: Mapping[Iri, Collection[_Arc]], least: int, starts: Collection[Iri]
) -> dict[Iri, int]:
    """Count the hops where so much comes through, or more."""
    return walk(lambda node: (arc.below for arc in arcs[node] if arc.rank <= least), starts)


def _unmasked(arc: _Arc) -> _Arc:
    masked = arc.rank == rank(Way.MASKED)
    return arc._replace(rank=rank(Way.VALUES)) if masked else arc
