"""On the command line, a scorecard is a page to read or an answer to programs."""

import json

import pytest

from tests.doors import Isogloss

LEGACY = "https://mesh.example/sales/product/legacy-crm"


def test_the_mesh_is_scored_quality_by_quality(little_folder: Isogloss) -> None:
    run = little_folder("score")
    assert run.status == 0
    lines = [" ".join(line.split()) for line in run.out.splitlines()]
    # Rounded down: 100 % means that nothing is broken.
    assert lines[0] == "The mesh, as of commit 2: 99.3 %, 443 of 446"
    assert "secure 100.0 % 45 of 45 3 rules" in lines
    assert f"88.4 % 23 of 26 {LEGACY}" in lines
    assert "93.3 % 14 of 15 data-product-steward (warning)" in lines
    assert lines[-1].endswith("99.3 % 443 of 446 commit 2")


def test_a_product_and_a_domain_are_scored_alone(little_folder: Isogloss) -> None:
    assert little_folder("score", LEGACY).out.startswith(f"{LEGACY}, as of commit 2: 88.4 %")
    sales = little_folder("score", "sales", "--days", "0").out
    assert sales.startswith("https://mesh.example/sales/domain, as of commit 2: 96.5 %, 83 of 86")
    assert "trend" not in sales
    governance = little_folder("score", "governance")
    assert governance.status == 0
    assert "nothing judged" in governance.out
    assert "100" not in governance.out


def test_programs_are_told_all_of_it(little_folder: Isogloss) -> None:
    card = json.loads(little_folder("score", "sales", "--format", "json").out)
    assert card["of"] == "https://mesh.example/sales/domain"
    assert (card["score"]["passed"], card["score"]["judged"]) == (83, 86)
    assert sum(one["score"]["judged"] for one in card["qualities"]) == 86
    assert [one["id"] for one in card["worstProducts"]] == [LEGACY]
    assert {one["rule"] for one in card["worstRules"]} == {
        "data-product-description",
        "data-product-objective",
        "data-product-steward",
    }
    (now,) = card["trend"]
    assert (now["sequence"], now["score"]) == (2, card["score"])


@pytest.mark.parametrize("arguments", [("nothing",), ("https://mesh.example/nothing",)])
def test_what_is_not_there_is_told_with_what_is(
    little_folder: Isogloss, arguments: tuple[str, ...]
) -> None:
    run = little_folder("score", *arguments)
    assert (run.status, run.out) == (1, "")
    assert "name a domain (finance, governance, marketing" in run.err


def test_days_have_bounds(little_folder: Isogloss) -> None:
    assert little_folder("score", "--days", "367").status == 2
