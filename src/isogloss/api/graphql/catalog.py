"""Domains, products, ports, datasets, columns, terms and agents as GraphQL types."""

from collections.abc import Sequence
from datetime import datetime

import strawberry
from strawberry import ID

from isogloss.api.graphql.context import Info, show_many, show_one
from isogloss.api.graphql.governance import RuleOutcome
from isogloss.api.graphql.paging import After, Connection, First, page
from isogloss.model import catalog as model
from isogloss.model.rdf import Iri

strawberry.enum(model.LifecycleStatus, description="Where a product stands in its life (DPROD).")


@strawberry.interface(description="Anything of the mesh that has an IRI.")
class Node:
    """Relay's Node; its global id is the IRI."""

    id: ID = strawberry.field(description="The IRI.")


@strawberry.type(
    description="A person, a team or a program that answers for something (prov:Agent)."
)
class Agent(Node):
    """View of model.catalog.Agent."""

    name: str = strawberry.field(description="What people call it (foaf:name, skos:prefLabel).")
    email: str | None = strawberry.field(description="Where to write to (foaf:mbox).")

    @classmethod
    def of(cls, agent: model.Agent) -> "Agent":
        """Show an agent."""
        return cls(id=ID(agent.id), name=agent.name, email=agent.email)


@strawberry.type(description="A part of the company that owns its data (mesh:Domain).")
class Domain(Node):
    """View of model.catalog.Domain."""

    name: str = strawberry.field(description="The short word for it (dcterms:identifier).")
    label: str = strawberry.field(description="What people call it (skos:prefLabel).")
    definition: str | None = strawberry.field(description="What it does (skos:definition).")
    uri_space: str = strawberry.field(
        description="The IRIs that it may describe begin so (void:uriSpace)."
    )
    owner_id: strawberry.Private[Iri | None]

    @classmethod
    def of(cls, domain: model.Domain) -> "Domain":
        """Show a domain."""
        return cls(
            id=ID(domain.id),
            name=domain.name,
            label=domain.label,
            definition=domain.definition,
            uri_space=domain.uri_space,
            owner_id=domain.owner,
        )

    @strawberry.field(description="The team that owns it (mesh:ownedBy).")
    async def owner(self, info: Info) -> Agent | None:
        """Load the owner."""
        return await show_one(info.context.at(info).loaders.agent, self.owner_id, Agent.of)

    @strawberry.field(description="Its data products.")
    async def products(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection["DataProduct"]:
        """Load a page of products."""
        ids = await info.context.at(info).loaders.products_in.load(Iri(self.id))
        return await page(ids, first, after, lambda chosen: products(info, chosen))

    @strawberry.field(description="The datasets that it describes.")
    async def datasets(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection["Dataset"]:
        """Load a page of datasets."""
        ids = await info.context.at(info).loaders.datasets_in.load(Iri(self.id))
        return await page(ids, first, after, lambda chosen: datasets(info, chosen))

    @strawberry.field(description="The terms of its glossary.")
    async def terms(self, info: Info, first: First = 20, after: After = None) -> Connection["Term"]:
        """Load a page of terms."""
        ids = await info.context.at(info).loaders.terms_in.load(Iri(self.id))
        return await page(ids, first, after, lambda chosen: terms(info, chosen))


@strawberry.type(
    description="What a product promises of a measured quality (mesh:ServiceLevelObjective)."
)
class ServiceLevelObjective(Node):
    """View of model.catalog.ServiceLevelObjective."""

    metric: str = strawberry.field(description="What is measured (odrl:leftOperand).")
    operator: str = strawberry.field(description="How it compares: lteq, gteq … (odrl:operator).")
    value: str = strawberry.field(description="The bound, such as P1D or 0.99 (odrl:rightOperand).")

    @classmethod
    def of(cls, objective: model.ServiceLevelObjective) -> "ServiceLevelObjective":
        """Show an objective."""
        return cls(
            id=ID(objective.id),
            metric=objective.metric,
            operator=objective.operator,
            value=objective.value,
        )


@strawberry.type(description="A service that gives or takes data (dcat:DataService).")
class Port(Node):
    """View of model.catalog.Port."""

    title: str = strawberry.field(description="Its name (dcterms:title).")
    protocol: str | None = strawberry.field(description="How to talk to it (dprod:protocol).")
    endpoint_url: str | None = strawberry.field(description="Where it is (dcat:endpointURL).")
    dataset_ids: strawberry.Private[Sequence[Iri]]

    @classmethod
    def of(cls, port: model.Port) -> "Port":
        """Show a port."""
        return cls(
            id=ID(port.id),
            title=port.title,
            protocol=port.protocol,
            endpoint_url=port.endpoint_url,
            dataset_ids=port.datasets,
        )

    @strawberry.field(description="What it serves (dcat:servesDataset).")
    async def datasets(self, info: Info) -> list["Dataset"]:
        """Load the datasets."""
        return await show_many(info.context.at(info).loaders.dataset, self.dataset_ids, Dataset.of)


@strawberry.type(description="What a domain offers to the others (dprod:DataProduct).")
class DataProduct(Node):
    """View of model.catalog.DataProduct."""

    title: str = strawberry.field(description="Its name (dcterms:title).")
    description: str | None = strawberry.field(description="What it is (dcterms:description).")
    purpose: str | None = strawberry.field(description="What it is for (dprod:purpose).")
    version: str | None = strawberry.field(description="Its version (dcat:version).")
    lifecycle_status: model.LifecycleStatus | None = strawberry.field(
        description="Where it stands in its life (dprod:lifecycleStatus)."
    )
    product: strawberry.Private[model.DataProduct]

    @classmethod
    def of(cls, product: model.DataProduct) -> "DataProduct":
        """Show a product."""
        return cls(
            id=ID(product.id),
            title=product.title,
            description=product.description,
            purpose=product.purpose,
            version=product.version,
            lifecycle_status=product.lifecycle_status,
            product=product,
        )

    @strawberry.field(description="The domain that owns it (dprod:domain).")
    async def domain(self, info: Info) -> Domain | None:
        """Load the domain."""
        return await show_one(info.context.at(info).loaders.domain, self.product.domain, Domain.of)

    @strawberry.field(description="Who answers for it (dprod:dataProductOwner).")
    async def owners(self, info: Info) -> list[Agent]:
        """Load the owners."""
        return await show_many(info.context.at(info).loaders.agent, self.product.owners, Agent.of)

    @strawberry.field(description="Who keeps its words and quality (role code:dataSteward).")
    async def stewards(self, info: Info) -> list[Agent]:
        """Load the stewards."""
        return await show_many(info.context.at(info).loaders.agent, self.product.stewards, Agent.of)

    @strawberry.field(description="What it takes, from other products (dprod:inputPort).")
    async def input_ports(self, info: Info) -> list[Port]:
        """Load the input ports."""
        return await show_many(
            info.context.at(info).loaders.port, self.product.input_ports, Port.of
        )

    @strawberry.field(description="What it gives, to other products (dprod:outputPort).")
    async def output_ports(self, info: Info) -> list[Port]:
        """Load the output ports."""
        return await show_many(
            info.context.at(info).loaders.port, self.product.output_ports, Port.of
        )

    @strawberry.field(description="The datasets it offers (dprod:outputDataset).")
    async def output_datasets(self, info: Info) -> list["Dataset"]:
        """Load the datasets."""
        return await show_many(
            info.context.at(info).loaders.dataset, self.product.output_datasets, Dataset.of
        )

    @strawberry.field(description="What it promises (odrl:hasPolicy).")
    async def objectives(self, info: Info) -> list[ServiceLevelObjective]:
        """Load the objectives."""
        return await show_many(
            info.context.at(info).loaders.objective,
            self.product.objectives,
            ServiceLevelObjective.of,
        )

    @strawberry.field(
        description="Each rule that binds it or its ports, datasets, columns and objectives, "
        "failed ones first."
    )
    async def rule_outcomes(self, info: Info) -> list[RuleOutcome]:
        """Load the outcomes."""
        found = await info.context.at(info).loaders.outcomes.load(self.product)
        return [RuleOutcome.of(outcome) for outcome in found]


@strawberry.type(description="A collection of data with a schema (dcat:Dataset).")
class Dataset(Node):
    """View of model.catalog.Dataset."""

    title: str = strawberry.field(description="Its name (dcterms:title).")
    description: str | None = strawberry.field(description="What it is (dcterms:description).")
    classification: str | None = strawberry.field(
        description="How sensitive it is (dprod:informationSensitivityClassification)."
    )
    also_known_as: list[ID] = strawberry.field(
        description="The other IRIs that it goes by: whatever is said of them is said of it."
    )
    namespace: str | None = strawberry.field(
        description="Where its name is unique, as OpenLineage has it (mesh:olNamespace)."
    )
    name: str | None = strawberry.field(description="Its name there (dcterms:identifier).")
    last_seen: datetime | None = strawberry.field(
        description="When a run or a producer last spoke of it; null if none ever did."
    )
    domain_id: strawberry.Private[Iri | None]

    @classmethod
    def of(cls, dataset: model.Dataset) -> "Dataset":
        """Show a dataset."""
        return cls(
            id=ID(dataset.id),
            title=dataset.title,
            description=dataset.description,
            classification=dataset.classification,
            also_known_as=[ID(iri) for iri in dataset.also_known_as],
            namespace=dataset.namespace,
            name=dataset.name,
            last_seen=dataset.last_seen,
            domain_id=dataset.domain,
        )

    @strawberry.field(
        description="When it was last seen, if that is longer ago than ISOGLOSS_UNSEEN_DAYS: it "
        "may be gone. Null for one that was seen since, or never was."
    )
    def unseen_since(self, info: Info) -> datetime | None:
        """Tell since when it is unseen."""
        services = info.context.services
        if self.last_seen and services.clock() - self.last_seen > services.unseen:
            return self.last_seen
        return None

    @strawberry.field(
        description="The domain that claims its namespace, or else whose graph describes it."
    )
    async def domain(self, info: Info) -> Domain | None:
        """Load the domain."""
        return await show_one(info.context.at(info).loaders.domain, self.domain_id, Domain.of)

    @strawberry.field(description="The products that offer it (dprod:outputDataset).")
    async def products(self, info: Info) -> list[DataProduct]:
        """Load the products."""
        ids = await info.context.at(info).loaders.products_of.load(Iri(self.id))
        return await products(info, ids)

    @strawberry.field(description="Its columns, by position (mesh:fieldOf).")
    async def columns(self, info: Info) -> list["Column"]:
        """Load the columns."""
        found = await info.context.at(info).loaders.columns_of.load(Iri(self.id))
        return [Column.of(column) for column in found]


@strawberry.type(description="A named part of a dataset's schema (mesh:Field).")
class Column(Node):
    """View of model.catalog.Column."""

    name: str = strawberry.field(description="Its name, dotted when nested (mesh:fieldPath).")
    description: str | None = strawberry.field(description="What it holds (dcterms:description).")
    position: int | None = strawberry.field(description="Its place, from 1 (mesh:position).")
    physical_type: str | None = strawberry.field(description="Its type (mesh:physicalType).")
    classification: str | None = strawberry.field(
        description="How sensitive it is (mesh:classification)."
    )
    dataset_id: strawberry.Private[Iri | None]
    term_id: strawberry.Private[Iri | None]

    @classmethod
    def of(cls, column: model.Column) -> "Column":
        """Show a column."""
        return cls(
            id=ID(column.id),
            name=column.name,
            description=column.description,
            position=column.position,
            physical_type=column.physical_type,
            classification=column.classification,
            dataset_id=column.dataset,
            term_id=column.term,
        )

    @strawberry.field(description="The dataset it is part of (mesh:fieldOf).")
    async def dataset(self, info: Info) -> Dataset | None:
        """Load the dataset."""
        return await show_one(info.context.at(info).loaders.dataset, self.dataset_id, Dataset.of)

    @strawberry.field(description="The business term it represents (mesh:representsTerm).")
    async def term(self, info: Info) -> "Term | None":
        """Load the term."""
        return await show_one(info.context.at(info).loaders.term, self.term_id, Term.of)


@strawberry.type(description="What a word means in one domain (skos:Concept of its glossary).")
class Term(Node):
    """View of model.catalog.Term."""

    label: str = strawberry.field(description="The word (skos:prefLabel).")
    other_labels: list[str] = strawberry.field(
        description="Other words for it (skos:altLabel, skos:hiddenLabel)."
    )
    definition: str | None = strawberry.field(description="What it means (skos:definition).")
    scope_note: str | None = strawberry.field(description="Where it ends (skos:scopeNote).")
    examples: list[str] = strawberry.field(description="Examples (skos:example).")
    domain_id: strawberry.Private[Iri | None]

    @classmethod
    def of(cls, term: model.Term) -> "Term":
        """Show a term."""
        return cls(
            id=ID(term.id),
            label=term.label,
            other_labels=list(term.other_labels),
            definition=term.definition,
            scope_note=term.scope_note,
            examples=list(term.examples),
            domain_id=term.domain,
        )

    @strawberry.field(description="The domain whose glossary has it (skos:inScheme).")
    async def domain(self, info: Info) -> Domain | None:
        """Load the domain."""
        return await show_one(info.context.at(info).loaders.domain, self.domain_id, Domain.of)

    @strawberry.field(description="The columns that represent it (mesh:representsTerm).")
    async def columns(self, info: Info) -> list[Column]:
        """Load the columns."""
        ids = await info.context.at(info).loaders.columns_representing.load(Iri(self.id))
        return await columns(info, ids)


async def domains(info: Info, ids: Sequence[Iri]) -> list[Domain]:
    """Load and show domains that are known to be there."""
    return await show_many(info.context.at(info).loaders.domain, ids, Domain.of)


async def products(info: Info, ids: Sequence[Iri]) -> list[DataProduct]:
    """Load and show products that are known to be there."""
    return await show_many(info.context.at(info).loaders.product, ids, DataProduct.of)


async def datasets(info: Info, ids: Sequence[Iri]) -> list[Dataset]:
    """Load and show datasets that are known to be there."""
    return await show_many(info.context.at(info).loaders.dataset, ids, Dataset.of)


async def columns(info: Info, ids: Sequence[Iri]) -> list[Column]:
    """Load and show columns that are known to be there."""
    return await show_many(info.context.at(info).loaders.column, ids, Column.of)


async def terms(info: Info, ids: Sequence[Iri]) -> list[Term]:
    """Load and show terms that are known to be there."""
    return await show_many(info.context.at(info).loaders.term, ids, Term.of)
