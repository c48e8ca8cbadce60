"""SSSOM in RDF, read: the set and its mappings among whatever else triples say.

Source: SSSOM 1.1, "The SSSOM/RDF serialisation format", with what it lets pass of older ones.
What no slot holds becomes an extension; what not even that can hold is named in a note.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from isogloss.errors import InvalidInput
from isogloss.intake.sssom_names import named_by, undefined
from isogloss.intake.sssom_values import converter
from isogloss.model.rdf import Iri, Literal, Term, Triple
from isogloss.model.sssom import (
    RECORD_SLOTS,
    SET_SLOTS,
    STANDARD,
    Extension,
    Kind,
    MappingSet,
    Record,
    Slot,
    Value,
    missing,
)
from isogloss.model.sssom_forms import Curies, join_prefixes, spread
from isogloss.vocab import OWL, RDF, SSSOM, VANN, VOID, XSD

_URIORCURIE = Iri("https://w3id.org/linkml/Uriorcurie")
_MINTED = "/.well-known/genid/"
_NO_NAME = re.compile(r"\W")


@dataclass(frozen=True, slots=True)
class ReadSet:
    """A set, and in sentences what it cannot hold of what was said."""

    mappings: MappingSet
    notes: tuple[str, ...] = ()


def from_triples(
    triples: Iterable[Triple],
    *,
    prefixes: Mapping[str, str] | None = None,
    mapping_set: Iri | None = None,
) -> MappingSet:
    """Read the set of mappings that triples describe; see `read_triples`."""
    return read_triples(triples, prefixes=prefixes, mapping_set=mapping_set).mappings


def read_triples(
    triples: Iterable[Triple],
    *,
    prefixes: Mapping[str, str] | None = None,
    mapping_set: Iri | None = None,
    records: Collection[Iri] | None = None,
) -> ReadSet:
    """Read the set of mappings that triples describe, records in order of their nodes.

    Args:
        triples: blank nodes have been given names (see `skolem`), which are no ids here.
        prefixes: what names may begin with, besides what the triples declare.
        mapping_set: which set, if there are several.
        records: which mappings; those that a set names or that have a justification if None.

    Raises:
        InvalidInput: there are several sets and none is named, or a mapping lacks something.
    """
    about: defaultdict[Iri, list[tuple[Iri, Term]]] = defaultdict(list)
    for triple in triples:
        about[triple.subject].append((triple.predicate, triple.object))
    for said in about.values():
        said.sort(key=lambda pair: (pair[0], *_order(pair[1])))
    return _Reading(about, prefixes or {}).read(mapping_set, records)


class _Reading:
    def __init__(
        self, about: Mapping[Iri, Collection[tuple[Iri, Term]]], prefixes: Mapping[str, str]
    ) -> None:
        self._about = about
        self._given = prefixes
        self._prefixes: dict[str, str] = {}
        self._definitions: dict[Iri, Extension] = {}
        self._names: set[str] = set()
        self._notes: list[str] = []
        self._in_languages: list[str] = []

    def read(self, mapping_set: Iri | None, chosen: Collection[Iri] | None) -> ReadSet:
        node = mapping_set or self._only_set()
        nodes = sorted(self._records(node, mapping_set) if chosen is None else chosen)
        if node is None and not nodes:
            raise InvalidInput(
                "There is no mapping: describe each as an owl:Axiom, and name it in a set by "
                "sssom:mappings."
            )
        slots: dict[str, Value] = {}
        extensions: dict[str, str] = {}
        if node:
            self._declared(node)
            skipped = {SSSOM.mappings, SSSOM.extension_definitions, VOID.vocabulary}
            slots, extensions = self._node(node, SET_SLOTS, SSSOM.MappingSet, skipped)
            if "mapping_set_id" not in slots and _MINTED not in node:
                slots["mapping_set_id"] = node
        records = [Record(*self._node(one, RECORD_SLOTS, OWL.Axiom, set())) for one in nodes]
        mappings = spread(
            MappingSet(
                slots,
                tuple(self._identified(nodes, records)),
                join_prefixes(self._prefixes, self._given),
                tuple(self._definitions.values()),
                extensions,
            )
        )
        for one, record in zip(nodes, mappings.records, strict=True):
            if lacking := missing(record):
                raise InvalidInput(
                    f"The mapping <{one}> has no {' and no '.join(lacking)}: say it, or that the "
                    "side without a name is a literal, by its type and label."
                )
        if self._in_languages:
            self._notes.append(
                f"{len(self._in_languages)} texts, {self._in_languages[0][:40]!r} among them, say "
                "in which language they are: SSSOM has no place for that, and it is left out."
            )
        return ReadSet(mappings, tuple(self._notes))

    def _records(self, node: Iri | None, mapping_set: Iri | None) -> set[Iri]:
        linked = {Iri(str(one)) for one in self._objects(node, SSSOM.mappings)} if node else set()
        alone = {
            subject
            for subject, said in self._about.items()
            if any(predicate == SSSOM.mapping_justification for predicate, _ in said)
        }
        return linked if mapping_set else linked | alone

    def _only_set(self) -> Iri | None:
        sets = {
            subject
            for subject, said in self._about.items()
            if (RDF.type, SSSOM.MappingSet) in said or any(p == SSSOM.mappings for p, _ in said)
        }
        if len(sets) > 1:
            first, second = sorted(sets)[:2]
            raise InvalidInput(
                f"There are {len(sets)} sets of mappings, <{first}> and <{second}> among them: "
                "say which one is meant."
            )
        return next(iter(sets), None)

    def _declared(self, node: Iri) -> None:
        for used in self._objects(node, VOID.vocabulary):
            self._prefixes |= declared_prefix(self._about.get(Iri(_text(used)), ()))
        for definition in self._objects(node, SSSOM.extension_definitions):
            one = Iri(str(definition))
            for name in self._objects(one, SSSOM.slot_name)[:1]:
                means = self._objects(one, SSSOM.property) or [undefined(_text(name)).predicate]
                hint = self._objects(one, SSSOM.type_hint) or [XSD.string]
                extension = Extension(_text(name), Iri(_text(means[0])), Iri(_text(hint[0])))
                if not self._is_taken(extension.name):
                    self._define(extension)

    def _node(
        self, node: Iri, known: Mapping[str, Slot], class_: Iri, skipped: Collection[Iri]
    ) -> tuple[dict[str, Value], dict[str, str]]:
        by_property = {slot.predicate: slot for slot in known.values()}
        slots: dict[str, Value] = {}
        extensions: dict[str, str] = {}
        for predicate, term in self._about.get(node, ()):
            if predicate in skipped or (predicate, term) == (RDF.type, class_):
                continue
            slot = by_property.get(predicate)
            value = _value(slot, term) if slot else None
            if isinstance(term, Literal) and term.language:
                self._in_languages.append(term.value)
            if slot is None or value is None:
                self._extend(node, predicate, term, extensions)
            elif slot.is_multiple:
                slots[slot.name] = (*_several(slots.get(slot.name)), str(value))
            elif slots.setdefault(slot.name, value) != value:
                self._note(node, predicate, term, "it is left out, as the slot holds one value")
        return {name: slots[name] for name in known if name in slots}, extensions

    def _extend(self, node: Iri, predicate: Iri, term: Term, extensions: dict[str, str]) -> None:
        found = self._definitions.get(predicate)
        if found is None:
            found = self._define(self._new(predicate, term))
        if extensions.setdefault(found.name, _text(term)) != _text(term):
            self._note(node, predicate, term, "it is left out, as an extension holds one value")

    def _new(self, predicate: Iri, term: Term) -> Extension:
        name = named_by(predicate)
        if name is None or self._is_taken(name):
            local = re.split(r"[/#:]", name or predicate.rstrip("/#"))[-1]
            name = f"ext_{_NO_NAME.sub('_', local)}"
            while self._is_taken(name):
                name += "_"
        return Extension(name, predicate, _type(term), is_declared=False)

    def _define(self, extension: Extension) -> Extension:
        self._names.add(extension.name)
        return self._definitions.setdefault(extension.predicate, extension)

    def _is_taken(self, name: str) -> bool:
        return name in STANDARD or name in self._names

    def _identified(self, nodes: list[Iri], records: list[Record]) -> Iterable[Record]:
        # All the records of a set have an id, or none has.
        has_ids = any(_MINTED not in node for node in nodes) or any(
            "record_id" in record.slots for record in records
        )
        for node, record in zip(nodes, records, strict=True):
            slots: dict[str, Value] = {"record_id": node} if has_ids else {}
            yield Record(slots | dict(record.slots), record.extensions)

    def _objects(self, node: Iri, predicate: Iri) -> list[Term]:
        return [term for one, term in self._about.get(node, ()) if one == predicate]

    def _note(self, node: Iri, predicate: Iri, term: Term, what: str) -> None:
        self._notes.append(f"<{node}> has {_text(term)[:80]!r} as <{predicate}>: {what}.")


def declared_prefix(said: Iterable[tuple[Iri, Term]]) -> dict[str, str]:
    """Read the prefix that a vocabulary is said to have, and what it stands for."""
    texts = {predicate: term.value for predicate, term in said if isinstance(term, Literal)}
    name = texts.get(VANN.preferredNamespacePrefix)
    start = texts.get(VANN.preferredNamespaceUri)
    return {name: start} if name and start else {}


def _value(slot: Slot, term: Term) -> str | float | None:
    """Read what a slot holds; None where it does not hold such a term."""
    text = _text(term)
    is_literal = isinstance(term, Literal)
    if slot.kind is Kind.ENUM:
        words = {iri or word: word for word, iri in slot.words.items()}
        return words.get(Iri(text)) or (text if is_literal and text in slot.words else None)
    if slot.kind is Kind.ENTITY:
        return None if is_literal else text
    if slot.kind is Kind.URI:
        return text
    if not isinstance(term, Literal):
        return None
    if slot.kind is Kind.TEXT:
        return text if term.language or term.datatype == XSD.string else None
    if slot.kind is Kind.DATE and term.datatype != XSD.date:
        return None
    try:
        return converter("", slot, Curies({}))(text, 0)
    except InvalidInput:
        return None


def _several(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _type(term: Term) -> Iri:
    if not isinstance(term, Literal):
        return _URIORCURIE
    return XSD.string if term.language else term.datatype


def _text(term: Term) -> str:
    return term.value if isinstance(term, Literal) else term


def _order(term: Term) -> tuple[str, ...]:
    # Of texts in several languages the one without a tag comes first, and then English.
    if not isinstance(term, Literal):
        return ("", term)
    first = {None: "", "en": " "}
    return (first.get(term.language, str(term.language)), term.value, term.datatype)
