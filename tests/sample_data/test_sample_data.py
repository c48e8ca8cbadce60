"""The sample mesh is well formed, large enough, and complete but for its legacy product."""

from collections import Counter, defaultdict
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import BNode, URIRef

from isogloss import resources
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.intake.documents import Upload, read_source
from isogloss.model.rdf import Iri, Triple
from isogloss.vocab import (
    CODE,
    DCAT,
    DCTERMS,
    DPROD,
    FOAF,
    MESH,
    ODRL,
    OWL,
    PAV,
    PROV,
    RDFS,
    SKOS,
    SSSOM,
)
from tests.judging import judge_of_a_mesh
from tests.sample_data.reading import (
    BASE,
    DATASETS,
    DERIVED,
    DOMAINS,
    FIELDS,
    FILES,
    HERE,
    INFLUENCED,
    LEGACY,
    MAPPINGS,
    MESH_GRAPH,
    PRODUCTS,
    SOURCES,
    STORY,
    TERMS,
    domain_of,
    lacks,
    objects,
    one,
    pairs,
    short,
    subjects,
)

# ---- the files


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_describes_only_what_is_its_domains(path: Path) -> None:
    # Stricter about IRIs than rdflib.
    assert list(pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE))
    domain = path.relative_to(HERE).parts[0]
    space = BASE if domain == "governance" else f"{BASE}{domain}/"
    named = {s for s in SOURCES[path].subjects() if isinstance(s, URIRef)}
    assert {str(subject) for subject in named if not subject.startswith(space)} == set()


def test_every_reference_leads_to_something_described() -> None:
    described = set(MESH_GRAPH.subjects())
    # Not the literals: a void:uriSpace begins so too.
    named = {n for n in MESH_GRAPH.objects() if isinstance(n, URIRef) and n.startswith(BASE)}
    assert {short(node) for node in named - described} == set()


def test_only_attributions_constraints_and_transformations_are_nameless() -> None:
    nameless = {node for node in MESH_GRAPH.objects() if isinstance(node, BNode)}
    held_by = {p for _, p, o in MESH_GRAPH if o in nameless}
    assert {str(predicate) for predicate in held_by} == {
        PROV.qualifiedAttribution, ODRL.constraint, MESH.transformation
    }  # fmt: skip


def test_the_mesh_is_large_enough_to_show_something() -> None:
    domains = {str(one(domain, DCTERMS.identifier)) for domain in subjects(MESH.Domain)}
    assert domains == DOMAINS | {"governance"}
    assert {domain_of(product) for product in PRODUCTS} == DOMAINS
    assert len(PRODUCTS) >= 14
    assert len(DATASETS) >= 34
    assert len(FIELDS) >= 240
    assert len(TERMS) >= 56
    assert len(MAPPINGS) >= 14
    assert len(DERIVED | INFLUENCED) >= 120


# ---- products, datasets and columns


def test_every_product_but_the_legacy_one_is_complete() -> None:
    lacking = lacks(
        PRODUCTS,
        DCTERMS.identifier, DCTERMS.title, DCTERMS.description, DPROD.purpose, DPROD.domain,
        DPROD.dataProductOwner, DPROD.lifecycleStatus, DCAT.version, DPROD.outputPort,
        DPROD.outputDataset, PROV.qualifiedAttribution, ODRL.hasPolicy,
    )  # fmt: skip
    assert lacking == {
        (LEGACY, DCTERMS.description),
        (LEGACY, PROV.qualifiedAttribution),
        (LEGACY, ODRL.hasPolicy),
    }
    assert f"{BASE}{LEGACY}" in STORY


def test_people_own_products_and_keep_them() -> None:
    people = subjects(FOAF.Person)
    assert people <= subjects(PROV.Agent)
    assert lacks(people, FOAF.name, FOAF.mbox) == set()
    for person in people:
        assert str(one(person, FOAF.name)) in " ".join(STORY.split())
    for product in PRODUCTS:
        assert one(product, DPROD.dataProductOwner) in people
        for attribution in objects(product, PROV.qualifiedAttribution):
            assert one(attribution, PROV.agent) in people
            assert one(attribution, DCAT.hadRole) == URIRef(CODE.dataSteward)


def test_every_product_serves_and_promises_each_of_its_datasets() -> None:
    for product in PRODUCTS:
        outputs = set(objects(product, DPROD.outputDataset))
        ports = objects(product, DPROD.outputPort)
        assert {one(port, DCAT.servesDataset) for port in ports} == outputs
        assert lacks(ports, DCTERMS.title, DCAT.endpointURL, DPROD.protocol) == set()
        for policy in objects(product, ODRL.hasPolicy):
            objectives = objects(policy, ODRL.obligation)
            assert set(objectives) <= subjects(MESH.ServiceLevelObjective)
            assert {one(objective, ODRL.target) for objective in objectives} == outputs
            assert lacks(objectives, ODRL.constraint) == set()


def test_products_are_in_many_states() -> None:
    states = Counter(one(product, DPROD.lifecycleStatus) for product in PRODUCTS)
    assert {URIRef(CODE.Design), URIRef(CODE.Build), URIRef(CODE.Retire)} <= states.keys()
    assert states.most_common(1)[0][0] == URIRef(CODE.Consume)


def test_every_dataset_is_described_and_the_output_of_one_product() -> None:
    described = (DCTERMS.title, DCTERMS.description, DPROD.informationSensitivityClassification)
    assert lacks(DATASETS, *described) == set()
    outputs = [dataset for product in PRODUCTS for dataset in objects(product, DPROD.outputDataset)]
    assert len(outputs) == len(set(outputs))
    assert set(outputs) == DATASETS


def test_columns_are_named_typed_and_in_order() -> None:
    positions = defaultdict(list)
    for field in FIELDS:
        dataset = one(field, MESH.fieldOf)
        assert str(field) == f"{dataset}/{one(field, MESH.fieldPath)}"
        assert str(one(field, MESH.physicalType))
        positions[dataset].append(int(str(one(field, MESH.position))))
    assert positions.keys() == DATASETS
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in positions.values())
    with_term = {field for field in FIELDS if objects(field, MESH.representsTerm)}
    assert lacks(with_term, DCTERMS.description) == set()


# ---- terms, mappings and lineage


def test_every_term_is_defined_in_its_domains_glossary() -> None:
    assert lacks(TERMS, SKOS.prefLabel, SKOS.definition, SKOS.example) == set()
    for term in TERMS:
        assert domain_of(one(term, SKOS.inScheme)) == domain_of(term)
        (label,) = objects(term, SKOS.prefLabel)
        assert getattr(label, "language", None) == "en"


def test_every_mapping_says_how_why_who_and_how_surely() -> None:
    assert lacks(
        MAPPINGS,
        OWL.annotatedProperty, SSSOM.mapping_justification, SSSOM.confidence, PAV.authoredBy,
        DCTERMS.created, MESH.mappingStatus, RDFS.comment,
    ) == set()  # fmt: skip
    (mapping_set,) = subjects(SSSOM.MappingSet)
    assert set(objects(mapping_set, SSSOM.mappings)) == MAPPINGS
    for mapping in MAPPINGS:
        assert {one(mapping, OWL.annotatedSource), one(mapping, OWL.annotatedTarget)} <= TERMS
    assert {str(one(mapping, OWL.annotatedProperty)) for mapping in MAPPINGS} == {
        SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch
    }  # fmt: skip
    assert sum(bool(objects(mapping, SSSOM.predicate_modifier)) for mapping in MAPPINGS) >= 2


def test_every_column_edge_says_how_it_came_about() -> None:
    direct, indirect = URIRef(CODE.DIRECT), URIRef(CODE.INDIRECT)
    for edges, qualified, needs in (
        (DERIVED, PROV.qualifiedDerivation, direct),
        (INFLUENCED, PROV.qualifiedInfluence, indirect),
    ):
        told = set()
        for field, node in pairs(qualified, FIELDS):
            told.add((field, one(node, PROV.entity)))
            steps = objects(node, MESH.transformation)
            types = {one(step, MESH.transformationType) for step in steps}
            assert needs in types
            assert needs == direct or types == {indirect}
            assert lacks(steps, MESH.transformationSubtype) == set()
        assert told == edges
    # A pair that is both is a derivation, and says both there.
    assert DERIVED.isdisjoint(INFLUENCED)
    assert {end for edge in DERIVED | INFLUENCED for end in edge} <= FIELDS


# ---- rules


def test_the_rules_have_three_warnings_for_the_legacy_product_and_no_more() -> None:
    triples: list[Triple] = []
    for path in FILES:
        domain = path.relative_to(HERE).parts[0]
        space = BASE if domain == "governance" else f"{BASE}{domain}/"
        source = path.relative_to(HERE / domain).with_suffix("").as_posix()
        graph = Iri(f"{BASE}{domain}/graph/{source}")
        upload = Upload(path.name, path.read_bytes())
        triples += read_source([upload], space=space, graph=graph).triples
    rules = Rulebook(resources.texts("shapes", ".ttl"))
    report = judge_of_a_mesh(rules, axioms(resources.texts("ontology", ".ttl")))(triples)
    assert [(short(URIRef(r.focus_node)), r.severity.name) for r in report.results] == [
        (LEGACY, "WARNING")
    ] * 3
