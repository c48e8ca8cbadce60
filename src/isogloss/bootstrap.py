"""Build the services from the settings: the only place that wires."""

from dataclasses import dataclass

from isogloss import resources
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import Validator
from isogloss.services.catalog import Catalog
from isogloss.services.commits import Commits
from isogloss.services.discovery import Discovery
from isogloss.services.exports import Exports
from isogloss.services.governance import Governance
from isogloss.services.lineage import LineageTracer
from isogloss.services.loading import Loading
from isogloss.services.meaning import Meanings
from isogloss.settings import Settings
from isogloss.store.graph import Graph


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a door needs, over one open mesh."""

    graph: Graph
    catalog: Catalog
    governance: Governance
    commits: Commits
    loading: Loading
    lineage: LineageTracer
    meanings: Meanings
    discovery: Discovery
    exports: Exports

    def close(self) -> None:
        """Let go of the mesh's folder."""
        self.graph.close()


def build(settings: Settings) -> Services:
    """Open the mesh of the settings.

    Raises:
        StoreUnavailable: another process has the folder open, or it cannot be used.
        ValidationFailed: the rules that travel with the package cannot be read.
    """
    graph = Graph.open(settings.data)
    catalog = Catalog(graph, settings.base_iri)
    rulebook = Rulebook(resources.texts("shapes", ".ttl"))
    validator = Validator(rulebook, ontology=resources.texts("ontology", ".ttl"))
    governance = Governance(graph, catalog, validator, rulebook.rules)
    commits = Commits(graph, catalog, governance)
    return Services(
        graph=graph,
        catalog=catalog,
        governance=governance,
        commits=commits,
        loading=Loading(catalog, commits),
        lineage=LineageTracer(graph, catalog),
        meanings=Meanings(graph, catalog),
        discovery=Discovery(graph, catalog),
        exports=Exports(graph, catalog),
    )
