"""Judge documents before anybody loads them: by the rules of a mesh, or by shapes."""

import os
from pathlib import Path
from typing import Annotated

import typer

from isogloss.cli.options import Data, open_mesh, read_file
from isogloss.errors import EmptyMesh, InvalidArgument
from isogloss.model.rule_export import RuleExport
from isogloss.services import rule_files
from isogloss.services.checking import ReportFormat, check, judge, write_report, write_verdict
from isogloss.services.loading import Upload
from isogloss.services.rule_exports import packaged
from isogloss.settings import Settings
from isogloss.store.journal import FILE


def validate(
    documents: Annotated[
        list[Path], typer.Argument(metavar="DATA...", help="RDF documents to judge.")
    ],
    shapes: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="SHACL shapes to judge them by; may repeat."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What `isogloss rules export` wrote, to judge them by."),
    ] = None,
    domain: Annotated[
        str | None,
        typer.Option(help="Whose they are: its short name or IRI; told by them if left out."),
    ] = None,
    format: Annotated[
        ReportFormat, typer.Option(help="How to write the report.")
    ] = ReportFormat.TEXT,
    data: Data = None,
) -> None:
    """Judge documents by the rules of the mesh, by an export of them, or by shapes.

    Without --shapes and --rules, by the mesh in the folder if there is one; else by the rules
    that travel with the package.

    Exit status: 0 the rules would let them in (by --shapes: they conform), 1 they would not,
    2 something is unreadable, 3 could not judge.
    """
    given = {"--shapes": shapes, "--rules": rules, "--data": data}
    named = [name for name, value in given.items() if value]
    if len(named) > 1 or (shapes and domain):
        others = " and ".join(named + (["--domain"] if shapes and domain else []))
        raise InvalidArgument(f"Give only one of {others}.")
    uploads = [Upload(str(path), read_file(path)) for path in documents]
    if shapes:
        by = [Upload(str(path), read_file(path)) for path in shapes]
        report, rendered = check(uploads, by, format)
        typer.echo(rendered)
        raise typer.Exit(0 if report.conforms else 1)
    verdict = judge(uploads, _rules(rules, data), domain)
    typer.echo(write_verdict(verdict, format))
    raise typer.Exit(1 if verdict.refused else 0)


def report(
    domain: Annotated[
        str | None, typer.Option(help="Only what one domain describes: its short name or IRI.")
    ] = None,
    format: Annotated[
        ReportFormat, typer.Option(help="How to write the report.")
    ] = ReportFormat.TEXT,
    data: Data = None,
) -> None:
    """Report what the rules in force say of the mesh as it is.

    Exit status: 0 nothing is violated but what is waived, 1 something is.
    """
    services = open_mesh(data)
    chosen = None if domain is None else services.catalog.get_domain(domain)
    found = services.governance.report(chosen)
    typer.echo(write_report(found, format))
    raise typer.Exit(1 if found.violations or found.unjudged else 0)


def _rules(file: Path | None, data: Path | None) -> RuleExport:
    if file is not None:
        return rule_files.read(str(file), read_file(file))
    folder = data or Settings.from_environment(os.environ).data
    if data is None and not (folder is not None and (folder / FILE).is_file()):
        return packaged()
    try:
        return open_mesh(data).rule_exports.export()
    except EmptyMesh as error:
        if data is None:
            return packaged()
        # Whoever names a mesh means it; and 1 would say that something is wrong with the data.
        raise InvalidArgument(str(error)) from error
