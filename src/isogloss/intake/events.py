"""OpenLineage events as values: what each is about, when, and its documents in one spelling.

Source: https://openlineage.io/spec/2-0-2/OpenLineage.json. An event's kind is told by what it
holds, not by its schemaURL, which producers get wrong.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from isogloss.errors import InvalidInput
from isogloss.intake.fields import mapping, text
from isogloss.intake.naming import event_iri
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.vocab import CODE, DCTERMS, MESH, PROV, RDF, XSD

# Of a run's states the one that says most: an end before a beginning, a bad end before a good
# one. So the order of its events does not matter.
STATES = ("OTHER", "START", "RUNNING", "COMPLETE", "ABORT", "FAIL")
FAILED = frozenset({"ABORT", "FAIL"})
ENDED = frozenset({"COMPLETE", "ABORT", "FAIL"})

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?")
_MOST_DIGITS = 12
"""So many digits of a second are compared: nobody reports less than a picosecond."""


class Kind(Enum):
    """What an event is about."""

    RUN = "run"
    JOB = "job"
    DATASET = "dataset"


@dataclass(frozen=True, slots=True)
class Event:
    """What a producer reported; two that say the same are equal.

    `about` are namespace and name of the job, or of the dataset of a DatasetEvent; `run` is a
    run's id, "" for the other kinds. `moment` is the time in an order that texts can be
    compared in. `documents` are its JSON in parts, so that parts which many events have in
    common are kept once: what is only its own, then job, then datasets.
    """

    digest: str
    where: str = field(compare=False)
    kind: Kind = field(compare=False)
    about: tuple[str, str] = field(compare=False)
    run: str = field(compare=False)
    state: str = field(compare=False)
    time: str = field(compare=False)
    moment: str = field(compare=False)
    value: dict[str, Any] = field(compare=False, repr=False)
    documents: tuple[str, ...] = field(compare=False, repr=False)

    @property
    def order(self) -> tuple[str, str]:
        """When it was, and where two were at once, something that tells them apart."""
        return self.moment, self.digest


def read_event(where: str, value: Any) -> Event:
    """Read what every event must have.

    Raises:
        InvalidInput: something of it is missing; the sentence begins with `where`.
    """
    event = mapping(where, value)
    kind = next((kind for kind in Kind if event.get(kind.value) is not None), None)
    if kind is None and "run" in event:
        kind = Kind.RUN
    if kind is None:
        raise InvalidInput(
            f"{where} has neither run, job nor dataset, so it is no OpenLineage event."
        )
    run, state = "", "OTHER"
    if kind is Kind.RUN:
        run = text(f"{where}, run", mapping(f"{where}, run", event["run"]), "runId")
        state = event.get("eventType") or "OTHER"
        if state not in STATES:
            raise InvalidInput(
                f"{where}: eventType is {str(state)[:80]!r}; it is one of {', '.join(STATES)}."
            )
    named = "dataset" if kind is Kind.DATASET else "job"
    holder = mapping(f"{where}, {named}", event.get(named))
    about = tuple(text(f"{where}, {named}", holder, key) for key in ("namespace", "name"))
    time = text(where, event, "eventTime")
    documents = _documents(where, event)
    digest = hashlib.sha256("\n".join(documents).encode("utf-8", "surrogatepass")).hexdigest()
    return Event(
        digest=digest[:32],
        where=where,
        kind=kind,
        about=(about[0], about[1]),
        run=run,
        state=state,
        time=time,
        moment=moment_of(where, time),
        value=event,
        documents=documents,
    )


_SHARED = {"job": 1, "inputs": 2, "outputs": 2, "dataset": 2}
"""In which of its documents a part of an event is kept, but for the first."""


def _documents(where: str, event: dict[str, Any]) -> tuple[str, ...]:
    parts: tuple[dict[str, Any], ...] = ({}, {}, {})
    for key, value in event.items():
        parts[_SHARED.get(key, 0)][key] = value
    try:
        return tuple(canonical(part) for part in parts if part)
    except ValueError as error:
        raise InvalidInput(f"{where} is not JSON: {error}.") from error


def canonical(value: Any) -> str:
    """Write JSON in one spelling: keys sorted, no white space.

    Raises:
        ValueError: a number is infinite or none at all, which JSON cannot say.
    """
    return _CANONICAL.encode(value)


_CANONICAL = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def moment_of(where: str, time: str) -> str:
    """Spell a time so that texts are in its order; without a zone it is taken for UTC.

    Raises:
        InvalidInput: it is no time.
    """
    found = _TIME.fullmatch(time)
    try:
        if found is None:
            raise ValueError
        zone = "+00:00" if found[3] in (None, "Z") else found[3]
        seconds = datetime.fromisoformat(f"{found[1]}{zone}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{where}: eventTime is {time[:80]!r}, which is no time: write it as "
            "2026-01-31T12:00:00Z, and fill in the places of a template."
        ) from error
    fraction = (found[2] or "")[:_MOST_DIGITS].ljust(_MOST_DIGITS, "0")
    return f"{seconds:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + f".{fraction}"


def instant_of(time: str) -> datetime:
    """Give the instant of a time that an event had, to the microsecond.

    Raises:
        InvalidInput: it is no time.
    """
    return datetime.fromisoformat(moment_of("A time", time)[:26]).replace(tzinfo=UTC)


def keep(event: Event, space: str, subject: Iri, *, superseded: bool = False) -> frozenset[Triple]:
    """State an event as it came.

    Writes:
        <event> a mesh:LineageEvent ;
            dcterms:subject <run, job or dataset> ;  # dcterms:relation once it is superseded
            dcterms:type code:START ;                # of a run's event
            prov:generatedAtTime "…" ;
            rdf:value "…"^^rdf:JSON .                # one for each document
    """
    iri = event_iri(space, event.digest)
    link = DCTERMS.relation if superseded else DCTERMS.subject
    said = {
        Triple(iri, RDF.type, MESH.LineageEvent),
        Triple(iri, link, subject),
        Triple(iri, PROV.generatedAtTime, Literal(event.time, XSD.dateTime)),
        *(Triple(iri, RDF.value, Literal(text, RDF.JSON)) for text in event.documents),
    }
    if event.kind is Kind.RUN:
        said.add(Triple(iri, DCTERMS.type, Iri(CODE.iri + event.state)))
    return frozenset(said)


def kept(documents: Iterable[str]) -> Event:
    """Read an event again that was kept."""
    value: dict[str, Any] = {}
    for document in documents:
        value |= json.loads(document)
    return read_event("a kept event", value)
