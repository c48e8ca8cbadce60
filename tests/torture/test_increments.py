"""No change is lost among others, and no two break together what neither breaks alone."""

from functools import partial
from time import sleep

import pytest

from isogloss.bootstrap import Services, build
from isogloss.model.change import Committed, Refused, SourceContent, SourceEdit
from isogloss.model.rdf import Literal, Triple, text
from isogloss.settings import Settings
from isogloss.store.mesh import Mesh
from isogloss.vocab import DCAT, DCTERMS, RDF
from tests.services.test_commits import FOUNDING
from tests.torture.workbench import (
    Figures,
    dataset,
    found_shop,
    put,
    said,
    size,
    together,
    values_at,
    without_rules,
)

WRITERS = 8


def _one_more(triples: frozenset[Triple]) -> frozenset[Triple]:
    return frozenset(
        triple._replace(object=Literal(str(int(triple.object.value) + 1)))
        if isinstance(triple.object, Literal)
        else triple
        for triple in triples
    )


def test_no_increment_is_lost(figures: Figures) -> None:
    each = size(500, 10)
    mesh = Mesh.open(None)
    commits = without_rules(mesh)
    found_shop(commits)
    put(commits, "counter", "0")

    def count() -> None:
        for _ in range(each):
            commits.replace([SourceEdit("shop", "counter", _one_more)])

    together(*[count] * WRITERS)
    head = mesh.journal.head.sequence
    assert values_at(mesh, head) == {"counter": {str(WRITERS * each)}}
    # Not one too many either: each is a commit of its own, and the graph has the last.
    assert head == 2 + WRITERS * each
    assert list(mesh.verify()) == []
    mesh.close()
    figures(f"{WRITERS} writers made {WRITERS * each} increments, and all were counted")


def test_more_writers_than_fit_into_one_transaction_all_get_their_answer() -> None:
    mesh = Mesh.open(None)
    commits = without_rules(mesh)
    found_shop(commits)
    others = [partial(put, commits, f"w{number}", "x") for number in range(100)]

    def linger(_: frozenset[Triple]) -> frozenset[Triple]:
        sleep(0.5)  # until all others wait
        return said("slow", "x")

    together(lambda: commits.replace([SourceEdit("shop", "slow", linger)]), *others)
    assert len(values_at(mesh, mesh.journal.head.sequence)) == len(others) + 1
    mesh.close()


@pytest.fixture
def shop() -> Services:
    services = build(Settings(data=None))
    services.commits.replace([FOUNDING])
    return services


def _at_once(
    shop: Services, number: int, titles: tuple[str, str]
) -> dict[str, Committed | Refused]:
    """Give one dataset two titles in English, of which it may have one, in two sources."""
    outcomes: dict[str, Committed | Refused] = {}

    def submit(title: str) -> None:
        named = dataset(f"pair{number}")
        triples = frozenset(
            {
                Triple(named, RDF.type, DCAT.Dataset),
                Triple(named, DCTERMS.title, text(title, "en")),
            }
        )
        source = SourceContent("shop", f"{title}{number}", triples)
        outcomes[title] = shop.commits.replace([source])

    together(*(partial(submit, title) for title in titles))
    return outcomes


def test_of_two_changes_that_break_a_rule_only_together_one_is_made(
    shop: Services, figures: Figures
) -> None:
    rounds = size(200, 10)
    first_won = 0
    for number in range(rounds):
        name = dataset(f"pair{number}")
        pair = ("first", "second") if number % 2 else ("second", "first")
        outcomes = _at_once(shop, number, pair)
        accepted = [t for t, outcome in outcomes.items() if isinstance(outcome, Committed)]
        assert len(outcomes) == 2
        assert len(accepted) == 1, outcomes
        titles = [q.object for q in shop.graph.describe([name])[name] if q[1] == DCTERMS.title]
        assert titles == [text(accepted[0], "en")]
        first_won += accepted == ["first"]
        # The mesh stays small, so that judging it stays quick.
        shop.commits.replace(
            [SourceContent("shop", f"{title}{number}", frozenset()) for title in pair]
        )
    assert shop.governance.report().violations == ()
    assert list(shop.mesh.verify()) == []
    figures(f"exactly one of two in {rounds} of {rounds}; the first in {first_won}")
