"""How tests ask: over HTTP in process, and on the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Ask(Protocol):
    """Ask the API over HTTP, in process."""

    def __call__(self, query: str, **variables: object) -> dict[str, Any]:
        """Give the whole answer, errors included."""


@dataclass(frozen=True)
class Run:
    """What a command gave."""

    status: int
    out: str
    err: str


Isogloss = Callable[..., Run]
