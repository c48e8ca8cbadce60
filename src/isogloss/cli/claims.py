"""Whose namespaces are: what nobody claims, and to claim it."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json
from isogloss.errors import InvalidArgument
from isogloss.model.change import Refused
from isogloss.services.claims import find_unclaimed, read_claims


def claims(data: Data = None, output: Format = OutputFormat.TEXT) -> None:
    """Show who claims which namespaces, and what is left to claim or to settle."""
    services = open_mesh(data)
    known, todo = read_claims(services.graph), find_unclaimed(services.graph)
    if output is OutputFormat.JSON:
        print_json(
            {
                "claims": [{"pattern": one.pattern, "domain": one.domain} for one in known.all],
                "unclaimed": [
                    {"namespace": one.namespace, "datasets": one.datasets, "jobs": one.jobs}
                    for one in todo.namespaces
                ],
                "conflicts": [
                    {"pattern": pattern, "domains": list(domains)}
                    for pattern, domains in todo.conflicts
                ],
            }
        )
        return
    console = Console(soft_wrap=True)
    table = Table("pattern", "claimed by", box=None)
    for claim in known.all:
        table.add_row(claim.pattern, claim.domain)
    console.print(table)
    for pattern, domains in todo.conflicts:
        typer.echo(f"Several domains claim {pattern}: {', '.join(domains)}. One should --withdraw.")
    if not todo.namespaces:
        typer.echo("Every namespace is claimed.")
        return
    table = Table("unclaimed namespace", "datasets", "jobs", box=None)
    for one in todo.namespaces:
        table.add_row(one.namespace, str(one.datasets), str(one.jobs))
    console.print(table)
    typer.echo("Claim one with `isogloss claim PATTERN --domain DOMAIN`.")


def claim(
    pattern: Annotated[str, typer.Argument(help="As postgres://shop-*; * stands for any text.")],
    domain: Annotated[str, typer.Option(help="The domain: its short name or IRI.")],
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take the claim back instead.")
    ] = False,
    settle: Annotated[
        bool, typer.Option("--settle", help="As the governance group, whoever claims it so far.")
    ] = False,
    data: Data = None,
) -> None:
    """Claim namespaces for a domain, with what was reported of their jobs and datasets."""
    claiming = open_mesh(data).claiming
    change = claiming.withdraw if withdraw else claiming.claim
    outcome = change(domain, pattern, settles=settle).outcome
    if isinstance(outcome, Refused):
        raise InvalidArgument(outcome.violations[0].message)
    typer.echo(
        f"{pattern} is {domain}'s{' no more' if withdraw else ''} (commit {outcome.sequence}: "
        f"{outcome.added} statements came, {outcome.removed} went)."
    )
