"""Commands that ask what lineage means: what breaks, why, from where, and by which ways."""

from enum import Enum
from typing import Annotated

import typer

from isogloss.cli.lineage_options import (
    After,
    AsOf,
    Filters,
    MaxHops,
    Most,
    Thing,
    covered,
    how,
    plain,
    read_filter,
    view_of,
)
from isogloss.cli.options import Data, Format, OutputFormat, print_json
from isogloss.cli.show import labels_of
from isogloss.errors import NotFound
from isogloss.model.lineage import Level
from isogloss.model.lineage_answers import Change, Impact, MaskingVerdict
from isogloss.model.rdf import parse_iri
from isogloss.services import impact as impacts
from isogloss.services.catalog import Catalog
from isogloss.services.impact_exports import (
    impact_csv,
    impact_graphml,
    impact_mermaid,
    impact_turtle,
)
from isogloss.services.lineage_pages import MOST
from isogloss.services.lineage_questions import MAX_FOUND, MAX_HOPS, MAX_PATHS, MOST_PATHS

Leveled = Annotated[Level, typer.Option(help="What the nodes of the answer are.")]


# As those of `validate`: 1 if something is violated, 3 if that could not be judged.
_MASKING_STATUS = {MaskingVerdict.MASKED: 0, MaskingVerdict.LEAKS: 1, MaskingVerdict.UNKNOWN: 3}


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
        int, typer.Option(min=1, max=MOST, help="Give so many hits at the most.")
    ] = impacts.MAX_NODES,
    after: After = None,
    as_of: AsOf = None,
    format: Annotated[
        ImpactFormat, typer.Option(help="How to write the answer.")
    ] = ImpactFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what a change would break: where, whose it is, and how badly."""
    view = view_of(data, as_of, after)
    found = view.impact.impact(
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
        _impact_text(view.catalog, found)


def paths(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The IRI of the source.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The IRI of the user.")],
    level: Leveled = Level.COLUMN,
    filters: Filters = None,
    max_paths: Annotated[
        int, typer.Option(min=1, max=MOST_PATHS, help="Give so many at the most.")
    ] = MAX_PATHS,
    max_hops: MaxHops = MAX_HOPS,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show the ways by which data flows from one thing down to another."""
    view = view_of(data, as_of, after)
    found = view.questions.paths(
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
    labels = labels_of(view.catalog, {node for path in found.ways.paths for node in path})
    for path in found.ways.paths:
        typer.echo("\n  → ".join(labels[node] for node in path))
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
    view = view_of(data, as_of, after)
    found = view.root_causes.root_causes(
        parse_iri(iri),
        filter=read_filter(filters),
        max_hops=max_hops,
        max_causes=most,
        after=after,
    )
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    labels = labels_of(view.catalog, {cause.node for cause in found.causes})
    for cause in found.causes:
        typer.echo(f"{cause.distance}  {cause.kind.value}  {labels[cause.node]}: {cause.words}")
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
    view = view_of(data, as_of, after)
    found = view.questions.source_of_truth(
        parse_iri(iri),
        filter=read_filter(filters),
        max_roots=most,
        max_hops=max_hops,
        after=after,
    )
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    ends = {link.downstream for root in found.roots for link in root.chain}
    shown = {root.id for root in found.roots}.union(ends, found.unresolved)
    labels = labels_of(view.catalog, shown)
    for root in found.roots:
        masked = "masked on every way" if root.is_masked else "not masked"
        if root.is_unknown:
            masked = "nobody told whether it is masked"
        typer.echo(f"{root.distance}  {labels[root.id]}  ({masked})")
        for link in root.chain:
            typer.echo(f"     → {labels[link.downstream]}  ({how(link)})")
    for dataset in found.unresolved:
        typer.echo(f"?  {labels[dataset]}  (nobody told from which of its columns)")
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
    """Show whether values are masked on every way out, or which ways leak.

    Exit status: 0 they are, 1 a way leaks, 3 nobody can tell, of a way or of such a thing.
    """
    view = view_of(data, as_of, after)
    try:
        found = view.questions.masking(
            parse_iri(iri),
            filter=read_filter(filters),
            max_leaks=most,
            max_hops=max_hops,
            after=after,
        )
    except NotFound as error:
        # Nothing was judged, which a program must not take for a leak.
        typer.echo(f"{error} [{error.code}]", err=True)
        raise typer.Exit(3) from error
    if format is OutputFormat.JSON:
        print_json({"holds": found.holds, "verdict": found.verdict.name} | plain(found))
    else:
        labels = labels_of(view.catalog, {node for leak in found.leaks for node in leak.path})
        for leak in found.leaks:
            word = "nobody can tell" if leak.is_unknown else "leaks"
            typer.echo(f"{word}: " + "\n  → ".join(labels[node] for node in leak.path))
        typer.echo(
            f"{found.leaking} of {found.ends} end(s) of {len(found.columns)} column(s) leak, "
            f"of {found.unknown} nobody can tell, {covered(found.extent)}"
        )
    raise typer.Exit(_MASKING_STATUS[found.verdict])


def _impact_text(catalog: Catalog, found: Impact) -> None:
    labels = labels_of(catalog, (hit.affected.id for hit in found.hits))
    owners = sorted({owner for hit in found.hits for owner in hit.owners})
    names = {agent.id: agent.name for agent in catalog.agents(owners) if agent}
    for owner, hits in found.by_owner():
        typer.echo(names.get(owner, owner) if owner else "nobody is known to own")
        for hit in hits:
            one = hit.affected
            seen = "observed" if one.is_observed else "declared"
            typer.echo(
                f"  {one.severity.value:<8}  {one.distance}  {labels[one.id]}  "
                f"({one.way.value}, {seen})"
            )
    typer.echo(f"{len(found.hits)} {found.level.value}(s), {covered(found.extent)}")
