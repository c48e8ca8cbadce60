"""A domain's stewards approve of mappings between its own words alone; governance's of any."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from isogloss.model.agreement import Match
from isogloss.model.rdf import Iri
from tests.services.delegates_world import GOVERNANCE, id_of, space
from tests.services.mapping_world import BROAD, Agreeing, agreeing, state, term, translated

OWN = (term("sales"), term("sales", "churn"))
ACROSS = (term("sales"), term("shop"))
FOREIGN = (term("shop"), term("shop", "churn"))


@pytest.fixture(scope="module")
def mesh() -> Iterator[Agreeing]:
    made = agreeing("sales", "shop")
    yield made
    made.services.close()


@pytest.mark.parametrize(
    ("domain", "terms", "said", "counts"),
    [
        ("sales", OWN, "approved", "approved"),
        ("sales", ACROSS, "approved", "proposed"),
        ("shop", ACROSS, "approved", "proposed"),
        ("sales", FOREIGN, "approved", "proposed"),
        ("sales", ACROSS, "rejected", "rejected"),
        ("sales", ACROSS, "proposed", "proposed"),
        (GOVERNANCE, ACROSS, "approved", "approved"),
    ],
)
def test_what_a_source_approves_counts_for_its_own_words(
    mesh: Agreeing, domain: str, terms: tuple[Iri, Iri], said: str, counts: str
) -> None:
    assert mesh.status(state(mesh, domain, terms, said)) == counts


@pytest.mark.parametrize(
    ("domain", "terms"), [("sales", OWN), (GOVERNANCE, ACROSS), (GOVERNANCE, OWN)]
)
@pytest.mark.parametrize("source", ["things", "product/x", "mappings-of-ours", "openlineage/a"])
def test_no_engineer_approves_by_a_source_of_his_own(
    mesh: Agreeing, domain: str, terms: tuple[Iri, Iri], source: str
) -> None:
    mesh.world.say(domain, (), source="mappings")
    id = state(mesh, domain, terms, "approved", source)
    (mapping,) = (m for m in mesh.services.meanings.mappings() if m.id == id)
    mesh.world.say(domain, (), source=source)
    assert (mapping.status, mapping.translations) == ("proposed", ())


@pytest.mark.parametrize("source", ["mappings/sales", "glossary/more", "concordances/codes"])
def test_stewards_approve_by_any_of_their_sources(mesh: Agreeing, source: str) -> None:
    mesh.world.say("sales", (), source="mappings")
    status = mesh.status(state(mesh, "sales", OWN, "approved", source))
    mesh.world.say("sales", (), source=source)
    assert status == "approved"


def test_an_engineer_extends_no_agreement_to_other_words() -> None:
    mesh = agreeing("sales", "shop")
    mesh.approved(replace(BROAD, match=Match.EXACT))
    for source, follows in (("mappings", True), ("product/x", False)):
        mesh.world.say("sales", (), source="mappings")
        state(mesh, "sales", OWN, "approved", source)
        chains = mesh.services.compositions.between(term("sales", "churn"), term("shop"))[2]
        assert bool(chains.found) == follows
    mesh.services.close()


def test_a_word_that_looks_equal_only_by_a_foreign_approval_stays_a_polyseme(
    mesh: Agreeing,
) -> None:
    mesh.world.say(GOVERNANCE, (), source="mappings")
    for domain in ("sales", "shop"):
        state(mesh, domain, ACROSS, "approved")
    assert "lead" in [word.label for word in mesh.services.meanings.polysemes()]
    state(mesh, GOVERNANCE, ACROSS, "approved")
    assert "lead" not in [word.label for word in mesh.services.meanings.polysemes()]


def test_no_domain_translates_by_what_others_agreed(mesh: Agreeing) -> None:
    id = state(mesh, GOVERNANCE, ACROSS, "approved")
    own = Iri(f"{space('shop')}translation/own")
    mesh.world.say("shop", translated(own, id, ACROSS), source="mappings")
    (mapping,) = (m for m in mesh.services.meanings.mappings() if m.id == id)
    assert mapping.translations == (f"{space(GOVERNANCE)}translation/stated",)
    # Between its own words, it may.
    id = state(mesh, "sales", OWN, "approved")
    (mapping,) = (m for m in mesh.services.meanings.mappings() if m.id == id)
    assert mapping.translations == (f"{space('sales')}translation/stated",)


def test_who_states_a_mapping_is_told_unless_it_was_voted_on() -> None:
    mesh = agreeing("sales", "shop")
    voted, own = mesh.approved(), state(mesh, "sales", OWN, "approved")
    above = state(mesh, GOVERNANCE, ACROSS, "approved")
    engineered = state(mesh, "shop", FOREIGN, "approved", "things")
    found = {one.id: (one.status, one.stated_by) for one in mesh.services.meanings.mappings()}
    assert found == {
        voted: ("approved", ()),
        own: ("approved", (id_of("sales"),)),
        above: ("approved", (id_of(GOVERNANCE),)),
        engineered: ("proposed", (id_of("shop"),)),
    }
    mesh.services.close()
