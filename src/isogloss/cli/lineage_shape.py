"""Commands that ask what the lineage looks like as a whole."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import typer

from isogloss.cli.lineage_options import (
    After,
    AsOf,
    Filters,
    Most,
    covered,
    plain,
    read_filter,
    view_of,
)
from isogloss.cli.options import Data, Format, OutputFormat, print_json
from isogloss.cli.show import labels_of
from isogloss.model.lineage import Level
from isogloss.model.lineage_answers import Shape
from isogloss.model.rdf import Iri
from isogloss.services.lineage_shape import MAX_FOUND, LineageShape, ShapeAsked

T = TypeVar("T")

InDomain = Annotated[str | None, typer.Option(help="Only in this domain, by short name or IRI.")]
Leveled = Annotated[Level, typer.Option(help="What the nodes are.")]


def _command(
    name: str,
    says: str,
    word: str | None,
    ask: Callable[[LineageShape, ShapeAsked], Shape[T]],
    nodes: Callable[[T], Sequence[Iri]],
    line: Callable[[T], str] = lambda _: "",
) -> Callable[..., None]:
    """Make a command: what it is called and asks, and of each found its nodes and what is said.

    `word` names what is found, what the level is called if None.
    """

    def command(
        domain: InDomain = None,
        level: Leveled = Level.DATASET,
        filters: Filters = None,
        most: Most = MAX_FOUND,
        after: After = None,
        as_of: AsOf = None,
        format: Format = OutputFormat.TEXT,
        data: Data = None,
    ) -> None:
        view = view_of(data, as_of, after)
        found = ask(view.shape, ShapeAsked(domain, level, read_filter(filters), most, after))
        if format is OutputFormat.JSON:
            print_json(plain(found))
            return
        labels = labels_of(view.catalog, (node for one in found.found for node in nodes(one)))
        for one in found.found:
            typer.echo(line(one) + "\n  → ".join(labels[node] for node in nodes(one)))
        typer.echo(f"{len(found.found)} {word or level.value}(s), {covered(found.extent)}")

    command.__name__, command.__doc__ = name, says
    return command


cycles = _command(
    *("cycles", "Show what depends on itself.", "cycle", LineageShape.cycles),
    lambda one: one.path,
    lambda one: f"{len(one.nodes)} nodes\n  → ",
)
orphans = _command(
    *("orphans", "Show what has no lineage at all.", "orphan", LineageShape.orphans),
    lambda one: [one],
)
hubs = _command(
    *("hubs", "Show what has the most neighbours.", "hub", LineageShape.hubs),
    lambda one: [one.id],
    lambda one: f"{one.upstream} in, {one.downstream} out  ",
)
critical = _command(
    *("critical", "Show what most others depend on.", None, LineageShape.critical),
    lambda one: [one.id],
    lambda one: f"{one.reach:6,}  ",
)
