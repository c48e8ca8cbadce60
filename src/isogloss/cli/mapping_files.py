"""Mappings from SSSOM files, and into such."""

from pathlib import Path
from typing import Annotated

import typer

from isogloss.cli.lineage_options import AsOf, view_of
from isogloss.cli.options import Data, open_mesh, read_file
from isogloss.cli.rule_steps import As
from isogloss.errors import InvalidArgument
from isogloss.model.change import Refused
from isogloss.model.rdf import parse_iri
from isogloss.services.mapping_files import MappingFormat
from isogloss.services.ownership import OPERATOR


def import_mappings(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file in SSSOM/TSV.")],
    data: Data = None,
    as_: As = None,
) -> None:
    """Propose the mappings of a file between terms of the mesh, in one commit."""
    author = OPERATOR if as_ is None else parse_iri(as_)
    imported = open_mesh(data).mapping_import.propose_file(
        read_file(file), name=str(file), author=author
    )
    for note in imported.notes:
        typer.echo(f"note: {note}")
    settled = imported.settled
    if settled is None:
        typer.echo("There is nothing to propose.")
    elif isinstance(settled.outcome, Refused):
        typer.echo("Refused: nothing was written.")
        for violation in settled.outcome.violations:
            typer.echo(f"  {violation.message}")
        raise typer.Exit(1)
    else:
        typer.echo(
            f"{len(settled.mappings)} mapping(s) proposed, commit {settled.outcome.sequence}"
        )


def export_mappings(
    format: Annotated[MappingFormat, typer.Option("--format", help="tsv or turtle.")] = (
        MappingFormat.TSV
    ),
    between: Annotated[
        list[str] | None, typer.Option(metavar="DOMAIN", help="Two domains, each by --between.")
    ] = None,
    mapping_set: Annotated[
        str | None, typer.Option("--set", metavar="IRI", help="The set that has them.")
    ] = None,
    as_of: AsOf = None,
    data: Data = None,
) -> None:
    """Write mappings as SSSOM: of a set, between two domains, or all there are."""
    if between and len(between) != 2:
        raise InvalidArgument("Name two domains, each by --between, or leave it out for all.")
    view = view_of(data, as_of, None)
    domains = [view.catalog.get_domain(name) for name in between or ()]
    exported = view.mapping_files.export_mappings(
        format,
        between=(domains[0], domains[1]) if domains else None,
        mapping_set=parse_iri(mapping_set) if mapping_set else None,
    )
    typer.echo(exported.text, nl=False)
    for note in exported.notes:
        typer.echo(f"note: {note}", err=True)
