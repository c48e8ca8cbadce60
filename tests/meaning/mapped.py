"""Mappings as short as a test wants them."""

from datetime import datetime

from isogloss.meaning.predicates import Relation, predicate_of
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri


def mapping(
    one: str,
    predicate: Iri,
    other: str,
    confidence: float | None = None,
    *,
    negated: bool = False,
    status: str = "approved",
    name: str | None = None,
    valid: tuple[datetime | None, datetime | None] = (None, None),
) -> Mapping:
    """Say by a SKOS property how urn:one relates to urn:other."""
    local = predicate.rpartition("#")[2]
    return Mapping(
        id=Iri(f"urn:m:{name or f'{one}-{local}-{other}{negated}'}"),
        subject=Iri(f"urn:{one}"),
        predicate=predicate,
        object=Iri(f"urn:{other}"),
        negated=negated,
        justification=None,
        confidence=confidence,
        author=None,
        status=status,
        comment=None,
        translations=(),
        valid_from=valid[0],
        valid_until=valid[1],
    )


def said(text: str, confidence: float | None = None, name: str | None = None) -> Mapping:
    """Say it in a line, such as "a broad b" or "a not-exact b"."""
    one, relation, other = text.split()
    predicate, negated = predicate_of(Relation(relation.replace("-", " ")))
    return mapping(one, predicate, other, confidence, negated=negated, name=name)
