"""Translating in the sample mesh: by which mappings, what comes of it, and what it would take."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.errors import ExpressionRefused, InvalidArgument, NotFound, TooLarge
from isogloss.model.change import Committed
from isogloss.model.meaning import Loss
from isogloss.model.translation import Bound, Outcome, Translated, Way
from isogloss.services.loading import Upload
from isogloss.settings import Settings
from isogloss.vocab import SKOS
from tests.doors import agreed_mappings

GOV = "https://mesh.example/governance/"
EXTRA = """
@prefix code: <https://w3id.org/isogloss/code/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix gov: <https://mesh.example/governance/> .
@prefix mesh: <https://w3id.org/isogloss/mesh#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix pav: <http://purl.org/pav/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix semapv: <https://w3id.org/semapv/vocab/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sssom: <https://w3id.org/sssom/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix prd: <https://mesh.example/product/> .
"""


def _term(name: str, kind: str, label: str = "") -> str:
    return (
        f"prd:{name} a skos:Concept ; skos:inScheme prd:glossary ; mesh:termKind code:{kind} ; "
        f'skos:prefLabel "{label or name}"@en ; skos:definition "It is {name}."@en ; '
        'skos:scopeNote "For tests."@en ; skos:example "1"@en .\n'
    )


def _mapping(one: str, predicate: str, other: str, more: str = "", how: str = "") -> str:
    name = f"m-{one}-{predicate}-{other}" + ("-not" if "Negated" in more else "")
    said = (
        f"gov:{name} a owl:Axiom ; owl:annotatedSource prd:{one} ; "
        f"owl:annotatedProperty skos:{predicate} ; owl:annotatedTarget prd:{other} ; "
        "sssom:mapping_justification semapv:ManualMappingCuration ; "
        f'sssom:confidence "0.5"^^xsd:double ; pav:authoredBy gov:person\\/ben ; '
        'dcterms:created "2026-01-01"^^xsd:date ; mesh:mappingStatus code:approved ; '
        f'{more} rdfs:comment "Because."@en .\n'
    )
    if how:
        said += (
            f"gov:t-{name} a mesh:Translation , prov:Plan ; mesh:fromTerm prd:{one} ; "
            f"mesh:toTerm prd:{other} ; mesh:basedOnMapping gov:{name} ; "
            f"mesh:lossiness code:exact ; {how} .\n"
        )
    return said


@pytest.fixture(scope="module")
def mesh() -> Iterator[Services]:
    """The sample mesh, and words of governance that are mapped in all ways."""
    services = build(Settings(data=None))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    upload = Upload("mappings.ttl", agreed_mappings())
    services.loading.load([upload], "governance", source="mappings")
    says_not = "sssom:predicate_modifier sssom:NegatedPredicate ;"
    words = (
        *(_term(name, "measure") for name in ("miles", "metres", "feet", "steps", "cents")),
        *(_term(name, "flag") for name in ("red", "crimson", "scarlet")),
        _term("grey", "flag", "grey one"),
        _term("gray", "flag", "Grey ones"),
    )
    mappings = (
        _mapping("miles", "exactMatch", "metres", how='mesh:factor "1609.344"'),
        _mapping("feet", "exactMatch", "metres", how='mesh:factor "0.3048"'),
        _mapping("steps", "closeMatch", "feet", how='mesh:expression "ROUND(value * 2.5, 0)"'),
        _mapping("cents", "closeMatch", "feet", how='mesh:expression "EXEC(value)"'),
        _mapping("crimson", "exactMatch", "scarlet"),
        _mapping("crimson", "exactMatch", "scarlet", says_not),
        _mapping("crimson", "broadMatch", "red"),
    )
    for domain, said in (("product", words), ("governance", mappings)):
        upload = Upload("extra.ttl", (EXTRA + "".join(said)).encode())
        loaded = services.loading.load([upload], domain, source="mappings/extra")
        assert isinstance(loaded.outcome, Committed), loaded.outcome
    yield services
    services.close()


def _results(answer: Translated) -> list[tuple[str, ...]]:
    return [value.results for value in answer.values]


# ---- countries


@pytest.mark.parametrize(
    ("domain", "code"),
    [("sales", "U.S."), ("marketing", "U.S.A."), ("finance", "USA"), ("product", "US"),
     ("support", "United States")],
)  # fmt: skip
@pytest.mark.parametrize(
    ("other", "there"),
    [("sales", "U.S."), ("marketing", "U.S.A."), ("finance", "USA"), ("product", "US"),
     ("support", "United States")],
)  # fmt: skip
def test_all_spellings_of_one_country_meet(
    mesh: Services, domain: str, code: str, other: str, there: str
) -> None:
    if domain == other:
        return
    answer = mesh.translating.translate(f"{domain}:country", f"{other}:country", values=[code])
    assert _results(answer) == [(there,)]
    assert {step.way for step in answer.steps} == {Way.CONCORDANCE}


def test_a_country_that_is_divided_there_is_told_in_all_its_parts(mesh: Services) -> None:
    into = mesh.translating.translate(
        "marketing:country", "product:country", values=["England", "Scotland", "Wales"]
    )
    assert _results(into) == [("GB",), ("GB",), ()]
    assert into.values[2].outcome is Outcome.UNTRANSLATABLE
    assert into.values[2].reason == "Wales has no partner in finance:country."
    assert into.loss is Loss.WIDENING
    back = mesh.translating.translate("product:country", "marketing:country", values=["GB", "DE"])
    assert _results(back) == [("England", "Scotland"), ("Germany",)]
    assert back.loss is Loss.NARROWING
    assert back.expression is None
    assert any("GBR" in sentence for sentence in back.missing)


def test_nothing_is_claimed_of_terms_that_are_close_to_a_third(mesh: Services) -> None:
    answer = mesh.translating.translate("sales:country", "product:country", dialect="duckdb")
    assert answer.relation is None
    assert "themselves relate" in answer.missing[-1]
    assert answer.confidence == pytest.approx(0.75 * 0.7)
    assert answer.expression is not None
    assert answer.expression.count("CASE") == 1


# ---- active users


def test_a_flag_goes_one_way_only(mesh: Services) -> None:
    answer = mesh.translating.translate(
        "product:active user",
        "marketing:Monthly Active Users",
        values=["true", "false"],
        dialect="postgres",
    )
    true, false = answer.values
    assert true.results == ("true",)
    assert false.outcome is Outcome.UNKNOWN
    assert "broader" in (false.reason or "")
    assert answer.expression == "last_event_at >= CURRENT_DATE - INTERVAL '30 DAY'"
    assert (answer.loss, answer.relation) == (Loss.NARROWING, SKOS.broadMatch)
    assert answer.preconditions[0].startswith("The event log keeps at least 30 days")

    back = mesh.translating.translate(
        "marketing:active user",
        "product:active user",
        values=["true", "false"],
        sql="SELECT u.is_active AS active FROM Users u",
        dialect="duckdb",
    )
    assert [value.outcome for value in back.values] == [Outcome.UNKNOWN, Outcome.TRANSLATED]
    assert back.expression == (
        "SELECT CASE WHEN NOT u.is_active THEN FALSE END AS active FROM Users AS u"
    )
    assert back.steps[0].backwards
    assert back.missing


def test_the_denial_of_equality_takes_equality_away_and_says_so(mesh: Services) -> None:
    answer = mesh.translating.translate("product:crimson", "product:scarlet", values=["true"])
    assert answer.loss is Loss.UNTRANSLATABLE
    assert "until stewards settle it" in answer.missing[0]
    red = mesh.translating.translate("product:crimson", "product:red", values=["true"])
    assert _results(red) == [("true",)]


# ---- units and expressions


def test_units_are_converted_there_and_back(mesh: Services) -> None:
    answer = mesh.translating.translate(
        "product:miles", "product:feet", values=["1"], expression="trip.distance"
    )
    assert _results(answer) == [("5280",)]
    assert answer.values[0].bound is Bound.EXACT
    assert answer.loss is Loss.EXACT
    assert [step.backwards for step in answer.steps] == [False, True]
    assert answer.expression == "(trip.distance * 1609.344) / 0.3048"
    back = mesh.translating.translate("product:feet", "product:miles", values=["5280"])
    assert _results(back) == [("1",)]


def test_an_expression_that_cannot_be_turned_round_is_not(mesh: Services) -> None:
    there = mesh.translating.translate("product:steps", "product:feet")
    assert there.expression == "ROUND(value * 2.5, 0)"
    back = mesh.translating.translate("product:feet", "product:steps", values=["1"])
    assert back.loss is Loss.UNTRANSLATABLE
    assert "goes the other way only" in back.steps[0].reason


def test_a_translation_that_holds_something_else_is_not_used(mesh: Services) -> None:
    answer = mesh.translating.translate("product:cents", "product:feet", values=["1"])
    assert answer.loss is Loss.UNTRANSLATABLE
    assert answer.expression is None
    assert "EXEC is not listed" in answer.steps[0].reason


def test_what_is_renamed_is_taken_where_its_column_is(mesh: Services) -> None:
    answer = mesh.translating.translate("sales:revenue", "finance:booking", values=["12.50"])
    assert (answer.expression, answer.loss) == ("contract_value_eur", Loss.EXACT)
    assert _results(answer) == [("12.50",)]
    other = mesh.translating.translate("sales:revenue", "finance:booking", expression="x + y")
    assert other.expression is None
    assert any("contract_value_eur" in sentence for sentence in other.missing)


def test_no_mapping_no_translation(mesh: Services) -> None:
    answer = mesh.translating.translate("support:session", "product:battery level", values=["1"])
    assert (answer.steps, answer.loss) == ((), Loss.UNTRANSLATABLE)
    assert "stewards of both domains" in answer.missing[0]
    assert answer.values[0].outcome is Outcome.UNTRANSLATABLE


# ---- what is asked


def test_a_term_is_named_by_its_iri_or_domain_and_label(mesh: Services) -> None:
    named = mesh.translating.translate(
        "https://mesh.example/sales/term/country", "finance:tax country", values=["UK"]
    )
    assert _results(named) == [("GBR",)]
    with pytest.raises(InvalidArgument, match=r"2 terms called 'grey one'.*/gray, .*/grey"):
        mesh.translating.translate("product:grey one", "product:red")
    for name in ("sales:nothing", "nowhere:country", "country", "https://mesh.example/x"):
        with pytest.raises(NotFound):
            mesh.translating.translate(name, "finance:country")
    with pytest.raises(InvalidArgument, match="one term"):
        mesh.translating.translate("sales:country", "sales:billing country")


def test_what_is_asked_is_vetted(mesh: Services) -> None:
    def translate(**asked: object) -> Translated:
        return mesh.translating.translate("sales:country", "finance:country", **asked)  # type: ignore[arg-type]

    with pytest.raises(ExpressionRefused):
        translate(sql="SELECT (SELECT 1) FROM t")
    with pytest.raises(ExpressionRefused):
        translate(expression="pg_sleep(10)")
    with pytest.raises(InvalidArgument, match="not both"):
        translate(sql="a", expression="a")
    with pytest.raises(InvalidArgument, match="choose one of"):
        translate(dialect="cobol")
    with pytest.raises(TooLarge):
        translate(values=["DE"] * 1001)


# ---- the past


def test_each_moment_has_its_own_mappings() -> None:
    services = build(Settings(data=None))
    try:
        services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
        before = services.mesh.journal.head.sequence
        text = resources.walk(resources.folder("sample_data"))["governance/mappings"]
        without = text.replace(b"mesh:concordance gov:concordance\\/country\\/sales-finance ;", b"")
        assert without != text
        loaded = services.loading.load(
            [Upload("mappings.ttl", without)], "governance", source="mappings"
        )
        assert isinstance(loaded.outcome, Committed)
        asked = ("sales:country", "finance:country")
        now = services.translating.translate(*asked, values=["UK"])
        then = services.as_of(before).translating.translate(*asked, values=["UK"])
        assert (now.loss, _results(now)) == (Loss.UNTRANSLATABLE, [()])
        assert _results(then) == [("GBR",)]
    finally:
        services.close()


def test_a_concordance_that_is_no_longer_in_force_is_not_used(mesh: Services) -> None:
    until = "2026-06-01T00:00:00Z"
    text = (
        EXTRA
        + f'<{GOV}concordance/country/sales-finance> mesh:validUntil "{until}"^^xsd:dateTime .'
    )
    loaded = mesh.loading.load(
        [Upload("x.ttl", text.encode())], "governance", source="mappings/until"
    )
    assert isinstance(loaded.outcome, Committed), loaded.outcome
    asked = ("sales:country", "finance:country")
    may = mesh.translating.translate(*asked, values=["UK"], at=datetime(2026, 5, 31, tzinfo=UTC))
    june = mesh.translating.translate(*asked, values=["UK"], at=datetime(2026, 6, 1, tzinfo=UTC))
    assert _results(may) == [("GBR",)]
    assert june.loss is Loss.UNTRANSLATABLE
    assert "not in force" in june.steps[0].reason
