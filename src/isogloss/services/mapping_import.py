"""Propose the mappings of an SSSOM file, so that the stewards of both sides decide about each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from isogloss.errors import InvalidArgument
from isogloss.intake.sssom import read_tsv
from isogloss.meaning.conflicts import claim_of
from isogloss.model.agreement import MappingDraft, Match, Settled, Status
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from isogloss.model.sssom import Record, Value
from isogloss.services.catalog import Catalog
from isogloss.services.judge import Clock
from isogloss.services.mapping_drafts import check_draft
from isogloss.services.mappings import MAX_CHOICES, Mappings
from isogloss.services.meaning import Meanings
from isogloss.services.ownership import OPERATOR

_MATCHES = {str(match.value): match for match in Match}


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: nothing, if no record was left, and in sentences what was not."""

    settled: Settled | None
    notes: tuple[str, ...]


class MappingImport:
    """The way from files of mappings to proposals."""

    def __init__(
        self, catalog: Catalog, meanings: Meanings, mappings: Mappings, clock: Clock
    ) -> None:
        self._catalog = catalog
        self._meanings = meanings
        self._mappings = mappings
        self._clock = clock

    def propose_file(
        self, data: bytes, *, name: str = "the file", author: Iri = OPERATOR
    ) -> Imported:
        """Propose what a file maps between terms of the mesh, whatever status it gives that.

        Records about other things are left out and named, and so is what is proposed or approved
        already, and what nobody could propose.

        Raises:
            InvalidInput: it is no SSSOM; the sentence names the line.
            Forbidden: the author works in no domain.
        """
        notes: list[str] = []
        drafts = list(self._drafts(read_tsv(data, name=name).records, notes))
        if len(drafts) > MAX_CHOICES:
            notes.append(f"{len(drafts) - MAX_CHOICES:,} more are left for another time.")
        settled = None
        if drafts:
            settled = self._mappings.propose(drafts[:MAX_CHOICES], author=author)
        return Imported(settled, tuple(notes))

    def _drafts(self, records: tuple[Record, ...], notes: list[str]) -> Iterator[MappingDraft]:
        terms = self._catalog.term_ids()
        now = self._clock()
        # What a source states and nobody decided about keeps nothing from being decided.
        known = {
            claim_of(one.subject, one.predicate, one.object, one.negated)
            for one in self._meanings.mappings()
            if one.holds(now) or (not one.stated_by and _is_open(one, now))
        }
        for number, record in enumerate(records, start=1):
            draft = _draft(record)
            if draft is None:
                notes.append(f"Record {number} relates no two terms by SKOS.")
                continue
            strangers = [term for term in (draft.subject, draft.object) if term not in terms]
            said = claim_of(draft.subject, Iri(draft.match.value), draft.object, draft.negated)
            if strangers:
                notes.append(f"Record {number} is about {strangers[0]}, which no glossary has.")
            elif said in known:
                notes.append(f"Record {number} is proposed or approved already.")
            elif trouble := self._trouble_with(draft):
                notes.append(f"Record {number} is left out: {trouble}")
            else:
                known.add(said)
                yield draft

    def _trouble_with(self, draft: MappingDraft) -> str | None:
        try:
            check_draft(draft, self._catalog, self._clock())
        except InvalidArgument as trouble:
            return str(trouble)
        return None


def _draft(record: Record) -> MappingDraft | None:
    slots = record.slots
    match = _MATCHES.get(_text(slots.get("predicate_id")) or "")
    subject, object_ = _text(slots.get("subject_id")), _text(slots.get("object_id"))
    if match is None or subject is None or object_ is None:
        return None
    confidence = slots.get("confidence")
    author = _text(slots.get("author_id"))
    return MappingDraft(
        subject=Iri(subject),
        match=match,
        object=Iri(object_),
        negated=slots.get("predicate_modifier") == "Not",
        confidence=confidence if isinstance(confidence, float) else None,
        justification=Iri(_text(slots.get("mapping_justification")) or ""),
        comment=_text(slots.get("comment")),
        author=Iri(author) if author else None,
        tool=_text(slots.get("mapping_tool")),
    )


def _text(value: Value | None) -> str | None:
    """Give a text, the first where there are several."""
    if isinstance(value, tuple):
        return value[0] if value else None
    return value if isinstance(value, str) else None


def _is_open(mapping: Mapping, at: datetime) -> bool:
    over = mapping.valid_until is not None and mapping.valid_until <= at
    return mapping.status in (Status.PROPOSED, Status.APPROVED) and not over
