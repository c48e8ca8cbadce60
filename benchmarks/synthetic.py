"""A mesh of any size, the same each time: domains, products, datasets with columns, lineage."""

import random
from collections.abc import Iterator

from isogloss.model.change import SourceContent
from isogloss.model.rdf import Iri, Literal, Triple, text
from isogloss.vocab import (
    CODE,
    DCAT,
    DCTERMS,
    DPROD,
    MESH,
    PROV,
    RDF,
    SKOS,
    VOID,
    XSD,
)

BASE = "https://mesh.example/"
DOMAINS = 10


def founding() -> SourceContent:
    """Found ten domains."""
    triples: set[Triple] = set()
    for number in range(DOMAINS):
        space = f"{BASE}d{number}/"
        domain, team = Iri(f"{space}domain"), Iri(f"{space}team")
        triples |= {
            Triple(domain, RDF.type, MESH.Domain),
            Triple(domain, RDF.type, SKOS.Concept),
            Triple(domain, DCTERMS.identifier, Literal(f"d{number}")),
            Triple(domain, SKOS.prefLabel, text(f"Domain {number}", "en")),
            Triple(domain, SKOS.definition, text("One of ten.", "en")),
            Triple(domain, SKOS.inScheme, Iri(f"{BASE}governance/domains")),
            Triple(domain, VOID.uriSpace, Literal(space)),
            Triple(domain, MESH.ownedBy, team),
            Triple(team, RDF.type, PROV.Agent),
            Triple(team, SKOS.prefLabel, text(f"Team {number}", "en")),
        }
    return SourceContent("governance", "domains", frozenset(triples))


def datasets(count: int, columns: int = 20, seed: int = 7) -> Iterator[SourceContent]:
    """Describe products of one dataset each, whose columns are made from earlier ones."""
    chance = random.Random(seed)
    for number in range(count):
        yield product(number, columns, chance)


def product(number: int, columns: int, chance: random.Random, version: str = "1") -> SourceContent:
    """Describe one product, in the domain that its number gives."""
    domain = f"d{number % DOMAINS}"
    space = f"{BASE}{domain}/"
    made = Iri(f"{space}product/p{number}")
    dataset = Iri(f"{space}dataset/t{number}")
    triples = {
        Triple(made, RDF.type, DPROD.DataProduct),
        Triple(made, DCTERMS.title, text(f"Product {number}", "en")),
        Triple(made, DCTERMS.description, text(f"What product {number} is.", "en")),
        Triple(made, DCAT.version, Literal(version)),
        Triple(made, DPROD.lifecycleStatus, CODE.Consume),
        Triple(made, DPROD.outputDataset, dataset),
        Triple(dataset, RDF.type, DCAT.Dataset),
        Triple(dataset, DCTERMS.title, Literal(f"t{number}")),
        Triple(dataset, DCTERMS.description, text(f"What table {number} holds.", "en")),
    }
    for place in range(columns):
        column = Iri(f"{dataset}/c{place}")
        triples |= {
            Triple(column, RDF.type, MESH.Field),
            Triple(column, MESH.fieldOf, dataset),
            Triple(column, MESH.fieldPath, Literal(f"c{place}")),
            Triple(column, MESH.position, Literal(str(place + 1), XSD.integer)),
            Triple(column, MESH.physicalType, Literal("VARCHAR")),
            Triple(column, DCTERMS.description, text(f"Column {place}: {chance.random()}", "en")),
        }
        if number:
            source = chance.randrange(number)
            upstream = f"{BASE}d{source % DOMAINS}/dataset/t{source}/c{chance.randrange(columns)}"
            triples.add(Triple(column, PROV.wasDerivedFrom, Iri(upstream)))
    return SourceContent(domain, f"product/p{number}", frozenset(triples))
