"""What mappings and labels say that cannot all be so, for people to settle.

Nothing is resolved here, least of all by who spoke last. A conflict that only shows along a chain
names the whole chain.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise

from isogloss.meaning.chains import Link
from isogloss.meaning.predicates import Relation, contradict, relation_of
from isogloss.meaning.walks import Graph, by_start, clusters, components, path
from isogloss.model.catalog import Term
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from isogloss.vocab import SKOS


class ConflictKind(StrEnum):
    """What is wrong."""

    DENIED = "denied"  # a negated mapping beside the positive one
    TWO_PREDICATES = "twoPredicates"
    EXACT_AND_OTHER = "exactAndOther"  # SKOS S46, on a pair or along a chain of equal terms
    EXACT_AND_DENIED = "exactAndDenied"  # equal along a chain, and denied
    CYCLE = "cycle"  # each broader than the one before, and round again
    MERGED = "merged"  # equal along a chain, and two terms of one scheme
    RELATED_AND_BROADER = "relatedAndBroader"  # SKOS S27
    LABEL_REPEATED = "labelRepeated"  # SKOS S13
    TWO_PREFERRED = "twoPreferred"  # SKOS S14


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statements that cannot all be so: of which terms, by which mappings, and why not."""

    kind: ConflictKind
    terms: tuple[Iri, ...]  # in the order of the chain, where there is one
    mappings: tuple[Iri, ...]
    sentence: str


Name = Callable[[Iri], str]

Claim = tuple[Iri, Iri, Iri, bool]
"""Two terms in order, the mapping property from the first on, and whether it is denied."""

_TURNED = {SKOS.broadMatch: SKOS.narrowMatch, SKOS.narrowMatch: SKOS.broadMatch}


def claim_of(subject: Iri, predicate: Iri, object_: Iri, negated: bool) -> Claim:
    """Say what a mapping claims, alike whichever of its terms it begins with."""
    if subject <= object_:
        return subject, predicate, object_, negated
    return object_, _TURNED.get(predicate, predicate), subject, negated


def conflicts(
    mappings: Iterable[Mapping],
    *,
    scheme_of: Map[Iri, Iri] | None = None,
    broader: Iterable[tuple[Iri, Iri]] = (),
    related: Iterable[tuple[Iri, Iri]] = (),
    name: Name = str,
) -> tuple[Conflict, ...]:
    """List what cannot all be so, by kind and then by term.

    Args:
        mappings: those that are to agree; whether they hold is not asked here, so that one that is
            only proposed can be tried beside those that hold.
        scheme_of: whose word each term is; two terms of one scheme are not to become one.
        broader: pairs of skos:broader, from the narrower to the broader.
        related: pairs of skos:related.
        name: how a term is called in the sentences.
    """
    # That a term relates to itself says nothing, or nonsense that no chain should rest on.
    stated = sorted((m for m in mappings if m.subject != m.object), key=lambda m: m.id)
    links = [Link(m, True, r) for m in stated if (r := relation_of(m))]
    equal = by_start(link for link in links if link.relation is Relation.EXACT)
    cluster = clusters(equal)
    found = [
        *_of_pairs(stated, name),
        *_of_equals(links, equal, cluster, name),
        *_merged(equal, cluster, scheme_of or {}, name),
        *_cycles(links, cluster, name),
        *_related_and_broader(stated, broader, related, name),
    ]
    return tuple(sorted(found, key=lambda c: (c.kind, c.terms, c.mappings)))


def label_conflicts(terms: Iterable[Term], name: Name = str) -> tuple[Conflict, ...]:
    """List labels that SKOS forbids: two preferred ones of a language, or one of two kinds."""
    found = []
    for term in terms:
        preferred, kinds = defaultdict(list), defaultdict(list)
        for label in term.labels:
            kinds[label.text, label.language].append(label.kind)
            if label.kind == "preferred":
                preferred[label.language].append(repr(label.text))
        for language, texts in preferred.items():
            if len(texts) > 1:
                where = f" in {language!r}" if language else ""
                listed = " and ".join(sorted(texts))
                sentence = f"{name(term.id)} has several preferred labels{where}: {listed}."
                found.append(Conflict(ConflictKind.TWO_PREFERRED, (term.id,), (), sentence))
        for (text, _), said in kinds.items():
            if len(set(said)) > 1:
                listed = " and ".join(sorted(set(said)))
                sentence = f"{text!r} is a label of {name(term.id)} more than once: {listed}."
                found.append(Conflict(ConflictKind.LABEL_REPEATED, (term.id,), (), sentence))
    return tuple(sorted(found, key=lambda c: (c.kind, c.terms, c.sentence)))


def _of_pairs(stated: Iterable[Mapping], name: Name) -> Iterator[Conflict]:
    """Compare what is said of the same two terms."""
    by_pair: defaultdict[tuple[Iri, Iri], list[Mapping]] = defaultdict(list)
    for mapping in stated:
        by_pair[min(mapping.subject, mapping.object), max(mapping.subject, mapping.object)].append(
            mapping
        )
    for pair, said in by_pair.items():
        for one, other in combinations(said, 2):
            first, second = (_property(m, pair) for m in (one, other))
            if one.negated != other.negated and first == second:
                kind, why = ConflictKind.DENIED, "one says so and the other denies it"
            elif one.negated or other.negated or first == second:
                continue
            elif SKOS.exactMatch in (first, second) and SKOS.closeMatch not in (first, second):
                continue  # _of_equals has it
            else:
                kind, why = ConflictKind.TWO_PREDICATES, "only one of them should be said"
            sentence = (
                f"Of {name(pair[0])} and {name(pair[1])}, {_said(one)} and {_said(other)} "
                f"are both stated; {why}."
            )
            yield Conflict(kind, pair, (one.id, other.id), sentence)


def _of_equals(
    links: Iterable[Link], equal: Graph, cluster: Map[Iri, Iri], name: Name
) -> Iterator[Conflict]:
    """Find what else is said of terms that are equal, directly or along a chain."""
    for link in links:
        if not contradict(Relation.EXACT, link.relation):
            continue
        if cluster.get(link.start, link.start) != cluster.get(link.end, link.end):
            continue
        chain = path(equal, link.start, link.end)
        denied = link.relation is Relation.NOT_EXACT
        if denied and len(chain) == 1:
            continue  # _of_pairs has it
        kind = ConflictKind.EXACT_AND_DENIED if denied else ConflictKind.EXACT_AND_OTHER
        sentence = (
            f"{name(link.start)} and {name(link.end)} are equal{_by_way(chain, name)}, "
            f"but {_said(link.mapping)} is stated of them too."
        )
        yield _along(kind, chain, sentence, link.mapping)


def _merged(
    equal: Graph, cluster: Map[Iri, Iri], scheme_of: Map[Iri, Iri], name: Name
) -> Iterator[Conflict]:
    members: defaultdict[tuple[Iri, Iri], list[Iri]] = defaultdict(list)
    for term, root in sorted(cluster.items()):
        if term in scheme_of:
            members[root, scheme_of[term]].append(term)
    for terms in members.values():
        for other in terms[1:]:
            chain = path(equal, terms[0], other)
            sentence = (
                f"{name(terms[0])} and {name(other)} are two terms of one glossary, "
                f"but equal{_by_way(chain, name)}."
            )
            yield _along(ConflictKind.MERGED, chain, sentence)


def _cycles(links: Iterable[Link], cluster: Map[Iri, Iri], name: Name) -> Iterator[Conflict]:
    """Find terms that are each broader than the one before, and come round; one cycle each."""
    upwards: list[Link] = []
    for link in links:
        if link.relation in (Relation.BROAD, Relation.EXACT):
            upwards.append(link)
        if link.relation in (Relation.NARROW, Relation.EXACT):
            upwards.append(link.back())
    graph = by_start(upwards, both=False)
    component = components(graph)
    told = set()
    for link in upwards:
        inside = component[link.start] == component[link.end]
        # What is broader among equals is told as that.
        apart = cluster.get(link.start, link.start) != cluster.get(link.end, link.end)
        if link.relation is Relation.BROAD and inside and apart:
            if component[link.start] in told:
                continue
            told.add(component[link.start])
            chain = (link, *path(graph, link.end, link.start))
            around = ", ".join(name(x.end) for x in chain)
            sentence = f"Each is to be broader than the one before: {name(link.start)}, {around}."
            yield _along(ConflictKind.CYCLE, chain, sentence)


def _related_and_broader(
    stated: Iterable[Mapping],
    broader: Iterable[tuple[Iri, Iri]],
    related: Iterable[tuple[Iri, Iri]],
    name: Name,
) -> Iterator[Conflict]:
    """Find what is related and also above or below; a mapping counts as what it specialises."""
    positive = [m for m in stated if not m.negated]
    parents: defaultdict[Iri, set[Iri]] = defaultdict(set)
    by_pair: defaultdict[frozenset[Iri], set[Iri]] = defaultdict(set)
    for child, parent in broader:
        parents[child].add(parent)
    for mapping in positive:
        ends = mapping.subject, mapping.object
        if mapping.predicate in (SKOS.broadMatch, SKOS.narrowMatch):
            child, parent = ends if mapping.predicate == SKOS.broadMatch else reversed(ends)
            parents[child].add(parent)
            by_pair[frozenset(ends)].add(mapping.id)
    pairs = {(min(pair), max(pair)): set[Iri]() for pair in related}
    for mapping in positive:
        if mapping.predicate == SKOS.relatedMatch:
            ends = mapping.subject, mapping.object
            pairs.setdefault((min(ends), max(ends)), set()).add(mapping.id)
    for (one, other), ids in sorted(pairs.items()):
        for child, parent in ((one, other), (other, one)):
            way = _climb(parents, child, parent)
            if not way:
                continue
            used = {i for step in pairwise(way) for i in by_pair[frozenset(step)]}
            sentence = (
                f"{name(child)} and {name(parent)} are said to be related, but the one is below "
                f"the other: {', '.join(name(term) for term in way)}."
            )
            yield Conflict(
                ConflictKind.RELATED_AND_BROADER, tuple(way), tuple(sorted(ids | used)), sentence
            )


def _along(kind: ConflictKind, chain: Sequence[Link], sentence: str, *more: Mapping) -> Conflict:
    terms = (chain[0].start, *(link.end for link in chain))
    # A cycle ends where it began.
    terms = terms[:-1] if len(terms) > 1 and terms[0] == terms[-1] else terms
    ids = (*(link.mapping.id for link in chain), *(mapping.id for mapping in more))
    return Conflict(kind, terms, ids, sentence)


def _property(mapping: Mapping, pair: tuple[Iri, Iri]) -> Iri:
    """Give what a mapping says from the first of a pair to the second."""
    if mapping.subject == pair[0]:
        return mapping.predicate
    return _TURNED.get(mapping.predicate, mapping.predicate)


def _said(mapping: Mapping) -> str:
    local = mapping.predicate.rpartition("#")[2]
    return f"not {local}" if mapping.negated else local


def _by_way(chain: Sequence[Link], name: Name) -> str:
    between = [name(link.end) for link in chain[:-1]]
    return f" by way of {', '.join(between)}" if between else ""


def _climb(parents: Map[Iri, set[Iri]], child: Iri, parent: Iri) -> list[Iri]:
    came_from: dict[Iri, Iri | None] = {child: None}
    waiting = deque([child])
    while waiting and parent not in came_from:
        term = waiting.popleft()
        for above in sorted(parents.get(term, ())):
            if above not in came_from:
                came_from[above] = term
                waiting.append(above)
    way: list[Iri] = []
    at = parent if parent in came_from else None
    while at is not None:
        way.append(at)
        at = came_from[at]
    return way[::-1]
