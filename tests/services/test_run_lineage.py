"""What exactly a run read and wrote."""

from typing import Any

import pytest

from isogloss.bootstrap import Services
from isogloss.errors import NotFound
from isogloss.intake.naming import run_iri
from isogloss.model.lineage_answers import RunLineage
from isogloss.model.rdf import Iri
from isogloss.vocab import PREFIXES
from tests.services.lineage_world import CLEAN, RAW, column, mesh_of
from tests.services.test_events import JOB, SPACE, dataset, event, side, take

RUN = Iri("https://mesh.example/shop/run/1")


def test_a_run_is_told_with_what_it_read_and_wrote(shop: Services) -> None:
    found = shop.runs.run_lineage(RUN)
    assert (found.inputs, found.outputs, found.run.state) == ((RAW,), (CLEAN,), "COMPLETE")
    with pytest.raises(NotFound):
        shop.runs.run_lineage(RAW)


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

    with mesh_of(ran(1, "old"), ran(2, "new")) as services:
        for number, source in ((1, "old"), (2, "new")):
            run = Iri(f"https://mesh.example/shop/run/{number}")
            found = services.runs.run_lineage(run)
            assert (found.inputs, found.outputs) == ((column(source),), (column("out"),))
            ends = [(link.upstream, link.downstream) for link in found.links]
            assert ends == [(column(f"{source}/c"), column("out/c"))]
            assert found.extent.as_of_commit == number + 1


def _copied(state: str, run: str, minute: int, source: str, *columns: str) -> Any:
    """A run that copies columns of a table to `out`."""
    fields = {
        name: {"inputFields": [{"namespace": "db", "name": source, "field": name}]}
        for name in columns
    }
    outputs = side("out", columnLineage={"fields": fields})
    return event(state, run, minute, inputs=side(source), outputs=outputs)


def _ends(found: RunLineage) -> list[tuple[Iri, Iri]]:
    return [(link.upstream, link.downstream) for link in found.links]


def test_an_old_run_still_tells_what_it_did_itself(empty_mesh: Services) -> None:
    take(empty_mesh, _copied("COMPLETE", "r1", 1, "a", "x", "y"))
    take(empty_mesh, _copied("COMPLETE", "r2", 2, "b", "x"))
    old = empty_mesh.runs.run_lineage(run_iri(SPACE, "r1"))
    assert (old.inputs, old.outputs) == ((dataset("a"),), (dataset("out"),))
    assert _ends(old) == [
        (Iri(f"{dataset('a')}/{name}"), Iri(f"{dataset('out')}/{name}")) for name in ("x", "y")
    ]
    assert {link.job for link in old.links} == {JOB}
    assert old.extent.as_of_commit == empty_mesh.mesh.journal.head.sequence
    new = empty_mesh.runs.run_lineage(run_iri(SPACE, "r2"))
    assert (new.inputs, len(new.links)) == ((dataset("b"),), 1)


def test_a_run_that_came_too_late_to_be_followed_tells_what_it_did(empty_mesh: Services) -> None:
    take(empty_mesh, _copied("COMPLETE", "r2", 2, "b", "x"))
    take(empty_mesh, _copied("COMPLETE", "r1", 1, "a", "y"))
    late = empty_mesh.runs.run_lineage(run_iri(SPACE, "r1"))
    assert _ends(late) == [(Iri(f"{dataset('a')}/y"), Iri(f"{dataset('out')}/y"))]


def test_a_run_that_failed_read_and_wrote_nothing(empty_mesh: Services) -> None:
    take(empty_mesh, _copied("FAIL", "r1", 1, "a", "x"))
    failed = empty_mesh.runs.run_lineage(run_iri(SPACE, "r1"))
    assert (failed.inputs, failed.outputs, failed.links) == ((dataset("a"),), (), ())
    assert failed.run.state == "FAIL"


def test_a_run_is_told_page_by_page_as_it_was(empty_mesh: Services) -> None:
    take(empty_mesh, _copied("RUNNING", "r1", 1, "a", "x", "y"))
    run = run_iri(SPACE, "r1")
    whole = empty_mesh.runs.run_lineage(run)
    rows: list[Any] = []
    after: str | None = None
    while True:
        page = empty_mesh.runs.run_lineage(run, max_nodes=1, after=after)
        rows += [*page.inputs, *page.outputs, *page.links]
        cut = page.extent.truncated_by
        if cut is None:
            break
        assert (cut.limit, cut.value) == ("maxNodes", 1)
        after = cut.cursor
        # What comes later is on no page.
        take(empty_mesh, _copied("RUNNING", "r1", 2 + len(rows), "later", "z"))
    assert rows == [*whole.inputs, *whole.outputs, *whole.links]
    assert len(rows) == 4
