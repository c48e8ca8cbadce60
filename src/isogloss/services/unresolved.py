"""Where values of columns may go, or come from, that nobody told of columns."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from isogloss.model.lineage import Direction, EdgeFilter, EdgeKind, Level
from isogloss.model.rdf import Iri
from isogloss.services.lineage import Snapshot
from isogloss.services.lineage_facts import FactReader
from isogloss.services.statements import read_statements
from isogloss.vocab import PROV


def unresolved(
    snapshot: Snapshot, columns: Collection[Iri], direction: Direction, edges: EdgeFilter
) -> dict[Iri, set[Iri]]:
    """Find for columns what may have values of theirs, or they of it.

    That is the dataset at the other end of a derivation between two datasets, if no edge between
    columns of the two is known; downstream also a column that comes from a dataset as a whole,
    and upstream that dataset.
    """
    reader = snapshot.reader()
    inside: defaultdict[Iri, set[Iri]] = defaultdict(set)
    for place in reader.places(columns).values():
        if place and place.is_column:
            inside[place.dataset].add(place.node)
    found: defaultdict[Iri, set[Iri]] = defaultdict(set)
    near = snapshot.reach(list(inside), Level.DATASET, direction, edges=edges, max_hops=1)
    links = [link for link in near.links if link.kind is EdgeKind.DERIVATION]
    told = {link[:2] for link, some in snapshot.columns_between(links).items() if some}
    for link in links:
        own, other = link.downstream, link.upstream
        if direction is Direction.DOWNSTREAM:
            own, other = other, own
        if link[:2] not in told:
            for column in inside.get(own, ()):
                found[column].add(other)
    if direction is Direction.UPSTREAM:
        names = {name for column in columns for name in reader.names_of(column)}
        for column, dataset in _from_wholes(snapshot, reader, names, edges):
            found[column].add(dataset)
        return found
    wholes = {name for dataset in inside for name in snapshot.levels.group(dataset).members}
    referring = snapshot.state.referrers(PROV.wasDerivedFrom, wholes).values()
    names = {one for some in referring for one in some}
    for made, dataset in _from_wholes(snapshot, reader, names, edges):
        for column in inside.get(dataset, ()):
            found[column].add(made)
    return found


def _from_wholes(
    snapshot: Snapshot, reader: FactReader, names: Collection[Iri], edges: EdgeFilter
) -> Iterator[tuple[Iri, Iri]]:
    """Pair columns with the other datasets that they are said to come from as a whole."""
    said = [one for one in read_statements(snapshot.state.about, names) if one.passes(edges)]
    places = reader.places({end for one in said for end in one[:2]})
    for one in said:
        down, up = places[one.downstream], places[one.upstream]
        if one.kind is not EdgeKind.DERIVATION or down is None or up is None:
            continue
        if down.is_column and not up.is_column and down.dataset != up.node:
            yield down.node, up.node
