"""Away from the mesh, documents are judged as the mesh would judge them.

The oracle is the mesh itself: the plan of a commit of the same source, the rest unchanged.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.errors import Forbidden, InvalidArgument, InvalidInput, ValidationFailed
from isogloss.intake.documents import Upload
from isogloss.model.access import Role
from isogloss.model.change import Committed, SourceContent
from isogloss.model.governance import Severity
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.model.rule_export import RuleExport, Verdict
from isogloss.model.rules import NotAdmitted
from isogloss.services import rule_files
from isogloss.services.checking import judge
from isogloss.services.rule_exports import packaged
from isogloss.settings import Settings
from isogloss.store.serialization import ntriples
from isogloss.vocab import DCTERMS, DPROD, MESH, RDF

BASE = "https://mesh.example/"
HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dprod: <https://www.omg.org/spec/DPROD/dprod/> .
@prefix mesh: <https://w3id.org/isogloss/mesh#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
CHANGES = 400 if os.environ.get("ISOGLOSS_TORTURE") else 5
LEGACY = Iri(f"{BASE}sales/product/legacy-crm")
MEMBERS = "members"


def shape(space: str, name: str, target: str, words: str, data: str) -> str:
    """Write a rule set of one rule, with its examples."""
    good = f"<{space}x> a {target} ; {data} ."
    return f"""{HEAD}
<{space}rules/{name}> a sh:NodeShape ; sh:targetClass {target} ;
    sh:property <{space}rules/{name}-p> .
<{space}rules/{name}-p> a sh:PropertyShape ; {words} ;
    sh:name "{name}"@en ; sh:description "Why."@en ; sh:message "Mind {name}."@en ;
    mesh:ruleId "{name}" ;
    mesh:passingExample \"\"\"{good}\"\"\" ; mesh:failingExample "<{space}x> a {target} ." .
"""


SALES, MARKETING = f"{BASE}sales/", f"{BASE}marketing/"
LONG = "x" * 501
TOLD = shape(
    BASE,
    "told",
    "dprod:DataProduct",
    "sh:path dcterms:description ; sh:minCount 1",
    'dcterms:description "x"',
)
PLACED = shape(
    BASE,
    "placed",
    "dprod:DataProduct",
    "sh:path dcterms:spatial ; sh:minCount 1",
    "dcterms:spatial <urn:y>",
)
WORDED = shape(
    SALES,
    "worded",
    "skos:Concept",
    "sh:path skos:scopeNote ; sh:maxLength 500",
    'skos:scopeNote "x"',
).replace("a skos:Concept .", f"a skos:Concept ; skos:scopeNote '{LONG}' .")
KEPT = shape(
    MARKETING,
    "kept",
    "dcat:Dataset",
    "sh:path dcterms:title ; sh:minCount 1",
    'dcterms:title "x"',
)
SETS = [
    ("governance", "told", TOLD, 0),
    ("governance", "placed", PLACED, 30),
    ("sales", "worded", WORDED, 0),
    ("marketing", "kept", KEPT, 0),
]


class Time:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def adopt(services: Services, domain: str, name: str, turtle: str, grace: int) -> Iri:
    made = services.rules.draft(domain, name, {"r.ttl": turtle}, "why", propose=True)
    assert not isinstance(made, NotAdmitted), made
    id = made.rule_set.id
    voters = ("sales", "marketing", "finance") if domain == "governance" else (domain,)
    for voter in voters:
        services.rules.vote(id, voter, True, "Yes.")
    seen = services.previewing.preview({"r": turtle}, domain=domain, name=name)
    services.rules.adopt(id, grace_days=grace, preview=seen.digest)
    return id


@pytest.fixture(scope="module")
def time() -> Time:
    return Time()


@pytest.fixture(scope="module")
def mesh(time: Time) -> Iterator[Services]:
    """The sample mesh under rules of all kinds, one product let off one of them."""
    services = build(Settings(data=None), clock=time)
    loaded = services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    assert isinstance(loaded.outcome, Committed)
    for domain, name, turtle, grace in SETS:
        adopt(services, domain, name, turtle, grace)
    asker = Iri(f"{BASE}governance/asker")
    grants = services.loading.grant("sales", asker, Role.ENGINEER)
    assert isinstance(grants.outcome, Committed)
    waiver = services.waivers.request(
        Iri("told"), LEGACY, "Old.", time.now + timedelta(days=100), author=asker
    )
    services.waivers.grant(waiver.id)
    yield services
    services.close()


@pytest.fixture(scope="module")
def export(mesh: Services) -> RuleExport:
    """The export as it comes out of a file."""
    made = mesh.rule_exports.export()
    read = rule_files.read("rules.json", rule_files.write(made).encode())
    assert read == made
    return read


def said(mesh: Services, domain: str, source: str) -> frozenset[Triple]:
    graph = Iri(f"{mesh.catalog.get_domain(domain).uri_space}graph/{source}")
    state = mesh.mesh.at(mesh.mesh.journal.head.sequence)
    return frozenset(Triple(*quad[:3]) for quad in state.quads([graph]))


SOURCES = [
    path.partition("/")[::2]
    for path in resources.walk(resources.folder("sample_data"))
    if not path.endswith(f"/{MEMBERS}")
]


def changed(triples: frozenset[Triple], space: str) -> Iterator[frozenset[Triple]]:
    """Break a source in many ways: each property dropped, or with other values."""
    for predicate in sorted({triple.predicate for triple in triples}):
        rest = {triple for triple in triples if triple.predicate != predicate}
        had = sorted(triples - rest, key=repr)
        yield frozenset(rest)
        for value in (Literal("wrong"), Iri(f"{space}nowhere")):
            yield frozenset(rest | {triple._replace(object=value) for triple in had})
        yield frozenset(triples - set(had[:1]))
    for subject in sorted({triple.subject for triple in triples}):
        yield frozenset(triple for triple in triples if triple.subject != subject)


@pytest.mark.parametrize(("domain", "source"), SOURCES, ids=str)
def test_what_is_refused_is_what_the_mesh_would_refuse(
    mesh: Services, export: RuleExport, time: Time, domain: str, source: str
) -> None:
    whole, chances = said(mesh, domain, source), random.Random(source)  # noqa: S311 - repeatable
    space = mesh.catalog.get_domain(domain).uri_space
    ways = list(changed(whole, space))
    found = 0
    for triples in [whole, *chances.sample(ways, min(CHANGES, len(ways)))]:
        try:
            plan = mesh.commits.plan([SourceContent(domain, source, triples)])
        except Forbidden:
            continue  # what a source may say at all is another question than the rules
        ours = (None, mesh.catalog.get_domain(domain).id)
        broken = {r.key: r for r in plan.results if r.blocks and r.owner in ours}
        assert bool(broken) == plan.refused
        # What others' descriptions lose by the change is what only the mesh knows.
        described = {triple.subject for triple in triples}
        mine = {key for key, result in broken.items() if result.focus_node in described}
        upload = Upload("it.nt", ntriples(triples).encode())
        verdict = judge([upload], export, domain, time)
        assert {result.key for result in verdict.refused} == mine
        found += len(mine)
    if CHANGES > 100:
        assert found


def ttl(text: str) -> list[Upload]:
    return [Upload("it.ttl", f"{HEAD}{text}".encode())]


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def verdict_of(export: RuleExport, text: str, domain: str | None, now: datetime) -> Verdict:
    return judge(ttl(text), export, domain, at(now))


def test_a_waiver_holds_for_a_product_and_its_parts_until_it_runs_out(
    mesh: Services, export: RuleExport, time: Time
) -> None:
    upload = [Upload("it.nt", ntriples(said(mesh, "sales", "product/legacy-crm")).encode())]
    now = judge(upload, export, None, time)
    (waived,) = (result for result in now.report.results if result.waived)
    assert (waived.focus_node, waived.rule_name, now.refused) == (LEGACY, "told", ())
    later = judge(upload, export, None, at(time.now + timedelta(days=101)))
    assert {result.rule_name for result in later.refused} == {"told", "placed"}
    # A column that the product's own source does not mention is covered by what the export knows.
    parts = {t.predicate for triples in export.said.values() for t in triples} - {RDF.type}
    assert DPROD.outputDataset in parts
    assert MESH.fieldOf in parts


def test_grace_is_over_when_it_is_over(export: RuleExport, time: Time) -> None:
    product = f'<{BASE}sales/product/legacy-crm> dcterms:title "x" ; a dprod:DataProduct .'
    for days, severity in ((0, Severity.WARNING), (31, Severity.VIOLATION)):
        found = verdict_of(export, product, None, time.now + timedelta(days=days))
        (placed,) = (r for r in found.report.results if r.rule_name == "placed")
        assert placed.severity is severity


def test_a_domains_own_rule_is_a_remark_to_others(export: RuleExport, time: Time) -> None:
    text = f'<{BASE}sales/term/x> a skos:Concept ; skos:scopeNote "{LONG}" .'
    for domain, blocks in ((None, True), ("sales", True), ("governance", False)):
        found = verdict_of(export, text, domain, time.now)
        assert [r for r in found.report.results if r.rule_name == "worded"]
        assert any(r.rule_name == "worded" for r in found.refused) == blocks
    elsewhere = text.replace("sales", "support")
    found = verdict_of(export, elsewhere, None, time.now)
    assert [r for r in found.report.results if r.rule_name == "worded"] == []


def test_what_has_no_name_is_bound_by_the_rules_of_its_domain(
    export: RuleExport, time: Time
) -> None:
    text = f'<{BASE}sales/x> skos:related [ a skos:Concept ; skos:scopeNote "{LONG}" ] .'
    assert "worded" in {r.rule_name for r in verdict_of(export, text, None, time.now).refused}


def test_nothing_is_said_of_what_is_only_referred_to(
    mesh: Services, export: RuleExport, time: Time
) -> None:
    # The other's product lacks a place and a description here, and is no business of these.
    other = next(iter(sorted(mesh.catalog.product_ids())))
    text = f"<{BASE}sales/x> dcterms:relation <{other}> ."
    assert verdict_of(export, text, "sales", time.now).report.results == ()
    added = verdict_of(export, f'<{other}> dcterms:relation "x" .', None, time.now)
    assert (added.report.results, added.elsewhere) == ((), (other,))


def test_a_domain_that_is_none_is_refused(export: RuleExport) -> None:
    with pytest.raises(InvalidArgument, match="know no domain 'salez': they know finance"):
        judge(ttl(""), export, "salez")
    with pytest.raises(InvalidArgument, match="are of no mesh"):
        judge(ttl(""), packaged(), "sales")


def test_without_a_mesh_the_rules_of_the_package_judge() -> None:
    found = judge(ttl('<urn:x> a dprod:DataProduct ; dcterms:title "x" .'), packaged())
    assert found.refused
    assert {result.rule_set for result in found.report.results} == {found.versions[0].id}


def test_the_rules_of_another_domain_that_cannot_be_run_hold_up_nobody(
    export: RuleExport, time: Time
) -> None:
    versions = tuple(
        replace(version, turtle=version.turtle.replace("sh:minCount 1", "sh:minCount 'one'"))
        if version.name == "kept"
        else version
        for version in export.versions
    )
    broken = replace(export, versions=versions)
    text = f'<{BASE}sales/x> dcterms:title "x" .'
    assert verdict_of(broken, text, None, time.now).report.unjudged == (
        f"{BASE}marketing/rules/kept/1",
    )
    with pytest.raises(ValidationFailed):
        verdict_of(broken, text.replace("sales", "marketing"), None, time.now)


class TestWhereTheMeshKnowsMore:
    """The limits that docs/rules.md names."""

    def plan(self, mesh: Services, domain: str, source: str, gone: Iri) -> tuple[bool, Verdict]:
        triples = frozenset(t for t in said(mesh, domain, source) if t.subject != gone)
        upload = Upload("it.nt", ntriples(triples).encode())
        plan = mesh.commits.plan([SourceContent(domain, source, triples)])
        return plan.refused, judge([upload], mesh.rule_exports.export())

    def test_what_others_lose_by_the_change(self, mesh: Services) -> None:
        # A column of another source represents the term that goes.
        terms = mesh.catalog.term_ids()
        columns = mesh.catalog.columns_representing(list(terms))
        gone = next(
            term
            for (term, owner), found in zip(terms.items(), columns, strict=True)
            if found and owner and "/marketing/" in owner
        )
        refused, verdict = self.plan(mesh, "marketing", "glossary", gone)
        assert refused
        assert verdict.refused == ()

    def test_what_was_broken_before(self, mesh: Services, time: Time) -> None:
        # Said before there was the rule, so the mesh lets it stay; by itself it is just wrong.
        source, triples = "product/legacy-crm", said(mesh, "sales", "product/legacy-crm")
        later = time.now + timedelta(days=40)
        upload = Upload("it.nt", ntriples(triples).encode())
        assert {
            r.rule_name
            for r in judge([upload], mesh.rule_exports.export(), None, at(later)).refused
        } == {"placed"}
        before, time.now = time.now, later
        try:
            note = Triple(LEGACY, DCTERMS.subject, Literal("x"))
            plan = mesh.commits.plan([SourceContent("sales", source, triples | {note})])
        finally:
            time.now = before
            mesh.judge.forget()
        assert "placed" not in {r.rule_name for r in plan.results}

    def test_a_rule_that_reads_what_others_describe(self, export: RuleExport, time: Time) -> None:
        # Elsewhere only the class of a dataset is known, so a rule that asks for more of it fails.
        rule = shape(
            BASE,
            "deep",
            "dprod:DataProduct",
            "sh:path (dprod:inputPort dcterms:title) ; sh:minCount 1",
            "",
        )
        more = replace(export.versions[0], id=Iri("urn:deep"), name="deep", turtle=rule)
        asking = replace(export, versions=(more,))
        port = next(
            t.subject
            for triples in export.said.values()
            for t in triples
            if str(t.object).endswith("DataService") and "/marketing/" in t.subject
        )
        text = f"<{BASE}sales/product/x> a dprod:DataProduct ; dprod:inputPort <{port}> ."
        assert verdict_of(asking, text, None, time.now).refused


def test_an_export_has_what_judges_later_and_no_secrets(mesh: Services, time: Time) -> None:
    secret, _ = mesh.tokens.issue(Iri(f"{BASE}governance/asker"), timedelta(days=1))
    made = mesh.rule_exports.export()
    assert secret not in rule_files.write(made)
    assert {domain.name for domain in made.domains} >= {"governance", "sales"}
    names = [version.name for version in made.judging(time.now)]
    assert names == ["isogloss", "placed", "told", "kept", "worded"]
    ahead = replace(made.versions[1], number=2, valid_from=time.now + timedelta(days=1))
    waiting = replace(made, versions=(*made.versions, ahead))
    assert ahead not in list(waiting.judging(time.now))
    later = list(waiting.judging(time.now + timedelta(days=2)))
    assert ahead in later
    assert made.versions[1] not in later
    own = replace(made.versions[1], name="isogloss")
    assert "isogloss/shapes" not in "".join(
        v.id for v in replace(made, versions=(made.versions[0], own)).judging(time.now)
    )


GOOD = rule_files.write(packaged())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "this is not JSON"),
        ("[]", "no export of a mesh's rules"),
        ('{"format": "other"}', "isogloss rules export"),
        (GOOD.replace('"formatVersion": 1', '"formatVersion": 2'), "isogloss that wrote it"),
        (GOOD.replace('"formatVersion": 1', '"formatVersion": null'), "isogloss that wrote it"),
        (GOOD.replace('"turtle"', '"other"'), "export the rules again"),
        (GOOD.replace('"bindsAll": true', '"bindsAll": false'), "does not say whom it binds"),
        (GOOD.replace('"waivers": []', '"waivers": [{"id": "x"}]'), "is damaged"),
        (GOOD.replace('"domains": []', '"domains": 1'), "is damaged"),
        (GOOD.replace('"said": {}', '"said": {"urn:g": "no triples"}'), "not N-Triples"),
        (GOOD.replace('"at": "2', '"at": "x'), "is damaged"),
    ],
)
def test_a_file_that_is_no_export_says_what_to_do(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        rule_files.read("rules.json", text.encode())
