"""What the commands that ask about lineage have in common, and their answers as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any

import typer

from isogloss.bootstrap import View
from isogloss.cli.options import open_mesh
from isogloss.errors import InvalidArgument
from isogloss.model.lineage import EdgeKind, Evidence, Extent, Link
from isogloss.model.lineage_answers import LineageFilter
from isogloss.model.rdf import Iri, parse_iri
from isogloss.services.history import parse_moment
from isogloss.services.lineage_pages import MOST, sequence_of

Thing = Annotated[str, typer.Argument(metavar="IRI", help="A column, dataset or product.")]
AsOf = Annotated[
    str | None,
    typer.Option(metavar="MOMENT", help="A commit's number or an instant; now if left out."),
]
Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        metavar="KEY=VALUE",
        help="Follow only what fits; several narrow it down. Keys: kind, evidence, "
        "transformation, context (a job or its keyword), domain, tag; ignore=IRI passes through "
        "something without counting it.",
    ),
]
After = Annotated[str | None, typer.Option(metavar="CURSOR", help="Go on where an answer was cut.")]
MaxHops = Annotated[int, typer.Option(min=1, max=MOST, help="Go so many hops at the most.")]
Most = Annotated[int, typer.Option("--max", min=1, max=MOST, help="Give so many at the most.")]
_OPTIONS = {"maxHops": "--max-hops", "maxNodes": "--max-nodes", "maxPaths": "--max-paths"}
"""What limits are called here; all others are --max."""
_SINGLE = ("evidence", "context", "domain", "tag")
_KEYS = ("kind", "transformation", "ignore", *_SINGLE)


def view_of(data: Any, as_of: str | None, after: str | None) -> View:
    """Open the mesh as of a moment, or as of the commit of a cursor.

    Raises:
        InvalidArgument: the cursor goes on with the mesh of another moment.
    """
    services = open_mesh(data)
    view = services if as_of is None else services.as_of(parse_moment(as_of))
    if after is None:
        return view
    sequence = sequence_of(after)
    if as_of is not None and view.graph.sequence != sequence:
        raise InvalidArgument(
            f"--after goes on with commit {sequence}, and --as-of {as_of} is commit "
            f"{view.graph.sequence}: give both as for the answer that was cut, or --after alone."
        )
    return services.as_of(sequence)


def read_filter(told: Sequence[str] | None) -> LineageFilter:
    """Read `--filter`.

    Raises:
        InvalidArgument: a key that is none, or one that cannot be given twice.
    """
    found: dict[str, list[str]] = {}
    for one in told or ():
        key, equals, value = one.partition("=")
        if key not in _KEYS or not equals or not value:
            raise InvalidArgument(f"{one!r} is no filter: write KEY=VALUE, with {_or(_KEYS)}.")
        found.setdefault(key, []).append(value)
        if key in _SINGLE and len(found[key]) > 1:
            raise InvalidArgument(f"The filter {key} can be given once.")
    single = {key: found[key][0] for key in _SINGLE if key in found}
    kinds = found.get("kind")
    return LineageFilter(
        kinds=tuple(_word(EdgeKind, kind) for kind in kinds) if kinds else None,
        evidence=_word(Evidence, single["evidence"]) if "evidence" in single else None,
        transformations=tuple(sorted(found.get("transformation", ()))),
        context=single.get("context"),
        domain=single.get("domain"),
        tag=single.get("tag"),
        ignore_as_hops=tuple(sorted(parse_iri(iri) for iri in found.get("ignore", ()))),
    )


def plain(value: Any) -> Any:
    """Give what JSON can hold, with the names of the GraphQL types."""
    if is_dataclass(value) and not isinstance(value, type):
        told: dict[str, Any] = {}
        for name in (one.name for one in fields(value)):
            part = getattr(value, name)
            if isinstance(part, Extent):
                told |= {"complete": part.complete, **plain(part)}
            else:
                told[_camel(name)] = plain(part)
        return told
    if hasattr(value, "_asdict"):
        return {_camel(name): plain(one) for name, one in value._asdict().items()}
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | frozenset):
        return [plain(one) for one in value]
    return value


def covered(extent: Extent) -> str:
    """Say how much an answer covers."""
    cut = extent.truncated_by
    if cut is None:
        return f"complete, as of commit {extent.as_of_commit}"
    onward = f"; go on with --after {cut.cursor}" if cut.cursor else ""
    limit = _OPTIONS.get(cut.limit, "--max")
    return f"cut by {limit} {cut.value}, {cut.beyond}{onward}"


def how(link: Link) -> str:
    """Say how an edge makes what it makes."""
    return ", ".join(link.transformations) or link.kind.value


def link_text(link: Link, labels: Mapping[Iri, str]) -> str:
    """Say an edge in a line."""
    seen = link.evidence.value
    return f"{labels[link.upstream]} → {labels[link.downstream]}  ({how(link)}, {seen})"


def _word(words: Any, value: str) -> Any:
    try:
        return words(value.lower())
    except ValueError as error:
        known = _or([word.value for word in words])
        raise InvalidArgument(f"{value!r} is not known: choose {known}.") from error


def _or(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _camel(name: str) -> str:
    first, *rest = name.removeprefix("is_").split("_")
    return first + "".join(word.title() for word in rest)
