"""Commands that tell what lineage does to meaning."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console

from isogloss.bootstrap import View
from isogloss.cli.lineage_options import After, AsOf, covered, plain, view_of
from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json
from isogloss.cli.show import names_of
from isogloss.model.change import Committed
from isogloss.model.lineage import Level
from isogloss.model.rdf import Iri, parse_iri
from isogloss.model.verdicts import BoundaryReport, ColumnMeaning, Verdict
from isogloss.services.verdicts import MAX_FOUND

OneDomain = Annotated[
    str | None, typer.Argument(metavar="[DOMAIN]", help="By short name or IRI; any if left out.")
]
AColumn = Annotated[str, typer.Argument(metavar="IRI", help="A column.")]
Most = Annotated[int, typer.Option("--max", help="Give so many at the most.")]


def boundaries(
    one: OneDomain = None,
    other: OneDomain = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all", help="Also what means the same, other words, and what nobody can judge."
        ),
    ] = False,
    most: Most = MAX_FOUND,
    publish: Annotated[
        bool,
        typer.Option(help="Write down what is upstream of each product, so that rules may see it."),
    ] = False,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show which meanings cross between domains, what is wrong, and what would settle most."""
    if publish:
        found, outcome = open_mesh(data).verdict_records.publish()
        worst = sum(verdict is Verdict.CONFLICT for verdict in found.values())
        committed = f"as of commit {outcome.sequence}" if isinstance(outcome, Committed) else ""
        typer.echo(f"{len(found)} products have a verdict, {worst} of them conflict, {committed}.")
        return
    view = view_of(data, as_of, after)
    ends = [view.catalog.get_domain(name).id if name else None for name in (one, other)]
    report = view.verdicts.boundary(*ends, max_flows=most, after=after)
    if format is OutputFormat.JSON:
        print_json(plain(report))
    else:
        boundary_text(Console(soft_wrap=True), view, report, every=every)


def meaning(
    column: AColumn,
    most: Most = MAX_FOUND,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what a column means, how one knows, and what was crossed on the way to it."""
    view = view_of(data, as_of, after)
    found = view.verdicts.meaning_of(parse_iri(column), max_crossings=most, after=after)
    if format is OutputFormat.JSON:
        print_json(plain(found))
    else:
        meaning_text(Console(soft_wrap=True), view, found)


def boundary_text(console: Console, view: View, report: BoundaryReport, *, every: bool) -> None:
    """Show flows, worst first, then counts, then what would settle most."""
    quiet = () if every else (Verdict.SAME, Verdict.UNKNOWN, Verdict.DIFFERENT)
    shown = [
        told
        for told in report.flows
        # What somebody has mapped, and nobody translated, is worth a look.
        if told.judgement.verdict not in quiet
        or (told.judgement.verdict is Verdict.DIFFERENT and told.judgement.mappings)
    ]
    flows = [told.flow for told in shown]
    columns = {c for f in flows for c in (f.upstream_column, f.downstream_column, f.made_column)}
    names = names_of(view.catalog, Level.COLUMN, [column for column in columns if column])
    for told in shown:
        flow = told.flow
        _line(console, f"{told.judgement.verdict.value}: {told.judgement.reason}", style="bold")
        way = "is joined with" if flow.made_column else f"goes to ({flow.treatment.value})"
        _line(console, f"  {names[flow.upstream_column]}  {way}  {names[flow.downstream_column]}")
        if flow.made_column:
            _line(console, f"  for {names[flow.made_column]}")
        if flow.count > 1:
            _line(console, f"  and {flow.count - 1} more alike")
    if report.settling:
        _line(console, "One mapping would settle:", style="bold")
        terms = _terms(view, [term for s in report.settling for term in (s.one, s.other)])
        for s in report.settling:
            _line(console, f"  {s.edges}  {terms[s.one]} and {terms[s.other]}")
    counts = ", ".join(f"{n} {verdict.value}" for verdict, n in report.counts.items() if n)
    hidden = "" if len(shown) == len(report.flows) else " (--all shows the rest)"
    _line(console, f"{counts or 'nothing crosses'}{hidden}; {covered(report.extent)}")


def meaning_text(console: Console, view: View, found: ColumnMeaning) -> None:
    """Show a column's terms, whence they are known, and the crossings upstream."""
    columns = [found.column, *found.chain]
    columns += [end for one in found.crossings for end in one[:2]]
    names = names_of(view.catalog, Level.COLUMN, columns)
    terms = _terms(view, found.terms)
    means = ", ".join(terms[term] for term in found.terms) or "what nobody says"
    _line(console, f"{names[found.column]} means {means}", style="bold")
    if found.terms and not found.is_asserted:
        _line(console, f"  inferred: a copy of {' ← '.join(names[c] for c in found.chain[1:])}")
    for one in found.crossings:
        _line(console, f"{one.judgement.verdict.value}: {one.judgement.reason}")
        _line(console, f"  {names[one.upstream_column]}  to  {names[one.downstream_column]}")
    edges = "1 edge" if found.unknown == 1 else f"{found.unknown} edges"
    besides = f"besides, nobody can judge {edges} upstream: a term is missing; "
    _line(console, f"{besides if found.unknown else ''}{covered(found.extent)}")


def _terms(view: View, ids: Iterable[Iri]) -> dict[Iri, str]:
    wanted = list(ids)
    labels = {domain.id: domain.label for domain in view.catalog.domains()}
    return {
        iri: f"{labels.get(term.domain or Iri(''), '')}'s {term.label}" if term else iri
        for iri, term in zip(wanted, view.catalog.terms(wanted), strict=True)
    }


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(text, markup=False, highlight=False, style=style)
