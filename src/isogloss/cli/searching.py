"""The command that finds things by words."""

from typing import Annotated

import typer
from rich.console import Console

from isogloss.cli.lineage_options import plain
from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json
from isogloss.model.discovery import EntryKind

MAX_FOUND = 20


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help='As in "active user".')],
    kind: Annotated[
        list[EntryKind] | None, typer.Option(help="Only these; several can be given.")
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="Only in this domain, by short name or IRI.")
    ] = None,
    most: Annotated[
        int, typer.Option("--max", help="Give so many at the most.", min=1)
    ] = MAX_FOUND,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Find domains, products, datasets, columns and terms by words, best first, with their IRIs."""
    services = open_mesh(data)
    chosen = services.catalog.get_domain(domain) if domain else None
    found = services.discovery.search(" ".join(words), kinds=kind or (), domain=chosen, limit=most)
    if format is OutputFormat.JSON:
        print_json(plain(found))
        return
    console = Console(soft_wrap=True)
    for hit in found:
        console.print(f"{hit.kind.value:8} {hit.title}", markup=False, highlight=False)
        console.print(f"         {hit.id}", markup=False, highlight=False)
    if not found:
        console.print("Nothing has these words: try fewer, or others.", markup=False)
