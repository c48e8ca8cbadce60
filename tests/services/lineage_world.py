"""Little meshes to ask about the lineage of, each in one domain."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from isogloss.bootstrap import Services, build
from isogloss.model.change import Committed
from isogloss.model.rdf import Iri
from isogloss.services.loading import Upload
from isogloss.settings import Settings
from isogloss.vocab import PREFIXES
from tests.doors import without_rules
from tests.services.test_commits import FOUNDING

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
D = "https://mesh.example/shop/dataset/"
RAW, CLEAN, REPORT, BOARD, LOST = (
    Iri(D + name) for name in ("raw", "clean", "report", "board", "lost")
)
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
def mesh_of(*documents: str) -> Iterator[Services]:
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


def column(name: str) -> Iri:
    """Name a dataset or column of them, as raw/email."""
    return Iri(D + name)


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
