"""What the destructive tests share: how much is destroyed, and a mesh that can take it.

Each test runs at full size with ISOGLOSS_TORTURE=1 in the environment, as `make torture` sets
it, and else in a short version that any run of the tests can afford.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TypeVar

from isogloss.governance.rulebook import Rulebook
from isogloss.model.change import Committed, SourceContent
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.services.bench import Bench
from isogloss.services.commits import Commits
from isogloss.services.judge import Judge
from isogloss.services.regimes import Regimes
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.folder import Folder
from isogloss.store.journal import FILE, Journal
from isogloss.store.mesh import Mesh
from isogloss.vocab import DCAT, DCTERMS, RDF
from tests.services.test_commits import BASE, FOUNDING

T = TypeVar("T")

TOP = Path(__file__).parents[2]
FULL = os.environ.get("ISOGLOSS_TORTURE") == "1"
Figures = Callable[[str], None]
"""Says in the summary what was measured."""


def size(full: int, short: int) -> int:
    """Choose how often."""
    return full if FULL else short


def chance(seed: int) -> random.Random:
    """Give chances that are the same in every run: a failure can be had again."""
    return random.Random(seed)  # noqa: S311 - nothing secret


def dataset(name: str) -> Iri:
    """Name a dataset of the shop."""
    return Iri(f"{BASE}shop/dataset/{name}")


def said(name: str, value: str) -> frozenset[Triple]:
    """Say a value of a dataset twice, so that half a change would show."""
    return frozenset(
        {
            Triple(dataset(name), RDF.type, DCAT.Dataset),
            Triple(dataset(name), DCTERMS.title, Literal(value)),
            Triple(dataset(name), DCTERMS.description, Literal(value)),
        }
    )


def turtle(name: str, value: str) -> str:
    """Say the same in Turtle."""
    return (
        f"<{dataset(name)}> a <{DCAT.Dataset}> ; "
        f'<{DCTERMS.title}> "{value}" ; <{DCTERMS.description}> "{value}" .'
    )


def without_rules(mesh: Mesh) -> Commits:
    """Let changes into a mesh that nothing judges: it is about disks, and quicker."""
    base = Iri(BASE)
    judge = Judge(
        Bench(()),
        lambda: mesh.at(mesh.journal.head.sequence),
        mesh.journal.difference,
        Regimes(Rulebook({}), base),
    )
    return Commits(mesh, judge, base)


def found_shop(commits: Commits) -> None:
    """Found the domain that everything happens in."""
    assert isinstance(commits.replace([FOUNDING]), Committed)


def put(commits: Commits, name: str, value: str) -> int:
    """Commit a value; give the number of the commit."""
    outcome = commits.replace([SourceContent("shop", name, said(name, value))])
    assert isinstance(outcome, Committed)
    return outcome.sequence


@contextmanager
def opened(path: Path, *, floor: int | None = None) -> Iterator[Mesh]:
    """Open a mesh, with a floor of free space other than the usual one if given."""
    if floor is None:
        mesh = Mesh.open(path)
    else:
        folder = Folder(path)
        journal = Journal(folder.path / FILE)
        mesh = Mesh(folder, journal, EmbeddedGraph(folder.path / "graph"), floor)
    try:
        yield mesh
    finally:
        mesh.close()


def values_at(mesh: Mesh, sequence: int) -> dict[str, set[str]]:
    """Read, by dataset, all that its title and description say as of a commit.

    One value each, where all is well, and no dataset without all three statements.
    """
    found: dict[str, list[Triple]] = {}
    for quad in mesh.at(sequence).quads():
        if quad.subject.startswith(dataset("")):
            found.setdefault(quad.subject, []).append(Triple(*quad[:3]))
    for subject, triples in found.items():
        predicates = sorted(triple.predicate for triple in triples)
        assert predicates == sorted((RDF.type, DCTERMS.title, DCTERMS.description)), (
            f"half a change of {subject} as of commit {sequence}: {triples}"
        )
    return {
        subject.removeprefix(dataset("")): {
            triple.object.value for triple in triples if isinstance(triple.object, Literal)
        }
        for subject, triples in found.items()
    }


def together(*works: Callable[[], object]) -> None:
    """Do everything at once, each in a thread, and raise what the first to fail raised."""
    failures: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except BaseException as failure:
                failures.append(failure)

        return run

    threads = [Thread(target=guarded(work)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
