"""Where something comes from, and lineage that SQL tells."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from isogloss.cli import show
from isogloss.cli.lineage_options import (
    After,
    AsOf,
    Filters,
    Thing,
    plain,
    read_filter,
    view_of,
)
from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json, read_file
from isogloss.errors import InvalidArgument
from isogloss.model.change import Refused
from isogloss.model.lineage import Direction, Level
from isogloss.model.rdf import parse_iri
from isogloss.services.lineage import MAX_HOPS, MAX_NODES, MOST_HOPS, MOST_NODES
from isogloss.services.loading import Upload
from isogloss.services.sql_lineage import Traced, read_definitions, trace_file

_DEFAULT = "of"


class _OfByDefault(TyperGroup):
    """Takes `lineage IRI` for `lineage of IRI`: an IRI is the name of no command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_OfByDefault,
    help="Show where something comes from, or what depends on it; or read lineage from SQL.",
    no_args_is_help=True,
)


@app.command(_DEFAULT)
def of(
    iri: Thing,
    direction: Annotated[Direction, typer.Option(help="Which way to go.")] = Direction.UPSTREAM,
    max_hops: Annotated[
        int, typer.Option(min=1, max=MOST_HOPS, help="Go so many hops at the most.")
    ] = MAX_HOPS,
    level: Annotated[Level, typer.Option(help="What the nodes of the answer are.")] = Level.COLUMN,
    max_nodes: Annotated[
        int, typer.Option(min=1, max=MOST_NODES, help="Give so many nodes at the most.")
    ] = MAX_NODES,
    filters: Filters = None,
    after: After = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show where something comes from, or what depends on it; `of` can be left out."""
    view = view_of(data, as_of, after)
    start = parse_iri(iri)
    found = view.questions.lineage(
        start,
        direction,
        level=level,
        filter=read_filter(filters),
        max_hops=max_hops,
        max_nodes=max_nodes,
        after=after,
    )
    if format is OutputFormat.JSON:
        print_json(plain(found))
    else:
        show.lineage_text(Console(), view.catalog, start, found)


@app.command("from-sql")
def from_sql(
    file: Annotated[
        Path, typer.Argument(metavar="FILE|-", help="SQL statements; - is standard input.")
    ],
    dialect: Annotated[
        str | None,
        typer.Option(help="As in postgres, snowflake, bigquery; what most understand if left out."),
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option(help="The namespace of the tables, as postgres://warehouse:5432."),
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="The domain that says so; shown only if left out.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="What the file is the whole of; its name if left out.")
    ] = None,
    schema: Annotated[
        list[Path] | None,
        typer.Option(help="CREATE TABLE statements of tables that the file reads."),
    ] = None,
    message: Annotated[str, typer.Option("--message", "-m", help="Why, for the history.")] = "",
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show which columns SQL makes from which, or let a domain say so."""
    upload = _upload(file)
    known = {
        table: columns
        for path in schema or ()
        for table, columns in read_definitions(_upload(path), dialect).items()
    }
    if domain is None:
        traced = trace_file(upload, dialect, known)
        if format is OutputFormat.JSON:
            print_json(traced_json(traced))
        else:
            traced_text(Console(soft_wrap=True), traced)
        return
    if namespace is None:
        raise InvalidArgument("Name the namespace of the tables with --namespace.")
    loaded = open_mesh(data, empty_is_fine=True).sql.load(
        upload,
        domain,
        source=source or Path(upload.name).stem,
        namespace=namespace,
        dialect=dialect,
        known=known,
        message=message,
    )
    show.loaded_text(Console(soft_wrap=True), loaded)
    if isinstance(loaded.outcome, Refused):
        raise typer.Exit(1)


def traced_json(traced: Traced) -> dict[str, Any]:
    """Write down what SQL does, for programs."""
    return {
        "statements": [
            {
                "line": statement.line,
                "target": statement.target,
                "reads": statement.reads,
                "columns": {
                    output.name: [
                        {
                            "table": source.table,
                            "column": source.column,
                            "transformations": [
                                {"type": way.type, "subtype": way.subtype, "masking": way.masking}
                                for way in source.transformations
                            ],
                        }
                        for source in output.sources
                    ]
                    for output in statement.columns
                },
            }
            for statement in traced.statements
        ],
        "unresolved": [{"line": line, "what": what} for line, what in traced.unresolved],
    }


def traced_text(console: Console, traced: Traced) -> None:
    """Show what SQL does, and what was not resolved."""

    def line(text: str) -> None:
        console.print(text, markup=False, highlight=False)

    for statement in traced.statements:
        line(f"{statement.target or 'query'} (line {statement.line})")
        for output in statement.columns:
            line(f"  {output.name}" + ("" if output.sources else ": of no column"))
            for source in output.sources:
                ways = ", ".join(
                    f"{way.type}/{way.subtype}" + ("/MASKING" if way.masking else "")
                    for way in source.transformations
                )
                line(f"    {source.table}.{source.column or '?'}  {ways or 'nobody can tell'}")
    for number, what in traced.unresolved:
        line(f"not resolved, line {number}: {what}")


def _upload(path: Path) -> Upload:
    return Upload(path.name if str(path) != "-" else "stdin.sql", read_file(path))
