"""The law: a change is refused for exactly what it newly breaks.

The oracle is pySHACL itself, run by this test on graphs of its own: all violations after, less
all before, told apart by rule, focus node, path, value and component.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NoReturn, TypeAlias
from unittest.mock import patch

import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from rdflib import RDF as R
from rdflib import SH

from isogloss.bootstrap import Services, build
from isogloss.errors import InvalidArgument, ValidationFailed
from isogloss.governance.compiler.standing import Standing
from isogloss.governance.rulebook import Rulebook
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.journal import Outcome
from isogloss.model.rdf import Iri, Literal, Term, Triple, text
from isogloss.services.loading import Loading
from isogloss.settings import Settings
from isogloss.vocab import RDF, XSD
from tests.doors import without_rules

TORTURE = bool(os.environ.get("ISOGLOSS_TORTURE"))
BASE = Iri("https://mesh.example/")
NS = f"{BASE}ns/"

PREFIXES = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <{NS}> .
"""

NAMES = f"sh:prefixes [ sh:declare [ sh:prefix 'n' ; sh:namespace '{NS}'^^xsd:anyURI ] ]"
RULES = {
    "minCount": ":C-min sh:path :p ; sh:minCount 1 .",
    "maxCount": ":C-max sh:path :p ; sh:maxCount 1 .",
    "class": ":C-class sh:path :q ; sh:class :D .",
    "datatype": ":C-int sh:path :p ; sh:datatype xsd:int .",
    "in": ":C-in sh:path :p ; sh:in ( 1 '01'^^xsd:integer 'x' 'x'@en :n1 ) .",
    "pattern": ":C-pattern sh:path :p ; sh:pattern '^[0x]' .",
    "hasValue": ":C-has sh:path :q ; sh:hasValue :n2 .",
    "nodeKind": ":C-kind sh:path :q ; sh:nodeKind sh:BlankNodeOrIRI .",
    "uniqueLang": ":C-lang sh:path :p ; sh:uniqueLang true .",
    "maxInclusive": ":C-most sh:path :r ; sh:maxInclusive 0 .",
    "disjoint": ":C-apart sh:path :p ; sh:disjoint :q .",
    "lessThan": ":C-less sh:path :r ; sh:lessThan :s .",
    "not": ":C-not sh:path :q ; sh:not [ sh:class :C ] .",
    "or": ":C-or sh:path :p ; "
    "sh:or ( [ sh:datatype xsd:integer ] [ sh:nodeKind sh:BlankNodeOrIRI ] ) .",
    "inverse": ":C-inverse sh:path [ sh:inversePath :q ] ; sh:minCount 1 .",
    "sequence": ":C-sequence sh:path ( :q :p ) ; sh:minCount 1 .",
    "closure": ":C-closure sh:path [ sh:oneOrMorePath :q ] ; sh:maxCount 2 .",
    "qualified": ":C-qualified sh:path :q ; sh:qualifiedMinCount 1 ; "
    "sh:qualifiedValueShape [ sh:class :D ] .",
    "qualifiedMax": ":C-few sh:path :q ; sh:qualifiedMaxCount 1 ; "
    "sh:qualifiedValueShape [ sh:property [ sh:path :p ; sh:minCount 1 ] ] .",
    "warning": ":C-warn sh:path :q ; sh:minCount 1 ; sh:severity sh:Warning .",
    "info": ":C-info sh:path :q ; sh:maxCount 1 ; sh:severity sh:Info .",
    "notExists": ":C-sparql sh:path :q ; sh:sparql [ sh:select '''SELECT $this ?value WHERE { "
    f"$this $PATH ?value . FILTER NOT EXISTS {{ ?value n:q ?other }} }}''' ; {NAMES} ] .",
    "nobodyPoints": ":C-alone sh:path :p ; sh:sparql [ sh:select '''SELECT $this WHERE { "
    f"FILTER NOT EXISTS {{ ?someone n:q $this }} }}''' ; {NAMES} ] .",
    "counting": ":C-counting sh:path :p ; sh:sparql [ sh:message 'There are {?many}.' ; "
    "sh:select '''SELECT $this (COUNT(?p) AS ?many) WHERE { $this n:p ?p } GROUP BY $this "
    f"HAVING (COUNT(?p) > 1)''' ; {NAMES} ] .",
}


def shapes_of(names: frozenset[str]) -> str:
    """Write a shapes graph of some rules."""
    rules = [RULES[name] for name in sorted(names)]
    shapes = " , ".join(rule.partition(" ")[0] for rule in rules)
    head = f":C-shape a sh:NodeShape ; sh:targetClass :C ; sh:property {shapes} ."
    return (
        PREFIXES + head + "\n" + "\n".join(f"{rule[:-1]} ; a sh:PropertyShape ." for rule in rules)
    )


# Little graphs

NODES = [Iri(f"{NS}n{number}") for number in (1, 2, 3)] + [Iri(f"{BASE}.well-known/genid/b1")]
OBJECTS: list[Term] = [
    *NODES,
    *NODES,
    Literal("1", XSD.integer),
    Literal("01", XSD.integer),
    Literal("1", Iri(f"{XSD.iri}int")),
    Literal("many", Iri(f"{XSD.iri}int")),
    Literal("1.10", XSD.decimal),
    Literal("x"),
    text("x", "en"),
    text("y", "en"),
]
NUMBERS = [
    Literal("-1", XSD.integer),
    Literal("0", XSD.integer),
    Literal("1", XSD.integer),
    Literal("01", XSD.integer),
    Literal("1", Iri(f"{XSD.iri}int")),
    Literal("1.10", XSD.decimal),
]
typed = st.builds(
    Triple,
    st.sampled_from(NODES),
    st.just(RDF.type),
    st.sampled_from([Iri(f"{NS}C"), Iri(f"{NS}C"), Iri(f"{NS}D")]),
)
stated = st.builds(
    Triple,
    st.sampled_from(NODES),
    st.sampled_from([Iri(f"{NS}p"), Iri(f"{NS}q")]),
    st.sampled_from(OBJECTS),
)
measured = st.builds(
    Triple,
    st.sampled_from(NODES),
    st.sampled_from([Iri(f"{NS}r"), Iri(f"{NS}s")]),
    st.sampled_from(NUMBERS),
)
said = st.frozensets(typed | stated | stated | measured, max_size=10)
Sources: TypeAlias = dict[str, frozenset[Triple]]
states = st.fixed_dictionaries({"one": said, "two": said})
steps = st.lists(
    st.dictionaries(st.sampled_from(["one", "two"]), said, min_size=1), min_size=1, max_size=3
)
rulesets = st.frozensets(st.sampled_from(sorted(RULES)), min_size=1, max_size=5)

Key: TypeAlias = tuple[str, str, str | None, tuple[str, ...] | None, str]


def oracle(sources: Sources, shapes: str) -> dict[Key, str]:
    """Validate all that is said; severity by key."""
    return _validated(frozenset().union(*sources.values()), shapes)


@cache
def _validated(triples: frozenset[Triple], shapes: str) -> dict[Key, str]:
    data, rules = rdflib.Graph(), rdflib.Graph()
    normalize, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    try:
        for subject, predicate, value in triples:
            data.add((rdflib.URIRef(subject), rdflib.URIRef(predicate), _node(value)))
        rules.parse(data=shapes, format="turtle")
        _, report, _ = pyshacl.validate(data, shacl_graph=rules, inplace=True)
        assert isinstance(report, rdflib.Graph)
        return {
            (
                str(report.value(node, SH.sourceShape)),
                str(report.value(node, SH.focusNode)),
                _path(report.value(node, SH.resultPath)),
                _value(report.value(node, SH.value)),
                str(report.value(node, SH.sourceConstraintComponent)),
            ): str(report.value(node, SH.resultSeverity)).rpartition("#")[2].upper()
            for node in report.subjects(R.type, SH.ValidationResult)
            if (None, SH.detail, node) not in report
        }
    finally:
        rdflib.NORMALIZE_LITERALS = normalize


def _node(term: Term) -> rdflib.URIRef | rdflib.Literal:
    if not isinstance(term, Literal):
        return rdflib.URIRef(term)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    kind = None if term.datatype == XSD.string else rdflib.URIRef(term.datatype)
    return rdflib.Literal(term.value, datatype=kind)


def _path(path: object) -> str | None:
    # The same rule has the same path, so a word does for those that are more than a predicate.
    return str(path) if isinstance(path, rdflib.URIRef) else None if path is None else "path"


def _value(value: object) -> tuple[str, ...] | None:
    if isinstance(value, rdflib.Literal):
        return str(value), str(value.datatype or XSD.string), str(value.language or "")
    return None if value is None else (str(value),)


def key(result: ValidationResult) -> Key:
    """Give the key of a result of ours."""
    path, value = result.path, result.value
    if isinstance(value, Literal):
        kind = XSD.string if value.language else value.datatype
        said: tuple[str, ...] | None = (value.value, str(kind), value.language or "")
    else:
        said = None if value is None else (str(value),)
    plain = path if path is None or path.startswith("http") else "path"
    return result.rule, result.focus_node, plain, said, result.component


@dataclass(frozen=True)
class Court:
    """A mesh under rules of the test's own."""

    services: Services

    def say(
        self, sources: Sources, *, message: str = "", id: str | None = None
    ) -> Committed | Refused:
        contents = [SourceContent("governance", name, said) for name, said in sources.items()]
        return self.services.commits.replace(contents, message=message, id=id)

    def say_whatever_the_rules(self, sources: Sources) -> None:
        """As in a mesh whose rules have become stricter since."""
        with without_rules(self.services.judge):
            assert isinstance(self.say(sources), Committed)

    def trace(self) -> tuple[object, ...]:
        """Give all that a refused attempt must leave as it was."""
        mesh = self.services.mesh
        head = mesh.journal.head
        with mesh.journal.connection() as connection:
            rows = [
                connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4").all()  # noqa: S608
                for table in ("quad_history", "term")
            ]
        return head, mesh.graph.read_mark(), set(mesh.graph.quads()), rows


def court(shapes: str) -> Court:
    """Open a mesh under rules."""
    return Court(build(Settings(data=None), rulebook=Rulebook({"rules.ttl": shapes})))


def _law(rules: frozenset[str], start: Sources, changes: list[Sources]) -> None:
    shapes = shapes_of(rules)
    under = court(shapes)
    try:
        under.say_whatever_the_rules(start)
        now = dict(start)
        for change in changes:
            wanted = now | change
            before, after = oracle(now, shapes), oracle(wanted, shapes)
            fresh = {found: after[found] for found in after.keys() - before.keys()}
            outcome = under.say(change)
            breaks = {found for found, severity in fresh.items() if severity == "VIOLATION"}
            if breaks:
                assert isinstance(outcome, Refused)
                assert {key(result) for result in outcome.violations} == breaks
                assert all(r.severity is Severity.VIOLATION for r in outcome.violations)
            else:
                assert isinstance(outcome, Committed)
                assert {key(r): r.severity.name for r in outcome.remarks} == fresh
                now = wanted
            head = under.services.mesh.at(under.services.mesh.journal.head.sequence)
            assert {tuple(q[:3]) for q in head.quads()} == set().union(*now.values())
            report = under.services.governance.report()
            assert {key(r): r.severity.name for r in report.results} == oracle(now, shapes)
        assert list(under.services.mesh.verify()) == []
    finally:
        under.services.close()


@settings(
    max_examples=1000 if TORTURE else 12, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(rules=rulesets, start=states, changes=steps)
def test_a_change_is_refused_for_exactly_what_it_newly_breaks(
    rules: frozenset[str], start: Sources, changes: list[Sources]
) -> None:
    _law(rules, start, changes)


@pytest.mark.parametrize("rule", ["lessThan", "maxInclusive"])
@pytest.mark.parametrize("is_broken", [True, False])
def test_chance_breaks_and_keeps_rules_about_numbers(rule: str, is_broken: bool) -> None:
    shapes = shapes_of(frozenset({rule}))
    numbers = frozenset({Iri(f"{NS}r"), Iri(f"{NS}s")})

    def shows_it(some: frozenset[Triple]) -> bool:
        judged = {one.subject for one in some if one.object == C}
        measured = {one.subject for one in some if one.predicate in numbers}
        return bool(judged & measured) and bool(oracle({"one": some}, shapes)) == is_broken

    tries = settings(max_examples=300, phases=[Phase.generate], derandomize=True, database=None)
    find(said, shows_it, settings=tries)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_each_kind_of_rule_can_refuse_or_remark(rule: str) -> None:
    """So that the law above is not kept because nothing is ever broken."""
    a_c = {Triple(node, RDF.type, Iri(f"{NS}C")) for node in NODES[:2]}
    one, two = NODES[:2]
    p, q, r, s = (Iri(f"{NS}{name}") for name in "pqrs")
    attempts: list[set[Triple]] = [
        set(),
        {Triple(one, p, OBJECTS[8]), Triple(one, p, OBJECTS[9]), Triple(one, p, text("x", "en"))},
        {Triple(one, q, two), Triple(one, q, NODES[2]), Triple(one, q, one)},
        {Triple(one, p, Literal("many", XSD.string)), Triple(one, p, one), Triple(one, q, one)},
        {Triple(one, p, text("x", "en")), Triple(one, p, text("y", "en"))},
        {Triple(one, p, Literal("2", XSD.integer)), Triple(one, q, Literal("1", XSD.integer))},
        {Triple(one, q, two), Triple(one, q, NODES[2])}
        | {Triple(node, p, Literal("x")) for node in NODES},
        {Triple(one, r, Literal("2", XSD.integer)), Triple(one, s, Literal("1", XSD.integer))},
    ]
    shapes = shapes_of(frozenset({rule}))
    assert any(oracle({"one": frozenset(a_c | more)}, shapes) for more in attempts), rule
    steps: list[Sources] = [{"one": frozenset(a_c | more)} for more in attempts]
    _law(frozenset({rule}), {"one": frozenset()}, steps)


# The law, told

TITLED = PREFIXES + (
    ":C-shape a sh:NodeShape ; sh:targetClass :C ; sh:property :C-title , :C-pattern . "
    ":C-title a sh:PropertyShape ; sh:path :title ; sh:minCount 1 ; sh:maxCount 1 . "
    ":C-pattern a sh:PropertyShape ; sh:path :code ; sh:pattern '^[0-9]+$' ."
)
C, TITLE, CODE, NOTE = (Iri(f"{NS}{name}") for name in ("C", "title", "code", "note"))
ONE, TWO = NODES[:2]


def thing(node: Iri, **values: str) -> frozenset[Triple]:
    """Describe something with a title and a code."""
    given = {Triple(node, Iri(f"{NS}{name}"), Literal(value)) for name, value in values.items()}
    return frozenset({Triple(node, RDF.type, C), *given})


@pytest.fixture
def under_rules() -> Iterator[Court]:
    under = court(TITLED)
    yield under
    under.services.close()


def test_an_edit_of_something_that_is_broken_already_goes_through(under_rules: Court) -> None:
    under_rules.say_whatever_the_rules({"one": thing(ONE, code="bad")})
    outcome = under_rules.say({"one": thing(ONE, code="bad", note="Mend me.")})
    assert isinstance(outcome, Committed)
    assert (outcome.added, outcome.remarks) == (1, ())


def test_mending_one_of_two_violations_goes_through(under_rules: Court) -> None:
    under_rules.say_whatever_the_rules({"one": thing(ONE, code="bad")})
    assert isinstance(under_rules.say({"one": thing(ONE, code="7")}), Committed)
    (left,) = under_rules.services.governance.report().results
    assert left.path == TITLE


def test_a_violation_that_moves_to_another_node_is_refused(under_rules: Court) -> None:
    under_rules.say_whatever_the_rules({"one": thing(ONE)})
    outcome = under_rules.say({"one": thing(TWO)})
    assert isinstance(outcome, Refused)
    assert [result.focus_node for result in outcome.violations] == [TWO]


def test_a_violation_with_another_value_is_another(under_rules: Court) -> None:
    under_rules.say_whatever_the_rules({"one": thing(ONE, title="t", code="bad")})
    assert isinstance(under_rules.say({"one": thing(ONE, title="t", code="worse")}), Refused)


def test_saying_the_same_elsewhere_breaks_nothing_anew(under_rules: Court) -> None:
    under_rules.say_whatever_the_rules({"one": thing(ONE, code="bad")})
    outcome = under_rules.say({"one": frozenset(), "two": thing(ONE, code="bad")})
    assert isinstance(outcome, Committed)


def test_blank_nodes_of_a_document_are_judged_like_any_node(under_rules: Court) -> None:
    services = under_rules.services
    loading = Loading(services.catalog, under_rules.services.commits, services.history)
    turtle = f"@prefix : <{NS}> . :n1 a :C ; :title 't' ; :q [ a :C ; :code '12' ] ."
    outcome = loading.replace_source("governance", "one", turtle).outcome
    assert isinstance(outcome, Refused)
    (violation,) = outcome.violations
    assert "/.well-known/genid/" in violation.focus_node
    fine = turtle.replace("'12'", "'12' ; :title 'u'")
    assert isinstance(loading.replace_source("governance", "one", fine).outcome, Committed)
    again = loading.replace_source("governance", "one", fine).outcome
    assert isinstance(again, Committed)
    assert (again.added, again.removed) == (0, 0)


def test_a_refused_attempt_leaves_no_trace_but_its_entry(under_rules: Court) -> None:
    under_rules.say({"one": thing(ONE, title="t")})
    before = under_rules.trace()
    entries = under_rules.services.mesh.journal.entries()
    outcome = under_rules.say({"one": thing(TWO, code="new words")}, message="Why.", id="mine")
    assert isinstance(outcome, Refused)
    assert under_rules.trace() == before
    entry, *rest = under_rules.services.mesh.journal.entries()
    assert rest == entries
    assert (entry.outcome, entry.sequence) == (Outcome.REFUSED, None)
    assert (entry.attempt.id, entry.attempt.message) == ("mine", "Why.")
    assert entry.results == outcome.violations
    assert under_rules.services.mesh.journal.commits_touching([TWO]) == []
    assert list(under_rules.services.mesh.verify()) == []


def test_rules_that_cannot_be_evaluated_write_nothing_and_do_no_harm(under_rules: Court) -> None:
    under_rules.say({"one": thing(ONE, title="t")})
    before = under_rules.trace()
    entries = under_rules.services.mesh.journal.entries()
    asked = 0

    def fail(*_: object) -> NoReturn:
        nonlocal asked
        asked += 1
        raise ValidationFailed("The rules could not be evaluated.")

    with (
        patch.object(Standing, "after", fail),
        pytest.raises(ValidationFailed),
    ):
        under_rules.say({"one": thing(TWO, title="u")}, id="again")
    assert asked == 1
    assert under_rules.trace() == before
    assert under_rules.services.mesh.journal.entries() == entries
    assert isinstance(under_rules.say({"one": thing(TWO, title="u")}, id="again"), Committed)
    assert list(under_rules.services.mesh.verify()) == []


def test_a_rule_that_is_itself_broken_is_no_verdict() -> None:
    under = court(TITLED.replace("^[0-9]+$", "(["))
    with pytest.raises(ValidationFailed):
        under.say({"one": thing(ONE, title="t", code="7")})
    assert under.services.mesh.journal.entries() == []
    under.services.close()


# Asking again


def test_asking_again_under_the_same_id_gives_the_same_answer(under_rules: Court) -> None:
    good, bad = {"one": thing(ONE, title="t")}, {"two": thing(TWO)}
    first = under_rules.say(good, id="good"), under_rules.say(bad, id="bad")
    under_rules.say({"one": thing(ONE, title="later")})
    again = under_rules.say(good, id="good"), under_rules.say(bad, id="bad")
    assert again == first
    assert len(under_rules.services.mesh.journal.entries()) == 3


def test_an_id_names_one_change_only(under_rules: Court) -> None:
    under_rules.say({"one": thing(ONE, title="t")}, id="mine")
    with pytest.raises(InvalidArgument, match="another change"):
        under_rules.say({"one": thing(ONE, title="u")}, id="mine")


def test_whoever_waits_is_answered_however_many_they_are(under_rules: Court) -> None:
    """Some break a rule, some ask twice, and each is judged in the state that he meets."""
    answers: dict[int, Committed | Refused | Exception] = {}

    def ask(number: int) -> None:
        node = Iri(f"{NS}many{number % 60}")
        values = {} if number % 3 == 2 else {"title": "t"}
        try:
            answers[number] = under_rules.say(
                {f"many{number % 60}": thing(node, **values)}, id=f"id{number % 60}"
            )
        except Exception as error:  # whatever it is, it is shown below
            answers[number] = error

    under_rules.services.commits.most_together = 7
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(80)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = {number: type(answer).__name__ for number, answer in sorted(answers.items())}
    wanted = {n: "Refused" if n % 60 % 3 == 2 else "Committed" for n in range(80)}
    assert kinds == wanted
    assert all(answers[number] == answers[number % 60] for number in range(80))
    journal = under_rules.services.mesh.journal
    assert len(journal.entries(newest=200)) == 60
    assert journal.head.sequence == 40
    assert list(under_rules.services.mesh.verify()) == []
