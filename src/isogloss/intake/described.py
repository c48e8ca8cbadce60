"""Triples about datasets, fields and their lineage, gathered from any producer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from isogloss.intake.naming import dataset_iri, field_iri, short_digest
from isogloss.intake.terms import MAX_TRIPLES, too_many
from isogloss.model.lineage import Evidence
from isogloss.model.rdf import Iri, Literal, Term, Triple
from isogloss.vocab import CODE, DCAT, DCTERMS, MESH, PROV, RDF, XSD


class Transformation(NamedTuple):
    """How a field was made from another, in OpenLineage's words; None where nobody told."""

    type: str
    subtype: str | None = None
    masking: bool | None = None
    description: str | None = None


_MOST_EDGES = MAX_TRIPLES // 6
"""Each takes six statements or more."""


@dataclass
class Described:
    """What is known so far; order and repetition of what is added do not matter."""

    space: str
    triples: set[Triple] = field(default_factory=set)
    _columns: dict[Iri, Iri] = field(default_factory=dict)  # → whose they are
    # (downstream, upstream, evidence, job) → how; an empty set where nobody told how.
    _lineage: defaultdict[tuple[Iri, Iri, Evidence, Iri | None], set[Transformation]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def say(self, subject: Iri, predicate: Iri, value: Term | str | None) -> None:
        """State something; None states nothing. An IRI is given as `Iri`, text as `Literal`."""
        if value is not None:
            self.triples.add(Triple(subject, predicate, _term(value)))

    def dataset(self, namespace: str, name: str, title: str | None = None) -> Iri:
        """Describe a dataset by its two names, and give its IRI; it is called by its name."""
        dataset = dataset_iri(self.space, namespace, name)
        self.say(dataset, RDF.type, DCAT.Dataset)
        self.say(dataset, RDF.type, PROV.Entity)
        self.say(dataset, DCTERMS.title, Literal(title or name))
        self.name(dataset, namespace, name)
        return dataset

    def name(self, dataset: Iri, namespace: str, name: str) -> None:
        """State the two names that tell which dataset it is, whoever speaks of it."""
        self.say(dataset, MESH.olNamespace, Literal(namespace))
        self.say(dataset, DCTERMS.identifier, Literal(name))

    def column(self, dataset: Iri, path: str) -> Iri:
        """Describe a field of a dataset by its dotted path, and give its IRI."""
        column = field_iri(dataset, path)
        self._columns[column] = dataset
        self.say(column, RDF.type, MESH.Field)
        self.say(column, RDF.type, PROV.Entity)
        self.say(column, MESH.fieldOf, dataset)
        self.say(column, MESH.fieldPath, Literal(path))
        return column

    def columns_of(self, dataset: Iri) -> list[Iri]:
        """List the fields of a dataset that were described so far, in no order."""
        return [column for column, whole in self._columns.items() if whole == dataset]

    def derive(
        self,
        downstream: Iri,
        upstream: Iri,
        transformations: Iterable[Transformation] = (),
        *,
        evidence: Evidence = Evidence.DECLARED,
        job: Iri | None = None,
    ) -> None:
        """State that a column or dataset comes from another, how it is known and who makes it.

        What comes from itself states nothing.

        Raises:
            InvalidInput: that would be more than one source may say.
        """
        if downstream != upstream:
            self._lineage[downstream, upstream, evidence, job].update(transformations)
            if len(self._lineage) > _MOST_EDGES:
                raise too_many("Its lineage")

    def finish(self) -> frozenset[Triple]:
        """Give all triples, with the lineage stated and qualified.

        A pair with a DIRECT transformation, or with none told, is a derivation; one with
        INDIRECT ones only is an influence. What is declared and what is observed of one pair
        are two, and so is what two jobs do.
        """
        for ends, transformations in self._lineage.items():
            indirect = transformations and all(t.type == "INDIRECT" for t in transformations)
            self._qualify(*ends, transformations, derived=not indirect)
        return frozenset(self.triples)

    def _qualify(
        self,
        downstream: Iri,
        upstream: Iri,
        evidence: Evidence,
        job: Iri | None,
        transformations: set[Transformation],
        *,
        derived: bool,
    ) -> None:
        self.say(downstream, PROV.wasDerivedFrom if derived else PROV.wasInfluencedBy, upstream)
        node = Iri(
            f"{downstream}/from/{short_digest(f'{upstream} {evidence.value} {job or str()}')}"
        )
        link = PROV.qualifiedDerivation if derived else PROV.qualifiedInfluence
        self.say(downstream, link, node)
        self.say(node, RDF.type, PROV.Derivation if derived else PROV.EntityInfluence)
        if downstream in self._columns and upstream in self._columns:
            self.say(node, RDF.type, MESH.ColumnDerivation if derived else MESH.ColumnInfluence)
        self.say(node, PROV.entity, upstream)
        self.say(node, MESH.evidence, Iri(CODE.iri + evidence.value))
        self.say(node, MESH.madeBy, job)
        for transformation in transformations:
            # Most are alike, and one node says of all of them how they were made.
            how = Iri(f"{self.space}transformation/{short_digest(repr(tuple(transformation)))}")
            self.say(node, MESH.transformation, how)
            self.say(how, MESH.transformationType, Iri(CODE.iri + transformation.type))
            if transformation.subtype is not None:
                self.say(how, MESH.transformationSubtype, Iri(CODE.iri + transformation.subtype))
            if transformation.masking is not None:
                masking = Literal(str(transformation.masking).lower(), XSD.boolean)
                self.say(how, MESH.masking, masking)
            if transformation.description:
                self.say(how, DCTERMS.description, Literal(transformation.description))


def _term(value: Term | str) -> Term:
    return value if isinstance(value, Literal) else Iri(value)
