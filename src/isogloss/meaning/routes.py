"""Ways from one term to another on which every mapping translates by itself.

Values can be translated on such a way also where nothing may be concluded of the terms: that two
terms are close to a third claims nothing of them, and yet the codes of all three may meet.
"""

import heapq
from collections.abc import Callable

from isogloss.meaning.chains import MAX_LINKS, MAX_STEPS, Link, Network
from isogloss.model.rdf import Iri


def routes(
    network: Network, one: Iri, other: Iri, carries: Callable[[Link], bool], *, most: int
) -> tuple[tuple[Link, ...], ...]:
    """Find ways by links that carry values, the most confident first, then the shortest.

    A way comes by no term twice. So many steps are searched at the most, and so many ways given.
    """
    found: list[tuple[Link, ...]] = []
    queue: list[tuple[float, int, tuple[str, ...], tuple[Link, ...]]] = [(-1.0, 0, (), ())]
    for _ in range(MAX_STEPS):
        if not queue or len(found) == most:
            break
        doubt, length, names, links = heapq.heappop(queue)
        term = links[-1].end if links else one
        if term == other:
            found.append(links)
            continue
        if length == MAX_LINKS:
            continue
        seen = {one, *(link.end for link in links)}
        for link in network.links(term):
            if link.end in seen or not carries(link):
                continue
            stated = link.mapping.confidence
            surely = doubt * (1.0 if stated is None else stated)
            way = (surely, length + 1, (*names, link.mapping.id), (*links, link))
            heapq.heappush(queue, way)
    return tuple(found)
