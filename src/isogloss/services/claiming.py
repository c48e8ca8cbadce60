"""Claim namespaces for a domain, or no longer, with what was reported of them."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from isogloss.errors import InvalidArgument, NotFound, StalePlan
from isogloss.intake.datasets import describe_dataset, keep_dataset
from isogloss.intake.jobs import follow_job, keep_job
from isogloss.lineage.claims import Claim
from isogloss.model.catalog import Domain
from isogloss.model.rdf import Iri, Quad, Triple
from isogloss.services.catalog import GOVERNANCE, UNCLAIMED, Catalog
from isogloss.services.claims import (
    Claims,
    claim_quads,
    claim_triples,
    claims_in,
    read_claims,
    without_claim,
)
from isogloss.services.commits import Commits
from isogloss.services.description import Description
from isogloss.services.event_streams import Patch, Stream, kept_events
from isogloss.services.loading import Loaded
from isogloss.services.ownership import CLAIMS_SOURCE, OPERATOR
from isogloss.services.requests import Content, SourcePatch
from isogloss.store.graph import Reader
from isogloss.store.history import Past
from isogloss.store.named_graphs import source_graph
from isogloss.vocab import DCAT, DCTERMS, MESH, RDF

_LONGEST_PATTERN = 500
_ROUNDS = 10

Edit = Callable[[frozenset[Triple]], frozenset[Triple]]
Edits = list[tuple[Domain, Edit]]
"""What becomes of what domains state in their sources of claims; the first is the author's."""


@dataclass(frozen=True, slots=True)
class Claiming:
    """The way to change whose namespaces are; what was reported moves in the same commit."""

    graph: Reader
    catalog: Catalog
    commits: Commits

    def claim(
        self,
        domain: str,
        pattern: str,
        *,
        settles: bool = False,
        author: Iri = OPERATOR,
        message: str = "",
    ) -> Loaded:
        """Claim the namespaces that a pattern fits, and take over what was reported of them.

        With `settles` it is the governance group that gives them to the domain, also where
        another domain claims them; another's claim to the same pattern ends.

        Raises:
            NotFound: there is no such domain.
            Forbidden: the author does not own it, or some of that is another domain's.
            InvalidArgument: the pattern is empty, too long, or begins with *.
            StalePlan: whatever is to move changes too fast.
        """
        if not 0 < len(pattern) <= _LONGEST_PATTERN or pattern.startswith("*"):
            raise InvalidArgument(
                f"A pattern has 1 to {_LONGEST_PATTERN} characters, and begins with no *: claim, "
                "for example, postgres://shop-*."
            )
        owner, holder = self._owner_and_holder(domain, author, settles=settles)
        digest = hashlib.sha256(f"{pattern} {owner.id}".encode()).hexdigest()[:16]
        said = claim_triples(owner, Iri(f"{holder.uri_space}claim/{digest}"), pattern)
        edits: Edits = [(holder, lambda there: there | said)]
        if holder.name == GOVERNANCE and not settles:
            # Its sources may settle; what it claims as others do is checked as theirs is.
            read_claims(self.graph).check(owner, said)
        if settles:
            for other in (d for d in self._claiming(pattern) if d.id != owner.id):
                edits += self._withdrawing(other, pattern, settles=True)
        return self._change(edits, author, message or f"Claim {pattern}.")

    def withdraw(
        self,
        domain: str,
        pattern: str,
        *,
        settles: bool = False,
        author: Iri = OPERATOR,
        message: str = "",
    ) -> Loaded:
        """Take a claim back; what was reported goes to whoever claims it then, or to nobody.

        With `settles` it is the governance group that takes it from the domain.

        Raises:
            NotFound: there is no such domain, or it claims no such pattern.
            Forbidden: the author does not own it.
            StalePlan: whatever is to move changes too fast.
        """
        owner, holder = self._owner_and_holder(domain, author, settles=settles)
        edits = self._withdrawing(owner, pattern, settles=settles)
        graphs = {source_graph(one.uri_space, CLAIMS_SOURCE) for one, _ in edits}
        there = (quad for quad in claim_quads(self.graph) if quad.graph in graphs)
        if Claim(pattern, owner.id) not in claims_in(there).all:
            raise NotFound(
                f"{holder.name!r} states no claim of {owner.name!r} to {pattern}: `isogloss "
                "claims` lists them; one that the governance group has settled is its to withdraw."
            )
        return self._change(edits, author, message or f"Withdraw the claim {pattern}.")

    def _claiming(self, pattern: str) -> list[Domain]:
        claims = read_claims(self.graph).all
        return [self.catalog.get_domain(one.domain) for one in claims if one.pattern == pattern]

    def _withdrawing(self, owner: Domain, pattern: str, *, settles: bool) -> Edits:
        """Take a claim from its domain's own source and, to settle it, from the governance's."""
        holders = [self.catalog.get_domain(GOVERNANCE), owner] if settles else [owner]
        return [(holder, lambda there: without_claim(there, owner, pattern)) for holder in holders]

    def _owner_and_holder(
        self, domain: str, author: Iri, *, settles: bool
    ) -> tuple[Domain, Domain]:
        """Find whose the claim is, and who states it."""
        owner = self.catalog.get_domain(domain)
        holder = self.catalog.get_domain(GOVERNANCE) if settles else owner
        self.commits.authorise(author, [(holder.name, CLAIMS_SOURCE)])
        return owner, holder

    def _change(self, edits: Edits, author: Iri, message: str) -> Loaded:
        for rounds in reversed(range(_ROUNDS)):
            turn = _Turn(self.graph, self.catalog, edits)
            try:
                outcome = self.commits.replace(turn.contents(), author=author, message=message)
            except StalePlan:
                if not rounds:
                    raise
            else:
                return Loaded(outcome, ())
        raise AssertionError("the last round raises")


class _Turn:
    """A change of what some sources claim, and the streams that are others' by it."""

    def __init__(self, graph: Reader, catalog: Catalog, edits: Edits) -> None:
        self._unclaimed = catalog.get_domain(UNCLAIMED)
        known = (*catalog.domains(), catalog.get_domain(GOVERNANCE), self._unclaimed)
        self._domains = {domain.id: domain for domain in known}
        self._sources: dict[Iri, tuple[Domain, list[Edit]]] = {}
        for holder, edit in edits:
            place = source_graph(holder.uri_space, CLAIMS_SOURCE)
            self._sources.setdefault(place, (holder, []))[1].append(edit)
        self._before = self._said(graph)
        self._moves = self._misplaced(graph)

    def contents(self) -> list[Content]:
        """Give what the sources are to say."""
        first, *others = self._sources.items()
        said = [
            SourcePatch(
                holder.name,
                CLAIMS_SOURCE,
                partial(self._say, place),
                silences=bool(self._before[place]) and not self._after(place, self._before[place]),
                follows=place != first[0],
            )
            for place, (holder, _) in (first, *others)
        ]
        return [*said, *(part for old, new in self._moves for part in _Moved(old, new).contents())]

    def _say(self, place: Iri, state: Past) -> Patch:
        # Somebody may have reported what is new there, or claimed something, in the meantime.
        before = self._said(state)
        if before != self._before or self._misplaced(state) != self._moves:
            raise StalePlan(
                "What is reported of these namespaces has changed in the meantime: try again."
            )
        after = self._after(place, before[place])
        return after - before[place], before[place] - after

    def _said(self, state: Reader) -> dict[Iri, frozenset[Triple]]:
        quads = claim_quads(state)
        return {
            place: frozenset(Triple(*quad[:3]) for quad in quads if quad.graph == place)
            for place in self._sources
        }

    def _after(self, place: Iri, said: frozenset[Triple]) -> frozenset[Triple]:
        for edit in self._sources[place][1]:
            said = edit(said)
        return said

    def _claims(self, state: Reader) -> Claims:
        """Give the claims that there are then."""
        after = [quad for quad in claim_quads(state) if quad.graph not in self._sources]
        for place, said in self._said(state).items():
            after += [Quad(*triple, place) for triple in self._after(place, said)]
        return claims_in(after)

    def _misplaced(self, state: Reader) -> list[tuple[Stream, Stream]]:
        """List the streams of events that are in another space than the claims say."""
        found, claims = [], self._claims(state)
        for stream in _streams(state, self._domains.values()):
            claimant = claims.claimant(stream.about[0])
            home = self._domains.get(claimant, self._unclaimed) if claimant else self._unclaimed
            if home.name != stream.domain:
                found.append((stream, stream._replace(domain=home.name, space=home.uri_space)))
        return sorted(found)


def _streams(state: Reader, domains: Iterable[Domain]) -> Iterable[Stream]:
    """List the jobs and datasets of which there are events, by what follows from these."""
    for kind, folder in ((MESH.Job, "jobs"), (DCAT.Dataset, "datasets")):
        places = {f"{d.uri_space}graph/openlineage/{folder}/": d for d in domains if d.uri_space}
        found = [
            (quad.subject, quad.graph, places[place])
            for quad in state.statements(RDF.type, kind)
            if (place := quad.graph.rpartition("/")[0] + "/") in places
        ]
        described = state.describe({subject for subject, _, _ in found})
        for subject, graph, domain in found:
            about = Description(subject, (q for q in described[subject] if q.graph == graph))
            names = about.text(MESH.olNamespace), about.text(DCTERMS.identifier)
            if names[0] is not None and names[1] is not None:
                key = names[0], names[1]
                stream = Stream(domain.name, domain.uri_space, kind == DCAT.Dataset, key)
                if stream.graphs[1] == graph:
                    yield stream


class _Moved:
    """A stream that goes from one domain to another, with all that is there by then."""

    def __init__(self, old: Stream, new: Stream) -> None:
        self._old = old
        self._new = new

    def contents(self) -> Sequence[Content]:
        """Silence the old sources, and let the new ones say what both have of events."""
        old, new = self._old, self._new
        return [
            *(
                SourcePatch(old.domain, source, self._silence(which), silences=True, follows=True)
                for which, source in enumerate(old.sources)
            ),
            *(
                SourcePatch(new.domain, source, self._say(which), follows=True)
                for which, source in enumerate(new.sources)
            ),
        ]

    def _silence(self, which: int) -> Callable[[Past], Patch]:
        graph = self._old.graphs[which]
        return lambda state: (frozenset(), _said(state, graph))

    def _say(self, which: int) -> Callable[[Past], Patch]:
        def edit(state: Past) -> Patch:
            graphs = [self._old.graphs[0], self._new.graphs[0]]
            events = set(kept_events(state.quads(graphs)).values())
            space, about = self._new.space, self._new.about
            if self._new.is_dataset:
                make = (keep_dataset, describe_dataset)[which]
            else:
                make = (keep_job, follow_job)[which]
            after, before = make(space, about, events), _said(state, self._new.graphs[which])
            return after - before, before - after

        return edit


def _said(state: Past, graph: Iri) -> frozenset[Triple]:
    return frozenset(Triple(*quad[:3]) for quad in state.quads([graph]))
