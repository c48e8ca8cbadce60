"""Every question about lineage says what it left out, and goes on there without gap."""

import csv
import io
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pyoxigraph as ox
import pytest

from isogloss.bootstrap import Services, build
from isogloss.errors import InvalidArgument, NotFound
from isogloss.model.change import Committed
from isogloss.model.lineage import Direction, EdgeKind, Extent, Level
from isogloss.model.lineage_answers import (
    CauseKind,
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
from isogloss.services.loading import Upload
from isogloss.settings import Settings
from isogloss.vocab import CODE, MESH, PREFIXES, PROV
from tests.doors import without_rules
from tests.services.test_commits import FOUNDING, SHOP

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
D = "https://mesh.example/shop/dataset/"
TEAM = Iri("https://mesh.example/shop/team")
RAW, CLEAN, REPORT, BOARD, LOST = (
    Iri(D + name) for name in ("raw", "clean", "report", "board", "lost")
)
RUN = Iri("https://mesh.example/shop/run/1")
# raw → clean → report → board, and raw → board by a join; `email` is masked on its way to clean,
# and not on its way to report. loop_a and loop_b make each other.
LINEAGE = (
    f"""
@base <https://mesh.example/shop/> .
@prefix d: <{D}> .
@prefix p: <https://mesh.example/shop/product/> .
@prefix j: <https://mesh.example/shop/job/> .
@prefix r: <https://mesh.example/shop/run/> .
"""
    + "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    + """
d:raw a dcat:Dataset ; dcterms:title "raw" .
d:clean a dcat:Dataset ; dcterms:title "clean" ; prov:wasDerivedFrom d:raw ;
    dcat:keyword "core" ; prov:wasGeneratedBy r:1 .
d:report a dcat:Dataset ; dcterms:title "report" ; prov:wasDerivedFrom d:clean .
d:board a dcat:Dataset ; dcterms:title "board" ; prov:wasDerivedFrom d:report ;
    prov:wasInfluencedBy d:raw .
d:lost a dcat:Dataset ; dcterms:title "lost" .
d:alone a dcat:Dataset ; dcterms:title "alone" .
d:apart a dcat:Dataset ; dcterms:title "apart" .
d:loop_a a dcat:Dataset ; dcterms:title "a" ; prov:wasDerivedFrom d:loop_b .
d:loop_b a dcat:Dataset ; dcterms:title "b" ; prov:wasDerivedFrom d:loop_a .
d:turn_a a dcat:Dataset ; dcterms:title "a" ; prov:wasDerivedFrom d:turn_b .
d:turn_b a dcat:Dataset ; dcterms:title "b" ; prov:wasDerivedFrom d:turn_a .

<dataset/raw/email> a mesh:Field ; mesh:fieldOf d:raw ;
    mesh:fieldPath "email" ; mesh:classification code:restricted .
<dataset/raw/id> a mesh:Field ; mesh:fieldOf d:raw ;
    mesh:fieldPath "id" ; mesh:classification code:internal .
<dataset/clean/email> a mesh:Field ; mesh:fieldOf d:clean ;
    mesh:fieldPath "email" ; prov:wasDerivedFrom <dataset/raw/email> ;
    prov:qualifiedDerivation <x/e1> .
<x/e1> a prov:Derivation ; prov:entity <dataset/raw/email> ;
    mesh:evidence code:declared ; mesh:transformation <x/t1> .
<x/t1> mesh:transformationType code:DIRECT ; mesh:transformationSubtype code:TRANSFORMATION ;
    mesh:masking true .
<dataset/report/who> a mesh:Field ; mesh:fieldOf d:report ;
    mesh:fieldPath "who" ; prov:wasDerivedFrom <dataset/raw/email> ,
        <dataset/raw/id> ,
        <dataset/clean/email> .
<dataset/board/who> a mesh:Field ; mesh:fieldOf d:board ;
    mesh:fieldPath "who" ; prov:wasDerivedFrom <dataset/report/who> ,
        <dataset/raw/email> .
<dataset/lost/who> a mesh:Field ; mesh:fieldOf d:lost ;
    mesh:fieldPath "who" ; prov:wasDerivedFrom <dataset/report/who> .

p:reports a dprod:DataProduct ; dcterms:title "reports" ; dprod:outputDataset d:report ;
    dprod:dataProductOwner <anna> ; odrl:hasPolicy p:offer .
p:offer odrl:obligation p:fresh , p:complete .
p:fresh a mesh:ServiceLevelObjective ; odrl:target d:report ; odrl:constraint p:c1 .
p:c1 odrl:leftOperand code:freshness ; odrl:operator odrl:lteq ; odrl:rightOperand "PT1H" .
p:complete a mesh:ServiceLevelObjective ; odrl:target d:report ; odrl:constraint p:c2 .
p:c2 odrl:leftOperand code:completeness ; odrl:operator odrl:gteq ; odrl:rightOperand 0.99 .
<anna> a prov:Agent ; foaf:name "Anna" .

j:clean a mesh:Job . j:report a mesh:Job .
r:1 a mesh:Run ; mesh:runState code:COMPLETE ; prov:qualifiedAssociation <x/a1> ;
    prov:endedAtTime "2026-11-21T10:00:00Z"^^xsd:dateTime ; prov:used d:raw .
<x/a1> prov:hadPlan j:clean .
r:2 a mesh:Run ; mesh:runState code:FAIL ; prov:qualifiedAssociation <x/a2> ;
    prov:endedAtTime "2026-11-21T11:00:00Z"^^xsd:dateTime .
<x/a2> prov:hadPlan j:clean .
d:report prov:wasGeneratedBy r:3 .
r:3 a mesh:Run ; mesh:runState code:COMPLETE ; prov:qualifiedAssociation <x/a3> ;
    prov:endedAtTime "2026-11-21T10:30:00Z"^^xsd:dateTime .
<x/a3> prov:hadPlan j:report .
<x/m1> a dqv:QualityMeasurement ; dqv:computedOn d:report ;
    dqv:isMeasurementOf code:completeness ; dqv:value 0.9 ;
    prov:generatedAtTime "2026-11-21T10:31:00Z"^^xsd:dateTime .
"""
)


@contextmanager
def _mesh(*documents: str) -> Iterator[Services]:
    """A mesh with one domain, and a commit for each document."""
    services = build(Settings(data=None), clock=lambda: NOW)
    with without_rules(services.judge):
        assert isinstance(services.commits.replace([FOUNDING]), Committed)
        for number, text in enumerate(documents):
            uploads = [Upload(f"{number}.ttl", text.encode())]
            loaded = services.loading.load(uploads, "shop", source="lineage")
            assert isinstance(loaded.outcome, Committed), loaded.outcome
        yield services
    services.close()


@pytest.fixture(scope="module")
def shop() -> Iterator[Services]:
    with _mesh(LINEAGE) as services:
        yield services


def _column(name: str) -> Iri:
    return Iri(D + name)


Asked = Callable[..., tuple[Sequence[Any], Extent]]


def _questions(services: Services) -> dict[str, tuple[Asked, tuple[str, ...]]]:
    """Each question, as what its answer lists and its extent, with its limits."""
    questions, shape = services.questions, services.shape

    def paths(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = questions.paths(_column("raw/email"), _column("board/who"), **asked)
        return found.ways.paths, found.extent

    def impact(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = services.impact.impact(RAW, Change.DROP, **asked)
        return found.hits, found.extent

    def root_causes(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = services.root_causes.root_causes(BOARD, **asked)
        return found.causes, found.extent

    def source_of_truth(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = questions.source_of_truth(_column("board/who"), **asked)
        return found.roots, found.extent

    def masking(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = questions.masking(_column("raw/email"), **asked)
        return found.leaks, found.extent

    def difference(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = questions.difference(_column("board/who"), 1, 2, **asked)
        parts = found.difference
        rows: tuple[Any, ...] = (*parts.nodes_added, *parts.nodes_removed)
        return rows + parts.links_added + parts.links_removed, found.extent

    def shaped(ask: Callable[..., Any]) -> Asked:
        def asked(**limits: Any) -> tuple[Sequence[Any], Extent]:
            found = ask(**limits)
            return found.found, found.extent

        return asked

    return {
        "paths": (paths, ("max_paths", "max_hops")),
        "impact": (impact, ("max_nodes", "max_hops")),
        "root_causes": (root_causes, ("max_causes", "max_hops")),
        "source_of_truth": (source_of_truth, ("max_roots", "max_hops")),
        "masking": (masking, ("max_leaks", "max_hops")),
        "lineage_diff": (difference, ("max_changes",)),
        "cycles": (shaped(shape.cycles), ("first",)),
        "orphans": (shaped(shape.orphans), ("first",)),
        "hubs": (shaped(shape.hubs), ("first",)),
        "critical": (shaped(shape.critical), ("first",)),
    }


LIMITS = [
    (name, limit)
    for name, limits in {
        "paths": ("max_paths", "max_hops"),
        "impact": ("max_nodes", "max_hops"),
        "root_causes": ("max_causes", "max_hops"),
        "source_of_truth": ("max_roots", "max_hops"),
        "masking": ("max_leaks", "max_hops"),
        "lineage_diff": ("max_changes",),
        "cycles": ("first",),
        "orphans": ("first",),
        "hubs": ("first",),
        "critical": ("first",),
    }.items()
    for limit in limits
]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


@pytest.mark.parametrize(("name", "limit"), LIMITS)
def test_each_question_with_each_limit_at_one_goes_on_without_gap_or_repetition(
    shop: Services, name: str, limit: str
) -> None:
    ask, limits = _questions(shop)[name]
    assert limit in limits
    whole, extent = ask()
    assert (extent.complete, extent.truncated_by) == (True, None)
    assert extent.as_of_commit == 2
    assert len(whole) > 1, "or there is nothing to cut"
    pages: list[Any] = []
    after: str | None = None
    cuts = 0
    while True:
        found, extent = ask(**{limit: 1}, after=after)
        pages.extend(found)
        if extent.complete:
            break
        cut = extent.truncated_by
        assert cut is not None
        assert (cut.limit, cut.value) == (_camel(limit), 1)
        if limit != "max_hops":
            assert len(found) == 1
            assert cut.beyond.startswith(f"{len(whole) - len(pages)} more ")
        after, cuts = cut.cursor, cuts + 1
    assert cuts
    if name == "impact":
        # Worst first within each reach.
        assert sorted(pages, key=whole.index) == list(whole)
        assert [hit.affected.distance for hit in pages] == sorted(
            hit.affected.distance for hit in pages
        ) or limit != "max_hops"
    else:
        assert pages == list(whole)


@pytest.mark.parametrize("name", sorted({name for name, _ in LIMITS}))
def test_a_cursor_is_good_for_its_own_question_only(shop: Services, name: str) -> None:
    ask, limits = _questions(shop)[name]
    _, extent = ask(**{limits[0]: 1})
    assert extent.truncated_by is not None
    with pytest.raises(InvalidArgument, match="another question"):
        ask(filter=LineageFilter(kinds=()), after=extent.truncated_by.cursor)
    with pytest.raises(InvalidArgument, match="no cursor"):
        ask(after="soon")
    with pytest.raises(InvalidArgument, match="from 1 to"):
        ask(**{limits[0]: 0})


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
    found = shop.impact.impact(_column("raw/email"), Change.REDEFINE)
    told = {hit.affected.id: hit for hit in found.hits}
    assert told[_column("clean/email")].affected.way is Way.MASKED
    assert told[_column("report/who")].affected.severity is ImpactSeverity.CRITICAL
    assert told[_column("report/who")].dataset == REPORT


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


def test_root_causes_are_told_nearest_first(shop: Services) -> None:
    found = shop.root_causes.root_causes(BOARD).causes
    assert [(cause.distance, cause.kind, cause.node) for cause in found] == [
        (1, CauseKind.LATE, REPORT),
        (1, CauseKind.OUT_OF_BOUNDS, REPORT),
        (2, CauseKind.FAILED, CLEAN),
    ]


def test_a_run_is_told_with_what_it_read_and_wrote(shop: Services) -> None:
    found = shop.root_causes.run_lineage(RUN)
    assert (found.inputs, found.outputs, found.run.state) == ((RAW,), (CLEAN,), "COMPLETE")
    with pytest.raises(NotFound):
        shop.root_causes.run_lineage(RAW)


def test_the_masking_of_a_dataset_is_asked_of_its_sensitive_columns(shop: Services) -> None:
    found = shop.questions.masking(RAW)
    assert found.columns == (_column("raw/email"),)
    assert not found.holds
    assert {leak.end for leak in found.leaks} == {_column("board/who"), _column("lost/who")}
    assert shop.questions.masking(CLEAN).holds


def test_the_shape_of_a_domain_is_told(shop: Services) -> None:
    circles = shop.shape.cycles("shop").found
    assert [len(circle.nodes) for circle in circles] == [2, 2]
    assert shop.shape.cycles("governance").found == ()
    assert shop.shape.orphans("shop").found == (_column("alone"), _column("apart"))
    assert shop.shape.critical("shop").found[0].id == RAW


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
    mermaid = impact_mermaid(found)
    assert mermaid.startswith("flowchart LR\n")
    assert mermaid.count(" --> ") == len(arcs)


def test_what_depends_on_something_is_compared_too(shop: Services) -> None:
    found = shop.questions.difference(
        RAW, 1, 2, direction=Direction.DOWNSTREAM, level=Level.DATASET
    )
    assert set(found.difference.nodes_added) == {CLEAN, REPORT, BOARD, LOST}


TWINS = (
    """@base <https://mesh.example/shop/> .
@prefix d: <https://mesh.example/shop/dataset/> .
"""
    + "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    + """
d:kept a dcat:Dataset ; dcterms:title "kept" .
<ns/s3/dataset/kept> a dcat:Dataset ; dcterms:title "kept" ; prov:alternateOf d:kept ;
    dcat:keyword "files" ; prov:wasGeneratedBy <run/9> .
<ns/s3/dataset/kept/mail> a mesh:Field ; mesh:fieldOf <ns/s3/dataset/kept> ;
    mesh:fieldPath "mail" ; mesh:classification code:confidential .
<dataset/kept/mail> a mesh:Field ; mesh:fieldOf d:kept ; mesh:fieldPath "mail" .
d:copy a dcat:Dataset ; dcterms:title "copy" ; prov:wasDerivedFrom <ns/s3/dataset/kept> .
<dataset/copy/mail> a mesh:Field ; mesh:fieldOf d:copy ; mesh:fieldPath "mail" ;
    prov:wasDerivedFrom <ns/s3/dataset/kept/mail> .
<run/9> a mesh:Run ; mesh:runState code:FAIL ; prov:qualifiedAssociation <x/9> ;
    prov:endedAtTime "2026-11-21T11:00:00Z"^^xsd:dateTime .
<x/9> prov:hadPlan <job/keep> .
<product/kept> a dprod:DataProduct ; dcterms:title "kept" ; dprod:outputDataset d:copy ,
    <ns/s3/dataset/kept> .
<m/1> a dqv:QualityMeasurement ; dqv:computedOn <ns/s3/dataset/kept/mail> ;
    dqv:isMeasurementOf <x/unique> ; dqv:value false .
"""
)


@pytest.fixture
def twins() -> Iterator[Services]:
    with _mesh(TWINS) as services:
        yield services


def test_whatever_name_something_goes_by_is_understood(twins: Services) -> None:
    kept, copy = _column("kept"), _column("copy")
    alias = Iri("https://mesh.example/shop/ns/s3/dataset/kept")
    for name in (kept, alias):
        (hit,) = twins.impact.impact(name, Change.DROP).hits
        assert (hit.affected.id, hit.products) == (
            copy,
            (Iri("https://mesh.example/shop/product/kept"),),
        )
        found = twins.questions.masking(name)
        assert found.columns == (_column("kept/mail"),)
        assert [leak.path for leak in found.leaks] == [(_column("kept/mail"), _column("copy/mail"))]
    causes = twins.root_causes.root_causes(copy).causes
    assert [(cause.kind, cause.node) for cause in causes] == [
        (CauseKind.FAILED, kept),
        (CauseKind.OUT_OF_BOUNDS, _column("kept/mail")),
    ]
    tagged = LineageFilter(tag="files")
    upstream = twins.questions.difference(copy, 1, 2, level=Level.DATASET, filter=tagged)
    assert upstream.difference.nodes_added == (kept,)
    assert alias not in twins.shape.orphans("shop").found
    assert {hub.id for hub in twins.shape.hubs("shop", first=100).found}.isdisjoint({alias})
    run = twins.root_causes.run_lineage(Iri("https://mesh.example/shop/run/9"))
    assert run.outputs == (kept,)


def test_a_run_is_told_as_it_was_when_it_ended() -> None:
    """The next run wrote the same dataset, and the one before is not in its graph any more."""

    def ran(number: int, source: str) -> str:
        prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        return f"""@base <https://mesh.example/shop/> . {prefixes}
            <dataset/old> a dcat:Dataset . <dataset/new> a dcat:Dataset .
            <dataset/out> a dcat:Dataset ; prov:wasGeneratedBy <run/{number}> .
            <dataset/old/c> a mesh:Field ; mesh:fieldOf <dataset/old> ; mesh:fieldPath "c" .
            <dataset/new/c> a mesh:Field ; mesh:fieldOf <dataset/new> ; mesh:fieldPath "c" .
            <dataset/out/c> a mesh:Field ; mesh:fieldOf <dataset/out> ; mesh:fieldPath "c" ;
                prov:wasDerivedFrom <dataset/{source}/c> ; prov:qualifiedDerivation <x/d> .
            <x/d> prov:entity <dataset/{source}/c> ; mesh:evidence code:observed ;
                mesh:madeBy <job/copy> .
            <run/{number}> a mesh:Run ; mesh:runState code:COMPLETE ;
                prov:used <dataset/{source}> ; prov:qualifiedAssociation <x/a{number}> .
            <x/a{number}> prov:hadPlan <job/copy> .
            <run/1> a mesh:Run ; mesh:runState code:COMPLETE ;
                prov:used <dataset/old> ; prov:qualifiedAssociation <x/a1> .
            <x/a1> prov:hadPlan <job/copy> .
            <job/copy> a mesh:Job ; mesh:newestRun <run/{number}> ."""

    with _mesh(ran(1, "old"), ran(2, "new")) as services:
        for number, source in ((1, "old"), (2, "new")):
            run = Iri(f"https://mesh.example/shop/run/{number}")
            found = services.root_causes.run_lineage(run)
            assert (found.inputs, found.outputs) == ((_column(source),), (_column("out"),))
            ends = [(link.upstream, link.downstream) for link in found.links]
            assert ends == [(_column(f"{source}/c"), _column("out/c"))]
            assert found.extent.as_of_commit == number + 1


def test_a_context_is_a_job_with_all_its_parts_or_the_keyword_of_jobs() -> None:
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    jobs = f"""@base <https://mesh.example/shop/> . {prefixes}
        <dataset/a> a dcat:Dataset .
        <job/nightly> a mesh:Job ; dcat:keyword "billing" .
        <job/step> a mesh:Job ; dcterms:isPartOf <job/nightly> .
        <job/other> a mesh:Job .
    """
    for name, job in (("b", "step"), ("c", "other"), ("d", "nightly")):
        jobs += f"""<dataset/{name}> a dcat:Dataset ; prov:wasDerivedFrom <dataset/a> ;
            prov:qualifiedDerivation <x/{name}> .
        <x/{name}> prov:entity <dataset/a> ; mesh:madeBy <job/{job}> .
        """
    with _mesh(jobs) as services:

        def reached(context: str) -> set[Iri]:
            filter = LineageFilter(context=context)
            found = services.impact.impact(_column("a"), Change.DROP, filter=filter)
            return {hit.affected.id for hit in found.hits}

        for context in ("billing", "https://mesh.example/shop/job/nightly"):
            assert reached(context) == {_column("b"), _column("d")}
        assert reached("https://mesh.example/shop/job/step") == {_column("b")}
