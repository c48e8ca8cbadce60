"""Ask for ways, sources of truth, leaks and differences.

Limits cut an answer into pages; its cursor, given as `after` with the same question, goes on
with the state of the same commit. Each question is asked of the newest commit otherwise.
"""

from collections.abc import Collection
from dataclasses import replace

from isogloss.errors import NotFound
from isogloss.lineage.cut_out import around, between, without
from isogloss.lineage.differences import difference
from isogloss.lineage.origins import exposed, fed, leaks, roots
from isogloss.lineage.ways import ways
from isogloss.model.lineage import Direction, Level, Lineage, Link, Truncation
from isogloss.model.lineage_answers import (
    Difference,
    LineageDifference,
    LineageFilter,
    LineageWays,
    Masking,
    SourceOfTruth,
)
from isogloss.model.rdf import Iri
from isogloss.services.lineage import MAX_NODES, MOST_HOPS, Snapshot
from isogloss.services.lineage_asking import Asking, Filters
from isogloss.services.lineage_pages import Place, check, cut, foreign, place_of
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.services.unresolved import unresolved

MAX_HOPS = 30
MAX_PATHS = 20
MOST_PATHS = 1_000
PATHS_IN_ALL = 10_000
"""A page begins at a path before this one: each page finds those before it again."""
MAX_FOUND = 100
SENSITIVE = frozenset({"confidential", "restricted"})
"""Classifications of columns whose values are to be masked."""

_ALL = LineageFilter()


class LineageQuestions:
    """Answers from cut-outs of the index."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    def lineage(
        self,
        of: Iri,
        direction: Direction,
        *,
        level: Level = Level.COLUMN,
        filter: LineageFilter = _ALL,
        max_hops: int = MAX_HOPS,
        max_nodes: int = MAX_NODES,
        after: str | None = None,
        through: bool = True,
        columnless: bool = True,
    ) -> Lineage:
        """Find everything that `of` depends on, or that depends on it.

        Edges tell what they follow from only with `through`, and the answer which datasets it
        cannot have only with `columnless`: both take longer.

        Raises:
            NotFound: `of` is nothing that has lineage.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        check("maxHops", max_hops, MOST_HOPS)
        question = repr(("lineage", of, direction, level, filter, max_hops))
        place, asking = self._begin(level, filter, question, after)
        found = asking.snapshot.lineage(
            of,
            direction,
            level=level,
            max_hops=place.hops + max_hops,
            max_nodes=max_nodes,
            edges=asking.edges,
            nodes=asking.nodes,
            offset=place.offset,
            through=through,
            columnless=columnless,
        )
        cut_by = found.extent.truncated_by
        if cut_by is None:
            return found
        onward = place._replace(offset=place.offset + len(found.nodes))
        if cut_by.limit == "maxHops":
            onward = onward._replace(hops=place.hops + max_hops)
            cut_by = replace(cut_by, value=max_hops)
        cut_by = replace(cut_by, cursor=onward.cursor(question))
        return replace(found, extent=replace(found.extent, truncated_by=cut_by))

    def paths(
        self,
        source: Iri,
        target: Iri,
        *,
        level: Level = Level.COLUMN,
        filter: LineageFilter = _ALL,
        max_paths: int = MAX_PATHS,
        max_hops: int = MAX_HOPS,
        after: str | None = None,
    ) -> LineageWays:
        """Find the simple ways by which data flows from `source` down to `target`.

        Raises:
            NotFound: an end is nothing that has lineage.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        check("maxPaths", max_paths, MOST_PATHS)
        check("maxHops", max_hops)
        question = repr(("paths", source, target, level, filter, max_hops))
        place, asking = self._begin(level, filter, question, after)
        if place.offset >= PATHS_IN_ALL:
            raise foreign()
        sources, targets = (asking.snapshot.expand(end, level) for end in (source, target))
        graph = without(
            between(asking, sources, targets), asking.ignored.difference(sources, targets)
        )
        farthest = place.hops + max_hops
        found = ways(
            graph, sources, targets, max_paths=max_paths, max_hops=farthest, offset=place.offset
        )
        truncation = None
        if found.cut_by is not None:
            onward = place._replace(offset=place.offset + len(found.paths))
            if found.cut_by == "maxHops":
                onward = onward._replace(hops=farthest)
            truncation = Truncation(
                found.cut_by,
                max_paths if found.cut_by == "maxPaths" else max_hops,
                f"{'' if found.is_exact else 'at least '}{found.more} more paths",
                onward.cursor(question) if onward.offset < PATHS_IN_ALL else None,
            )
        return LineageWays(found, asking.extent(truncation))

    def source_of_truth(
        self,
        of: Iri,
        *,
        filter: LineageFilter = _ALL,
        max_roots: int = MAX_FOUND,
        max_hops: int = MAX_HOPS,
        after: str | None = None,
    ) -> SourceOfTruth:
        """Find the columns where the values of a column, or of those of a dataset, begin.

        Raises:
            NotFound: `of` is nothing that has lineage.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        question = repr(("sourceOfTruth", of, filter, max_hops))
        place, asking = self._begin(Level.COLUMN, filter, question, after)
        columns = asking.snapshot.expand(of, Level.COLUMN)
        graph = around(asking, columns, Direction.UPSTREAM)
        every = roots(graph, columns)
        chosen, truncation = cut(
            every,
            place,
            question,
            most=("maxRoots", max_roots),
            max_hops=max_hops,
            distance=lambda root: root.distance,
            what="roots",
        )
        found = _unresolved(asking, filter, fed(graph, columns), Direction.UPSTREAM)
        datasets = {dataset for some in found.values() for dataset in some}
        extent = asking.extent(truncation)
        return SourceOfTruth(tuple(chosen), extent, tuple(sorted(datasets)))

    def masking(
        self,
        of: Iri,
        *,
        filter: LineageFilter = _ALL,
        max_leaks: int = MAX_FOUND,
        max_hops: int = MAX_HOPS,
        after: str | None = None,
    ) -> Masking:
        """Tell whether the values of a column are hidden on every way out, or name the leaks.

        Of a dataset or product it is asked of the columns that are confidential or restricted.

        Raises:
            NotFound: `of` is nothing that has lineage.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        question = repr(("masking", of, filter, max_hops))
        place, asking = self._begin(Level.COLUMN, filter, question, after)
        columns = asking.snapshot.expand(of, Level.COLUMN)
        if Filters(asking.snapshot).level_of(of) is not Level.COLUMN:
            columns = _sensitive(asking.snapshot, columns)
        graph = around(asking, columns, Direction.DOWNSTREAM)
        unresolved_ = _unresolved(asking, filter, exposed(graph, columns), Direction.DOWNSTREAM)
        every, ends = leaks(graph, columns, unresolved_)
        chosen, truncation = cut(
            every,
            place,
            question,
            most=("maxLeaks", max_leaks),
            max_hops=max_hops,
            distance=lambda leak: len(leak.path) - 1,
            what="leaks",
        )
        extent = asking.extent(truncation)
        unknown = sum(leak.is_unknown for leak in every)
        return Masking(columns, ends, len(every) - unknown, unknown, tuple(chosen), extent)

    def difference(
        self,
        of: Iri,
        start: int,
        end: int,
        *,
        direction: Direction = Direction.UPSTREAM,
        level: Level = Level.COLUMN,
        filter: LineageFilter = _ALL,
        max_changes: int = MAX_FOUND,
        after: str | None = None,
    ) -> LineageDifference:
        """Compare what `of` comes from, or what depends on it, as of two commits.

        Of a page, nodes that came are first, then those that went, then edges alike.

        Raises:
            NotFound: `of` is nothing that has lineage.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        question = repr(("lineageDiff", of, start, end, direction, level, filter))
        before, asking = (
            Filters(self._snapshots.at(commit)).asking(level, filter) for commit in (start, end)
        )
        earlier, later = _starts(of, level, before.snapshot, asking.snapshot)
        old = before(earlier, direction)
        found = difference(old, asking(later, direction))
        asking.count(old.nodes_explored, old.edges_explored)
        rows: list[tuple[bool, Iri | Link]] = [
            *((True, node) for node in found.nodes_added),
            *((False, node) for node in found.nodes_removed),
            *((True, link) for link in found.links_added),
            *((False, link) for link in found.links_removed),
        ]
        place = place_of(after, question, end)
        most = ("maxChanges", max_changes)
        chosen, truncation = cut(rows, place, question, most=most, what="changes")
        nodes = [(is_added, one) for is_added, one in chosen if not isinstance(one, Link)]
        links = [(is_added, one) for is_added, one in chosen if isinstance(one, Link)]
        page = Difference(
            nodes_added=tuple(node for is_added, node in nodes if is_added),
            nodes_removed=tuple(node for is_added, node in nodes if not is_added),
            links_added=tuple(link for is_added, link in links if is_added),
            links_removed=tuple(link for is_added, link in links if not is_added),
        )
        return LineageDifference(page, start, end, asking.extent(truncation))

    def _begin(
        self, level: Level, filter: LineageFilter, question: str, after: str | None
    ) -> tuple[Place, Asking]:
        place = place_of(after, question, self._snapshots.sequence)
        return place, Filters(self._snapshots.at(place.sequence)).asking(level, filter)


def _sensitive(snapshot: Snapshot, columns: Collection[Iri]) -> tuple[Iri, ...]:
    """Keep the columns that are classified so, under any of their names."""
    reader = snapshot.reader()
    datasets = {place.dataset for place in reader.places(columns).values() if place}
    names = {name for dataset in datasets for name in reader.group(dataset).members}
    places = reader.places(reader.columns_of(names))
    told = snapshot.catalog.columns(sorted(places))
    found = {
        place.node
        for column in told
        if column and column.classification in SENSITIVE and (place := places[column.id])
    }
    return tuple(sorted(found.intersection(columns)))


def _starts(of: Iri, level: Level, *snapshots: Snapshot) -> list[tuple[Iri, ...]]:
    """Find what stood for something in snapshots, () where it was not there.

    Raises:
        NotFound: it never was.
    """
    found: list[tuple[Iri, ...] | NotFound] = []
    for snapshot in snapshots:
        try:
            found.append(snapshot.expand(of, level))
        except NotFound as missing:
            found.append(missing)
    unknown = [one for one in found if isinstance(one, NotFound)]
    if len(unknown) == len(found):
        raise unknown[-1]
    return [() if isinstance(one, NotFound) else one for one in found]


def _unresolved(
    asking: Asking, filter: LineageFilter, columns: Collection[Iri], direction: Direction
) -> dict[Iri, set[Iri]]:
    """Find where values go or come from that nobody told of columns, as far as filters let."""
    found = unresolved(asking.snapshot, columns, direction, asking.edges)
    whole = Filters(asking.snapshot).asking(Level.DATASET, filter)
    ends = {end for some in found.values() for end in some}
    datasets = {
        place.node
        for place in asking.snapshot.reader().places(ends).values()
        if place and not place.is_column
    }
    kept = {end for end in ends if (whole if end in datasets else asking).keeps(end)}
    return {column: some & kept for column, some in found.items()}
