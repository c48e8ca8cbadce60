"""The words of the standards and our own, as closed namespaces: a misspelt term raises."""

from typing import NewType

Iri = NewType("Iri", str)


class Namespace:
    """Give the IRIs of one vocabulary as attributes.

    >>> DCAT.Dataset
    'http://www.w3.org/ns/dcat#Dataset'
    >>> DCAT.Datset
    Traceback (most recent call last):
    AttributeError: dcat: has no term 'Datset' here; add it to vocab.py if the standard has it
    """

    def __init__(self, prefix: str, iri: str, terms: str = "") -> None:
        self.prefix = prefix
        self.iri = iri
        self.terms = frozenset(terms.split())
        # As attributes, for they are asked for millions of times.
        self.__dict__.update({term: Iri(iri + term) for term in self.terms - self.__dict__.keys()})

    def __getattr__(self, term: str) -> Iri:
        raise AttributeError(
            f"{self.prefix}: has no term {term!r} here; add it to vocab.py if the standard has it"
        )

    def __contains__(self, iri: str) -> bool:
        return iri.startswith(self.iri)


ADMS = Namespace("adms", "http://www.w3.org/ns/adms#", "status")
CODE = Namespace(
    "code",
    "https://w3id.org/isogloss/code/",
    "Ideation Design Build Deploy Consume Retire "
    "approver dataSteward owner engineer steward reader "
    "DIRECT INDIRECT IDENTITY TRANSFORMATION AGGREGATION "
    "JOIN GROUP_BY FILTER SORT WINDOW CONDITIONAL UNKNOWN "
    "START RUNNING COMPLETE ABORT FAIL OTHER "
    "public internal confidential restricted "
    "proposed approved rejected retired "
    "exact widening narrowing approximate untranslatable "
    "freshness completeness availability deliver "
    "jdbc rest kafka s3 "
    "discoverable addressable understandable trustworthy interoperable secure "
    "newlyFailing newlyPassing changedSeverity "
    "global domain sql "
    "declared observed "
    "DROP RENAME RETYPE REDEFINE DEPRECATE critical high medium low info "
    "same different translated unknown untranslated conflict "
    "entity flag measure dimension identifier code "
    "calendarDay calendarWeek calendarMonth calendarQuarter calendarYear unbounded",
)
CSVW = Namespace("csvw", "http://www.w3.org/ns/csvw#", "name datatype")
DCAT = Namespace(
    "dcat",
    "http://www.w3.org/ns/dcat#",
    "Dataset DataService Distribution Role Resource accessService distribution endpointURL "
    "hadRole keyword landingPage servesDataset version previousVersion",
)
DCTERMS = Namespace(
    "dcterms",
    "http://purl.org/dc/terms/",
    "conformsTo created creator dateAccepted dateSubmitted description format identifier "
    "isPartOf issued license modified relation requires source subject title type",
)
DPROD = Namespace(
    "dprod",
    "https://www.omg.org/spec/DPROD/dprod/",
    "DataProduct DataProductLifecycleStatus InformationSensitivityClassification "
    "dataProductOwner domain informationSensitivityClassification inputDataset inputPort "
    "isAccessServiceOf isDistributionOf lifecycleStatus outputDataset outputPort protocol purpose",
)
DQV = Namespace(
    "dqv",
    "http://www.w3.org/ns/dqv#",
    "Dimension Metric QualityMeasurement computedOn expectedDataType inDimension isMeasurementOf "
    "value",
)
FOAF = Namespace("foaf", "http://xmlns.com/foaf/0.1/", "Person mbox name")
MESH = Namespace(
    "mesh",
    "https://w3id.org/isogloss/mesh#",
    "Domain Field Job Run ColumnDerivation ColumnInfluence ServiceLevelObjective "
    "ContractDocument Translation RuleSet Waiver "
    "ownedBy dataGraph shapesGraph glossary fieldOf parentField fieldPath position physicalType "
    "classification representsTerm transformation transformationType transformationSubtype "
    "masking runState olNamespace fromTerm toTerm expression expressionLanguage precondition "
    "lossiness basedOnMapping mappingStatus scope ruleId contentDigest waivesShape "
    "waivesComponent focusNode ruleSetVersion validFrom validUntil waivedBy effectiveConforms "
    "standardVersion driver sequence head applied passingExample failingExample "
    "Vote voteOn approves approvedBy blocksFrom shapesText quality "
    "effect severityBefore blastRadius violations wouldRefuse "
    "IdentityDecision NamespaceClaim NamespaceAlias LineageEvent "
    "Impact change hops impactSeverity "
    "evidence madeBy newestRun concerns same claimedBy namespacePattern aliasOf "
    "jobType lastSeen lastSeenIn nominalStartTime nominalEndTime "
    "absenceOf MeaningVerdict appliesTranslation judges verdict "
    "concordance counts disjointWith event identifiedBy population termKind uniqueWithin "
    "currency defaultCode factor filter grain offset timezone unit window "
    "Dismissal dismisses candidateKind fingerprint",
)
ODRL = Namespace(
    "odrl",
    "http://www.w3.org/ns/odrl/2/",
    "Action Constraint Duty LeftOperand Offer action assigner constraint eq gteq hasPolicy "
    "leftOperand lteq obligation operator rightOperand target",
)
ONTOLEX = Namespace("ontolex", "http://www.w3.org/ns/lemon/ontolex#")
ORG = Namespace(
    "org",
    "http://www.w3.org/ns/org#",
    "FormalOrganization Membership OrganizationalUnit member organization role unitOf",
)
OWL = Namespace(
    "owl",
    "http://www.w3.org/2002/07/owl#",
    "AnnotationProperty Axiom Class DatatypeProperty NamedIndividual ObjectProperty "
    "Ontology annotatedProperty annotatedSource annotatedTarget deprecated imports versionIRI "
    "versionInfo",
)
PAV = Namespace("pav", "http://purl.org/pav/", "authoredBy")
PROF = Namespace("prof", "http://www.w3.org/ns/dx/prof/")
PROV = Namespace(
    "prov",
    "http://www.w3.org/ns/prov#",
    "Activity Agent Association Attribution Derivation Entity EntityInfluence Organization Person "
    "Plan SoftwareAgent actedOnBehalfOf agent alternateOf endedAtTime entity generatedAtTime "
    "generated hadActivity hadPlan invalidated invalidatedAtTime qualifiedAssociation "
    "qualifiedAttribution qualifiedDerivation qualifiedInfluence specializationOf startedAtTime "
    "used wasAssociatedWith wasAttributedTo wasDerivedFrom wasGeneratedBy wasInfluencedBy "
    "wasInformedBy wasRevisionOf",
)
RDF = Namespace(
    "rdf",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "JSON Property first langString nil rest type value",
)
RDFS = Namespace(
    "rdfs",
    "http://www.w3.org/2000/01/rdf-schema#",
    "Class Datatype Literal Resource comment domain isDefinedBy label range seeAlso subClassOf "
    "subPropertyOf",
)
SD = Namespace("sd", "http://www.w3.org/ns/sparql-service-description#", "NamedGraph namedGraph")
SEMAPV = Namespace(
    "semapv",
    "https://w3id.org/semapv/vocab/",
    "LexicalMatching LogicalReasoning ManualMappingCuration",
)
SH = Namespace(
    "sh",
    "http://www.w3.org/ns/shacl#",
    "Info NodeShape PropertyShape ValidationReport ValidationResult Violation Warning conforms "
    "description focusNode message name order path property result resultMessage resultPath "
    "resultSeverity severity sourceConstraintComponent sourceShape targetClass value",
)
SKOS = Namespace(
    "skos",
    "http://www.w3.org/2004/02/skos/core#",
    "Concept ConceptScheme altLabel broadMatch broader closeMatch definition exactMatch example "
    "hiddenLabel inScheme narrowMatch narrower notation prefLabel related relatedMatch scopeNote",
)
SSSOM = Namespace(
    "sssom",
    "https://w3id.org/sssom/",
    "ComposedEntityExpression ExtensionDefinition MappingSet NegatedPredicate NoTermFound "
    "confidence extension_definitions mapping_cardinality mapping_justification mapping_set_id "
    "mapping_tool mappings object_id object_type predicate_modifier property record_id "
    "reviewer_id slot_name subject_id subject_label subject_type type_hint",
)
VANN = Namespace(
    "vann", "http://purl.org/vocab/vann/", "preferredNamespacePrefix preferredNamespaceUri"
)
VOID = Namespace("void", "http://rdfs.org/ns/void#", "Dataset uriSpace vocabulary")
XKOS = Namespace(
    "xkos",
    "http://rdf-vocabulary.ddialliance.org/xkos#",
    "ConceptAssociation Correspondence compares madeOf sourceConcept targetConcept",
)
XSD = Namespace(
    "xsd",
    "http://www.w3.org/2001/XMLSchema#",
    "anyURI boolean byte date dateTime dateTimeStamp dayTimeDuration decimal double duration "
    "float gDay gMonth gMonthDay gYear gYearMonth int integer long negativeInteger "
    "nonNegativeInteger nonPositiveInteger positiveInteger short string time unsignedByte "
    "unsignedInt unsignedLong unsignedShort yearMonthDuration",
)
RULE = Namespace("rule", "https://w3id.org/isogloss/shapes#")

PREFIXES: dict[str, str] = {
    namespace.prefix: namespace.iri
    for namespace in sorted(
        (value for value in globals().copy().values() if isinstance(value, Namespace)),
        key=lambda namespace: namespace.prefix,
    )
}
"""Prefix → namespace IRI, sorted by prefix: the one table of the repository."""
