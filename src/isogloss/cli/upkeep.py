"""Keep a mesh whole: look whether it is, copy it, bring it back, make the graph anew."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from isogloss.bootstrap import build
from isogloss.cli.options import OPEN_MESHES, Data, folder_of, open_mesh
from isogloss.settings import Settings
from isogloss.store import copies


def verify(
    data: Data = None,
    every: Annotated[bool, typer.Option("--all", help="All differences, not just one.")] = False,
) -> None:
    """Check the hash chain, the history, and that the graph is what they add up to.

    Exit status: 0 all is whole, 1 something differs.
    """
    services = open_mesh(data)
    found = 0
    for problem in services.mesh.verify():
        typer.echo(problem)
        found += 1
        if not every:
            break
    head = services.mesh.journal.head
    if not found:
        typer.echo(f"All is whole, up to commit {head.sequence}: {head.hash}")
    raise typer.Exit(1 if found else 0)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; must not exist.")],
    data: Data = None,
) -> None:
    """Copy a mesh into one file, also while it is being served and written."""
    head = copies.backup(folder_of(data), file)
    typer.echo(f"Copied up to commit {head.sequence}: {head.hash}")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `isogloss backup` wrote.")],
    data: Data = None,
) -> None:
    """Bring a backup back into a folder without a mesh, check it, and make its graph."""
    folder = folder_of(data)
    copies.restore(file, folder)
    _rebuilt(folder)


def rebuild(data: Data = None) -> None:
    """Make the graph anew from the journal, whatever it holds."""
    _rebuilt(folder_of(data))


def compact(data: Data = None) -> None:
    """Give back disk space that is no longer used; the history stays whole."""
    services = open_mesh(data)
    freed = services.mesh.compact()
    typer.echo(f"Gave back {freed >> 10} kB.")


def _rebuilt(folder: Path) -> None:
    settings = replace(Settings.from_environment(os.environ), data=folder)
    services = build(settings, rebuild=True)
    OPEN_MESHES.callback(services.close)
    head = services.mesh.journal.head
    quads = services.mesh.at(head.sequence).count()
    typer.echo(f"The graph has {quads} quads, as of commit {head.sequence}.")
