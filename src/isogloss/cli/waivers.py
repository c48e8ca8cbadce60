"""Waivers: ask to be let off a rule for a while, grant it, see what runs out."""

from typing import Annotated, Any

import typer

from isogloss.cli.options import Data
from isogloss.cli.rule_steps import As, Message, Where, asking, instant
from isogloss.model.rdf import parse_iri

WaiverId = Annotated[str, typer.Argument(metavar="WAIVER", help="The IRI of the waiver.")]

_SHOWN = "id rule focusNode reason requester until approver stage"
_REQUEST = f"""mutation Waive($rule: String!, $node: ID!, $reason: String!, $until: DateTime!) {{
  requestWaiver(rule: $rule, focusNode: $node, reason: $reason, until: $until) {{ {_SHOWN} }}
}}"""
_GRANT = f"mutation Grant($id: ID!) {{ grantWaiver(id: $id) {{ {_SHOWN} }} }}"
_END = f"mutation End($id: ID!) {{ endWaiver(id: $id) {{ {_SHOWN} }} }}"
_ALL = f"query Waivers {{ waivers {{ {_SHOWN} }} }}"
_EXPIRING = f"""query Expiring($before: DateTime!) {{
  expiringWaivers(before: $before) {{ {_SHOWN} }}
}}"""


def waive(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="As in data-product-owner.")],
    focus_node: Annotated[
        str, typer.Argument(metavar="IRI", help="A node, or a product with all of its parts.")
    ],
    until: Annotated[str, typer.Option(help="When it runs out, in ISO 8601.")],
    message: Message,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Ask to be let off a rule for a while; somebody else has to grant it."""
    asked = asking(url, data, as_)
    node = parse_iri(focus_node)
    made = asked(_REQUEST, rule=rule, node=node, reason=message, until=instant(until))
    _show(made["requestWaiver"])


def grant(waiver: WaiverId, url: Where = None, data: Data = None, as_: As = None) -> None:
    """Grant a waiver that somebody else asked for."""
    _show(asking(url, data, as_)(_GRANT, id=parse_iri(waiver))["grantWaiver"])


def end(waiver: WaiverId, url: Where = None, data: Data = None, as_: As = None) -> None:
    """Let a waiver hold no longer."""
    _show(asking(url, data, as_)(_END, id=parse_iri(waiver))["endWaiver"])


def waivers(
    expiring_before: Annotated[
        str | None, typer.Option(help="Only those that will have run out by then, in ISO 8601.")
    ] = None,
    url: Where = None,
    data: Data = None,
) -> None:
    """List waivers."""
    asked = asking(url, data, None)
    if expiring_before is None:
        found = asked(_ALL)["waivers"]
    else:
        found = asked(_EXPIRING, before=instant(expiring_before))["expiringWaivers"]
    if not found:
        typer.echo("There is no such waiver.")
    for one in found:
        _show(one)


def _show(made: dict[str, Any]) -> None:
    typer.echo(f"{made['id']}: {made['stage'].lower()}, until {made['until']}")
    typer.echo(f"  lets {made['focusNode']}")
    typer.echo(f"  off  {made['rule']}")
    typer.echo(f"  why  {made['reason']} ({made['requester']})")
    if made["approver"]:
        typer.echo(f"  by   {made['approver']}")
