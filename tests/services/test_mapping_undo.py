"""A batch of decisions is taken back whole, and findings stay dismissed until they change."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from isogloss.errors import Forbidden, InvalidArgument, NotFound, WrongStage
from isogloss.model.access import Role
from isogloss.model.agreement import Choice, Match, Step, TranslationDraft
from isogloss.model.journal import Outcome
from isogloss.model.meaning import Loss
from isogloss.model.rdf import Iri
from isogloss.services.ownership import OPERATOR
from isogloss.services.steward_queue import finding_of
from tests.services.delegates_world import GOVERNANCE, person
from tests.services.mapping_world import BROAD, Agreeing, Found, agreeing, sequence_of, term

SALES, SHOP, LAB = (person(domain, "steward") for domain in ("sales", "shop", "lab"))
POLYSEME = Found("polyseme", term("shop"), term("sales"))
FOUND = finding_of(POLYSEME)
DISMISS = Choice(Step.DISMISS, FOUND, "Nobody confuses them.")
MONTH = TranslationDraft(Loss.NARROWING, expression="value * 4")


@pytest.fixture
def mesh() -> Iterator[Agreeing]:
    made = agreeing("sales", "shop", "lab")
    others = replace(POLYSEME, fingerprint="f2"), replace(POLYSEME, kind="synonym")
    made.find(lambda: (POLYSEME, *others))
    yield made
    made.services.close()


def head(mesh: Agreeing) -> int:
    return mesh.services.mesh.journal.head.sequence


def test_the_very_quads_come_back(mesh: Agreeing) -> None:
    drafts = [replace(BROAD, match=match) for match in (Match.CLOSE, Match.BROAD, Match.RELATED)]
    first, second, third = mesh.mappings.propose(drafts, author=SALES).mappings
    mesh.mappings.approve(third, author=SHOP)
    before = mesh.decisions()
    batch = mesh.mappings.decide(
        [
            Choice(Step.APPROVE, first, "Yes."),
            Choice(Step.REJECT, second, "No."),
            Choice(Step.RETIRE, third, "No longer."),
            Choice(Step.DISMISS, FOUND, "Nobody confuses them."),
        ],
        author=SHOP,
    )
    after = mesh.decisions()
    undone = mesh.mappings.undo(sequence_of(batch), author=SHOP)
    assert set(undone.mappings) == {first, second, third}
    assert mesh.decisions() == before
    assert [mesh.status(id) for id in (first, second, third)] == [
        "proposed",
        "proposed",
        "approved",
    ]
    assert sequence_of(undone) == sequence_of(batch) + 1
    # It is a commit like others, and can be taken back itself.
    mesh.mappings.undo(sequence_of(undone), author=SHOP)
    assert mesh.decisions() == after
    assert mesh.status(first, sequence_of(undone)) == "proposed"


def test_a_proposal_and_a_translation_are_taken_back(mesh: Agreeing) -> None:
    empty = mesh.decisions()
    id = mesh.propose(author=SALES)
    proposed = head(mesh)
    mesh.mappings.approve(id, author=SHOP)
    before = mesh.decisions()
    changed = mesh.mappings.translate_by(id, MONTH, author=SHOP)
    assert mesh.status(id) == "proposed"
    mesh.mappings.undo(sequence_of(changed), author=SHOP)
    assert (mesh.decisions(), mesh.status(id)) == (before, "approved")
    with pytest.raises(WrongStage, match="decided about it since"):
        mesh.mappings.undo(proposed, author=SALES)
    mesh.mappings.undo(proposed + 1, author=SHOP)
    mesh.mappings.undo(proposed, author=SALES)
    assert mesh.decisions() == empty


def test_what_something_rests_on_stays(mesh: Agreeing) -> None:
    id, other = mesh.mappings.propose(
        [BROAD, replace(BROAD, match=Match.CLOSE)], author=LAB
    ).mappings
    batch = mesh.mappings.decide(
        [Choice(Step.APPROVE, id), Choice(Step.REJECT, other, "No.")], author=SALES
    )
    mesh.mappings.approve(id, author=SHOP)
    before = mesh.decisions()
    with pytest.raises(WrongStage, match=id):
        mesh.mappings.undo(sequence_of(batch), author=SALES)
    assert mesh.decisions() == before


def test_only_who_decided_takes_it_back_and_while_he_may(mesh: Agreeing) -> None:
    id = mesh.approved()
    retired = sequence_of(mesh.mappings.retire(id, "Wrong.", author=SHOP))
    for other in (SALES, person("shop"), LAB, OPERATOR):
        with pytest.raises(Forbidden, match="who alone takes it back"):
            mesh.mappings.undo(retired, author=other)
    mesh.services.loading.withdraw("shop", SHOP, Role.STEWARD)
    mesh.services.loading.grant("shop", SHOP, Role.ENGINEER)
    with pytest.raises(Forbidden, match="undo what was decided"):
        mesh.mappings.undo(retired, author=SHOP)
    (entry,) = mesh.services.history.entries(first=1)
    assert (entry.outcome, entry.attempt.author) == (Outcome.FORBIDDEN, SHOP)
    assert mesh.status(id) == "retired"
    mesh.services.loading.grant("shop", SHOP, Role.STEWARD)
    mesh.mappings.undo(retired, author=SHOP)
    assert mesh.status(id) == "approved"


def test_a_commit_that_decided_nothing_is_told(mesh: Agreeing) -> None:
    with pytest.raises(NotFound):
        mesh.mappings.undo(head(mesh) + 1, author=SALES)
    with pytest.raises(InvalidArgument, match="decided nothing"):
        mesh.mappings.undo(head(mesh), author=OPERATOR)


def test_a_finding_is_dismissed_by_a_steward_of_either_side_with_a_reason(mesh: Agreeing) -> None:
    for nobody in (LAB, person("shop", "engineer"), person(GOVERNANCE), OPERATOR):
        with pytest.raises(Forbidden, match="dismiss"):
            mesh.mappings.dismiss(FOUND, "No.", author=nobody)
    with pytest.raises(InvalidArgument, match="Say why"):
        mesh.mappings.dismiss(FOUND, "", author=SHOP)
    mesh.mappings.dismiss(FOUND, "Nobody confuses them.", author=SHOP)
    (one,) = mesh.services.agreements.dismissals()
    assert (one.finding.key, one.finding.fingerprint) == (FOUND.key, "f1")
    assert (one.author, one.reason) == (SHOP, "Nobody confuses them.")
    # Once the evidence is other, it is dismissed anew, and there is one dismissal still.
    turned = replace(FOUND, one=FOUND.other, other=FOUND.one, fingerprint="f2")
    mesh.mappings.dismiss(turned, "Still not.", author=SALES)
    (one,) = mesh.services.agreements.dismissals()
    assert (one.finding.fingerprint, one.author) == ("f2", SALES)
    mesh.mappings.dismiss(replace(FOUND, kind="synonym"), "Nor that.", author=SHOP)
    assert len(mesh.services.agreements.dismissals()) == 2


@pytest.mark.parametrize(
    "made_up",
    [
        {"kind": "homonym"},
        {"other": term("sales", "churn")},
        {"other": FOUND.one},
        {"other": Iri("https://elsewhere.example/term")},
        {"fingerprint": "f3"},
        {"kind": "synonym", "fingerprint": "f2"},
    ],
)
def test_what_nobody_found_cannot_be_dismissed(mesh: Agreeing, made_up: dict[str, Any]) -> None:
    found = replace(FOUND, **made_up)
    for steps in ([Choice(Step.DISMISS, found, "No.")], [DISMISS, replace(DISMISS, about=found)]):
        with pytest.raises(NotFound, match="isogloss polysemes"):
            mesh.mappings.decide(steps, author=SHOP)
    with pytest.raises(InvalidArgument, match="Say why"):
        mesh.mappings.dismiss(FOUND, "long" * 1000, author=SHOP)
    assert mesh.services.agreements.dismissals() == ()
