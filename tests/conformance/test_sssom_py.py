"""sssom-py, the reference implementation, reads what we write and writes what we read.

It is too heavy to depend on, and lives in an environment of its own: `make torture` makes one,
and SSSOM_PYTHON names its Python. Two things are left out here that it does not keep (measured
with 0.4.21): extensions, which it discards, and pipes and backslashes in a slot of several values,
which it does not write anew when it goes from TSV to RDF or back.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from isogloss.intake.sssom import read_tsv, read_turtle, write_tsv
from isogloss.model.rdf import Iri
from isogloss.model.sssom import (
    RECORD_SLOTS,
    SET_SLOTS,
    Kind,
    MappingSet,
    Record,
    Slot,
    Value,
)
from isogloss.model.sssom_forms import same
from isogloss.services.mapping_files import write_turtle
from isogloss.vocab import SSSOM

PYTHON = os.environ.get("SSSOM_PYTHON")
pytestmark = pytest.mark.skipif(
    not PYTHON, reason="SSSOM_PYTHON names no Python that has sssom: run `make torture`"
)

# Reads a file, and writes it as another; the names tell what they are.
CONVERT = """
import logging, sys, warnings
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
from sssom.parsers import parse_sssom_rdf, parse_sssom_table
from sssom.writers import write_rdf, write_table
for line in sys.stdin:
    source, target = line.split()
    is_turtle = source.endswith(".ttl")
    read = parse_sssom_rdf(source, serialisation="turtle") if is_turtle else parse_sssom_table(
        source
    )
    with open(target, "w") as file:
        if target.endswith(".ttl"):
            write_rdf(read, file, serialisation="turtle")
        else:
            write_table(read, file)
"""
# Tells what the standard's own model, which comes with it, says of each slot.
DESCRIBE = """
import json
from pathlib import Path
import sssom_schema
from linkml_runtime import SchemaView
view = SchemaView(str(Path(sssom_schema.__file__).parent / "schema/sssom_schema.yaml"))
def note(slot, name):
    found = (slot.annotations or {})
    return str(found[name].value) if name in found else None
print(json.dumps({
    kind: [
        {
            "name": slot.name,
            "range": slot.range,
            "is_multiple": bool(slot.multivalued),
            "uri": view.get_uri(slot, expand=True) if slot.slot_uri else None,
            # What a class notes of a slot hides what is noted of it in general.
            "spreads": note(view.get_slot(slot.name), "propagated") == "True",
            "version": note(slot, "added_in") or "1.0",
            "least": slot.minimum_value,
        }
        for slot in (view.induced_slot(name, kind) for name in view.class_slots(kind))
    ]
    for kind in ("mapping set", "mapping")
} | {
    "words": {
        name: {
            str(text): view.expand_curie(value.meaning) if value.meaning else None
            for text, value in enum.permissible_values.items()
        }
        for name, enum in view.all_enums().items()
    }
}))
"""


def _run(script: str, given: str = "") -> str:
    done = subprocess.run(  # noqa: S603 - the tester says which Python
        [PYTHON or "", "-c", script],
        input=given,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _value(slot: Slot, number: int) -> Value:
    by_kind: dict[Kind, Any] = {
        Kind.ENTITY: f"https://a.example/{slot.name}-{number}",
        Kind.URI: f"https://b.example/{slot.name}-{number}",
        Kind.TEXT: f'{slot.name}: {number}, "quoted" é漢 #',
        Kind.DATE: f"2026-01-0{number + 1}",
        Kind.DOUBLE: 0.25 + number / 8,
        Kind.ENUM: next(iter(slot.words), ""),
    }
    value = by_kind[slot.kind]
    return (value, f"{value}2") if slot.is_multiple else value


def _full() -> MappingSet:
    """A set that fills every slot there is."""
    records = tuple(
        Record({name: _value(slot, n) for name, slot in RECORD_SLOTS.items()}) for n in range(3)
    )
    spoken = {name: _value(slot, 0) for name, slot in SET_SLOTS.items() if not slot.spreads}
    prefixes = {"A": "https://a.example/"}
    return MappingSet(spoken | {"sssom_version": "1.1"}, records, prefixes)


def _sparse() -> MappingSet:
    """A set with a side that is a literal, one that has no term, and slots that are its own."""
    common = {"predicate_id": Iri("https://a.example/p"), "mapping_justification": SSSOM.iri + "j"}
    return MappingSet(
        {
            "mapping_set_id": "https://b.example/set",
            "license": "https://b.example/l",
            "subject_source": "https://a.example/source",
            "mapping_tool": "ours",
        },
        (
            Record(common | {"subject_label": "#a", "subject_type": "rdfs literal",
                             "object_id": "https://a.example/1", "confidence": 0.123456}),
            Record(common | {"subject_id": "https://a.example/1", "object_id": SSSOM.NoTermFound,
                             "mapping_cardinality": "1:0", "comment": 'tab\t"quote"\nline'}),
            Record(common | {"subject_id": "https://a.example/1",
                             "object_id": "https://a.example/2", "predicate_modifier": "Not"}),
        ),
        {"A": "https://a.example/"},
    )  # fmt: skip


def test_the_slots_are_those_of_the_standards_model() -> None:
    said = json.loads(_run(DESCRIBE))
    kinds = {
        "EntityReference": Kind.ENTITY,
        "NonRelativeURI": Kind.URI,
        "double": Kind.DOUBLE,
        "date": Kind.DATE,
        "string": Kind.TEXT,
    }
    left_out = {"curie_map", "extension_definitions", "mappings"}
    for kind, known in (("mapping set", SET_SLOTS), ("mapping", RECORD_SLOTS)):
        theirs = [slot for slot in said[kind] if slot["name"] not in left_out]
        assert [slot["name"] for slot in theirs] == list(known)
        for slot in theirs:
            ours = known[slot["name"]]
            assert ours.kind == kinds.get(slot["range"], Kind.ENUM), slot
            assert ours.is_multiple == slot["is_multiple"], slot
            assert ours.predicate == (slot["uri"] or f"{SSSOM.iri}{slot['name']}"), slot
            assert ours.spreads == slot["spreads"], slot
            assert ours.version == slot["version"], slot
            if ours.kind is Kind.DOUBLE:
                assert ours.least == slot["least"], slot
            if ours.kind is Kind.ENUM:
                assert ours.words == said["words"][slot["range"]], slot


def test_it_reads_what_we_write_and_we_read_what_it_writes(
    shared_data: Path, tmp_path: Path
) -> None:
    sets = {
        "foodie": read_tsv((shared_data / "sssom/foodie-inc.sssom.tsv").read_bytes()),
        "standard": read_turtle((shared_data / "sssom/standard-rdf.ttl").read_bytes()).mappings,
        "sparse": _sparse(),
        "full": _full(),
    }
    jobs = []
    for name, mappings in sets.items():
        (tmp_path / f"{name}.tsv").write_text(write_tsv(mappings), "utf-8")
        (tmp_path / f"{name}.ttl").write_text(write_turtle(mappings), "utf-8")
        jobs += [
            (name, tmp_path / f"{name}.{ours}", tmp_path / f"{name}-{ours}.{theirs}")
            for ours in ("tsv", "ttl")
            for theirs in ("tsv", "ttl")
        ]
    _run(CONVERT, "".join(f"{source} {target}\n" for _, source, target in jobs))
    for name, _, target in jobs:
        data = target.read_bytes()
        back = read_tsv(data) if target.suffix == ".tsv" else read_turtle(data).mappings
        assert same(back, sets[name]), target.name
