"""The past is told as it was then, in words and to the letter."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest

from isogloss.bootstrap import Services, View, build
from isogloss.errors import NotFound
from isogloss.governance.rulebook import Rulebook
from isogloss.intake.formats import Format
from isogloss.model.change import Committed, SourceContent
from isogloss.model.lineage import Direction, Level
from isogloss.model.past import ChangeKind, Comparison
from isogloss.model.rdf import Iri, Literal, Quad, Term, Triple, text
from isogloss.services.exports import ExportFormat
from isogloss.services.loading import Upload
from isogloss.settings import Settings
from isogloss.vocab import DCTERMS, DPROD, MESH, SKOS, XSD
from tests.services.test_commits import BASE, FOUNDING, SHOP

NS = f"{BASE}shop/"
PREFIXES = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dprod: <https://www.omg.org/spec/DPROD/dprod/> .
@prefix mesh: <{MESH.iri}> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <{NS}> .
"""
PRODUCT, PORT, DATASET, COLUMN = (
    Iri(f"{NS}{name}") for name in ("product", "port", "dataset", "column")
)
ODD: list[Term] = [
    Literal("1.10", XSD.decimal),
    Literal("1.1", XSD.decimal),
    Literal("01", Iri(f"{XSD.iri}int")),
    Literal("01", XSD.integer),
    Literal("1", XSD.boolean),
    Literal("2026-01-01T00:00:00+00:00", XSD.dateTime),
    text("x", "en-us"),
    Literal('\u2028 \x01 "quoted" 😀 e\u0301'),
]


@pytest.fixture
def shop() -> Iterator[Services]:
    """A mesh with one domain, and no rules to heed."""
    services = build(Settings(data=None), rulebook=Rulebook({}))
    services.commits.replace([FOUNDING])
    yield services
    services.close()


def say(services: Services, turtle: str, source: str = "things") -> int:
    """Let a source say something; give the commit."""
    outcome = services.loading.replace_source("shop", source, turtle and PREFIXES + turtle).outcome
    assert isinstance(outcome, Committed)
    return outcome.sequence


def told(comparison: Comparison) -> dict[str, tuple[ChangeKind, tuple[str, ...]]]:
    """Give kind and words by local name."""
    return {
        change.id.removeprefix(NS): (change.kind, change.words) for change in comparison.changes
    }


def whole(services: Services) -> tuple[int, ...]:
    """Describe a product with its parts, and change each in a commit of its own."""
    product = ":product a dprod:DataProduct ; dcterms:title '{}'@en ; dprod:outputPort :port ."
    port = ":port a dcat:DataService ; dcterms:title 'SQL'@en ; dcat:servesDataset :dataset ."
    dataset = ":dataset a dcat:Dataset ; dcterms:title 'orders' ."
    column = ":column a mesh:Field ; mesh:fieldOf :dataset ; mesh:fieldPath '{}' ."
    link = ":product dprod:outputDataset :dataset ."
    return (
        say(services, product.format("Orders") + port + dataset + link),
        say(services, ":nobody dcterms:title 'Somebody else' .", "other"),
        say(services, column.format("id"), "columns"),
        say(services, product.format("All orders") + port + dataset + link),
        say(services, column.format("order_id"), "columns"),
        say(services, product.format("All orders") + dataset + link),
        say(services, "", "columns"),
        say(services, product.format("Sold") + dataset + link),
    )


# Words


def test_a_new_title_is_said_as_what_it_was_and_is(shop: Services) -> None:
    start = say(shop, ":product dcterms:title 'Orders'@en , 'Auftrag'@de .")
    end = say(shop, ":product dcterms:title 'All orders'@en , 'Aufträge'@de .")
    kind, words = told(shop.history.diff(start, end))["product"]
    assert kind is ChangeKind.CHANGED
    assert words == (
        "title (de): “Auftrag” became “Aufträge”",
        "title: “Orders” became “All orders”",
    )


def test_what_a_change_points_at_is_named_as_people_know_it(shop: Services) -> None:
    start = say(shop, ":product dcterms:title 'Orders' . :port dcterms:title 'Orders over SQL' .")
    end = say(
        shop,
        ":product dcterms:title 'Orders' ; dprod:outputPort :port , :port2 . "
        ":port dcterms:title 'Orders over SQL' . :port2 dcterms:title 'Orders over Kafka' .",
    )
    changes = told(shop.history.diff(start, end))
    assert changes["product"] == (
        ChangeKind.CHANGED,
        ("output port: added Orders over Kafka, Orders over SQL",),
    )
    assert changes["port2"][0] is ChangeKind.ADDED
    back = told(shop.history.diff(end, start))
    assert back["product"][1] == ("output port: removed Orders over Kafka, Orders over SQL",)
    assert back["port2"][0] is ChangeKind.REMOVED


def test_what_is_no_longer_spoken_of_is_removed_and_what_others_still_say_is_changed(
    shop: Services,
) -> None:
    say(shop, ":a dcterms:title 'a' . :b dcterms:title 'b' .")
    start = say(shop, ":a dcterms:description 'also a' .", "other")
    end = say(shop, "")
    kinds = {name: kind for name, (kind, _) in told(shop.history.diff(start, end)).items()}
    assert kinds == {"a": ChangeKind.CHANGED, "b": ChangeKind.REMOVED}


# History of a resource


def test_the_history_of_a_product_is_that_of_its_parts_too(shop: Services) -> None:
    first, _, column, title, path, port, gone, sold = whole(shop)
    history = shop.history.history(PRODUCT)
    told_in = [change.entry.sequence for change in history]
    assert told_in == [sold, gone, port, path, title, column, first]
    by_commit = {change.entry.sequence: change.changes for change in history}
    assert [(c.id, c.kind) for c in by_commit[path]] == [(COLUMN, ChangeKind.CHANGED)]
    assert by_commit[path][0].words == ("field path: “id” became “order_id”",)
    assert [(c.id, c.kind) for c in by_commit[gone]] == [(COLUMN, ChangeKind.REMOVED)]
    assert [(c.id, c.words) for c in by_commit[title]] == [
        (PRODUCT, ("title: “Orders” became “All orders”",))
    ]
    assert {c.id for c in by_commit[first]} == {PRODUCT, PORT, DATASET}


def test_the_history_of_a_part_is_its_own(shop: Services) -> None:
    _, _, column, _, path, _, gone, _ = whole(shop)
    assert [c.entry.sequence for c in shop.history.history(COLUMN)] == [gone, path, column]
    assert shop.history.history(Iri(f"{NS}unheard-of")) == []


def test_history_is_read_page_by_page(shop: Services) -> None:
    whole(shop)
    all_of_it = shop.history.history(PRODUCT)
    pages = []
    before: int | None = None
    while page := shop.history.history(PRODUCT, first=2, before=before):
        assert len(page) <= 2
        pages += page
        before = page[-1].entry.sequence
    assert pages == all_of_it


# Two states compared


def test_states_are_compared_of_everything_a_domain_a_product_or_a_term(shop: Services) -> None:
    whole(shop)
    start = say(shop, ":term skos:prefLabel 'order'@en .", "glossary")
    say(shop, ":term skos:prefLabel 'purchase'@en .", "glossary")
    end = say(shop, ":product dcterms:title 'Bought' .")
    word = {"term": (ChangeKind.CHANGED, ("pref label: “order” became “purchase”",))}
    assert told(shop.history.diff(start, end, Iri(f"{NS}term"))) == word
    everything = told(shop.history.diff(start, end))
    assert everything.keys() == {"term", "product", "dataset"}
    assert told(shop.history.diff(start, end, SHOP)) == everything
    assert told(shop.history.diff(start, end, PRODUCT)).keys() == {"product", "dataset"}
    assert shop.history.diff(start, start).changes == ()


def test_a_comparison_backwards_says_the_opposite(shop: Services) -> None:
    commits = whole(shop)
    for of in (None, SHOP, PRODUCT, DATASET):
        there = shop.history.diff(commits[0], commits[-1], of)
        back = shop.history.diff(commits[-1], commits[0], of)
        assert [(c.id, c.difference.added, c.difference.removed) for c in there.changes] == [
            (c.id, c.difference.removed, c.difference.added) for c in back.changes
        ]


def test_what_neither_state_speaks_of_is_not_found(shop: Services) -> None:
    commits = whole(shop)
    with pytest.raises(NotFound, match="says anything of"):
        shop.history.diff(commits[0], commits[-1], Iri(f"{NS}unheard-of"))


def test_what_the_system_keeps_for_itself_is_in_no_comparison(shop: Services) -> None:
    start = say(shop, ":a dcterms:title 'a' .")
    end = say(shop, ":b dcterms:title 'b' .", "new-source")
    assert told(shop.history.diff(start, end)).keys() == {"b"}


# As of


def _answers(view: View) -> dict[str, object]:
    """Ask a mesh all sorts of questions."""
    catalog = view.catalog
    domains = catalog.domains()
    products = sorted(catalog.product_ids())
    datasets = sorted(catalog.dataset_ids())
    found = [product for product in catalog.products(products) if product is not None]
    return {
        "domains": domains,
        "products": found,
        "datasets": catalog.datasets(datasets),
        "columns": catalog.columns_of(datasets),
        "terms": catalog.terms(sorted(catalog.term_ids())),
        "lineage": [
            view.lineage.at().lineage(iri, direction, level=Level.PRODUCT)
            for iri in products[:3]
            for direction in Direction
        ],
        "columns' lineage": [
            view.lineage.at().lineage(column.id, Direction.UPSTREAM)
            for columns in catalog.columns_of(datasets[:1])
            for column in columns
        ],
        "polysemes": view.meanings.polysemes(),
        "mappings": view.meanings.mappings(),
        "report": view.governance.report(),
        "outcomes": view.governance.outcomes(found[:4]),
        "export": view.exports.export(ExportFormat.NQUADS),
        "turtle": view.exports.export(ExportFormat.TURTLE, domains[0]),
    }


@pytest.fixture
def little(tmp_path: Path, sample_folder: Path) -> Iterator[Services]:
    """The sample mesh, for one test to change."""
    shutil.copytree(sample_folder, tmp_path / "mesh")
    services = build(Settings(data=tmp_path / "mesh"))
    yield services
    services.close()


def test_questions_to_the_past_are_answered_as_they_were_then(little: Services) -> None:
    def said(domain: str, source: str) -> frozenset[Triple]:
        return little.history.said(domain, source, little.mesh.journal.head.sequence)

    def change(domain: str, source: str, triples: frozenset[Triple]) -> None:
        outcome = little.commits.replace([SourceContent(domain, source, triples)])
        assert isinstance(outcome, Committed)
        assert outcome.added + outcome.removed

    recorded: dict[int, dict[str, object]] = {}
    instants: dict[int, datetime] = {}

    def record() -> None:
        sequence = little.mesh.journal.head.sequence
        recorded[sequence] = _answers(little)
        instants[sequence] = datetime.now(UTC)

    record()
    engagement = said("product", "product/engagement")
    renamed = {
        triple._replace(object=text("Commitment", "en"))
        if triple.predicate == DCTERMS.title and triple.object == text("Engagement", "en")
        else triple
        for triple in engagement
    }
    change("product", "product/engagement", frozenset(renamed))
    record()
    words = said("product", "glossary")
    term = next(t.subject for t in words if t.predicate == SKOS.prefLabel)
    change("product", "glossary", words | {Triple(term, SKOS.altLabel, text("other word", "en"))})
    record()
    change("governance", "mappings", frozenset())
    record()
    assert len({str(answers) for answers in recorded.values()}) == len(recorded)
    for sequence, answers in recorded.items():
        then = _answers(little.as_of(instants[sequence]))
        for question, answer in answers.items():
            assert then[question] == answer, (sequence, question)
        assert little.as_of(sequence) is little.as_of(instants[sequence])
    assert _answers(little)["export"] == recorded[max(recorded)]["export"]


def test_the_time_before_the_first_commit_is_an_empty_mesh(shop: Services) -> None:
    before = shop.as_of(0)
    assert before.catalog.domains() == ()
    assert before.exports.export(ExportFormat.NQUADS) == b""
    with pytest.raises(NotFound, match="the newest is 1"):
        shop.as_of(2)


# To the letter


def test_literals_come_back_exactly(shop: Services) -> None:
    triples = frozenset(Triple(DATASET, DCTERMS.subject, term) for term in ODD)
    outcome = shop.commits.replace([SourceContent("shop", "odd", triples)])
    assert isinstance(outcome, Committed)
    shop.commits.replace([SourceContent("shop", "odd", frozenset())])
    then = shop.as_of(outcome.sequence)
    graph = Iri(f"{NS}graph/odd")
    quads = frozenset(Quad(*triple, graph) for triple in triples)
    assert frozenset(then.graph.quads([graph])) == quads
    assert shop.history.said("shop", "odd", outcome.sequence) == triples
    gone, came = (change.changes[0].difference for change in shop.history.history(DATASET))
    assert came.added == gone.removed == quads
    assert "“01”" in str(shop.history.history(DATASET)[1].changes[0].words)
    for format, parsed in (
        (ExportFormat.NQUADS, ox.RdfFormat.N_QUADS),
        (ExportFormat.TRIG, ox.RdfFormat.TRIG),
        (ExportFormat.TURTLE, ox.RdfFormat.TURTLE),
        (ExportFormat.JSON_LD, ox.RdfFormat.JSON_LD),
    ):
        exported = then.exports.export(format, then.catalog.get_domain("shop"))
        found = {
            (quad.object.value, quad.object.datatype.value, quad.object.language)
            for quad in ox.parse(exported, format=parsed)
            if isinstance(quad.object, ox.Literal)
        }
        assert found == {tuple(term) for term in ODD}, format


_PLAIN = f"""{PREFIXES}
:dataset a dcat:Dataset ; dcterms:title "orders" , "Aufträge"@de ;
  dcterms:subject "1.10"^^xsd:decimal , "01"^^xsd:int , "01"^^xsd:integer , "1"^^xsd:boolean ,
    "2026-01-01T00:00:00+00:00"^^xsd:dateTime , "\\u2028 \\t \\" 😀" .
"""
_WITH_BLANK_NODES = (
    _PLAIN
    + """
:product dprod:outputDataset [ dcterms:title "a" ; dcat:theme [ dcterms:title "b" ] ] ,
  [ dcterms:title "c" ] ; dcterms:references ( "1.10"^^xsd:decimal :dataset ( ) ) .
"""
)
_OX = {
    Format.TURTLE: ox.RdfFormat.TURTLE,
    Format.TRIG: ox.RdfFormat.TRIG,
    Format.NTRIPLES: ox.RdfFormat.N_TRIPLES,
    Format.NQUADS: ox.RdfFormat.N_QUADS,
    Format.RDF_XML: ox.RdfFormat.RDF_XML,
    Format.JSON_LD: ox.RdfFormat.JSON_LD,
}


@pytest.mark.parametrize("document", [_PLAIN, _WITH_BLANK_NODES], ids=["plain", "blank nodes"])
def test_the_same_document_again_changes_nothing_in_any_format(
    shop: Services, document: str
) -> None:
    def load(format: Format, data: bytes) -> Committed:
        loaded = shop.loading.load(
            [Upload("document", data)], "shop", source="document", format=format
        )
        assert isinstance(loaded.outcome, Committed)
        return loaded.outcome

    first = load(Format.TURTLE, document.encode())
    for format, written in _OX.items():
        triples = [quad.triple for quad in ox.parse(document.encode(), format=ox.RdfFormat.TURTLE)]
        data = ox.serialize(triples, format=written)
        assert data
        for _ in range(2):
            again = load(format, data)
            assert (again.sequence, again.added, again.removed) == (first.sequence, 0, 0), format
    assert len(shop.mesh.journal.entries()) == 2


def test_restoring_is_a_new_commit_that_says_again_what_was_said(shop: Services) -> None:
    start = say(shop, ":dataset dcterms:title 'orders' ; dcterms:subject 1.10 , '01'^^xsd:int .")
    said = shop.history.said("shop", "things", start)
    say(shop, ":dataset dcterms:title 'all orders' .")
    outcome = shop.loading.restore("shop", "things", start).outcome
    assert isinstance(outcome, Committed)
    assert outcome.sequence == start + 2
    assert shop.history.said("shop", "things", outcome.sequence) == said
    assert shop.history.diff(start, outcome.sequence).changes == ()
    assert f"commit {start}" in shop.history.entries()[0].attempt.message
    assert len(said) == 3
    again = shop.loading.restore("shop", "things", start).outcome
    assert isinstance(again, Committed)
    assert (again.sequence, again.added, again.removed) == (outcome.sequence, 0, 0)


def test_the_words_of_the_standards_are_spaced(shop: Services) -> None:
    assert DPROD.outputDataset  # as the vocabulary spells it
    start = say(shop, ":product dcterms:title 'x' .")
    end = say(shop, ":product dcterms:title 'x' ; dprod:outputDataset :dataset .")
    assert told(shop.history.diff(start, end))["product"][1] == ("output dataset: added dataset",)
