"""The rules: which there are, whether a draft may join them, and what it would break."""

from pathlib import Path
from typing import Annotated

import typer

from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json, read_file
from isogloss.cli.previews import PreviewFormat, show_preview
from isogloss.errors import InvalidArgument, InvalidInput, NotFound
from isogloss.model.governance import Rule
from isogloss.model.rdf import parse_iri
from isogloss.services import rule_files
from isogloss.services.admission import check_rules, rules_in_force

app = typer.Typer(
    help="The rules that bind every domain, and drafts of them.", no_args_is_help=True
)

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="SHACL shapes in Turtle.")]
Space = Annotated[
    str | None,
    typer.Option(
        metavar="IRI", help="The space of the domain whose rules they are; else they bind all."
    ),
]


@app.command("list")
def list_rules(format: Format = OutputFormat.TEXT) -> None:
    """List the rules in force."""
    if format is OutputFormat.JSON:
        print_json([_rule_json(rule) for rule in rules_in_force()])
        return
    for rule in rules_in_force():
        typer.echo(f"{rule.rule_id} ({rule.severity.name.lower()})\n  {rule.message}")


@app.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="As in data-product-owner.")],
    format: Format = OutputFormat.TEXT,
) -> None:
    """Show one rule."""
    rule = next((r for r in rules_in_force() if rule_id in (r.rule_id, r.id)), None)
    if rule is None:
        raise NotFound(f"There is no rule {rule_id!r}: `isogloss rules list` has them all.")
    if format is OutputFormat.JSON:
        print_json(_rule_json(rule))
        return
    typer.echo(f"{rule.rule_id} ({rule.severity.name.lower()}): {rule.name}")
    typer.echo(f"  why      {rule.description}")
    typer.echo(f"  to do    {rule.message}")
    if rule.quality is not None:
        typer.echo(f"  backs    {rule.quality.value}")
    typer.echo(f"  judges   {' '.join(rule.target_classes)}")
    typer.echo(f"  is       {rule.id}")


@app.command()
def lint(files: Files, space: Space = None) -> None:
    """Look for what would keep rules from being admitted, line by line.

    Exit status: 0 nothing does, 1 something does.
    """
    _check(files, space, examples=False)


@app.command("test")
def run_examples(files: Files, space: Space = None) -> None:
    """Do what `lint` does, and judge the examples that each rule brings along.

    Exit status: 0 they would be admitted, 1 they would not.
    """
    _check(files, space, examples=True)


@app.command()
def preview(
    files: Files,
    days: Annotated[
        int, typer.Option(help="Also judge the commits of so many days again.", min=0, max=366)
    ] = 0,
    format: Annotated[PreviewFormat, typer.Option(help="How to write it.")] = PreviewFormat.TEXT,
    data: Data = None,
) -> None:
    """Say what a draft would change, compared with the rules in force; nothing is adopted.

    A shape of the draft stands in for the one of its name, or comes new.
    """
    found = open_mesh(data).previewing.preview(_texts(files), days=days)
    show_preview(found, format)


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; standard output if left out.")
    ] = None,
    data: Data = None,
) -> None:
    """Write the rules in force to a file, by which `isogloss validate` judges elsewhere.

    It holds no secrets: rules, waivers, the domains' spaces, and the class of each node.
    """
    text = rule_files.write(open_mesh(data).rule_exports.export())
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise InvalidArgument(f"{file} cannot be written: {error.strerror}.") from error


def _check(files: list[Path], space: str | None, *, examples: bool) -> None:
    findings = check_rules(
        _texts(files), None if space is None else parse_iri(space), examples=examples
    )
    for finding in findings:
        kind = "" if finding.blocking else "remark: "
        typer.echo(f"{finding.file}:{finding.line}: {kind}{finding.message} [{finding.code}]")
    blocking = sum(finding.blocking for finding in findings)
    if blocking:
        typer.echo(f"Not admitted: {blocking} of {len(findings)} findings stand in the way.")
        raise typer.Exit(1)
    typer.echo("Nothing stands in the way.")


def _texts(files: list[Path]) -> dict[str, str]:
    texts = {}
    for path in files:
        try:
            texts[str(path)] = read_file(path).decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{path} is no UTF-8: write it as UTF-8.") from error
    return texts


def _rule_json(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "ruleId": rule.rule_id,
        "name": rule.name,
        "description": rule.description,
        "message": rule.message,
        "severity": rule.severity.name,
        "quality": rule.quality.name if rule.quality else None,
        "targetClasses": list(rule.target_classes),
    }
