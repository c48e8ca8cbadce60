"""Whether what somebody proposes adds up, before it is put to anybody."""

from datetime import datetime

from isogloss.errors import InvalidArgument, NotFound
from isogloss.intake import expressions
from isogloss.model.agreement import MappingDraft, TranslationDraft
from isogloss.model.meaning import Mapping, Translation
from isogloss.model.numbers import parse_number
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.delegates import check_instant, check_reason


def check_draft(draft: MappingDraft, catalog: Catalog, now: datetime) -> None:
    """Check a proposed mapping, and its translations.

    Raises:
        NotFound: a term that no glossary has.
        InvalidArgument: a term is mapped to itself, a number or an instant will not do, or two
            translations lead the same way.
        ExpressionRefused: a translation holds what translations may not use.
    """
    terms = catalog.term_ids()
    for term in (draft.subject, draft.object):
        if term not in terms:
            raise NotFound(
                f"No glossary has a term <{term}>: name it by its IRI, or by its domain and a "
                'label, as in "product:active user".'
            )
    if draft.subject == draft.object:
        raise InvalidArgument(f"<{draft.subject}> is mapped to itself: name two terms.")
    if draft.confidence is not None and not 0 <= draft.confidence <= 1:
        raise InvalidArgument(f"{draft.confidence} is no confidence: give 0 to 1.")
    if draft.comment is not None:
        check_reason(draft.comment)
    for instant in (draft.valid_from, draft.valid_until):
        if instant is not None:
            check_instant(instant)
    begin, end = draft.valid_from or now, draft.valid_until
    if end is not None and end <= max(begin, now):
        raise InvalidArgument(f"It would end at {end.isoformat()}, before it ever held.")
    if len({one.backwards for one in draft.translations}) < len(draft.translations):
        raise InvalidArgument("Two translations lead the same way: give one for each direction.")
    for one in draft.translations:
        check_translation(one)


def check_translation(draft: TranslationDraft) -> None:
    """Check a proposed translation.

    Raises:
        InvalidArgument: it says not how, or in several ways at once, or a number is none.
        ExpressionRefused: its expression holds what translations may not use.
    """
    units = draft.factor is not None or draft.offset is not None
    ways = [draft.expression is not None, draft.concordance is not None, units]
    if sum(ways) > 1:
        raise InvalidArgument(
            "A translation has an expression, a concordance, or a factor and an offset: give one."
        )
    if not any(ways) and draft.precondition is None:
        raise InvalidArgument(
            "Say how to translate: by an expression, a concordance, or a factor and an offset; "
            "or, where nobody knows, by a precondition in words."
        )
    if draft.expression is not None:
        expressions.parse(draft.expression)
    for number in (draft.factor, draft.offset):
        if number is not None and parse_number(number) is None:
            raise InvalidArgument(f"{number[:100]!r} is no decimal number: write it as 1.609344.")
    if draft.factor is not None and not parse_number(draft.factor):
        raise InvalidArgument("A factor of 0 would leave nothing to translate.")
    if draft.precondition is not None:
        check_reason(draft.precondition)


def translation_of(mapping: Mapping, draft: TranslationDraft) -> Translation:
    """Make of a draft the translation of a mapping; each has one for each direction."""
    terms = (mapping.subject, mapping.object)
    from_term, to_term = reversed(terms) if draft.backwards else terms
    return Translation(
        id=Iri(f"{mapping.id}/translation{'/back' if draft.backwards else ''}"),
        from_term=from_term,
        to_term=to_term,
        expression=draft.expression,
        lossiness=draft.loss.value,
        precondition=draft.precondition,
        mapping=mapping.id,
        concordance=draft.concordance,
        factor=draft.factor,
        offset=draft.offset,
    )
