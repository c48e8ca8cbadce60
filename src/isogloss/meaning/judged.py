"""All flows of a mesh with what is thought of them, kept true as mappings come and go."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from isogloss.meaning.verdicts import Judge
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from isogloss.model.verdicts import Flow, JudgedFlow, Judgement, Verdict


class Judged:
    """Flows and their judgements, in the order of the flows."""

    def __init__(self, flows: Sequence[Flow], judge: Judge) -> None:
        """Judge each of them; `changed` judges no more than it must."""
        self.flows = flows
        self.judge = judge
        self.judgements: list[Judgement] = [judge.judge(flow) for flow in flows]

    def __iter__(self) -> Iterator[JudgedFlow]:
        return map(JudgedFlow, self.flows, self.judgements)

    @cached_property
    def counts(self) -> dict[Verdict, int]:
        """Count the edges by verdict, each verdict included."""
        counts = dict.fromkeys(Verdict, 0)
        for flow, judgement in zip(self.flows, self.judgements, strict=True):
            counts[judgement.verdict] += flow.count
        return counts

    def changed(self, removed: Collection[Mapping], added: Collection[Mapping]) -> "Judged":
        """Judge again what mappings have a say in that have gone or come."""
        other = Judged((), self.judge.changed(removed, added))
        other.flows, other.judgements = self.flows, list(self.judgements)
        touched = self.judge.touched([*removed, *added])
        touched |= other.judge.touched([*removed, *added])
        other.__dict__["_by_term"] = self._by_term
        # A chain that a mapping is part of has both its ends among what the mapping touches.
        ups, downs = (
            {number for term in touched for number in by_term.get(term, ())}
            for by_term in self._by_term
        )
        for number in ups & downs:
            other.judgements[number] = other.judge.judge(self.flows[number])
        return other

    def between(self, one: Iri, other: Iri) -> int:
        """Count the edges that have one term upstream and the other downstream, or the reverse."""
        ups, downs = self._by_term
        ways = ((one, other), (other, one))
        numbers = {n for up, down in ways for n in {*ups.get(up, ())} & {*downs.get(down, ())}}
        return sum(self.flows[number].count for number in numbers)

    @cached_property
    def _by_term(self) -> tuple[dict[Iri, list[int]], dict[Iri, list[int]]]:
        """Number the flows by their upstream terms and by their downstream terms."""
        ups: defaultdict[Iri, list[int]] = defaultdict(list)
        downs: defaultdict[Iri, list[int]] = defaultdict(list)
        for number, flow in enumerate(self.flows):
            for term in self.judge.compared(flow.upstream.terms, flow.treatment):
                ups[term].append(number)
            for term in self.judge.compared(flow.downstream.terms, flow.treatment):
                downs[term].append(number)
        return ups, downs
