"""What judging meanings needs to know of the words of the mesh, at an instant."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from isogloss.errors import InvalidInput
from isogloss.intake.expressions import parse
from isogloss.meaning.chains import Network
from isogloss.meaning.verdicts import Judge, Vocabulary
from isogloss.meaning.words import gather
from isogloss.model.meaning import Loss, Mapping, Translation
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
                mapping.id: tuple(
                    translation
                    for translation in meanings.translations(mapping.translations)
                    if translation and _says_how(translation)
                )
                for mapping in mappings
            },
            homes={term.id: term.domain for term in terms if term.domain},
        ),
        Network(mappings, at),
    )


def turns(mappings: Iterable[Mapping], now: datetime) -> tuple[datetime | None, datetime | None]:
    """Tell when a mapping began or ended to hold last, and when the next one will."""
    instants = {one for m in mappings for one in (m.valid_from, m.valid_until) if one}
    last = max((one for one in instants if one <= now), default=None)
    return last, min((one for one in instants if one > now), default=None)


def _says_how(translation: Translation) -> bool:
    """Tell whether there is something to apply that `translate` would not refuse."""
    if translation.lossiness == Loss.UNTRANSLATABLE:
        return True
    if translation.expression is None:
        return any((translation.concordance, translation.factor, translation.offset))
    try:
        parse(translation.expression)
    except InvalidInput:
        return False
    return True


def _of(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"
