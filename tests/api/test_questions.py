"""The API's answers about the little mesh, and what they cost the store."""

from collections import Counter
from typing import Any

import pytest

from isogloss.bootstrap import Services
from isogloss.store.embedded import EmbeddedGraph
from tests.doors import Ask

MKT, PRD, FIN, SLS = (
    f"https://mesh.example/{name}/" for name in ("marketing", "product", "finance", "sales")
)
KPI = f"{FIN}dataset/kpi_monthly"


@pytest.fixture
def ask(ask_little_mesh: Ask) -> Ask:
    return ask_little_mesh


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


def _code(answer: dict[str, Any]) -> str:
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


@pytest.mark.parametrize(
    ("field", "id_"),
    [
        ("domain", f"{MKT}domain"),
        ("product", f"{MKT}product/activity"),
        ("dataset", f"{MKT}dataset/active_users"),
        ("column", f"{MKT}dataset/active_users/user_id"),
        ("term", f"{MKT}term/active-user"),
        ("node", f"{MKT}term/active-user"),
    ],
)
def test_things_are_found_by_their_iri(ask: Ask, field: str, id_: str) -> None:
    found = _data(ask(f"query ($id: ID!) {{ {field}(id: $id) {{ id __typename }} }}", id=id_))
    assert found[field]["id"] == id_


@pytest.mark.parametrize("field", ["domain", "product", "dataset", "column", "term", "node"])
def test_an_unknown_id_finds_nothing(ask: Ask, field: str) -> None:
    assert _data(ask(f'{{ {field}(id: "urn:nobody") {{ id }} }}')) == {field: None}


@pytest.mark.parametrize("field", ["domain", "product", "dataset", "column", "term", "node"])
def test_an_id_that_is_no_iri_is_refused(ask: Ask, field: str) -> None:
    assert _code(ask(f'{{ {field}(id: "nobody") {{ id }} }}')) == "INVALID_IRI"


def test_a_dataset_is_not_found_as_a_product(ask: Ask) -> None:
    assert _data(ask(f'{{ product(id: "{KPI}") {{ id }} }}')) == {"product": None}


@pytest.mark.parametrize("field", ["domains", "products", "datasets", "columns", "terms"])
@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_follow_one_another_without_gap_or_overlap(ask: Ask, field: str, size: int) -> None:
    query = f"""query ($first: Int!, $after: String) {{ {field}(first: $first, after: $after) {{
        totalCount nodes {{ id }} edges {{ cursor node {{ id }} }}
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
    ids: list[str] = []
    after = None
    for _ in range(12):  # enough for a look; one by one through all columns would be slow
        page = _data(ask(query, first=size, after=after))[field]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert page["pageInfo"]["hasPreviousPage"] == bool(ids)
        ids += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] == (len(ids) < page["totalCount"])
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("first", [0, -1, 101])
def test_a_page_beyond_reason_is_refused(ask: Ask, first: int) -> None:
    answer = ask(f"{{ products(first: {first}) {{ totalCount }} }}")
    assert _code(answer) == "INVALID_ARGUMENT"


def test_a_page_after_a_row_that_has_gone_goes_on_behind_it(ask: Ask) -> None:
    between = f"{MKT}product/b"  # sorts after activity and audience-segments, before campaigns
    query = "query ($after: String) { products(first: 1, after: $after) { nodes { id } } }"
    (node,) = _data(ask(query, after=between))["products"]["nodes"]
    assert node["id"] == f"{MKT}product/campaigns"


def test_a_list_of_products_costs_no_more_than_one_product(
    little_mesh: Services, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()
    for name in ("describe", "referrers", "quads", "statements"):
        method = getattr(EmbeddedGraph, name)

        def counted(*args: Any, _method: Any = method, _name: str = name, **kwargs: Any) -> Any:
            calls[_name] += 1
            return _method(*args, **kwargs)

        monkeypatch.setattr(EmbeddedGraph, name, counted)

    query = """query ($first: Int!) { products(first: $first) { nodes {
        title domain { label } owners { name } stewards { name } objectives { metric }
        outputPorts { title } ruleOutcomes { passed }
        outputDatasets { title domain { label } columns { name term { label } } } } } }"""
    _data(ask(query, first=1))  # makes what is kept by commit
    costs = []
    for first in (1, 15):
        calls.clear()
        assert len(_data(ask(query, first=first))["products"]["nodes"]) == first
        costs.append(dict(calls))
    assert costs[0] == costs[1]
    assert sum(costs[0].values()) <= 16


def test_search_finds_across_kinds_and_narrows(ask: Ask) -> None:
    query = """query ($text: String!, $filter: SearchFilter) {
        search(text: $text, filter: $filter) { id kind title node { id } } }"""
    everything = _data(ask(query, text="actve users"))["search"]
    assert {hit["kind"] for hit in everything} >= {"TERM", "COLUMN", "DATASET"}
    assert all(hit["node"]["id"] == hit["id"] for hit in everything)
    narrow = {"kinds": ["TERM"], "domain": "product"}
    (term,) = _data(ask(query, text="active user", filter=narrow))["search"]
    assert term["id"] == f"{PRD}term/active-user"


def test_search_refuses_a_text_without_words(ask: Ask) -> None:
    assert _code(ask('{ search(text: "?!") { id } }')) == "INVALID_ARGUMENT"


def test_the_boards_figure_is_traced_through_three_domains(ask: Ask) -> None:
    answer = _data(
        ask(
            """query ($of: ID!) { lineage(of: $of, direction: UPSTREAM) { complete
            truncatedBy { limit } asOfCommit
            nodes { distance node { ... on Column { dataset { domain { name } } } } }
            edges { downstream upstream kind transformations graphs } } }""",
            of=f"{KPI}/active_users",
        )
    )["lineage"]
    domains = {node["node"]["dataset"]["domain"]["name"] for node in answer["nodes"]}
    assert domains | {"finance"} == {"finance", "marketing", "product"}
    assert max(node["distance"] for node in answer["nodes"]) == 4
    assert (answer["complete"], answer["truncatedBy"]) == (True, None)
    first = answer["edges"][0]
    assert first["downstream"] == f"{KPI}/active_users"
    assert first["transformations"] == ["DIRECT/IDENTITY"]
    assert first["graphs"] == [f"{FIN}graph/product/board-report"]


def test_an_answer_that_was_cut_says_by_what(ask: Ask) -> None:
    query = """query ($of: ID!, $hops: Int!, $nodes: Int!) { lineage(of: $of, direction: UPSTREAM,
        maxHops: $hops, maxNodes: $nodes) { complete truncatedBy { limit value } nodes { id } } }"""
    by_hops = _data(ask(query, of=f"{KPI}/active_users", hops=1, nodes=100))["lineage"]
    assert by_hops["truncatedBy"] == {"limit": "maxHops", "value": 1}
    by_nodes = _data(ask(query, of=f"{KPI}/active_users", hops=9, nodes=1))["lineage"]
    assert by_nodes["truncatedBy"] == {"limit": "maxNodes", "value": 1}
    assert len(by_nodes["nodes"]) == 1


def test_products_show_what_is_declared_and_what_is_observed(ask: Ask) -> None:
    answer = _data(
        ask(
            """query ($of: ID!) { lineage(of: $of, direction: UPSTREAM, level: PRODUCT,
            maxHops: 1) { edges { downstream upstream kind through agreement } } }""",
            of=f"{FIN}product/board-report",
        )
    )["lineage"]
    satisfaction = "https://mesh.example/support/product/satisfaction"
    board = [edge for edge in answer["edges"] if edge["downstream"].endswith("board-report")]
    kinds: dict[str, set[str]] = {}
    for edge in board:
        kinds.setdefault(edge["upstream"], set()).add(edge["kind"])
        assert edge["through"]
    assert kinds[f"{MKT}product/activity"] == {"CONSUMPTION", "DERIVATION"}
    assert kinds[f"{PRD}product/engagement"] == {"DERIVATION"}
    assert kinds[satisfaction] == {"CONSUMPTION"}
    apart = {edge["upstream"]: edge["agreement"] for edge in board if edge["agreement"] != "AGREED"}
    assert apart == {f"{PRD}product/engagement": "UNDECLARED", satisfaction: "UNOBSERVED"}


def test_paths_lead_from_source_to_user(ask: Ask) -> None:
    answer = _data(
        ask(
            """query ($from: ID!, $to: ID!) { lineagePaths(from: $from, to: $to) { complete
            paths { ids nodes { id } } } }""",
            **{"from": f"{PRD}dataset/app_events/account_id", "to": f"{KPI}/engaged_users"},
        )
    )["lineagePaths"]
    assert answer["complete"]
    assert len(answer["paths"]) == 2  # by marketing's active users and by product's
    for path in answer["paths"]:
        assert path["ids"][0] == f"{PRD}dataset/app_events/account_id"
        assert path["ids"][-1] == f"{KPI}/engaged_users"
        assert [node["id"] for node in path["nodes"]] == path["ids"]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ('lineage(of: "urn:x", direction: UPSTREAM) { complete }', "NOT_FOUND"),
        ('lineage(of: "x", direction: UPSTREAM) { complete }', "INVALID_IRI"),
        (
            f'lineage(of: "{KPI}", direction: UPSTREAM, maxHops: 0) {{ complete }}',
            "INVALID_ARGUMENT",
        ),
        (f'lineagePaths(from: "{KPI}", to: "urn:x") {{ complete }}', "NOT_FOUND"),
        ('validationReport(domain: "nobody") { conforms }', "NOT_FOUND"),
        ('mappings(between: ["sales"]) { id }', "INVALID_ARGUMENT"),
        ('mappings(between: ["sales", "nobody"]) { id }', "NOT_FOUND"),
    ],
)
def test_questions_about_nothing_are_refused_by_code(ask: Ask, question: str, code: str) -> None:
    assert _code(ask(f"{{ {question} }}")) == code


def test_the_two_meanings_of_active_user_stand_side_by_side(ask: Ask) -> None:
    word = _data(
        ask(
            """{ senses(word: "Active-Users") { label senses { domain { name } definition }
            mappings { subject { domain { name } } predicate negated object { id } confidence
            author { name } translations { expression lossiness } } } }"""
        )
    )["senses"]
    assert word["label"] == "active user"
    meanings = {sense["domain"]["name"]: sense["definition"] for sense in word["senses"]}
    assert "30 days" in meanings["marketing"]
    assert "7 days" in meanings["product"]
    assert {mapping["negated"] for mapping in word["mappings"]} == {True, False}
    (translation,) = (t for mapping in word["mappings"] for t in mapping["translations"])
    assert translation["lossiness"] == "narrowing"


def test_a_word_that_nobody_uses_has_no_senses(ask: Ask) -> None:
    assert _data(ask('{ senses(word: "unicorn") { label } }')) == {"senses": None}


def test_seven_words_are_polysemes(ask: Ask) -> None:
    words = _data(ask("{ polysemes { label senses { domain { name } } } }"))["polysemes"]
    assert {word["label"] for word in words} >= {
        "active user", "churn", "country", "customer", "lead", "revenue", "session"
    }  # fmt: skip
    assert all(len({s["domain"]["name"] for s in word["senses"]}) > 1 for word in words)


def test_mappings_between_two_domains_leave_the_others_out(ask: Ask) -> None:
    query = """query ($between: [String!]) { mappings(between: $between) {
        subject { domain { name } } object { domain { name } }
        justification confidence status comment } }"""
    found = _data(ask(query, between=["sales", f"{FIN}domain"]))["mappings"]
    assert found
    for mapping in found:
        sides = {mapping["subject"]["domain"]["name"], mapping["object"]["domain"]["name"]}
        assert sides == {"sales", "finance"}
        assert mapping["justification"].startswith("https://w3id.org/semapv/vocab/")
    assert len(_data(ask(query))["mappings"]) > len(found)


def test_the_legacy_product_breaks_three_rules_of_severity_warning(ask: Ask) -> None:
    report = _data(
        ask('{ validationReport(domain: "sales") { conforms results { focusNode severity } } }')
    )["validationReport"]
    assert not report["conforms"]
    assert [(r["focusNode"], r["severity"]) for r in report["results"]] == [
        (f"{SLS}product/legacy-crm", "WARNING")
    ] * 3
    clean = _data(ask('{ validationReport(domain: "finance") { conforms } }'))
    assert clean["validationReport"]["conforms"]


def test_a_product_shows_the_rules_that_it_passes_too(ask: Ask) -> None:
    query = "query ($id: ID!) { product(id: $id) { ruleOutcomes { passed rule { ruleId } } } }"
    good = _data(ask(query, id=f"{MKT}product/activity"))["product"]["ruleOutcomes"]
    assert all(outcome["passed"] for outcome in good)
    assert {"data-product-owner", "port-endpoint", "field-dataset"} <= {
        outcome["rule"]["ruleId"] for outcome in good
    }
    legacy = _data(ask(query, id=f"{SLS}product/legacy-crm"))["product"]["ruleOutcomes"]
    assert [outcome["passed"] for outcome in legacy].count(False) == 3
    assert [outcome["passed"] for outcome in legacy][:3] == [False] * 3


REPLACE = """mutation ($domain: String!, $source: String!, $turtle: String!) {
  replaceSource(domain: $domain, source: $source, turtle: $turtle) {
    __typename
    ... on Commit { sequence graphs added removed }
    ... on CommittedWithWarnings { warnings { message } }
    ... on Refused { violations { focusNode path value rule ruleName message severity } }
  } }"""
FOUNDING = """
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix mesh: <https://w3id.org/isogloss/mesh#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix void: <http://rdfs.org/ns/void#> .
<https://mesh.example/shop/domain> a mesh:Domain ; dcterms:identifier "shop" ;
  void:uriSpace "https://mesh.example/shop/" ; skos:prefLabel "Shop"@en ;
  skos:definition "Sells things."@en ; skos:inScheme <https://mesh.example/governance/domains> ;
  mesh:ownedBy <https://mesh.example/shop/team> .
<https://mesh.example/shop/team> a prov:Agent ; skos:prefLabel "Shop team"@en ."""
ORDERS = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<https://mesh.example/shop/dataset/orders> a dcat:Dataset ; dcterms:title "orders" ."""


def test_a_source_is_replaced_and_read_back(ask_empty_mesh: Ask) -> None:
    ask = ask_empty_mesh
    founded = _data(ask(REPLACE, domain="governance", source="domains", turtle=FOUNDING))
    assert founded["replaceSource"]["__typename"] == "Committed"
    done = _data(ask(REPLACE, domain="shop", source="orders", turtle=ORDERS))["replaceSource"]
    assert (done["sequence"], done["added"], done["removed"]) == (2, 2, 0)
    assert done["graphs"] == ["https://mesh.example/shop/graph/orders"]
    assert _data(ask("{ datasets { nodes { title domain { name } } } }"))["datasets"]["nodes"] == [
        {"title": "orders", "domain": {"name": "shop"}}
    ]
    assert (
        _data(ask(REPLACE, domain="shop", source="orders", turtle=""))["replaceSource"]["removed"]
        == 2
    )
    assert _data(ask("{ datasets { totalCount } }"))["datasets"]["totalCount"] == 0


def test_a_violation_is_an_answer_and_not_an_error(ask_empty_mesh: Ask) -> None:
    ask = ask_empty_mesh
    _data(ask(REPLACE, domain="governance", source="domains", turtle=FOUNDING))
    nameless = ORDERS.replace('; dcterms:title "orders"', "")
    refused = _data(ask(REPLACE, domain="shop", source="orders", turtle=nameless))["replaceSource"]
    assert refused["__typename"] == "Refused"
    (violation,) = refused["violations"]
    assert violation == {
        "focusNode": "https://mesh.example/shop/dataset/orders",
        "path": "http://purl.org/dc/terms/title",
        "value": None,
        "rule": "https://w3id.org/isogloss/shapes#Dataset-title",
        "ruleName": "dataset title",
        "message": "Give the dataset a dcterms:title, one in each language at the most.",
        "severity": "VIOLATION",
    }
    assert _data(ask("{ datasets { totalCount } }"))["datasets"]["totalCount"] == 0


def test_a_document_that_cannot_be_read_is_an_error_with_its_place(ask_empty_mesh: Ask) -> None:
    answer = ask_empty_mesh(REPLACE, domain="governance", source="x", turtle="<urn:a>\n  oops .")
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "line": 2, "column": 3}


def test_an_empty_mesh_answers_with_nothing(ask_empty_mesh: Ask) -> None:
    data = _data(
        ask_empty_mesh(
            """{ domains { totalCount } products { totalCount } polysemes { label }
            mappings { id } validationReport { conforms } search(text: "x") { id } }"""
        )
    )
    assert data["domains"]["totalCount"] == data["products"]["totalCount"] == 0
    assert data["polysemes"] == data["mappings"] == data["search"] == []
    assert data["validationReport"]["conforms"]
