"""Every manifest that others wrote gives the lineage that a count of its JSON gives.

Columns cannot be counted in JSON: sqlglot's own lineage is asked of the same SQL, and counts
by hand stand beside the smallest project.
"""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage

from isogloss.intake.documents import Upload, read_source
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import DCAT, DCTERMS, DQV, MESH, PROV, RDF

SPACE = "https://mesh.example/shop/"
JAFFLE = "dbt/v12/jaffle_shop/manifest_{}.json"
KINDS = {"model", "seed", "snapshot", "source"}

# Manifest → derivations and mere influences between columns. 1.10 and 1.12 are one project, as
# are 1.8, 1.9 and the v9; 1.9 groups by one column more, and v9 lacks some models of a package.
COLUMN_EDGES = {
    JAFFLE.format("1.10"): (80, 102),
    JAFFLE.format("1.11"): (0, 0),  # written by `dbt parse`, which compiles nothing
    JAFFLE.format("1.12"): (80, 102),
    JAFFLE.format("1.8"): (264, 756),
    JAFFLE.format("1.9"): (264, 757),
    "dbt/v9/jaffle_shop_at_1.5rc1/manifest.json": (236, 613),
    "dbt/salesforce/manifest.json": (833, 2694),
}
# A package reads the catalog of the warehouse by its name, which no manifest has a node for.
UNKNOWN = {JAFFLE.format("1.8"), JAFFLE.format("1.9")}


def _read(*paths: Path) -> Document:
    uploads = [Upload(path.name, path.read_bytes()) for path in paths]
    return read_source(uploads, space=SPACE, graph=Iri(f"{SPACE}graph/dbt"))


def _pairs(document: Document, predicate: Iri) -> set[tuple[str, str]]:
    return {
        (
            triple.subject,
            triple.object.value if isinstance(triple.object, Literal) else triple.object,
        )
        for triple in document.triples
        if triple.predicate == predicate
    }


def _typed(document: Document, class_: Iri) -> set[str]:
    return {subject for subject, type_ in _pairs(document, RDF.type) if type_ == class_}


def _relations(manifest: Any) -> dict[str, str]:
    """Unique id → the relation, which two nodes may share: a seed and the source made of it."""
    return {
        key: f"{node['database']}.{node['schema']}.{node.get('alias') or node.get('identifier')}"
        for section in ("nodes", "sources")
        for key, node in manifest[section].items()
        if node["resource_type"] in KINDS
    }


@pytest.mark.parametrize("path", COLUMN_EDGES)
def test_datasets_and_what_depends_on_what(shared_data: Path, path: str) -> None:
    manifest = json.loads((shared_data / path).read_bytes())
    document = _read(shared_data / path)
    relations = _relations(manifest)
    datasets = _typed(document, DCAT.Dataset)
    more = 1 if path in UNKNOWN else 0
    assert len(datasets) == len(set(relations.values())) + more
    expected = {
        (relations[key], relations[other])
        for key in relations
        for other in manifest["nodes"].get(key, {}).get("depends_on", {}).get("nodes", ())
        if other in relations and relations[key] != relations[other]
    }
    derived = _pairs(document, PROV.wasDerivedFrom)
    assert len([pair for pair in derived if pair[0] in datasets]) == len(expected) + more
    # Whatever is not a source is built by a job, which every edge of it names.
    built = {key for key in relations if not key.startswith("source.")}
    assert len(_typed(document, MESH.Job)) == len(built)
    assert len(_pairs(document, MESH.madeBy)) == len(
        _typed(document, PROV.Derivation) | _typed(document, PROV.EntityInfluence)
    )


@pytest.mark.parametrize("path", COLUMN_EDGES)
def test_columns_and_what_they_come_from(shared_data: Path, path: str) -> None:
    document = _read(shared_data / path)
    columns = _typed(document, MESH.Field)
    direct = {pair for pair in _pairs(document, PROV.wasDerivedFrom) if pair[0] in columns}
    influences = _pairs(document, PROV.wasInfluencedBy) - direct
    assert (len(direct), len(influences)) == COLUMN_EDGES[path]
    assert all(upstream in columns for _, upstream in direct | influences)
    untraced = [note for note in document.notes if "no compiled SQL" in note]
    assert bool(untraced) == (COLUMN_EDGES[path] == (0, 0))


def test_the_staging_models_of_the_jaffle_shop_by_hand(shared_data: Path) -> None:
    document = _read(shared_data / JAFFLE.format("1.10"))
    name = "duckdb%3A%2F%2Fjaffle_shop/dataset/"
    derived = _pairs(document, PROV.wasDerivedFrom)

    def edges(model: str, *, into: str = "/") -> set[tuple[str, str]]:
        above = f"{SPACE}ns/{name}"
        start = f"{above}main.{model}{into}"
        return {
            (down.removeprefix(start), up.removeprefix(above))
            for down, up in derived
            if down.startswith(start) and "/from/" not in down
        }

    # with source as (select * from raw_customers), renamed as (select id as customer_id, name …)
    assert edges("stg_customers") == {
        ("customer_id", "raw.raw_customers/id"),
        ("customer_name", "raw.raw_customers/name"),
    }
    # cast(opened_at …) and the rest under their own names or new ones.
    assert edges("stg_locations") == {
        ("location_id", "raw.raw_stores/id"),
        ("location_name", "raw.raw_stores/name"),
        ("tax_rate", "raw.raw_stores/tax_rate"),
        ("opened_date", "raw.raw_stores/opened_at"),
    }
    # select * from stg_locations: four columns as they are.
    assert len(edges("locations")) == 4


# ---- a second opinion


def _leaves(node: Node) -> set[str]:
    return {
        f"{end.expression.name}.{end.name.split('.')[-1].strip(chr(34))}".casefold()
        for end in node.walk()
        if not end.downstream and isinstance(end.expression, exp.Table) and "." in end.name
    }


def _schema(catalog: Any) -> dict[str, Any]:
    """Give sqlglot the columns that the warehouse has: database → schema → table → columns."""
    schema: dict[str, Any] = {}
    for relation in [*catalog["nodes"].values(), *catalog["sources"].values()]:
        where = relation["metadata"]
        tables = schema.setdefault(where["database"], {}).setdefault(where["schema"], {})
        tables[where["name"]] = dict.fromkeys(relation["columns"], "text")
    return schema


def test_sqlglot_agrees_on_the_sources_of_every_model(shared_data: Path) -> None:
    """What it finds is direct or decides; what is direct it finds: it does not tell them apart."""
    folder = shared_data / "dbt/salesforce"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    schema = _schema(json.loads((folder / "catalog.json").read_bytes()))
    document = _read(folder / "manifest.json", folder / "catalog.json")
    direct, influences = (
        _by_downstream(document, predicate)
        for predicate in (PROV.wasDerivedFrom, PROV.wasInfluencedBy)
    )
    checked = 0
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model":
            continue
        query = sqlglot.parse_one(node["compiled_code"], dialect="postgres")
        for column, leaf in lineage(None, query, schema, dialect="postgres").items():
            made = f"{node['alias']}.{column}".casefold()
            # A model that reads itself derives nothing from itself.
            theirs = _leaves(leaf) - {made}
            assert direct[made] <= theirs <= direct[made] | influences[made], made
            checked += 1
    assert checked == 836


def _by_downstream(document: Document, predicate: Iri) -> defaultdict[str, set[str]]:
    """Column → what it comes from, each as table.column."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for ends in _pairs(document, predicate):
        down, up = (
            iri.rpartition("dataset/")[2].partition(".")[2].replace("/", ".").casefold()
            for iri in ends
        )
        found[down].add(up)
    return found


# ---- drift


def test_drift_is_counted_as_in_the_json(shared_data: Path) -> None:
    folder = shared_data / "dbt/salesforce"
    manifest, catalog = (
        json.loads((folder / f"{name}.json").read_bytes()) for name in ("manifest", "catalog")
    )
    document = _read(folder / "manifest.json", folder / "catalog.json")
    drift: dict[str, set[tuple[str, str]]] = {"missing": set(), "undocumented": set()}
    relations = _relations(manifest)
    for section in ("nodes", "sources"):
        for key, real in catalog[section].items():
            node = manifest[section][key]
            documented = {column["name"].casefold() for column in node["columns"].values()}
            exist = {name.casefold() for name in real["columns"]}
            drift["missing"] |= {(relations[key], name) for name in documented - exist}
            if documented:
                drift["undocumented"] |= {(relations[key], name) for name in exist - documented}
    assert {kind: len(columns) for kind, columns in drift.items()} == {
        "missing": 95,
        "undocumented": 1002,
    }
    columns = dict(_pairs(document, DQV.computedOn))
    identifiers = dict(_pairs(document, DCTERMS.identifier))
    owner = dict(_pairs(document, MESH.fieldOf))
    paths = dict(_pairs(document, MESH.fieldPath))
    measured: dict[str, set[tuple[str, str]]] = {"missing": set(), "undocumented": set()}
    for measurement, kind in _pairs(document, DQV.value):
        column = columns[measurement]
        relation = f"postgres.{identifiers[owner[column]]}"
        measured[kind].add((relation, paths[column].casefold()))
    assert measured == drift
    assert len(_typed(document, DQV.QualityMeasurement)) == 95 + 1002
