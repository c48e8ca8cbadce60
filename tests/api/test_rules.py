"""Rules over HTTP: people with tokens propose, vote, adopt, waive, and see why a change waits."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from isogloss import resources
from isogloss.api.app import build_app
from isogloss.bootstrap import Services, build
from isogloss.model.rdf import Iri
from isogloss.settings import Settings
from tests.cli.test_rules import DRAFT

PEOPLE = "https://mesh.example/governance/person/"
SALES = "https://mesh.example/sales/"
OWN = (
    DRAFT.replace("@prefix rule: <https://w3id.org/isogloss/shapes#>", f"@prefix rule: <{SALES}r#>")
    .replace("rule:Spatial ", "rule:Own ")
    .replace("rule:Spatial-where", "rule:Own-where")
    .replace("spatial-where", "own-where")
)
Says = Callable[..., dict[str, Any]]


@pytest.fixture
def mesh() -> Iterator[Services]:
    services = build(Settings(data=None, quorum=0.2))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    yield services
    services.close()


@pytest.fixture
def says(mesh: Services) -> Says:
    """Ask in somebody's name."""
    client = TestClient(build_app(mesh), base_url="http://localhost")

    def ask(who: str, query: str, **variables: object) -> dict[str, Any]:
        secret, _ = mesh.tokens.issue(Iri(PEOPLE + who), timedelta(days=1))
        answer = client.post(
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {secret}"},
        ).json()
        if "errors" in answer:
            return {"error": answer["errors"][0]["extensions"]["code"]}
        (value,) = answer["data"].values()
        return value if isinstance(value, dict) else {"value": value}

    return ask


def owner_of(mesh: Services, domain: str) -> str:
    """Find somebody who speaks for a domain."""
    iri = mesh.catalog.get_domain(domain).id
    found = sorted(
        m.member
        for m in mesh.commits.ownership().memberships
        if m.domain == iri and m.role.value == "owner"
    )
    return found[0].removeprefix(PEOPLE)


def in_force(mesh: Services, says: Says, domain: str, turtle: str, name: str, voter: str) -> str:
    """Put rules in force, as people do."""
    author = owner_of(mesh, voter)
    made = says(
        author,
        "mutation ($t: String!, $d: String!, $n: String!) { draftRules(name: $n, turtle: $t, "
        'reason: "Support asks.", domain: $d, propose: true) { ... on RuleSet { id stage } } }',
        t=turtle,
        d=domain,
        n=name,
    )
    assert made["stage"] == "PROPOSED"
    id = str(made["id"])
    voted = says(
        author,
        "mutation ($id: ID!, $d: String!) { voteOnRules(id: $id, domain: $d, approves: true, "
        'comment: "We have that.") { approvals quorum votes { comment delegate } } }',
        id=id,
        d=voter,
    )
    assert len(voted["approvals"]) == voted["quorum"] == 1
    assert voted["votes"] == [{"comment": "We have that.", "delegate": PEOPLE + author}]
    preview = says(
        author,
        "query ($t: String!, $d: String!, $n: String!) "
        "{ previewRules(turtle: $t, domain: $d, name: $n) { digest } }",
        t=turtle,
        d=domain,
        n=name,
    )
    adopt = "mutation ($id: ID!, $p: ID) { adoptRules(id: $id, preview: $p) { stage } }"
    assert says(author, adopt, id=id) == {"error": "STALE_PREVIEW"}
    assert says(author, adopt, id=id, p=preview["digest"]) == {"stage": "IN_FORCE"}
    return id


VERDICT = """mutation ($d: String!, $t: String!) {
  replaceSource(domain: $d, source: "product/new", turtle: $t) {
    __typename
    ... on Commit { added }
    ... on CommittedWithWarnings { warnings { rule ruleSet owner waived waiver { id stage } } }
    ... on Refused { violations {
      focusNode path value rule ruleSet owner message waived waiver { id stage reason } } }
  }
}"""


def product(name: str) -> str:
    return (
        f"<{SALES}product/{name}> a <https://www.omg.org/spec/DPROD/dprod/DataProduct> ; "
        "<http://purl.org/dc/terms/title> 'New'@en ; "
        f"<https://www.omg.org/spec/DPROD/dprod/domain> <{SALES}domain> ; "
        "<https://www.omg.org/spec/DPROD/dprod/lifecycleStatus> "
        "<https://w3id.org/isogloss/code/Design> ; "
        f"<https://www.omg.org/spec/DPROD/dprod/dataProductOwner> <{PEOPLE}sven> ."
    )


def test_a_refusal_says_whose_rule_which_version_and_which_waiver(
    mesh: Services, says: Says
) -> None:
    version = in_force(mesh, says, "governance", DRAFT, "spatial", "finance")
    author = owner_of(mesh, "sales")
    refused = says(author, VERDICT, d="sales", t=product("new"))
    assert refused["__typename"] == "Refused"
    (found,) = [v for v in refused["violations"] if v["ruleSet"] == version]
    assert found["message"] == "=Say where."
    assert (found["owner"], found["waiver"], found["waived"]) == (None, None, False)
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    asked = says(
        author,
        'mutation ($n: ID!, $u: DateTime!) { requestWaiver(rule: "spatial-where", focusNode: $n,'
        ' reason: "Moving.", until: $u) { id stage approver } }',
        n=f"{SALES}product/new",
        u=until,
    )
    assert asked["stage"] == "REQUESTED"
    refused = says(author, VERDICT, d="sales", t=product("new"))
    (found,) = [v for v in refused["violations"] if v["ruleSet"] == version]
    assert found["waiver"] == {"id": asked["id"], "stage": "REQUESTED", "reason": "Moving."}
    grant = "mutation ($id: ID!) { grantWaiver(id: $id) { stage } }"
    assert says(author, grant, id=asked["id"]) == {"error": "FORBIDDEN"}
    assert says("greta", grant, id=asked["id"]) == {"stage": "OPEN"}
    rest = says(author, VERDICT, d="sales", t=product("new"))
    assert rest["__typename"] == "CommittedWithWarnings"
    (let,) = [w for w in rest["warnings"] if w["ruleSet"] == version]
    assert (let["waived"], let["waiver"]) == (True, {"id": asked["id"], "stage": "OPEN"})
    expiring = "query ($b: DateTime!) { expiringWaivers(before: $b) { id } }"
    assert says(author, expiring, b=until) == {"value": [{"id": asked["id"]}]}
    report = says(author, "{ validationReport { ruleSets unjudged results { ruleSet waived } } }")
    assert version in report["ruleSets"]
    assert report["unjudged"] == []


def test_a_domains_own_rule_binds_its_own(mesh: Services, says: Says) -> None:
    version = in_force(mesh, says, "sales", OWN, "own", "sales")
    author = owner_of(mesh, "sales")
    refused = says(author, VERDICT, d="sales", t=product("new"))
    (found,) = [v for v in refused["violations"] if v["ruleSet"] == version]
    assert found["owner"] == f"{SALES}domain"
    named = says(author, "{ rules { ruleId ruleSet owner } }")["value"]
    (rule,) = [rule for rule in named if rule["ruleId"] == "own-where"]
    assert rule == {"ruleId": "own-where", "ruleSet": version, "owner": f"{SALES}domain"}
    standings = says(author, "{ validationReport { results { focusNode ruleSet } } }")["results"]
    judged = {r["focusNode"] for r in standings if r["ruleSet"] == version}
    assert judged
    assert all(node.startswith(SALES) for node in judged)


def test_findings_are_a_value_and_sets_are_listed(mesh: Services, says: Says) -> None:
    author = owner_of(mesh, "sales")
    bad = says(
        author,
        'mutation ($t: String!) { draftRules(name: "x", turtle: $t, reason: "Why.") '
        "{ __typename ... on NotAdmitted { findings { line code shape blocking message } } } }",
        t=DRAFT.replace("sh:minCount", "sh:minCoutn"),
    )
    assert bad["__typename"] == "NotAdmitted"
    assert ("UNKNOWN_TERM", 7, True) in [
        (f["code"], f["line"], f["blocking"]) for f in bad["findings"]
    ]
    checked = says(author, "query ($t: String!) { checkRules(turtle: $t) { code } }", t=DRAFT)
    assert checked == {"value": []}
    assert says(author, "{ ruleSets { id } }") == {"value": []}
    in_force(mesh, says, "governance", DRAFT, "spatial", "finance")
    every = "query ($s: Stage) { ruleSets(stage: $s) { name number stage turtle } }"
    assert says(author, every, s="DRAFT") == {"value": []}
    (one,) = says(author, every, s="IN_FORCE")["value"]
    assert one == {"name": "spatial", "number": 1, "stage": "IN_FORCE", "turtle": DRAFT}
