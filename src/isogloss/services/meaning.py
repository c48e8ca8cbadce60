"""Find the senses of a word, the words with several, and the mappings between domains."""

from collections import defaultdict
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass

from isogloss.meaning import words
from isogloss.model.catalog import Domain, Term
from isogloss.model.meaning import Mapping, Sense, Taxonomy, Translation, Word
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.services import description as read
from isogloss.services.catalog import Catalog
from isogloss.services.concepts import read_taxonomy
from isogloss.services.current import Current
from isogloss.services.description import Description
from isogloss.services.mapping_trust import Trust
from isogloss.store.graph import Reader
from isogloss.vocab import MESH, OWL, RDF, SKOS


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    terms: tuple[Term, ...]
    mappings: tuple[Mapping, ...]
    translations: dict[Iri, Translation]
    attributes: dict[Iri, Sense]
    taxonomy: Taxonomy
    broader: tuple[tuple[Iri, Iri], ...]
    related: tuple[tuple[Iri, Iri], ...]


class Meanings:
    """What words mean in the domains, as of the last commit."""

    def __init__(self, graph: Reader, catalog: Catalog) -> None:
        self._graph = graph
        self._catalog = catalog
        self._vocabulary = Current(graph, self._read)

    def senses(self, word: str) -> Word | None:
        """Gather every domain's meaning of a word; None if no glossary has it.

        Case, plural, hyphens and accents do not matter.
        """
        known = self._vocabulary.get()
        return words.senses(word, known.terms, known.mappings)

    def polysemes(self) -> tuple[Word, ...]:
        """List the words that two domains may mean differently, by label."""
        known = self._vocabulary.get()
        return words.polysemes(known.terms, known.mappings)

    def mappings(self, between: tuple[Domain, Domain] | None = None) -> tuple[Mapping, ...]:
        """List mappings by IRI, all or those between two domains in either direction."""
        known = self._vocabulary.get()
        if between is None:
            return known.mappings
        domain_of = {term.id: term.domain for term in known.terms}
        return words.mappings_between(known.mappings, domain_of, between[0].id, between[1].id)

    def translations(self, ids: Sequence[Iri]) -> list[Translation | None]:
        """Read translations, in order; None where the IRI names none."""
        known = self._vocabulary.get().translations
        return [known.get(iri) for iri in ids]

    def attributes(self) -> Map[Iri, Sense]:
        """Give what makes each term of a glossary precise."""
        return self._vocabulary.get().attributes

    def taxonomy(self) -> Taxonomy:
        """Give how the concepts relate that attributes name."""
        return self._vocabulary.get().taxonomy

    def terms(self) -> tuple[Term, ...]:
        """List the terms of all glossaries."""
        return self._vocabulary.get().terms

    def broader(self) -> tuple[tuple[Iri, Iri], ...]:
        """List what concepts say of each other by skos:broader, from the narrower one."""
        return self._vocabulary.get().broader

    def related(self) -> tuple[tuple[Iri, Iri], ...]:
        """List what concepts say of each other by skos:related."""
        return self._vocabulary.get().related

    def _read(self) -> _Vocabulary:
        ids = list(self._catalog.term_ids())
        terms = self._catalog.terms(ids)
        about = self._graph.describe(ids)
        attributes = {iri: read.sense(Description(iri, about[iri])) for iri in ids if iri in about}
        trust = Trust.of(self._catalog)
        translations = [
            read.translation(trust.translation(about)) for about in self._typed(MESH.Translation)
        ]
        based_on: defaultdict[str | Literal, list[Quad]] = defaultdict(list)
        for quad in self._graph.statements(MESH.basedOnMapping):
            based_on[quad.object].append(quad)
        mappings = [
            trust.mapping(about, based_on[about.subject]) for about in self._typed(OWL.Axiom)
        ]
        return _Vocabulary(
            tuple(term for term in terms if term),
            tuple(mapping for mapping in mappings if mapping),
            {translation.id: translation for translation in translations if translation},
            attributes,
            read_taxonomy(self._graph, attributes.values()),
            (
                *self._pairs(SKOS.broader),
                *((child, parent) for parent, child in self._pairs(SKOS.narrower)),
            ),
            tuple(self._pairs(SKOS.related)),
        )

    def _pairs(self, predicate: Iri) -> list[tuple[Iri, Iri]]:
        return [
            (quad.subject, quad.object)
            for quad in self._graph.statements(predicate)
            if not isinstance(quad.object, Literal)
        ]

    def _typed(self, class_: Iri) -> list[Description]:
        found = sorted({quad.subject for quad in self._graph.statements(RDF.type, class_)})
        return [Description(iri, quads) for iri, quads in self._graph.describe(found).items()]
