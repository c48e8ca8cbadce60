"""Memberships as triples: org:Membership, with whom, where, and in which role."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import product

from isogloss.errors import Forbidden
from isogloss.model.access import Membership, Role
from isogloss.model.catalog import Domain
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.services.description import local_name
from isogloss.store.named_graphs import MEMBERS
from isogloss.vocab import CODE, ORG, RDF

MEMBERS_SOURCE = "members"
"""The source of each domain that says who belongs to it; kept in a system graph."""

ROLES = {Iri(CODE.iri + role.value): role for role in Role}
"""The roles by their codes."""

_MEMBERSHIP = frozenset({RDF.type, ORG.member, ORG.organization, ORG.role})


def read_memberships(quads: Iterable[Quad]) -> frozenset[Membership]:
    """Read memberships; one that is not whole gives no rights."""
    about: defaultdict[Iri, defaultdict[Iri, set[Iri]]] = defaultdict(lambda: defaultdict(set))
    for quad in quads:
        if not isinstance(quad.object, Literal):
            about[quad.subject][quad.predicate].add(quad.object)
    return frozenset(
        Membership(organization, member, ROLES[role])
        for values in about.values()
        for organization, member, role in product(
            values[ORG.organization], values[ORG.member], values[ORG.role]
        )
        if role in ROLES
    )


def membership_triples(domain: Domain, member: Iri, role: Role) -> frozenset[Triple]:
    """Write a membership; its IRI follows from who and what, so that it is there once."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", member.partition("//")[2])[:60].strip("-")
    key = f"{words}-{hashlib.sha256(member.encode()).hexdigest()[:16]}"
    iri = Iri(f"{domain.uri_space}membership/{role.value}/{key}")
    return frozenset(
        {
            Triple(iri, RDF.type, ORG.Membership),
            Triple(iri, ORG.member, member),
            Triple(iri, ORG.organization, domain.id),
            Triple(iri, ORG.role, Iri(CODE.iri + role.value)),
        }
    )


def without_membership(
    said: frozenset[Triple], domain: Iri, member: Iri, role: Role
) -> frozenset[Triple]:
    """Leave out the memberships of somebody in a role."""
    about: defaultdict[Iri, list[Quad]] = defaultdict(list)
    for triple in said:
        about[triple.subject].append(Quad(*triple, MEMBERS))
    unwanted = Membership(domain, member, role)
    gone: set[Quad] = set()
    for quads in about.values():
        if unwanted in read_memberships(quads):
            several = {quad.object for quad in quads if quad.predicate == ORG.member} != {member}
            # Where one has several members, the others stay.
            gone |= {
                q for q in quads if not several or (q.predicate, q.object) == (ORG.member, member)
            }
    return frozenset(triple for triple in said if Quad(*triple, MEMBERS) not in gone)


def check_membership(domain: Domain, triple: Triple) -> None:
    """Check that a statement is part of a membership in a domain.

    Raises:
        Forbidden: it is something else.
    """
    fine = triple.predicate in _MEMBERSHIP and not isinstance(triple.object, Literal)
    if triple.predicate == RDF.type:
        fine = triple.object == ORG.Membership
    elif triple.predicate == ORG.organization:
        fine = triple.object == domain.id
    elif triple.predicate == ORG.role:
        fine = triple.object in ROLES
    if not fine:
        raise Forbidden(
            f"The members of {domain.name!r} are stated as org:Membership with org:member, "
            f"org:organization <{domain.id}> and org:role (code:owner, code:engineer, "
            f"code:steward or code:reader); <{triple.subject}> {local_name(triple.predicate)} "
            "is none of these."
        )
