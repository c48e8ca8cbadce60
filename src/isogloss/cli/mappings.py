"""Mappings between terms: propose them, and decide."""

from pathlib import Path
from typing import Annotated, Any

import typer

from isogloss.cli.mapping_files import export_mappings, import_mappings
from isogloss.cli.mapping_views import (
    CANDIDATES,
    MAPPING,
    TermName,
    compose,
    conflicts,
    list_mappings,
    queue,
    show_mapping,
)
from isogloss.cli.options import Data, Format, OutputFormat, print_json
from isogloss.cli.rule_steps import As, Where, asking, instant
from isogloss.errors import InvalidArgument, NotFound
from isogloss.model.agreement import Match
from isogloss.model.meaning import Loss
from isogloss.model.rdf import parse_iri

app = typer.Typer(help="Mappings between the words of the domains.", no_args_is_help=True)
app.command("import")(import_mappings)
app.command("export")(export_mappings)
app.command("list")(list_mappings)
app.command()(queue)
app.command()(conflicts)
app.command()(compose)

Mapping = Annotated[str, typer.Argument(metavar="MAPPING", help="The IRI of the mapping.")]
MappingIds = Annotated[
    list[str], typer.Argument(metavar="MAPPING...", help="IRIs of mappings, one or several.")
]
Why = Annotated[str, typer.Option("--message", "-m", help="Why, for those who come after.")]
_VERDICT = f"""__typename ... on MappingsDecided {{ sequence mappings {{ {MAPPING} }} }}
  ... on Refused {{ violations {{ message rule focusNode }} }}"""
_PROPOSE = f"""mutation Propose($mappings: [MappingInput!]!) {{
  done: proposeMapping(mappings: $mappings) {{ {_VERDICT} }} }}"""
_DECIDE = f"""mutation Decide($decisions: [DecisionInput!]!) {{
  done: decideMappings(decisions: $decisions) {{ {_VERDICT} }} }}"""
_TRANSLATE = f"""mutation Translate($id: ID!, $translation: TranslationInput!) {{
  done: translateMapping(id: $id, translation: $translation) {{ {_VERDICT} }} }}"""
_UNDO = f"""mutation Undo($sequence: Int!) {{
  done: undoDecisions(sequence: $sequence) {{ {_VERDICT} }} }}"""


@app.command()
def propose(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help=TermName)],
    match: Annotated[str, typer.Argument(help="exact, close, broad, narrow or related.")],
    object: Annotated[str, typer.Argument(metavar="OBJECT", help="The other term.")],  # noqa: A002 - SSSOM's word
    confidence: Annotated[float, typer.Option(help="How sure you are, 0 to 1.", min=0, max=1)],
    message: Why,
    negated: Annotated[bool, typer.Option("--not", help="Say that it is not so.")] = False,
    loss: Annotated[str | None, typer.Option(help="What translating by it loses.")] = None,
    expression: Annotated[str | None, typer.Option(help="How to translate, in SQL.")] = None,
    concordance: Annotated[str | None, typer.Option(help="By which codes, an IRI.")] = None,
    factor: Annotated[str | None, typer.Option(help="By which factor, a decimal.")] = None,
    offset: Annotated[str | None, typer.Option(help="What is then added.")] = None,
    precondition: Annotated[str | None, typer.Option(help="What has to hold for that.")] = None,
    valid_from: Annotated[
        str | None, typer.Option("--from", help="From when on it holds, in ISO 8601.")
    ] = None,
    valid_until: Annotated[
        str | None, typer.Option("--until", help="When it ceases to hold, in ISO 8601.")
    ] = None,
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Propose how a term relates to another, perhaps with a translation."""
    said: dict[str, Any] = {
        "subject": subject,
        "match": _word(Match, match),
        "object": object,
        "negated": negated,
        "confidence": confidence,
        "comment": message,
        "validFrom": instant(valid_from) if valid_from else None,
        "validUntil": instant(valid_until) if valid_until else None,
    }
    if loss is not None:
        said["translations"] = [
            _translation(loss, expression, concordance, factor, offset, precondition)
        ]
    elif any((expression, concordance, factor, offset, precondition)):
        raise InvalidArgument("Say by --loss what the translation loses, be it exact.")
    _show(asking(url, data, as_)(_PROPOSE, mappings=[said])["done"], format)


@app.command()
def translate(
    mapping: Mapping,
    loss: Annotated[str, typer.Option(help="What it loses.")],
    expression: Annotated[str | None, typer.Option(help="How, in SQL.")] = None,
    concordance: Annotated[str | None, typer.Option(help="By which codes, an IRI.")] = None,
    factor: Annotated[str | None, typer.Option(help="By which factor, a decimal.")] = None,
    offset: Annotated[str | None, typer.Option(help="What is then added.")] = None,
    precondition: Annotated[str | None, typer.Option(help="What has to hold for that.")] = None,
    back: Annotated[bool, typer.Option("--back", help="From the object to the subject.")] = False,
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Give a mapping a translation; both sides have to approve of it again."""
    said = _translation(loss, expression, concordance, factor, offset, precondition, back=back)
    asked = asking(url, data, as_)
    _show(asked(_TRANSLATE, id=parse_iri(mapping), translation=said)["done"], format)


@app.command()
def approve(
    mappings: MappingIds,
    message: Why = "",
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Approve of mappings for your side, all in one commit."""
    _decide("APPROVE", mappings, message, format, url, data, as_)


@app.command()
def reject(
    mappings: MappingIds,
    message: Why,
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Turn proposed mappings down, all in one commit."""
    _decide("REJECT", mappings, message, format, url, data, as_)


@app.command()
def retire(
    mappings: MappingIds,
    message: Why,
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Let approved mappings hold no longer, all in one commit."""
    _decide("RETIRE", mappings, message, format, url, data, as_)


@app.command()
def undo(
    commit: Annotated[int, typer.Argument(help="The number of your commit.")],
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Take back all that a commit of yours decided about mappings."""
    _show(asking(url, data, as_)(_UNDO, sequence=commit)["done"], format)


@app.command()
def dismiss(
    fingerprint: Annotated[str, typer.Argument(help="The candidate's, or how it begins.")],
    message: Why,
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Say that a candidate needs no mapping; it comes back once its evidence is other."""
    asked = asking(url, data, as_)
    named = asked(CANDIDATES, first=100, fingerprint=fingerprint)["polysemeCandidates"]
    if len(named) != 1:
        raise NotFound(
            f"{len(named)} candidates are {fingerprint}: `isogloss polysemes` has them all."
        )
    found = named[0]
    ends = {"one": found["one"]["id"], "other": found["other"]["id"]}
    finding = {"kind": found["kind"], "fingerprint": found["fingerprint"], **ends}
    decision = {"step": "DISMISS", "finding": finding, "reason": message}
    _show(asked(_DECIDE, decisions=[decision])["done"], format)


def _decide(
    step: str,
    mappings: list[str],
    message: str,
    format: OutputFormat,
    url: str | None,
    data: Path | None,
    as_: str | None,
) -> None:
    asked = asking(url, data, as_)
    decisions = [{"step": step, "mapping": parse_iri(one), "reason": message} for one in mappings]
    _show(asked(_DECIDE, decisions=decisions)["done"], format)


def _show(done: dict[str, Any], format: OutputFormat) -> None:
    if format is OutputFormat.JSON:
        print_json(done)
    elif done["__typename"] == "Refused":
        typer.echo("Refused: nothing was written.")
        for violation in done["violations"]:
            typer.echo(f"  {violation['message']}")
    else:
        for one in done["mappings"]:
            show_mapping(one)
        typer.echo(f"commit {done['sequence']}")
    if done["__typename"] == "Refused":
        raise typer.Exit(1)


def _translation(
    loss: str,
    expression: str | None,
    concordance: str | None,
    factor: str | None,
    offset: str | None,
    precondition: str | None,
    *,
    back: bool = False,
) -> dict[str, Any]:
    return {
        "loss": _word(Loss, loss),
        "expression": expression,
        "concordance": concordance,
        "factor": factor,
        "offset": offset,
        "precondition": precondition,
        "backwards": back,
    }


def _word(words: Any, name: str) -> str:
    chosen = name.upper().removesuffix("MATCH")
    if chosen not in words.__members__:
        known = ", ".join(word.lower() for word in words.__members__)
        raise InvalidArgument(f"{name!r} is not known: choose one of {known}.")
    return chosen
