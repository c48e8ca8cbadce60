"""Claims: which namespaces a domain says are its own, and whose a name is therefore."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.services.description import Description
from isogloss.store.graph import Reader
from isogloss.vocab import MESH, RDF, XSD


@dataclass(frozen=True, slots=True)
class Claim:
    """A domain's claim to the namespaces that a pattern fits; * stands for any characters."""

    id: Iri
    domain: Iri
    pattern: str

    def fits(self, namespace: str) -> bool:
        """Tell whether a namespace is among those that are claimed.

        >>> Claim(Iri("urn:c"), Iri("urn:d"), "postgres://shop-*:5432").fits("postgres://shop-a:5432")
        True
        """
        first, *rest = self.pattern.split("*")
        if not rest:
            return namespace == first
        *middle, last = rest
        end = len(namespace) - len(last)
        if not namespace.startswith(first) or not namespace.endswith(last) or end < len(first):
            return False
        at = len(first)
        for part in middle:
            at = namespace.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    @property
    def rank(self) -> tuple[int, bool, Iri]:
        """How claims that fit are ordered; the first counts.

        The most specific does: the one with the longest text before its first *.
        """
        text, star, _ = self.pattern.partition("*")
        return -len(text), bool(star), self.domain


class Claims:
    """All claims of one state of the mesh."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self.all = tuple(sorted(claims, key=lambda claim: (claim.rank, claim.id)))
        self._known: dict[str, Iri | None] = {}

    def claimant(self, namespace: str) -> Iri | None:
        """Find the domain that a namespace belongs to; None if nobody claims it."""
        if namespace not in self._known:
            fitting = (claim.domain for claim in self.all if claim.fits(namespace))
            self._known[namespace] = next(fitting, None)
        return self._known[namespace]

    @cached_property
    def conflicts(self) -> tuple[tuple[str, tuple[Iri, ...]], ...]:
        """The patterns that several domains claim alike, with these domains; sorted."""
        by_pattern: dict[str, set[Iri]] = {}
        for claim in self.all:
            by_pattern.setdefault(claim.pattern, set()).add(claim.domain)
        return tuple(
            (pattern, tuple(sorted(domains)))
            for pattern, domains in sorted(by_pattern.items())
            if len(domains) > 1
        )


def read_claims(state: Reader) -> Claims:
    """Read the claims of a state; the fence sees to it that each is its own domain's."""
    found: dict[Iri, list[Quad]] = {}
    for quad in state.statements(MESH.claimedBy):
        found[quad.subject] = []
    if found:
        found = state.describe(found)
    return Claims(
        Claim(iri, domain, pattern)
        for iri, quads in found.items()
        for about in (Description(iri, quads),)
        for domain in about.iris(MESH.claimedBy)
        for pattern in about.texts(MESH.namespacePattern)
        if MESH.NamespaceClaim in about.iris(RDF.type)
    )


def claim_triples(claim: Claim) -> frozenset[Triple]:
    """Write a claim."""
    return frozenset(
        {
            Triple(claim.id, RDF.type, MESH.NamespaceClaim),
            Triple(claim.id, MESH.claimedBy, claim.domain),
            Triple(claim.id, MESH.namespacePattern, Literal(claim.pattern, XSD.string)),
        }
    )
