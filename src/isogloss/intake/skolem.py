"""Give blank nodes IRIs that are the same each time the same document is read.

Parsers label blank nodes anew on every reading, so a document loaded twice would look
changed. Here a blank node's name follows from what is said of it.

Source: RDF 1.1 Concepts §3.5 (skolem IRIs); colour refinement after Weisfeiler and Leman
(1968), with rounds capped, so that no graph costs more than rounds x triples.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from isogloss.model.rdf import Iri, Literal, Triple

BLANK = "_:"
"""Blank nodes come in as "IRIs" that begin so."""

_MOST_ROUNDS = 64


def skolemise(triples: Iterable[Triple], *, space: str, graph: Iri) -> frozenset[Triple]:
    """Replace blank nodes by `<space>.well-known/genid/<hash>`.

    The hash covers the graph's name and all that can be told of the node through other
    blank nodes. Nodes that cannot be told apart get numbers, in the order of the document,
    so none are ever merged.
    """
    given = list(triples)
    if not any(_is_blank(t.subject) or _is_blank(t.object) for t in given):
        return frozenset(given)
    around: defaultdict[Iri, list[tuple[str, str, object]]] = defaultdict(list)
    for subject, predicate, object_ in given:
        if _is_blank(subject):
            around[subject].append((">", predicate, object_))
        if _is_blank(object_):
            around[Iri(str(object_))].append(("<", predicate, subject))
    colours = _refine(around, graph)
    seen: Counter[str] = Counter()
    names: dict[object, Iri] = {}
    for node in around:
        colour = colours[node]
        number = f"-{seen[colour]}" if seen[colour] else ""
        names[node] = Iri(f"{space}.well-known/genid/{colour[:32]}{number}")
        seen[colour] += 1
    return frozenset(
        Triple(
            names.get(triple.subject, triple.subject),
            triple.predicate,
            triple.object
            if isinstance(triple.object, Literal)
            else names.get(triple.object, triple.object),
        )
        for triple in given
    )


def _refine(around: dict[Iri, list[tuple[str, str, object]]], graph: Iri) -> dict[object, str]:
    colours: dict[object, str] = dict.fromkeys(around, _hash(graph))
    distinct = 1
    for _ in range(_MOST_ROUNDS):
        colours = {
            node: _hash(
                colours[node],
                *sorted(
                    f"{way} {predicate} {colours.get(end) or _constant(end)}"
                    for way, predicate, end in links
                ),
            )
            for node, links in around.items()
        }
        if len(set(colours.values())) == distinct:
            break
        distinct = len(set(colours.values()))
    return colours


def _constant(term: object) -> str:
    return repr(tuple(term)) if isinstance(term, Literal) else f"<{term}>"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()


def _is_blank(term: object) -> bool:
    return not isinstance(term, Literal) and str(term).startswith(BLANK)
