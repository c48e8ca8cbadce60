"""Write what a draft of rules would change, for people and for programs."""

from dataclasses import asdict
from enum import Enum
from typing import Any

import typer

from isogloss.cli.options import print_json
from isogloss.model.preview import EffectKind, RulePreview
from isogloss.model.rdf import Literal
from isogloss.services.preview_exports import preview_csv, preview_turtle


class PreviewFormat(Enum):
    """How a preview is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    TURTLE = "turtle"


def show_preview(found: RulePreview, format: PreviewFormat) -> None:
    """Print a preview."""
    if format is PreviewFormat.JSON:
        print_json(_plain(asdict(found)))
    elif format is PreviewFormat.CSV:
        typer.echo(preview_csv(found), nl=False)
    elif format is PreviewFormat.TURTLE:
        typer.echo(preview_turtle(found), nl=False)
    else:
        _text(found)


def _text(found: RulePreview) -> None:
    typer.echo(
        f"As of commit {found.sequence}: {found.count(EffectKind.NEWLY_FAILING)} newly failing, "
        f"{found.count(EffectKind.NEWLY_PASSING)} newly passing, "
        f"{found.count(EffectKind.CHANGED_SEVERITY)} of another severity."
    )
    for title, counts in (
        ("by rule", found.by_rule()),
        ("by domain", found.by_domain()),
        ("by product", found.by_product()),
    ):
        if counts:
            typer.echo(f"\n{title}")
            for name, count in counts[:20]:
                typer.echo(f"  {count:6,}  {name or 'nobody knows'}")
            if len(counts) > 20:
                typer.echo(f"  {len(counts) - 20} more: --format json has them all.")
    if found.radii:
        typer.echo("\nblocked, and who reads it")
        for radius in found.radii[:20]:
            typer.echo(
                f"  {radius.product}  {radius.violations} violation(s); "
                f"{len(radius.products)} product(s) downstream in {len(radius.domains)} domain(s)"
            )
        if len(found.radii) > 20:
            typer.echo(f"  {len(found.radii) - 20} more: --format json has them all.")
    for rule in found.idle:
        typer.echo(f"\nlooks at nothing in the mesh: {rule}")
    for commit in found.refused:
        typer.echo(
            f"\nwould have been refused: commit {commit.sequence} of {commit.at:%F}, "
            f"{commit.message or 'without a message'} ({len(commit.violations)} violation(s))"
        )
    spent = sum(cost.milliseconds for cost in found.costs)
    typer.echo(f"\n{len(found.costs)} rule(s) of the draft were run, in {spent:.0f} ms.")
    typer.echo(f"What `rules adopt --preview` takes: {found.digest}")


def _plain(value: Any) -> Any:
    """Give what JSON can hold."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Literal):
        return value.value
    if isinstance(value, dict):
        return {_camel(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, int | float | str) or value is None else str(value)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
