"""Who may do what: tokens, and members of domains."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from isogloss.cli.options import Data, folder_of, open_mesh
from isogloss.errors import InvalidArgument
from isogloss.model.access import Role
from isogloss.model.change import Refused
from isogloss.model.rdf import Iri, parse_iri
from isogloss.services.ownership import OPERATOR
from isogloss.store.tokens import FILE, Tokens

token = typer.Typer(
    help="Bearer tokens; also while the mesh is being served.", no_args_is_help=True
)
member = typer.Typer(help="Who belongs to which domain.", no_args_is_help=True)

Person = Annotated[str, typer.Argument(metavar="IRI", help="A person or a service account.")]
Domain = Annotated[str, typer.Argument(help="The domain: its short name or IRI.")]
MemberRole = Annotated[Role, typer.Option(help="What he may do there.")]


@token.command("issue")
def issue(
    principal: Annotated[
        str,
        typer.Argument(
            metavar="IRI|operator", help="Whose it is: a person, a service account, or operator."
        ),
    ],
    days: Annotated[int, typer.Option(help="How long it lasts.", min=1, max=3650)] = 90,
    data: Data = None,
) -> None:
    """Make a token, and print it this once."""
    tokens = _tokens(data)
    owner = OPERATOR if principal == "operator" else parse_iri(principal)
    secret, made = tokens.issue(owner, timedelta(days=days))
    typer.echo(secret)
    typer.echo(
        f"Token {made.id} for {owner}, until {made.expires:%Y-%m-%d}. It is not shown again.",
        err=True,
    )


@token.command("list")
def list_tokens(data: Data = None) -> None:
    """List the tokens, without what they are."""
    table = Table("id", "whose", "made", "until", "state", box=None)
    now = datetime.now(UTC)
    for one in _tokens(data).all():
        state = "revoked" if one.revoked else "expired" if one.expires <= now else "good"
        table.add_row(one.id, one.principal, f"{one.created:%F}", f"{one.expires:%F}", state)
    Console(soft_wrap=True).print(table)


@token.command("revoke")
def revoke(
    id: Annotated[str, typer.Argument(help="The token's id, from `isogloss token list`.")],
    data: Data = None,
) -> None:
    """End a token now."""
    ended = _tokens(data).revoke(id)
    typer.echo(f"Token {ended.id} for {ended.principal} counts no more.")


@member.command("add")
def add(domain: Domain, person: Person, role: MemberRole, data: Data = None) -> None:
    """Let somebody into a domain."""
    _granted(domain, parse_iri(person), role, data, give=True)


@member.command("remove")
def remove(domain: Domain, person: Person, role: MemberRole, data: Data = None) -> None:
    """Take a role in a domain from somebody."""
    _granted(domain, parse_iri(person), role, data, give=False)


@member.command("list")
def list_members(data: Data = None) -> None:
    """List the members of all domains."""
    services = open_mesh(data)
    names = {domain.id: domain.name for domain in services.catalog.domains()}
    table = Table("domain", "role", "member", box=None)
    for one in sorted(
        services.commits.ownership().memberships, key=lambda m: (m.domain, m.role.value, m.member)
    ):
        table.add_row(names.get(one.domain, "governance"), one.role.value, one.member)
    Console(soft_wrap=True).print(table)


def _granted(domain: str, person: Iri, role: Role, data: Data, *, give: bool) -> None:
    loading = open_mesh(data, empty_is_fine=True).loading
    outcome = (loading.grant if give else loading.withdraw)(domain, person, role).outcome
    if isinstance(outcome, Refused):
        raise InvalidArgument(outcome.violations[0].message)
    now = "is" if give else "is no longer"
    if outcome.added or outcome.removed:
        typer.echo(f"{person} {now} {role.value} in {domain} (commit {outcome.sequence}).")
    else:
        typer.echo(f"Nothing changed: {person} {now} {role.value} in {domain} already.")


def _tokens(data: Data) -> Tokens:
    # Not through the mesh, which its server may have: the tokens are a file of their own.
    folder = folder_of(data)
    if not folder.is_dir():
        raise InvalidArgument(
            f"There is no mesh in {folder}: name its folder with --data, or load something first."
        )
    return Tokens(folder / FILE)
