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

    @property
    def begins(self) -> str:
        """The text before the first *: the longer it is, the more the claim counts."""
        return self.pattern.partition("*")[0]


def claimant(claims: Iterable[Claim], namespace: str) -> Claim | None:
    """Find whose a namespace is: the longest text before the first *, then the smaller IRI.

    >>> wide = Claim("snowflake://acme*", Iri("urn:a"))
    >>> narrow = Claim("snowflake://acme-shop*", Iri("urn:b"))
    >>> claimant([wide, narrow], "snowflake://acme-shop2").domain
    'urn:b'
    """
    return min(
        (claim for claim in claims if claim.fits(namespace)),
        key=lambda claim: (-len(claim.begins), claim.domain, claim.pattern),
        default=None,
    )


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
