"""The commands: each reads its arguments, calls a service and shows the answer."""

import asyncio
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from isogloss import __version__, resources
from isogloss.cli import (
    boundaries,
    claims,
    folders,
    identity,
    lineage,
    lineage_past,
    lineage_questions,
    lineage_shape,
    mapping_views,
    mappings,
    operations,
    past,
    people,
    rules,
    scores,
    searching,
    serving,
    show,
    translating,
    upkeep,
    validating,
)
from isogloss.cli.lineage_options import plain
from isogloss.cli.options import Data, Format, OutputFormat, Url, open_mesh, print_json, read_file
from isogloss.cli.senses import pairs_text
from isogloss.errors import InvalidArgument, NotFound
from isogloss.model.change import Refused
from isogloss.services.exports import ExportFormat
from isogloss.services.loading import Format as InputFormat
from isogloss.services.loading import Loaded, Upload

app = typer.Typer(
    name="isogloss",
    help="The metadata and lineage service of a data mesh, kept as a knowledge graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(people.token, name="token")
app.add_typer(people.member, name="member")
app.add_typer(identity.app, name="identity")
app.add_typer(folders.init, name="init")
app.add_typer(lineage.app, name="lineage")
app.add_typer(mappings.app, name="map")
app.add_typer(rules.app, name="rules")
for command in (
    validating.validate,
    validating.report,
    folders.plan,
    folders.apply,
    past.history,
    past.diff,
    past.revert,
    scores.score,
    searching.search,
    boundaries.boundaries,
    boundaries.meaning,
    claims.claims,
    claims.claim,
    mapping_views.polysemes,
    lineage_questions.impact,
    lineage_questions.paths,
    lineage_questions.root_causes,
    lineage_questions.source_of_truth,
    lineage_questions.masking,
    lineage_past.lineage_diff,
    lineage_past.run_lineage,
    lineage_shape.cycles,
    lineage_shape.orphans,
    lineage_shape.hubs,
    lineage_shape.critical,
    translating.translate,
    upkeep.verify,
    upkeep.backup,
    upkeep.restore,
    upkeep.rebuild,
    upkeep.compact,
):
    app.command()(command)

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[
    int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)
]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"isogloss {__version__}")
        raise typer.Exit


@app.callback()
def isogloss(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Keep the metadata and lineage of a data mesh as a knowledge graph."""


@app.command()
def demo(
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    serve: Annotated[bool, typer.Option(help="Serve it, or stop once it is loaded.")] = True,
) -> None:
    """Load the sample mesh, serve it and print three queries to paste."""
    services = open_mesh(data, empty_is_fine=True, isolated=serve)
    with _progress() as progress:
        task = progress.add_task("Loading the sample mesh", total=None)
        loaded = services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
        progress.update(task, total=1, completed=1)
    _report(loaded)
    if serve:
        serving.serve(services, host, port, public=True, greet=partial(show.greeting, services))


@app.command()
def serve(
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    public: Annotated[
        bool, typer.Option(help="Answer questions without a token; changes always take one.")
    ] = False,
) -> None:
    """Serve GraphQL and its page over HTTP until interrupted."""
    serving.serve(open_mesh(data, empty_is_fine=True, isolated=True), host, port, public=public)


@app.command()
def load(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Turtle, TriG, N-Triples, N-Quads, JSON-LD, RDF/XML, OpenLineage events, mappings "
            "in SSSOM/TSV (with their metadata in YAML), or a dbt manifest (with its catalog and "
            "run results); - is standard input.",
        ),
    ],
    domain: Annotated[str, typer.Option(help="The domain that says so: its short name or IRI.")],
    source: Annotated[
        str | None,
        typer.Option(
            help="What the files are the whole of, as product/activity; their names if left out."
        ),
    ] = None,
    format: Annotated[
        InputFormat | None,
        typer.Option(help="Their format; told by their names and contents if left out."),
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option(help="Of a dbt manifest's tables, as snowflake://acme-main, if you know it."),
    ] = None,
    message: Annotated[str, typer.Option("--message", "-m", help="Why, for the history.")] = "",
    data: Data = None,
) -> None:
    """Make sources of a domain say exactly what files say, all of them or none."""
    with _progress() as progress:
        reading = progress.add_task("Reading", total=len(files))
        uploads = []
        for path in files:
            uploads.append(Upload(path.name if str(path) != "-" else "stdin", read_file(path)))
            progress.advance(reading)
        # Only now: what is piped in may come from an `isogloss export` of the same folder.
        services = open_mesh(data, empty_is_fine=True)
        progress.add_task("Checking the rules and storing", total=None)
        loaded = services.loading.load(
            uploads, domain, source=source, format=format, namespace=namespace, message=message
        )
    _report(loaded)


@app.command()
def senses(
    word: Annotated[str, typer.Argument(metavar="WORD", help='As in "active user".')],
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what each domain means by a word, and how the meanings relate."""
    services = open_mesh(data)
    found = services.meanings.senses(word)
    if found is None:
        raise NotFound(
            f"No glossary of the mesh has the word {word!r}. Look for one that is close with a "
            "search, or list them all with the query `{ terms { nodes { label } } }`."
        )
    if format is OutputFormat.JSON:
        pairs = services.comparing.pairs(found.senses)
        print_json({**show.word_json(found), "pairs": plain(pairs)})
    else:
        console = Console(soft_wrap=True)
        show.word_text(console, services.catalog, found)
        pairs_text(console, services.catalog, services.comparing.pairs(found.senses))


@app.command()
def query(
    file: Annotated[
        Path, typer.Argument(metavar="FILE|-", help="A GraphQL operation; - is standard input.")
    ],
    variables: Annotated[
        str | None, typer.Option(help="The operation's variables, as a JSON object.")
    ] = None,
    url: Annotated[str | None, Url] = None,
    data: Data = None,
) -> None:
    """Run a GraphQL operation on the mesh's folder, or on a running mesh; print its JSON."""
    operation = operations.read_operation(read_file(file), str(file))
    values = operations.read_variables(variables)
    if url is not None:
        answer = operations.ask(url, operation, values)
    else:
        answer = asyncio.run(operations.execute(open_mesh(data), operation, values))
    print_json(answer)
    raise typer.Exit(1 if answer.get("errors") else 0)


@app.command()
def export(
    domain: Annotated[
        str | None, typer.Option(help="Only what this domain says: its short name or IRI.")
    ] = None,
    format: Annotated[
        ExportFormat,
        typer.Option(help="nquads, trig and json-ld keep the named graphs; turtle merges them."),
    ] = ExportFormat.TRIG,
    data: Data = None,
) -> None:
    """Write the mesh, or what one domain says, to standard output."""
    services = open_mesh(data)
    chosen = services.catalog.get_domain(domain) if domain is not None else None
    sys.stdout.buffer.write(services.exports.export(format, chosen))


@app.command()
def schema(
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it to a file instead.")
    ] = None,
) -> None:
    """Print the GraphQL schema."""
    text = operations.schema_text()
    if write is None:
        typer.echo(text, nl=False)
        return
    try:
        write.write_text(text, "utf-8")
    except OSError as error:
        raise InvalidArgument(f"{write} cannot be written: {error.strerror}.") from error


def _progress() -> Progress:
    # On standard error, so that it never mixes with an answer; gone when it is done.
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _report(loaded: Loaded) -> None:
    """Show what became of a load; a refusal exits with 1."""
    show.loaded_text(Console(soft_wrap=True), loaded)
    if isinstance(loaded.outcome, Refused):
        raise typer.Exit(1)
