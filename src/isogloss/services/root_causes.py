"""Ask what is wrong upstream of something."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from isogloss.lineage.causes import causes
from isogloss.lineage.cut_out import around, distances
from isogloss.model.lineage import Direction, Level
from isogloss.model.lineage_answers import (
    Bound,
    LineageFilter,
    Measurement,
    RootCauses,
    Run,
)
from isogloss.model.rdf import Iri
from isogloss.services.description import local_name
from isogloss.services.lineage import Snapshot
from isogloss.services.lineage_asking import Filters
from isogloss.services.lineage_pages import cut, place_of
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.services.run_records import describe, instant, runs_of
from isogloss.vocab import DQV, MESH, PROV

MAX_HOPS = 30
MAX_CAUSES = 100
_ALL = LineageFilter()


class RootCauseSearch:
    """Looks at runs, measured qualities and objectives along the lineage of datasets."""

    def __init__(
        self,
        snapshots: Snapshots,
        clock: Callable[[], datetime],
    ) -> None:
        self._snapshots = snapshots
        self._clock = clock

    def root_causes(
        self,
        of: Iri,
        *,
        filter: LineageFilter = _ALL,
        max_hops: int = MAX_HOPS,
        max_causes: int = MAX_CAUSES,
        after: str | None = None,
    ) -> RootCauses:
        """Find what is wrong with `of`, or with the datasets that it comes from, nearest first.

        Raises:
            NotFound: `of` is nothing that has lineage.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        question = repr(("rootCauses", of, filter, max_hops))
        place = place_of(after, question, self._snapshots.sequence)
        snapshot = self._snapshots.at(place.sequence)
        asking = Filters(snapshot).asking(Level.DATASET, filter)
        starts = snapshot.expand(of, Level.DATASET)
        graph = around(asking, starts, Direction.UPSTREAM)
        away = distances(graph, starts, Direction.UPSTREAM, asking.ignored)
        datasets = sorted(away)
        told = _Told(snapshot)
        names = told.names(away)
        makers: defaultdict[Iri, set[Iri]] = defaultdict(set)
        for arc in graph.edges:
            for link in graph.edges[arc]["links"]:
                if link.job is not None:
                    makers[link.downstream].add(link.job)
        for name, job in told.makers(names):
            makers[names[name]].add(job)
        reader = snapshot.reader()
        inside = reader.places(reader.columns_of(set(names)))
        columns = {name: place for name, place in inside.items() if place and place.dataset in away}
        names |= {name: place.node for name, place in columns.items()}
        away |= {place.node: away[place.dataset] for place in columns.values()}
        every = causes(
            away,
            makers,
            runs=told.runs({job for jobs in makers.values() for job in jobs}),
            measurements=told.measurements(names),
            bounds=told.bounds(datasets, names),
            now=self._clock(),
        )
        chosen, truncation = cut(
            every,
            place,
            question,
            most=("maxCauses", max_causes),
            max_hops=max_hops,
            distance=lambda cause: cause.distance,
            what="causes",
        )
        return RootCauses(tuple(chosen), asking.extent(truncation))


class _Told:
    """What one snapshot tells of runs, measured qualities and promises."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._state = snapshot.state

    def names(self, datasets: Iterable[Iri]) -> dict[Iri, Iri]:
        """Find all names of datasets, each with the one that it goes by here."""
        group = self._snapshot.levels.group
        return {name: dataset for dataset in datasets for name in group(dataset).members}

    def makers(self, names: Collection[Iri]) -> Iterable[tuple[Iri, Iri]]:
        """Pair names of datasets with the jobs that make them, or whose runs generated them."""
        described = describe(self._state, names)
        for about in described:
            yield from ((about.subject, job) for job in about.iris(MESH.madeBy))
        generated = {about.subject: about.iris(PROV.wasGeneratedBy) for about in described}
        runs = sorted({run for some in generated.values() for run in some})
        job_of = {run.id: run.job for run in runs_of(self._state, describe(self._state, runs))}
        for dataset, some in generated.items():
            for run in some:
                if job := job_of.get(run):
                    yield dataset, job

    def runs(self, jobs: Collection[Iri]) -> list[Run]:
        """Read the runs of jobs."""
        plans = self._state.referrers(PROV.hadPlan, sorted(jobs))
        parts = sorted({part for some in plans.values() for part in some})
        owners = self._state.referrers(PROV.qualifiedAssociation, parts)
        found = {run for some in owners.values() for run in some}
        return runs_of(self._state, describe(self._state, found))

    def measurements(self, names: Mapping[Iri, Iri]) -> list[Measurement]:
        """Read what was measured of what names stand for."""
        on = self._state.referrers(DQV.computedOn, names)
        node_of = {one: names[name] for name, some in on.items() for one in some}
        return [
            Measurement(
                about.subject,
                node_of[about.subject],
                local_name(metric),
                value,
                instant(about, PROV.generatedAtTime),
            )
            for about in describe(self._state, node_of)
            if (metric := about.iri(DQV.isMeasurementOf)) and (value := about.text(DQV.value))
        ]

    def bounds(self, datasets: Collection[Iri], names: Mapping[Iri, Iri]) -> list[Bound]:
        """Read what products promise of datasets."""
        products_of = self._snapshot.levels.wholes_of(datasets, Level.PRODUCT)
        named = sorted({product for some in products_of.values() for product in some})
        products = {one.id: one for one in self._snapshot.catalog.products(named) if one}
        promised = sorted({iri for one in products.values() for iri in one.objectives})
        objectives = {one.id: one for one in self._snapshot.catalog.objectives(promised) if one}
        return [
            Bound(objective.id, dataset, objective.metric, objective.operator, objective.value)
            for dataset, owners in products_of.items()
            for product in sorted(owners)
            if product in products
            for objective in map(objectives.get, products[product].objectives)
            # Without a target it is promised of all that the product gives.
            if objective and (objective.dataset is None or names.get(objective.dataset) == dataset)
        ]
