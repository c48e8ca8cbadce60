"""A mapping holds once a steward of each side has approved of it, and never by one alone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from isogloss.errors import (
    ExpressionRefused,
    Forbidden,
    InvalidArgument,
    MeshError,
    NotFound,
    WrongStage,
)
from isogloss.model.agreement import Choice, MappingDraft, Match, Step, TranslationDraft
from isogloss.model.change import Committed, SourceContent
from isogloss.model.journal import Outcome
from isogloss.model.meaning import Loss
from isogloss.model.rdf import Iri, Triple
from isogloss.services.mapping_records import DECISIONS_SOURCE
from isogloss.services.ownership import OPERATOR
from isogloss.vocab import CODE, MESH, SSSOM
from tests.services.delegates_world import DAY, GOVERNANCE, id_of, person
from tests.services.mapping_world import (
    BOTH,
    BROAD,
    Agreeing,
    agreeing,
    sequence_of,
    term,
    until,
)

SALES, SHOP, LAB = (person(domain, "steward") for domain in ("sales", "shop", "lab"))
READER = person("lab", "reader")
WITHIN = MappingDraft(term("sales"), Match.RELATED, term("sales", "churn"), comment="One leads on.")
MONTH = TranslationDraft(Loss.NARROWING, expression="value * 4", precondition="Weeks are alike.")


@pytest.fixture
def mesh() -> Iterator[Agreeing]:
    made = agreeing("sales", "shop", "lab")
    yield made
    made.services.close()


def last(mesh: Agreeing) -> Outcome:
    (entry,) = mesh.services.history.entries(first=1)
    return entry.outcome


# Approving


def test_the_proposers_side_and_the_other_make_it_hold(mesh: Agreeing) -> None:
    id = mesh.propose(author=SALES)
    assert mesh.status(id) == "proposed"
    settled = mesh.mappings.approve(id, "So it is.", author=SHOP)
    assert settled.mappings == (id,)
    assert mesh.status(id) == "approved"
    (mapping,) = mesh.services.meanings.mappings()
    assert mapping.holds(mesh.clock())
    assert (mapping.author, mapping.reviewers) == (SALES, (SHOP,))
    assert (mapping.confidence, mapping.created) == (0.9, mesh.clock.at.date())
    votes = mesh.agreement(id).votes
    assert [(v.domain, v.delegate, v.approves) for v in votes] == [
        (id_of("sales"), SALES, True),
        (id_of("shop"), SHOP, True),
    ]


def test_who_is_of_neither_side_proposes_and_both_sides_approve(mesh: Agreeing) -> None:
    id = mesh.propose(author=LAB)
    for steward, status in ((SHOP, "proposed"), (SALES, "approved")):
        mesh.mappings.approve(id, author=steward)
        assert mesh.status(id) == status


def test_owners_decide_as_stewards_do(mesh: Agreeing) -> None:
    id = mesh.propose(author=person("sales"))
    mesh.mappings.approve(id, author=person("shop"))
    assert mesh.status(id) == "approved"


@pytest.mark.parametrize("second", [SALES, SHOP])
def test_one_steward_of_both_sides_takes_a_second(mesh: Agreeing, second: Iri) -> None:
    id = mesh.propose(author=BOTH)
    assert len(mesh.agreement(id).votes) == 2
    assert mesh.status(id) == "proposed"
    with pytest.raises(WrongStage, match="somebody else"):
        mesh.mappings.approve(id, author=BOTH)
    mesh.mappings.approve(id, author=second)
    assert mesh.status(id) == "approved"


def test_one_steward_of_both_sides_is_not_enough_for_somebody_elses(mesh: Agreeing) -> None:
    id = mesh.propose(author=LAB)
    mesh.mappings.approve(id, author=BOTH)
    assert mesh.status(id) == "proposed"
    mesh.mappings.approve(id, author=SALES)
    assert mesh.status(id) == "approved"


def test_within_a_domain_another_steward_approves(mesh: Agreeing) -> None:
    id = mesh.propose(WITHIN, author=SALES)
    assert mesh.status(id) == "proposed"
    with pytest.raises(WrongStage, match=r"approves of .* already"):
        mesh.mappings.approve(id, author=SALES)
    with pytest.raises(Forbidden):
        mesh.mappings.approve(id, author=SHOP)
    mesh.mappings.approve(id, author=person("sales"))
    assert mesh.status(id) == "approved"


# What is refused


@pytest.mark.parametrize(
    "nobody",
    [LAB, READER, person("sales", "engineer"), person("shop", "reader"), person(GOVERNANCE)],
)
@pytest.mark.parametrize("step", ["approve", "reject", "retire", "translate"])
def test_only_stewards_and_owners_of_a_side_decide(mesh: Agreeing, nobody: Iri, step: str) -> None:
    id = mesh.approved() if step == "retire" else mesh.propose()
    before = mesh.decisions()
    steps: dict[str, Callable[[], object]] = {
        "approve": lambda: mesh.mappings.approve(id, author=nobody),
        "reject": lambda: mesh.mappings.reject(id, "No.", author=nobody),
        "retire": lambda: mesh.mappings.retire(id, "No.", author=nobody),
        "translate": lambda: mesh.mappings.translate_by(id, MONTH, author=nobody),
    }
    with pytest.raises(Forbidden, match=r"steward or owner of .*sales/domain or .*shop/domain"):
        steps[step]()
    assert mesh.decisions() == before
    assert last(mesh) is Outcome.FORBIDDEN


def test_the_operator_proposes_and_speaks_for_nobody(mesh: Agreeing) -> None:
    id = mesh.propose(author=OPERATOR)
    with pytest.raises(Forbidden, match="--as"):
        mesh.mappings.approve(id)


def test_readers_and_strangers_propose_nothing(mesh: Agreeing) -> None:
    for nobody in (READER, Iri("https://people.example/stranger")):
        with pytest.raises(Forbidden, match="propose mappings"):
            mesh.mappings.propose([BROAD], author=nobody)
        assert last(mesh) is Outcome.FORBIDDEN
    assert mesh.decisions() == frozenset()


def test_a_step_that_does_not_come_next_is_refused(mesh: Agreeing) -> None:
    steps = mesh.mappings
    proposed = mesh.propose(author=SALES)
    with pytest.raises(WrongStage, match="is proposed, and this takes one that is approved"):
        steps.retire(proposed, "No.", author=SALES)
    steps.approve(proposed, author=SHOP)
    for step in (Step.APPROVE, Step.REJECT):
        with pytest.raises(WrongStage, match="is approved"):
            steps.decide([Choice(step, proposed, "No.")], author=SALES)
    steps.retire(proposed, "It was wrong.", author=SHOP)
    rejected = mesh.propose(author=SALES)
    steps.reject(rejected, "It is wrong.", author=SALES)
    for id, status in ((proposed, "retired"), (rejected, "rejected")):
        assert mesh.status(id) == status
        for step in (Step.APPROVE, Step.REJECT, Step.RETIRE):
            with pytest.raises(WrongStage, match=f"is {status}"):
                steps.decide([Choice(step, id, "Still.")], author=BOTH)
        with pytest.raises(WrongStage, match=f"is {status}"):
            steps.translate_by(id, MONTH, author=SHOP)


def test_the_same_is_not_proposed_twice_but_anew_once_it_ended(mesh: Agreeing) -> None:
    first = mesh.propose()
    with pytest.raises(WrongStage, match="says the same, and is proposed"):
        mesh.mappings.propose([BROAD], author=LAB)
    other = replace(BROAD, negated=True)
    with pytest.raises(WrongStage, match="says the same"):
        mesh.mappings.propose([other, other], author=LAB)
    mesh.mappings.reject(first, "Not so.", author=SHOP)
    assert mesh.propose() != first


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (replace(BROAD, subject=Iri("https://mesh.example/sales/term/none")), NotFound),
        (replace(BROAD, object=term("sales")), InvalidArgument),
        (replace(BROAD, confidence=1.1), InvalidArgument),
        (replace(BROAD, comment=" "), InvalidArgument),
        (replace(BROAD, valid_until=datetime(2027, 1, 1)), InvalidArgument),
        (replace(BROAD, valid_until=datetime.fromisoformat("2020-01-01T00:00Z")), InvalidArgument),
        (replace(BROAD, translations=(MONTH, MONTH)), InvalidArgument),
        (replace(BROAD, translations=(TranslationDraft(Loss.EXACT),)), InvalidArgument),
        (replace(BROAD, translations=(replace(MONTH, factor="2"),)), InvalidArgument),
        (
            replace(BROAD, translations=(TranslationDraft(Loss.EXACT, factor="0"),)),
            InvalidArgument,
        ),
        (
            replace(BROAD, translations=(TranslationDraft(Loss.EXACT, factor="two"),)),
            InvalidArgument,
        ),
        (
            replace(BROAD, translations=(replace(MONTH, expression="(SELECT 1)"),)),
            ExpressionRefused,
        ),
    ],
)
def test_a_draft_that_does_not_add_up_is_told(
    mesh: Agreeing, draft: MappingDraft, error: type[MeshError]
) -> None:
    with pytest.raises(error):
        mesh.mappings.propose([draft], author=SALES)
    assert mesh.decisions() == frozenset()


def test_what_is_not_there_is_not_found(mesh: Agreeing) -> None:
    with pytest.raises(NotFound, match="no mapping"):
        mesh.mappings.approve(Iri("https://mesh.example/mapping/none"), author=SALES)
    with pytest.raises(InvalidArgument):
        mesh.mappings.decide([], author=SALES)
    with pytest.raises(InvalidArgument, match="Say why"):
        mesh.mappings.reject(mesh.propose(), " ", author=SALES)


# Translations


def test_a_translation_comes_with_its_mapping(mesh: Agreeing) -> None:
    back = TranslationDraft(Loss.WIDENING, factor="0.25", backwards=True)
    id = mesh.approved(replace(BROAD, translations=(MONTH, back)))
    (mapping,) = mesh.services.meanings.mappings()
    assert mapping.translations == (f"{id}/translation", f"{id}/translation/back")
    there, home = mesh.services.meanings.translations(mapping.translations)
    assert there is not None
    assert (there.from_term, there.expression, there.lossiness) == (
        term("sales"),
        "value * 4",
        "narrowing",
    )
    assert home is not None
    assert (home.from_term, home.factor, home.mapping) == (term("shop"), "0.25", id)


def test_another_translation_takes_both_sides_again(mesh: Agreeing) -> None:
    id = mesh.approved(replace(BROAD, translations=(MONTH,)))
    better = replace(MONTH, expression="value * 30 / 7")
    mesh.mappings.translate_by(id, better, author=SHOP)
    assert mesh.status(id) == "proposed"
    (one,) = mesh.agreement(id).translations
    assert one.expression == "value * 30 / 7"
    with pytest.raises(WrongStage, match="somebody else"):
        mesh.mappings.approve(id, author=SHOP)
    mesh.mappings.approve(id, author=SALES)
    assert mesh.status(id) == "approved"


def test_who_translates_within_a_domain_does_not_approve_of_that_himself(mesh: Agreeing) -> None:
    id = mesh.propose(WITHIN, author=person("sales"))
    mesh.mappings.translate_by(id, MONTH, author=SALES)
    assert mesh.status(id) == "proposed"
    mesh.mappings.approve(id, author=person("sales"))
    assert mesh.status(id) == "approved"


# Time


def test_it_ends_by_the_clock_and_nobody_writes_that(mesh: Agreeing) -> None:
    end = mesh.clock.at + DAY
    id = mesh.approved(until(BROAD, end))
    before = mesh.decisions()
    mesh.clock.ticks = False

    def holds(at: datetime) -> bool:
        (mapping,) = mesh.services.meanings.mappings()
        return mapping.holds(at)

    mesh.clock.at = end - timedelta(microseconds=1)
    assert holds(mesh.clock())
    mesh.clock.at = end
    assert not holds(mesh.clock())
    assert (mesh.status(id), mesh.decisions()) == ("approved", before)
    # What has run out may be proposed again.
    assert mesh.propose() != id


def test_the_past_has_the_status_of_then(mesh: Agreeing) -> None:
    steps = mesh.mappings
    id = mesh.propose(author=SALES)
    proposed = mesh.services.mesh.journal.head.sequence
    approved = sequence_of(steps.approve(id, author=SHOP))
    retired = sequence_of(steps.retire(id, "It was wrong.", author=SHOP))
    told = [mesh.status(id, at) for at in (proposed - 1, proposed, approved, retired)]
    assert told == [None, "proposed", "approved", "retired"]


def test_the_clock_of_the_past_is_that_of_its_instant(mesh: Agreeing) -> None:
    # The journal's own clock tells when commits were made: all of this lies after the last.
    now = datetime.now(mesh.clock.at.tzinfo)
    mesh.clock.at = now
    begin, end = now + DAY, now + 2 * DAY
    mesh.approved(replace(until(BROAD, end), valid_from=begin))
    held = []
    for at in (begin - timedelta(seconds=1), begin, end - timedelta(seconds=1), end, end + DAY):
        view = mesh.services.as_of(at)
        (mapping,) = view.meanings.mappings()
        held.append(mapping.holds(view.clock()))
    assert held == [False, True, True, False, False]


# The fence


@pytest.mark.parametrize(
    "author", [OPERATOR, person(GOVERNANCE), person(GOVERNANCE, "steward"), person("sales"), SALES]
)
def test_nobody_writes_decisions_but_by_deciding(mesh: Agreeing, author: Iri) -> None:
    id = mesh.propose()
    before = mesh.decisions()
    said = {Triple(*quad[:3]) for quad in before if quad.predicate != MESH.mappingStatus}
    said.add(Triple(id, MESH.mappingStatus, CODE.approved))
    content = SourceContent(GOVERNANCE, DECISIONS_SOURCE, frozenset(said))
    with pytest.raises(Forbidden, match="isogloss map"):
        mesh.services.commits.replace([content], author=author)
    assert mesh.decisions() == before
    with pytest.raises(Forbidden, match="isogloss map"):
        mesh.services.loading.restore(GOVERNANCE, DECISIONS_SOURCE, 1, author=author)


def test_another_source_changes_nothing_about_what_was_decided(mesh: Agreeing) -> None:
    id = mesh.propose(replace(BROAD, translations=(MONTH,)))
    more = {
        Triple(id, MESH.mappingStatus, CODE.approved),
        Triple(id, SSSOM.predicate_modifier, SSSOM.NegatedPredicate),
        Triple(Iri(f"{id}/translation"), MESH.precondition, term("lab")),
        Triple(Iri(f"{id}/translation/own"), MESH.basedOnMapping, id),
    }
    outcome = mesh.world.say(GOVERNANCE, more, source="policy", author=person(GOVERNANCE))
    assert isinstance(outcome, Committed)
    (mapping,) = mesh.services.meanings.mappings()
    assert (mapping.status, mapping.negated) == ("proposed", False)
    assert mapping.translations == (f"{id}/translation",)


# Many at once


def test_a_batch_is_one_commit_or_none(mesh: Agreeing) -> None:
    drafts = [replace(BROAD, match=match) for match in Match]
    settled = mesh.mappings.propose(drafts, author=SALES)
    assert len(set(settled.mappings)) == 5
    first, second, third, *_ = settled.mappings
    head = mesh.services.mesh.journal.head.sequence
    choices = [
        Choice(Step.APPROVE, first),
        Choice(Step.REJECT, second, "Not so."),
        Choice(Step.APPROVE, third),
        # In the state that the others made.
        Choice(Step.RETIRE, third, "On second thoughts."),
    ]
    decided = mesh.mappings.decide(choices, author=SHOP)
    assert sequence_of(decided) == head + 1
    assert decided.mappings == (first, second, third)
    assert [mesh.status(id) for id in (first, second, third)] == ["approved", "rejected", "retired"]
    before = mesh.decisions()
    with pytest.raises(WrongStage):
        mesh.mappings.decide(
            [Choice(Step.APPROVE, settled.mappings[3]), Choice(Step.APPROVE, second)], author=SHOP
        )
    assert mesh.decisions() == before


def test_the_same_claim_turned_round_is_no_second_proposal(mesh: Agreeing) -> None:
    mesh.propose(BROAD, SALES)
    turned = replace(BROAD, subject=BROAD.object, match=Match.NARROW, object=BROAD.subject)
    with pytest.raises(WrongStage, match="says the same"):
        mesh.propose(turned, SHOP)
    # What leads the other way is another claim, and so is its denial.
    mesh.propose(replace(turned, match=Match.BROAD), SHOP)
    mesh.propose(replace(turned, negated=True), SHOP)
    for match in (Match.EXACT, Match.CLOSE, Match.RELATED):
        mesh.propose(replace(BROAD, match=match), SALES)
        with pytest.raises(WrongStage):
            mesh.propose(replace(turned, match=match), SHOP)
