"""Answers in IRIs, of what was found in numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from isogloss.lineage.edges import OPEN, Edges
from isogloss.lineage.names import Names
from isogloss.lineage.rows import Numbers
from isogloss.lineage.search import Ends, Layer
from isogloss.model.lineage import Direction, Link


def page_of(
    names: Names, layers: Sequence[Layer], first: int, last: int
) -> tuple[list[Numbers], list[Numbers]]:
    """Split layers, of which the starts are the first, at two places of their order.

    Gives what comes before `first`, and what from there on comes before `last`, layer by layer,
    each sorted by IRI where that matters.
    """
    earlier, page = [], []
    for layer in layers[1:]:
        numbers = np.asarray(layer, np.intp)
        if first < len(numbers) and last > 0:
            numbers = names.sort(numbers)
        earlier.append(numbers[: max(first, 0)])
        page.append(numbers[max(first, 0) : max(last, 0)])
        first, last = first - len(numbers), last - len(numbers)
    return earlier, page


def links_of(names: Names, edges: Edges, direction: Direction, ends: Ends) -> list[Link]:
    """Spell edges out, sorted."""
    tails, heads, numbers = ends
    downs, ups = (tails, heads) if direction is Direction.UPSTREAM else (heads, tails)
    iris = {node: names[node] for node in {*downs.tolist(), *ups.tolist()}}
    links = [
        Link._make(
            (
                iris[down],
                iris[up],
                *edges.classes[class_],
                *edges.sources[source],
                since,
                None if until == OPEN else until,
            )
        )
        for down, up, class_, source, since, until in zip(
            downs.tolist(),
            ups.tolist(),
            edges.class_of[numbers].tolist(),
            edges.source_of[numbers].tolist(),
            edges.since[numbers].tolist(),
            edges.until[numbers].tolist(),
            strict=True,
        )
    ]
    return sorted(links, key=_order)


def _order(link: Link) -> tuple[Any, ...]:
    kind, evidence, job = link.kind.value, link.evidence.value, link.job or ""
    return (*link[:2], kind, evidence, link.transformations, link.graph, job, link.since)
