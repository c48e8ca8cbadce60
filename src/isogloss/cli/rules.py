"""The rules: which there are, whether a draft may join them, and what it would break."""

from pathlib import Path
from typing import Annotated

import typer

from isogloss.cli import rule_steps, waivers
from isogloss.cli.options import (
    Data,
    Format,
    OutputFormat,
    folder_of,
    open_mesh,
    print_json,
    read_texts,
)
from isogloss.cli.previews import PreviewFormat, show_preview
from isogloss.cli.rule_steps import Files
from isogloss.errors import InvalidArgument, NotFound
from isogloss.model.governance import Rule
from isogloss.model.rdf import parse_iri
from isogloss.services import rule_files
from isogloss.services.admission import check_rules, rules_in_force
from isogloss.store.journal import FILE

app = typer.Typer(
    help="The rules of the mesh, their drafts and versions, and waivers.", no_args_is_help=True
)

Space = Annotated[
    str | None,
    typer.Option(
        metavar="IRI", help="The space of the domain whose rules they are; else they bind all."
    ),
]


for step in (
    rule_steps.propose,
    rule_steps.submit,
    rule_steps.vote,
    rule_steps.adopt,
    rule_steps.withdraw,
    rule_steps.versions,
    waivers.waive,
    waivers.grant,
    waivers.end,
    waivers.waivers,
):
    app.command()(step)


@app.command("list")
def list_rules(format: Format = OutputFormat.TEXT, data: Data = None) -> None:
    """List the rules in force: those of the mesh, or of the package where there is no mesh."""
    rules = _in_force(data)
    if format is OutputFormat.JSON:
        print_json([_rule_json(rule) for rule in rules])
        return
    for rule in rules:
        whose = f", {rule.owner}" if rule.owner else ""
        typer.echo(f"{rule.rule_id} ({rule.severity.name.lower()}{whose})\n  {rule.message}")


@app.command("show")
def show_rule(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="As in data-product-owner.")],
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show one rule."""
    rule = next((r for r in _in_force(data) if rule_id in (r.rule_id, r.id)), None)
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
    if rule.rule_set is not None:
        typer.echo(f"  stands in {rule.rule_set}")


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
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="SHACL shapes in Turtle.")
    ] = None,
    days: Annotated[
        int, typer.Option(help="Also judge the commits of so many days again.", min=0, max=366)
    ] = 0,
    format: Annotated[PreviewFormat, typer.Option(help="How to write it.")] = PreviewFormat.TEXT,
    version: Annotated[
        str | None, typer.Option(metavar="IRI", help="A version that is drafted or proposed.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--set", help="The rule set that the files are the whole of, as in `propose`."
        ),
    ] = None,
    domain: Annotated[
        str, typer.Option(help="The domain whose own rules they are; governance: they bind all.")
    ] = "governance",
    data: Data = None,
) -> None:
    """Say what a draft would change, compared with the rules in force; nothing is adopted.

    Without --set, a shape of the draft stands in for the one of its name, or comes new.
    """
    if bool(files) == (version is not None):
        raise InvalidArgument("Name the files of a draft, or by --version one that is written.")
    texts, services = read_texts(files or []), open_mesh(data)
    if version is not None:
        written = services.rules.version(parse_iri(version)).rule_set
        texts, domain, name = {version: written.turtle}, written.owner, written.name
    found = services.previewing.preview(texts, domain=domain, name=name, days=days)
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
        read_texts(files), None if space is None else parse_iri(space), examples=examples
    )
    for finding in findings:
        kind = "" if finding.blocking else "remark: "
        typer.echo(f"{finding.file}:{finding.line}: {kind}{finding.message} [{finding.code}]")
    blocking = sum(finding.blocking for finding in findings)
    if blocking:
        typer.echo(f"Not admitted: {blocking} of {len(findings)} findings stand in the way.")
        raise typer.Exit(1)
    typer.echo("Nothing stands in the way.")


def _in_force(data: Path | None) -> tuple[Rule, ...]:
    if (folder_of(data) / FILE).is_file():
        return open_mesh(data).judge.regime().rules
    return rules_in_force()


def _rule_json(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "ruleId": rule.rule_id,
        "name": rule.name,
        "description": rule.description,
        "message": rule.message,
        "severity": rule.severity.name,
        "quality": rule.quality.name if rule.quality else None,
        "ruleSet": rule.rule_set,
        "owner": rule.owner,
        "targetClasses": list(rule.target_classes),
    }
