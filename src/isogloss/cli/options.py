"""Options that several commands share, and the mesh they name."""

import json
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from isogloss.bootstrap import Services, build
from isogloss.errors import EmptyMesh, InvalidInput
from isogloss.settings import Settings
from isogloss.store.journal import FILE

Data = Annotated[
    Path | None,
    typer.Option(
        help="The mesh's folder; $ISOGLOSS_DATA or ./isogloss-data if left out.", metavar="DIR"
    ),
]


OPEN_MESHES = ExitStack()
"""The meshes that commands opened; `main` closes them."""


class OutputFormat(Enum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"


Format = Annotated[OutputFormat, typer.Option("--format", help="How to write the answer.")]


Url = typer.Option(
    help="Ask a running mesh, as http://127.0.0.1:8000/graphql; the token comes "
    "from $ISOGLOSS_TOKEN."
)


def folder_of(data: Path | None) -> Path:
    """Name the folder that `--data` or the environment means."""
    return data or Settings.from_environment(os.environ).data or Path("isogloss-data")


def print_json(answer: Any) -> None:
    """Print an answer to programs."""
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))


def open_mesh(
    data: Path | None, *, empty_is_fine: bool = False, isolated: bool = False
) -> Services:
    """Open the mesh that `--data` or the environment names; `isolated` is for servers.

    Raises:
        EmptyMesh: nothing was ever loaded into it, and the command reads.
        StoreUnavailable: another process has it open, or the folder cannot be used.
    """
    settings = Settings.from_environment(os.environ)
    if data is not None:
        settings = replace(settings, data=data)
    folder = settings.data
    # Do not make a folder on behalf of a question.
    if not empty_is_fine and folder is not None and not (folder / FILE).is_file():
        raise _empty(folder)
    services = build(settings, isolated=isolated)
    OPEN_MESHES.callback(services.close)
    if not empty_is_fine and services.mesh.journal.head.sequence == 0:
        raise _empty(folder)
    return services


def _empty(folder: Path | None) -> EmptyMesh:
    return EmptyMesh(
        f"There is no mesh in {folder} yet: run `isogloss demo` for the sample mesh, load "
        "documents with `isogloss load`, or name another folder with --data."
    )


def read_file(path: Path) -> bytes:
    """Read a file that a person named; `-` is standard input.

    Raises:
        InvalidInput: it is not there, or is no file that can be read.
    """
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise InvalidInput(f"{path} is a folder: name the files in it, as {path}/*.") from error
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no file {path}: check the path.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error


def read_texts(files: Sequence[Path]) -> dict[str, str]:
    """Read files as UTF-8: name → text.

    Raises:
        InvalidInput: one of them cannot be read, or is something else.
    """
    texts = {}
    for path in files:
        try:
            texts[str(path)] = read_file(path).decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{path} is no UTF-8: write it as UTF-8.") from error
    return texts
