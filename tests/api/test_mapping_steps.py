"""Two stewards and an outsider settle a mapping over HTTP, each with a token of his own."""

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
from isogloss.settings import Settings
from tests.doors import Ask

PERSON = "https://mesh.example/governance/person/"
SHOWN = """__typename
  ... on MappingsDecided { sequence warnings { message } mappings {
    id status holds lacking reviewers subject { label } votes { person approves comment }
    translations { expression lossiness } } }
  ... on Refused { violations { message } }"""
PROPOSE = f"""mutation ($mappings: [MappingInput!]!) {{
  proposeMapping(mappings: $mappings) {{ {SHOWN} }} }}"""
APPROVE = f'mutation ($id: ID!) {{ approveMapping(id: $id, comment: "Yes.") {{ {SHOWN} }} }}'
REJECT = f'mutation ($id: ID!) {{ rejectMapping(id: $id, reason: "No.") {{ {SHOWN} }} }}'
RETIRE = f'mutation ($id: ID!) {{ retireMapping(id: $id, reason: "No.") {{ {SHOWN} }} }}'
DECIDE = f"""mutation ($decisions: [DecisionInput!]!) {{
  decideMappings(decisions: $decisions) {{ {SHOWN} }} }}"""
UNDO = f"mutation ($sequence: Int!) {{ undoDecisions(sequence: $sequence) {{ {SHOWN} }} }}"
TRANSLATE = f"""mutation ($id: ID!, $translation: TranslationInput!) {{
  translateMapping(id: $id, translation: $translation) {{ {SHOWN} }} }}"""
DISMISS = f"""mutation ($finding: FindingInput!) {{
  dismissCandidate(finding: $finding, reason: "Nobody confuses them.") {{ {SHOWN} }} }}"""
CANDIDATES = """{ polysemeCandidates(first: 100) {
  kind fingerprint one { id } other { id } } }"""
CHURNS = {f"https://mesh.example/{domain}/term/churn" for domain in ("product", "support")}
MAPPING = "query ($id: ID!, $asOf: Moment) { mapping(id: $id, asOf: $asOf) { status holds } }"
QUEUE = "{ stewardQueue { kind one other why flows mappings } }"
LEADS = {
    "subject": "sales:lead",
    "match": "CLOSE",
    "object": "support:churn",
    "confidence": 0.4,
    "comment": "For the sake of the test.",
    "translations": [
        {"loss": "APPROXIMATE", "expression": "value", "precondition": "Nobody looks closely."}
    ],
}


class People:
    """People who ask the sample mesh over HTTP."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._client = TestClient(build_app(services), base_url="http://localhost")

    def __getitem__(self, name: str) -> Ask:
        secret, _ = self._services.tokens.issue(Iri(f"{PERSON}{name}"), timedelta(days=1))

        def ask(query: str, **variables: object) -> dict[str, Any]:
            answer: dict[str, Any] = self._client.post(
                "/graphql",
                json={"query": query, "variables": variables},
                headers={"Authorization": f"Bearer {secret}"},
            ).json()
            return answer

        return ask


@pytest.fixture
def mesh() -> Iterator[Services]:
    services = build(Settings(data=None))
    loaded = services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    assert isinstance(loaded.outcome, Committed)
    yield services
    services.close()


@pytest.fixture
def people(mesh: Services) -> People:
    return People(mesh)


def done(answer: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in answer, answer
    (result,) = answer["data"].values()
    assert result["__typename"] == "MappingsDecided", result
    found: dict[str, Any] = result
    return found


def code(answer: dict[str, Any]) -> str:
    found: str = answer["errors"][0]["extensions"]["code"]
    assert answer["errors"][0]["message"].endswith(".")
    return found


def test_three_people_settle_a_mapping(people: People) -> None:
    dora, ivo, sven = people["dora"], people["ivo"], people["sven"]
    # Sven reads in marketing, and has no say.
    assert code(sven(PROPOSE, mappings=[LEADS])) == "FORBIDDEN"
    proposed = done(dora(PROPOSE, mappings=[LEADS]))
    (mapping,) = proposed["mappings"]
    id = mapping["id"]
    assert (mapping["status"], mapping["holds"]) == ("proposed", False)
    assert mapping["lacking"] == ["https://mesh.example/support/domain"]
    assert mapping["translations"] == [{"expression": "value", "lossiness": "approximate"}]
    (item,) = [one for one in ivo(QUEUE)["data"]["stewardQueue"] if one["kind"] == "MAPPING"]
    assert item["mappings"] == [id]
    assert "sales:lead closeMatch support:churn: dora proposed it" in item["why"]
    assert [one["kind"] for one in sven(QUEUE)["data"]["stewardQueue"]] == []
    for stranger in (sven, people["yuki"], people["greta"]):
        for step in (APPROVE, REJECT):
            assert code(stranger(step, id=id)) == "FORBIDDEN"
    assert code(dora(APPROVE, id=id)) == "WRONG_STAGE"
    assert code(ivo(RETIRE, id=id)) == "WRONG_STAGE"
    approved = done(ivo(APPROVE, id=id))
    (mapping,) = approved["mappings"]
    assert (mapping["status"], mapping["holds"], mapping["lacking"]) == ("approved", True, [])
    assert mapping["reviewers"] == [f"{PERSON}ivo"]
    assert [(v["person"], v["approves"]) for v in mapping["votes"]] == [
        (f"{PERSON}dora", True),
        (f"{PERSON}ivo", True),
    ]
    assert not [one for one in ivo(QUEUE)["data"]["stewardQueue"] if id in one["mappings"]]
    translation = {"loss": "EXACT", "factor": "2"}
    (again,) = done(ivo(TRANSLATE, id=id, translation=translation))["mappings"]
    assert again["status"] == "proposed"
    done(dora(APPROVE, id=id))
    done(dora(RETIRE, id=id))
    asked = [sven(MAPPING, id=id, asOf=n)["data"]["mapping"] for n in (approved["sequence"], None)]
    assert asked == [
        {"status": "approved", "holds": True},
        {"status": "retired", "holds": False},
    ]
    before = sven(MAPPING, id=id, asOf=proposed["sequence"] - 1)["data"]["mapping"]
    assert before is None


def test_a_batch_is_decided_and_undone(people: People) -> None:
    dora, ivo = people["dora"], people["ivo"]
    drafts = [LEADS | {"match": match, "translations": []} for match in ("CLOSE", "RELATED")]
    ids = [one["id"] for one in done(dora(PROPOSE, mappings=drafts))["mappings"]]
    (found,) = (
        one
        for one in ivo(CANDIDATES)["data"]["polysemeCandidates"]
        if {one["one"]["id"], one["other"]["id"]} == CHURNS
    )
    ends = {"one": found["one"]["id"], "other": found["other"]["id"]}
    finding = {"kind": found["kind"], "fingerprint": found["fingerprint"], **ends}
    assert code(ivo(DISMISS, finding=finding | {"fingerprint": "f"})) == "NOT_FOUND"
    decisions = [
        {"step": "APPROVE", "mapping": ids[0]},
        {"step": "REJECT", "mapping": ids[1], "reason": "One will do."},
        {"step": "DISMISS", "finding": finding, "reason": "Nobody confuses them."},
    ]
    decided = done(ivo(DECIDE, decisions=decisions))
    assert [one["status"] for one in decided["mappings"]] == ["approved", "rejected"]
    assert code(dora(UNDO, sequence=decided["sequence"])) == "FORBIDDEN"
    undone = done(ivo(UNDO, sequence=decided["sequence"]))
    assert {one["status"] for one in undone["mappings"]} == {"proposed"}
    done(ivo(DISMISS, finding=finding))
    for wrong in (
        {"step": "DISMISS", "mapping": ids[0], "reason": "x"},
        {"step": "APPROVE", "finding": finding},
        {"step": "APPROVE"},
    ):
        assert code(ivo(DECIDE, decisions=[wrong])) == "INVALID_ARGUMENT"


def test_the_rules_judge_what_is_proposed(people: People) -> None:
    answer = people["dora"](PROPOSE, mappings=[LEADS | {"confidence": None}])
    assert answer["data"]["proposeMapping"]["__typename"] == "Refused"
    (violation,) = answer["data"]["proposeMapping"]["violations"]
    assert "sssom:confidence" in violation["message"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"subject": "sales:nothing"}, "NOT_FOUND"),
        ({"subject": "nowhere:lead"}, "NOT_FOUND"),
        ({"object": "sales:lead"}, "INVALID_ARGUMENT"),
        ({"confidence": 2.0}, "INVALID_ARGUMENT"),
        ({"validUntil": "2020-01-01T00:00:00Z"}, "INVALID_ARGUMENT"),
        ({"validUntil": "9999-12-31T23:59:59-14:00"}, "INVALID_ARGUMENT"),
        ({"validFrom": "0001-01-01T00:00:00+14:00"}, "INVALID_ARGUMENT"),
        (
            {"translations": [{"loss": "EXACT", "expression": "(SELECT 1)"}]},
            "EXPRESSION_REFUSED",
        ),
    ],
)
def test_what_cannot_be_proposed_is_told(
    people: People, change: dict[str, object], expected: str
) -> None:
    assert code(people["dora"](PROPOSE, mappings=[LEADS | change])) == expected


def test_mappings_are_listed_by_status_and_in_pages(ask_little_mesh: Ask) -> None:
    query = """query ($status: String, $first: Int, $after: ID) {
      mappings(status: $status, first: $first, after: $after) { id status created } }"""

    def ids(**asked: object) -> list[str]:
        return [one["id"] for one in ask_little_mesh(query, **asked)["data"]["mappings"]]

    every = ids()
    assert [*ids(first=5), *ids(first=100, after=every[4])] == every
    statuses = ("proposed", "approved", "rejected", "retired")
    assert sorted(one for status in statuses for one in ids(status=status)) == every
    assert code(ask_little_mesh(query, status="good")) == "INVALID_ARGUMENT"


@pytest.mark.parametrize("first", [-1, 0, 101, 2**31 - 1])
@pytest.mark.parametrize("field", ["stewardQueue { why }", "polysemeCandidates { kind }"])
def test_a_page_of_a_bad_size_is_refused(people: People, field: str, first: int) -> None:
    query = field.replace(" ", f"(first: {first}) ", 1)
    assert code(people["ivo"](f"{{ {query} }}")) == "INVALID_ARGUMENT"


def test_it_is_told_how_much_there_is_beyond_a_page(people: People) -> None:
    query = """query ($first: Int!) {
      stewardQueueTotal stewardQueue(first: $first) { why }
      polysemeCandidatesTotal polysemeCandidates(first: $first) { fingerprint } }"""
    some, all_ = (people["yuki"](query, first=n)["data"] for n in (1, 100))
    for field in ("stewardQueue", "polysemeCandidates"):
        assert some[field] == all_[field][:1]
        assert some[f"{field}Total"] == all_[f"{field}Total"] == len(all_[field]) > 1
    named = all_["polysemeCandidates"][-1]["fingerprint"]
    query = "query ($f: String!) { polysemeCandidates(fingerprint: $f) { fingerprint } }"
    found = people["yuki"](query, f=named[:12])["data"]["polysemeCandidates"]
    assert found == [{"fingerprint": named}]
