"""What statements say of lineage: bare ones, and those that tell how it is known and done.

Bare statements count as declared by nobody in particular (vocabulary: `ontology/lineage.ttl`).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import product
from typing import NamedTuple, TypeAlias

from isogloss.lineage.edges import Class, passes
from isogloss.model.lineage import EdgeFilter, EdgeKind, Evidence, Fact
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.services.description import local_name
from isogloss.vocab import MESH, PROV

About: TypeAlias = Callable[[Collection[Iri], Collection[Iri]], Iterable[Quad]]
"""Gives what predicates say of subjects, as `Past.about`."""

KINDS = {
    PROV.wasDerivedFrom: EdgeKind.DERIVATION,
    PROV.qualifiedDerivation: EdgeKind.DERIVATION,
    PROV.wasInfluencedBy: EdgeKind.INFLUENCE,
    PROV.qualifiedInfluence: EdgeKind.INFLUENCE,
}
"""Predicate of an edge → its kind."""

QUALIFIED = frozenset({PROV.qualifiedDerivation, PROV.qualifiedInfluence})
QUALIFYING = frozenset(
    {PROV.entity, PROV.hadActivity, MESH.evidence, MESH.madeBy, MESH.transformation}
)
TRANSFORMING = frozenset({MESH.transformationType, MESH.transformationSubtype, MESH.masking})

_By = defaultdict[tuple[Term, Iri], defaultdict[Iri, list[Term]]]


class Said(NamedTuple):
    """One fact, by the names that the source uses."""

    downstream: Iri
    upstream: Iri
    kind: EdgeKind
    evidence: Evidence
    words: frozenset[str]
    graph: Iri
    job: Iri | None

    def fact(self, upstream: Iri) -> Fact:
        """Give it without how, by the name that its upstream end goes by."""
        return Fact(upstream, self.kind, self.evidence, (), self.graph, self.job)

    def passes(self, edges: EdgeFilter) -> bool:
        """Tell whether a filter lets it pass, as the index would."""
        class_ = Class(self.kind, self.evidence, tuple(self.words))
        return passes(class_, edges) and (edges.jobs is None or self.job in edges.jobs)


def read_statements(about: About, downstream: Collection[Iri]) -> list[Said]:
    """Read what is said to come from what, by the names that sources use."""
    bare: list[tuple[Iri, Iri, EdgeKind, Iri]] = []
    qualified: list[tuple[Iri, Iri, EdgeKind, Iri]] = []
    for subject, predicate, value, graph in about(downstream, KINDS.keys()):
        if not isinstance(value, Literal):
            into = qualified if predicate in QUALIFIED else bare
            into.append((subject, value, KINDS[predicate], graph))
    details = gathered(about, {node for _, node, _, _ in qualified}, QUALIFYING)
    words = _words(about, {how for one in details.values() for how in one[MESH.transformation]})
    found: list[Said] = []
    told: set[tuple[Iri, Iri, EdgeKind, Iri]] = set()
    for subject, node, kind, graph in qualified:
        said = details[node, graph]
        how = frozenset(word for step in said[MESH.transformation] for word in words[step, graph])
        jobs: list[Iri | None] = [job for job in said[MESH.madeBy] if isinstance(job, str)]
        for end, evidence, job in product(said[PROV.entity], _evidence(said), jobs or [None]):
            if not isinstance(end, Literal):
                told.add((subject, end, kind, graph))
                found.append(Said(subject, end, kind, evidence, how, graph, job))
    nothing = frozenset[str]()
    for one in bare:
        if one not in told:
            subject, end, kind, graph = one
            found.append(Said(subject, end, kind, Evidence.DECLARED, nothing, graph, None))
    return found


def _words(about: About, steps: Iterable[Term]) -> defaultdict[tuple[Term, Iri], set[str]]:
    """Read transformations, as DIRECT/IDENTITY or DIRECT/TRANSFORMATION/MASKING."""
    found: defaultdict[tuple[Term, Iri], set[str]] = defaultdict(set)
    iris = {step for step in steps if not isinstance(step, Literal)}
    for step, said in gathered(about, iris, TRANSFORMING).items():
        masks = any(is_true(value) for value in said[MESH.masking])
        types, subtypes = said[MESH.transformationType], said[MESH.transformationSubtype]
        for words in product(types, *([subtypes] if subtypes else [])):
            names = [local_name(Iri(text_of(word))) for word in words]
            found[step].add("/".join([*names, *(["MASKING"] if masks else [])]))
    return found


def gathered(about: About, subjects: Collection[Iri], predicates: Collection[Iri]) -> _By:
    """Gather what is said of subjects by who says it and by predicate."""
    found: _By = defaultdict(lambda: defaultdict(list))
    if subjects:
        for subject, predicate, value, graph in about(subjects, predicates):
            found[subject, graph][predicate].append(value)
    return found


def _evidence(said: Mapping[Iri, list[Term]]) -> set[Evidence]:
    stated = {local_name(Iri(text_of(value))) for value in said[MESH.evidence]}
    known = {evidence for evidence in Evidence if evidence.value in stated}
    # Before there was mesh:evidence, what a run did named the run.
    return known or {Evidence.OBSERVED if said[PROV.hadActivity] else Evidence.DECLARED}


def text_of(value: Term) -> str:
    """Give an IRI, or what a literal says."""
    return value.value if isinstance(value, Literal) else value


def is_true(value: Term) -> bool:
    """Read an xs:boolean."""
    return text_of(value) in ("true", "1")
