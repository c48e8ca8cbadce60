"""Which names are one dataset: list them, and decide."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console

from isogloss.cli import show
from isogloss.cli.lineage_options import plain
from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json
from isogloss.lineage.identity import Reason as Told
from isogloss.model.change import Committed
from isogloss.model.rdf import parse_iri
from isogloss.services.loading import Loaded
from isogloss.services.ownership import OPERATOR

app = typer.Typer(help="Which names are one dataset.", no_args_is_help=True)

NamesArgument = Annotated[
    list[str], typer.Argument(metavar="IRI IRI …", help="Names of datasets, two or more.")
]
Reason = Annotated[str, typer.Option(help="Why; it stays in the history.")]


@app.command("list")
def merges(format: Format = OutputFormat.TEXT, data: Data = None) -> None:
    """List the datasets that go by several names and why, what is kept apart, and what waits."""
    identities = open_mesh(data).identities
    found, splits, suggestions = identities.merges(), identities.splits(), identities.suggestions()
    if format is OutputFormat.JSON:
        told = {"merges": found, "splits": splits, "suggestions": suggestions}
        print_json({name: [plain(one) for one in some] for name, some in told.items()})
        return
    for merge in found:
        typer.echo(f"{merge.canonical}  (since commit {merge.since})")
        _reasons(reason for reason in merge.reasons if reason.why != "split")
    typer.echo(f"{len(found)} dataset(s) of several names")
    if splits:
        typer.echo("Kept apart:")
        _reasons(splits)
    if suggestions:
        typer.echo("Linked, but not by all whose they are; `confirm` or `split`:")
        _reasons(suggestions)


@app.command()
def confirm(names: NamesArgument, reason: Reason, data: Data = None) -> None:
    """Say that names are one dataset."""
    _decide(names, reason, data, same=True)


@app.command()
def split(names: NamesArgument, reason: Reason, data: Data = None) -> None:
    """Say that names are not one dataset, whatever links them."""
    _decide(names, reason, data, same=False)


@app.command()
def undo(
    decision: Annotated[str, typer.Argument(metavar="IRI", help="The decision.")],
    reason: Reason,
    data: Data = None,
) -> None:
    """Take a decision back."""
    _report(open_mesh(data).identities.undo(parse_iri(decision), reason, author=OPERATOR))


def _reasons(reasons: Iterable[Told]) -> None:
    for reason in reasons:
        by = f" {reason.decision}" if reason.decision else ""
        typer.echo(f"  {reason.why}{by}: {reason.one} · {reason.other}")


def _decide(names: list[str], reason: str, data: Data, *, same: bool) -> None:
    iris = [parse_iri(name) for name in names]
    decided = open_mesh(data).identities.decide(iris, reason, same=same, author=OPERATOR)
    _report(decided)
    if isinstance(decided.outcome, Committed):
        typer.echo(f"The decision is {decided.decision}: with that, `undo` takes it back.")


def _report(loaded: Loaded) -> None:
    show.loaded_text(Console(), loaded)
