"""Mappings as a steward reads them: all of them, what awaits him, and what follows."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from isogloss.cli.lineage_options import AsOf, plain, view_of
from isogloss.cli.options import Data, Format, OutputFormat, print_json
from isogloss.cli.rule_steps import As, Where, asking
from isogloss.meaning.chains import MAX_CHAINS, MAX_LINKS, Chain
from isogloss.services.description import local_name

TermName = 'A term by its domain and label, "product:active user", or IRI.'

First = Annotated[int, typer.Option(help="How many at the most.", min=1, max=100)]

SHORT = 12
"""So many letters of a fingerprint tell it from others."""

MAPPING = """id status agreed statedBy holds negated predicate confidence comment validUntil lacking
  subject { id label domain { name } } object { label domain { name } }
  translations { fromTerm toTerm expression concordance factor offset lossiness precondition }
  votes { domain person approves comment }"""
CANDIDATES = """query Candidates($first: Int!, $fingerprint: String! = "") {
  polysemeCandidatesTotal polysemeCandidates(first: $first, fingerprint: $fingerprint) {
  kind score evidence fingerprint
  one { id label domain { name } } other { id label domain { name } } } }"""
_LIST = f"""query Mappings($status: String, $between: [String!], $asOf: Moment) {{
  mappings(status: $status, between: $between, asOf: $asOf) {{ {MAPPING} }} }}"""
_QUEUE = """query Queue($first: Int!) { stewardQueueTotal stewardQueue(first: $first) {
  kind one other why flows mappings candidateKind fingerprint } }"""

_ONE = f"query Mapping($id: ID!) {{ mapping(id: $id) {{ {MAPPING} }} }}"
_CONFLICTS = """query Conflicts($asOf: Moment) { mappingConflicts(asOf: $asOf) {
  kind terms mappings sentence } }"""


def list_mappings(
    status: Annotated[
        str | None, typer.Option(help="proposed, approved, rejected or retired.")
    ] = None,
    between: Annotated[
        list[str] | None, typer.Option(metavar="DOMAIN", help="Two domains, each by --between.")
    ] = None,
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
) -> None:
    """List mappings, with how they stand and what stewards said."""
    asked = asking(url, data, None)
    found = asked(_LIST, status=status, between=between, asOf=as_of)["mappings"]
    if format is OutputFormat.JSON:
        print_json(found)
        return
    for one in found:
        show_mapping(one)
    typer.echo(f"{len(found)} mapping(s)")


def queue(
    first: First = 50,
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Show what awaits you, what would settle most lineage first."""
    asked = asking(url, data, as_)
    answer = asked(_QUEUE, first=first)
    found, total = answer["stewardQueue"], answer["stewardQueueTotal"]
    if format is OutputFormat.JSON:
        print_json(found)
        return
    for place, item in enumerate(found, start=1):
        flows = f" ({item['flows']} flows)" if item["flows"] else ""
        typer.echo(f"{place}. {item['kind'].lower()}{flows}: {item['why']}")
        for mapping in item["mappings"]:
            typer.echo(f"   {mapping}")
            for line in _translating(asked(_ONE, id=mapping)["mapping"]):
                typer.echo(f"   {line}")
        if item["fingerprint"]:
            typer.echo(f"   dismiss it as {item['fingerprint'][:SHORT]}")
    if not found:
        typer.echo("Nothing awaits you.")
    elif len(found) < total:
        typer.echo(f"{len(found)} of {total}: the others come up as these are settled.")


def conflicts(
    as_of: AsOf = None, format: Format = OutputFormat.TEXT, url: Where = None, data: Data = None
) -> None:
    """List what cannot all be so: mappings that hold, and what glossaries say."""
    found = asking(url, data, None)(_CONFLICTS, asOf=as_of)["mappingConflicts"]
    if format is OutputFormat.JSON:
        print_json(found)
        return
    for one in found:
        typer.echo(f"{one['kind']}: {one['sentence']}")
        for mapping in one["mappings"]:
            typer.echo(f"  {mapping}")
    typer.echo(f"{len(found)} conflict(s)")


def compose(
    one: Annotated[str, typer.Argument(metavar="FROM", help=TermName)],
    other: Annotated[str, typer.Argument(metavar="TO", help="The other term.")],
    as_of: AsOf = None,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Show what follows for two terms from the mappings that hold, and by which chain."""
    start, end, chains = view_of(data, as_of, None).compositions.between(one, other)
    if format is OutputFormat.JSON:
        found = [_chain_json(chain) for chain in chains.found]
        print_json({"from": start, "to": end, "chains": found, "complete": chains.is_complete})
        return
    if not chains.found:
        typer.echo(f"Nothing follows of {one} and {other}: no approved mappings lead there.")
    for chain in chains.found:
        confidence = "" if chain.confidence is None else f", confidence {chain.confidence:.2f}"
        until = f", until {chain.valid_until.isoformat()}" if chain.valid_until else ""
        typer.echo(f"{chain.relation}{confidence}{until}")
        for link in chain.links:
            typer.echo(f"  {link.start}")
            typer.echo(f"    {link.relation} by {link.mapping.id}")
        typer.echo(f"  {end}")
    for first, second in chains.contradictions():
        typer.echo(f"These contradict each other: {first.relation} and {second.relation}.")
    if not chains.is_complete:
        typer.echo(
            f"There may be more: {MAX_CHAINS} chains are told, none of over {MAX_LINKS} mappings."
        )


def polysemes(
    first: First = 20,
    format: Format = OutputFormat.TEXT,
    url: Where = None,
    data: Data = None,
) -> None:
    """Show words that may mean several things, and things that may have several words."""
    answer = asking(url, data, None)(CANDIDATES, first=first)
    found, total = answer["polysemeCandidates"], answer["polysemeCandidatesTotal"]
    if format is OutputFormat.JSON:
        print_json(found)
        return
    for one in found:
        ends = f"{_term(one['one'])} and {_term(one['other'])}"
        typer.echo(f"{one['kind']} {one['score']:.2f}: {ends}  [{one['fingerprint'][:SHORT]}]")
        for reason in one["evidence"]:
            typer.echo(f"  {reason}")
    typer.echo(f"{len(found)} of {total} candidate(s)")


def show_mapping(one: dict[str, Any]) -> None:
    """Show a mapping, how it stands, and what stewards said of it."""
    says = f"{'not ' if one['negated'] else ''}{local_name(one['predicate'])}"
    confidence = "" if one["confidence"] is None else f" ({one['confidence']:g})"
    over = "" if one["holds"] or one["status"] != "approved" else ", but not in force"
    typer.echo(f"{_term(one['subject'])} {says} {_term(one['object'])}{confidence}")
    alone = ""
    if one["status"] == "approved" and not one["agreed"]:
        named = " and ".join(f"<{domain}>" for domain in one["statedBy"])
        alone = f" by {named} alone, without a vote"
    typer.echo(f"  {one['id']}: {one['status']}{alone}{over}")
    if one["comment"]:
        typer.echo(f"  because {one['comment']}")
    for line in _translating(one):
        typer.echo(f"  {line}")
    for vote in one["votes"]:
        word = "for" if vote["approves"] else "against"
        why = f": {vote['comment']}" if vote["comment"] else ""
        typer.echo(f"  {local_name(vote['person'])} is {word} it, for <{vote['domain']}>{why}")
    for domain in one["lacking"]:
        typer.echo(f"  waits for a steward of <{domain}>")


def _translating(mapping: dict[str, Any] | None) -> Iterator[str]:
    """Say what else is agreed with a mapping: how to translate, and what is lost."""
    for one in (mapping or {}).get("translations", ()):
        how = one["expression"] or one["concordance"]
        if how is None and (one["factor"] or one["offset"]):
            how = f"value * {one['factor'] or 1} + {one['offset'] or 0}"
        provided = f", if: {one['precondition']}" if one["precondition"] else ""
        is_forth = mapping and mapping["subject"] and mapping["subject"]["id"] == one["fromTerm"]
        way = "translates" if is_forth else "translates back"
        yield f"{way} by {how or 'nothing stated'} ({one['lossiness']}){provided}"


def _term(term: dict[str, Any] | None) -> str:
    if term is None:
        return "a term that is gone"
    return f"{term['domain']['name']}:{term['label']}" if term["domain"] else str(term["label"])


def _chain_json(chain: Chain) -> dict[str, Any]:
    return {
        "relation": chain.relation.value,
        "confidence": chain.confidence,
        "terms": list(chain.terms),
        "mappings": [link.mapping.id for link in chain.links],
        "validFrom": plain(chain.valid_from),
        "validUntil": plain(chain.valid_until),
    }
