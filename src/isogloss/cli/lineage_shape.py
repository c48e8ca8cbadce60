"""Commands that ask what the lineage looks like as a whole."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import typer

from isogloss.cli.lineage_options import (
    After,
    AsOf,
    Filters,
    covered,
    plain,
    read_filter,
    view_of,
)
from isogloss.cli.options import Data, Format, OutputFormat, print_json
from isogloss.model.lineage import Level
from isogloss.model.lineage_answers import Shape
from isogloss.services.lineage_shape import MAX_FOUND

T = TypeVar("T")

InDomain = Annotated[str | None, typer.Option(help="Only in this domain, by short name or IRI.")]
Leveled = Annotated[Level, typer.Option(help="What the nodes are.")]
Most = Annotated[int, typer.Option("--max", help="Give so many at the most.")]


def cycles(
    domain: InDomain = None,
    level: Leveled = Level.DATASET,
    filters: Filters = None,
    most: Most = MAX_FOUND,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what depends on itself."""
    found = view_of(data, as_of, after).shape.cycles(
        domain, level=level, filter=read_filter(filters), first=most, after=after
    )
    _show(found, format, "cycle", lambda one: [f"{len(one.nodes)} nodes", *one.path])


def orphans(
    domain: InDomain = None,
    level: Leveled = Level.DATASET,
    filters: Filters = None,
    most: Most = MAX_FOUND,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what has no lineage at all."""
    found = view_of(data, as_of, after).shape.orphans(
        domain, level=level, filter=read_filter(filters), first=most, after=after
    )
    _show(found, format, "orphan", lambda one: [one])


def hubs(
    domain: InDomain = None,
    level: Leveled = Level.DATASET,
    filters: Filters = None,
    most: Most = MAX_FOUND,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what has the most neighbours."""
    found = view_of(data, as_of, after).shape.hubs(
        domain, level=level, filter=read_filter(filters), first=most, after=after
    )
    _show(found, format, "hub", lambda one: [f"{one.upstream} in, {one.downstream} out  {one.id}"])


def critical(
    domain: InDomain = None,
    level: Leveled = Level.DATASET,
    filters: Filters = None,
    most: Most = MAX_FOUND,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what most others depend on."""
    found = view_of(data, as_of, after).shape.critical(
        domain, level=level, filter=read_filter(filters), first=most, after=after
    )
    _show(found, format, level.value, lambda one: [f"{one.reach:6,}  {one.id}"])


def _show(
    found: Shape[T], format: OutputFormat, word: str, lines: Callable[[T], Sequence[Any]]
) -> None:
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    for one in found.found:
        typer.echo("\n  → ".join(map(str, lines(one))))
    typer.echo(f"{len(found.found)} {word}(s), {covered(found.extent)}")
