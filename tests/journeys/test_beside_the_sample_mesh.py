"""A team brings what its tools wrote, and finds it beside everything else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.doors import Isogloss, Run

FOOD = "https://mesh.example/support/ns/food_delivery/dataset/"
JAFFLE = "https://mesh.example/product/ns/duckdb%3A%2F%2Fjaffle_shop/dataset/"


def _load(isogloss: Isogloss, *arguments: object) -> Run:
    run = isogloss("load", *arguments)
    assert run.status == 0, run
    return run


def _query(isogloss: Isogloss, tmp_path: Path, query: str) -> dict[str, Any]:
    (tmp_path / "q.graphql").write_text(query)
    run = isogloss("query", tmp_path / "q.graphql")
    assert run.status == 0, run
    data: dict[str, Any] = json.loads(run.out)["data"]
    return data


@pytest.fixture
def food_delivery(shared_data: Path, tmp_path: Path) -> Path:
    """Marquez's stream of a food delivery service, its times filled in."""
    template = (shared_data / "openlineage/food-delivery/metadata.template.json").read_text()
    template = template.replace("{{RUN_START_TIME}}", "2026-02-22T22:00:00.000Z")
    # Its other places are ends, as {{RUN_END_TIME_AFTER_8_MINUTES}}.
    template = re.sub(
        r"{{RUN_END_TIME_AFTER_(\d)_MINUTES}}", r"2026-02-22T22:0\1:00.000Z", template
    )
    template = re.sub(
        r"{{RUN_END_TIME_AFTER_(\d\d)_MINUTES}}", r"2026-02-22T22:\1:00.000Z", template
    )
    assert "{{" not in template
    file = tmp_path / "food-delivery.json"
    file.write_text(template)
    return file


def test_a_stream_of_events_is_browsed_and_traced(
    little_folder: Isogloss, food_delivery: Path, tmp_path: Path
) -> None:
    run = _load(
        little_folder, food_delivery, "--domain", "support", "--source", "lineage/food-delivery"
    )
    assert "in 1 source" in run.out
    traced = little_folder(
        "lineage", f"{FOOD}public.delivery_7_days", "--level", "dataset", "--format", "json"
    )
    nodes = {node["id"].rpartition("/")[2] for node in json.loads(traced.out)["nodes"]}
    assert {"public.orders_7_days", "public.order_status", "public.menus"} <= nodes
    menus = (
        f'{{ dataset(id: "{FOOD}public.menus") {{ title description domain {{ name }} '
        "columns { name physicalType } } }"
    )
    found = _query(little_folder, tmp_path, menus)["dataset"]
    assert found["columns"]
    # It is of the domain that says so, and still somebody is to claim where it is named.
    assert found["domain"] == {"name": "support"}
    todo = little_folder("claims", "--format", "json")
    namespaces = {one["namespace"]: one for one in json.loads(todo.out)["unclaimed"]}
    assert namespaces["food_delivery"]["datasets"] == 14
    claimed = little_folder("claim", "food_delivery", "--domain", "support")
    assert (claimed.status, "food_delivery is support's" in claimed.out) == (0, True)
    assert _query(little_folder, tmp_path, menus)["dataset"]["domain"] == {"name": "support"}
    again = _load(
        little_folder, food_delivery, "--domain", "support", "--source", "lineage/food-delivery"
    )
    assert "Nothing changed" in again.out


def test_a_dbt_project_is_browsed_with_the_columns_of_its_catalog(
    little_folder: Isogloss, shared_data: Path, tmp_path: Path
) -> None:
    manifest = shared_data / "dbt/v12/jaffle_shop/manifest_1.12.json"
    catalog = shared_data / "dbt/catalog/v1/jaffle_shop/catalog_1.12.json"
    run = _load(
        little_folder, manifest, catalog, "--domain", "product", "--source", "lineage/jaffle-shop"
    )
    assert "27 tests have no result here" in run.out
    assert little_folder("claim", "duckdb://jaffle_shop", "--domain", "product").status == 0
    found = _query(
        little_folder,
        tmp_path,
        f'{{ dataset(id: "{JAFFLE}main.customers") {{ title description '
        "columns { name physicalType } } }",
    )["dataset"]
    assert found["title"] == "main.customers"
    assert {"name": "customer_id", "physicalType": "VARCHAR"} in found["columns"]
    traced = little_folder("lineage", f"{JAFFLE}main.customers", "--level", "dataset")
    assert "Product · raw.raw_customers" in traced.out
    column = little_folder("lineage", f"{JAFFLE}main.customers/customer_name")
    assert "Product · raw.raw_customers.name  (DIRECT/IDENTITY)" in column.out
    search = _query(
        little_folder, tmp_path, '{ search(text: "jaffle stg customers") { id title } }'
    )
    assert search["search"] == []
    (hit, *_) = _query(
        little_folder,
        tmp_path,
        '{ search(text: "stg customers", filter: {kinds: [DATASET]}) { title } }',
    )["search"]
    assert hit == {"title": "main.stg_customers"}


def test_a_catalog_finds_its_manifest_and_only_one(
    little_folder: Isogloss, shared_data: Path
) -> None:
    folder = shared_data / "dbt/v12/jaffle_shop"
    catalog = shared_data / "dbt/catalog/v1/jaffle_shop/catalog_1.12.json"
    alone = little_folder("load", catalog, "--domain", "product")
    assert (alone.status, "together with its manifest" in alone.err) == (2, True)
    beside = _load(little_folder, catalog, folder / "manifest_1.12.json", "--domain", "product")
    assert "in 1 source" in beside.out
    manifests = [folder / f"manifest_1.{n}.json" for n in (11, 12)]
    two = _load(little_folder, *manifests, "--domain", "product")
    assert "in 2 sources" in two.out
    lost = little_folder("load", catalog, *manifests, "--domain", "product")
    assert (lost.status, "by themselves" in lost.err) == (2, True)


def test_both_stand_beside_the_sample_mesh_without_a_violation(
    little_folder: Isogloss, shared_data: Path, food_delivery: Path, tmp_path: Path
) -> None:
    _load(little_folder, food_delivery, "--domain", "support")
    _load(
        little_folder,
        shared_data / "dbt/salesforce/manifest.json",
        shared_data / "dbt/salesforce/catalog.json",
        "--domain",
        "sales",
        "--source",
        "lineage/salesforce",
    )
    report = _query(
        little_folder, tmp_path, "{ validationReport { results { severity focusNode } } }"
    )["validationReport"]
    results = report["results"]
    assert {result["severity"] for result in results} <= {"WARNING", "INFO"}
    warned = {result["focusNode"] for result in results if result["severity"] == "WARNING"}
    assert warned == {"https://mesh.example/sales/product/legacy-crm"}
