"""A steward is shown what awaits him, what would settle most lineage first."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from isogloss.model.agreement import Awaiting, Match
from isogloss.model.rdf import Iri, Triple, text
from isogloss.services.steward_queue import StewardQueue, finding_of
from isogloss.vocab import SKOS
from tests.services.delegates_world import DAY, GOVERNANCE, person
from tests.services.mapping_world import BOTH, BROAD, Agreeing, Found, agreeing, state, term, until

SALES, SHOP, LAB = (person(domain, "steward") for domain in ("sales", "shop", "lab"))


LEADS = Found("polyseme", term("lab"), term("shop"), 0.9)
CHURNS = Found("polyseme", term("lab", "churn"), term("shop", "churn"), 0.7)


class Watched:
    """What detection and lineage tell, as a test has it."""

    def __init__(self, mesh: Agreeing) -> None:
        self.found = [LEADS, CHURNS]
        self.flows: dict[frozenset[Iri], int] = {}
        self.mesh = mesh
        mesh.find(lambda: self.found)
        services = mesh.services
        self.queue = StewardQueue(
            services.catalog,
            services.meanings,
            services.agreements,
            services.commits.ownership,
            mesh.clock,
            detect=lambda: self.found,
            flows=lambda one, other: self.flows.get(frozenset((one, other)), 0),
        )

    def kinds(self, steward: Iri) -> list[Awaiting]:
        return [item.kind for item in self.queue.queue(steward)]


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = agreeing("sales", "shop", "lab")
    yield Watched(made)
    made.services.close()


def test_a_mapping_awaits_those_who_can_bring_it_further(watched: Watched) -> None:
    watched.found = []
    id = watched.mesh.propose(author=SALES)
    (item,) = watched.queue.queue(SHOP)
    assert (item.kind, item.mappings) == (Awaiting.MAPPING, (id,))
    assert item.why == (
        "sales:lead broadMatch shop:lead: steward proposed it, and shop has yet to approve."
    )
    assert [i.mappings for i in watched.queue.queue(person("shop"))] == [(id,)]
    assert [i.mappings for i in watched.queue.queue(BOTH)] == [(id,)]
    for other in (SALES, person("sales"), LAB, person("shop", "engineer")):
        assert watched.queue.queue(other) == ()
    watched.mesh.mappings.approve(id, author=SHOP)
    assert watched.queue.queue(SHOP) == ()


def test_what_one_person_said_for_both_sides_awaits_the_others(watched: Watched) -> None:
    watched.found = []
    watched.mesh.propose(author=BOTH)
    assert watched.queue.queue(BOTH) == ()
    for steward in (SALES, SHOP):
        assert watched.kinds(steward) == [Awaiting.MAPPING]


def test_conflicts_and_candidates_are_shown_to_their_domains(watched: Watched) -> None:
    mesh = watched.mesh
    mesh.approved()
    mesh.approved(replace(BROAD, match=Match.CLOSE))
    assert watched.kinds(SALES) == [Awaiting.CONFLICT]
    assert watched.kinds(LAB) == [Awaiting.CANDIDATE, Awaiting.CANDIDATE]
    assert watched.kinds(SHOP) == [Awaiting.CONFLICT, Awaiting.CANDIDATE, Awaiting.CANDIDATE]
    _, first, second = watched.queue.queue(SHOP)
    assert first.why == (
        "lab:lead and shop:lead share a word, and may mean two things (0.90). They share a word."
    )
    assert (first.finding, second.finding) == (finding_of(LEADS), finding_of(CHURNS))


def test_what_settles_more_flows_comes_first(watched: Watched) -> None:
    watched.mesh.propose(author=SALES)
    assert watched.kinds(SHOP)[0] is Awaiting.MAPPING
    watched.flows = {
        frozenset((CHURNS.one, CHURNS.other)): 7,
        frozenset((BROAD.subject, BROAD.object)): 2,
    }
    items = watched.queue.queue(SHOP)
    assert [item.flows for item in items] == [7, 2, 0]
    assert items[0].finding == finding_of(CHURNS)


def test_a_dismissed_candidate_comes_back_with_other_evidence(watched: Watched) -> None:
    watched.mesh.mappings.dismiss(finding_of(LEADS), "Nobody confuses them.", author=LAB)
    assert watched.queue.candidates() == (CHURNS,)
    turned = replace(LEADS, one=LEADS.other, other=LEADS.one)
    watched.found = [turned, replace(LEADS, kind="synonym"), replace(LEADS, fingerprint="f2")]
    assert watched.queue.candidates() == tuple(watched.found[1:])


def test_what_is_mapped_is_no_candidate_until_the_mapping_ends(watched: Watched) -> None:
    draft = replace(BROAD, subject=term("lab"), object=term("shop"))
    id = watched.mesh.propose(draft, LAB)
    assert watched.queue.candidates() == (CHURNS,)
    watched.mesh.mappings.reject(id, "Not so.", author=SHOP)
    assert watched.queue.candidates() == (LEADS, CHURNS)


def test_what_nobody_reviewed_hides_no_candidate_and_is_shown_to_both_sides(
    watched: Watched,
) -> None:
    mesh = watched.mesh
    between = LEADS.one, LEADS.other
    for source, status in (
        ("things", "proposed"),
        ("things", "approved"),
        ("glossary/m", "approved"),
    ):
        id = state(mesh, "lab", between, status, source)
        assert watched.queue.candidates() == (LEADS, CHURNS)
        for steward in (LAB, SHOP):
            (item,) = (i for i in watched.queue.queue(steward) if i.kind is Awaiting.STATED)
            assert (item.mappings, {item.one, item.other}) == ((id,), set(between))
            assert "stated by a source of lab" in item.why
            assert 'map propose "lab:lead" exact "shop:lead" --confidence 1 ' in item.why
        assert Awaiting.STATED not in watched.kinds(SALES)
        mesh.world.say("lab", (), source=source)
    # Once it is decided about, either way round, it awaits nobody.
    state(mesh, "lab", between, "proposed", "things")
    turned = replace(BROAD, subject=LEADS.other, match=Match.EXACT, object=LEADS.one)
    id = mesh.propose(turned, LAB)
    assert watched.kinds(SHOP) == [Awaiting.MAPPING, Awaiting.CANDIDATE]
    mesh.mappings.reject(id, "Not so.", author=SHOP)
    assert watched.kinds(SHOP) == [Awaiting.CANDIDATE, Awaiting.CANDIDATE]


def test_a_mapping_that_the_clock_ended_hides_no_candidate(watched: Watched) -> None:
    end = watched.mesh.clock() + DAY
    draft = until(replace(BROAD, subject=term("lab"), object=term("shop")), end)
    watched.mesh.mappings.approve(watched.mesh.propose(draft, LAB), author=SHOP)
    assert watched.queue.candidates() == (CHURNS,)
    watched.mesh.clock.forward(2 * DAY)
    assert watched.queue.candidates() == (LEADS, CHURNS)


def test_what_governance_states_and_holds_hides_its_candidate(watched: Watched) -> None:
    state(watched.mesh, GOVERNANCE, (LEADS.one, LEADS.other), "approved")
    assert watched.queue.candidates() == (CHURNS,)
    assert Awaiting.STATED not in watched.kinds(SHOP)


def test_conflicts_within_glossaries_and_by_them_are_shown_too(watched: Watched) -> None:
    watched.found = []
    mesh = watched.mesh
    lead, churn = term("lab"), term("lab", "churn")
    mesh.world.say(
        "lab",
        {
            Triple(lead, SKOS.related, churn),
            Triple(lead, SKOS.altLabel, text("lead", "en")),
            Triple(churn, SKOS.narrower, lead),
        },
        source="glossary/more",
    )
    whys = [item.why for item in watched.queue.queue(LAB)]
    assert whys == [
        "lab:lead and lab:churn are said to be related, but the one is below the other: "
        "lab:lead, lab:churn.",
        "'lead' is a label of lab:lead more than once: alternative and preferred.",
    ]
    assert watched.queue.queue(SHOP) == ()
    # Two words of one glossary become one by way of another's.
    for label in ("lead", "churn"):
        ends = replace(BROAD, subject=term("lab", label), match=Match.EXACT, object=term("shop"))
        mesh.mappings.approve(mesh.propose(ends, LAB), author=SHOP)
    merged = "lab:churn and lab:lead are two terms of one glossary, but equal by way of shop:lead."
    for steward in (LAB, SHOP):
        assert merged in [item.why for item in watched.queue.queue(steward)]
    found = mesh.services.compositions.conflicts()
    assert {one.sentence for one in found} == {*whys, merged}
