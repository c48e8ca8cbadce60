"""A draft of rules says what it would break, whose that is and who would wait for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.errors import InvalidInput, MeshError, ValidationFailed
from isogloss.governance.rulebook import Rulebook
from isogloss.model.change import Committed
from isogloss.model.governance import Severity
from isogloss.model.preview import EffectKind, RulePreview
from isogloss.model.rdf import Iri
from isogloss.settings import Settings
from isogloss.vocab import RULE

PREFIXES = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dprod: <https://www.omg.org/spec/DPROD/dprod/> .
@prefix rule: <{RULE.iri}> .
@prefix mesh: <https://w3id.org/isogloss/mesh#> .
"""
SPATIAL = f"""{PREFIXES}
rule:Spatial a sh:NodeShape ; sh:targetClass dprod:DataProduct ; sh:property rule:Spatial-where .
rule:Spatial-where a sh:PropertyShape ; sh:path dcterms:spatial ; sh:minCount 1 ;
    sh:message "Say where."@en ; mesh:ruleId "spatial-where" .
"""
IDLE = f"""{PREFIXES}
rule:Idle a sh:NodeShape ; sh:targetClass rule:Nothing ; sh:property rule:Idle-none .
rule:Idle-none a sh:PropertyShape ; sh:path dcterms:spatial ; sh:minCount 1 .
"""


@pytest.fixture(scope="module")
def mesh() -> Iterator[Services]:
    """The sample mesh."""
    services = build(Settings(data=None))
    loaded = services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    assert isinstance(loaded.outcome, Committed)
    yield services
    services.close()


def preview(services: Services, draft: str, days: int = 0) -> RulePreview:
    return services.previewing.preview({"draft.ttl": draft}, days=days)


def test_a_new_rule_fails_what_lacks_it_and_says_whose_that_is(mesh: Services) -> None:
    found = preview(mesh, SPATIAL)
    products = mesh.catalog.product_ids()
    assert {effect.kind for effect in found.effects} == {EffectKind.NEWLY_FAILING}
    assert {effect.product for effect in found.effects} == set(products)
    assert found.sequence == mesh.graph.sequence
    for effect in found.effects:
        assert effect.result.focus_node == effect.product
        assert effect.domain is not None
        assert effect.result.message == "Say where."
    (activity,) = (e for e in found.effects if str(e.product).endswith("/product/activity"))
    assert activity.domain == "marketing"
    assert activity.owners != ()
    assert found.by_rule() == [(Iri(f"{RULE.iri}Spatial-where"), len(products))]
    assert sum(count for _, count in found.by_domain()) == len(products)


def test_what_would_be_blocked_is_ranked_by_who_reads_it(mesh: Services) -> None:
    radii = preview(mesh, SPATIAL).radii
    widths = [len(radius.products) for radius in radii]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 0
    assert radii[0].domains
    warning = SPATIAL.replace("sh:minCount 1", "sh:minCount 1 ; sh:severity sh:Warning")
    assert preview(mesh, warning).radii == ()


def test_nothing_is_changed_by_looking(mesh: Services) -> None:
    before = mesh.governance.report()
    preview(mesh, SPATIAL)
    assert mesh.governance.report() == before
    one, other = preview(mesh, SPATIAL), preview(mesh, SPATIAL)
    assert (one.effects, one.radii, one.draft) == (other.effects, other.radii, other.draft)


def test_a_draft_that_says_the_same_as_the_rules_in_force_changes_nothing(mesh: Services) -> None:
    found = mesh.previewing.preview(resources.texts("shapes", ".ttl"))
    assert found.effects == ()


def test_a_rule_made_milder_is_shown_as_such_and_one_withdrawn_as_passing(mesh: Services) -> None:
    (shown, *_) = mesh.governance.report().results
    text = PREFIXES + _rule(mesh, shown.rule, "sh:deactivated true")
    found = preview(mesh, text)
    assert {e.kind for e in found.effects} == {EffectKind.NEWLY_PASSING}
    assert {e.result.rule for e in found.effects} == {shown.rule}
    # With one severity too many it would be refused: the draft stands in for the whole rule.
    other = Severity.INFO if shown.severity is not Severity.INFO else Severity.WARNING
    text = PREFIXES + _rule(mesh, shown.rule, f"sh:severity sh:{other.name.title()}")
    changed = preview(mesh, text)
    assert {e.kind for e in changed.effects} == {EffectKind.CHANGED_SEVERITY}
    assert {(e.before, e.result.severity) for e in changed.effects} == {(shown.severity, other)}


def _rule(mesh: Services, rule: Iri, more: str) -> str:
    """Write a rule that is in force again, with its severity replaced by something else."""
    book = Rulebook(resources.texts("shapes", ".ttl"))
    lines = []
    for predicate, value in book.graph.predicate_objects(rdflib.URIRef(rule)):
        if predicate != rdflib.SH.severity:
            assert not isinstance(value, rdflib.BNode), "take a rule without blank nodes"
            lines.append(f"{predicate.n3()} {value.n3()}")
    return f"<{rule}> {' ; '.join(lines)} ; {more} ."


def test_a_rule_that_looks_at_nothing_is_named(mesh: Services) -> None:
    found = preview(mesh, IDLE)
    assert found.effects == ()
    assert found.idle == (Iri(f"{RULE.iri}Idle-none"),)
    (cost,) = preview(mesh, SPATIAL).costs
    assert (cost.rule, cost.focus_nodes) == (
        Iri(f"{RULE.iri}Spatial-where"),
        len(mesh.catalog.product_ids()),
    )


def test_commits_that_the_draft_would_have_refused_are_told(mesh: Services) -> None:
    refused = preview(mesh, SPATIAL, days=7).refused
    assert [commit.sequence for commit in refused] == [2]
    assert len(refused[0].violations) == len(mesh.catalog.product_ids())
    assert preview(mesh, IDLE, days=7).refused == ()


def test_a_commit_after_the_first_look_is_seen_by_the_next(tmp_path: Path) -> None:
    services = build(Settings(data=tmp_path / "mesh"))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    first = preview(services, SPATIAL)
    activity = "https://mesh.example/marketing/product/activity"
    said = f'<{activity}> <http://purl.org/dc/terms/spatial> "Here"@en .'
    assert isinstance(
        services.loading.replace_source("marketing", "where", said).outcome, Committed
    )
    second = preview(services, SPATIAL)
    gone = {e.product for e in first.effects} - {e.product for e in second.effects}
    assert gone == {Iri(activity)}
    services.close()


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        ("this is no Turtle", InvalidInput),
        (f"{PREFIXES} rule:X a sh:PropertyShape ; sh:targetClass rule:Y .", ValidationFailed),
    ],
)
def test_a_draft_that_is_none_is_refused(
    mesh: Services, draft: str, error: type[MeshError]
) -> None:
    with pytest.raises(error):
        preview(mesh, draft)
