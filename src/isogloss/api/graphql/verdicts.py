"""What lineage does to meaning, as GraphQL."""

from collections.abc import Sequence
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql import catalog
from isogloss.api.graphql.catalog import Column, Domain, Term
from isogloss.api.graphql.context import Info, show_many, show_one
from isogloss.api.graphql.governance import Verdict, verdict
from isogloss.api.graphql.lineage_answers import LineageAnswer
from isogloss.api.graphql.lineage_asking import AfterCut, pinned, question
from isogloss.api.graphql.meaning import Translation
from isogloss.model import verdicts as model
from isogloss.model.rdf import Iri, parse_iri
from isogloss.services.loading import Loaded
from isogloss.services.verdicts import MAX_FOUND

strawberry.enum(
    model.Verdict,
    name="MeaningVerdict",
    description="What an edge does to meaning. SAME: both ends mean the same. DIFFERENT: two "
    "words, one made from the other. TRANSLATED: a known translation was applied. UNKNOWN: nobody "
    "says what one end means. UNTRANSLATED: a translation is known, and was not applied. "
    "CONFLICT: one word means two things that nobody has related, or what was agreed forbids it.",
)
strawberry.enum(
    model.Treatment,
    description="What an edge does to values: COPY, CHANGE, AGGREGATE, JOIN (compares keys), or "
    "UNTOLD where nobody says.",
)

DomainName = Annotated[
    str | None,
    strawberry.argument(description="A domain by its short name or its IRI; any if left out."),
]


@strawberry.type(description="A verdict on meaning, and why.")
class Judgement:
    """View of model.verdicts.Judgement."""

    verdict: model.Verdict = strawberry.field(description="What is thought of it.")
    reason: str = strawberry.field(description="Why, in a sentence.")
    mappings: list[ID] = strawberry.field(description="The mappings that it rests on, in a row.")
    judgement: strawberry.Private[model.Judgement]

    @classmethod
    def of(cls, judgement: model.Judgement) -> "Judgement":
        """Show a judgement."""
        return cls(
            verdict=judgement.verdict,
            reason=judgement.reason,
            mappings=[ID(iri) for iri in judgement.mappings],
            judgement=judgement,
        )

    @strawberry.field(description="What to apply, or what was applied, in this order.")
    async def translations(self, info: Info) -> list[Translation]:
        """Load the translations."""
        loader = info.context.at(info).loaders.translation
        return await show_many(loader, self.judgement.translations, Translation.of)

    @strawberry.field(description="The term upstream that decided it.")
    async def upstream_term(self, info: Info) -> Term | None:
        """Load the term."""
        loader = info.context.at(info).loaders.term
        return await show_one(loader, self.judgement.upstream, Term.of)

    @strawberry.field(description="The term downstream that decided it.")
    async def downstream_term(self, info: Info) -> Term | None:
        """Load the term."""
        loader = info.context.at(info).loaders.term
        return await show_one(loader, self.judgement.downstream, Term.of)


@strawberry.type(description="Edges that carry the same terms between the same domains, alike.")
class MeaningFlow:
    """View of model.verdicts.JudgedFlow."""

    count: int = strawberry.field(description="How many edges, or pairs of keys that are joined.")
    treatment: model.Treatment = strawberry.field(description="What they do to values.")
    meaning: Judgement = strawberry.field(description="What is thought of them.")
    flow: strawberry.Private[model.Flow]

    @classmethod
    def of(cls, judged: model.JudgedFlow) -> "MeaningFlow":
        """Show a flow."""
        flow = judged.flow
        return cls(
            count=flow.count,
            treatment=flow.treatment,
            meaning=Judgement.of(judged.judgement),
            flow=flow,
        )

    @strawberry.field(description="The terms upstream; empty where nobody says.")
    async def upstream_terms(self, info: Info) -> list[Term]:
        """Load the terms."""
        return await show_many(
            info.context.at(info).loaders.term, self.flow.upstream.terms, Term.of
        )

    @strawberry.field(description="The terms downstream; empty where nobody says.")
    async def downstream_terms(self, info: Info) -> list[Term]:
        """Load the terms."""
        return await show_many(
            info.context.at(info).loaders.term, self.flow.downstream.terms, Term.of
        )

    @strawberry.field(description="The domain upstream.")
    async def upstream_domain(self, info: Info) -> Domain | None:
        """Load the domain."""
        return await _domain(info, self.flow.upstream.domain)

    @strawberry.field(description="The domain downstream.")
    async def downstream_domain(self, info: Info) -> Domain | None:
        """Load the domain."""
        return await _domain(info, self.flow.downstream.domain)

    @strawberry.field(description="Of a join, one example of what is made by it.")
    async def made_column(self, info: Info) -> Column | None:
        """Load the column."""
        made = self.flow.made_column
        return next(iter(await catalog.columns(info, [made])), None) if made else None

    @strawberry.field(description="One example: the column upstream, or one key.")
    async def upstream_column(self, info: Info) -> Column | None:
        """Load the column."""
        return next(iter(await catalog.columns(info, [self.flow.upstream_column])), None)

    @strawberry.field(description="One example: the column downstream, or the other key.")
    async def downstream_column(self, info: Info) -> Column | None:
        """Load the column."""
        return next(iter(await catalog.columns(info, [self.flow.downstream_column])), None)


@strawberry.type(description="How many edges have a verdict.")
class VerdictCount:
    """One of model.verdicts.BoundaryReport.counts."""

    verdict: model.Verdict = strawberry.field(description="The verdict.")
    count: int = strawberry.field(description="How many edges, and pairs of keys.")


@strawberry.type(description="Two terms that one mapping would settle.")
class Settling:
    """View of model.verdicts.Settling."""

    edges: int = strawberry.field(description="How many edges, and pairs of keys.")
    pair: strawberry.Private[tuple[Iri, Iri]]

    @strawberry.field(description="The two terms.")
    async def terms(self, info: Info) -> list[Term]:
        """Load the terms."""
        return await show_many(info.context.at(info).loaders.term, self.pair, Term.of)


@strawberry.type(description="What crosses between domains, and what it does to meaning.")
class BoundaryReport(LineageAnswer):
    """View of model.verdicts.BoundaryReport."""

    flows: list[MeaningFlow] = strawberry.field(description="Worst first, then most edges first.")
    counts: list[VerdictCount] = strawberry.field(
        description="How many edges by verdict, of all flows, shown or not."
    )
    settling: list[Settling] = strawberry.field(
        description="Which mappings would settle most conflicts; the first twenty."
    )

    @classmethod
    def of(cls, report: model.BoundaryReport) -> "BoundaryReport":
        """Show a report."""
        return cls(
            extent=report.extent,
            flows=[MeaningFlow.of(judged) for judged in report.flows],
            counts=[VerdictCount(verdict=v, count=n) for v, n in report.counts.items()],
            settling=[Settling(edges=s.edges, pair=(s.one, s.other)) for s in report.settling],
        )


@strawberry.type(description="An edge upstream whose ends do not mean the same.")
class Crossing:
    """View of model.verdicts.Crossing."""

    meaning: Judgement = strawberry.field(description="What is thought of it.")
    crossing: strawberry.Private[model.Crossing]

    @strawberry.field(description="The column that values come from.")
    async def upstream(self, info: Info) -> Column | None:
        """Load the column."""
        return next(iter(await catalog.columns(info, [self.crossing.upstream_column])), None)

    @strawberry.field(description="The column that values go to.")
    async def downstream(self, info: Info) -> Column | None:
        """Load the column."""
        return next(iter(await catalog.columns(info, [self.crossing.downstream_column])), None)


@strawberry.type(description="What a column means, and what happened to meanings on the way to it.")
class ColumnMeaning(LineageAnswer):
    """View of model.verdicts.ColumnMeaning."""

    is_asserted: bool = strawberry.field(
        description="Whether somebody says so of this column; else it is inferred from copies."
    )
    worst: model.Verdict = strawberry.field(description="The worst that happened upstream.")
    crossings: list[Crossing] = strawberry.field(
        description="The edges upstream whose ends do not mean the same, worst first."
    )
    unknown: int = strawberry.field(
        description="How many edges upstream nobody can judge, as a term is missing."
    )
    meaning: strawberry.Private[model.ColumnMeaning]

    @classmethod
    def of(cls, meaning: model.ColumnMeaning) -> "ColumnMeaning":
        """Show a meaning."""
        return cls(
            extent=meaning.extent,
            is_asserted=meaning.is_asserted,
            worst=meaning.worst,
            crossings=[
                Crossing(meaning=Judgement.of(one.judgement), crossing=one)
                for one in meaning.crossings
            ],
            unknown=meaning.unknown,
            meaning=meaning,
        )

    @strawberry.field(description="The column.")
    async def column(self, info: Info) -> Column | None:
        """Load the column."""
        return next(iter(await catalog.columns(info, [self.meaning.column])), None)

    @strawberry.field(description="What it represents; several where copies of several meet.")
    async def terms(self, info: Info) -> list[Term]:
        """Load the terms."""
        return await show_many(info.context.at(info).loaders.term, self.meaning.terms, Term.of)

    @strawberry.field(description="From the column to the nearest that says what it means.")
    async def chain(self, info: Info) -> Sequence[Column]:
        """Load the columns."""
        return await catalog.columns(info, self.meaning.chain)


@strawberry.type
class VerdictsQuery:
    """The questions what lineage does to meaning."""

    @question(description="What crosses between two domains, and what it does to meaning.")
    async def boundary_report(
        self,
        info: Info,
        one: DomainName = None,
        other: DomainName = None,
        max_flows: Annotated[
            int, strawberry.argument(description="Give so many flows at the most.")
        ] = MAX_FOUND,
        after: AfterCut = None,
    ) -> BoundaryReport:
        """Report."""
        view = await pinned(info, after)
        ends = [view.catalog.get_domain(name).id if name else None for name in (one, other)]
        report = await to_thread.run_sync(
            lambda: view.verdicts.boundary(*ends, max_flows=max_flows, after=after)
        )
        return BoundaryReport.of(report)

    @question(description="What a column means, how one knows, and what was crossed upstream.")
    async def meaning_of(
        self,
        info: Info,
        column: Annotated[ID, strawberry.argument(description="The IRI of a column.")],
        max_crossings: Annotated[
            int, strawberry.argument(description="Give so many crossings at the most.")
        ] = MAX_FOUND,
        after: AfterCut = None,
    ) -> ColumnMeaning:
        """Explain a column."""
        of = parse_iri(column)
        verdicts = (await pinned(info, after)).verdicts
        return ColumnMeaning.of(
            await to_thread.run_sync(
                lambda: verdicts.meaning_of(of, max_crossings=max_crossings, after=after)
            )
        )


async def _domain(info: Info, domain: Iri | None) -> Domain | None:
    return next(iter(await catalog.domains(info, [domain])), None) if domain else None


@strawberry.type
class VerdictsMutation:
    """What is written down of them."""

    @strawberry.mutation(
        description="Write down the worst that is upstream of each product (mesh:MeaningVerdict), "
        "so that rules may speak of it: the governance group. It is as of now, until it is said "
        "again, and no rule refuses it."
    )
    async def publish_verdicts(self, info: Info) -> Verdict:
        """Publish."""
        author, records = info.context.require_author(), info.context.services.verdict_records
        _, outcome = await to_thread.run_sync(lambda: records.publish(author=author))
        return verdict(Loaded(outcome, ()))
