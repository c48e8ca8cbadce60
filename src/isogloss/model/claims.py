"""Namespaces, and whose they are."""

from dataclasses import dataclass

from isogloss.model.rdf import Iri


@dataclass(frozen=True, slots=True)
class UnclaimedNamespace:
    """A namespace that no domain claims, and how many datasets and jobs are named in it."""

    namespace: str
    datasets: int
    jobs: int


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """What there is to do: namespaces to claim, and patterns that several domains claim."""

    namespaces: tuple[UnclaimedNamespace, ...]
    conflicts: tuple[tuple[str, tuple[Iri, ...]], ...]
