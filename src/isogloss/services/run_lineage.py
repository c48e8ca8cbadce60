"""Tell what exactly a run did: by its own events, or else by what is stated of it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from isogloss.errors import NotFound
from isogloss.intake.events import Event
from isogloss.intake.jobs import describe_job_graph
from isogloss.intake.naming import dataset_iri, run_iri
from isogloss.intake.runs import datasets_of, read_run
from isogloss.model.lineage import Direction, EdgeFilter, EdgeKind, Evidence, Extent, Level, Link
from isogloss.model.lineage_answers import Run, RunLineage
from isogloss.model.rdf import Iri, Quad
from isogloss.services.description import Description
from isogloss.services.event_streams import kept_events
from isogloss.services.lineage import Snapshot
from isogloss.services.lineage_asking import Asking
from isogloss.services.lineage_pages import cut, place_of
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.services.run_records import runs_of
from isogloss.services.statements import read_statements
from isogloss.vocab import DCTERMS, MESH, PROV, RDF

MAX_NODES = 1_000


@dataclass(frozen=True, slots=True)
class _Did:
    """What a run read and wrote, by canonical names, and the edges between the columns."""

    inputs: set[Iri]
    outputs: set[Iri]
    links: list[Link]
    at: int


class RunTracer:
    """Reads runs; a job's lineage follows its newest run, so an older one's is not in the index."""

    def __init__(
        self,
        snapshots: Snapshots,
        commits_touching: Callable[[Collection[Iri]], Iterable[int]],
    ) -> None:
        """Take `commits_touching` to find when something was said of resources."""
        self._snapshots = snapshots
        self._commits_touching = commits_touching

    def run_lineage(
        self, run: Iri, *, max_nodes: int = MAX_NODES, after: str | None = None
    ) -> RunLineage:
        """Tell what a run read and wrote, and how it made the columns that it wrote.

        Of a page, inputs are first, then outputs, then edges. A run that failed wrote nothing.

        Raises:
            NotFound: the mesh knows no such run.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        question = repr(("runLineage", run))
        place = place_of(after, question, self._snapshots.sequence)
        snapshot = self._snapshots.at(place.sequence)
        run = snapshot.catalog.moved([run]).get(run, run)
        about = Description(run, snapshot.state.describe([run])[run])
        if MESH.Run not in about.iris(RDF.type):
            raise NotFound(f"{run} is no run of the mesh: look at the jobs of an edge for theirs.")
        found = next(iter(runs_of(snapshot.state, [about])), Run(run, None, "", None, None))
        did = self._reported(snapshot, run) or self._stated(place.sequence, found)
        rows: list[tuple[str, Iri | Link]] = [
            *(("read", one) for one in sorted(did.inputs)),
            *(("wrote", one) for one in sorted(did.outputs)),
            *(("made", link) for link in did.links),
        ]
        most = ("maxNodes", max_nodes)
        what = "inputs, outputs and edges"
        chosen, truncation = cut(rows, place, question, most=most, what=what)
        ends = {end for link in did.links for end in link[:2]}
        nodes = len(did.inputs | did.outputs | ends)
        return RunLineage(
            found,
            tuple(one for word, one in chosen if word == "read" and not isinstance(one, Link)),
            tuple(one for word, one in chosen if word == "wrote" and not isinstance(one, Link)),
            tuple(one for _, one in chosen if isinstance(one, Link)),
            Extent(did.at, nodes, len(did.links), truncation),
        )

    def _reported(self, snapshot: Snapshot, run: Iri) -> _Did | None:
        """Read the run's own events, if it has any."""
        space = run.rpartition("/")[0].removesuffix("run")
        referring = snapshot.state.referrers(DCTERMS.subject, [run])[run]
        # Only the run's own domain can tell what it did.
        began = {
            quad: since
            for quad, since in snapshot.state.began(referring, RDF.value).items()
            if quad.graph.startswith(f"{space}graph/")
        }
        graph_of = {quad.subject: quad.graph for quad in began}
        by_job: defaultdict[tuple[tuple[str, str], Iri], set[Event]] = defaultdict(set)
        for iri, event in kept_events(began).items():
            if event.run and run_iri(space, event.run) == run:
                by_job[event.about, graph_of[iri]].add(event)
        if not by_job:
            return None
        inputs: set[Iri] = set()
        outputs: set[Iri] = set()
        told: list[Quad] = []
        for (about, graph), events in by_job.items():
            reported = read_run(space, events)
            sides = {"inputs": inputs, "outputs": set() if reported.is_failed else outputs}
            for event in events:
                for _, side, found in datasets_of(event):
                    sides[side].add(dataset_iri(space, found["namespace"], found["name"]))
            if not reported.is_failed:
                triples = describe_job_graph(space, about, reported, None, {})
                told += (Quad(*triple, graph) for triple in triples)
        return _Did(
            snapshot.levels.canonical(inputs),
            snapshot.levels.canonical(outputs),
            self._links(snapshot, told, max(began.values())),
            snapshot.sequence,
        )

    def _links(self, snapshot: Snapshot, told: Collection[Quad], since: int) -> list[Link]:
        """Find the edges between columns that statements tell of, true since a commit."""
        by_subject: defaultdict[Iri, list[Quad]] = defaultdict(list)
        for quad in told:
            by_subject[quad.subject].append(quad)

        def about(subjects: Collection[Iri], predicates: Collection[Iri]) -> Iterable[Quad]:
            return (q for one in subjects for q in by_subject[one] if q.predicate in predicates)

        columns = {quad.subject for quad in told if quad.predicate == MESH.fieldOf}
        # What nobody speaks of any more goes by the name that the run had for it.
        places = snapshot.reader().places(columns)
        name = {column: place.node if place else column for column, place in places.items()}
        ways: defaultdict[tuple[Iri, Iri, EdgeKind, Evidence, Iri, Iri | None], set[str]]
        ways = defaultdict(set)
        for one in read_statements(about, sorted(columns)):
            if one.upstream in columns and name[one.downstream] != name[one.upstream]:
                ends = name[one.downstream], name[one.upstream]
                ways[*ends, one.kind, one.evidence, one.graph, one.job] |= one.words
        return sorted(
            (
                Link(*key[:4], tuple(sorted(words)), *key[4:], since, None)
                for key, words in ways.items()
            ),
            key=lambda link: (*link[:2], link.kind.value, link.graph, link.job or ""),
        )

    def _stated(self, sequence: int, run: Run) -> _Did:
        """Read what was said of a run that has no events, and the edges of its job then."""
        # As of the last that was said of it: later runs may have made its outputs anew.
        commits = [n for n in self._commits_touching([run.id]) if n <= sequence]
        at = max(commits, default=sequence)
        then = self._snapshots.at(at)
        about = Description(run.id, then.state.describe([run.id])[run.id])
        inputs = then.levels.canonical(about.iris(PROV.used))
        made = then.state.referrers(PROV.wasGeneratedBy, [run.id])[run.id]
        outputs = then.levels.canonical({*made, *about.iris(PROV.generated)})
        edges = EdgeFilter(jobs=frozenset({run.job} if run.job else ()))
        asking = Asking(then, Level.COLUMN, edges, None, frozenset())
        read, written = (
            {column for dataset in some for column in then.expand(dataset, Level.COLUMN)}
            for some in (inputs, outputs)
        )
        reached = asking(sorted(written), Direction.UPSTREAM, within=read)
        return _Did(
            inputs, outputs, [one for one in reached.links if one.downstream in written], at
        )
