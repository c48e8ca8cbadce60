"""Find what was reported under the name that it had before somebody claimed its namespace.

Who claims a namespace has what was reported of it in his own space: but for that, its IRIs are
those that they were.
"""

from collections.abc import Collection

from isogloss.model.rdf import Iri
from isogloss.store.graph import Reader

_REPORTED = ("ns/", "run/")
"""What the IRIs of jobs, datasets, columns and runs begin with, in whosever space."""


def moved(state: Reader, spaces: Collection[str], iris: Collection[Iri]) -> dict[Iri, Iri]:
    """Find what things are called in a state that does not speak of them as they are called here.

    Only what is found is there; where several spaces have it, the first of them.
    """
    candidates = {
        iri: [Iri(f"{other}{rest}") for other in sorted(spaces) if other != space]
        for iri in iris
        for space in spaces
        if iri.startswith(space) and (rest := iri.removeprefix(space)).startswith(_REPORTED)
    }
    told = state.describe({one for some in candidates.values() for one in some} | {*candidates})
    found = {iri: next((one for one in some if told[one]), iri) for iri, some in candidates.items()}
    return {iri: now for iri, now in found.items() if now != iri and not told[iri]}
