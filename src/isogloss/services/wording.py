"""Say a difference in words, resource by resource."""

import re
from collections import defaultdict
from collections.abc import Iterable

from isogloss.model.journal import Difference
from isogloss.model.past import ChangeKind, ResourceChange
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.services.description import local_name
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import SYSTEM
from isogloss.vocab import DCTERMS, FOAF, MESH, RDF, SKOS

_NAMES = (SKOS.prefLabel, DCTERMS.title, FOAF.name, MESH.fieldPath)


def by_resource(difference: Difference, before: Reader) -> tuple[ResourceChange, ...]:
    """Tell what a difference means for each resource, sorted by IRI; `before` is where it begins.

    What the system keeps for itself is left out.
    """
    added: defaultdict[Iri, set[Quad]] = defaultdict(set)
    removed: defaultdict[Iri, set[Quad]] = defaultdict(set)
    for quads, found in ((difference.added, added), (difference.removed, removed)):
        for quad in quads:
            if quad.graph not in SYSTEM:
                found[quad.subject].add(quad)
    subjects = sorted(added.keys() | removed.keys())
    there = before.describe(subjects)
    names = _names(difference, before)
    changes = []
    for subject in subjects:
        new, old, had = added[subject], removed[subject], set(there[subject])
        gone = not new and had == old
        kind = ChangeKind.ADDED if not had else ChangeKind.REMOVED if gone else ChangeKind.CHANGED
        said = Difference(frozenset(new), frozenset(old))
        words = _words(new, old, names, kind)
        changes.append(ResourceChange(subject, kind, words, said))
    return tuple(changes)


def _names(difference: Difference, before: Reader) -> dict[Iri, str]:
    """Name what the difference points at, as people know it."""
    wanted = {
        quad.object
        for quad in difference.added | difference.removed
        if not isinstance(quad.object, Literal)
    }
    about = before.describe(wanted)
    for quad in difference.added:
        if quad.subject in about:
            about[quad.subject].append(quad)
    names: dict[Iri, str] = {}
    for iri, quads in about.items():
        labels = sorted(
            (_NAMES.index(quad.predicate), quad.object.language not in (None, "en"), quad.object)
            for quad in quads
            if quad.predicate in _NAMES and isinstance(quad.object, Literal)
        )
        if labels:
            names[iri] = labels[0][2].value
    return names


def _words(
    added: Iterable[Quad], removed: Iterable[Quad], names: dict[Iri, str], kind: ChangeKind
) -> tuple[str, ...]:
    """Say a change in sentences: one for each property, or language of it."""
    by_property: defaultdict[tuple[str, str], tuple[list[Term], list[Term]]] = defaultdict(
        lambda: ([], [])
    )
    for way, quads in enumerate((removed, added)):
        for quad in quads:
            language = quad.object.language if isinstance(quad.object, Literal) else None
            by_property[quad.predicate, language or ""][way].append(quad.object)
    said: list[str] = []
    for (predicate, language), (old, new) in sorted(by_property.items()):
        name = "is a" if predicate == RDF.type else _spaced(local_name(Iri(predicate)))
        name += f" ({language})" if language not in ("", "en") else ""
        before, after = (
            ", ".join(sorted({_show(t, names) for t in terms})) for terms in (old, new)
        )
        if kind is not ChangeKind.CHANGED:
            said.append(f"{name}: {after or before}")
        elif before == after:
            # The same letters: another source says it, or its datatype is another.
            said.append(f"{name}: {after}, said otherwise")
        elif old and new:
            said.append(f"{name}: {before} became {after}")
        else:
            said.append(f"{name}: added {after}" if new else f"{name}: removed {before}")
    return tuple(said)


def _show(term: Term, names: dict[Iri, str]) -> str:
    if isinstance(term, Literal):
        return f"“{term.value}”"
    return names.get(term) or local_name(term)


def _spaced(name: str) -> str:
    """Give the words of a property's name.

    >>> _spaced("outputDataset")
    'output dataset'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
