"""Random sets of mappings, with all that makes files of them hard to read."""

from typing import Any

from hypothesis import strategies as st

from isogloss.intake.sssom_names import undefined
from isogloss.model.rdf import Iri
from isogloss.model.sssom import (
    RECORD_SLOTS,
    SET_SLOTS,
    Extension,
    Kind,
    MappingSet,
    Record,
    Slot,
    Value,
)
from isogloss.vocab import SSSOM, XSD

PREFIXES = {
    "A": "https://a.example/",
    "A.b": "https://a.example/b#",
    "yes": "https://b.example/terms/",
    "n2": "urn:two:",
}
_LOCALS = st.text("abcé漢1_.-/", max_size=5)
ENTITIES = st.tuples(st.sampled_from(sorted(PREFIXES.values())), _LOCALS).map("".join)
URIS = st.one_of(ENTITIES, st.just("../relative reference"))
TEXTS = st.text(
    st.one_of(
        st.sampled_from("\"'#|\\\t\n\r :-[]{}&*!?,%@`~\u2028\u0085\ufeff"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    ),
    min_size=1,
    max_size=12,
) | st.sampled_from(
    ["null", "true", "1.0", "2026-01-01", "# no", "a: b", "- a", "NA", "=1+1", "0x1"]
)
DAYS = st.dates().map(str)


def _one(slot: Slot) -> st.SearchStrategy[Any]:
    by_kind: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.TEXT: TEXTS,
        Kind.ENTITY: ENTITIES,
        Kind.URI: URIS,
        Kind.DATE: DAYS,
        Kind.DOUBLE: st.floats(slot.least, 1),
        Kind.ENUM: st.sampled_from(sorted(slot.words) or [""]),
    }
    return by_kind[slot.kind]


def values(slot: Slot) -> st.SearchStrategy[Value]:
    """Values that a slot may have."""
    if slot.is_multiple:
        return st.lists(_one(slot), min_size=1, max_size=3, unique=True).map(tuple)
    return _one(slot)


EXTENSIONS = (
    Extension("ext_text", Iri("https://a.example/says")),
    Extension("ext_whole", Iri("https://a.example/counts"), XSD.integer),
    Extension("ext_thing", Iri("urn:two:links"), Iri("https://w3id.org/linkml/Uriorcurie")),
    Extension("declared", undefined("declared").predicate),
    undefined("not_declared"),
    undefined('no name |, "at all"'),
)


@st.composite
def _slots(draw: st.DrawFn, known: dict[str, Slot], names: set[str]) -> dict[str, Value]:
    chosen = draw(st.sets(st.sampled_from(sorted(names)), max_size=5))
    return {name: draw(values(known[name])) for name in known if name in chosen}


@st.composite
def _extended(draw: st.DrawFn) -> dict[str, str]:
    chosen = draw(st.sets(st.sampled_from(EXTENSIONS), max_size=2))
    return {
        one.name: draw(ENTITIES if one.is_iri else TEXTS)
        for one in sorted(chosen, key=lambda one: one.name)
    }


@st.composite
def records(draw: st.DrawFn, id: str | None) -> Record:
    """A record that has all that it must: a side may be a literal, or say that there is none."""
    sides = {f"{side}_{what}" for side in ("subject", "object") for what in ("id", "label", "type")}
    slots: dict[str, Value] = draw(
        _slots(RECORD_SLOTS, RECORD_SLOTS.keys() - sides - {"record_id"})
    )
    for side in ("subject", "object"):
        if draw(st.booleans()):
            slots[f"{side}_type"] = "rdfs literal"
            slots[f"{side}_label"] = draw(TEXTS)
        else:
            slots[f"{side}_id"] = draw(ENTITIES | st.just(SSSOM.NoTermFound))
    slots.setdefault("predicate_id", draw(ENTITIES))
    slots.setdefault("mapping_justification", draw(ENTITIES))
    if id:
        slots["record_id"] = id
    return Record({n: slots[n] for n in RECORD_SLOTS if n in slots}, draw(_extended()))


@st.composite
def mapping_sets(draw: st.DrawFn) -> MappingSet:
    """A set whose records all have an id, or none of them."""
    count = draw(st.integers(1, 4))
    has_ids = draw(st.booleans())
    names = SET_SLOTS.keys() - {"mapping_set_id", "sssom_version"}
    slots = draw(_slots(SET_SLOTS, set(names)))
    # Were each record's side a literal, each would need a label.
    slots = {name: value for name, value in slots.items() if value != "rdfs literal"}
    if draw(st.booleans()):
        slots["mapping_set_id"] = draw(ENTITIES)
    return MappingSet(
        slots,
        tuple(
            draw(records(f"https://a.example/record/{number}" if has_ids else None))
            for number in range(count)
        ),
        PREFIXES,
        EXTENSIONS,
        draw(_extended()),
    )
