"""Claims: which namespaces a domain says are its own, and whose a name is therefore."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from isogloss.errors import Forbidden
from isogloss.lineage.claims import Claim, claimant
from isogloss.model.catalog import Domain
from isogloss.model.claims import Unclaimed, UnclaimedNamespace
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.services.description import Description
from isogloss.store.graph import Reader
from isogloss.vocab import DCAT, DCTERMS, MESH, RDF

SHARED = ("dbt", "default")
"""The namespaces of jobs that OpenLineage's integrations use where none is configured."""


class Claims:
    """All claims of one state of the mesh."""

    def __init__(self, claims: Collection[Claim] = ()) -> None:
        self.all = tuple(sorted(claims))
        self._known: dict[str, Iri | None] = {}

    def claimant(self, namespace: str) -> Iri | None:
        """Find the domain that a namespace belongs to; None if nobody claims it."""
        if namespace not in self._known:
            claim = claimant(self.all, namespace)
            self._known[namespace] = claim.domain if claim else None
        return self._known[namespace]

    def check(self, domain: Domain, said: Iterable[Triple]) -> None:
        """Check that what a domain says claims nothing that is another's.

        Raises:
            Forbidden: it does.
        """
        for triple in said:
            if triple.predicate != MESH.namespacePattern or not isinstance(triple.object, Literal):
                continue
            wanted = Claim(triple.object.value, domain.id)
            for shared in filter(wanted.fits, SHARED):
                raise Forbidden(
                    f"The domain {domain.name!r} may not claim {wanted.pattern}: {shared!r} is "
                    "where producers have everybody's jobs unless they are told otherwise. Give "
                    "yours a namespace of their own (OPENLINEAGE_NAMESPACE), and claim that."
                )
            for known in () if wanted in self.all else self.all:
                if known.domain != domain.id and wanted.takes_from(known):
                    raise Forbidden(
                        f"The domain {domain.name!r} may not claim {wanted.pattern}: <"
                        f"{known.domain}> claims {known.pattern}. Ask it to withdraw that, or the "
                        "governance group to settle whose it is."
                    )

    def conflicts(self) -> dict[str, tuple[Iri, ...]]:
        """Collect the patterns that several domains claim alike, with these domains."""
        by_pattern: defaultdict[str, set[Iri]] = defaultdict(set)
        for claim in self.all:
            by_pattern[claim.pattern].add(claim.domain)
        return {
            pattern: tuple(sorted(domains))
            for pattern, domains in sorted(by_pattern.items())
            if len(domains) > 1
        }


def read_claims(state: Reader) -> Claims:
    """Read the claims of a state; the fence sees to it that each is its own domain's."""
    return claims_in(claim_quads(state))


def claim_quads(state: Reader) -> list[Quad]:
    """Read all that is said of claims."""
    subjects = sorted({quad.subject for quad in state.statements(MESH.claimedBy)})
    return [quad for quads in state.describe(subjects).values() for quad in quads]


def claims_in(quads: Iterable[Quad]) -> Claims:
    """Read claims in what is said of them."""
    by_subject: defaultdict[Iri, list[Quad]] = defaultdict(list)
    for quad in quads:
        by_subject[quad.subject].append(quad)
    about = (Description(iri, said) for iri, said in by_subject.items())
    return Claims({claim for found in about for claim in _claims(found)})


def _claims(about: Description) -> Iterable[Claim]:
    if MESH.NamespaceClaim in about.iris(RDF.type):
        for domain in about.iris(MESH.claimedBy):
            for pattern in about.texts(MESH.namespacePattern):
                yield Claim(pattern, domain)


def claim_triples(domain: Domain, iri: Iri, pattern: str) -> frozenset[Triple]:
    """Write a domain's claim."""
    return frozenset(
        {
            Triple(iri, RDF.type, MESH.NamespaceClaim),
            Triple(iri, MESH.claimedBy, domain.id),
            Triple(iri, MESH.namespacePattern, Literal(pattern)),
        }
    )


def without_claim(said: frozenset[Triple], domain: Domain, pattern: str) -> frozenset[Triple]:
    """Leave a domain's claim to a pattern out of what a source says."""
    patterns = {t for t in said if t.predicate == MESH.namespacePattern}
    theirs = {t.subject for t in said if t[1:] == (MESH.claimedBy, domain.id)}
    gone = {t for t in patterns if t.subject in theirs and t.object == Literal(pattern)}
    empty = {t.subject for t in gone} - {t.subject for t in patterns - gone}
    return frozenset(t for t in said - gone if t.subject not in empty)


def find_unclaimed(state: Reader) -> Unclaimed:
    """List the namespaces that nobody claims, most datasets first, and contested patterns."""
    claims = read_claims(state)
    datasets: defaultdict[str, set[str]] = defaultdict(set)
    jobs: defaultdict[str, set[str]] = defaultdict(set)
    for kind, found in ((DCAT.Dataset, datasets), (MESH.Job, jobs)):
        typed = {quad.subject for quad in state.statements(RDF.type, kind)}
        names: dict[Iri, set[str]] = defaultdict(set)
        for quad in state.statements(DCTERMS.identifier):
            if quad.subject in typed and isinstance(quad.object, Literal):
                names[quad.subject].add(quad.object.value)
        for quad in state.statements(MESH.olNamespace):
            if quad.subject not in typed or not isinstance(quad.object, Literal):
                continue
            if claims.claimant(quad.object.value) is None:
                found[quad.object.value] |= names[quad.subject]
    listed = [
        UnclaimedNamespace(namespace, len(datasets[namespace]), len(jobs[namespace]))
        for namespace in {*datasets, *jobs}
    ]
    return Unclaimed(
        tuple(sorted(listed, key=lambda one: (-one.datasets, -one.jobs, one.namespace))),
        tuple(claims.conflicts().items()),
    )
