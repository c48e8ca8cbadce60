"""What is said of one resource, read into the model's values.

Each function is given the quads about one subject. A value that the graph states twice
where the model has room for one is taken in sorted order, so that answers do not waver.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from isogloss.model.catalog import (
    Agent,
    Column,
    DataProduct,
    Dataset,
    Domain,
    Label,
    LifecycleStatus,
    Port,
    ServiceLevelObjective,
    Term,
)
from isogloss.model.meaning import Mapping as TermMapping
from isogloss.model.meaning import Sense, TermKind, Translation
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.vocab import (
    CODE,
    DCAT,
    DCTERMS,
    DPROD,
    FOAF,
    MESH,
    ODRL,
    OWL,
    PAV,
    PROV,
    RDF,
    RDFS,
    SKOS,
    SSSOM,
    VOID,
)

SKOS_MATCHES = frozenset(
    {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}
)


_LABELS = {
    "preferred": SKOS.prefLabel,
    "alternative": SKOS.altLabel,
    "hidden": SKOS.hiddenLabel,
}


class Description:
    """The statements about one subject, by predicate."""

    def __init__(self, subject: Iri, quads: Iterable[Quad]) -> None:
        self.subject = subject
        self.quads = list(quads)

    def iris(self, predicate: Iri) -> tuple[Iri, ...]:
        """List the resources that the subject points at, sorted."""
        found = {
            quad.object
            for quad in self.quads
            if quad.predicate == predicate and not isinstance(quad.object, Literal)
        }
        return tuple(sorted(found))

    def iri(self, predicate: Iri) -> Iri | None:
        """Find the first resource that the subject points at."""
        return next(iter(self.iris(predicate)), None)

    def tagged(self, predicate: Iri) -> tuple[tuple[str, str | None], ...]:
        """List the literals with their languages, English and untagged first, then sorted."""
        found = {
            (quad.object.language not in (None, "en"), quad.object.value, quad.object.language)
            for quad in self.quads
            if quad.predicate == predicate and isinstance(quad.object, Literal)
        }
        ordered = sorted(found, key=lambda literal: (literal[0], literal[1], literal[2] or ""))
        return tuple((value, language) for _, value, language in ordered)

    def texts(self, predicate: Iri) -> tuple[str, ...]:
        """List the literals in that order, each text once."""
        return tuple(dict.fromkeys(value for value, _ in self.tagged(predicate)))

    def text(self, predicate: Iri) -> str | None:
        """Find the first literal, English before other languages."""
        return next(iter(self.texts(predicate)), None)

    def code(self, predicate: Iri) -> str | None:
        """Find the word at the end of the IRI that the subject points at."""
        found = self.iri(predicate)
        return local_name(found) if found else None

    def instant(self, predicate: Iri) -> datetime | None:
        """Find the first xsd:dateTime, in UTC unless it says otherwise; None if it cannot be read.

        A date means its beginning.
        """
        try:
            found = datetime.fromisoformat(self.text(predicate) or "")
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def local_name(iri: Iri) -> str:
    """Cut the last word off an IRI.

    >>> local_name(Iri("https://w3id.org/isogloss/code/confidential"))
    'confidential'
    """
    return iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2] or iri


def domain(about: Description) -> Domain:
    """Read a mesh:Domain."""
    name = about.text(DCTERMS.identifier) or local_name(about.subject)
    return Domain(
        id=about.subject,
        name=name,
        label=about.text(SKOS.prefLabel) or name,
        definition=about.text(SKOS.definition),
        uri_space=about.text(VOID.uriSpace) or "",
        owner=about.iri(MESH.ownedBy),
        glossary=about.iri(MESH.glossary),
    )


def agent(about: Description) -> Agent:
    """Read a prov:Agent: a person by foaf:name, a team by its label."""
    mailbox = about.iri(FOAF.mbox)
    return Agent(
        id=about.subject,
        name=about.text(FOAF.name) or about.text(SKOS.prefLabel) or local_name(about.subject),
        email=mailbox.removeprefix("mailto:") if mailbox else None,
    )


def data_product(
    about: Description, parts: Mapping[Iri, Description], domain: Iri | None
) -> DataProduct:
    """Read a dprod:DataProduct; `parts` describes its attributions and offers."""
    attributions = [parts[iri] for iri in about.iris(PROV.qualifiedAttribution)]
    stewards = {
        agent
        for attribution in attributions
        if CODE.dataSteward in attribution.iris(DCAT.hadRole)
        for agent in attribution.iris(PROV.agent)
    }
    offers = [parts[iri] for iri in about.iris(ODRL.hasPolicy)]
    return DataProduct(
        id=about.subject,
        title=about.text(DCTERMS.title) or local_name(about.subject),
        description=about.text(DCTERMS.description),
        purpose=about.text(DPROD.purpose),
        version=about.text(DCAT.version),
        lifecycle_status=_lifecycle(about.code(DPROD.lifecycleStatus)),
        domain=domain or about.iri(DPROD.domain),
        owners=about.iris(DPROD.dataProductOwner),
        stewards=tuple(sorted(stewards)),
        input_ports=about.iris(DPROD.inputPort),
        output_ports=about.iris(DPROD.outputPort),
        output_datasets=about.iris(DPROD.outputDataset),
        objectives=tuple(sorted({iri for offer in offers for iri in offer.iris(ODRL.obligation)})),
    )


def _lifecycle(code: str | None) -> LifecycleStatus | None:
    return next((status for status in LifecycleStatus if status.value == code), None)


def port(about: Description) -> Port:
    """Read a dcat:DataService."""
    return Port(
        id=about.subject,
        title=about.text(DCTERMS.title) or local_name(about.subject),
        protocol=about.code(DPROD.protocol),
        endpoint_url=about.iri(DCAT.endpointURL),
        datasets=about.iris(DCAT.servesDataset),
    )


def dataset(about: Description, domain: Iri | None, last_seen: datetime | None = None) -> Dataset:
    """Read a dcat:Dataset."""
    return Dataset(
        id=about.subject,
        title=about.text(DCTERMS.title) or local_name(about.subject),
        description=about.text(DCTERMS.description),
        classification=about.code(DPROD.informationSensitivityClassification),
        domain=domain,
        last_seen=last_seen,
    )


def column(about: Description) -> Column:
    """Read a mesh:Field."""
    position = about.text(MESH.position)
    return Column(
        id=about.subject,
        name=about.text(MESH.fieldPath) or local_name(about.subject),
        description=about.text(DCTERMS.description),
        position=int(position) if position and position.isdecimal() else None,
        physical_type=about.text(MESH.physicalType),
        classification=about.code(MESH.classification),
        dataset=about.iri(MESH.fieldOf),
        term=about.iri(MESH.representsTerm),
    )


def term(about: Description, domain: Iri | None) -> Term:
    """Read a skos:Concept of a glossary."""
    return Term(
        id=about.subject,
        label=about.text(SKOS.prefLabel) or local_name(about.subject),
        other_labels=about.texts(SKOS.altLabel) + about.texts(SKOS.hiddenLabel),
        definition=about.text(SKOS.definition),
        scope_note=about.text(SKOS.scopeNote),
        examples=about.texts(SKOS.example),
        domain=domain,
        labels=tuple(
            Label(text, language, kind)
            for kind, predicate in _LABELS.items()
            for text, language in about.tagged(predicate)
        ),
    )


def sense(about: Description) -> Sense:
    """Read what makes a term precise; None where nothing is said, or nothing that can be read."""
    kind = about.code(MESH.termKind)
    return Sense(
        term=about.subject,
        kind=TermKind(kind) if kind in set(TermKind) else None,
        population=about.iri(MESH.population),
        identifier=about.iri(MESH.identifiedBy),
        unique_within=about.iri(MESH.uniqueWithin),
        event=about.iri(MESH.event),
        window=about.text(MESH.window),
        filter=about.text(MESH.filter),
        grain=about.text(MESH.grain),
        unit=about.iri(MESH.unit) or about.text(MESH.unit),
        currency=about.text(MESH.currency),
        timezone=about.text(MESH.timezone),
        counts=about.iri(MESH.counts),
    )


def objective(about: Description, parts: Mapping[Iri, Description]) -> ServiceLevelObjective | None:
    """Read a mesh:ServiceLevelObjective; None unless one constraint states it whole."""
    for constraint in (parts[iri] for iri in about.iris(ODRL.constraint)):
        metric = constraint.code(ODRL.leftOperand)
        operator = constraint.code(ODRL.operator)
        value = constraint.text(ODRL.rightOperand)
        if metric and operator and value:
            return ServiceLevelObjective(
                id=about.subject,
                metric=metric,
                operator=operator,
                value=value,
                dataset=about.iri(ODRL.target),
            )
    return None


def mapping(about: Description, translations: tuple[Iri, ...]) -> TermMapping | None:
    """Read an SSSOM mapping (an owl:Axiom); None for an axiom that relates no terms by SKOS.

    Nor does one whose side is a literal, or says that no term was found.
    """
    subject = about.iri(OWL.annotatedSource)
    predicate = about.iri(OWL.annotatedProperty)
    object_ = about.iri(OWL.annotatedTarget)
    if not (subject and predicate in SKOS_MATCHES and object_):
        return None
    types = {about.iri(SSSOM.subject_type), about.iri(SSSOM.object_type)}
    if SSSOM.NoTermFound in (subject, object_) or RDFS.Literal in types:
        return None
    confidence = about.text(SSSOM.confidence)
    created = about.instant(DCTERMS.created)
    return TermMapping(
        id=about.subject,
        subject=subject,
        predicate=predicate,
        object=object_,
        negated=SSSOM.NegatedPredicate in about.iris(SSSOM.predicate_modifier),
        justification=about.iri(SSSOM.mapping_justification),
        confidence=float(confidence) if confidence else None,
        author=about.iri(PAV.authoredBy),
        status=about.code(MESH.mappingStatus),
        comment=about.text(RDFS.comment),
        translations=translations,
        created=created.date() if created else None,
        valid_from=about.instant(MESH.validFrom),
        valid_until=about.instant(MESH.validUntil),
        reviewers=about.iris(SSSOM.reviewer_id),
        tool=about.text(SSSOM.mapping_tool),
        cardinality=about.text(SSSOM.mapping_cardinality),
    )


def translation(about: Description) -> Translation | None:
    """Read a mesh:Translation; None unless it says from what into what."""
    from_term, to_term = about.iri(MESH.fromTerm), about.iri(MESH.toTerm)
    if not (from_term and to_term):
        return None
    return Translation(
        id=about.subject,
        from_term=from_term,
        to_term=to_term,
        expression=about.text(MESH.expression),
        lossiness=about.code(MESH.lossiness),
        precondition=about.text(MESH.precondition),
        mapping=about.iri(MESH.basedOnMapping),
        concordance=about.iri(MESH.concordance),
        factor=about.text(MESH.factor),
        offset=about.text(MESH.offset),
    )


def types(about: Description) -> frozenset[Iri]:
    """Collect the classes that somebody typed the subject with."""
    return frozenset(about.iris(RDF.type))
