"""Whose namespaces are: what domains claim, and which namespaces are one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from isogloss.lineage.grouping import pair, united
from isogloss.lineage.platforms import normal_namespace
from isogloss.model.rdf import Iri


class Claim(NamedTuple):
    """A domain's claim to namespaces; * stands for any characters."""

    pattern: str
    domain: Iri

    def fits(self, namespace: str) -> bool:
        """Tell whether a namespace is among those that are claimed; linear in it.

        >>> Claim("postgres://shop-*:5432", Iri("urn:a")).fits("postgres://shop-eu:5432")
        True
        """
        first, *rest = self.pattern.split("*")
        if not rest:
            return namespace == first
        *middle, last = rest
        at, end = len(first), len(namespace) - len(last)
        if not namespace.startswith(first) or not namespace.endswith(last) or end < at:
            return False
        for part in middle:
            at = namespace.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    def takes_from(self, other: "Claim") -> bool:
        """Tell whether namespaces that another claim fits would be this one's, or either's.

        >>> wide, narrow = Claim("s3://*", Iri("urn:a")), Claim("s3://shop*", Iri("urn:b"))
        >>> narrow.takes_from(wide), wide.takes_from(narrow)
        (True, False)
        """
        return self.rank >= other.rank and _meet(self.pattern, other.pattern)

    @property
    def rank(self) -> tuple[int, int, int]:
        """How much it counts: by the text before the first *, then by all text, then by few *."""
        stars = self.pattern.count("*")
        return len(self.pattern.partition("*")[0]), len(self.pattern) - stars, -stars


def claimant(claims: Iterable[Claim], namespace: str) -> Claim | None:
    """Find whose a namespace is: whose pattern says most of it, then the smaller IRI.

    >>> wide = Claim("snowflake://acme*", Iri("urn:a"))
    >>> narrow = Claim("snowflake://acme-shop*", Iri("urn:b"))
    >>> claimant([wide, narrow], "snowflake://acme-shop2").domain
    'urn:b'
    """
    fitting = (claim for claim in claims if claim.fits(namespace))
    # The first of the greatest: where they tie, it is that with the smaller IRI.
    return max(
        sorted(fitting, key=lambda claim: (claim.domain, claim.pattern)),
        key=lambda claim: claim.rank,
        default=None,
    )


def _meet(one: str, other: str) -> bool:
    """Tell whether two patterns fit any text alike, in the product of their lengths."""
    places, left = {(0, 0)}, [(0, 0)]
    while left:
        i, j = left.pop()
        here, there = one[i : i + 1], other[j : j + 1]
        further = {(i + 1, j + 1)} if here == there else set[tuple[int, int]]()
        # A star stands for nothing, or for what is next in the other.
        if here == "*":
            further |= {(i + 1, j), (i, j + 1)}
        if there == "*":
            further |= {(i, j + 1), (i + 1, j)}
        fresh = {(i, j) for i, j in further if i <= len(one) and j <= len(other)} - places
        places |= fresh
        left.extend(fresh)
    return (len(one), len(other)) in places


@dataclass(frozen=True)
class Conventions:
    """What holds for all names: which namespaces are one, who claims which, whose spaces are."""

    aliases: frozenset[tuple[str, str]] = frozenset()
    claims: frozenset[Claim] = frozenset()
    spaces: frozenset[tuple[str, Iri]] = frozenset()

    def representatives(self) -> dict[str, str]:
        """Find for each namespace that has an alias the one that stands for all of them."""
        links = [
            pair(Iri(normal_namespace(one)), Iri(normal_namespace(other)))
            for one, other in self.aliases
        ]
        names = {name for link in links for name in link}
        return {name: group[0] for group in united(names, (), links, ()) for name in group}
