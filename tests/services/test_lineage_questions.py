"""Every question about lineage says what it left out, and goes on there without gap."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from isogloss.bootstrap import Services
from isogloss.errors import InvalidArgument
from isogloss.model.lineage import Extent, Level
from isogloss.model.lineage_answers import (
    CauseKind,
    Change,
    LineageFilter,
)
from isogloss.model.rdf import Iri
from isogloss.services.lineage_shape import ShapeAsked
from isogloss.vocab import PREFIXES
from tests.services.lineage_world import BOARD, RAW, column, mesh_of

Asked = Callable[..., tuple[Sequence[Any], Extent]]


def questions_of(services: Services) -> dict[str, tuple[Asked, tuple[str, ...]]]:
    """Each question, as what its answer lists and its extent, with its limits."""
    questions, shape = services.questions, services.shape

    def paths(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = questions.paths(column("raw/email"), column("board/who"), **asked)
        return found.ways.paths, found.extent

    def impact(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = services.impact.impact(RAW, Change.DROP, **asked)
        return found.hits, found.extent

    def root_causes(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = services.root_causes.root_causes(BOARD, **asked)
        return found.causes, found.extent

    def source_of_truth(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = questions.source_of_truth(column("board/who"), **asked)
        return found.roots, found.extent

    def masking(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = questions.masking(column("raw/email"), **asked)
        return found.leaks, found.extent

    def difference(**asked: Any) -> tuple[Sequence[Any], Extent]:
        found = questions.difference(column("board/who"), 1, 2, **asked)
        parts = found.difference
        rows: tuple[Any, ...] = (*parts.nodes_added, *parts.nodes_removed)
        return rows + parts.links_added + parts.links_removed, found.extent

    def shaped(ask: Callable[..., Any]) -> Asked:
        def asked(**limits: Any) -> tuple[Sequence[Any], Extent]:
            found = ask(ShapeAsked(**limits))
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
    ask, limits = questions_of(shop)[name]
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
    ask, limits = questions_of(shop)[name]
    _, extent = ask(**{limits[0]: 1})
    assert extent.truncated_by is not None
    with pytest.raises(InvalidArgument, match="another question"):
        ask(filter=LineageFilter(kinds=()), after=extent.truncated_by.cursor)
    with pytest.raises(InvalidArgument, match="no cursor"):
        ask(after="soon")
    cursor = extent.truncated_by.cursor
    assert cursor is not None
    numbers, mark = cursor.rsplit(".", 1)[0].split("."), cursor.rsplit(".", 1)[1]
    for place in range(3):
        changed = [str(int(n) + (here == place)) for here, n in enumerate(numbers)]
        with pytest.raises(InvalidArgument, match="another question"):
            ask(after=".".join([*changed, mark]))
    with pytest.raises(InvalidArgument, match="from 1 to"):
        ask(**{limits[0]: 0})


def test_whatever_name_something_goes_by_is_understood(twins: Services) -> None:
    kept, copy = column("kept"), column("copy")
    alias = Iri("https://mesh.example/shop/ns/s3/dataset/kept")
    for name in (kept, alias):
        (hit,) = twins.impact.impact(name, Change.DROP).hits
        assert (hit.affected.id, hit.products) == (
            copy,
            (Iri("https://mesh.example/shop/product/kept"),),
        )
        found = twins.questions.masking(name)
        assert found.columns == (column("kept/mail"),)
        assert [leak.path for leak in found.leaks] == [(column("kept/mail"), column("copy/mail"))]
    causes = twins.root_causes.root_causes(copy).causes
    assert [(cause.kind, cause.node) for cause in causes] == [
        (CauseKind.FAILED, kept),
        (CauseKind.OUT_OF_BOUNDS, column("kept/mail")),
    ]
    tagged = LineageFilter(tag="files")
    upstream = twins.questions.difference(copy, 1, 2, level=Level.DATASET, filter=tagged)
    assert upstream.difference.nodes_added == (kept,)
    assert alias not in twins.shape.orphans(ShapeAsked("shop")).found
    assert {hub.id for hub in twins.shape.hubs(ShapeAsked("shop", first=100)).found}.isdisjoint(
        {alias}
    )
    run = twins.runs.run_lineage(Iri("https://mesh.example/shop/run/9"))
    assert run.outputs == (kept,)


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
    with mesh_of(jobs) as services:

        def reached(context: str) -> set[Iri]:
            filter = LineageFilter(context=context)
            found = services.impact.impact(column("a"), Change.DROP, filter=filter)
            return {hit.affected.id for hit in found.hits}

        for context in ("billing", "https://mesh.example/shop/job/nightly"):
            assert reached(context) == {column("b"), column("d")}
        assert reached("https://mesh.example/shop/job/step") == {column("b")}


def test_paths_are_given_so_many_at_once_and_in_all(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask, _ = questions_of(shop)["paths"]
    with pytest.raises(InvalidArgument, match="from 1 to 1000"):
        ask(max_paths=1_001)
    _, extent = ask(max_paths=2)
    monkeypatch.setattr("isogloss.services.lineage_questions.PATHS_IN_ALL", 2)
    assert extent.truncated_by is not None
    with pytest.raises(InvalidArgument, match="another question"):
        ask(max_paths=2, after=extent.truncated_by.cursor)
    found, extent = ask(max_paths=2)
    assert (len(found), extent.complete) == (2, False)
    assert extent.truncated_by is not None
    assert extent.truncated_by.cursor is None
