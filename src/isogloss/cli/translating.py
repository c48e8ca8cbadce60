"""The command that translates from one term to another."""

from typing import Annotated

import typer
from rich.console import Console

from isogloss.bootstrap import View
from isogloss.cli.lineage_options import AsOf, plain, view_of
from isogloss.cli.options import Data, Format, OutputFormat, print_json
from isogloss.model.rdf import Iri
from isogloss.model.translation import Bound, Outcome, Translated, TranslatedValue
from isogloss.services.description import local_name
from isogloss.services.term_names import name_of

_BOUNDS = {Bound.EXACT: "", Bound.LOWER: "at least ", Bound.UPPER: "at most "}


def translate(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FROM", help='A term by its domain and label, "product:active user", or IRI.'
        ),
    ],
    target: Annotated[str, typer.Argument(metavar="TO", help="The other term.")],
    value: Annotated[
        list[str] | None, typer.Option("--value", help="A value to translate; can be repeated.")
    ] = None,
    expression: Annotated[
        str | None,
        typer.Option(help="SQL of no dialect that gives what is translated, such as a column."),
    ] = None,
    sql: Annotated[
        str | None,
        typer.Option(help="The same in the dialect, or SELECT of it from a table."),
    ] = None,
    dialect: Annotated[
        str | None, typer.Option(help="The dialect to write SQL in, such as postgres or duckdb.")
    ] = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Translate values or SQL of one term into another's, and say what is lost."""
    view = view_of(data, as_of, None)
    answer = view.translating.translate(
        source,
        target,
        values=value or [],
        expression=expression,
        sql=sql,
        dialect=dialect,
    )
    if format is OutputFormat.JSON:
        print_json(plain(answer))
    else:
        _text(Console(soft_wrap=True), view, answer)


def _text(console: Console, view: View, answer: Translated) -> None:
    ids = [answer.source, *(step.target for step in answer.steps)]
    names = _names(view, [*ids, answer.target])

    def line(text: str, style: str | None = None) -> None:
        console.print(text, markup=False, highlight=False, style=style)

    line(f"{names[answer.source]} → {names[answer.target]}", "bold")
    if answer.steps:
        said = f"; the mappings claim {local_name(answer.relation)}" if answer.relation else ""
        line(f"  loss     {answer.loss}; confidence {answer.confidence:.2f}{said}")
    else:
        line(f"  loss     {answer.loss}")
    for step in answer.steps:
        back = ", walked backwards" if step.backwards else ""
        line(f"  step     {names[step.source]} → {names[step.target]} ({step.loss}{back})")
        line(f"           {step.reason}")
        line(f"           by {step.translation or step.mapping}")
    for value in answer.values:
        line(f"  value    {value.value} → {_became(value)}")
        if value.reason:
            line(f"           {value.reason}")
    if answer.expression is not None:
        line(f"  SQL      {answer.expression}" + (f"   ({answer.dialect})" * bool(answer.dialect)))
    for sentence in answer.preconditions:
        line(f"  if       {sentence}")
    for sentence in answer.missing:
        line(f"  missing  {sentence}")
    for mappings in answer.alternatives:
        line(f"  or by    {', '.join(mappings)}")


def _became(value: TranslatedValue) -> str:
    if value.outcome is not Outcome.TRANSLATED:
        return value.outcome
    return _BOUNDS[value.bound] + " or ".join(value.results)


def _names(view: View, ids: list[Iri]) -> dict[Iri, str]:
    terms = view.catalog.terms(ids)
    return {
        iri: name_of(view.catalog, term) if term else str(iri)
        for iri, term in zip(ids, terms, strict=True)
    }
