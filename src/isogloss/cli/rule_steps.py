"""The steps in the life of a rule set, from a draft to its end; each is a commit."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from isogloss.cli import operations
from isogloss.cli.options import Data, Url, read_texts
from isogloss.errors import InvalidArgument
from isogloss.model.rdf import parse_iri
from isogloss.services.admission import joined
from isogloss.services.ownership import OPERATOR

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="SHACL shapes in Turtle.")]
Version = Annotated[str, typer.Argument(metavar="VERSION", help="The IRI of the version.")]
Owner = Annotated[
    str, typer.Option(help="The domain whose own rules they are; governance: they bind all.")
]
Message = Annotated[str, typer.Option("--message", "-m", help="Why, for those who come after.")]
Where = Annotated[str | None, Url]
As = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="IRI", help="In whose name, where the operator acts for a member."
    ),
]

_SHOWN = "id stage quorum approvals validFrom blocksFrom"
_DRAFT = f"""mutation Draft(
  $name: String!, $turtle: String!, $reason: String!, $domain: String!, $propose: Boolean!
) {{
  draftRules(name: $name, turtle: $turtle, reason: $reason, domain: $domain, propose: $propose) {{
    __typename
    ... on RuleSet {{ {_SHOWN} }}
    ... on NotAdmitted {{ findings {{ line code message blocking }} }}
  }}
}}"""
_PROPOSE = f"mutation Propose($id: ID!) {{ proposeRules(id: $id) {{ {_SHOWN} }} }}"
_VOTE = f"""mutation Vote($id: ID!, $domain: String!, $approves: Boolean!, $comment: String!) {{
  voteOnRules(id: $id, domain: $domain, approves: $approves, comment: $comment) {{ {_SHOWN} }}
}}"""
_ADOPT = f"""mutation Adopt($id: ID!, $preview: ID, $validFrom: DateTime, $graceDays: Int!) {{
  adoptRules(id: $id, preview: $preview, validFrom: $validFrom, graceDays: $graceDays) {{
    {_SHOWN}
  }}
}}"""
_WITHDRAW = f"""mutation Withdraw($id: ID!, $reason: String!) {{
  withdrawRules(id: $id, reason: $reason) {{ {_SHOWN} }}
}}"""
_VERSIONS = f"""query Versions($domain: String) {{
  ruleSets(domain: $domain) {{ {_SHOWN} reason author votes {{ domain approves comment }} }}
}}"""


def propose(
    files: Files,
    name: Annotated[str, typer.Option("--set", help="The rule set that the files are.")],
    message: Message,
    domain: Owner = "governance",
    draft: Annotated[
        bool, typer.Option("--draft", help="Do not put it to the vote yet: `submit` does.")
    ] = False,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Write a version of a rule set, the whole of it, and put it to the vote.

    Exit status: 0 it is proposed, 1 it would not be admitted.
    """
    made = asking(url, data, as_)(
        _DRAFT,
        name=name,
        turtle=joined(read_texts(files)),
        reason=message,
        domain=domain,
        propose=not draft,
    )["draftRules"]
    if made["__typename"] == "NotAdmitted":
        for finding in made["findings"]:
            remark = "" if finding["blocking"] else "remark: "
            typer.echo(f"{finding['line']}: {remark}{finding['message']} [{finding['code']}]")
        typer.echo("Not admitted: `isogloss rules lint` says so file by file.")
        raise typer.Exit(1)
    _show(made)


def submit(version: Version, url: Where = None, data: Data = None, as_: As = None) -> None:
    """Put a draft to the vote."""
    _show(asking(url, data, as_)(_PROPOSE, id=parse_iri(version))["proposeRules"])


def vote(
    version: Version,
    domain: Annotated[str, typer.Option(help="The domain that votes.")],
    message: Message,
    against: Annotated[bool, typer.Option("--against", help="Vote against it.")] = False,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Say what a domain thinks of a proposal; its last vote counts."""
    asked = asking(url, data, as_)
    id = parse_iri(version)
    _show(asked(_VOTE, id=id, domain=domain, approves=not against, comment=message)["voteOnRules"])


def adopt(
    version: Version,
    preview: Annotated[
        str | None,
        typer.Option(metavar="DIGEST", help="What `rules preview` showed last, if it can block."),
    ] = None,
    valid_from: Annotated[
        str | None, typer.Option("--from", help="From when on, in ISO 8601; now if left out.")
    ] = None,
    grace_days: Annotated[
        int, typer.Option(help="For so many days its violations are warnings.", min=0, max=366)
    ] = 0,
    url: Where = None,
    data: Data = None,
    as_: As = None,
) -> None:
    """Put a proposal in force, once enough domains approve of it."""
    made = asking(url, data, as_)(
        _ADOPT,
        id=parse_iri(version),
        preview=preview,
        validFrom=None if valid_from is None else instant(valid_from),
        graceDays=grace_days,
    )
    _show(made["adoptRules"])


def withdraw(
    version: Version, message: Message, url: Where = None, data: Data = None, as_: As = None
) -> None:
    """End a version; the one before does not come back."""
    asked = asking(url, data, as_)
    _show(asked(_WITHDRAW, id=parse_iri(version), reason=message)["withdrawRules"])


def versions(
    domain: Annotated[
        str | None, typer.Option(help="Only a domain's own; governance: those that bind all.")
    ] = None,
    url: Where = None,
    data: Data = None,
) -> None:
    """List the versions of rule sets, with their votes."""
    found = asking(url, data, None)(_VERSIONS, domain=domain)["ruleSets"]
    if not found:
        typer.echo("No rule set was ever written here: the rules of the package are in force.")
    for one in found:
        _show(one)
        typer.echo(f"  by {one['author']}: {one['reason']}")
        for cast in one["votes"]:
            word = "for" if cast["approves"] else "against"
            typer.echo(f"  {cast['domain']} is {word} it: {cast['comment']}")


def instant(text: str) -> str:
    """Read an instant as GraphQL takes it; a date means its beginning, all in UTC.

    Raises:
        InvalidArgument: it is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidArgument(
            f"{text[:100]!r} is no date: write it as 2026-12-31 or 2026-12-31T12:00:00Z."
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def asking(url: str | None, data: Path | None, as_: str | None) -> Callable[..., dict[str, Any]]:
    """Find whom to ask, and in whose name."""
    return operations.asker(url, data, OPERATOR if as_ is None else parse_iri(as_))


def _show(made: dict[str, Any]) -> None:
    stage = made["stage"].lower().replace("_", " ")
    typer.echo(f"{made['id']}: {stage}")
    if made["stage"] == "PROPOSED":
        typer.echo(f"  {len(made['approvals'])} of {made['quorum']} approvals")
    if made["stage"] in ("ADOPTED", "GRACE", "IN_FORCE"):
        typer.echo(f"  judges from {made['validFrom']}, refuses from {made['blocksFrom']}")
