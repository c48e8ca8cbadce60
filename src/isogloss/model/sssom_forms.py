"""The forms of a set of mappings that mean the same: spread, condensed, canonical.

Source: SSSOM 1.1, "Propagatable slots" and "Canonical SSSOM/TSV format". We differ from the
canonical form in one thing: numbers keep all their digits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain

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

_SPREADING = tuple(name for name, slot in SET_SLOTS.items() if slot.spreads)
_ADDED_WORDS = {"composed entity expression", "0:0"}
"""Words that slots of version 1.0 may have since 1.1."""


def spread(mappings: MappingSet) -> MappingSet:
    """Give each record what the set says for all of them.

    A slot that any record fills itself is left where it is: there the set speaks for nobody.
    """
    own, common = dict(mappings.slots), dict[str, Value]()
    for name in _SPREADING:
        said = {record.slots.get(name) for record in mappings.records}
        if name not in own or not said:
            continue
        if said == {None}:
            common[name] = own.pop(name)
        elif said == {own[name]}:
            # Said of each record as well as of all of them: once is enough.
            del own[name]
    records = [replace(record, slots={**common, **record.slots}) for record in mappings.records]
    return replace(mappings, slots=own, records=tuple(records))


def condense(mappings: MappingSet) -> MappingSet:
    """Say once, of the set, what every record says."""
    own, common = dict(mappings.slots), set()
    for name in _SPREADING:
        said = {record.slots.get(name) for record in mappings.records}
        value = next(iter(said), None)
        if len(said) == 1 and value is not None and own.get(name, value) == value:
            own[name] = value
            common.add(name)
    records = tuple(
        replace(record, slots={k: v for k, v in record.slots.items() if k not in common})
        for record in mappings.records
    )
    return replace(mappings, slots=own, records=records)


def canonical(mappings: MappingSet) -> MappingSet:
    """Condense a set, leave out what nothing in it uses, and name its version if that is needed.

    Records stay in their order: it follows from how they are written.
    """
    condensed = condense(spread(_filled(mappings)))
    used = set(chain(condensed.extensions, *(record.extensions for record in condensed.records)))
    condensed = replace(
        condensed,
        slots={name: condensed.slots[name] for name in SET_SLOTS if name in condensed.slots},
        definitions=tuple(
            replace(definition, is_declared=True)
            for definition in sorted(condensed.definitions, key=lambda one: one.predicate)
            if definition.name in used
        ),
    )
    condensed = replace(condensed, prefixes=_used_prefixes(condensed))
    return with_version(condensed)


def with_version(mappings: MappingSet) -> MappingSet:
    """Name version 1.1 if a set needs it and names none."""
    if "sssom_version" in mappings.slots or not _is_new(mappings):
        return mappings
    return replace(mappings, slots={"sssom_version": "1.1", **mappings.slots})


def same(one: MappingSet, other: MappingSet) -> bool:
    """Tell whether two sets say the same, in whatever order and form."""
    return _comparable(one) == _comparable(other)


class Curies:
    """The names of things, whole and by the prefixes of a set."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._prefixes = {**prefixes, **BUILT_IN}
        # Of two names for one start, the first is taken.
        by_name = sorted(self._prefixes.items(), reverse=True)
        self._names = {start: name for name, start in by_name}
        self._lengths = sorted({len(start) for start in self._names}, reverse=True)

    def expand(self, curie: str) -> str | None:
        """Write a CURIE whole; None if it has no prefix, or one that nobody declares."""
        name, colon, local = curie.partition(":")
        start = self._prefixes.get(name)
        return None if start is None or not colon else start + local

    def contract(self, iri: str) -> str | None:
        """Write an IRI as a CURIE by the longest start that fits; None if there is none.

        >>> Curies({"orcid": "https://orcid.org/"}).contract("https://orcid.org/0000")
        'orcid:0000'
        """
        for length in self._lengths:
            if name := self._names.get(iri[:length]):
                return f"{name}:{iri[length:]}"
        return None


def join_prefixes(first: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """Add prefixes to those that are there already; one whose name is taken gets another.

    >>> join_prefixes({"mesh": "urn:medical:"}, {"mesh": "urn:ours:"})
    {'mesh': 'urn:medical:', 'mesh_': 'urn:ours:'}
    """
    joined = {name: start for name, start in first.items() if name not in BUILT_IN}
    starts = {*joined.values(), *BUILT_IN.values()}
    for name, start in more.items():
        if start in starts:
            continue
        while name in joined or name in BUILT_IN:
            name += "_"  # noqa: PLW2901 - the next free one
        joined[name] = start
        starts.add(start)
    return joined


def entities(mappings: MappingSet) -> Iterator[str]:
    """Go through the IRIs of a set that a file has as CURIEs; some come several times."""
    definitions = {definition.name: definition for definition in mappings.definitions}
    for definition in mappings.definitions:
        if not is_undefined(definition):
            yield definition.predicate
        yield definition.type
    yield from _entities(SET_SLOTS, mappings.slots, mappings.extensions, definitions)
    for record in mappings.records:
        yield from _entities(RECORD_SLOTS, record.slots, record.extensions, definitions)


def is_undefined(extension: Extension) -> bool:
    """Tell whether an extension has only the property that its name gives it."""
    return extension.predicate.startswith("http://sssom.invalid/")


def _entities(
    known: Mapping[str, Slot],
    slots: Mapping[str, Value],
    extensions: Mapping[str, str],
    definitions: Mapping[str, Extension],
) -> Iterator[str]:
    for name, value in slots.items():
        if known[name].kind is Kind.ENTITY:
            yield from value if isinstance(value, tuple) else (str(value),)
    for name, text in extensions.items():
        if definitions[name].is_iri:
            yield text


def _used_prefixes(mappings: MappingSet) -> dict[str, str]:
    curies = Curies(mappings.prefixes)
    written = (curies.contract(iri) for iri in set(entities(mappings)))
    used = {curie.partition(":")[0] for curie in written if curie}
    return {name: mappings.prefixes[name] for name in sorted(used - BUILT_IN.keys())}


def _is_new(mappings: MappingSet) -> bool:
    def new(known: Mapping[str, Slot], slots: Mapping[str, Value]) -> bool:
        return any(
            known[name].version != "1.0"
            or (known[name].kind is Kind.ENUM and value in _ADDED_WORDS)
            for name, value in slots.items()
        )

    return new(SET_SLOTS, mappings.slots) or any(
        new(RECORD_SLOTS, record.slots) for record in mappings.records
    )


def _filled(mappings: MappingSet) -> MappingSet:
    """Leave out what is empty, which no file can tell from what is not there."""

    def values(slots: Mapping[str, Value]) -> dict[str, Value]:
        kept = {
            name: tuple(filter(None, value)) if isinstance(value, tuple) else value
            for name, value in slots.items()
        }
        return {name: value for name, value in kept.items() if value not in ("", ())}

    def texts(extensions: Mapping[str, str]) -> dict[str, str]:
        return {name: text for name, text in extensions.items() if text}

    return replace(
        mappings,
        slots=values(mappings.slots),
        extensions=texts(mappings.extensions),
        records=tuple(
            Record(values(record.slots), texts(record.extensions)) for record in mappings.records
        ),
    )


def _comparable(mappings: MappingSet) -> tuple[object, ...]:
    def unordered(slots: Mapping[str, Value]) -> dict[str, Value]:
        return {
            name: tuple(sorted(set(value))) if isinstance(value, tuple) else value
            for name, value in slots.items()
        }

    mappings = canonical(
        replace(
            mappings,
            slots=unordered(mappings.slots),
            records=tuple(replace(r, slots=unordered(r.slots)) for r in mappings.records),
        )
    )
    rows = [(sorted(r.slots.items()), sorted(r.extensions.items())) for r in mappings.records]
    return (
        mappings.slots,
        mappings.extensions,
        mappings.definitions,
        mappings.prefixes,
        sorted(rows, key=repr),
    )
