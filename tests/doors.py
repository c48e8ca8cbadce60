"""How tests ask: over HTTP in process, and on the command line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from unittest.mock import patch

from isogloss.governance.rulebook import Rulebook
from isogloss.model.rdf import Iri
from isogloss.services.judge import Judge
from isogloss.services.regimes import Regimes


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


@contextmanager
def without_rules(judge: Judge) -> Iterator[None]:
    """Let everything conform, as in a mesh whose rules have become stricter since."""
    with patch.object(judge, "_regimes", Regimes(Rulebook({}), Iri("https://mesh.example/"))):
        judge.forget()
        yield
    judge.forget()
