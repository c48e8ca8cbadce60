"""How tests ask: over HTTP in process, and on the command line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from unittest.mock import patch

from isogloss import resources
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


def agreed_mappings() -> bytes:
    """Give the sample mesh's mappings as they are once both domains agree on active users."""
    text = resources.folder("sample_data").joinpath("governance", "mappings.ttl").read_text("utf-8")
    before, name, after = text.partition("gov:mapping\\/active-user-product-marketing a owl:Axiom")
    assert name
    return (before + name + after.replace("code:proposed", "code:approved", 1)).encode()
