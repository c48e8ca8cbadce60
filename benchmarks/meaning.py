"""How well detection tells meanings apart, and how fast: `python -m benchmarks.meaning [--fit]`.

The labelled pairs are in tests/meaning/labelled: two terms of two domains, with what a person says
of them. A pair with one word is to be found as a polyseme if its meanings differ, be it that the
one is only narrower; a pair with two words is to be found as a synonym if the meaning is the same.
Whatever else is found is a false alarm. All terms together make one glossary, and detection runs
as it does on a mesh: a pair that is never compared is a miss.

A hash of the pair decides in which half it is: one was used to fit the weights, the other never.
"""

import argparse
import csv
import hashlib
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import exp
from pathlib import Path

from benchmarks.report import Report
from isogloss import resources
from isogloss.bootstrap import build
from isogloss.meaning.chains import Network
from isogloss.meaning.comparison import compare
from isogloss.meaning.conflicts import conflicts
from isogloss.meaning.detection import Candidate, CandidateKind, Detector, Facts, candidates
from isogloss.meaning.evidence import Represented, weigh
from isogloss.meaning.reasoning import Comparison
from isogloss.meaning.words import words_of
from isogloss.model.catalog import Term
from isogloss.model.meaning import Mapping, Sense, TermKind
from isogloss.model.rdf import Iri
from isogloss.settings import Settings
from isogloss.vocab import SKOS

ROOT = Path(__file__).parents[1]
TERMS, MAPPINGS = 5_000, 10_000
FITTED = {"likeness", "quantity", "oneQuantity", "contrast", "denial", "otherLabel"}
LABELLED = ROOT / "tests" / "meaning" / "labelled"


@dataclass(frozen=True)
class Pair:
    """Two terms, and what a person says of them."""

    one: Term
    other: Term
    verdict: str  # same, different, narrower
    trait: str  # what makes the pair hard
    facts: tuple[str, str] = ("", "")

    @property
    def kind(self) -> CandidateKind:
        """One word, or two."""
        shared = set(words_of(self.one)) & set(words_of(self.other))
        return CandidateKind.POLYSEME if shared else CandidateKind.SYNONYM

    @property
    def is_positive(self) -> bool:
        """Tell whether a steward wants to hear of it."""
        return (self.verdict == "same") is (self.kind is CandidateKind.SYNONYM)

    @property
    def is_held_out(self) -> bool:
        """Tell in which half it is."""
        said = sorted(f"{term.label}\t{term.definition}" for term in (self.one, self.other))
        return bool(hashlib.sha256("\n".join((*said, *self.facts)).encode()).digest()[0] & 1)


@dataclass(frozen=True)
class Glossary:
    """All labelled terms together, with what is known of them."""

    pairs: tuple[Pair, ...]
    terms: tuple[Term, ...]
    facts: Facts

    def found(self) -> dict[frozenset[Iri], Candidate]:
        """Detect, and give what was found by pair."""
        return {frozenset((c.one, c.other)): c for c in candidates(self.terms, self.facts)}

    def detector(self) -> Detector:
        """Read all terms, to weigh pairs whether they would be shown or not."""
        return Detector({term.id: term for term in self.terms}, self.facts)


@dataclass(frozen=True)
class Outcome:
    """How many of what was to be found was found, and how much was found for nothing."""

    hits: int
    misses: int
    alarms: int
    quiet: int

    @property
    def precision(self) -> float:
        """The share of hits in what was found."""
        return self.hits / max(1, self.hits + self.alarms)

    @property
    def recall(self) -> float:
        """The share of hits in what was to be found."""
        return self.hits / max(1, self.hits + self.misses)


def labelled() -> Glossary:
    """Read the labelled pairs, and the sample mesh that some of them are of."""
    services = build(Settings(data=None))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    sample = {t.id: t for t in services.catalog.terms(list(services.catalog.term_ids())) if t}
    senses, taxonomy = dict(services.meanings.attributes()), services.meanings.taxonomy()
    services.close()
    pairs: list[Pair] = []
    columns: dict[Iri, tuple[Represented, ...]] = {}
    copies: set[frozenset[Iri]] = set()
    for path in sorted(LABELLED.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
        for number, row in enumerate(rows):
            if path.stem == "sample":
                one, other = (sample[_sample_term(name)] for name in row[2:4])
                pairs.append(Pair(one, other, row[0], row[1]))
                continue
            said = (row[2], row[3], row[7]), (row[4], row[5], row[8])
            ends = [_term(f"{path.stem}-{number}", side, *s) for side, s in enumerate(said)]
            for term, (_, _, stated) in zip(ends, said, strict=True):
                sense, column, is_copied = _facts(term.id, stated)
                senses |= {term.id: sense} if sense else {}
                columns |= {term.id: (column,)} if column else {}
                if is_copied:
                    copies.add(frozenset(end.id for end in ends))
            pairs.append(Pair(ends[0], ends[1], row[0], row[1], (row[7], row[8])))
    nothing = Network((), datetime.now(UTC))

    def beside(one: Sense, other: Sense) -> Comparison:
        return compare(one, other, taxonomy, nothing, conjuncts=lambda text: frozenset({text}))

    terms = {t.id: t for pair in pairs for t in (pair.one, pair.other)} | sample
    facts = Facts(senses, beside, columns, copies)
    return Glossary(tuple(pairs), tuple(terms.values()), facts)


def outcome(pairs: Iterable[Pair], found: dict[frozenset[Iri], Candidate]) -> Outcome:
    """Count, for some of the pairs."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for pair in pairs:
        candidate = found.get(frozenset((pair.one.id, pair.other.id)))
        is_found = candidate is not None and candidate.kind is pair.kind
        counts[pair.is_positive, is_found] += 1
    return Outcome(
        counts[True, True], counts[True, False], counts[False, True], counts[False, False]
    )


def _sample_term(name: str) -> Iri:
    domain, _, word = name.partition("/")
    return Iri(f"https://mesh.example/{domain}/term/{word}")


def _term(row: str, side: int, label: str, definition: str, _: str) -> Term:
    # Each row is of two domains of its own, so that only its two terms are about each other.
    domain = Iri(f"urn:domain:{side}")
    return Term(Iri(f"urn:{row}:{side}"), label, (), definition, None, (), domain)


def _facts(term: Iri, stated: str) -> tuple[Sense | None, Represented | None, bool]:
    said = dict(part.partition("=")[::2] for part in stated.split())
    names = ("population", "event", "window", "filter", "identifier", "unit")
    attributes = {name: said[name] for name in names if name in said}
    kind = TermKind(said["kind"]) if "kind" in said else None
    sense = Sense(term, kind, **attributes) if attributes else None  # type: ignore[arg-type]
    column = None
    if "values" in said or "type" in said:
        values = frozenset(said.get("values", "").split(",")) - {""}
        column = Represented(f"column_{term[-1]}", said.get("type"), values)
    return sense, column, "copied" in said


def main() -> None:
    """Print precision and recall, by half and by kind, and what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the weights of definitions anew")
    parser.add_argument("--errors", action="store_true", help="list what is wrong in one half")
    options = parser.parse_args()
    glossary = labelled()
    if options.fit:
        fit(glossary)
        return
    found = glossary.found()
    hard = {pair.trait for pair in glossary.pairs}
    print(f"{len(glossary.pairs)} pairs; traits: {', '.join(sorted(hard))}\n")
    print("| half | which | pairs | to be found | found | false | precision | recall |")
    print("|---|---|---|---|---|---|---|---|")
    for half, is_held_out in (("used to fit", False), ("held out", True)):
        pairs = [pair for pair in glossary.pairs if pair.is_held_out is is_held_out]
        groups: dict[str, list[Pair]] = {"all": pairs}
        for kind in CandidateKind:
            groups[f"{kind}s"] = [pair for pair in pairs if pair.kind is kind]
        for trait in sorted(hard):
            groups[trait] = [pair for pair in pairs if pair.trait == trait]
        for name, some in groups.items():
            told = outcome(some, found)
            shares = [
                f"{share:.2f}" if of else "-"
                for share, of in (
                    (told.precision, told.hits + told.alarms),
                    (told.recall, told.hits + told.misses),
                )
            ]
            print(f"| {half} | {name} | {len(some)} | {told.hits + told.misses} | {told.hits} | "
                  f"{told.alarms} | {' | '.join(shares)} |")  # fmt: skip
    if options.errors:
        show_errors(glossary, found)
    print()
    report = Report("meaning")
    time_detection(glossary, report)
    time_chains(report)
    report.show()


def time_detection(glossary: Glossary, report: Report) -> None:
    """Detect among as many terms as a company has, made of the labelled ones."""
    chance = random.Random(1)
    words = [word for term in glossary.terms for word in (term.definition or "").split()]
    made = []
    for number in range(TERMS):
        like = chance.choice(glossary.terms)
        said = (like.definition or "").split()
        for _ in range(3):
            said[chance.randrange(len(said))] = chance.choice(words)
        label = " ".join(chance.choice(glossary.terms).label for _ in range(2))
        made.append(
            replace(
                like, id=Iri(f"urn:made:{number}"), label=label, labels=(), other_labels=(),
                definition=" ".join(said), domain=Iri(f"urn:domain:{number % 50}"),
            )
        )  # fmt: skip
    crowded = replace(glossary, terms=(*glossary.terms, *made))
    took, found = [], {}
    for _ in range(3):
        began = time.perf_counter()
        found = crowded.found()
        took.append(time.perf_counter() - began)
    told = outcome([pair for pair in glossary.pairs if pair.is_held_out], found)
    print(f"Held out, among {TERMS:,} more terms of the same words: "
          f"precision {told.precision:.2f}, recall {told.recall:.2f}\n")  # fmt: skip
    report.add(f"detection among {len(crowded.terms):,} terms", took, "s")


def time_chains(report: Report) -> None:
    """Change one mapping after the other, and ask anew what its terms are related to."""
    chance = random.Random(1)
    predicates = [SKOS.exactMatch, SKOS.broadMatch, SKOS.closeMatch, SKOS.relatedMatch]
    mappings = []
    for number in range(MAPPINGS):
        one, other = chance.sample(range(TERMS), 2)
        mappings.append(
            Mapping(
                Iri(f"urn:mapping:{number}"), Iri(f"urn:term:{one}"), chance.choice(predicates),
                Iri(f"urn:term:{other}"), chance.random() < 0.1, None, chance.uniform(0.5, 1),
                None, "approved", None, (),
            )
        )  # fmt: skip
    began = time.perf_counter()
    network = Network(mappings, datetime.now(UTC))
    report.add(f"{MAPPINGS:,} mappings read", [time.perf_counter() - began], "s")
    took = []
    for old in chance.sample(mappings, 200):
        new = replace(old, predicate=SKOS.exactMatch, negated=False)
        began = time.perf_counter()
        changed = network.changed([old], [new])
        for term in (old.subject, old.object):
            changed.related(term)
        took.append((time.perf_counter() - began) * 1_000)
    report.add("one changed, its two terms related anew", took, "ms")
    began = time.perf_counter()
    conflicts(mappings)
    report.add("all conflicts", [time.perf_counter() - began], "s")


def show_errors(glossary: Glossary, found: dict[frozenset[Iri], Candidate]) -> None:
    """List what is wrong in the half that is for looking at."""
    detector = glossary.detector()
    for pair in glossary.pairs:
        ends = frozenset((pair.one.id, pair.other.id))
        if pair.is_held_out or pair.is_positive is (ends in found):
            continue
        wrong = "missed" if pair.is_positive else "false"
        print(f"\n{wrong}: {pair.kind}, {pair.verdict}, {pair.trait}")
        for term in (pair.one, pair.other):
            print(f"  {term.label}: {term.definition}")
        measured = detector.measure(pair.kind, pair.one.id, pair.other.id)
        score, reasons = weigh(measured, same=pair.kind is CandidateKind.SYNONYM)
        print(f"  {score:.2f}")
        for reason in reasons:
            print(f"    {reason.weight:+.2f} {reason.kind}: {reason.sentence}")


def fit(glossary: Glossary) -> None:
    """Fit the weights of definitions and labels to the first half, by gradient descent."""
    detector = glossary.detector()
    rows = []
    for pair in glossary.pairs:
        found = detector.measure(pair.kind, pair.one.id, pair.other.id)
        if not pair.is_held_out and found.keys() <= FITTED:
            measured = {kind: fact.strength for kind, fact in found.items()} | {"": 1.0}
            rows.append((measured, pair.verdict == "same"))
    weights = dict.fromkeys(sorted(FITTED | {""}), 0.0)
    for _ in range(4_000):
        slopes = dict.fromkeys(weights, 0.0)
        for measured, is_same in rows:
            odds = sum(weights[kind] * value for kind, value in measured.items())
            error = 1 / (1 + exp(-odds)) - is_same
            for kind, value in measured.items():
                slopes[kind] += error * value
        for kind in weights:
            # Weights are kept small where there is little to learn from.
            shrunk = 0.5 * weights[kind] if kind else 0.0
            weights[kind] -= 0.5 * (slopes[kind] + shrunk) / len(rows)
    print(f"LIKENESS_OF_STRANGERS = {-weights.pop('') / weights['likeness']:.2f}")
    for kind, weight in weights.items():
        print(f'    "{kind}": {weight:.2f},')


if __name__ == "__main__":
    main()
