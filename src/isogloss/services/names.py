"""What datasets and columns are called, of the several names that they may have."""

from collections.abc import Callable, Collection

from isogloss.lineage.group_history import Group
from isogloss.lineage.platforms import Key, minted_keys
from isogloss.model.rdf import Iri
from isogloss.services.lineage_facts import FactReader
from isogloss.services.projection import Projection
from isogloss.store.graph import Reader
from isogloss.store.history import Past


class Names:
    """Reads the names of the commit at which `graph` is."""

    def __init__(self, graph: Reader, projection: Projection, state: Callable[[int], Past]) -> None:
        self._graph = graph
        self._projection = projection
        self._state = state

    def of(self, graph: Reader) -> "Names":
        """Give those of another state."""
        return Names(graph, self._projection, self._state)

    def groups(self, names: Collection[Iri]) -> dict[Iri, Group]:
        """Find the groups of datasets."""
        at = self._at()
        return {name: self._projection.identity.group(name, at) for name in names}

    def columns(self) -> dict[Iri, Group]:
        """Find the groups of the columns whose dataset has several names; others are alone."""
        identity, at = self._projection.identity, self._at()
        with self._projection.lock:
            groups = {identity.group(name, at) for name in identity.ever_merged}
        members = {name for group in groups if len(group.members) > 1 for name in group.members}
        if not members:
            return {}
        reader = FactReader(self._state(at), identity, at)
        places = reader.places(reader.columns_of(members)).items()
        nodes = {name: place.node for name, place in places if place}
        return {name: Group(node, reader.names_of(node), False) for name, node in nodes.items()}

    def keys(self, groups: Collection[Group]) -> dict[Iri, list[Key]]:
        """List the namespaces and names of datasets, under all names, by the canonical one."""
        at = self._at()
        reader = FactReader(self._state(at), self._projection.identity, at)
        said = reader.naming({name for group in groups for name in group.members})
        return {
            group.canonical: sorted(
                {key for name in group.members for key in said[name].keys | minted_keys(name)}
            )
            for group in groups
        }

    def _at(self) -> int:
        sequence = self._graph.sequence
        self._projection.follow(sequence)
        return sequence
