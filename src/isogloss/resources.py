"""Find the files that travel with the package: `ontology`, `shapes` and `sample_data`."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_CHECKOUT = Path(__file__).parents[2]


def folder(name: str) -> Traversable:
    """Find one of the folders.

    A wheel carries them inside the package (force-include in pyproject.toml);
    an editable install has them only at the top of the checkout.
    """
    packaged = files("isogloss").joinpath(name)
    return packaged if packaged.is_dir() else _CHECKOUT / name


def texts(name: str, suffix: str) -> dict[str, str]:
    """Read every file of a folder that ends in `suffix`: file name → text, sorted by name."""
    found = (entry for entry in folder(name).iterdir() if entry.name.endswith(suffix))
    return {entry.name: entry.read_text("utf-8") for entry in sorted(found, key=lambda e: e.name)}


def walk(directory: Traversable, prefix: str = "") -> dict[str, bytes]:
    """Read every Turtle file below a folder: path without its suffix → bytes, sorted."""
    found: dict[str, bytes] = {}
    for entry in sorted(directory.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            found |= walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".ttl"):
            found[prefix + entry.name.removesuffix(".ttl")] = entry.read_bytes()
    return found
