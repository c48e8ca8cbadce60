"""What a commit costs, and what the past does: `python -m benchmarks.commits [--long]`.

Everything is on disk and synced. Rules are left out where the table says so: issue by issue
they get a bench of their own.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread

from benchmarks.report import Report
from benchmarks.synthetic import datasets, founding, product
from isogloss.bootstrap import Services, build
from isogloss.governance.rulebook import Rulebook
from isogloss.model.change import Committed, SourceContent
from isogloss.model.rdf import Iri, Triple, text
from isogloss.settings import Settings
from isogloss.vocab import DCTERMS


def main() -> None:
    """Run all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="the sizes of the promises")
    long: bool = parser.parse_args().long
    report = Report("commits")
    with _mesh() as (services, _):
        _fill(services, 1_000)
        _one_product(services, report)
        _past(services, report, 10_000 if long else 1_000)
    with _mesh() as (services, _):
        services.commits.replace([founding()])
        _group(services, report, 10_000 if long else 2_000)
    with _mesh() as (services, folder):
        _fill(services, 7_200 if long else 720)
        _rebuild(services, folder, report)
    report.show()


@contextmanager
def _mesh(*, rules: bool = False) -> Iterator[tuple[Services, Path]]:
    with tempfile.TemporaryDirectory(prefix="isogloss-bench-") as folder:
        rulebook = None if rules else Rulebook({})
        services = build(Settings(data=Path(folder) / "mesh"), rulebook=rulebook)
        yield services, Path(folder) / "mesh"
        services.close()


def _fill(services: Services, count: int) -> None:
    _committed(services, [founding()])
    part: list[SourceContent] = []
    for content in datasets(count):
        part.append(content)
        if len(part) == 500:
            _committed(services, part)
            part = []
    if part:
        _committed(services, part)


def _one_product(services: Services, report: Report) -> None:
    """Change ten triples of one product, a hundred times over."""
    times = []
    for turn in range(200):
        number = turn * 5
        content = product(number, 20, random.Random(turn))
        old = frozenset(
            Triple(*quad[:3])
            for quad in services.mesh.at(services.mesh.journal.head.sequence).quads(
                [Iri(f"https://mesh.example/{content.domain}/graph/{content.source}")]
            )
        )
        # Five descriptions go and five come: ten triples.
        described = sorted(t for t in old if t.predicate == DCTERMS.description)[:5]
        changed = {replaced(triple, turn) for triple in described}
        content = replace(content, triples=old - set(described) | changed)
        times.append(_timed(partial(_committed, services, [content])))
    report.add("commit of 10 triples, 1,000 datasets, synced, no rules", times, unit="ms")


def replaced(triple: Triple, turn: int) -> Triple:
    """Say something else."""
    return triple._replace(object=text(f"Turn {turn} of {triple.subject}", "en"))


def _past(services: Services, report: Report, commits: int) -> None:
    """Make many small commits, then read and compare the past."""
    for turn in range(commits):
        number = turn % 1_000
        extra = Triple(
            Iri(f"https://mesh.example/d{number % 10}/dataset/x{number}"),
            DCTERMS.description,
            text(f"turn {turn}", "en"),
        )
        _committed(services, [SourceContent(f"d{number % 10}", f"x/{number}", frozenset({extra}))])
    head = services.mesh.journal.head.sequence
    chance = random.Random(1)
    reads = []
    for _ in range(500):
        number = chance.randrange(1_000)
        iri = Iri(f"https://mesh.example/d{number % 10}/product/p{number}")
        state = services.mesh.at(chance.randrange(3, head + 1))
        reads.append(_timed(partial(state.describe, [iri])))
    report.add(f"one product as of any of {head:,} commits", reads, unit="ms")
    diffs = []
    for _ in range(200):
        start = chance.randrange(4, head - 100)
        diffs.append(_timed(partial(services.mesh.journal.difference, start, start + 100)))
    report.add("difference of two states 100 commits apart", diffs, unit="ms")


def _group(services: Services, report: Report, commits: int) -> None:
    """Let 16 clients make small commits, with and without sharing a sync."""
    for together, name in ((64, "16 clients, shared sync"), (1, "16 clients, a sync each")):
        services.commits.most_together = together
        done = _timed(partial(_clients, services, 16, commits // 16, name))
        report.add_rate(f"{commits:,} commits, {name}", commits / (done / 1000), "commits/s")
    services.commits.most_together = 64
    alone = commits // 16
    done = _timed(partial(_clients, services, 1, alone, "alone"))
    report.add_rate(f"{alone:,} commits, one client", alone / (done / 1000), "commits/s")


def _clients(services: Services, clients: int, each: int, name: str) -> None:
    def run(client: int) -> None:
        for turn in range(each):
            iri = Iri(f"https://mesh.example/d{client % 10}/dataset/g{client}")
            triple = Triple(iri, DCTERMS.description, text(f"{name} {turn}", "en"))
            _committed(
                services, [SourceContent(f"d{client % 10}", f"g/{client}", frozenset({triple}))]
            )

    threads = [Thread(target=run, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _rebuild(services: Services, folder: Path, report: Report) -> None:
    head = services.mesh.journal.head
    quads = services.mesh.at(head.sequence).count()
    took = _timed(services.mesh.rebuild)
    report.add(f"rebuild the graph of {quads:,} quads", [took / 1000], unit="s")
    wrong = next(services.mesh.graph.differences(services.mesh.at(head.sequence).all_quads()), "")
    if wrong:
        raise AssertionError(wrong)
    size = (folder / "journal.sqlite").stat().st_size
    report.add_rate("journal and history on disk", size / quads, "bytes/quad")


def _committed(services: Services, contents: list[SourceContent]) -> None:
    outcome = services.commits.replace(contents)
    if not isinstance(outcome, Committed):
        raise AssertionError(outcome)


def _timed(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
