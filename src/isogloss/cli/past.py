"""Ask the past on the command line: who changed what, how two states differ, and go back."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from isogloss.cli import show
from isogloss.cli.options import Data, open_mesh
from isogloss.errors import InvalidArgument
from isogloss.model.change import Refused
from isogloss.model.journal import Entry
from isogloss.model.past import ChangeKind, ResourceChange
from isogloss.model.rdf import parse_iri
from isogloss.services.history import parse_moment

_SIGNS = {ChangeKind.ADDED: "+", ChangeKind.CHANGED: "~", ChangeKind.REMOVED: "-"}

When = Annotated[str, typer.Argument(help="A commit's number, or an instant in ISO 8601.")]


def history(
    of: Annotated[
        str | None, typer.Argument(metavar="[IRI]", help="A resource; the whole mesh if left out.")
    ] = None,
    first: Annotated[int, typer.Option(help="So many at the most.", min=1, max=1000)] = 20,
    data: Data = None,
) -> None:
    """Tell what happened, newest first: to a resource and its parts, or to the mesh."""
    services = open_mesh(data)
    console = Console(soft_wrap=True)
    if of is None:
        for entry in services.history.entries(first=first):
            _entry(console, entry)
        return
    found = services.history.history(parse_iri(of), first=first)
    if not found:
        raise InvalidArgument(f"No commit ever said anything of {of}: check the IRI.")
    for item in found:
        _entry(console, item.entry)
        _changes(console, item.changes)


def diff(
    start: When,
    end: Annotated[str | None, typer.Argument(help="The later state; now if left out.")] = None,
    of: Annotated[
        str | None, typer.Option(help="Only this domain, or resource with its parts: its IRI.")
    ] = None,
    data: Data = None,
) -> None:
    """Compare two states, resource by resource."""
    services = open_mesh(data)
    resolve = services.history.resolve
    last = services.mesh.journal.head.sequence
    compared = services.history.diff(
        resolve(parse_moment(start)),
        resolve(parse_moment(end)) if end is not None else last,
        parse_iri(of) if of is not None else None,
    )
    console = Console(soft_wrap=True)
    _changes(console, compared.changes)
    count = len(compared.changes)
    typer.echo(f"{count} resources differ between commit {compared.start} and {compared.end}.")


def revert(
    domain: Annotated[str, typer.Argument(help="The domain: its short name or IRI.")],
    source: Annotated[str, typer.Argument(help="The source, as product/activity.")],
    to: Annotated[str, typer.Option(help="A commit's number, or an instant in ISO 8601.")],
    data: Data = None,
) -> None:
    """Make a source say again what it said then: a new commit, judged like any other."""
    services = open_mesh(data)
    sequence = services.history.resolve(parse_moment(to))
    loaded = services.loading.restore(domain, source, sequence)
    show.loaded_text(Console(soft_wrap=True), loaded)
    if isinstance(loaded.outcome, Refused):
        raise typer.Exit(1)


def _entry(console: Console, entry: Entry) -> None:
    number = f"commit {entry.sequence}" if entry.sequence else entry.outcome.value
    where = ", ".join(entry.attempt.domains)
    why = f" - {entry.attempt.message}" if entry.attempt.message else ""
    counts = f"+{entry.added} -{entry.removed}"
    _line(
        console,
        f"{number}  {entry.at:%Y-%m-%d %H:%M:%S}Z  {where}  {counts}  {entry.attempt.author}{why}",
        style="bold",
    )
    if entry.sequence is None:
        for result in entry.results:
            _line(console, f"    {result.message} <{result.focus_node}>")
        if entry.reason:
            _line(console, f"    {entry.reason}")


def _changes(console: Console, changes: tuple[ResourceChange, ...]) -> None:
    for change in changes:
        _line(console, f"  {_SIGNS[change.kind]} {change.id}")
        for word in change.words:
            _line(console, f"      {word}")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
