"""Who may say what of which: decided anew for each commit, in the state it meets."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isogloss.errors import Forbidden
from isogloss.lineage.platforms import key_of
from isogloss.model.access import Membership, Role
from isogloss.model.catalog import Domain
from isogloss.model.journal import Entry, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Term, Triple
from isogloss.services.catalog import GOVERNANCE, UNCLAIMED, Catalog
from isogloss.services.claims import read_claims
from isogloss.services.description import local_name
from isogloss.services.mapping_records import DECISIONS_SOURCE
from isogloss.services.memberships import (
    MEMBERS_SOURCE,
    ROLES,
    check_membership,
    read_memberships,
)
from isogloss.services.rule_records import RULES_SOURCE
from isogloss.services.spelling import careless_reading, is_normal
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import MEMBERS, RULES, SYSTEM, source_graph
from isogloss.vocab import MESH, ORG, RDF, SH, SKOS, VOID

OPERATOR = Iri("https://w3id.org/isogloss/operator")
"""Whoever has the mesh's folder itself: may write for every domain, within its bounds."""

_WORDS = frozenset({"glossary", "mappings", "concordances", "identity"})
"""Sources that begin so are the stewards'; the engineers have all others."""

IDENTITY_SOURCE = "identity"
"""The source of each domain that has its stewards' decisions about names."""

VERDICTS_SOURCE = "verdicts"
"""The governance group's source of verdicts on meaning, derived from all the others."""

_SYSTEM_WORDS = frozenset(
    {MESH.dataGraph, MESH.shapesGraph, MESH.sequence, MESH.head, MESH.applied}
)
_PART_OF = frozenset({MESH.fieldOf, MESH.parentField})
_RESERVED = frozenset({"graph", "membership", "rules", ".well-known"})
"""What each domain's space has for graphs, members, rules and blank nodes: its own alone."""

_SYSTEM_SOURCES = {MEMBERS_SOURCE: MEMBERS, RULES_SOURCE: RULES}
_WATCHED = frozenset(
    {
        *(*_SYSTEM_WORDS, *_PART_OF, RDF.type, SKOS.inScheme, ORG.role, ORG.organization),
        *(VOID.uriSpace, MESH.claimedBy, MESH.concerns, MESH.same, MESH.namespacePattern),
        *(MESH.judges, MESH.verdict, MESH.appliesTranslation),
    }
)
"""What, beside the words of SHACL, not everybody may state of whatever is his own."""

_RULE_WORDS = frozenset({MESH.RuleSet, MESH.Vote, MESH.Waiver})

CLAIMS_SOURCE = "claims"
"""The source of each domain that says which namespaces it claims; its owners write it."""


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
        builtin = (self._governance, self._catalog.get_domain(UNCLAIMED))
        known = {domain.id: domain for domain in (*self._catalog.domains(), *builtin)}
        self._domains = known
        # The narrowest first: it is the one that counts.
        self._spaces = sorted(
            ((domain.uri_space, domain) for domain in known.values() if domain.uri_space),
            key=lambda space: -len(space[0]),
        )
        self._readings = sorted(
            ((careless_reading(space), domain) for space, domain in self._spaces),
            key=lambda space: -len(space[0]),
        )
        self._glossaries = {d.glossary: d for d in known.values() if d.glossary}
        members = list(state.quads([MEMBERS]))
        self._organizations = {
            quad.subject: quad.object for quad in members if quad.predicate == ORG.organization
        }
        self.memberships = read_memberships(members)
        self._claims = read_claims(state)

    def domain(self, name: str) -> Domain:
        """Find a domain by its short name or its IRI.

        Raises:
            NotFound: no domain is called so.
        """
        return self._catalog.get_domain(name)

    def place(self, domain: str, source: str) -> Place:
        """Find where a source of a domain, by its name or IRI, is written.

        Raises:
            NotFound: no domain is called so.
            InvalidArgument: `source` is not a path of plain words.
            Forbidden: what the source would be called is another domain's, or the system's.
        """
        found = self._catalog.get_domain(domain)
        graph = source_graph(found.uri_space, source)
        if source in _SYSTEM_SOURCES:
            return Place(found, source, _SYSTEM_SOURCES[source])
        owner = self.owner_of(graph)
        if graph in SYSTEM or owner is None or owner.id != found.id:
            raise Forbidden(
                f"The source {source!r} of the domain {found.name!r} would be the graph <{graph}>, "
                "which is not the domain's: call it otherwise."
            )
        return Place(found, source, graph)

    def authorise(self, author: Iri, place: Place, *, reports: bool = False) -> None:
        """Check that an author may write a source; `reports` if it is what he saw run.

        What nobody claims may be reported by whoever owns or engineers anything.

        Raises:
            Forbidden: he may not.
        """
        if place.source == RULES_SOURCE:
            raise Forbidden(
                f"The source {RULES_SOURCE!r} of {place.domain.name!r} has its rules and waivers, "
                "which are proposed, adopted and granted: see `isogloss rules`."
            )
        domain, source = place.domain, place.source
        if source == DECISIONS_SOURCE and domain.id == self._governance.id:
            raise Forbidden(
                f"The source {DECISIONS_SOURCE!r} of {domain.name!r} has what was decided about "
                "mappings, which are proposed, approved and rejected: see `isogloss map`."
            )
        if source == VERDICTS_SOURCE and domain.id == self._governance.id:
            raise Forbidden(
                f"The source {VERDICTS_SOURCE!r} of {domain.name!r} has verdicts on meaning, which "
                "follow from lineage and mappings: see `isogloss boundaries --publish`."
            )
        if author == OPERATOR:
            return
        everywhere = reports and domain.name == UNCLAIMED
        roles = {
            m.role
            for m in self.memberships
            if m.member == author and (everywhere or m.domain == domain.id)
        }
        allowed = {Role.OWNER}
        if source not in (MEMBERS_SOURCE, CLAIMS_SOURCE):
            allowed.add(Role.STEWARD if is_of_words(source) else Role.ENGINEER)
        elif source == MEMBERS_SOURCE and Membership(self._governance.id, author, Role.OWNER) in (
            self.memberships
        ):
            return  # so that a new domain's first owner can be named
        if roles.isdisjoint(allowed):
            raise Forbidden(
                f"{author} may not write the source {source!r} of the domain {domain.name!r}: "
                f"that takes the role {' or '.join(sorted(role.value for role in allowed))} "
                f"{'somewhere' if everywhere else 'there'}. Ask an owner of the domain for it."
            )

    def check(self, place: Place, triples: Iterable[Triple]) -> None:
        """Check that a source speaks only of what is its domain's, and in its own words.

        Raises:
            Forbidden: it does not.
        """
        said = list(triples)
        governs = place.domain.id == self._governance.id and place.source != MEMBERS_SOURCE
        spaces = self._check_spaces(said) if governs else ()
        for subject in {triple.subject for triple in said}:
            self._check_subject(place, subject, spaces)
        for triple in said:
            if place.source == MEMBERS_SOURCE:
                check_membership(place.domain, triple)
            else:
                self._check_words(place, triple)
        if not governs:
            self._check_decisions(place.domain, said)
            self._claims.check(place.domain, said)

    def owner_of(self, iri: str) -> Domain | None:
        """Find the domain whose space an IRI lies in, the narrowest where they nest."""
        return next((domain for space, domain in self._spaces if iri.startswith(space)), None)

    def part(self, place: Place, quads: Iterable[Quad]) -> frozenset[Quad]:
        """Pick from the quads of a source's graph those that are the source's."""
        if place.graph not in SYSTEM:
            return frozenset(quads)
        # All domains share a graph; memberships say whose they are, or else the IRIs tell.
        return frozenset(q for q in quads if self._holder(q.subject) == place.domain.id)

    def _holder(self, membership: Iri) -> object:
        if membership in self._organizations:
            return self._organizations[membership]
        owner = self.owner_of(membership)
        return owner.id if owner else None

    def sees(self, author: Iri | None, entry: Entry) -> bool:
        """Tell whether somebody may see an entry of the journal: a commit, or his own business."""
        if entry.outcome is Outcome.COMMITTED or author in (OPERATOR, entry.attempt.author):
            return True
        mine = {m.domain for m in self.memberships if m.member == author}
        # Whoever was turned away may have named the domain by its IRI.
        named = {key for iri in mine if (d := self._domains.get(iri)) for key in (d.id, d.name)}
        return self._governance.id in mine or not named.isdisjoint(entry.attempt.domains)

    def _check_subject(self, place: Place, subject: Iri, founded: tuple[str, ...]) -> None:
        domain = place.domain
        if not is_normal(subject):
            raise Forbidden(
                f"<{subject}> could be taken for another IRI: write it in normal form, without "
                "dot segments, needless percent-encoding or decomposed letters (RFC 3987, 5.3.2)."
            )
        owner = self.owner_of(subject)
        # The governance group founds domains, so it may speak of what is in their spaces.
        governs = domain.id == self._governance.id and place.source != MEMBERS_SOURCE
        if governs and subject.startswith(founded):
            return
        if owner is None or (owner.id != domain.id and not governs):
            whose = f"it is {owner.name}'s" if owner else "it is nobody's"
            raise Forbidden(
                f"The domain {domain.name!r} may not describe <{subject}>: {whose}. Describe "
                f"what begins with {domain.uri_space}; refer to anything."
            )
        if governs:
            return
        if subject in self._domains:
            raise Forbidden(
                f"The domain {domain.name!r} may not describe <{subject}>: what a domain is "
                "called, and what is its own, the governance group states."
            )
        reading = careless_reading(subject)
        taken = next((d for space, d in self._readings if reading.startswith(space)), None)
        if taken is None or taken.id != domain.id:
            whose = f"{taken.name}'s" if taken else "nobody's"
            raise Forbidden(
                f"<{subject}> could be taken for an IRI that is {whose}, by whoever ignores case, "
                "doubled or encoded slashes and the like: call it otherwise."
            )

    def _check_words(self, place: Place, triple: Triple) -> None:
        predicate, value = triple.predicate, triple.object
        if predicate not in _WATCHED and predicate not in SH:
            return  # as most are, and a source may have many thousands
        kind = value if predicate == RDF.type else None
        governs = place.domain.id == self._governance.id
        what = ""
        if predicate in _SYSTEM_WORDS:
            what = "what the system keeps itself"
        elif predicate in SH or (isinstance(kind, str) and (kind in SH or kind in _RULE_WORDS)):
            what = "rules (SHACL), which have a way of their own"
        elif (predicate == ORG.role and value in ROLES) or (
            predicate == ORG.organization and value in self._domains
        ):
            what = f"memberships, which go to the source {MEMBERS_SOURCE!r}"
        elif not governs and (predicate == VOID.uriSpace or kind == MESH.Domain):
            what = "domains and their spaces, which the governance group does"
        elif (kind == MESH.NamespaceClaim or predicate == MESH.claimedBy) and (
            place.source != CLAIMS_SOURCE or (not governs and value not in (kind, place.domain.id))
        ):
            what = f"claims, which the source {CLAIMS_SOURCE!r} makes for its own domain"
        elif (
            kind == MESH.IdentityDecision or predicate in (MESH.concerns, MESH.same)
        ) and place.source != IDENTITY_SOURCE:
            what = f"decisions about names, which go to the source {IDENTITY_SOURCE!r}"
        elif kind == MESH.MeaningVerdict or predicate in (MESH.judges, MESH.verdict):
            what = "verdicts on meaning, which follow from lineage and mappings"
        elif predicate == MESH.appliesTranslation and not is_of_words(place.source):
            what = (
                "that a translation is applied, which a steward confirms in a source of words, "
                "such as 'mappings/applied'"
            )
        elif not governs and predicate == MESH.namespacePattern and _is_boundless(value):
            what = "that it claims whatever there is: let the pattern begin with more than *"
        elif not governs and kind == MESH.NamespaceAlias:
            what = "that two namespaces are one, which the governance group does"
        elif not governs and (whole := self._other_whole(place.domain, triple)):
            what = f"parts of what is {whole.name}'s, here <{value}>"
        if what:
            raise Forbidden(
                f"The source {place.source!r} of {place.domain.name!r} states "
                f"<{triple.subject}> {local_name(predicate)}: a source cannot assert {what}."
            )

    def _check_decisions(self, domain: Domain, said: Iterable[Triple]) -> None:
        """Check that each decision about names concerns a dataset of the domain."""
        owners: defaultdict[Iri, set[Iri]] = defaultdict(set)
        for triple in said:
            if triple.predicate == MESH.concerns:
                owners[triple.subject].update(self._owners_of(Iri(str(triple.object))))
        for decision, known in owners.items():
            if domain.id not in known:
                raise Forbidden(
                    f"<{decision}> is about names of which none is {domain.name!r}'s: a steward "
                    "of a domain that has one decides that, or one of the governance group."
                )

    def _owners_of(self, name: Iri) -> Iterator[Iri]:
        """Find in whose space a name of a dataset lies, and who claims the namespace in it."""
        if owner := self.owner_of(name):
            yield owner.id
        if (key := key_of(name)) and (claimant := self._claims.claimant(key.namespace)):
            yield claimant

    def _other_whole(self, domain: Domain, triple: Triple) -> Domain | None:
        """Find the other domain whose dataset or glossary something is said to be part of.

        Such a statement would show in the other's own dataset or glossary.
        """
        if isinstance(triple.object, Literal):
            return None
        owner = None
        if triple.predicate in _PART_OF:
            owner = self.owner_of(triple.object)
        elif triple.predicate == SKOS.inScheme:
            owner = self._glossaries.get(triple.object)
        if owner is None or owner.id in (domain.id, self._governance.id):
            return None
        return owner

    def _check_spaces(self, said: Iterable[Triple]) -> tuple[str, ...]:
        """Check that the spaces which domains are given take nothing from others; give them."""
        given = [
            (triple.subject, triple.object.value)
            for triple in said
            if triple.predicate == VOID.uriSpace and isinstance(triple.object, Literal)
        ]
        named = {domain for domain, _ in given}
        others = given + [
            (d.id, d.uri_space) for d in self._domains.values() if d.id not in named and d.uri_space
        ]
        for domain, space in given:
            rest = [(iri, other) for iri, other in others if iri != domain]
            if trouble := self._trouble_with(domain, space, rest):
                raise Forbidden(f"<{domain}> cannot have the space {space!r}: {trouble}.")
        return tuple(space for _, space in given)

    def _trouble_with(self, domain: Iri, space: str, others: Iterable[tuple[Iri, str]]) -> str:
        if not space.endswith("/") or not is_normal(space):
            return "it does not end in a slash, or is not in normal form (RFC 3987, 5.3.2)"
        if any(graph.startswith(space) for graph in SYSTEM):
            return "the system's own graphs lie there"
        if domain != self._governance.id and self._governance.uri_space.startswith(space):
            return "the governance group's own lies in it"
        for other, theirs in others:
            if careless_reading(space) == careless_reading(theirs):
                return f"it is <{other}>'s, or could be taken for it"
            for inner, outer in ((space, theirs), (theirs, space)):
                inside = inner.removeprefix(outer) if inner.startswith(outer) else ""
                if inside.partition("/")[0] in _RESERVED:
                    return f"graphs or members of one lie in the other's space {outer}"
        for membership, organization in self._organizations.items():
            if membership.startswith(space) and organization != domain:
                # A wider space takes nothing from the narrower one that has it already.
                owner = self.owner_of(membership)
                if owner is None or len(owner.uri_space) < len(space):
                    return f"<{membership}> lies there, a membership of <{organization}>"
        return ""


def is_of_words(source: str) -> bool:
    """Tell whether a source is the stewards', to say what words mean.

    >>> is_of_words("mappings/sales"), is_of_words("product/activity")
    (True, False)
    """
    return source.partition("/")[0] in _WORDS


def _is_boundless(pattern: Term) -> bool:
    return isinstance(pattern, Literal) and not pattern.value.partition("*")[0]
