"""What judging meanings needs to know of the words of the mesh, at an instant."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from isogloss.meaning.chains import Network
from isogloss.meaning.verdicts import Judge, Vocabulary
from isogloss.meaning.words import gather
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.meaning import Meanings


def judge_of(meanings: Meanings, catalog: Catalog, at: datetime) -> Judge:
    """Make a judge of the words of one state, by the mappings that hold at an instant."""
    terms = [term for term in catalog.terms(list(catalog.term_ids())) if term]
    owners = catalog.domains_by_id([term.domain or Iri("") for term in terms])
    words: defaultdict[Iri, set[str]] = defaultdict(set)
    for label, word in gather(terms, ()).items():
        for sense in word.senses:
            words[sense.id].add(label)
    mappings = meanings.mappings()
    return Judge(
        Vocabulary(
            names={
                term.id: f"{_of(owner.name)} “{term.label}”" if owner else f"“{term.label}”"
                for term, owner in zip(terms, owners, strict=True)
            },
            words={term: frozenset(found) for term, found in words.items()},
            senses=meanings.attributes(),
            taxonomy=meanings.taxonomy(),
            translations={
                mapping.id: tuple(t for t in meanings.translations(mapping.translations) if t)
                for mapping in mappings
            },
        ),
        Network(mappings, at),
    )


def next_turn(mappings: Iterable[Mapping], after: datetime) -> datetime | None:
    """Tell when the next mapping begins or ends to hold; None if none does any more."""
    turns = (turn for mapping in mappings for turn in (mapping.valid_from, mapping.valid_until))
    return min((turn for turn in turns if turn and turn > after), default=None)


def _of(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"
