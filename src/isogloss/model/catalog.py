"""Domains, products, ports, datasets, columns and terms, as a consumer reads them.

Every `id` is the thing's IRI; every tuple is in the order a person should see it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from isogloss.model.rdf import Iri


class LifecycleStatus(Enum):
    """Where a product stands in its life; the members are the codes of `ontology/codes.ttl`."""

    IDEATION = "Ideation"
    DESIGN = "Design"
    BUILD = "Build"
    DEPLOY = "Deploy"
    CONSUME = "Consume"
    RETIRE = "Retire"


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of the company that owns its data (mesh:Domain)."""

    id: Iri
    name: str  # the short word for it, as in `--domain marketing` (dcterms:identifier)
    label: str
    definition: str | None
    uri_space: str
    owner: Iri | None
    glossary: Iri | None


@dataclass(frozen=True, slots=True)
class Agent:
    """A person, a team or a program that answers for something (prov:Agent)."""

    id: Iri
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class DataProduct:
    """What a domain offers to the others (dprod:DataProduct)."""

    id: Iri
    title: str
    description: str | None
    purpose: str | None
    version: str | None
    lifecycle_status: LifecycleStatus | None
    domain: Iri | None
    owners: tuple[Iri, ...]
    stewards: tuple[Iri, ...]
    input_ports: tuple[Iri, ...]
    output_ports: tuple[Iri, ...]
    output_datasets: tuple[Iri, ...]
    objectives: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class Port:
    """A service through which a product takes or gives data (dcat:DataService)."""

    id: Iri
    title: str
    protocol: str | None
    endpoint_url: Iri | None
    datasets: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A collection of data with a schema (dcat:Dataset)."""

    id: Iri
    title: str
    description: str | None
    classification: str | None
    domain: Iri | None  # the domain that claims its namespace, else whose graph describes it
    also_known_as: tuple[Iri, ...] = ()  # the other IRIs that it goes by
    namespace: str | None = None  # with `name`, what OpenLineage calls it
    name: str | None = None
    last_seen: datetime | None = None  # when a run or a producer last spoke of it


@dataclass(frozen=True, slots=True)
class Column:
    """A named part of a dataset's schema (mesh:Field)."""

    id: Iri
    name: str
    description: str | None
    position: int | None
    physical_type: str | None
    classification: str | None
    dataset: Iri | None
    term: Iri | None


@dataclass(frozen=True, slots=True)
class Label:
    """One of the words for a term, with its language as it was tagged, if it was."""

    text: str
    language: str | None = None
    kind: str = "preferred"  # or alternative, or hidden


@dataclass(frozen=True, slots=True)
class Term:
    """What a word means in one domain (skos:Concept in the domain's glossary)."""

    id: Iri
    label: str
    other_labels: tuple[str, ...]
    definition: str | None
    scope_note: str | None
    examples: tuple[str, ...]
    domain: Iri | None
    labels: tuple[Label, ...] = ()  # all of them, in every language


@dataclass(frozen=True, slots=True)
class ServiceLevelObjective:
    """What a product promises of a measured quality (mesh:ServiceLevelObjective)."""

    id: Iri
    metric: str
    operator: str
    value: str
    dataset: Iri | None
