"""The concepts that attributes of terms name, and how they relate, read from the graph."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from isogloss.model.meaning import Sense, Taxonomy
from isogloss.model.rdf import Iri, Literal
from isogloss.services.description import Description
from isogloss.store.graph import Reader
from isogloss.vocab import DCTERMS, MESH, SKOS


def read_taxonomy(graph: Reader, senses: Iterable[Sense]) -> Taxonomy:
    """Read how the concepts relate, and the labels of those that senses name.

    What is above a concept is above all that is below it (skos:broaderTransitive).
    """
    parents: defaultdict[Iri, set[Iri]] = defaultdict(set)
    for child, parent in _pairs(graph, SKOS.broader):
        parents[child].add(parent)
    for parent, child in _pairs(graph, SKOS.narrower):
        parents[child].add(parent)
    named = {
        iri
        for sense in senses
        for iri in (sense.population, sense.identifier, sense.unique_within, sense.event,
                    sense.counts)
        if iri
    }  # fmt: skip
    about = {iri: Description(iri, quads) for iri, quads in graph.describe(sorted(named)).items()}
    labels = {
        iri: label
        for iri, found in about.items()
        if (label := found.text(SKOS.prefLabel) or found.text(DCTERMS.title))
    }
    return Taxonomy(
        broader={concept: _above(concept, parents) for concept in sorted(parents)},
        disjoint=frozenset(frozenset(pair) for pair in _pairs(graph, MESH.disjointWith)),
        # Of two, the first in order, so that answers do not waver.
        absences=dict(sorted(_pairs(graph, MESH.absenceOf), reverse=True)),
        labels=labels,
    )


def _pairs(graph: Reader, predicate: Iri) -> Iterable[tuple[Iri, Iri]]:
    for quad in graph.statements(predicate):
        if not isinstance(quad.object, Literal):
            yield quad.subject, quad.object


def _above(concept: Iri, parents: Mapping[Iri, set[Iri]]) -> frozenset[Iri]:
    found: set[Iri] = set()
    waiting = [concept]
    while waiting:
        for parent in parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return frozenset(found - {concept})
