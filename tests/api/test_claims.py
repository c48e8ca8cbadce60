"""Claims and decisions about names, over GraphQL."""

from typing import Any

from isogloss.bootstrap import Services
from isogloss.model.change import Committed, SourceContent
from isogloss.model.rdf import Iri, Triple
from isogloss.vocab import PROV
from tests.doors import Ask
from tests.services.test_commits import BASE, FOUNDING

ONE = Iri(f"{BASE}shop/dataset/orders")
CHANGE = """mutation ($domain: String!, $pattern: String!, $settles: Boolean! = false) {
  %s(domain: $domain, pattern: $pattern, settles: $settles) { __typename } }"""


def _kind(answer: dict[str, Any], field: str) -> str:
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    return str(answer["data"][field]["__typename"])


def test_a_claim_is_refused_settled_and_withdrawn(
    empty_mesh: Services, ask_empty_mesh: Ask
) -> None:
    assert isinstance(empty_mesh.commits.replace([FOUNDING]), Committed)

    def change(field: str, domain: str, *, settles: bool = False) -> str:
        query = CHANGE % field
        answer = ask_empty_mesh(query, domain=domain, pattern="cron*", settles=settles)
        return _kind(answer, field)

    assert change("claimNamespace", "shop") == "Committed"
    assert change("claimNamespace", "governance") == "FORBIDDEN"
    assert change("withdrawClaim", "governance") == "NOT_FOUND"
    assert change("claimNamespace", "governance", settles=True) == "Committed"
    assert change("withdrawClaim", "shop") == "NOT_FOUND"
    assert change("withdrawClaim", "governance", settles=True) == "Committed"
    assert change("claimNamespace", "shop") == "Committed"


def test_a_link_of_one_side_is_a_suggestion_until_somebody_decides(
    empty_mesh: Services, ask_empty_mesh: Ask
) -> None:
    said = frozenset({Triple(ONE, PROV.alternateOf, Iri(f"{BASE}elsewhere"))})
    assert isinstance(empty_mesh.commits.replace([FOUNDING]), Committed)
    assert isinstance(empty_mesh.commits.replace([SourceContent("shop", "links", said)]), Committed)
    query = "{ identitySuggestions { one other why } identitySplits { one other decision } }"
    data = ask_empty_mesh(query)["data"]
    # What lies in the governance group's space is its own.
    (told,) = data["identitySuggestions"]
    assert {told["one"], told["other"]} == {ONE, f"{BASE}elsewhere"}
    split = """mutation ($names: [ID!]!) {
      splitIdentity(names: $names, reason: "No.") { __typename } }"""
    names = [ONE, f"{BASE}elsewhere"]
    assert _kind(ask_empty_mesh(split, names=names), "splitIdentity") == "Committed"
    data = ask_empty_mesh(query)["data"]
    assert data["identitySuggestions"] == []
    assert len(data["identitySplits"]) == 1
