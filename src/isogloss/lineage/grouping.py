"""Which names are one dataset: links unite them, splits keep them apart."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations

from isogloss.model.rdf import Iri

Pair = tuple[Iri, Iri]


def pair(one: Iri, other: Iri) -> Pair:
    """Put two names in their order."""
    return (one, other) if one <= other else (other, one)


def pairs(names: Iterable[Iri]) -> Iterator[Pair]:
    """List each two of some names once."""
    return combinations(sorted(set(names)), 2)


def united(
    names: Iterable[Iri],
    confirmed: Iterable[Pair],
    links: Iterable[Pair],
    splits: Iterable[Pair],
    late: Collection[Iri] = (),
) -> list[tuple[Iri, ...]]:
    """Partition names into groups, each sorted, in the order of their first names.

    Links are followed in sorted order, those confirmed before all others; one that would bring
    the two of a split into one group is not followed. So the order of what is given does not
    matter, and a split pair is never together. Links of the names in `late` are followed after
    the others, so that these names leave a group rather than part it.
    """
    apart: defaultdict[Iri, set[Iri]] = defaultdict(set)
    for one, other in splits:
        apart[one].add(other)
        apart[other].add(one)
    group: dict[Iri, set[Iri]] = {name: {name} for name in names}
    followed = [*sorted(set(confirmed)), *sorted(set(links))]
    for one, other in sorted(followed, key=lambda link: not {*late}.isdisjoint(link)):
        left, right = group[one], group[other]
        if left is right or _meet(left, right, apart):
            continue
        large, small = (left, right) if len(left) >= len(right) else (right, left)
        large |= small
        for name in small:
            group[name] = large
    return sorted({id(members): tuple(sorted(members)) for members in group.values()}.values())


def _meet(left: set[Iri], right: set[Iri], apart: Mapping[Iri, set[Iri]]) -> bool:
    # Few names are kept apart, and groups may be large.
    kept = apart.keys() & left if len(apart) <= len(left) else left & apart.keys()
    return any(not apart[name].isdisjoint(right) for name in kept)
