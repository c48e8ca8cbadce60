"""What is known of each edge, by its number: its class, its source, and when it was."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isogloss.lineage.rows import Ints, grown, roomy
from isogloss.model.lineage import EdgeFilter, EdgeKind, Evidence
from isogloss.model.rdf import Iri

OPEN = 2**31 - 1
"""The end of an edge that still is."""
_KEPT = 16
"""Filters that were asked for last, with what passes them."""


class Class(NamedTuple):
    """What many edges have in common."""

    kind: EdgeKind
    evidence: Evidence
    transformations: tuple[str, ...]


class Source(NamedTuple):
    """Who says so."""

    graph: Iri
    job: Iri | None


class Edges:
    """A table that only grows; an edge that ends keeps its number."""

    def __init__(self) -> None:
        self.class_of: NDArray[Any] = np.zeros(0, np.uint16)
        self.source_of: Ints = np.zeros(0, np.int32)
        self.since: Ints = np.zeros(0, np.int32)
        self.until: Ints = np.zeros(0, np.int32)
        self.classes: list[Class] = []
        self.sources: list[Source] = []
        self._class_numbers: dict[Class, int] = {}
        self._source_numbers: dict[Source, int] = {}
        self._sources_of_job: defaultdict[Iri, list[int]] = defaultdict(list)
        self._passing: dict[Hashable, NDArray[np.bool]] = {}
        self._used = 0

    def __len__(self) -> int:
        return self._used

    @property
    def nbytes(self) -> int:
        """Give the size of all arrays in bytes."""
        columns = (self.class_of, self.source_of, self.since, self.until)
        return sum(column.nbytes for column in columns)

    def number_class(self, class_: Class) -> int:
        """Give the number of a class, a new one where it has none."""
        number = self._class_numbers.setdefault(class_, len(self.classes))
        if number == len(self.classes):
            self.classes.append(class_)
            if number > np.iinfo(self.class_of.dtype).max:
                self.class_of = self.class_of.astype(np.int32)
        return number

    def number_source(self, source: Source) -> int:
        """Give the number of a source, a new one where it has none."""
        number = self._source_numbers.setdefault(source, len(self.sources))
        if number == len(self.sources):
            self.sources.append(source)
            if source.job is not None:
                self._sources_of_job[source.job].append(number)
        return number

    def add(self, classes: Ints, sources: Ints, since: int) -> Ints:
        """Add edges that are true from a commit on; give their numbers."""
        first, self._used = self._used, self._used + len(classes)
        self.class_of = grown(self.class_of, self._used)
        self.source_of = grown(self.source_of, self._used)
        self.since, self.until = grown(self.since, self._used), grown(self.until, self._used)
        self.class_of[first : self._used] = classes
        self.source_of[first : self._used] = sources
        self.since[first : self._used] = since
        self.until[first : self._used] = OPEN
        return np.arange(first, self._used, dtype=np.int32)

    def began(self, at: int) -> int:
        """Give the first edge that began after a commit: edges are numbered as they begin."""
        return bisect_right(self.since.data, at, 0, self._used)

    def newest(self) -> int:
        """Give the commit that changed an edge last, 0 where there is none."""
        until = self.until[: self._used]
        ended = until[until != OPEN].max(initial=0)
        return int(max(ended, self.since[: self._used].max(initial=0)))

    def passing_classes(self, edges: EdgeFilter) -> NDArray[np.bool] | None:
        """Tell by number which classes pass a filter, None where all do."""
        asked = edges.kinds, edges.evidence, edges.transformations
        if asked == (None, None, ()):
            return None
        passing = self._passing.get(asked)
        if passing is None or len(passing) < len(self.classes):
            tests = (passes(class_, edges) for class_ in self.classes)
            passing = np.fromiter(tests, np.bool, len(self.classes))
            self._keep(asked, passing)
        return passing

    def passing_sources(self, edges: EdgeFilter) -> NDArray[np.bool] | None:
        """Tell by number which sources pass a filter, None where all do."""
        if edges.jobs is None:
            return None
        passing = self._passing.get(edges.jobs)
        if passing is None or len(passing) < len(self.sources):
            passing = np.zeros(len(self.sources), np.bool)
            for job in edges.jobs:
                passing[self._sources_of_job.get(job, [])] = True
            self._keep(edges.jobs, passing)
        return passing

    def _keep(self, asked: Hashable, passing: NDArray[np.bool]) -> None:
        if len(self._passing) >= _KEPT:
            del self._passing[next(iter(self._passing))]
        self._passing[asked] = passing

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give the columns that a saved index keeps."""
        return {
            "edge.class": self.class_of[: self._used],
            "edge.source": self.source_of[: self._used],
            "edge.since": self.since[: self._used],
            "edge.until": self.until[: self._used],
        }

    def tables(self) -> dict[str, list[Any]]:
        """Give the classes and sources that a saved index keeps, as JSON has them."""
        return {
            "classes": [[c.kind.value, c.evidence.value, *c.transformations] for c in self.classes],
            "sources": [list(source) for source in self.sources],
        }

    @classmethod
    def of_saved(cls, arrays: dict[str, NDArray[Any]], tables: dict[str, list[Any]]) -> "Edges":
        """Take what `arrays` and `tables` gave; copied, as they are written to."""
        edges = cls()
        for kind, evidence, *words in tables["classes"]:
            edges.number_class(Class(EdgeKind(kind), Evidence(evidence), tuple(words)))
        # All at once: there may be as many as there are jobs.
        edges.sources = list(map(Source._make, tables["sources"]))
        edges._source_numbers = dict(zip(edges.sources, range(len(edges.sources)), strict=True))
        for number, (_, job) in enumerate(edges.sources):
            if job is not None:
                edges._sources_of_job[job].append(number)
        edges.class_of = roomy(arrays["edge.class"])
        edges.source_of = roomy(arrays["edge.source"])
        edges.since, edges.until = roomy(arrays["edge.since"]), roomy(arrays["edge.until"])
        edges._used = len(arrays["edge.since"])
        return edges


def passes(class_: Class, edges: EdgeFilter) -> bool:
    """Tell whether edges of a class pass a filter, of whatever job they are."""
    if edges.kinds is not None and class_.kind not in edges.kinds:
        return False
    if edges.evidence is not None and class_.evidence is not edges.evidence:
        return False
    # Whole words of DIRECT/TRANSFORMATION/MASKING, so that "DIRECT" is no part of INDIRECT.
    return not edges.transformations or any(
        f"/{asked}/" in f"/{word}/"
        for asked in edges.transformations
        for word in class_.transformations
    )
