"""Build the services from the settings: the only place that wires."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from threading import Lock

from isogloss import resources
from isogloss.governance.regime import Regime
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.model.governance import ValidationReport
from isogloss.services.agreements import Agreements, mapping_turn
from isogloss.services.bench import Bench
from isogloss.services.bench_process import BenchProcess
from isogloss.services.candidates import Candidates
from isogloss.services.catalog import Catalog
from isogloss.services.claiming import Claiming
from isogloss.services.commits import Commits
from isogloss.services.comparing import Comparing
from isogloss.services.compositions import Compositions
from isogloss.services.discovery import Discovery
from isogloss.services.events import Events
from isogloss.services.exports import Exports
from isogloss.services.governance import Governance
from isogloss.services.history import History, Moment
from isogloss.services.identity import Identities
from isogloss.services.impact import ImpactAnalysis
from isogloss.services.judge import Clock, Judge, judged_once, now
from isogloss.services.lineage_questions import LineageQuestions
from isogloss.services.lineage_shape import LineageShape
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.services.loading import Loading
from isogloss.services.mapping_files import MappingFiles
from isogloss.services.mapping_import import MappingImport
from isogloss.services.mapping_watch import MappingWatch
from isogloss.services.mappings import Mappings
from isogloss.services.meaning import Meanings
from isogloss.services.meaning_watch import MeaningWatch
from isogloss.services.names import Names
from isogloss.services.planning import Planning
from isogloss.services.previewing import Previewing
from isogloss.services.projection import Projection
from isogloss.services.quorum import Quorum
from isogloss.services.regimes import Regimes
from isogloss.services.root_causes import RootCauseSearch
from isogloss.services.rule_exports import RuleExports
from isogloss.services.rules import Rules
from isogloss.services.run_lineage import RunTracer
from isogloss.services.scorecards import Scorecards
from isogloss.services.sql_lineage import SqlLineage
from isogloss.services.steward_queue import StewardQueue
from isogloss.services.translating import Translating
from isogloss.services.verdict_records import VerdictRecords
from isogloss.services.verdicts import Verdicts
from isogloss.services.waivers import Waivers
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
    lineage: Snapshots
    questions: LineageQuestions
    shape: LineageShape
    impact: ImpactAnalysis
    root_causes: RootCauseSearch
    runs: RunTracer
    meanings: Meanings
    comparing: Comparing
    agreements: Agreements
    compositions: Compositions
    mapping_files: MappingFiles
    verdicts: Verdicts
    translating: Translating
    discovery: Discovery
    exports: Exports
    clock: Clock


@dataclass(frozen=True, slots=True)
class Services(View):
    """Everything a door needs, over one open mesh: the newest state, its past, and changes."""

    mesh: Mesh
    projection: Projection
    judge: Judge
    previewing: Previewing
    rules: Rules
    rule_exports: RuleExports
    waivers: Waivers
    scorecards: Scorecards
    commits: Commits
    verdict_records: VerdictRecords
    identities: Identities
    mappings: Mappings
    mapping_import: MappingImport
    queue: StewardQueue
    loading: Loading
    events: Events
    claiming: Claiming
    sql: SqlLineage
    planning: Planning
    history: History
    watching: Watching
    mapping_watch: MappingWatch
    meaning_watch: MeaningWatch
    tokens: Tokens
    unseen: timedelta
    view: Callable[[int, datetime], View]
    turn: Callable[[int, Moment], datetime]
    _pasts: OrderedDict[tuple[int, datetime], View] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def as_of(self, moment: Moment) -> View:
        """Give the state of the mesh at an instant, or after a commit, and what judged it then.

        Raises:
            NotFound: there is no such commit yet.
        """
        sequence = self.history.resolve(moment)
        key = sequence, self.turn(sequence, moment)
        with self._lock:
            if key not in self._pasts:
                self._pasts[key] = self.view(*key)
                if len(self._pasts) > _PASTS_KEPT:
                    self._pasts.popitem(last=False)
            self._pasts.move_to_end(key)
            return self._pasts[key]

    def close(self) -> None:
        """Let go of the mesh's folder."""
        self.events.close()
        self.judge.close()
        self.previewing.close()
        self.tokens.close()
        self.projection.save()
        self.mesh.close()


def build(
    settings: Settings,
    *,
    rulebook: Rulebook | None = None,
    rebuild: bool = False,
    isolated: bool = False,
    clock: Clock = now,
) -> Services:
    """Open the mesh of the settings; with `rebuild`, make its graph anew from the journal.

    The rules in force are those of the mesh and, unless it has replaced them, the rulebook, or
    without one those that travel with the package. `isolated` judges in a process of its own,
    which a server can do without for a while. `clock` tells which rules and waivers hold.

    Raises:
        StoreUnavailable: another process has the folder open, or it cannot be used.
        ValidationFailed: the rules that travel with the package cannot be read.
    """
    rulebook = rulebook or Rulebook(resources.texts("shapes", ".ttl"))
    known = axioms(resources.texts("ontology", ".ttl"))
    benches = BenchProcess if isolated else Bench
    mesh = Mesh.open(settings.data, settings.sparql, rebuild=rebuild)

    unclaimed = f"{settings.base_iri}unclaimed/"
    projection = Projection(mesh.journal, mesh.lineage_path, unclaimed, rebuild=rebuild)

    def newest() -> Reader:
        return mesh.at(mesh.journal.head.sequence)

    regimes = Regimes(rulebook, settings.base_iri)

    def judging() -> Judge:
        return Judge(benches(known), newest, mesh.journal.difference, regimes, clock)

    judge = judging()

    def view(
        graph: Reader,
        exact: Callable[[], Reader],
        report: Callable[[], ValidationReport],
        regime: Callable[[], Regime],
        clock: Clock,
    ) -> View:
        catalog = Catalog(graph, settings.base_iri, Names(graph, projection, mesh.at))
        snapshots = Snapshots(graph, catalog, projection, mesh.at)
        meanings = Meanings(graph, catalog)
        return View(
            graph=graph,
            catalog=catalog,
            governance=Governance(exact, catalog, report, lambda: regime().rules),
            lineage=snapshots,
            questions=LineageQuestions(snapshots),
            shape=LineageShape(snapshots),
            impact=ImpactAnalysis(snapshots),
            root_causes=RootCauseSearch(snapshots, clock),
            runs=RunTracer(snapshots, mesh.journal.commits_touching),
            meanings=meanings,
            comparing=Comparing(catalog, meanings, clock),
            agreements=Agreements(graph, catalog),
            compositions=Compositions(catalog, meanings, clock),
            mapping_files=MappingFiles(exact, catalog, meanings),
            verdicts=Verdicts(snapshots, clock),
            translating=Translating(graph, catalog, meanings, clock),
            discovery=Discovery(graph, catalog),
            exports=Exports(exact, catalog),
            clock=clock,
        )

    def turn(sequence: int, moment: Moment) -> datetime:
        start = mesh.journal.instant_of(sequence)
        if isinstance(moment, int):
            return regimes.turn(mesh.at(sequence), start, start)
        # Dates come, and waivers and mappings run out, also between two commits.
        state = mesh.at(sequence)
        ruled = regimes.turn(state, start, moment)
        return max(ruled, mapping_turn(state, start, moment))

    def judged_in_the_past(regime: Regime, state: Reader) -> ValidationReport:
        with closing(benches(known)) as bench:
            return judged_once(bench, state.quads, regime)

    def past(sequence: int, at: datetime) -> View:
        state = mesh.at(sequence)
        regime = cache(lambda: regimes.at(state, at))
        report = cache(lambda: judged_in_the_past(regime(), state))
        return view(state, lambda: state, report, regime, lambda: at)

    current = view(
        mesh.graph, lambda: mesh.at(mesh.graph.sequence), judge.report, judge.regime, clock
    )
    commits = Commits(mesh, judge, settings.base_iri)
    history = History(mesh, current.catalog, settings.base_iri)
    loading = Loading(current.catalog, commits, history)
    previewing = Previewing(
        mesh, current.catalog, current.lineage, judging(), lambda: benches(known), clock
    )
    candidates = Candidates(
        current.graph, current.catalog, current.meanings, clock, current.verdicts.copied_terms
    )
    mappings = Mappings(mesh, current.catalog, commits, clock, candidates.all)
    quorum = Quorum(current.catalog, settings.quorum)
    return Services(
        graph=current.graph,
        catalog=current.catalog,
        governance=current.governance,
        lineage=current.lineage,
        questions=current.questions,
        shape=current.shape,
        impact=current.impact,
        root_causes=current.root_causes,
        runs=current.runs,
        meanings=current.meanings,
        comparing=current.comparing,
        agreements=current.agreements,
        compositions=current.compositions,
        mapping_files=current.mapping_files,
        verdicts=current.verdicts,
        translating=current.translating,
        discovery=current.discovery,
        exports=current.exports,
        mesh=mesh,
        projection=projection,
        judge=judge,
        previewing=previewing,
        rules=Rules(mesh, current.catalog, commits, previewing, regimes, quorum, clock),
        rule_exports=RuleExports(mesh, regimes, known, clock),
        waivers=Waivers(mesh, commits, regimes, clock),
        scorecards=Scorecards(
            mesh,
            current.governance,
            current.catalog,
            lambda: benches(known),
            lambda sequence: Catalog(mesh.at(sequence), settings.base_iri),
            judge.running,
            clock,
        ),
        commits=commits,
        verdict_records=VerdictRecords(current.verdicts, commits),
        identities=Identities(mesh.graph, projection, commits),
        mappings=mappings,
        mapping_import=MappingImport(current.catalog, current.meanings, mappings, clock),
        queue=StewardQueue(
            current.catalog,
            current.meanings,
            current.agreements,
            commits.ownership,
            clock,
            detect=candidates.all,
            flows=current.verdicts.edges_between,
        ),
        loading=loading,
        events=Events(mesh.graph, commits, clock),
        claiming=Claiming(current.graph, current.catalog, commits),
        sql=SqlLineage(current.graph, current.catalog, commits),
        planning=Planning(mesh, current.catalog, current.lineage, loading, commits),
        history=history,
        watching=Watching(mesh, judge, current.governance.report, settings.base_iri),
        mapping_watch=MappingWatch(current.graph, current.catalog, current.meanings, clock),
        meaning_watch=MeaningWatch(current.graph, current.catalog, current.verdicts),
        tokens=Tokens(mesh.tokens_path),
        clock=clock,
        unseen=timedelta(days=settings.unseen_days),
        view=past,
        turn=turn,
    )
