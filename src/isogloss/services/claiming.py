"""Claim namespaces for a domain, with what was reported of them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from isogloss.errors import InvalidArgument
from isogloss.intake.datasets import describe_dataset, keep_dataset
from isogloss.intake.jobs import follow_job, keep_job
from isogloss.lineage.identity import Claim
from isogloss.model.change import SourceEdit
from isogloss.model.rdf import Iri, Triple
from isogloss.services.catalog import UNCLAIMED, Catalog
from isogloss.services.claims import Claims, claim_triples, read_claims
from isogloss.services.commits import Commits
from isogloss.services.description import Description
from isogloss.services.event_streams import Patch, Stream, kept_events
from isogloss.services.loading import Loaded
from isogloss.services.ownership import CLAIMS_SOURCE, OPERATOR
from isogloss.services.requests import Content, SourcePatch
from isogloss.store.graph import Reader
from isogloss.store.history import Past
from isogloss.vocab import DCAT, DCTERMS, MESH, RDF

_LONGEST_PATTERN = 500


@dataclass(frozen=True, slots=True)
class Claiming:
    """The way to claim what the newest state of the mesh has unclaimed."""

    graph: Reader
    catalog: Catalog
    commits: Commits

    def claim(
        self, domain: str, pattern: str, *, author: Iri = OPERATOR, message: str = ""
    ) -> Loaded:
        """Claim the namespaces that a pattern fits, and take over what was reported of them.

        What the unclaimed space has of their jobs and datasets becomes the domain's in the same
        commit.

        Raises:
            NotFound: there is no such domain.
            Forbidden: the author does not own it.
            InvalidArgument: the pattern is empty, too long, or begins with *.
        """
        if not 0 < len(pattern) <= _LONGEST_PATTERN or pattern.startswith("*"):
            raise InvalidArgument(
                f"A pattern has 1 to {_LONGEST_PATTERN} characters, and begins with no *: claim, "
                "for example, postgres://shop-*."
            )
        self.commits.authorise(author, [(domain, CLAIMS_SOURCE)])
        owner = self.catalog.get_domain(domain)
        digest = hashlib.sha256(pattern.encode()).hexdigest()[:16]
        said = claim_triples(owner, Iri(f"{owner.uri_space}claim/{digest}"), pattern)
        contents: list[Content] = [SourceEdit(domain, CLAIMS_SOURCE, lambda there: there | said)]
        claims = Claims({*read_claims(self.graph).all, Claim(pattern, owner.id, "")})
        for stream in self._streams():
            if claims.claimant(stream.about[0]) == owner.id:
                contents += _Moved(
                    stream, stream._replace(domain=owner.name, space=owner.uri_space)
                ).contents()
        why = message or f"Claim {pattern}."
        return Loaded(self.commits.replace(contents, author=author, message=why), ())

    def _streams(self) -> list[Stream]:
        """List the jobs and datasets of which the unclaimed space has events."""
        owner = self.catalog.get_domain(UNCLAIMED)
        graphs = frozenset(self.catalog.graphs_of(owner))
        found = []
        for kind in (MESH.Job, DCAT.Dataset):
            subjects = {
                quad.subject
                for quad in self.graph.statements(RDF.type, kind)
                if quad.subject.startswith(owner.uri_space)
            }
            for iri, quads in self.graph.describe(sorted(subjects)).items():
                about = Description(iri, quads)
                names = about.text(MESH.olNamespace), about.text(DCTERMS.identifier)
                if names[0] is not None and names[1] is not None:
                    key = names[0], names[1]
                    stream = Stream(owner.name, owner.uri_space, kind == DCAT.Dataset, key)
                    if graphs.intersection(stream.graphs):
                        found.append(stream)
        return found


class _Moved:
    """A stream that goes from one domain to another, with all that is there by then."""

    def __init__(self, old: Stream, new: Stream) -> None:
        self._old = old
        self._new = new

    def contents(self) -> list[Content]:
        """Silence the old sources, and let the new ones say what both have of events."""
        old, new = self._old, self._new
        return [
            *(
                SourcePatch(old.domain, source, self._silence(which), silences=True)
                for which, source in enumerate(old.sources)
            ),
            *(
                SourcePatch(new.domain, source, self._say(which))
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
