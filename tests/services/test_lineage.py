"""Lineage is traced at each level, by any name of a thing, and in pages that leave nothing out."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from isogloss.bootstrap import Services, build
from isogloss.errors import InvalidArgument, NotFound
from isogloss.intake.described import Described, Transformation
from isogloss.model.change import Committed, SourceContent
from isogloss.model.lineage import (
    Agreement,
    Direction,
    Edge,
    EdgeKind,
    Evidence,
    Level,
    Lineage,
    Node,
)
from isogloss.model.lineage_answers import LineageFilter
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.settings import Settings
from isogloss.vocab import DPROD, MESH, PROV, RDF

UP, DOWN = Direction.UPSTREAM, Direction.DOWNSTREAM
MKT, FIN, PRD = (f"https://mesh.example/{name}/" for name in ("marketing", "finance", "product"))
KPI = Iri(f"{FIN}dataset/kpi_monthly")
HIVE = "hive://metastore"


def _say(services: Services, domain: str, described: Described, source: str = "more") -> int:
    content = SourceContent(domain, source, described.finish())
    outcome = services.commits.replace([content])
    assert isinstance(outcome, Committed), outcome
    return outcome.sequence


@pytest.fixture
def mesh(sample_folder: Path, tmp_path: Path) -> Iterator[Services]:
    """The sample mesh, to change."""
    shutil.copytree(sample_folder, tmp_path / "mesh")
    services = build(Settings(data=tmp_path / "mesh"))
    yield services
    services.close()


@pytest.fixture
def two_names(mesh: Services) -> tuple[Iri, Iri]:
    """Two domains speak of one Hive table, in their own spelling; each knows half its lineage."""
    sales, marketing = Described("https://mesh.example/sales/"), Described(MKT)
    read = sales.dataset(HIVE, "shop.orders")
    sales.derive(
        sales.column(read, "amount"),
        sales.column(sales.dataset("s3://lake", "raw"), "amount"),
        [Transformation("DIRECT", "IDENTITY")],
        evidence=Evidence.OBSERVED,
        job=Iri("https://mesh.example/sales/job"),
    )
    written = marketing.dataset(HIVE, "Shop.Orders")
    marketing.derive(
        marketing.column(marketing.dataset("s3://lake", "report"), "total"),
        marketing.column(written, "AMOUNT"),
    )
    _say(mesh, "sales", sales)
    _say(mesh, "marketing", marketing)
    return read, written


def _ids(found: Lineage) -> set[str]:
    return {node.id.rpartition("dataset/")[2] for node in found.nodes}


def test_lineage_that_came_under_two_names_is_one(
    mesh: Services, two_names: tuple[Iri, Iri]
) -> None:
    report = Iri(f"{MKT}ns/s3%3A%2F%2Flake/dataset/report")
    found = mesh.lineage.at().lineage(Iri(f"{report}/total"), UP)
    assert [node.distance for node in found.nodes] == [1, 2]
    assert _ids(found) == {"Shop.Orders/AMOUNT", "raw/amount"}
    told = {edge.downstream.rpartition("/")[2]: edge for edge in found.edges}
    assert told["total"].evidence is Evidence.DECLARED
    assert told["AMOUNT"].evidence is Evidence.OBSERVED
    assert told["AMOUNT"].jobs == ("https://mesh.example/sales/job",)
    assert told["AMOUNT"].transformations == ("DIRECT/IDENTITY",)
    (edge,) = mesh.lineage.at().lineage(report, UP, level=Level.DATASET, max_hops=1).edges
    assert {end.rpartition("/")[2] for end in edge.through} == {"total", "AMOUNT"}


def test_either_name_of_a_dataset_or_column_may_be_asked_for(
    mesh: Services, two_names: tuple[Iri, Iri]
) -> None:
    for level in (Level.COLUMN, Level.DATASET):
        one, other = (mesh.lineage.at().lineage(name, UP, level=level) for name in two_names)
        assert one == other
        assert len(one.nodes) == 1
    columns = Iri(f"{two_names[0]}/amount"), Iri(f"{two_names[1]}/AMOUNT")
    assert mesh.lineage.at().lineage(columns[0], DOWN) == mesh.lineage.at().lineage(
        columns[1], DOWN
    )


def test_before_the_second_name_came_there_was_one(
    mesh: Services, two_names: tuple[Iri, Iri]
) -> None:
    head = mesh.graph.sequence
    past = mesh.as_of(head - 1).lineage.at()
    assert past.lineage(two_names[0], UP, level=Level.DATASET).starts == (two_names[0],)
    with pytest.raises(NotFound):
        past.lineage(two_names[1], UP)
    now = mesh.lineage.at().lineage(two_names[0], UP, level=Level.DATASET)
    assert now.starts == (two_names[1],)
    assert {edge.since for edge in now.edges} == {head}


def test_a_decision_splits_what_has_one_key_and_its_end_brings_it_back(
    mesh: Services, two_names: tuple[Iri, Iri]
) -> None:
    together = mesh.lineage.at().lineage(two_names[1], UP, level=Level.DATASET)
    decision = Iri(f"{MKT}identity/1")
    apart = {
        Triple(decision, RDF.type, MESH.IdentityDecision),
        *(Triple(decision, MESH.concerns, name) for name in two_names),
        Triple(decision, MESH.same, Literal("false")),
    }
    mesh.commits.replace([SourceContent("marketing", "identity", frozenset(apart))])
    assert mesh.lineage.at().lineage(two_names[1], UP, level=Level.DATASET).nodes == ()
    mesh.commits.replace([SourceContent("marketing", "identity", frozenset())])
    again = mesh.lineage.at().lineage(two_names[1], UP, level=Level.DATASET)
    assert (again.nodes, again.starts) == (together.nodes, together.starts)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("limits", [(1, 1), (1, 1000), (30, 1), (30, 3), (2, 2)])
def test_pages_put_together_are_the_whole_answer(
    little_mesh: Services, level: Level, limits: tuple[int, int]
) -> None:
    ask = little_mesh.questions.lineage
    whole = ask(KPI, UP, level=level, max_hops=1000)
    assert whole.extent.complete
    assert whole.nodes
    nodes: list[Node] = []
    edges: list[Edge] = []
    after: str | None = None
    for _ in range(200):
        page = ask(KPI, UP, level=level, max_hops=limits[0], max_nodes=limits[1], after=after)
        nodes += page.nodes
        edges += page.edges
        if page.extent.complete:
            break
        assert page.extent.truncated_by is not None
        assert page.extent.truncated_by.value in limits
        after = page.extent.truncated_by.cursor
    assert tuple(nodes) == whole.nodes
    assert len(edges) == len(set(edges))
    assert {e[:3] for e in map(_short, edges)} == {e[:3] for e in map(_short, whole.edges)}


def _short(edge: object) -> tuple[object, ...]:
    return tuple(getattr(edge, name) for name in ("downstream", "upstream", "kind"))


def test_a_cursor_of_another_question_is_refused(little_mesh: Services) -> None:
    ask = little_mesh.questions.lineage
    cut = ask(KPI, UP, max_nodes=1).extent.truncated_by
    assert cut is not None
    with pytest.raises(InvalidArgument, match="another question"):
        ask(KPI, DOWN, max_nodes=1, after=cut.cursor)
    with pytest.raises(InvalidArgument):
        ask(KPI, UP, max_nodes=1, after="nonsense")


def test_domains_depend_on_each_other_as_their_data_and_ports_do(little_mesh: Services) -> None:
    found = little_mesh.lineage.at().lineage(KPI, UP, level=Level.DOMAIN)
    kinds = {edge.kind for edge in found.edges}
    assert kinds == {EdgeKind.CONSUMPTION, EdgeKind.DERIVATION}
    assert {edge.agreement for edge in found.edges} <= set(Agreement)
    assert all(edge.through for edge in found.edges)
    assert found.starts == (little_mesh.catalog.get_domain("finance").id,)


@pytest.mark.parametrize("direction", Direction)
def test_products_are_lifted_from_datasets_and_ports(
    little_mesh: Services, direction: Direction
) -> None:
    """From all statements, without the index, each product's neighbours are these."""
    graph = little_mesh.graph
    product_of = {quad.object: quad.subject for quad in graph.statements(DPROD.outputDataset)}
    dataset_of = {quad.subject: quad.object for quad in graph.statements(MESH.fieldOf)}
    pairs = set()
    for predicate in (PROV.wasDerivedFrom, PROV.wasInfluencedBy):
        for quad in graph.statements(predicate):
            ends = [dataset_of.get(end, end) for end in (quad.subject, Iri(str(quad.object)))]
            pairs.add(tuple(product_of.get(end) for end in ends))
    for read in graph.statements(DPROD.inputPort):
        for given in graph.statements(DPROD.outputPort, read.object):  # type: ignore[arg-type]
            pairs.add((read.subject, given.subject))
    for product in set(product_of.values()):
        near = little_mesh.lineage.at().lineage(product, direction, level=Level.PRODUCT, max_hops=1)
        at, far = (0, 1) if direction is UP else (1, 0)
        expected = {p[far] for p in pairs if p[at] == product and p[far] not in (None, product)}
        assert {node.id for node in near.nodes} == expected


def test_a_filter_by_domain_enters_no_other(little_mesh: Services) -> None:
    found = little_mesh.questions.lineage(
        KPI, UP, level=Level.DATASET, filter=LineageFilter(domain="marketing")
    )
    assert found.nodes
    assert all(node.id.startswith(MKT) for node in found.nodes)


def test_a_mesh_that_was_closed_in_order_loads_its_index(
    mesh: Services, two_names: tuple[Iri, Iri]
) -> None:
    before = mesh.lineage.at().lineage(two_names[0], UP)
    path, head = mesh.mesh.lineage_path, mesh.graph.sequence
    assert path is not None
    mesh.close()
    again = build(Settings(data=path.parent))
    assert again.projection.sequence == head
    assert again.lineage.at().lineage(two_names[0], UP) == before
    again.close()
    anew = build(Settings(data=path.parent), rebuild=True)
    assert anew.projection.sequence == 0
    assert anew.lineage.at().lineage(two_names[0], UP) == before
    anew.close()


def test_the_catalogue_has_a_dataset_of_two_names_once(
    mesh: Services, two_names: tuple[Iri, Iri]
) -> None:
    canonical, other = two_names[1], two_names[0]
    assert canonical in mesh.catalog.dataset_ids()
    assert other not in mesh.catalog.dataset_ids()
    (found, same) = mesh.catalog.datasets(two_names)
    assert found is not None
    assert found == same
    assert (found.id, found.also_known_as) == (canonical, (other,))
    assert (found.namespace, found.name) == (HIVE, "Shop.Orders")
    for columns in mesh.catalog.columns_of(two_names):
        assert [(column.name, column.dataset) for column in columns] == [("AMOUNT", canonical)]
    assert Iri(f"{other}/amount") not in mesh.catalog.column_ids()
    (column,) = mesh.catalog.columns([Iri(f"{other}/amount")])
    assert column is not None
    assert column.id == f"{canonical}/AMOUNT"
    before = mesh.as_of(mesh.graph.sequence - 1).catalog
    assert other in before.dataset_ids()


def test_what_is_known_without_columns_is_named(mesh: Services) -> None:
    told = Described(MKT)
    table, traced, opaque = (told.dataset("db", name) for name in ("table", "traced", "opaque"))
    total = told.column(table, "total")
    told.derive(total, told.column(traced, "amount"))
    told.derive(table, traced)
    told.derive(table, opaque)
    _say(mesh, "marketing", told)
    found = mesh.lineage.at().lineage(total, UP)
    assert {node.id for node in found.nodes} == {Iri(f"{traced}/amount")}
    assert found.columnless == (opaque,)
    assert mesh.lineage.at().lineage(opaque, DOWN).columnless == (table,)
    assert mesh.lineage.at().lineage(table, UP, level=Level.DATASET).columnless == ()
