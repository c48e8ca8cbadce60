"""A mesh of any size under the rules of `rules/`: nearly all of it keeps them.

The same seed gives the same mesh. What is near a dataset does not depend on how many there are:
domains stay small, and lineage does not reach far back.
"""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from isogloss import resources
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.model.rdf import Iri, Literal, Term, Triple, text
from isogloss.vocab import (
    CODE,
    DCAT,
    DCTERMS,
    DPROD,
    FOAF,
    MESH,
    PROV,
    RDF,
    RDFS,
    SKOS,
    XSD,
)

BASE = "https://mesh.example/"
COLUMNS = 20
TOGETHER = 3
"""So many datasets are of one product."""
PRODUCTS = 10
"""So many products are of one domain."""
NEAR = 90
"""So many datasets back does lineage reach."""
RARELY = 0.003
"""Such a share of things has any one flaw."""

Says: TypeAlias = Mapping[Iri, tuple[Term, ...]]


def rulebook() -> Rulebook:
    """Read the rules."""
    files = sorted((Path(__file__).parent / "rules").glob("*.ttl"))
    return Rulebook({file.name: file.read_text("utf-8") for file in files})


def classes() -> list[Triple]:
    """Give the subclasses of the ontology, and those that this mesh adds."""
    known = axioms(resources.texts("ontology", ".ttl"))
    return [
        *(triple for triple in known if triple.predicate == RDFS.subClassOf),
        *(Triple(kind, RDFS.subClassOf, above) for kind, above in _ABOVE.items()),
    ]


def mesh(datasets: int, seed: int = 7) -> Iterator[Triple]:
    """Say all of a mesh, product by product, but for its classes."""
    for first in range(0, datasets, TOGETHER):
        product = first // TOGETHER
        if product % PRODUCTS == 0:
            yield from _domain(product)
        numbers = range(first, min(first + TOGETHER, datasets))
        yield from _product(product, numbers, seed)
        for number in numbers:
            yield from dataset(number, product, seed)


def offered(number: int, product: int) -> Iterator[Triple]:
    """Say that a product offers and serves one more dataset."""
    data = _iri("dataset", number, product)
    yield Triple(_iri("product", product, product), DPROD.outputDataset, data)
    yield Triple(_iri("port", product, product), DCAT.servesDataset, data)


def dataset(number: int, product: int, seed: int = 7) -> Iterator[Triple]:
    """Describe a dataset of a product: its columns, and the term that it is about."""
    chance = random.Random(f"{seed}/dataset/{number}")
    iri, term = _iri("dataset", number, product), _iri("term", number, product)
    near = TOGETHER * product - 1 - chance.randrange(NEAR)
    source = None if near < 0 else _iri("dataset", near, near // TOGETHER)
    says: Says = {
        RDF.type: (chance.choice((_kind("Table"), _kind("View"), DCAT.Dataset)),),
        DCTERMS.title: (Literal(f"table_{number}"),),
        DCTERMS.description: (text(f"What table {number} holds.", "en"),),
        DCTERMS.identifier: (Literal(f"ds-{number}"),),
        DCTERMS.created: (_instant(f"2026-01-{chance.randrange(10, 29)}"),),
        DCTERMS.modified: (_instant(f"2026-02-{chance.randrange(10, 29)}"),),
        DPROD.informationSensitivityClassification: (chance.choice(_SENSITIVITIES),),
        DCAT.keyword: (Literal("orders"), Literal(f"area {number % 50}")),
        PROV.wasDerivedFrom: (source,) if source else (),
    }
    yield from _flawed("dataset", number, iri, says, chance)
    yield from _term(number, product, chance)
    for place in range(COLUMNS):
        derives = source and place % 4 == 3
        says = {
            RDF.type: (_kind("Key") if place == 0 else MESH.Field,),
            MESH.fieldOf: (iri,),
            MESH.fieldPath: (Literal(f"column_{place}"),),
            MESH.position: (Literal(str(place + 1), XSD.integer),),
            MESH.physicalType: (Literal(_TYPES[place % len(_TYPES)]),),
            MESH.representsTerm: (term,) if place in (1, 2) else (),
            MESH.classification: (chance.choice(_SENSITIVITIES),) if place % 10 == 4 else (),
            PROV.wasDerivedFrom: (
                (Iri(f"{source}/c{chance.randrange(COLUMNS)}"),) if derives else ()
            ),
        }
        kind = {0: "key", 1: "mapped"}.get(place, "column")
        turn = number if place < 3 else None
        yield from _flawed(kind, turn, Iri(f"{iri}/c{place}"), says, chance)


def _domain(product: int) -> Iterator[Triple]:
    iri, glossary = _iri("domain", 0, product), _iri("glossary", 0, product)
    yield Triple(glossary, RDF.type, SKOS.ConceptScheme)
    yield Triple(iri, RDF.type, MESH.Domain)
    yield Triple(iri, SKOS.prefLabel, text(f"Domain {product // PRODUCTS}", "en"))
    yield Triple(iri, SKOS.definition, text("A part of the business.", "en"))
    yield Triple(iri, SKOS.inScheme, glossary)


def _product(number: int, datasets: range, seed: int) -> Iterator[Triple]:
    chance = random.Random(f"{seed}/product/{number}")
    offers = tuple(_iri("dataset", each, number) for each in datasets)
    things = ("product", "port", "attribution", "person")
    iri, port, attribution, person = (_iri(thing, number, number) for thing in things)
    described: tuple[Says, ...] = (
        {
            RDF.type: (chance.choice((DPROD.DataProduct, _kind("SourceProduct"))),),
            DCTERMS.title: (text(f"Product {number}", "en"), text(f"Datenprodukt {number}", "de")),
            DCTERMS.description: (text(f"What product {number} is.", "en"),),
            DPROD.dataProductOwner: (person,),
            DPROD.domain: (_iri("domain", 0, number),),
            DPROD.lifecycleStatus: (chance.choice((CODE.Consume, CODE.Deploy, CODE.Retire)),),
            DCAT.version: (Literal(f"1.{chance.randrange(9)}.0"),),
            DCTERMS.conformsTo: (Iri(f"{BASE}governance/policy"),),
            DPROD.purpose: (text("To decide.", "en"), _iri("domain", 0, number)),
            DCTERMS.created: (_day(f"2026-01-{chance.randrange(10, 29)}"),),
            DCTERMS.modified: (_day(f"2026-02-{chance.randrange(10, 29)}"),),
            PROV.qualifiedAttribution: (attribution,),
            DPROD.outputDataset: offers,
            DPROD.outputPort: (port,),
        },
        {
            RDF.type: (DCAT.DataService,),
            DCTERMS.title: (text(f"Port of product {number}", "en"),),
            DCAT.endpointURL: (Iri(f"https://data.example/{number}"),),
            DPROD.protocol: (CODE.jdbc,),
            DCAT.servesDataset: offers,
        },
        {
            RDF.type: (PROV.Attribution,),
            PROV.agent: (person,),
            DCAT.hadRole: (CODE.dataSteward,),
        },
        {
            RDF.type: (PROV.Person,),
            FOAF.name: (Literal(f"Person {number}"),),
            FOAF.mbox: (Iri(f"mailto:person{number}@mesh.example"),),
        },
    )
    for thing, about, says in zip(things, (iri, port, attribution, person), described, strict=True):
        yield from _flawed(thing, number, about, says, chance)


def _term(number: int, product: int, chance: random.Random) -> Iterator[Triple]:
    """Describe a term: that of a product's first dataset is broader than those of the others."""
    first = TOGETHER * product
    broader = _iri("domain", 0, product) if number == first else _iri("term", first, product)
    says: Says = {
        RDF.type: (chance.choice((SKOS.Concept, SKOS.Concept, _kind("Measure"))),),
        SKOS.prefLabel: (text(f"term {number}", "en"), text(f"Begriff {number}", "de")),
        SKOS.altLabel: (text(f"word {number}", "en"),),
        SKOS.definition: (text(f"What people mean by term {number}.", "en"),),
        SKOS.inScheme: (_iri("glossary", 0, product),),
        SKOS.broader: (broader,),
    }
    yield from _flawed("term", number, _iri("term", number, product), says, chance)


def _flawed(
    kind: str, turn: int | None, iri: Iri, says: Says, chance: random.Random
) -> Iterator[Triple]:
    """Say what a thing says, rarely with a flaw; the first things have each flaw once."""
    flaws = _FLAWS[kind]
    if turn is not None and turn < len(flaws):
        says = {**says, **flaws[turn]}
    elif chance.random() < RARELY * len(flaws):
        says = {**says, **chance.choice(flaws)}
    for predicate, objects in says.items():
        for object_ in objects:
            yield Triple(iri, predicate, object_)


def _iri(thing: str, number: int, product: int) -> Iri:
    """Name a thing, in the space of the domain of a product."""
    return Iri(f"{BASE}d{product // PRODUCTS}/{thing}/{number}")


def _kind(name: str) -> Iri:
    return Iri(f"{BASE}governance/kinds#{name}")


def _day(value: str) -> Literal:
    return Literal(value, XSD.date)


def _instant(day: str) -> Literal:
    return Literal(f"{day}T09:30:00Z", XSD.dateTime)


_ABOVE = {
    _kind("SourceProduct"): DPROD.DataProduct,
    _kind("Relation"): DCAT.Dataset,
    _kind("Table"): _kind("Relation"),
    _kind("View"): _kind("Relation"),
    _kind("Key"): MESH.Field,
    _kind("Measure"): SKOS.Concept,
}
_SENSITIVITIES = (CODE.public, CODE.internal, CODE.confidential, CODE.restricted)
_TYPES = ("BIGINT", "VARCHAR", "DATE", "DECIMAL(18,2)", "TIMESTAMP", "BOOLEAN")

_NOWHERE = (Iri(f"{BASE}nowhere"),)
_FLAWS: Mapping[str, tuple[Says, ...]] = {
    "product": (
        {DCTERMS.title: (text("One", "en"), text("Another", "en"))},
        {DCTERMS.title: (text("Produit", "fr"),)},
        {DCTERMS.description: (text("To do: say it.", "en"), text("TODO", "en"))},
        {DPROD.dataProductOwner: ()},
        {DPROD.domain: _NOWHERE},
        {DPROD.lifecycleStatus: (Literal("running"),)},
        {DCAT.version: (Literal("one"),)},
        {DCTERMS.conformsTo: ()},
        {DPROD.purpose: (Literal("plain words"),)},
        {DCTERMS.created: (_day("2026-12-24"),)},
        {DPROD.outputDataset: _NOWHERE},
        {DPROD.outputPort: (), DPROD.lifecycleStatus: (CODE.Consume,)},
    ),
    "port": ({DCAT.endpointURL: (Literal("ftp://data.example"),)},),
    "attribution": ({DCAT.hadRole: (CODE.approver,)},),
    "person": ({FOAF.mbox: _NOWHERE},),
    "dataset": (
        {DCTERMS.title: ()},
        {DCTERMS.title: (Literal("t"),)},
        {DCTERMS.description: (Literal("4", XSD.integer),)},
        {DCTERMS.identifier: (Literal("4711"),)},
        {DPROD.informationSensitivityClassification: (Literal("public"),)},
        {DCTERMS.created: (_instant("2026-12-24"),)},
        {DCAT.keyword: ()},
        {PROV.wasDerivedFrom: _NOWHERE},
    ),
    "key": ({RDF.type: (MESH.Field,)},),
    "mapped": ({RDF.type: (PROV.Entity,)}, {MESH.position: (Literal("1", XSD.integer),)}),
    "column": (
        {MESH.fieldOf: ()},
        {MESH.fieldPath: (Literal("Order Total"),)},
        {MESH.position: (Literal("0", XSD.integer),)},
        {MESH.physicalType: (Literal("GEOMETRY"),)},
        {PROV.wasDerivedFrom: _NOWHERE},
        {MESH.representsTerm: _NOWHERE},
        {MESH.classification: (CODE.owner,)},
    ),
    "term": (
        {SKOS.prefLabel: ()},
        {SKOS.prefLabel: (text("terme", "fr"),)},
        {SKOS.prefLabel: (text("x", "en"),)},
        {SKOS.prefLabel: (text("same", "en"),), SKOS.altLabel: (text("same", "en"),)},
        {SKOS.inScheme: _NOWHERE},
        {SKOS.definition: ()},
        {SKOS.definition: (text("?", "en"),)},
        {SKOS.broader: _NOWHERE},
    ),
}
