"""Triples about datasets, fields and their lineage, gathered from any producer."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from isogloss.intake.naming import dataset_iri, field_iri
from isogloss.model.rdf import Iri, Literal, Term, Triple
from isogloss.vocab import CODE, DCAT, DCTERMS, MESH, PROV, RDF, XSD


class Transformation(NamedTuple):
    """How a field was made from another, in OpenLineage's words; None where nobody told."""

    type: str
    subtype: str | None = None
    masking: bool | None = None
    description: str | None = None


@dataclass
class Described:
    """What is known so far; order and repetition of what is added do not matter."""

    space: str
    triples: set[Triple] = field(default_factory=set)
    # (downstream, upstream) → how; an empty set where nobody told how.
    lineage: defaultdict[tuple[Iri, Iri], set[Transformation]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def say(self, subject: Iri, predicate: Iri, value: Term | str | None) -> None:
        """State something; None states nothing. An IRI is given as `Iri`, text as `Literal`."""
        if value is not None:
            self.triples.add(Triple(subject, predicate, _term(value)))

    def dataset(self, namespace: str, name: str) -> Iri:
        """Describe a dataset by its two names, and give its IRI."""
        dataset = dataset_iri(self.space, namespace, name)
        self.say(dataset, RDF.type, DCAT.Dataset)
        self.say(dataset, RDF.type, PROV.Entity)
        self.say(dataset, DCTERMS.title, Literal(name))
        self.say(dataset, MESH.olNamespace, Literal(namespace))
        return dataset

    def column(self, dataset: Iri, path: str) -> Iri:
        """Describe a field of a dataset by its dotted path, and give its IRI."""
        column = field_iri(dataset, path)
        self.say(column, RDF.type, MESH.Field)
        self.say(column, RDF.type, PROV.Entity)
        self.say(column, MESH.fieldOf, dataset)
        self.say(column, MESH.fieldPath, Literal(path))
        return column

    def finish(self) -> frozenset[Triple]:
        """Give all triples, with the lineage of fields stated and qualified.

        A pair with a DIRECT transformation, or with none told, is a derivation; one with
        INDIRECT ones only is an influence.
        """
        for (downstream, upstream), transformations in self.lineage.items():
            indirect = transformations and all(t.type == "INDIRECT" for t in transformations)
            if indirect:
                self._qualify(downstream, upstream, transformations, derived=False)
            else:
                self._qualify(downstream, upstream, transformations, derived=True)
        return frozenset(self.triples)

    def _qualify(
        self,
        downstream: Iri,
        upstream: Iri,
        transformations: set[Transformation],
        *,
        derived: bool,
    ) -> None:
        self.say(downstream, PROV.wasDerivedFrom if derived else PROV.wasInfluencedBy, upstream)
        node = Iri(f"{downstream}/from/{_digest(upstream)}")
        link = PROV.qualifiedDerivation if derived else PROV.qualifiedInfluence
        self.say(downstream, link, node)
        self.say(node, RDF.type, PROV.Derivation if derived else PROV.EntityInfluence)
        self.say(node, RDF.type, MESH.ColumnDerivation if derived else MESH.ColumnInfluence)
        self.say(node, PROV.entity, upstream)
        for transformation in transformations:
            how = Iri(f"{node}/{_digest(repr(transformation))}")
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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
