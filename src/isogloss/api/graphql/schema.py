"""The questions that the API answers."""

from functools import partial
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql import catalog
from isogloss.api.graphql.catalog import Column, DataProduct, Dataset, Domain, Node, Term
from isogloss.api.graphql.claims import ClaimsQuery
from isogloss.api.graphql.context import Info
from isogloss.api.graphql.discovery import SearchFilter, SearchHit
from isogloss.api.graphql.governance import (
    Rule,
    ValidationReport,
)
from isogloss.api.graphql.history import PastQuery
from isogloss.api.graphql.identity import IdentityQuery
from isogloss.api.graphql.lineage_impact import ImpactQuery
from isogloss.api.graphql.lineage_questions import LineageQuery
from isogloss.api.graphql.lineage_shape import LineageShapeQuery
from isogloss.api.graphql.lineage_trace import LineageTraceQuery
from isogloss.api.graphql.lineage_ways import LineageWaysQuery
from isogloss.api.graphql.mapping_queue import MappingQueueQuery
from isogloss.api.graphql.meaning import Mapping as TermMapping
from isogloss.api.graphql.meaning import Word, show
from isogloss.api.graphql.moments import AsOf
from isogloss.api.graphql.paging import After, Connection, First, page
from isogloss.api.graphql.preview import PreviewQuery
from isogloss.api.graphql.rules import RulesQuery
from isogloss.api.graphql.scores import ScoreQuery
from isogloss.api.graphql.translating import TranslatingQuery
from isogloss.api.graphql.verdicts import VerdictsQuery
from isogloss.errors import InvalidArgument
from isogloss.model.agreement import Status
from isogloss.model.rdf import parse_iri

_question = partial(strawberry.field, extensions=[AsOf()])

Id = Annotated[ID, strawberry.argument(description="Its IRI.")]
DomainName = Annotated[
    str, strawberry.argument(description="A domain by its short name or its IRI.")
]


@strawberry.type(description="What there is to ask.")
class Query(
    ClaimsQuery,
    PastQuery,
    PreviewQuery,
    ScoreQuery,
    RulesQuery,
    IdentityQuery,
    MappingQueueQuery,
    LineageTraceQuery,
    LineageWaysQuery,
    LineageQuery,
    LineageShapeQuery,
    ImpactQuery,
    VerdictsQuery,
    TranslatingQuery,
):
    """Every query of the API."""

    @_question(description="Anything by its IRI; null if the mesh has no such thing.")
    async def node(self, info: Info, id: Id) -> Node | None:
        """Find a node of any kind."""
        iri = parse_iri(id)
        for read in (
            catalog.products,
            catalog.datasets,
            catalog.columns,
            catalog.terms,
            catalog.domains,
        ):
            if found := await read(info, [iri]):
                return found[0]
        return None

    @_question(description="A domain by its IRI.")
    async def domain(self, info: Info, id: Id) -> Domain | None:
        """Find a domain."""
        return next(iter(await catalog.domains(info, [parse_iri(id)])), None)

    @_question(description="A data product by its IRI.")
    async def product(self, info: Info, id: Id) -> DataProduct | None:
        """Find a product."""
        return next(iter(await catalog.products(info, [parse_iri(id)])), None)

    @_question(description="A dataset by its IRI.")
    async def dataset(self, info: Info, id: Id) -> Dataset | None:
        """Find a dataset."""
        return next(iter(await catalog.datasets(info, [parse_iri(id)])), None)

    @_question(description="A column by its IRI.")
    async def column(self, info: Info, id: Id) -> Column | None:
        """Find a column."""
        return next(iter(await catalog.columns(info, [parse_iri(id)])), None)

    @_question(description="A term by its IRI.")
    async def term(self, info: Info, id: Id) -> Term | None:
        """Find a term."""
        return next(iter(await catalog.terms(info, [parse_iri(id)])), None)

    @_question(description="All domains.")
    async def domains(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Domain]:
        """List domains."""
        ids = [domain.id for domain in info.context.at(info).view.catalog.domains()]
        return await page(ids, first, after, lambda chosen: catalog.domains(info, chosen))

    @_question(description="All data products.")
    async def products(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[DataProduct]:
        """List products."""
        ids = info.context.at(info).view.catalog.product_ids()
        return await page(ids, first, after, lambda chosen: catalog.products(info, chosen))

    @_question(description="All datasets.")
    async def datasets(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Dataset]:
        """List datasets."""
        ids = info.context.at(info).view.catalog.dataset_ids()
        return await page(ids, first, after, lambda chosen: catalog.datasets(info, chosen))

    @_question(description="All columns.")
    async def columns(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Column]:
        """List columns."""
        ids = info.context.at(info).view.catalog.column_ids()
        return await page(ids, first, after, lambda chosen: catalog.columns(info, chosen))

    @_question(description="All terms of all glossaries.")
    async def terms(self, info: Info, first: First = 20, after: After = None) -> Connection[Term]:
        """List terms."""
        ids = info.context.at(info).view.catalog.term_ids()
        return await page(ids, first, after, lambda chosen: catalog.terms(info, chosen))

    @_question(description="Find things by words, best first; a typo is forgiven.")
    async def search(
        self,
        info: Info,
        text: Annotated[str, strawberry.argument(description="The words.")],
        filter: Annotated[
            SearchFilter | None, strawberry.argument(description="What to narrow it to.")
        ] = None,
        first: First = 20,
    ) -> list[SearchHit]:
        """Search the catalogue."""
        view = info.context.at(info).view
        narrow = filter or SearchFilter()
        domain = view.catalog.get_domain(narrow.domain) if narrow.domain else None
        hits = await to_thread.run_sync(
            lambda: view.discovery.search(text, kinds=narrow.kinds, domain=domain, limit=first)
        )
        return [SearchHit.of(hit) for hit in hits]

    @_question(
        description="Every domain's meaning of a word; null if no glossary has it. Case, plural, "
        "hyphens and accents do not matter."
    )
    async def senses(
        self, info: Info, word: Annotated[str, strawberry.argument(description="The word.")]
    ) -> Word | None:
        """Find the senses of a word."""
        found = info.context.at(info).view.meanings.senses(word)
        return Word.of(found) if found else None

    @_question(description="The words that two or more domains may mean differently.")
    async def polysemes(self, info: Info) -> list[Word]:
        """List polysemes."""
        return [Word.of(word) for word in info.context.at(info).view.meanings.polysemes()]

    @_question(description="A mapping by its IRI.")
    async def mapping(self, info: Info, id: Id) -> TermMapping | None:
        """Find a mapping."""
        iri, meanings = parse_iri(id), info.context.at(info).view.meanings
        return next((TermMapping.of(one) for one in meanings.mappings() if one.id == iri), None)

    @_question(description="Mappings between terms, by IRI.")
    async def mappings(
        self,
        info: Info,
        between: Annotated[
            list[str] | None,
            strawberry.argument(description="Two domains by name or IRI; all if left out."),
        ] = None,
        status: Annotated[
            str | None,
            strawberry.argument(description="proposed, approved, rejected or retired; else any."),
        ] = None,
        first: Annotated[
            int | None, strawberry.argument(description="How many at the most; all if left out.")
        ] = None,
        after: Annotated[
            ID | None, strawberry.argument(description="The mapping that they come after.")
        ] = None,
    ) -> list[TermMapping]:
        """List mappings."""
        view = info.context.at(info).view
        if status is not None and status not in set(Status):
            raise InvalidArgument(
                f"{status[:50]!r} is no status: choose one of {', '.join(Status)}."
            )
        if between is not None and len(between) != 2:
            raise InvalidArgument(
                f"`between` names {len(between)} domains: name two, or leave it out for all."
            )
        domains = None if between is None else [view.catalog.get_domain(one) for one in between]
        found = view.meanings.mappings((domains[0], domains[1]) if domains else None)
        chosen = [m for m in found if status in (None, m.status) and m.id > (after or "")]
        return show(chosen[: None if first is None else max(first, 0)])

    @_question(
        description="The rules in force, by their ids: those that bind all, and domains' own."
    )
    async def rules(self, info: Info) -> list[Rule]:
        """List rules."""
        governance = info.context.at(info).view.governance
        # Whoever writes rules may be at it.
        return [Rule.of(rule) for rule in await to_thread.run_sync(lambda: governance.rules)]

    @_question(description="What the rules say of the mesh, or of one domain's part.")
    async def validation_report(
        self,
        info: Info,
        domain: Annotated[
            str | None,
            strawberry.argument(description="A domain by name or IRI; all if left out."),
        ] = None,
    ) -> ValidationReport:
        """Report on the mesh or a domain."""
        view = info.context.at(info).view
        chosen = view.catalog.get_domain(domain) if domain is not None else None
        return ValidationReport.of(await to_thread.run_sync(view.governance.report, chosen))
