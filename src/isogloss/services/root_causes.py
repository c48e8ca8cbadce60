"""Ask what is wrong upstream of something, and what exactly a run did."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime

from isogloss.errors import NotFound
from isogloss.lineage.causes import causes
from isogloss.lineage.cut_out import around, distances
from isogloss.model.lineage import Direction, EdgeFilter, Level
from isogloss.model.lineage_answers import (
    Bound,
    LineageFilter,
    Measurement,
    RootCauses,
    Run,
    RunLineage,
)
from isogloss.model.rdf import Iri, Literal
from isogloss.services.catalog import Catalog
from isogloss.services.description import Description, local_name
from isogloss.services.lineage import LineageTracer
from isogloss.services.lineage_asking import Asking, Filters
from isogloss.services.lineage_pages import cut, place_of
from isogloss.store.graph import Reader
from isogloss.vocab import DQV, MESH, PROV, RDF

MAX_HOPS = 30
MAX_CAUSES = 100
_ALL = LineageFilter()


class RootCauseSearch:
    """Looks at runs, measured qualities and objectives along the lineage of datasets."""

    def __init__(
        self,
        graph: Reader,
        catalog: Catalog,
        tracer: LineageTracer,
        clock: Callable[[], datetime],
        commits_touching: Callable[[Collection[Iri]], Iterable[int]],
    ) -> None:
        """Take `commits_touching` to find when something was said of resources."""
        self._graph = graph
        self._catalog = catalog
        self._tracer = tracer
        self._clock = clock
        self._commits_touching = commits_touching
        self._filters = Filters(graph, catalog, tracer)

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
        place = place_of(after, question, self._graph.sequence)
        asking = self._filters.asking(Level.DATASET, place.sequence, filter)
        starts = self._tracer.expand(of, Level.DATASET)
        graph = around(asking, starts, Direction.UPSTREAM)
        away = distances(graph, starts, Direction.UPSTREAM, asking.ignored)
        datasets = sorted(away)
        names = self._names(away)
        makers: defaultdict[Iri, set[Iri]] = defaultdict(set)
        for arc in graph.edges:
            for link in graph.edges[arc]["links"]:
                if link.job is not None:
                    makers[link.downstream].add(link.job)
        for name, job in self._makers(names):
            makers[names[name]].add(job)
        inside = self._tracer.reader().places(self._tracer.reader().columns_of(set(names)))
        columns = {name: place for name, place in inside.items() if place and place.dataset in away}
        names |= {name: place.node for name, place in columns.items()}
        away |= {place.node: away[place.dataset] for place in columns.values()}
        every = causes(
            away,
            makers,
            runs=self._runs({job for jobs in makers.values() for job in jobs}),
            measurements=self._measurements(names),
            bounds=self._bounds(datasets, names),
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

    def run_lineage(self, run: Iri) -> RunLineage:
        """Tell what a run read and wrote, and how its job made the columns that it wrote.

        Raises:
            NotFound: the mesh knows no such run.
        """
        # As of the last that was said of it: later runs may have made its outputs anew.
        commits = [n for n in self._commits_touching([run]) if n <= self._graph.sequence]
        at = max(commits, default=self._graph.sequence)
        then = self._tracer.levels(at)
        about = Description(run, then.state.describe([run])[run])
        if MESH.Run not in about.iris(RDF.type):
            raise NotFound(f"{run} is no run of the mesh: look at the jobs of an edge for theirs.")
        inputs = then.canonical(about.iris(PROV.used))
        made = then.state.referrers(PROV.wasGeneratedBy, [run])[run]
        outputs = then.canonical({*made, *about.iris(PROV.generated)})
        found = next(iter(self._runs_of([about])), Run(run, None, "", None, None))
        edges = EdgeFilter(jobs=frozenset({found.job} if found.job else ()))
        asking = Asking(self._tracer, Level.COLUMN, at, edges, None, frozenset())
        read, written = (
            {column for dataset in some for column in then.expand(dataset, Level.COLUMN)}
            for some in (inputs, outputs)
        )
        reached = asking(sorted(written), Direction.UPSTREAM, within=read)
        links = tuple(one for one in reached.links if one.downstream in written)
        shown = tuple(sorted(inputs)), tuple(sorted(outputs))
        return RunLineage(found, *shown, links, asking.extent(None))

    def _names(self, datasets: Iterable[Iri]) -> dict[Iri, Iri]:
        """Find all names of datasets, each with the one that it goes by here."""
        group = self._tracer.levels().group
        return {name: dataset for dataset in datasets for name in group(dataset).members}

    def _makers(self, names: Collection[Iri]) -> Iterable[tuple[Iri, Iri]]:
        """Pair names of datasets with the jobs that make them, or whose runs generated them."""
        described = self._describe(names)
        for about in described:
            yield from ((about.subject, job) for job in about.iris(MESH.madeBy))
        generated = {about.subject: about.iris(PROV.wasGeneratedBy) for about in described}
        runs = sorted({run for some in generated.values() for run in some})
        job_of = {run.id: run.job for run in self._runs_of(self._describe(runs))}
        for dataset, some in generated.items():
            for run in some:
                if job := job_of.get(run):
                    yield dataset, job

    def _runs(self, jobs: Collection[Iri]) -> list[Run]:
        plans = self._graph.referrers(PROV.hadPlan, sorted(jobs))
        parts = sorted({part for some in plans.values() for part in some})
        owners = self._graph.referrers(PROV.qualifiedAssociation, parts)
        return self._runs_of(self._describe({run for some in owners.values() for run in some}))

    def _runs_of(self, described: Collection[Description]) -> list[Run]:
        parts = {
            part: about for about in described for part in about.iris(PROV.qualifiedAssociation)
        }
        found = []
        for part in self._describe(parts):
            job, about = part.iri(PROV.hadPlan), parts[part.subject]
            if job is not None:
                found.append(
                    Run(
                        about.subject,
                        job,
                        about.code(MESH.runState) or "",
                        _instant(about, PROV.startedAtTime, first=True),
                        _instant(about, PROV.endedAtTime),
                    )
                )
        return found

    def _measurements(self, names: Mapping[Iri, Iri]) -> list[Measurement]:
        on = self._graph.referrers(DQV.computedOn, names)
        node_of = {one: names[name] for name, some in on.items() for one in some}
        return [
            Measurement(
                about.subject,
                node_of[about.subject],
                local_name(metric),
                value,
                _instant(about, PROV.generatedAtTime),
            )
            for about in self._describe(node_of)
            if (metric := about.iri(DQV.isMeasurementOf)) and (value := about.text(DQV.value))
        ]

    def _bounds(self, datasets: Collection[Iri], names: Mapping[Iri, Iri]) -> list[Bound]:
        products_of = self._tracer.levels().wholes_of(datasets, Level.PRODUCT)
        named = sorted({product for some in products_of.values() for product in some})
        products = {one.id: one for one in self._catalog.products(named) if one}
        promised = sorted({iri for one in products.values() for iri in one.objectives})
        objectives = {one.id: one for one in self._catalog.objectives(promised) if one}
        return [
            Bound(objective.id, dataset, objective.metric, objective.operator, objective.value)
            for dataset, owners in products_of.items()
            for product in sorted(owners)
            if product in products
            for objective in map(objectives.get, products[product].objectives)
            # Without a target it is promised of all that the product gives.
            if objective and (objective.dataset is None or names.get(objective.dataset) == dataset)
        ]

    def _describe(self, ids: Collection[Iri]) -> list[Description]:
        found = self._graph.describe(sorted(ids))
        return [Description(iri, quads) for iri, quads in found.items()]


def _instant(about: Description, predicate: Iri, *, first: bool = False) -> datetime | None:
    """Read the last of an event's instants, or the first; without an offset it is in UTC."""
    found = []
    for quad in about.quads:
        if quad.predicate == predicate and isinstance(quad.object, Literal):
            try:
                read = datetime.fromisoformat(quad.object.value)
            except ValueError:
                continue
            found.append(read if read.tzinfo else read.replace(tzinfo=UTC))
    return (min if first else max)(found, default=None)
