"""A domain's own folder: a skeleton to begin with, the plan, and the commit of just that."""

import asyncio
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from isogloss.cli import operations
from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json, read_file
from isogloss.cli.options import Url as UrlOption
from isogloss.errors import InvalidArgument, InvalidInput, StoreUnavailable
from isogloss.settings import Settings

init = typer.Typer(help="Write a commented skeleton to begin with.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="The domain's folder.")]
Url = Annotated[str | None, UrlOption]

_PLAN = """query Plan($domain: String!, $sources: [SourceInput!]!) {
  plan(domain: $domain, sources: $sources) {
    sequence digest refused
    changes { id kind words added removed }
    results { severity message focusNode path value ruleName }
    readers { domain products }
  }
}"""
_APPLY = """mutation Apply(
  $domain: String!, $sources: [SourceInput!]!, $digest: String!, $message: String!
) {
  applyPlan(domain: $domain, sources: $sources, digest: $digest, message: $message) {
    __typename
    ... on Commit { sequence added removed notes }
    ... on Refused { violations { message focusNode ruleName } }
  }
}"""
_SIGNS = {"ADDED": "+", "CHANGED": "~", "REMOVED": "-"}


@dataclass(frozen=True, slots=True)
class _Domain:
    """What a folder is and says."""

    name: str
    space: str
    url: str | None
    sources: dict[str, str]


@init.command("domain")
def init_domain(
    name: Annotated[str, typer.Argument(help="Its short name, as marketing.")],
    space: Annotated[
        str | None,
        typer.Option(help="What its IRIs begin with; the mesh's base and the name if left out."),
    ] = None,
) -> None:
    """Begin a domain: a folder of its own, and the statement that founds it."""
    base = Settings.from_environment(os.environ).base_iri
    values = {
        "name": _word(name),
        "label": name.replace("-", " ").capitalize(),
        "base": base,
        "space": space or f"{base}{name}/",
    }
    folder = Path(name)
    written = [
        _write(folder / "isogloss.toml", "isogloss.toml", values),
        _write(folder / "glossary.ttl", "glossary.ttl", values),
        _write(Path(f"{name}-domain.ttl"), "domain.ttl", values),
    ]
    typer.echo(f"Wrote {', '.join(map(str, written))}.")
    typer.echo(f"Next: give {written[-1]} to the governance group; it says how.")


@init.command("product")
def init_product(
    name: Annotated[str, typer.Argument(help="Its short name, as activity.")],
    folder: Annotated[Path, typer.Option(help="The domain's folder.")] = Path(),
) -> None:
    """Begin a data product in a domain's folder."""
    domain = _read_folder(folder)
    values = {
        "name": _word(name),
        "label": name.replace("-", " ").capitalize(),
        "domain": domain.name,
        "space": domain.space,
    }
    written = _write(folder / "product" / f"{name}.ttl", "product.ttl", values)
    typer.echo(f"Wrote {written}. Next: fill it in, and look at `isogloss plan {folder}`.")


def plan(
    folder: Folder,
    url: Url = None,
    format: Format = OutputFormat.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    data: Data = None,
) -> None:
    """Show what a domain's folder would change, and change nothing.

    Exit status: 0 it would go through, 1 it would be refused, 2 something is unreadable.
    """
    domain = _read_folder(folder)
    made = _asker(domain, url, data)(_PLAN)["plan"]
    if as_json or format is OutputFormat.JSON:
        print_json(made)
    else:
        _show_plan(Console(soft_wrap=True), domain.name, made)
    raise typer.Exit(1 if made["refused"] else 0)


def apply(
    folder: Folder,
    url: Url = None,
    message: Annotated[str, typer.Option("--message", "-m", help="Why, for the history.")] = "",
    digest: Annotated[
        str | None,
        typer.Option("--plan", help="The digest that `isogloss plan` showed, to do just that."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data: Data = None,
) -> None:
    """Plan a domain's folder, and commit exactly that plan, or nothing."""
    domain = _read_folder(folder)
    console = Console(soft_wrap=True)
    ask = _asker(domain, url, data)
    made = ask(_PLAN)["plan"]
    _show_plan(console, domain.name, made)
    if made["refused"]:
        raise typer.Exit(1)
    if digest is not None and digest != made["digest"]:
        _line(console, "The mesh has moved on since that plan. This is the new one: look at it.")
        raise typer.Exit(1)
    # Where nothing changes the mesh still notes that this folder has these sources.
    if made["changes"] and not yes and digest is None and console.is_terminal:
        typer.confirm("Commit this?", abort=True)
    done = ask(_APPLY, digest=made["digest"], message=message)["applyPlan"]
    if done["__typename"] == "Refused":
        _line(console, "Refused: the rules have changed since; plan again.")
        raise typer.Exit(1)
    if made["changes"]:
        _line(
            console,
            f"Committed as number {done['sequence']}: {done['added']} quads added, "
            f"{done['removed']} removed.",
        )


def _asker(domain: _Domain, url: str | None, data: Path | None) -> Callable[..., dict[str, Any]]:
    """Find the mesh to ask about a folder: a running one, or the one in a folder here."""
    sources = [{"source": name, "turtle": text} for name, text in sorted(domain.sources.items())]
    address = url or os.environ.get("ISOGLOSS_URL") or domain.url
    services = None if address and data is None else open_mesh(data)

    def ask(operation: str, **more: str) -> dict[str, Any]:
        variables = {"domain": domain.name, "sources": sources, **more}
        if services is None:
            answer = operations.ask(str(address), operation, variables)
        else:
            answer = asyncio.run(operations.execute(services, operation, variables))
        return operations.data_of(answer)

    return ask


def _read_folder(folder: Path) -> _Domain:
    about = folder / "isogloss.toml"
    if not about.is_file():
        raise InvalidInput(
            f"{folder} is no domain's folder: it has no isogloss.toml. `isogloss init domain NAME` "
            "writes one."
        )
    try:
        settings = tomllib.loads(about.read_text("utf-8"))
        name, space = settings["domain"], settings["space"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{about} is no TOML: {error}.") from error
    except KeyError as error:
        raise InvalidInput(f"{about} lacks {error}: see `isogloss init domain`.") from error
    sources: dict[str, str] = {}
    for path in sorted(folder.rglob("*.ttl")):
        inner = path.relative_to(folder)
        if any(part.startswith(".") for part in inner.parts):
            continue
        try:
            sources[inner.with_suffix("").as_posix()] = read_file(path).decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{path} is not UTF-8 text: save it as UTF-8.") from error
    if not sources:
        raise InvalidInput(f"{folder} has no Turtle file: there is nothing to plan.")
    return _Domain(name, space, settings.get("url"), sources)


def _show_plan(console: Console, domain: str, made: dict[str, Any]) -> None:
    changes = made["changes"]
    if not changes:
        _line(console, f"Nothing to do: the mesh has {domain}'s folder as of {made['sequence']}.")
        return
    _line(console, f"Plan for {domain}, on commit {made['sequence']}:", style="bold")
    for change in changes:
        _line(console, f"  {_SIGNS[change['kind']]} {change['id']}")
        for word in change["words"]:
            _line(console, f"      {word}")
    for reader in made["readers"]:
        _line(console, f"{reader['domain']} reads what changes:", style="bold")
        for product in reader["products"]:
            _line(console, f"  {product}")
    if made["results"]:
        _line(console, "The rules would newly say:", style="bold")
    for result in made["results"]:
        _line(console, f"  {result['severity'].lower()}: {result['message']}")
        _line(console, f"    focus node  {result['focusNode']}")
    verdict = "It would be REFUSED." if made["refused"] else "It would go through."
    counts = [sum(change["kind"] == kind for change in changes) for kind in _SIGNS]
    _line(
        console,
        f"{verdict} {counts[0]} resources added, {counts[1]} changed, {counts[2]} removed. "
        f"Plan {made['digest']}",
    )


def _write(path: Path, skeleton: str, values: dict[str, str]) -> Path:
    if path.exists():
        raise InvalidArgument(f"{path} is there already: move it away, or choose another name.")
    text = files("isogloss.cli").joinpath("skeletons", skeleton).read_text("utf-8")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(text).substitute(values), "utf-8")
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _word(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise InvalidArgument(
            f"{name!r} is no short name: use small letters, digits and '-', as in app-events."
        )
    return name


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
