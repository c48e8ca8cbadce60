"""See how the mappings of domains change from one look to the next, by steps or by time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from isogloss.model.agreement import MappingChange
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.judge import Clock
from isogloss.services.meaning import Meanings
from isogloss.store.graph import Reader

Standing = tuple[str | None, bool]
"""The status of a mapping, and whether it holds."""

_GONE: Standing = (None, False)


@dataclass(frozen=True, slots=True)
class MappingSight:
    """How the mappings of some domains stand after a commit: domain → mapping → standing."""

    sequence: int
    standings: Mapping[Iri, Mapping[Iri, Standing]]


class MappingWatch:
    """Looks at the mappings of the newest state, at this instant."""

    def __init__(self, graph: Reader, catalog: Catalog, meanings: Meanings, clock: Clock) -> None:
        self._graph = graph
        self._catalog = catalog
        self._meanings = meanings
        self._clock = clock

    def look(self, domains: Collection[Iri], before: MappingSight | None = None) -> MappingSight:
        """See how the mappings stand that touch terms of domains."""
        # What comes in between is seen now, and told under the commit before it.
        sequence, now = self._graph.sequence, self._clock()
        domain_of, mappings = self._catalog.term_ids(), self._meanings.mappings()
        return MappingSight(
            sequence,
            {
                domain: {
                    one.id: (one.status, one.holds(now))
                    for one in mappings
                    if domain in (domain_of.get(one.subject), domain_of.get(one.object))
                }
                for domain in domains
            },
        )

    def changes(
        self, before: MappingSight, after: MappingSight, domain: Iri
    ) -> tuple[MappingChange, ...]:
        """Tell which mappings of a domain stand otherwise, by IRI.

        A domain that was not looked at before has no changes.
        """
        old, new = before.standings.get(domain), after.standings[domain]
        if old is None:
            return ()
        found = []
        for id in sorted(old.keys() | new.keys()):
            (was, held), (status, holds) = old.get(id, _GONE), new.get(id, _GONE)
            if (was, held) != (status, holds):
                found.append(MappingChange(after.sequence, id, was, status, held, holds))
        return tuple(found)
