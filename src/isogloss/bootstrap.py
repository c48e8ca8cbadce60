"""Build the services from the settings: the only place that wires."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import Lock

from isogloss import resources
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.model.governance import ValidationReport
from isogloss.model.rdf import Triple
from isogloss.services.bench import Bench, BenchProcess
from isogloss.services.catalog import Catalog
from isogloss.services.commits import Commits
from isogloss.services.discovery import Discovery
from isogloss.services.exports import Exports
from isogloss.services.governance import Governance
from isogloss.services.history import History, Moment
from isogloss.services.judge import Judge
from isogloss.services.lineage import LineageTracer
from isogloss.services.loading import Loading
from isogloss.services.meaning import Meanings
from isogloss.services.planning import Planning
from isogloss.services.previewing import Previewing
from isogloss.services.watching import Watching
from isogloss.settings import Settings
from isogloss.store.graph import Reader
from isogloss.store.mesh import Mesh
from isogloss.store.tokens import Tokens

_PASTS_KEPT = 8
"""So many past states keep what was derived from them."""


@dataclass(frozen=True, slots=True)
class View:
    """What a reader needs, over one state of the mesh."""

    graph: Reader
    catalog: Catalog
    governance: Governance
    lineage: LineageTracer
    meanings: Meanings
    discovery: Discovery
    exports: Exports


@dataclass(frozen=True, slots=True)
class Services(View):
    """Everything a door needs, over one open mesh: the newest state, its past, and changes."""

    mesh: Mesh
    judge: Judge
    previewing: Previewing
    commits: Commits
    loading: Loading
    planning: Planning
    history: History
    watching: Watching
    tokens: Tokens
    view: Callable[[int], View]
    _pasts: OrderedDict[int, View] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def as_of(self, moment: Moment) -> View:
        """Give the state of the mesh at an instant, or after a commit.

        Raises:
            NotFound: there is no such commit yet.
        """
        sequence = self.history.resolve(moment)
        with self._lock:
            if sequence not in self._pasts:
                self._pasts[sequence] = self.view(sequence)
                if len(self._pasts) > _PASTS_KEPT:
                    self._pasts.popitem(last=False)
            self._pasts.move_to_end(sequence)
            return self._pasts[sequence]

    def close(self) -> None:
        """Let go of the mesh's folder."""
        self.judge.close()
        self.previewing.close()
        self.tokens.close()
        self.mesh.close()


def build(
    settings: Settings,
    *,
    rulebook: Rulebook | None = None,
    rebuild: bool = False,
    isolated: bool = False,
) -> Services:
    """Open the mesh of the settings; with `rebuild`, make its graph anew from the journal.

    Without a rulebook, the rules are those that travel with the package. `isolated` judges in a
    process of its own, which a server can do without for a while.

    Raises:
        StoreUnavailable: another process has the folder open, or it cannot be used.
        ValidationFailed: the rules that travel with the package cannot be read.
    """
    rulebook = rulebook or Rulebook(resources.texts("shapes", ".ttl"))
    known = axioms(resources.texts("ontology", ".ttl"))
    benches = BenchProcess if isolated else Bench
    mesh = Mesh.open(settings.data, settings.sparql, rebuild=rebuild)

    def newest() -> Reader:
        return mesh.at(mesh.journal.head.sequence)

    judge = Judge(benches(rulebook, known), newest, mesh.journal.difference)

    def view(
        graph: Reader, exact: Callable[[], Reader], report: Callable[[], ValidationReport]
    ) -> View:
        catalog = Catalog(graph, settings.base_iri)
        return View(
            graph=graph,
            catalog=catalog,
            governance=Governance(exact, catalog, report, rulebook.rules),
            lineage=LineageTracer(graph, catalog),
            meanings=Meanings(graph, catalog),
            discovery=Discovery(graph, catalog),
            exports=Exports(exact, catalog),
        )

    def past(sequence: int) -> View:
        state = mesh.at(sequence)
        return view(state, lambda: state, cache(lambda: _judged(rulebook, known, state)))

    now = view(mesh.graph, lambda: mesh.at(mesh.graph.sequence), judge.report)
    commits = Commits(mesh, judge, settings.base_iri)
    history = History(mesh, now.catalog, settings.base_iri)
    loading = Loading(now.catalog, commits, history)
    return Services(
        graph=now.graph,
        catalog=now.catalog,
        governance=now.governance,
        lineage=now.lineage,
        meanings=now.meanings,
        discovery=now.discovery,
        exports=now.exports,
        mesh=mesh,
        judge=judge,
        previewing=Previewing(
            mesh,
            now.catalog,
            now.lineage,
            rulebook,
            Judge(benches(rulebook, known), newest, mesh.journal.difference),
            lambda draft: benches(draft, known),
        ),
        commits=commits,
        loading=loading,
        planning=Planning(mesh, now.catalog, now.lineage, loading, commits),
        history=history,
        watching=Watching(mesh, judge, now.governance.report, settings.base_iri),
        tokens=Tokens(mesh.tokens_path),
        view=past,
    )


def _judged(rulebook: Rulebook, known: Sequence[Triple], state: Reader) -> ValidationReport:
    bench = Bench(rulebook, known)
    bench.load(state.quads())
    return bench.report()
