"""SSSOM in RDF, written: an owl:Axiom for each mapping, and the set that has them.

The mesh has no blank nodes, nor speaks of what is in another's space. There a node without a
name of its own gets one from what is said of it, and prefixes, which triples do not have, are
those of the vocabularies that the set uses (VoID, VANN). Triples that merely state a mapping are
neither written nor believed.

Source: SSSOM 1.1, "The SSSOM/RDF serialisation format".
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping

from isogloss.intake.skolem import BLANK, skolemise
from isogloss.intake.terms import is_iri
from isogloss.model.rdf import Literal, Term, Triple
from isogloss.model.sssom import (
    BUILT_IN,
    RECORD_SLOTS,
    SET_SLOTS,
    Extension,
    Kind,
    MappingSet,
    Record,
    Slot,
    Value,
)
from isogloss.model.sssom_forms import canonical, join_prefixes, spread, with_version
from isogloss.vocab import DCTERMS, OWL, PAV, PROV, RDF, SSSOM, VANN, VOID, XSD, Iri

_PREFIX = re.compile(r"[A-Za-z](?:[\w.-]*[\w-])?", re.ASCII)
_NOT_IN_PREFIX = re.compile(r"[^A-Za-z0-9]")
_SET = Iri(f"{BLANK}set")


def to_triples(mappings: MappingSet, *, space: str, graph: Iri | None = None) -> frozenset[Triple]:
    """Write a set as the mesh has it.

    Args:
        mappings: what it says for all its records is written of each.
        space: where nodes are named: a set or record that has its name elsewhere is described
            by a node of this space, which states that name; ends in "/".
        graph: the graph they are for, which tells nodes apart that say the same elsewhere.
    """
    graph = graph or Iri(space)
    named = _Names(space, graph)
    triples = _statements(mappings, named)
    prefixes = canonical(mappings).prefixes
    node = named.set(mappings)
    for name, start in prefixes.items():
        used = Iri(f"{BLANK}prefix-{name}")
        triples += [
            Triple(node, VOID.vocabulary, used),
            Triple(used, VANN.preferredNamespacePrefix, Literal(name)),
            Triple(used, VANN.preferredNamespaceUri, Literal(start)),
        ]
    return skolemise(triples, space=space, graph=graph)


def to_rdf(mappings: MappingSet) -> list[Triple]:
    """Write a set as the standard has it: what has no name of its own is a blank node, "_:…"."""
    return _statements(mappings, _Names())


def turtle_prefixes(mappings: MappingSet) -> dict[str, str]:
    """Give the prefixes of a set and of what its triples speak in, named as Turtle can have it."""
    fitting = {
        name if _PREFIX.fullmatch(name) else f"p{_NOT_IN_PREFIX.sub('_', name)}": start
        for name, start in canonical(mappings).prefixes.items()
    }
    spoken = {space.prefix: space.iri for space in (DCTERMS, OWL, PAV, PROV)}
    return {**BUILT_IN, **join_prefixes(fitting, spoken)}


class _Names:
    """What the nodes of sets and records are called: as they say, but in `space` if it is given."""

    def __init__(self, space: str = "", graph: str = "") -> None:
        self._space = space
        self._graph = graph

    def set(self, mappings: MappingSet) -> Iri:
        """Name the node of a set; it keeps its name whatever becomes of its records."""
        id = mappings.slots.get("mapping_set_id")
        if isinstance(id, str) and is_iri(id) and id.startswith(self._space):
            return Iri(id)
        return self._mint(f"set {id or self._graph}") if self._space else _SET

    def record(self, record: Record, number: int) -> Iri:
        """Name the node of a record."""
        id = record.slots.get("record_id")
        if not isinstance(id, str):
            return Iri(f"{BLANK}record-{number}")
        return Iri(id) if id.startswith(self._space) else self._mint(f"record {id}")

    def _mint(self, what: str) -> Iri:
        return Iri(
            f"{self._space}.well-known/genid/{hashlib.sha256(what.encode()).hexdigest()[:32]}"
        )


def _statements(mappings: MappingSet, named: _Names) -> list[Triple]:
    mappings = with_version(spread(mappings))
    definitions = {definition.name: definition for definition in mappings.definitions}
    node = named.set(mappings)
    triples = [
        Triple(node, RDF.type, SSSOM.MappingSet),
        *_said(node, SET_SLOTS, mappings.slots, "mapping_set_id"),
        *_extended(node, mappings.extensions, definitions),
    ]
    for number, definition in enumerate(mappings.definitions):
        if definition.is_declared:
            one = Iri(f"{BLANK}definition-{number}")
            triples += [
                Triple(node, SSSOM.extension_definitions, one),
                Triple(one, RDF.type, SSSOM.ExtensionDefinition),
                Triple(one, SSSOM.slot_name, Literal(definition.name)),
                Triple(one, SSSOM.property, definition.predicate),
                Triple(one, SSSOM.type_hint, definition.type),
            ]
    for number, record in enumerate(mappings.records):
        one = named.record(record, number)
        triples += [
            Triple(node, SSSOM.mappings, one),
            Triple(one, RDF.type, OWL.Axiom),
            *_said(one, RECORD_SLOTS, record.slots, "record_id"),
            *_extended(one, record.extensions, definitions),
        ]
    return triples


def _said(
    node: Iri, known: Mapping[str, Slot], slots: Mapping[str, Value], id: str
) -> Iterator[Triple]:
    for name, value in slots.items():
        # What the node itself is called is not said of it again.
        if name == id and value == node:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            yield Triple(node, known[name].predicate, _object(known[name], one))


def _object(slot: Slot, value: str | float) -> Term:
    if slot.kind is Kind.DOUBLE:
        return Literal(repr(value), XSD.double)
    text = str(value)
    if slot.kind is Kind.DATE:
        return Literal(text, XSD.date)
    if slot.kind is Kind.ENUM:
        return slot.words[text] or Literal(text)
    # Before version 1.1 these slots might hold a relative reference, or any text.
    if slot.kind is Kind.ENTITY or (slot.kind is Kind.URI and is_iri(text)):
        return Iri(text)
    return Literal(text)


def _extended(
    node: Iri, extensions: Mapping[str, str], definitions: Mapping[str, Extension]
) -> Iterable[Triple]:
    for name, text in extensions.items():
        definition = definitions[name]
        # Text of a language needs to say which, and no extension can.
        kind = XSD.string if definition.type == RDF.langString else definition.type
        value = Iri(text) if definition.is_iri else Literal(text, kind)
        yield Triple(node, definition.predicate, value)
