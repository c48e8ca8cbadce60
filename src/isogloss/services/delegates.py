"""Who may take which step in the life of rules."""

from collections.abc import Collection
from datetime import datetime

from isogloss.errors import Forbidden, InvalidArgument
from isogloss.model.access import Membership, Role
from isogloss.model.catalog import Domain
from isogloss.model.rdf import Iri
from isogloss.services.ownership import OPERATOR

Members = frozenset[Membership]

WRITERS = frozenset({Role.OWNER, Role.ENGINEER, Role.STEWARD})
"""Whoever works in a domain may write rules and ask for waivers."""

DELEGATES = frozenset({Role.OWNER})
"""Whoever speaks for a domain, when it votes and adopts."""

_LONGEST_REASON = 2_000


def check_reason(reason: str) -> None:
    """Check that a step is explained to those who come after.

    Raises:
        InvalidArgument: it is not, or at too great length.
    """
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise InvalidArgument(f"Say why, in 1 to {_LONGEST_REASON:,} characters.")


def check_instant(at: datetime) -> None:
    """Check that an instant is the same for everybody.

    Raises:
        InvalidArgument: it names no time zone.
    """
    if at.tzinfo is None:
        raise InvalidArgument(f"Say in which time zone {at.isoformat()} is: Z for UTC.")


def check_role(
    author: Iri, domain: Domain, roles: Collection[Role], members: Members, what: str
) -> None:
    """Check that somebody has one of some roles in a domain.

    Raises:
        Forbidden: he has none.
    """
    mine = {m.role for m in members if (m.member, m.domain) == (author, domain.id)}
    if author != OPERATOR and mine.isdisjoint(roles):
        raise Forbidden(
            f"{author} may not {what}: that takes the role {_listed(roles)} in {domain.name!r}."
        )


def check_role_anywhere(author: Iri, roles: Collection[Role], members: Members, what: str) -> None:
    """Check that somebody has one of some roles in any domain.

    Raises:
        Forbidden: he has none.
    """
    mine = {m.role for m in members if m.member == author}
    if author != OPERATOR and mine.isdisjoint(roles):
        raise Forbidden(
            f"{author} may not {what}: that takes the role {_listed(roles)} in any domain."
        )


def _listed(roles: Collection[Role]) -> str:
    return " or ".join(sorted(role.value for role in roles))
