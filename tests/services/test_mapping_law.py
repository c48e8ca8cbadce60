"""Whatever people do in whatever order, none makes a mapping hold that should not."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from isogloss.errors import MeshError
from isogloss.model.access import Role
from isogloss.model.agreement import Choice, MappingDraft, Match, Step, TranslationDraft
from isogloss.model.meaning import Loss
from isogloss.model.rdf import Iri
from isogloss.services.ownership import OPERATOR
from tests.services.delegates_world import id_of, person
from tests.services.mapping_world import BOTH, BROAD, agreeing, sequence_of, term

PEOPLE = [
    *(person(domain, role) for domain in ("sales", "shop") for role in ("steward", "owner")),
    *(BOTH, BOTH, person("sales", "engineer"), person("lab", "steward"), OPERATOR),
]
DRAFTS = [BROAD, replace(BROAD, match=Match.RELATED, object=term("sales", "churn"))]
STEPS = ["propose", "approve", "approve", "approve", "reject", "retire", "translate", "undo"]
MONTH = TranslationDraft(Loss.NARROWING, expression="value * 4")
MESH = agreeing("sales", "shop", "lab")


def speaks(one: Iri, domain: str) -> bool:
    """Tell by the book who is a steward or an owner of a domain."""
    return one == BOTH or one in (person(domain, "steward"), person(domain, "owner"))


@settings(max_examples=60, deadline=None)
@given(
    chosen=st.sampled_from(DRAFTS),
    script=st.lists(
        st.tuples(st.sampled_from(STEPS), st.sampled_from(PEOPLE), st.integers(0, 5)),
        min_size=4,
        max_size=14,
    ),
)
def test_nothing_is_approved_but_by_both_sides_and_two_people(
    chosen: MappingDraft, script: list[tuple[str, Iri, int]]
) -> None:
    mesh, steps = MESH, MESH.mappings
    for known in mesh.services.agreements.all().values():
        # What the example before left open would stand in the way.
        if known.mapping.status == "proposed":
            steps.reject(known.id, "Over.", author=person("sales"))
        elif known.mapping.status == "approved":
            steps.retire(known.id, "Over.", author=person("sales"))
    id, commits = Iri("https://mesh.example/mapping/none"), [0]
    # Who has agreed to the mapping as it stands after each commit, and who put it so.
    said: dict[int, tuple[frozenset[Iri], Iri | None]] = {0: (frozenset(), None)}
    for step, author, back in script:
        people, proposer = said[commits[-1]]
        try:
            if step == "propose":
                settled = steps.propose([chosen], author=author)
                id, commits, said = settled.mappings[0], [0], {0: (frozenset(), None)}
                people, proposer = frozenset([author]), author
            elif step == "translate":
                settled = steps.translate_by(id, MONTH, author=author)
                people, proposer = frozenset([author]), author
            elif step == "undo":
                sequence = commits[-1 - back % len(commits)]
                settled = steps.undo(sequence, author=author)
                people, proposer = said[commits[commits.index(sequence) - 1]]
            else:
                settled = steps.decide([Choice(Step(step), id, "So.")], author=author)
                people |= {author} if step == "approve" else set()
        except MeshError:
            continue
        head = sequence_of(settled)
        commits.append(head)
        said[head] = people, proposer
        if mesh.status(id) == "approved":
            domains = {"sales", "shop"} if chosen == BROAD else {"sales"}
            for domain in domains:
                assert any(speaks(one, domain) for one in people), (domain, script)
            stewards = {one for one in people if any(speaks(one, d) for d in domains)}
            assert len(stewards) >= len(domains), script
            assert stewards - {proposer} or len(stewards) > 1, script


def test_the_roles_are_as_the_book_has_them() -> None:
    known = MESH.services.commits.ownership().memberships
    for domain in ("sales", "shop"):
        deciders = {
            m.member
            for m in known
            if m.domain == id_of(domain) and m.role in (Role.STEWARD, Role.OWNER)
        }
        assert deciders == {one for one in PEOPLE if speaks(one, domain)}
