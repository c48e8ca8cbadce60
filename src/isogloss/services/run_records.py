"""What the mesh says of runs, as values."""

from collections.abc import Collection
from datetime import UTC, datetime

from isogloss.model.lineage_answers import Run
from isogloss.model.rdf import Iri, Literal
from isogloss.services.description import Description
from isogloss.store.graph import Reader
from isogloss.vocab import MESH, PROV


def describe(state: Reader, ids: Collection[Iri]) -> list[Description]:
    """Read what is said of some things, by IRI."""
    found = state.describe(sorted(ids))
    return [Description(iri, quads) for iri, quads in found.items()]


def runs_of(state: Reader, described: Collection[Description]) -> list[Run]:
    """Read the runs among what was described, one for each job that a run is of."""
    parts = {part: about for about in described for part in about.iris(PROV.qualifiedAssociation)}
    found = []
    for part in describe(state, parts):
        job, about = part.iri(PROV.hadPlan), parts[part.subject]
        if job is not None:
            found.append(
                Run(
                    about.subject,
                    job,
                    about.code(MESH.runState) or "",
                    instant(about, PROV.startedAtTime, first=True),
                    instant(about, PROV.endedAtTime),
                )
            )
    return found


def instant(about: Description, predicate: Iri, *, first: bool = False) -> datetime | None:
    """Read the last of an event's instants, or the first; without an offset it is in UTC."""
    found = []
    for quad in about.quads:
        if quad.predicate == predicate and isinstance(quad.object, Literal):
            try:
                read = datetime.fromisoformat(quad.object.value)
            except ValueError:
                continue
            found.append(read if read.tzinfo else read.replace(tzinfo=UTC))
    return (min if first else max)(found, default=None)
