"""What a mapping says of two meanings, and what two mappings in a row say.

The only place that has the tables of `docs/meaning.md`.
"""

from enum import StrEnum

from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from isogloss.vocab import SKOS


class Relation(StrEnum):
    """How one meaning relates to another, read from the first to the second.

    BROAD: the second is broader, as in skos:broadMatch, which goes from the narrower one.
    OVERLAPPING is only ever concluded: both have something in common, whatever else they have.
    It is written as skos:relatedMatch, which says no more than that of two meanings, and often
    less. A mapping that says so is RELATED, of which nothing can be concluded.
    """

    EXACT = "exact"
    BROAD = "broad"
    NARROW = "narrow"
    CLOSE = "close"
    OVERLAPPING = "overlapping"
    RELATED = "related"
    NOT_EXACT = "not exact"


EXACT, BROAD, NARROW, CLOSE = Relation.EXACT, Relation.BROAD, Relation.NARROW, Relation.CLOSE
OVERLAPPING, RELATED, NOT_EXACT = Relation.OVERLAPPING, Relation.RELATED, Relation.NOT_EXACT

STRENGTH = {EXACT: 4, BROAD: 3, NARROW: 3, CLOSE: 2, OVERLAPPING: 1, RELATED: 1, NOT_EXACT: 0}
"""How much a relation says of what the meanings share; the order in which chains are told."""

_PREDICATE = {
    EXACT: SKOS.exactMatch,
    BROAD: SKOS.broadMatch,
    NARROW: SKOS.narrowMatch,
    CLOSE: SKOS.closeMatch,
    OVERLAPPING: SKOS.relatedMatch,
    RELATED: SKOS.relatedMatch,
    NOT_EXACT: SKOS.exactMatch,
}
_OF_PREDICATE = {
    predicate: relation
    for relation, predicate in _PREDICATE.items()
    if relation not in (OVERLAPPING, NOT_EXACT)
}
_COMPOSED = {
    # With an equal meaning, each relation stays what it is.
    **{(EXACT, relation): relation for relation in Relation},
    **{(relation, EXACT): relation for relation in Relation},
    (BROAD, BROAD): BROAD,
    (NARROW, NARROW): NARROW,
    # Both have the narrower one within them.
    (NARROW, BROAD): OVERLAPPING,
    (OVERLAPPING, BROAD): OVERLAPPING,
    (NARROW, OVERLAPPING): OVERLAPPING,
}
_CONTRADICTORY = frozenset(
    frozenset(pair)
    for pair in (
        (EXACT, NOT_EXACT),
        (EXACT, BROAD),
        (EXACT, NARROW),
        (EXACT, RELATED),
        (BROAD, NARROW),
    )
)


def relation_of(mapping: Mapping) -> Relation | None:
    """Tell what a mapping says, from its subject to its object.

    None if nothing can be concluded of it: that two meanings are *not* close, broader or related
    leaves open what they are.
    """
    if mapping.negated:
        return NOT_EXACT if mapping.predicate == SKOS.exactMatch else None
    return _OF_PREDICATE.get(mapping.predicate)


def predicate_of(relation: Relation) -> tuple[Iri, bool]:
    """Give the SKOS property that says a relation, and whether it is negated."""
    return _PREDICATE[relation], relation is NOT_EXACT


def inverse(relation: Relation) -> Relation:
    """Read a relation from the second meaning to the first."""
    return {BROAD: NARROW, NARROW: BROAD}.get(relation, relation)


def compose(one: Relation, other: Relation) -> Relation | None:
    """Conclude from A to C by way of B; None where nothing may be claimed.

    It does not matter in which order a chain is concluded, step by step.

    >>> compose(Relation.BROAD, Relation.EXACT)
    <Relation.BROAD: 'broad'>
    >>> compose(Relation.CLOSE, Relation.CLOSE) is None
    True
    """
    return _COMPOSED.get((one, other))


def contradict(one: Relation, other: Relation) -> bool:
    """Tell whether two relations cannot both hold of the same two meanings.

    Broader means truly broader. What is equal is not merely related, where somebody says so
    (SKOS S46); that equal meanings overlap goes without saying.
    """
    return frozenset((one, other)) in _CONTRADICTORY
