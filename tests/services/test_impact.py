"""What a change would break, where, whose it is, and in which forms that leaves."""

import csv
import io
import xml.etree.ElementTree as ET

import networkx as nx
import pyoxigraph as ox
import pytest

from isogloss.bootstrap import Services
from isogloss.errors import InvalidArgument, NotFound
from isogloss.model.lineage import EdgeKind, Level
from isogloss.model.lineage_answers import (
    Change,
    ImpactSeverity,
    LineageFilter,
    Way,
)
from isogloss.model.rdf import Iri
from isogloss.services.impact_exports import (
    impact_csv,
    impact_graphml,
    impact_mermaid,
    impact_turtle,
)
from isogloss.vocab import CODE, MESH, PROV
from tests.services.lineage_world import BOARD, CLEAN, LOST, RAW, REPORT, column
from tests.services.test_commits import SHOP

TEAM = Iri("https://mesh.example/shop/team")


def test_an_impact_says_where_it_is_and_whose(shop: Services) -> None:
    found = shop.impact.impact(RAW, Change.DROP)
    assert found.level is Level.DATASET
    told = {hit.affected.id: hit for hit in found.hits}
    report = told[REPORT]
    assert report.affected.is_promised
    assert [product.rpartition("/")[2] for product in report.products] == ["reports"]
    assert report.owners == (Iri("https://mesh.example/shop/anna"),)
    # What no product has is its domain's.
    assert (told[CLEAN].domain, told[CLEAN].owners) == (SHOP, (TEAM,))
    owners = dict(found.by_owner())
    assert {hit.affected.id for hit in owners[TEAM]} == {CLEAN, BOARD, LOST}
    assert [hit.affected.severity for hit in found.hits] == sorted(
        (hit.affected.severity for hit in found.hits), key=list(ImpactSeverity).index
    )


def test_an_impact_on_a_column_knows_what_is_masked(shop: Services) -> None:
    found = shop.impact.impact(column("raw/email"), Change.REDEFINE)
    told = {hit.affected.id: hit for hit in found.hits}
    assert told[column("clean/email")].affected.way is Way.MASKED
    assert told[column("report/who")].affected.severity is ImpactSeverity.CRITICAL
    assert told[column("report/who")].dataset == REPORT


def test_filters_narrow_a_question_down(shop: Services) -> None:
    def reached(filter: LineageFilter) -> set[Iri]:
        found = shop.impact.impact(RAW, Change.DROP, filter=filter)
        return {hit.affected.id for hit in found.hits}

    assert reached(LineageFilter(kinds=(EdgeKind.INFLUENCE,))) == {BOARD}
    assert reached(LineageFilter(tag="core")) == {CLEAN}
    assert reached(LineageFilter(domain="shop")) == reached(LineageFilter())
    assert reached(LineageFilter(domain="governance")) == set()
    through = LineageFilter(ignore_as_hops=(CLEAN,))
    assert reached(through) == reached(LineageFilter()) - {CLEAN}
    found = shop.questions.paths(RAW, BOARD, level=Level.DATASET, filter=through).ways.paths
    assert set(found) == {(RAW, BOARD), (RAW, REPORT, BOARD)}
    for wrong in (LineageFilter(domain="nobody"), LineageFilter(ignore_as_hops=(Iri("urn:x"),))):
        with pytest.raises(NotFound):
            reached(wrong)
    with pytest.raises(InvalidArgument, match="no job"):
        reached(LineageFilter(context="nothing"))


def test_an_impact_leaves_in_every_form(shop: Services) -> None:
    found = shop.impact.impact(RAW, Change.DROP)
    ids = {hit.affected.id for hit in found.hits}
    rows = list(csv.DictReader(io.StringIO(impact_csv(found))))
    assert {row["id"] for row in rows} == ids
    quads = list(ox.parse(impact_turtle(found), format=ox.RdfFormat.TURTLE))
    assert {q.object.value for q in quads if q.predicate.value == PROV.entity} == ids
    changes = {q.object.value for q in quads if q.predicate.value == MESH.change}
    assert changes == {CODE.DROP}
    root = ET.fromstring(impact_graphml(found))  # noqa: S314
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    assert {node.get("id") for node in root.iterfind(".//g:node", space)} == ids | {RAW}
    arcs = {(edge.get("source"), edge.get("target")) for edge in root.iterfind(".//g:edge", space)}
    assert arcs == {
        (RAW, CLEAN),
        (RAW, REPORT),
        (RAW, BOARD),
        (CLEAN, REPORT),
        (REPORT, BOARD),
        (REPORT, LOST),
    }
    told = nx.parse_graphml(impact_graphml(found))
    for hit in found.hits:
        one = hit.affected
        kept = told.nodes[one.id]
        assert (kept["observed"], kept["promised"]) == (one.is_observed, one.is_promised)
    booleans = {data.text for data in root.iterfind(".//g:data", space)} & {"True", "False"}
    assert not booleans, "xs:boolean is true or false"
    mermaid = impact_mermaid(found)
    assert mermaid.startswith("flowchart LR\n")
    assert mermaid.count(" --> ") == len(arcs)
