"""Bearer tokens: 256 random bits each, of which only the hash is kept.

They lie in a file of their own, so that an operator may issue and revoke them while the mesh
is being served; a revoked token is refused at its next use.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from isogloss.errors import NotFound, StoreUnavailable, Unauthenticated
from isogloss.model.rdf import Iri
from isogloss.store.entries import instant

_METADATA = MetaData()
_TOKEN = Table(
    "token",
    _METADATA,
    Column("id", String(12), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("principal", Text, nullable=False),
    Column("created", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("revoked", String(32)),
)
FILE = "tokens.sqlite"
"""Where they are in the mesh's folder."""

PREFIX = "isogloss_"
"""What a token begins with, so that scanners for leaked secrets can tell it."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token, which is not the token."""

    id: str
    principal: Iri
    created: datetime
    expires: datetime
    revoked: datetime | None


class Tokens:
    """The tokens of one mesh."""

    def __init__(self, path: Path) -> None:
        """Open the file of tokens, made if need be.

        Raises:
            StoreUnavailable: it cannot be used.
        """
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})
        event.listen(
            self._engine, "connect", lambda c, _: c.execute("PRAGMA secure_delete=ON").close()
        )
        try:
            _METADATA.create_all(self._engine)
        except DBAPIError as error:
            raise StoreUnavailable(
                f"The tokens in {path} cannot be read ({error.orig})."
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def issue(self, principal: Iri, lifetime: timedelta) -> tuple[str, Token]:
        """Make a token; the text is given here and never again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        token = Token(secrets.token_hex(6), principal, now, now + lifetime, None)
        row = {
            "id": token.id,
            "hash": _hash(secret),
            "principal": principal,
            "created": instant(token.created),
            "expires": instant(token.expires),
        }
        with self._engine.begin() as connection:
            connection.execute(insert(_TOKEN), row)
        return secret, token

    def revoke(self, id: str) -> Token:
        """End a token now; to end it twice changes nothing.

        Raises:
            NotFound: there is no token of that id.
        """
        now = instant(datetime.now(UTC))
        with self._engine.begin() as connection:
            connection.execute(
                update(_TOKEN)
                .where(_TOKEN.c.id == id, _TOKEN.c.revoked.is_(None))
                .values(revoked=now)
            )
        token = next((token for token in self.all() if token.id == id), None)
        if token is None:
            raise NotFound(f"There is no token {id!r}: `isogloss token list` has them all.")
        return token

    def all(self) -> list[Token]:
        """List tokens, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_TOKEN).order_by(_TOKEN.c.created)).all()
        return [
            Token(
                row.id,
                Iri(row.principal),
                datetime.fromisoformat(row.created),
                datetime.fromisoformat(row.expires),
                datetime.fromisoformat(row.revoked) if row.revoked else None,
            )
            for row in rows
        ]

    def principal(self, secret: str) -> Iri:
        """Tell whose token it is.

        Raises:
            Unauthenticated: it is unknown, expired or revoked; which, is not told.
            StoreUnavailable: the file cannot be read.
        """
        # Looked up by its hash, so that the time it takes tells nothing of the secret.
        query = select(_TOKEN.c.principal).where(
            _TOKEN.c.hash == _hash(secret),
            _TOKEN.c.revoked.is_(None),
            _TOKEN.c.expires > instant(datetime.now(UTC)),
        )
        try:
            with self._engine.connect() as connection:
                found = connection.execute(query).scalar()
        except DBAPIError as error:
            raise StoreUnavailable(f"The tokens cannot be read ({error.orig}).") from error
        if found is None:
            raise Unauthenticated(
                "The token is unknown, expired or revoked: ask the operator for a new one."
            )
        return Iri(found)


def _hash(secret: str) -> str:
    # 256 random bits need no slow hash: they cannot be guessed.
    return hashlib.sha256(secret.encode()).hexdigest()
