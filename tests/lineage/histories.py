"""Random histories of a few nodes, and the simplest account of what is true when."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from hypothesis import strategies as st

from isogloss.lineage.index import Index
from isogloss.model.lineage import EdgeKind, Evidence, Fact
from isogloss.model.rdf import Iri

History: TypeAlias = Sequence[tuple[int, Mapping[Iri, Collection[Fact]]]]
"""Commits in their order, with what each says of nodes."""
State: TypeAlias = set[tuple[Iri, Fact]]

# The last two are in another order in UTF-16.
NODES = [
    *(Iri(f"urn:node:{n}") for n in (*range(9), 10)),
    Iri("urn:node:é"),
    Iri("urn:node:\U0001f600"),
]
GRAPHS = [Iri("urn:graph:a"), Iri("urn:graph:b")]
JOBS = [Iri("urn:job:a"), Iri("urn:job:b")]
WORDS = [
    "DIRECT/IDENTITY",
    "DIRECT/TRANSFORMATION/MASKING",
    "INDIRECT/FILTER",
    "INDIRECT/JOIN/MASKING",
]

nodes = st.sampled_from(NODES)
facts = st.builds(
    Fact,
    nodes,
    st.sampled_from(EdgeKind),
    st.sampled_from(Evidence),
    st.sets(st.sampled_from(WORDS), max_size=2).map(lambda words: tuple(sorted(words))),
    st.sampled_from(GRAPHS),
    st.sampled_from([None, *JOBS]),
)
_commits = st.dictionaries(nodes, st.lists(facts, max_size=4, unique=True), min_size=1, max_size=6)
histories = st.lists(st.tuples(st.integers(0, 3), _commits), min_size=1, max_size=8).map(
    lambda steps: [
        (1 + sum(step for step, _ in steps[: place + 1]), said)
        for place, (_, said) in enumerate(steps)
    ]
)
"""Some commits say things more than once, some numbers are left out."""


def told(history: History, index: Index | None = None) -> Index:
    """Tell an index all of it."""
    index = index or Index()
    for sequence, said in history:
        index.restate(sequence, said)
    return index


def states(history: History) -> dict[int, State]:
    """Tell by commit what is true."""
    now: dict[Iri, Collection[Fact]] = {}
    found: dict[int, State] = {0: set()}
    for sequence, said in history:
        for at in range(max(found) + 1, sequence):
            found[at] = found[at - 1]
        now.update(said)
        found[sequence] = {(node, fact) for node, stated in now.items() for fact in stated}
    return found
