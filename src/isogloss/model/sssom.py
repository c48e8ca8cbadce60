"""Sets of mappings as SSSOM has them: every slot of version 1.1, and whatever else a set says.

Source: the data model of SSSOM 1.1, https://mapping-commons.github.io/sssom/spec-model/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from isogloss.vocab import DCTERMS, OWL, PAV, PROV, RDF, RDFS, SKOS, SSSOM, XSD, Iri

__all__ = [
    "BUILT_IN",
    "RECORD_SLOTS",
    "SET_SLOTS",
    "STANDARD",
    "Extension",
    "Kind",
    "MappingSet",
    "Record",
    "Slot",
    "Value",
    "missing",
]


class Kind(Enum):
    """What a slot holds, and so how it is written."""

    TEXT = "text"
    ENTITY = "the name of a thing"  # a CURIE in a file, an IRI here
    URI = "a URI"  # whole in a file too
    ENUM = "a word"
    DATE = "a date"
    DOUBLE = "a number"


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a set or of a record.

    `words` are the values that a slot of words may have, each with the IRI that it is in RDF, or
    None where it is text there too. A slot that spreads says on a set what holds for each record.
    """

    name: str
    kind: Kind
    predicate: Iri
    is_multiple: bool = False
    spreads: bool = False
    version: str = "1.0"  # the first that has it
    least: float = 0
    words: Mapping[str, Iri | None] = field(default_factory=dict)


Value: TypeAlias = str | float | tuple[str, ...]
"""An IRI, a word, a date as YYYY-MM-DD or any text; a number; or the texts of a slot of several."""


@dataclass(frozen=True, slots=True)
class Record:
    """One mapping: what it says by the names of slots, and by those of extensions."""

    slots: Mapping[str, Value]
    extensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extension:
    """A slot that is no standard's; `type` is a datatype, or says that the values are IRIs.

    `is_declared` tells whether the set defines it, or only uses it.
    """

    name: str
    predicate: Iri
    type: Iri = XSD.string
    is_declared: bool = True

    @property
    def is_iri(self) -> bool:
        """Whether its values name things."""
        # The specification spells this type in two ways.
        return self.type.lower() == "https://w3id.org/linkml/uriorcurie"


@dataclass(frozen=True, slots=True)
class MappingSet:
    """A set of mappings; `prefixes` are its CURIE map, without those that are built in."""

    slots: Mapping[str, Value] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    definitions: tuple[Extension, ...] = ()
    extensions: Mapping[str, str] = field(default_factory=dict)


BUILT_IN = {
    "linkml": "https://w3id.org/linkml/",
    "owl": OWL.iri,
    "rdf": RDF.iri,
    "rdfs": RDFS.iri,
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": SKOS.iri,
    "sssom": SSSOM.iri,
    "xsd": XSD.iri,
}
"""The prefixes that every set has."""

_ENTITY_TYPES = {
    "owl class": OWL.Class,
    "owl object property": OWL.ObjectProperty,
    # So the standard has it, though OWL calls it DatatypeProperty.
    "owl data property": Iri(f"{OWL.iri}DataProperty"),
    "owl annotation property": OWL.AnnotationProperty,
    "owl named individual": OWL.NamedIndividual,
    "skos concept": SKOS.Concept,
    "rdfs resource": RDFS.Resource,
    "rdfs class": RDFS.Class,
    "rdfs literal": RDFS.Literal,
    "rdfs datatype": RDFS.Datatype,
    "rdf property": RDF.Property,
    "composed entity expression": SSSOM.ComposedEntityExpression,
}
_WORDS: dict[str, Mapping[str, Iri | None]] = {
    "subject_type": _ENTITY_TYPES,
    "object_type": _ENTITY_TYPES,
    "predicate_type": _ENTITY_TYPES,
    "predicate_modifier": {"Not": SSSOM.NegatedPredicate},
    "mapping_cardinality": dict.fromkeys(("1:1", "1:n", "n:1", "n:n", "1:0", "0:1", "0:0")),
    "sssom_version": {"1.0": Iri(f"{SSSOM.iri}version1.0"), "1.1": Iri(f"{SSSOM.iri}version1.1")},
}


def _names(names: str) -> frozenset[str]:
    return frozenset(names.split())


_ENTITIES = _names(
    "author_id creator_id curation_rule issue_tracker_item mapping_justification mapping_source "
    "mapping_tool_id object_id object_match_field object_preprocessing object_source predicate_id "
    "record_id reviewer_id subject_id subject_match_field subject_preprocessing "
    "subject_source"
)
_URIS = _names("issue_tracker license mapping_provider mapping_set_id mapping_set_source see_also")
_DATES = _names("mapping_date publication_date review_date")
_DOUBLES = _names("confidence mapping_set_confidence reviewer_agreement similarity_score")
_MULTIPLE = _names(
    "author_id author_label cardinality_scope creator_id creator_label curation_rule "
    "curation_rule_text mapping_set_source match_string object_match_field object_preprocessing "
    "reviewer_id reviewer_label see_also subject_match_field subject_preprocessing"
)
_SPREADING = _names(
    "cardinality_scope curation_rule curation_rule_text mapping_date mapping_provider "
    "mapping_tool mapping_tool_id mapping_tool_version object_match_field object_preprocessing "
    "object_source object_source_version object_type predicate_type similarity_measure "
    "subject_match_field subject_preprocessing subject_source subject_source_version "
    "subject_type"
)
_NEW = _names(
    "cardinality_scope mapping_set_confidence mapping_tool_id predicate_type record_id "
    "review_date reviewer_agreement sssom_version"
)
_NEW_ON_SETS = {"curation_rule", "curation_rule_text", "similarity_measure"}
_PROPERTIES = {
    "author_id": PAV.authoredBy,
    "comment": RDFS.comment,
    "creator_id": DCTERMS.creator,
    "license": DCTERMS.license,
    "mapping_date": DCTERMS.created,
    "mapping_set_description": DCTERMS.description,
    "mapping_set_source": PROV.wasDerivedFrom,
    "mapping_set_title": DCTERMS.title,
    "mapping_set_version": OWL.versionInfo,
    "object_id": OWL.annotatedTarget,
    "predicate_id": OWL.annotatedProperty,
    "publication_date": DCTERMS.issued,
    "see_also": RDFS.seeAlso,
    "subject_id": OWL.annotatedSource,
}


def _kind(name: str) -> Kind:
    kinds = ((_ENTITIES, Kind.ENTITY), (_URIS, Kind.URI), (_DATES, Kind.DATE))
    for names, kind in (*kinds, (_DOUBLES, Kind.DOUBLE), (frozenset(_WORDS), Kind.ENUM)):
        if name in names:
            return kind
    return Kind.TEXT


def _slots(names: str, new: frozenset[str]) -> dict[str, Slot]:
    return {
        name: Slot(
            name,
            _kind(name),
            _PROPERTIES.get(name, Iri(SSSOM.iri + name)),
            name in _MULTIPLE,
            name in _SPREADING,
            "1.1" if name in new else "1.0",
            -1 if name == "reviewer_agreement" else 0,
            _WORDS.get(name, {}),
        )
        for name in names.split()
    }


SET_SLOTS = _slots(
    "sssom_version mapping_set_id mapping_set_version mapping_set_source mapping_set_title "
    "mapping_set_description mapping_set_confidence creator_id creator_label license subject_type "
    "subject_source subject_source_version object_type object_source object_source_version "
    "predicate_type mapping_provider cardinality_scope mapping_tool mapping_tool_id "
    "mapping_tool_version mapping_date publication_date subject_match_field object_match_field "
    "subject_preprocessing object_preprocessing similarity_measure curation_rule "
    "curation_rule_text see_also issue_tracker other comment",
    _NEW | _NEW_ON_SETS,
)
"""The slots of a set by name, in the order of the standard; its CURIE map comes second there."""

RECORD_SLOTS = _slots(
    "record_id subject_id subject_label subject_category predicate_id predicate_label "
    "predicate_modifier object_id object_label object_category mapping_justification author_id "
    "author_label reviewer_id reviewer_label creator_id creator_label license subject_type "
    "subject_source subject_source_version object_type object_source object_source_version "
    "predicate_type mapping_provider mapping_source mapping_cardinality cardinality_scope "
    "mapping_tool mapping_tool_id mapping_tool_version mapping_date publication_date review_date "
    "confidence reviewer_agreement curation_rule curation_rule_text subject_match_field "
    "object_match_field match_string subject_preprocessing object_preprocessing similarity_score "
    "similarity_measure see_also issue_tracker_item other comment",
    _NEW,
)
"""The slots of a record by name, in the order of the standard."""

STANDARD = (
    SET_SLOTS.keys() | RECORD_SLOTS.keys() | {"curie_map", "extension_definitions", "mappings"}
)
"""What no extension may be called."""


def missing(record: Record) -> tuple[str, ...]:
    """Name the slots that a record must fill and does not.

    A literal on a side needs no name there, but its label.

    >>> missing(Record({"predicate_id": "urn:p", "subject_id": "urn:s"}))
    ('object_id', 'mapping_justification')
    """
    slots = record.slots
    sides = {
        side: "label" if slots.get(f"{side}_type") == "rdfs literal" else "id"
        for side in ("subject", "object")
    }
    needed = (
        f"subject_{sides['subject']}",
        "predicate_id",
        f"object_{sides['object']}",
        "mapping_justification",
    )
    return tuple(name for name in needed if name not in slots)
