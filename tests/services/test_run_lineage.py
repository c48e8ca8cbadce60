"""What exactly a run read and wrote."""

import pytest

from isogloss.bootstrap import Services
from isogloss.errors import NotFound
from isogloss.model.rdf import Iri
from isogloss.vocab import PREFIXES
from tests.services.lineage_world import CLEAN, RAW, column, mesh_of

RUN = Iri("https://mesh.example/shop/run/1")


def test_a_run_is_told_with_what_it_read_and_wrote(shop: Services) -> None:
    found = shop.root_causes.run_lineage(RUN)
    assert (found.inputs, found.outputs, found.run.state) == ((RAW,), (CLEAN,), "COMPLETE")
    with pytest.raises(NotFound):
        shop.root_causes.run_lineage(RAW)


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
            found = services.root_causes.run_lineage(run)
            assert (found.inputs, found.outputs) == ((column(source),), (column("out"),))
            ends = [(link.upstream, link.downstream) for link in found.links]
            assert ends == [(column(f"{source}/c"), column("out/c"))]
            assert found.extent.as_of_commit == number + 1
