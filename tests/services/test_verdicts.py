"""What is thought of the lineage of the sample mesh, in whichever way it is asked."""

from collections import Counter
from collections.abc import Iterator

import pytest

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.errors import Forbidden, InvalidArgument, NotFound
from isogloss.governance.rulebook import Rulebook
from isogloss.lineage.flows import joins, treatment_of
from isogloss.model.change import Committed, Refused
from isogloss.model.lineage import Direction, Edge, Level
from isogloss.model.rdf import Iri
from isogloss.model.verdicts import JudgedFlow, Treatment, Verdict
from isogloss.services.loading import Upload
from isogloss.settings import Settings
from tests.doors import agreed_mappings

BASE = "https://mesh.example/"
KPI = f"{BASE}finance/dataset/kpi_monthly"
SETTLED = "https://w3id.org/isogloss/shapes#Settled-words"
BOARD = Iri(f"{BASE}finance/product/board-report")
NO_CONFLICT = """
@prefix code: <https://w3id.org/isogloss/code/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dprod: <https://www.omg.org/spec/DPROD/dprod/> .
@prefix mesh: <https://w3id.org/isogloss/mesh#> .
@prefix rule: <https://w3id.org/isogloss/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
rule:Settled a sh:NodeShape ; sh:targetClass dprod:DataProduct ; sh:property rule:Settled-words .
rule:Settled-words a sh:PropertyShape ;
    sh:path ( [ sh:inversePath mesh:judges ] mesh:verdict ) ;
    sh:in ( code:same code:different code:translated ) ;
    sh:severity sh:Violation ;
    sh:message "Settle what is joined upstream."@en ;
    mesh:ruleId "settled-words" .
"""


def _sample(rulebook: Rulebook | None = None) -> Iterator[Services]:
    services = build(Settings(data=None), rulebook=rulebook)
    loaded = services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    assert isinstance(loaded.outcome, Committed), loaded.outcome
    yield services
    services.close()


@pytest.fixture(scope="module")
def mesh() -> Iterator[Services]:
    """The sample mesh."""
    yield from _sample()


def _edges(services: Services) -> list[Edge]:
    links = services.lineage.at().index(Level.COLUMN).all_links()
    return [
        Edge(x.downstream, x.upstream, x.kind, x.evidence, (), (), x.transformations, x.since)
        for x in links
    ]


def test_edge_by_edge_it_is_what_it_is_of_all_at_once(mesh: Services) -> None:
    mesh.verdicts.boundary()
    edges = [edge for edge in _edges(mesh) if not joins(edge.transformations)]
    told = mesh.verdicts.of_edges(edges, mesh.graph.sequence)
    one_by_one: Counter[Verdict] = Counter()
    for edge, judgement in zip(edges, told, strict=True):
        assert (judgement is None) == (treatment_of(edge.kind, edge.transformations) is None)
        if judgement:
            one_by_one[judgement.verdict] += 1
    in_joins = [edge for edge in _edges(mesh) if joins(edge.transformations)]
    assert in_joins, "or joins are not looked at"
    whole = mesh.verdicts.whole()
    values = Counter[Verdict]()
    for judged in whole:
        if judged.flow.treatment is not Treatment.JOIN:
            values[judged.judgement.verdict] += judged.flow.count
    beside = [e for e in in_joins if treatment_of(e.kind, e.transformations)]
    assert values.total() == one_by_one.total() + len(beside)
    assert all(values[verdict] >= count for verdict, count in one_by_one.items())


def test_what_the_boards_slide_joins_is_found_and_explained(mesh: Services) -> None:
    report = mesh.verdicts.boundary(Iri(f"{BASE}finance/domain"))
    (worst, *_) = report.flows
    assert worst.flow.treatment is Treatment.JOIN
    assert worst.flow.made_column == f"{KPI}/engaged_users"
    assert worst.judgement.verdict in (Verdict.CONFLICT, Verdict.UNTRANSLATED)
    assert "active user" in worst.judgement.reason
    found = mesh.verdicts.meaning_of(Iri(f"{KPI}/engaged_users"))
    assert found.worst is worst.judgement.verdict
    assert found.crossings[0].judgement.verdict is found.worst
    assert not found.terms


def test_a_meaning_is_inferred_from_what_a_column_is_a_copy_of(mesh: Services) -> None:
    found = mesh.verdicts.meaning_of(Iri(f"{KPI}/active_users"))
    assert found.terms == (f"{BASE}marketing/term/active-user",)
    assert not found.is_asserted
    reach = f"{BASE}marketing/dataset/user_reach_monthly/active_users"
    assert found.chain == (f"{KPI}/active_users", reach)
    asserted = mesh.verdicts.meaning_of(Iri(reach))
    assert asserted.is_asserted
    assert asserted.chain == (reach,)
    with pytest.raises(NotFound, match="no column"):
        mesh.verdicts.meaning_of(Iri(KPI))


def test_a_way_is_as_bad_as_its_worst_edge(mesh: Services) -> None:
    slide = Iri(f"{KPI}/engaged_users")
    start = Iri(f"{BASE}product/dataset/app_sessions/account_id")
    paths = mesh.questions.paths(start, slide).ways.paths
    assert len(paths) > 1
    told = mesh.verdicts.of_paths([*paths, [slide]], mesh.graph.sequence)
    assert [one.verdict if one else None for one in told] == [
        *[Verdict.CONFLICT] * len(paths),
        None,
    ]
    (kept,) = mesh.questions.paths(
        Iri(f"{BASE}marketing/dataset/user_reach_monthly/active_users"), Iri(f"{KPI}/active_users")
    ).ways.paths
    (same,) = mesh.verdicts.of_paths([kept], mesh.graph.sequence)
    assert same
    assert same.verdict is Verdict.SAME


def test_answers_are_cut_and_go_on(mesh: Services) -> None:
    whole = mesh.verdicts.boundary()
    assert whole.extent.complete
    pages: list[JudgedFlow] = []
    after = None
    while True:
        page = mesh.verdicts.boundary(max_flows=1, after=after)
        assert page.counts == whole.counts
        pages.extend(page.flows)
        if page.extent.truncated_by is None:
            break
        after = page.extent.truncated_by.cursor
    assert pages == list(whole.flows)
    with pytest.raises(InvalidArgument, match="another question"):
        mesh.verdicts.boundary(Iri(f"{BASE}finance/domain"), after=after)
    column = Iri(f"{KPI}/engaged_users")
    crossings = mesh.verdicts.meaning_of(column)
    first = mesh.verdicts.meaning_of(column, max_crossings=1)
    assert first.crossings == crossings.crossings[:1]
    assert first.extent.truncated_by is not None


def test_whoever_states_that_a_translation_is_applied_is_believed_there() -> None:
    for mesh in _sample():
        edge = _edge_into(mesh, f"{BASE}finance/dataset/invoices/tax_country")
        (before,) = mesh.verdicts.of_edges([edge], mesh.graph.sequence)
        assert before
        said = (
            f"<{edge.downstream}> <https://w3id.org/isogloss/mesh#appliesTranslation> "
            f"<{BASE}governance/translation/none> ."
        )
        loaded = mesh.loading.load(
            [Upload("x.ttl", said.encode())], "finance", source="mappings/applied"
        )
        assert isinstance(loaded.outcome, Committed), loaded.outcome
        (after,) = mesh.verdicts.of_edges([edge], mesh.graph.sequence)
        # Of another translation it says nothing.
        assert after == before


def test_flows_are_gathered_again_only_if_they_may_be_others() -> None:
    for mesh in _sample():
        before = mesh.verdicts.whole()
        said = f'<{BASE}finance/x> <http://purl.org/dc/terms/description> "x" .'
        mesh.loading.load([Upload("x.ttl", said.encode())], "finance", source="more")
        same = mesh.verdicts.whole()
        assert same is not before
        assert same.flows is before.flows
        # What mappings change is judged again by itself, as if all were.
        upload = Upload("mappings.ttl", agreed_mappings())
        mesh.loading.load([upload], "governance", source="mappings")
        agreed = mesh.verdicts.whole()
        assert agreed.flows is before.flows
        assert agreed.counts != before.counts
        again = build(Settings(data=None))
        again.loading.load_mesh(resources.walk(resources.folder("sample_data")))
        again.loading.load([upload], "governance", source="mappings")
        assert again.verdicts.whole().counts == agreed.counts
        again.close()
        term = f"<{KPI}/engaged_users> <https://w3id.org/isogloss/mesh#representsTerm> "
        term += f"<{BASE}finance/term/customer> ."
        mesh.loading.load([Upload("x.ttl", term.encode())], "finance", source="more")
        assert mesh.verdicts.whole().flows is not before.flows


def test_a_column_of_which_nobody_says_what_it_means_is_not_called_clean(mesh: Services) -> None:
    column = Iri(f"{BASE}product/dataset/app_events/app_version")
    assert mesh.verdicts.meaning_of(column).worst is Verdict.UNKNOWN


def test_nothing_crosses_from_a_domain_to_itself(mesh: Services) -> None:
    finance = Iri(f"{BASE}finance/domain")
    with pytest.raises(InvalidArgument, match="name two"):
        mesh.verdicts.boundary(finance, finance)


def test_rules_may_speak_of_verdicts_and_do_not_stand_in_their_way() -> None:
    shipped = resources.texts("shapes", ".ttl")
    for mesh in _sample(Rulebook({**shipped, "settled.ttl": NO_CONFLICT})):
        assert SETTLED not in _broken(mesh)
        found, outcome = mesh.verdict_records.publish()
        assert isinstance(outcome, Committed)
        assert BOARD in found
        assert _broken(mesh)[SETTLED] == {BOARD}
        again, nothing = mesh.verdict_records.publish()
        assert again == found
        assert isinstance(nothing, Committed)
        assert nothing.sequence == outcome.sequence


@pytest.mark.parametrize("domain", ["marketing", "governance"])
@pytest.mark.parametrize("source", ["verdicts", "other"])
def test_nobody_writes_verdicts_by_hand(mesh: Services, domain: str, source: str) -> None:
    said = f"<{BASE}marketing/v> <https://w3id.org/isogloss/mesh#judges> <{BOARD}> ."
    said = said.replace("marketing/v", "v") if domain == "governance" else said
    with pytest.raises(Forbidden, match="verdicts on meaning"):
        mesh.loading.load([Upload("x.ttl", said.encode())], domain, source=source)


def test_a_source_that_is_called_verdicts_is_judged_like_any_other(mesh: Services) -> None:
    nameless = (
        f"<{BASE}marketing/product/bad> a <https://www.omg.org/spec/DPROD/dprod/DataProduct> ."
    )
    upload = Upload("x.ttl", nameless.encode())
    loaded = mesh.loading.load([upload], "marketing", source="verdicts")
    assert isinstance(loaded.outcome, Refused)


def test_only_the_governance_group_publishes(mesh: Services) -> None:
    with pytest.raises(Forbidden, match="governance group"):
        mesh.verdict_records.publish(author=Iri(f"{BASE}governance/person/anna"))


def test_only_in_a_source_of_words_is_a_translation_confirmed(mesh: Services) -> None:
    said = (
        f"<{KPI}/customers> <https://w3id.org/isogloss/mesh#appliesTranslation> "
        f"<{BASE}governance/translation/none> ."
    )
    with pytest.raises(Forbidden, match="steward"):
        mesh.loading.load([Upload("x.ttl", said.encode())], "finance", source="eng")


def _edge_into(services: Services, column: str) -> Edge:
    return next(edge for edge in _edges(services) if edge.downstream == column)


def _broken(services: Services) -> dict[str, set[Iri]]:
    found: dict[str, set[Iri]] = {}
    for result in services.governance.report().results:
        found.setdefault(str(result.rule), set()).add(result.focus_node)
    return found


def test_directions_are_those_of_lineage(mesh: Services) -> None:
    found = mesh.questions.lineage(Iri(f"{KPI}/active_users"), Direction.UPSTREAM, max_hops=1)
    (told,) = mesh.verdicts.of_edges(found.edges, found.extent.as_of_commit)
    assert told
    assert told.verdict is Verdict.SAME
