"""Who may say what of which: decided anew for each commit, in the state it meets."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from isogloss.errors import Forbidden
from isogloss.model.access import Membership, Role
from isogloss.model.catalog import Domain
from isogloss.model.journal import Entry, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.description import local_name
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import MEMBERS, source_graph
from isogloss.vocab import CODE, MESH, ORG, RDF, SH, VOID

OPERATOR = Iri("https://w3id.org/isogloss/operator")
"""Whoever has the mesh's folder itself: may write for every domain, within its bounds."""

MEMBERS_SOURCE = "members"
"""The source of each domain that says who belongs to it; kept in a system graph."""

_WORDS = frozenset({"glossary", "mappings", "concordances"})
"""Sources that begin so are the stewards'; the engineers have all others."""

_ROLES = {Iri(CODE.iri + role.value): role for role in Role}
_MEMBERSHIP = frozenset({RDF.type, ORG.member, ORG.organization, ORG.role})
_SYSTEM_WORDS = frozenset({MESH.dataGraph, MESH.sequence, MESH.head, MESH.applied})

# RFC 3987 §5.3.2: what two IRIs may differ by, and yet be taken for one by whoever resolves them.
_AMBIGUOUS = re.compile(
    r"/\.{1,2}(?=/|$)|%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.I
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source of a domain is written."""

    domain: Domain
    source: str
    graph: Iri


class Ownership:
    """Domains, their spaces and their members in one state of the mesh."""

    def __init__(self, state: Reader, base_iri: Iri) -> None:
        self._catalog = Catalog(state, base_iri)
        self._governance = self._catalog.get_domain(GOVERNANCE)
        self._domains = [*self._catalog.domains(), self._governance]
        self.memberships = read_memberships(state.quads([MEMBERS]))

    def place(self, domain: str, source: str) -> Place:
        """Find where a source of a domain, by its name or IRI, is written.

        Raises:
            NotFound: no domain is called so.
            InvalidArgument: `source` is not a path of plain words.
        """
        found = self._catalog.get_domain(domain)
        graph = source_graph(found.uri_space, source)
        return Place(found, source, MEMBERS if source == MEMBERS_SOURCE else graph)

    def authorise(self, author: Iri, place: Place) -> None:
        """Check that an author may write a source.

        Raises:
            Forbidden: he may not.
        """
        if author == OPERATOR:
            return
        domain, source = place.domain, place.source
        roles = {m.role for m in self.memberships if (m.member, m.domain) == (author, domain.id)}
        allowed = {Role.OWNER}
        if source != MEMBERS_SOURCE:
            words = source.partition("/")[0] in _WORDS
            allowed.add(Role.STEWARD if words else Role.ENGINEER)
        elif Membership(self._governance.id, author, Role.OWNER) in self.memberships:
            return  # so that a new domain's first owner can be named
        if roles.isdisjoint(allowed):
            raise Forbidden(
                f"{author} may not write the source {source!r} of the domain {domain.name!r}: "
                f"that takes the role {' or '.join(sorted(role.value for role in allowed))} "
                "there. Ask an owner of the domain for it."
            )

    def check(self, place: Place, triples: Iterable[Triple]) -> None:
        """Check that a source speaks only of what is its domain's, and in its own words.

        Raises:
            Forbidden: it does not.
        """
        for triple in triples:
            self._check_subject(place, triple.subject)
            if place.source == MEMBERS_SOURCE:
                _check_membership(place.domain, triple)
            else:
                self._check_words(place, triple)

    def owner_of(self, iri: str) -> Domain | None:
        """Find the domain whose space an IRI lies in, the narrowest where they nest."""
        holders = [d for d in self._domains if d.uri_space and iri.startswith(d.uri_space)]
        return max(holders, key=lambda domain: len(domain.uri_space), default=None)

    def part(self, place: Place, quads: Iterable[Quad]) -> frozenset[Quad]:
        """Pick from the quads of a source's graph those that are the source's."""
        if place.graph != MEMBERS:
            return frozenset(quads)
        # All memberships share a graph; whose they are, their IRIs tell.
        return frozenset(q for q in quads if self.owner_of(q.subject) == place.domain)

    def sees(self, author: Iri | None, entry: Entry) -> bool:
        """Tell whether somebody may see an entry of the journal: a commit, or his own business."""
        if entry.outcome is Outcome.COMMITTED or author in (OPERATOR, entry.attempt.author):
            return True
        names = {domain.id: domain.name for domain in self._domains}
        mine = {names.get(m.domain) for m in self.memberships if m.member == author}
        return GOVERNANCE in mine or not mine.isdisjoint(entry.attempt.domains)

    def _check_subject(self, place: Place, subject: Iri) -> None:
        domain = place.domain
        owner = self.owner_of(subject)
        if _AMBIGUOUS.search(subject) or not unicodedata.is_normalized("NFC", subject):
            raise Forbidden(
                f"<{subject}> could be taken for another IRI: write it in normal form, without "
                "dot segments, needless percent-encoding or decomposed letters (RFC 3987, 5.3.2)."
            )
        # The governance group founds domains, so it may speak of what is in their spaces.
        if owner != domain and not (domain == self._governance and owner is not None):
            whose = f"it is {owner.name}'s" if owner else "it is nobody's"
            raise Forbidden(
                f"The domain {domain.name!r} may not describe <{subject}>: {whose}. Describe "
                f"what begins with {domain.uri_space}; refer to anything."
            )

    def _check_words(self, place: Place, triple: Triple) -> None:
        predicate, value = triple.predicate, triple.object
        kind = value if predicate == RDF.type else None
        what = ""
        if predicate in _SYSTEM_WORDS:
            what = "what the system keeps itself"
        elif predicate in SH or (isinstance(kind, str) and kind in SH):
            what = "rules (SHACL), which have a way of their own"
        elif (predicate == ORG.role and value in _ROLES) or (
            predicate == ORG.organization and value in {domain.id for domain in self._domains}
        ):
            what = f"memberships, which go to the source {MEMBERS_SOURCE!r}"
        elif place.domain != self._governance and (
            predicate == VOID.uriSpace or kind == MESH.Domain
        ):
            what = "domains and their spaces, which the governance group does"
        if what:
            raise Forbidden(
                f"The source {place.source!r} of {place.domain.name!r} states "
                f"<{triple.subject}> {local_name(predicate)}: a source cannot assert {what}."
            )


def read_memberships(quads: Iterable[Quad]) -> frozenset[Membership]:
    """Read memberships; one that is not whole gives no rights."""
    about: dict[Iri, dict[Iri, Iri]] = {}
    for quad in quads:
        if not isinstance(quad.object, Literal):
            about.setdefault(quad.subject, {})[quad.predicate] = quad.object
    return frozenset(
        Membership(values[ORG.organization], values[ORG.member], _ROLES[values[ORG.role]])
        for values in about.values()
        if {ORG.organization, ORG.member, ORG.role} <= values.keys() and values[ORG.role] in _ROLES
    )


def membership_triples(domain: Domain, member: Iri, role: Role) -> frozenset[Triple]:
    """Write a membership; its IRI follows from who and what, so that it is there once."""
    key = "".join(char if char.isalnum() else "-" for char in member.partition("//")[2] or member)
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
    gone = {
        subject
        for subject in {triple.subject for triple in said}
        if Membership(domain, member, role)
        in read_memberships(Quad(*t, MEMBERS) for t in said if t.subject == subject)
    }
    return frozenset(triple for triple in said if triple.subject not in gone)


def _check_membership(domain: Domain, triple: Triple) -> None:
    fine = triple.predicate in _MEMBERSHIP and not isinstance(triple.object, Literal)
    if triple.predicate == RDF.type:
        fine = triple.object == ORG.Membership
    elif triple.predicate == ORG.organization:
        fine = triple.object == domain.id
    elif triple.predicate == ORG.role:
        fine = triple.object in _ROLES
    if not fine:
        raise Forbidden(
            f"The members of {domain.name!r} are stated as org:Membership with org:member, "
            f"org:organization <{domain.id}> and org:role (code:owner, code:engineer, "
            f"code:steward or code:reader); <{triple.subject}> {local_name(triple.predicate)} "
            "is none of these."
        )
