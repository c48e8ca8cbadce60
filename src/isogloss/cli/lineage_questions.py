"""Commands that ask what lineage means: what breaks, why, from where, and by which ways."""

from enum import Enum
from typing import Annotated

import typer

from isogloss.cli.lineage_options import (
    After,
    AsOf,
    Filters,
    MaxHops,
    Thing,
    covered,
    plain,
    read_filter,
    view_of,
)
from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json
from isogloss.model.lineage import Direction, Level, Link
from isogloss.model.lineage_answers import Change, Impact
from isogloss.model.rdf import parse_iri
from isogloss.services import impact as impacts
from isogloss.services import run_lineage as runs
from isogloss.services.history import parse_moment
from isogloss.services.impact_exports import (
    impact_csv,
    impact_graphml,
    impact_mermaid,
    impact_turtle,
)
from isogloss.services.lineage_pages import sequence_of
from isogloss.services.lineage_questions import MAX_FOUND, MAX_HOPS, MAX_PATHS

Leveled = Annotated[Level, typer.Option(help="What the nodes of the answer are.")]
Most = Annotated[int, typer.Option("--max", help="Give so many at the most.")]


class ImpactFormat(Enum):
    """How an impact is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    TURTLE = "turtle"
    MERMAID = "mermaid"
    GRAPHML = "graphml"


def impact(
    iri: Thing,
    change: Annotated[Change, typer.Option(help="What is to be done to it.")],
    level: Annotated[
        Level | None, typer.Option(help="What the hits are; what the IRI is if left out.")
    ] = None,
    filters: Filters = None,
    max_hops: MaxHops = impacts.MAX_HOPS,
    max_nodes: Annotated[
        int, typer.Option(help="Give so many hits at the most.")
    ] = impacts.MAX_NODES,
    after: After = None,
    as_of: AsOf = None,
    format: Annotated[
        ImpactFormat, typer.Option(help="How to write the answer.")
    ] = ImpactFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what a change would break: where, whose it is, and how badly."""
    found = view_of(data, as_of, after).impact.impact(
        parse_iri(iri),
        change,
        level=level,
        filter=read_filter(filters),
        max_hops=max_hops,
        max_nodes=max_nodes,
        after=after,
    )
    writers = {
        ImpactFormat.CSV: impact_csv,
        ImpactFormat.TURTLE: impact_turtle,
        ImpactFormat.MERMAID: impact_mermaid,
        ImpactFormat.GRAPHML: impact_graphml,
    }
    if format in writers:
        typer.echo(writers[format](found), nl=False)
        if not found.extent.complete:
            typer.echo(f"This is not all: {covered(found.extent)}", err=True)
    elif format is ImpactFormat.JSON:
        print_json(plain(found))
    else:
        _impact_text(found)


def paths(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The IRI of the source.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The IRI of the user.")],
    level: Leveled = Level.COLUMN,
    filters: Filters = None,
    max_paths: Annotated[int, typer.Option(help="Give so many at the most.")] = MAX_PATHS,
    max_hops: MaxHops = MAX_HOPS,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show the ways by which data flows from one thing down to another."""
    found = view_of(data, as_of, after).questions.paths(
        parse_iri(source),
        parse_iri(target),
        level=level,
        filter=read_filter(filters),
        max_paths=max_paths,
        max_hops=max_hops,
        after=after,
    )
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    for path in found.ways.paths:
        typer.echo("\n  → ".join(path))
    typer.echo(f"{len(found.ways.paths)} path(s), {covered(found.extent)}")


def root_causes(
    iri: Thing,
    filters: Filters = None,
    max_hops: MaxHops = MAX_HOPS,
    most: Most = MAX_FOUND,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what is wrong upstream: runs that failed or are late, qualities out of bounds."""
    found = view_of(data, as_of, after).root_causes.root_causes(
        parse_iri(iri),
        filter=read_filter(filters),
        max_hops=max_hops,
        max_causes=most,
        after=after,
    )
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    for cause in found.causes:
        typer.echo(f"{cause.distance}  {cause.kind.value}  {cause.node}: {cause.words}")
        at = f", {cause.at:%Y-%m-%d %H:%M}" if cause.at else ""
        typer.echo(f"     {cause.subject}{at}")
    typer.echo(f"{len(found.causes)} cause(s), {covered(found.extent)}")


def source_of_truth(
    iri: Thing,
    filters: Filters = None,
    max_hops: MaxHops = MAX_HOPS,
    most: Most = MAX_FOUND,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show where the values of a column begin, and how they come from there."""
    found = view_of(data, as_of, after).questions.source_of_truth(
        parse_iri(iri),
        filter=read_filter(filters),
        max_roots=most,
        max_hops=max_hops,
        after=after,
    )
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    for root in found.roots:
        masked = "masked on every way" if root.is_masked else "not masked"
        typer.echo(f"{root.distance}  {root.id}  ({masked})")
        for link in root.chain:
            typer.echo(f"     → {link.downstream}  ({_how(link)})")
    typer.echo(f"{len(found.roots)} root(s), {covered(found.extent)}")


def masking(
    iri: Thing,
    filters: Filters = None,
    max_hops: MaxHops = MAX_HOPS,
    most: Most = MAX_FOUND,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show whether values are masked on every way out, or which ways leak; exits with 1 then."""
    found = view_of(data, as_of, after).questions.masking(
        parse_iri(iri),
        filter=read_filter(filters),
        max_leaks=most,
        max_hops=max_hops,
        after=after,
    )
    if format is OutputFormat.JSON:
        print_json({"holds": found.holds, **plain(found)})
    else:
        for leak in found.leaks:
            typer.echo("leaks: " + "\n  → ".join(leak.path))
        typer.echo(
            f"{found.leaking} of {found.ends} end(s) of {len(found.columns)} column(s) leak, "
            f"{covered(found.extent)}"
        )
    raise typer.Exit(0 if found.holds else 1)


def lineage_diff(
    iri: Thing,
    start: Annotated[
        str, typer.Option("--from", metavar="MOMENT", help="A commit's number or an instant.")
    ],
    end: Annotated[
        str | None, typer.Option("--to", metavar="MOMENT", help="Likewise; now if left out.")
    ] = None,
    direction: Annotated[Direction, typer.Option(help="Which way to go.")] = Direction.UPSTREAM,
    level: Leveled = Level.COLUMN,
    filters: Filters = None,
    most: Most = MAX_FOUND,
    after: After = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what came and what went in the lineage of something between two moments."""
    services = open_mesh(data)
    head = sequence_of(after) if after else services.mesh.journal.head.sequence
    found = services.questions.difference(
        parse_iri(iri),
        services.history.resolve(parse_moment(start)),
        services.history.resolve(parse_moment(end)) if end else head,
        direction=direction,
        level=level,
        filter=read_filter(filters),
        max_changes=most,
        after=after,
    )
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    parts = found.difference
    for sign, nodes in (("+", parts.nodes_added), ("-", parts.nodes_removed)):
        for node in nodes:
            typer.echo(f"{sign} {node}")
    for sign, links in (("+", parts.links_added), ("-", parts.links_removed)):
        for link in links:
            typer.echo(f"{sign} {link.upstream} → {link.downstream}  ({_how(link)})")
    typer.echo(f"From commit {found.start} to {found.end}: {covered(found.extent)}")


def run_lineage(
    run: Annotated[str, typer.Argument(metavar="IRI", help="The run.")],
    max_nodes: Annotated[
        int, typer.Option(help="Give so many inputs, outputs and edges at the most.")
    ] = runs.MAX_NODES,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what exactly a run read and wrote."""
    found = view_of(data, as_of, after).runs.run_lineage(
        parse_iri(run), max_nodes=max_nodes, after=after
    )
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    typer.echo(f"{found.run.id}: {found.run.state or 'nobody told how it went'}")
    for word, datasets in (("read", found.inputs), ("wrote", found.outputs)):
        for dataset in datasets:
            typer.echo(f"  {word:<5}  {dataset}")
    for link in found.links:
        typer.echo(f"  {link.upstream} → {link.downstream}  ({_how(link)})")
    typer.echo(covered(found.extent))


def _impact_text(found: Impact) -> None:
    for owner, hits in found.by_owner():
        typer.echo(f"{owner or 'nobody is known to own'}")
        for hit in hits:
            one = hit.affected
            seen = "observed" if one.is_observed else "declared"
            typer.echo(
                f"  {one.severity.value:<8}  {one.distance}  {one.id}  ({one.way.value}, {seen})"
            )
    typer.echo(f"{len(found.hits)} {found.level.value}(s), {covered(found.extent)}")


def _how(link: Link) -> str:
    return ", ".join(link.transformations) or link.kind.value
