"""A plan is what happens when it is applied, or nothing happens."""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.errors import NotFound, StalePlan
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.governance import Severity
from isogloss.model.journal import Difference
from isogloss.model.past import ChangeKind
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.settings import Settings
from isogloss.store.named_graphs import CATALOGUE
from isogloss.vocab import DCAT, DCTERMS, RDF
from tests.services.test_commits import BASE, FOUNDING

TORTURE = bool(os.environ.get("ISOGLOSS_TORTURE"))
PREFIXES = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <{BASE}shop/dataset/> .
"""


def dataset(name: str, *titles: str) -> str:
    """Describe a dataset; the rules want exactly one title."""
    said = "".join(f' ; dcterms:title "{title}"' for title in titles)
    return f":{name} a dcat:Dataset{said} ."


def files(**sources: str) -> dict[str, bytes]:
    """Give the Turtle files of a folder."""
    return {name: (PREFIXES + turtle).encode() for name, turtle in sources.items()}


@pytest.fixture
def shop() -> Iterator[Services]:
    services = build(Settings(data=None))
    services.commits.replace([FOUNDING])
    yield services
    services.close()


def apply(services: Services, folder: Mapping[str, bytes], digest: str) -> Committed | Refused:
    return services.planning.apply("shop", folder, digest).outcome


def sources(services: Services) -> list[str]:
    """Name the sources that speak."""
    domain = services.catalog.get_domain("shop")
    return [g.rpartition("/graph/")[2] for g in services.catalog.graphs_of(domain)]


titles = st.lists(st.sampled_from(["orders", "all", "1.10"]), max_size=2, unique=True)
turtles = st.builds(
    lambda described, odd: " ".join(dataset(name, *t) for name, t in described.items()) + odd,
    st.dictionaries(st.sampled_from(["a", "b", "c"]), titles, max_size=2),
    st.sampled_from(["", " :a dcterms:subject 1.10 .", " :a dcterms:subject '01'^^xsd:int ."]),
)
folders = st.dictionaries(st.sampled_from(["one", "two", "deep/three"]), turtles, max_size=3)


@settings(
    max_examples=200 if TORTURE else 6, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(changes=st.lists(folders, min_size=2, max_size=4))
def test_applying_a_plan_does_what_the_plan_said(changes: list[dict[str, str]]) -> None:
    services = build(Settings(data=None))
    services.commits.replace([FOUNDING])
    for change in changes:
        folder = files(**change)
        entries = services.mesh.journal.entries()
        before = services.mesh.journal.head.sequence
        plan = services.planning.plan("shop", folder)
        assert services.planning.plan("shop", folder) == plan
        assert plan.sequence == before
        assert services.mesh.journal.entries() == entries
        outcome = apply(services, folder, plan.digest)
        after = services.mesh.journal.head.sequence
        done = services.mesh.journal.difference(before, after)
        happened = Difference(
            frozenset(quad for quad in done.added if quad.graph != CATALOGUE),
            frozenset(quad for quad in done.removed if quad.graph != CATALOGUE),
        )
        if isinstance(outcome, Refused):
            assert outcome.violations == tuple(
                r for r in plan.results if r.severity is Severity.VIOLATION
            )
            assert outcome.violations
            assert after == before
            continue
        assert happened == plan.change
        assert outcome.remarks == plan.results
        assert (outcome.added, outcome.removed) == (
            len(plan.change.added),
            len(plan.change.removed),
        )
        assert plan.resources == services.history.diff(before, after).changes
        again = services.planning.plan("shop", folder)
        assert again.change == Difference(frozenset(), frozenset())
    assert list(services.mesh.verify()) == []
    services.close()


def test_a_plan_leaves_no_trace(shop: Services) -> None:
    def trace() -> tuple[object, ...]:
        journal = shop.mesh.journal
        with journal.connection() as connection:
            rows = [
                connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2, 3").all()  # noqa: S608
                for table in ("entry", "quad_history", "term")
            ]
        return journal.head, shop.mesh.graph.read_mark(), set(shop.graph.quads()), rows

    before = trace()
    assert shop.planning.plan("shop", files(one=dataset("a", "a"))).change.added
    assert shop.planning.plan("shop", files(one=dataset("a"))).results
    assert trace() == before


def test_a_plan_tells_of_each_resource_and_each_new_result(shop: Services) -> None:
    folder = files(one=dataset("a", "orders") + dataset("b"))
    plan = shop.planning.plan("shop", folder)
    assert [(r.id.rpartition("/")[2], r.kind) for r in plan.resources] == [
        ("a", ChangeKind.ADDED),
        ("b", ChangeKind.ADDED),
    ]
    broken = [r for r in plan.results if r.severity is Severity.VIOLATION]
    assert [(r.focus_node.rpartition("/")[2], r.path) for r in broken] == [("b", DCTERMS.title)]
    assert len(plan.results) > len(broken)  # remarks, which stand in nobody's way


def test_a_plan_that_breaks_rules_is_refused_when_applied(shop: Services) -> None:
    folder = files(one=dataset("a"))
    plan = shop.planning.plan("shop", folder)
    outcome = apply(shop, folder, plan.digest)
    broken = tuple(r for r in plan.results if r.severity is Severity.VIOLATION)
    assert broken
    assert outcome == Refused(broken)
    assert sources(shop) == []


def test_a_plan_is_stale_once_something_else_would_happen(shop: Services) -> None:
    folder = files(one=dataset("a", "orders"))
    plan = shop.planning.plan("shop", folder)
    apply(shop, other := files(one=dataset("a", "all")), shop.planning.plan("shop", other).digest)
    before = shop.mesh.journal.entries()
    with pytest.raises(StalePlan, match="plan again"):
        apply(shop, folder, plan.digest)
    assert shop.mesh.journal.entries() == before
    assert shop.mesh.journal.head.sequence == 2
    fresh = shop.planning.plan("shop", folder)
    assert isinstance(apply(shop, folder, fresh.digest), Committed)


def test_a_plan_holds_although_others_change_what_is_theirs(shop: Services) -> None:
    folder = files(one=dataset("a", "orders"))
    plan = shop.planning.plan("shop", folder)
    elsewhere = Iri(f"{BASE}shop/dataset/z")
    triples = {
        Triple(elsewhere, RDF.type, DCAT.Dataset),
        Triple(elsewhere, DCTERMS.title, Literal("z")),
    }
    shop.commits.replace([SourceContent("shop", "elsewhere", frozenset(triples))])
    assert isinstance(apply(shop, folder, plan.digest), Committed)


def test_a_plan_of_other_files_is_not_applied(shop: Services) -> None:
    plan = shop.planning.plan("shop", files(one=dataset("a", "orders")))
    with pytest.raises(StalePlan):
        apply(shop, files(one=dataset("a", "other")), plan.digest)
    assert shop.mesh.journal.head.sequence == 1


def test_a_source_that_left_the_folder_is_removed_and_no_other_doors(shop: Services) -> None:
    shop.loading.replace_source("shop", "by-hand", PREFIXES + dataset("h", "by hand"))
    both = files(one=dataset("a", "a"), two=dataset("b", "b"))
    apply(shop, both, shop.planning.plan("shop", both).digest)
    assert sources(shop) == ["by-hand", "one", "two"]
    less = files(one=dataset("a", "a"))
    plan = shop.planning.plan("shop", less)
    assert {quad.graph.rpartition("/")[2] for quad in plan.change.removed} == {"two"}
    assert [(r.id.rpartition("/")[2], r.kind) for r in plan.resources] == [
        ("b", ChangeKind.REMOVED)
    ]
    apply(shop, less, plan.digest)
    assert sources(shop) == ["by-hand", "one"]
    nothing = shop.planning.plan("shop", {})
    apply(shop, {}, nothing.digest)
    assert sources(shop) == ["by-hand"]


def test_a_source_that_another_door_took_over_is_no_longer_the_folders(shop: Services) -> None:
    folder = files(one=dataset("a", "a"))
    apply(shop, folder, shop.planning.plan("shop", folder).digest)
    shop.loading.replace_source("shop", "one", PREFIXES + dataset("a", "by hand"))
    assert shop.planning.plan("shop", {}).change == Difference(frozenset(), frozenset())
    # Until the folder speaks for it again.
    apply(shop, folder, shop.planning.plan("shop", folder).digest)
    assert shop.planning.plan("shop", {}).change.removed


def test_a_source_loaded_elsewhere_becomes_the_folders_without_a_change(shop: Services) -> None:
    turtle = dataset("a", "a")
    shop.loading.replace_source("shop", "one", PREFIXES + turtle)
    plan = shop.planning.plan("shop", files(one=turtle))
    assert plan.change == Difference(frozenset(), frozenset())
    apply(shop, files(one=turtle), plan.digest)
    assert shop.planning.plan("shop", {}).change.removed


def test_a_domain_that_nobody_knows_has_no_plan(shop: Services) -> None:
    with pytest.raises(NotFound, match="stop"):
        shop.planning.plan("stop", {})


def test_readers_in_other_domains_are_named(tmp_path: Path, sample_folder: Path) -> None:
    shutil.copytree(sample_folder, tmp_path / "mesh")
    services = build(Settings(data=tmp_path / "mesh"))
    try:
        folder = {
            path.removeprefix("product/"): data
            for path, data in resources.walk(resources.folder("sample_data")).items()
            if path.startswith("product/")
        }
        unchanged = services.planning.plan("product", folder)
        assert unchanged.change == Difference(frozenset(), frozenset())
        assert unchanged.readers == ()
        engagement = folder["product/engagement"]
        column = engagement.replace(b'physicalType "VARCHAR(18)"', b'physicalType "UUID"', 1)
        assert column != engagement
        plan = services.planning.plan("product", folder | {"product/engagement": column})
        (change,) = plan.resources
        assert change.words == ("physical type: “VARCHAR(18)” became “UUID”",)
        readers = dict(plan.readers)
        assert readers["finance"] == (f"{BASE}finance/product/board-report",)
        assert "product" not in readers
    finally:
        services.close()
