"""Judge triples by rules: as a mesh does, and by pySHACL, which is the oracle."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from isogloss.governance.regime import Regime
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import read_report, run
from isogloss.model.governance import ValidationReport
from isogloss.model.rdf import Iri, Quad, Triple
from isogloss.services.bench import Bench

Judge: TypeAlias = Callable[[Iterable[Triple]], ValidationReport]

_GRAPH = Iri("urn:isogloss:judged")


def judge_of_a_mesh(rulebook: Rulebook, known: Sequence[Triple] = ()) -> Judge:
    """Judge as every change of a mesh is judged; `known` is what the ontology says."""
    bench, regime = Bench(known), Regime.of(rulebook)

    def judge(triples: Iterable[Triple]) -> ValidationReport:
        bench.load((Quad(*triple, _GRAPH) for triple in triples), regime)
        # Which version judged, the other one cannot know.
        return ValidationReport(
            tuple(replace(result, rule_set=None) for result in bench.report().results)
        )

    return judge


def pyshacl(rulebook: Rulebook, known: Sequence[Triple] = ()) -> Judge:
    """Judge by pySHACL."""
    return lambda triples: read_report(run(rulebook, {*triples, *known}), rulebook)
