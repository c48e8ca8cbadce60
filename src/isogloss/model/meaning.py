"""Words, their senses in the domains, and the mappings between them."""

from dataclasses import dataclass

from isogloss.model.catalog import Term
from isogloss.model.rdf import Iri


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the meaning of one term relates to that of another (SSSOM, read as RDF).

    `predicate` is the SKOS mapping property; with `negated` it is said not to hold.
    `confidence` is in [0, 1]; None where the author gave none.
    """

    id: Iri
    subject: Iri
    predicate: Iri
    object: Iri
    negated: bool
    justification: Iri | None
    confidence: float | None
    author: Iri | None
    status: str | None
    comment: str | None
    translations: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """How to turn values of one term into values of another, and what is lost."""

    id: Iri
    from_term: Iri
    to_term: Iri
    expression: str | None
    lossiness: str | None
    precondition: str | None


@dataclass(frozen=True, slots=True)
class Word:
    """One normalised label and every domain's meaning of it, in order of the terms' IRIs."""

    label: str
    senses: tuple[Term, ...]
    mappings: tuple[Mapping, ...]
