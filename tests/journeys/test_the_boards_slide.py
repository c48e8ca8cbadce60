"""Three people settle what the board's slide on engagement has joined unnoticed, over HTTP.

Frida reads the report in finance, Yuki keeps product's words, Ben marketing's.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from isogloss import resources
from isogloss.api.app import build_app
from isogloss.bootstrap import Services, build
from isogloss.model.change import Committed
from isogloss.model.rdf import Iri
from isogloss.model.verdicts import Verdict
from isogloss.settings import Settings
from tests.doors import Ask

BASE = "https://mesh.example/"
PERSON = f"{BASE}governance/person/"
SLIDE = f"{BASE}finance/dataset/kpi_monthly/engaged_users"
BOARD = Iri(f"{BASE}finance/product/board-report")
FINANCE = Iri(f"{BASE}finance/domain")
BOUNDARY = """query ($asOf: Moment) { boundaryReport(one: "finance", asOf: $asOf) {
  complete asOfCommit counts { verdict count }
  settling { edges terms { label domain { label } } }
  flows { treatment count madeColumn { name } upstreamColumn { id } downstreamColumn { id }
    meaning { verdict reason mappings translations { expression lossiness precondition } } } } }"""
EXPLAIN = """query ($column: ID!) { meaningOf(column: $column) {
  worst unknown crossings { meaning { verdict reason } upstream { id } downstream { id } } } }"""
TRACE = """query ($column: ID!) { lineage(of: $column, direction: UPSTREAM, maxHops: 1) {
  edges { upstream meaning { verdict reason } } } }"""
PROPOSE = """mutation ($mapping: MappingInput!) { proposeMapping(mappings: [$mapping]) {
  __typename ... on MappingsDecided { mappings { id status lacking } } } }"""
APPROVE = """mutation ($id: ID!) { approveMapping(id: $id, comment: "Yes.") {
  __typename ... on MappingsDecided { sequence mappings { status holds } } } }"""
RETIRE = """mutation ($id: ID!) { retireMapping(id: $id, reason: "It was wrong.") {
  __typename ... on MappingsDecided { mappings { status } } } }"""
REPLACE = """mutation ($turtle: String!) {
  replaceSource(domain: "finance", source: "product/board-report", turtle: $turtle) {
    __typename ... on Refused { violations { message } } } }"""
EXPRESSION = "last_event_at >= CURRENT_DATE - INTERVAL '30' DAY"
MAPPING = {
    "subject": "product:active user",
    "match": "BROAD",
    "object": "marketing:active user",
    "confidence": 0.9,
    "comment": "Seven days lie inside thirty, and an account belongs to a person.",
    "translations": [
        {
            "loss": "NARROWING",
            "expression": EXPRESSION,
            "precondition": "The event log keeps at least 30 days.",
        }
    ],
}
# The report takes product's accounts of thirty days first, and joins these.
TRANSLATED = r"""
fin:dataset\/accounts_30d a dcat:Dataset , prov:Entity ;
    dcterms:title "accounts_30d" ;
    dcterms:description "Accounts that were active in 30 days, by person."@en ;
    dprod:informationSensitivityClassification code:confidential .

fin:dataset\/accounts_30d\/user_id a mesh:Field , prov:Entity ;
    mesh:fieldOf fin:dataset\/accounts_30d ;
    mesh:fieldPath "user_id" ;
    mesh:position 1 ;
    mesh:physicalType "TEXT" ;
    dcterms:description "Who was active in 30 days."@en ;
    mesh:representsTerm mkt:term\/active-user ;
    prov:wasDerivedFrom prd:dataset\/active_accounts\/account_id ;
    prov:qualifiedDerivation fin:derivation\/accounts_30d .

fin:derivation\/accounts_30d a prov:Derivation , mesh:ColumnDerivation ;
    prov:entity prd:dataset\/active_accounts\/account_id ;
    mesh:transformation fin:derivation\/accounts_30d\/1 .

fin:derivation\/accounts_30d\/1 mesh:transformationType code:DIRECT ;
    mesh:transformationSubtype code:TRANSFORMATION .
"""
ACCOUNTS, TAKEN = r"prd:dataset\/active_accounts\/account_id", r"fin:dataset\/accounts_30d\/user_id"
DERIVED = rf"prov:wasDerivedFrom mkt:dataset\/active_users\/user_id , {ACCOUNTS} ;"
FROM = f"    prov:entity {ACCOUNTS} ;"


@pytest.fixture
def mesh() -> Iterator[Services]:
    services = build(Settings(data=None))
    loaded = services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    assert isinstance(loaded.outcome, Committed)
    yield services
    services.close()


def test_the_boards_slide_is_found_explained_mapped_and_mended(mesh: Services) -> None:
    frida, yuki, ben = (_person(mesh, name) for name in ("frida", "yuki", "ben"))
    sight = mesh.meaning_watch.look([FINANCE])

    # Frida finds that the report joins two things, and why, on one screen.
    found = frida(BOUNDARY)["boundaryReport"]
    (worst, *_) = found["flows"]
    assert found["complete"]
    assert (worst["meaning"]["verdict"], worst["treatment"]) == ("CONFLICT", "JOIN")
    assert worst["madeColumn"]["name"] == "engaged_users"
    assert "product's “active user”" in worst["meaning"]["reason"].lower()
    assert "marketing's “active user”" in worst["meaning"]["reason"].lower()
    (settling,) = found["settling"]
    assert {term["domain"]["label"] for term in settling["terms"]} == {"Product", "Marketing"}
    explained = frida(EXPLAIN, column=SLIDE)["meaningOf"]
    assert explained["worst"] == "CONFLICT"
    assert explained["crossings"][0]["downstream"]["id"] == SLIDE
    before = found["asOfCommit"]

    # Yuki proposes a mapping with a translation; it changes nothing by herself.
    mapping = yuki(PROPOSE, mapping=MAPPING)["proposeMapping"]["mappings"][0]
    assert (mapping["status"], mapping["lacking"]) == ("proposed", [f"{BASE}marketing/domain"])
    assert frida(BOUNDARY)["boundaryReport"]["flows"][0]["meaning"]["verdict"] == "CONFLICT"

    # Ben approves: there is something to apply, and the edge shows that nobody has.
    approved = ben(APPROVE, id=mapping["id"])["approveMapping"]
    assert approved["mappings"] == [{"status": "approved", "holds": True}]
    (worst, *_) = frida(BOUNDARY)["boundaryReport"]["flows"]
    assert worst["meaning"]["verdict"] == "UNTRANSLATED"
    assert worst["meaning"]["mappings"] == [mapping["id"]]
    (translation,) = worst["meaning"]["translations"]
    assert translation["expression"] == EXPRESSION
    assert translation["lossiness"] == "narrowing"
    assert EXPRESSION in worst["meaning"]["reason"]
    edges = frida(TRACE, column=SLIDE)["lineage"]["edges"]
    assert {edge["meaning"]["verdict"] for edge in edges} == {"UNTRANSLATED"}
    seen = mesh.meaning_watch.look([FINANCE], sight)
    (change,) = mesh.meaning_watch.changes(sight, seen, FINANCE)
    assert (change.product, change.was, change.verdict) == (
        BOARD,
        Verdict.CONFLICT,
        Verdict.UNTRANSLATED,
    )

    # Frida has the report apply it, and says so in its lineage.
    answer = frida(REPLACE, turtle=_mended())["replaceSource"]
    assert answer["__typename"] != "Refused", answer
    flows = frida(BOUNDARY)["boundaryReport"]["flows"]
    taken = f"{BASE}finance/dataset/accounts_30d/user_id"
    (applied,) = [flow for flow in flows if flow["downstreamColumn"]["id"] == taken]
    assert applied["meaning"]["verdict"] == "TRANSLATED"
    verdicts = {flow["meaning"]["verdict"] for flow in flows}
    assert verdicts.isdisjoint({"CONFLICT", "UNTRANSLATED"})
    assert mesh.verdicts.products()[BOARD] is Verdict.TRANSLATED

    # Withdrawn, it is a conflict again; and the past stays what it was.
    assert yuki(RETIRE, id=mapping["id"])["retireMapping"]["mappings"] == [{"status": "retired"}]
    assert frida(BOUNDARY)["boundaryReport"]["flows"][0]["meaning"]["verdict"] == "CONFLICT"
    for commit, verdict in ((before, "CONFLICT"), (approved["sequence"], "UNTRANSLATED")):
        (worst, *_) = frida(BOUNDARY, asOf=commit)["boundaryReport"]["flows"]
        assert worst["meaning"]["verdict"] == verdict


def _person(mesh: Services, name: str) -> Ask:
    client = TestClient(build_app(mesh), base_url="http://localhost")
    secret, _ = mesh.tokens.issue(Iri(f"{PERSON}{name}"), timedelta(days=1))

    def ask(query: str, **variables: object) -> dict[str, Any]:
        answer = client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {secret}"},
        ).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    return ask


def _mended() -> str:
    folder = resources.folder("sample_data")
    text = folder.joinpath("finance", "product", "board-report.ttl").read_text("utf-8")
    for part in (DERIVED, FROM):
        assert text.count(part) == 1
        text = text.replace(part, part.replace(ACCOUNTS, TAKEN))
    return text + TRANSLATED
