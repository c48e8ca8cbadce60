"""What the README tells of the sample mesh is so."""

import re
from collections import defaultdict

import pytest
from rdflib import URIRef
from rdflib.term import Node

from isogloss.vocab import CODE, DCAT, DPROD, MESH, OWL, PROV, SKOS, XKOS
from tests.sample_data.reading import (
    BASE,
    DERIVED,
    DOMAINS,
    FIELDS,
    INFLUENCED,
    MAPPINGS,
    PRODUCTS,
    STORY,
    TERMS,
    domain_of,
    objects,
    one,
    pairs,
    short,
    subjects,
)

POLYSEMES = {
    "active user": {"marketing", "product"},
    "lead": {"marketing", "sales"},
    "session": {"marketing", "product", "support"},
    "customer": {"finance", "sales", "support"},
    "churn": {"finance", "product", "support"},
    "revenue": {"finance", "sales"},
    "country": DOMAINS,
}
DEMO = "finance/dataset/kpi_monthly/active_users"
BOARD = "finance/product/board-report"


@pytest.mark.parametrize("word", POLYSEMES)
def test_a_polyseme_is_defined_by_each_domain_in_its_own_way(word: str) -> None:
    senses = {term for term in TERMS if str(one(term, SKOS.prefLabel)) == word}
    assert {domain_of(sense) for sense in senses} == POLYSEMES[word]
    assert len({str(one(sense, SKOS.definition)) for sense in senses}) == len(senses)
    assert f"| {word} |" in STORY


def test_people_also_spell_the_words_otherwise() -> None:
    hidden = {str(label) for term in TERMS for label in objects(term, SKOS.hiddenLabel)}
    assert {"activeUsers", "active-users", "customers", "Leads"} <= hidden


def test_active_users_are_mapped_and_translated_at_a_loss() -> None:
    weekly, monthly = (
        URIRef(f"{BASE}{domain}/term/active-user") for domain in ("product", "marketing")
    )
    (narrower,) = (
        mapping
        for mapping in MAPPINGS
        if (one(mapping, OWL.annotatedSource), one(mapping, OWL.annotatedTarget))
        == (weekly, monthly)
    )
    assert one(narrower, OWL.annotatedProperty) == URIRef(SKOS.broadMatch)
    translations = subjects(MESH.Translation)
    (translation,) = (t for t in translations if one(t, MESH.basedOnMapping) == narrower)
    assert (one(translation, MESH.fromTerm), one(translation, MESH.toTerm)) == (weekly, monthly)
    assert one(translation, MESH.lossiness) != URIRef(CODE.exact)


def test_nobody_has_compared_churn_in_product_and_support() -> None:
    churn = {URIRef(f"{BASE}{domain}/term/churn") for domain in ("product", "support")}
    for mapping in MAPPINGS:
        ends = {one(mapping, OWL.annotatedSource), one(mapping, OWL.annotatedTarget)}
        assert ends != churn


def test_five_spellings_of_a_country_meet() -> None:
    met: dict[str, set[tuple[str, str]]] = defaultdict(set)
    many = set()
    for association in subjects(XKOS.ConceptAssociation):
        sources = objects(association, XKOS.sourceConcept)
        target = one(association, XKOS.targetConcept)
        if len(sources) > 1:
            many.add(frozenset(str(one(source, SKOS.notation)) for source in sources))
        for code in (*sources, target):
            scheme = short(one(code, SKOS.inScheme)).rpartition("/")[2]
            met[str(one(target, SKOS.notation))].add((scheme, str(one(code, SKOS.notation))))
    assert met["USA"] == {
        ("sales", "U.S."), ("marketing", "U.S.A."), ("finance", "USA"), ("product", "US"),
        ("support", "United States"),
    }  # fmt: skip
    assert len(met) >= 6
    assert all({scheme for scheme, _ in spellings} == DOMAINS for spellings in met.values())
    assert frozenset({"England", "Scotland"}) in many


def _distances_upstream(field: Node) -> dict[Node, int]:
    """Follow derivations from a column: upstream column → distance."""
    distances = {field: 0}
    queue = [field]
    for downstream in queue:
        for upstream in objects(downstream, PROV.wasDerivedFrom):
            if upstream not in distances:
                distances[upstream] = distances[downstream] + 1
                queue.append(upstream)
    return distances


def test_the_demo_column_comes_from_three_domains() -> None:
    reached = _distances_upstream(URIRef(BASE + DEMO))
    assert {domain_of(field) for field in reached} == {"finance", "marketing", "product"}
    assert max(reached.values()) >= 4
    assert f"{BASE}{DEMO}" in STORY
    # The story draws the path, one dataset.column a hop.
    drawn = re.findall(r"^\w* +(?:← )?(\w+\.\w+)", STORY.split("What to look at first")[1], re.M)
    hops = {".".join(short(field).split("/")[-2:]): hop for field, hop in reached.items()}
    assert [hops[column] for column in drawn] == [0, 1, 2, 3, 4]


def test_some_columns_are_masked_on_the_way() -> None:
    masked = {
        (domain_of(field), short(field).rpartition("/")[2])
        for field, node in pairs(PROV.qualifiedDerivation, FIELDS)
        for step in objects(node, MESH.transformation)
        if str(next(iter(objects(step, MESH.masking)), "")) == "true"
    }
    assert ("marketing", "user_id") in masked


def test_a_figure_joins_two_active_users_unnoticed() -> None:
    figure = URIRef(f"{BASE}finance/dataset/kpi_monthly/engaged_users")
    joined = {}
    for node in objects(figure, PROV.qualifiedDerivation):
        upstream = one(node, PROV.entity)
        steps = objects(node, MESH.transformation)
        assert URIRef(CODE.JOIN) in {one(step, MESH.transformationSubtype) for step in steps}
        joined[short(upstream)] = short(one(upstream, MESH.representsTerm))
    assert joined == {
        "marketing/dataset/active_users/user_id": "marketing/term/active-user",
        "product/dataset/active_accounts/account_id": "product/term/active-user",
    }
    assert objects(figure, MESH.representsTerm) == []
    assert "engaged_users" in STORY


def test_ports_agree_with_lineage_but_for_two_dependencies() -> None:
    product_of = {dataset: product for product, dataset in pairs(DPROD.outputDataset, PRODUCTS)}
    observed = set()
    for downstream, upstream in DERIVED | INFLUENCED:
        reader, read = product_of[one(downstream, MESH.fieldOf)], one(upstream, MESH.fieldOf)
        if product_of[read] != reader:
            observed.add((short(reader), short(read)))
    declared = {
        (short(product), short(one(port, DCAT.servesDataset)))
        for product, port in pairs(DPROD.inputPort, PRODUCTS)
    }
    assert observed - declared == {(BOARD, "product/dataset/active_accounts")}
    assert declared - observed == {(BOARD, "support/dataset/health_scores")}
    assert "declares Satisfaction" in STORY
    assert "product's\n  Engagement" in STORY
