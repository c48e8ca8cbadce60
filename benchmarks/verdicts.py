"""What it costs to judge all flows of a mesh: `python -m benchmarks.verdicts [--long]`.

The mesh is that of `benchmarks.lineage`, whose joins compare two keys here. A glossary for each
hundred datasets has fifty words out of two hundred, of which columns represent some; mappings
relate terms at random, and a third of them translate. A full pass begins with nothing but the
index and what columns represent.
"""

import argparse
import random
import resource
import time
from datetime import UTC, datetime

from benchmarks.lineage import COLUMNS, Facts, column, dataset, facts
from benchmarks.report import Report
from isogloss.lineage.flows import flows
from isogloss.lineage.index import Index
from isogloss.meaning.chains import Network
from isogloss.meaning.judged import Judged
from isogloss.meaning.verdicts import Judge, Vocabulary
from isogloss.model.lineage import EdgeKind
from isogloss.model.meaning import Mapping, Taxonomy, Translation
from isogloss.model.rdf import Iri
from isogloss.vocab import SKOS

AT = datetime(2026, 11, 21, tzinfo=UTC)
SPACE, WORDS, EACH = 100, 200, 50
ROUNDS = 5


def main() -> None:
    """Run all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="100,000 datasets")
    datasets = 100_000 if parser.parse_args().long else 10_000
    report = Report("verdicts")
    chance = random.Random(7)
    index = Index()
    for first in range(0, datasets, 1_000):
        said: Facts = {}
        for number in range(first, first + 1_000):
            said |= _joined(number)
        index.restate(1, said)
    index.names.pack()
    report.add_rate("edges", index.edge_count, "")
    glossaries = datasets // SPACE
    terms = [
        [Iri(f"https://mesh.example/d{n}/term/{w}") for w in chance.sample(range(WORDS), EACH)]
        for n in range(glossaries)
    ]
    asserted = {
        column(number, place): (chance.choice(terms[number // SPACE]),)
        for number in range(datasets)
        for place in range(COLUMNS)
        if chance.random() < (0.5 if number % 1_000 < 167 else 0.2)
    }
    spaces = [
        (f"https://mesh.example/d{n}/", Iri(f"https://mesh.example/d{n}"))
        for n in range(glossaries)
    ]
    every = [term for some in terms for term in some]
    # Who maps words has to do with each other: the glossaries of a thousand datasets.
    near = [[t for some in terms[n : n + 10] for t in some] for n in range(0, glossaries, 10)]
    mappings = [_mapping(chance, n, chance.choice(near)) for n in range(min(10_000, len(every)))]
    vocabulary = Vocabulary(
        names={},
        words={term: frozenset({term.rpartition("/")[2]}) for term in every},
        senses={},
        taxonomy=Taxonomy(),
        translations={
            m.id: (Translation(Iri(f"{m.id}/t"), m.subject, m.object, "value", "exact", None),)
            for m in mappings[::3]
        },
    )
    judged = _full_pass(report, index, asserted, spaces, mappings, vocabulary)
    report.add_rate("flows", len(judged.flows), "")
    for verdict, count in judged.counts.items():
        report.add_rate(f"edges and pairs of keys: {verdict}", count, "")
    took = []
    for mapping in chance.sample(mappings, 200):
        start = time.perf_counter()
        judged.changed([mapping], [])
        took.append((time.perf_counter() - start) * 1e3)
    report.add("one mapping withdrawn", took, "ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.add_rate("memory at its peak, all included", peak, "MiB")
    report.show()


def _joined(number: int) -> Facts:
    """Have joins compare two keys."""
    said = facts(number)
    sources = {fact.upstream.rpartition("/")[0] for some in said.values() for fact in some}
    for some in said.values():
        for fact in [fact for fact in some if fact.kind is EdgeKind.INFLUENCE]:
            other = max(sources - {fact.upstream.rpartition("/")[0]}, default=dataset(number))
            key = Iri(f"{other}/column_00")
            some.append(fact._replace(upstream=key))
    return said


def _mapping(chance: random.Random, number: int, terms: list[Iri]) -> Mapping:
    one, other = chance.sample(terms, 2)
    predicate = chance.choice([SKOS.exactMatch, SKOS.broadMatch, SKOS.closeMatch])
    id = Iri(f"https://mesh.example/mapping/{number}")
    return Mapping(id, one, predicate, other, False, None, 0.9, None, "approved", None, ())


def _full_pass(
    report: Report,
    index: Index,
    asserted: dict[Iri, tuple[Iri]],
    spaces: list[tuple[str, Iri]],
    mappings: list[Mapping],
    vocabulary: Vocabulary,
) -> Judged:
    took, gathering = [], []
    judged = Judged((), Judge(vocabulary, Network((), AT)))
    for _ in range(ROUNDS):
        start = time.perf_counter()
        found = flows(index, asserted, spaces).found
        gathering.append(time.perf_counter() - start)
        judged = Judged(found, Judge(vocabulary, Network(mappings, AT)))
        took.append(time.perf_counter() - start)
    report.add("gather flows", gathering, "s")
    report.add("full pass", took, "s")
    return judged


if __name__ == "__main__":
    main()
