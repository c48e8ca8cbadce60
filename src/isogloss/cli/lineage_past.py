"""Commands that ask what changed in lineage, and what a run did."""

from typing import Annotated

import typer

from isogloss.cli.lineage_options import (
    After,
    AsOf,
    Filters,
    Most,
    Thing,
    covered,
    link_text,
    plain,
    read_filter,
    view_of,
)
from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json
from isogloss.cli.show import labels_of
from isogloss.model.lineage import Direction, Level
from isogloss.model.rdf import parse_iri
from isogloss.services import run_lineage as runs
from isogloss.services.history import parse_moment
from isogloss.services.lineage_pages import MOST, sequence_of
from isogloss.services.lineage_questions import MAX_FOUND

Leveled = Annotated[Level, typer.Option(help="What the nodes of the answer are.")]


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
    links = {"+": parts.links_added, "-": parts.links_removed}
    nodes = {"+": parts.nodes_added, "-": parts.nodes_removed}
    ends = {end for some in links.values() for link in some for end in link[:2]}
    labels = labels_of(services.catalog, ends.union(*nodes.values()))
    for sign, some in nodes.items():
        for node in some:
            typer.echo(f"{sign} {labels[node]}")
    for sign, changed in links.items():
        # Sources and jobs that say the same of two things are one line.
        for line in dict.fromkeys(link_text(link, labels) for link in changed):
            typer.echo(f"{sign} {line}")
    typer.echo(f"From commit {found.start} to {found.end}: {covered(found.extent)}")


def run_lineage(
    run: Annotated[str, typer.Argument(metavar="IRI", help="The run.")],
    max_nodes: Annotated[
        int,
        typer.Option(min=1, max=MOST, help="Give so many inputs, outputs and edges at the most."),
    ] = runs.MAX_NODES,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what exactly a run read and wrote."""
    view = view_of(data, as_of, after)
    found = view.runs.run_lineage(parse_iri(run), max_nodes=max_nodes, after=after)
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    typer.echo(f"{found.run.id}: {found.run.state or 'nobody told how it went'}")
    ends = {end for link in found.links for end in link[:2]}
    labels = labels_of(view.catalog, ends.union(found.inputs, found.outputs))
    for word, datasets in (("read", found.inputs), ("wrote", found.outputs)):
        for dataset in datasets:
            typer.echo(f"  {word:<5}  {labels[dataset]}")
    for link in found.links:
        typer.echo(f"  {link_text(link, labels)}")
    typer.echo(covered(found.extent))
