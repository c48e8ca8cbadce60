"""Plan and apply: a domain keeps a folder, and the mesh follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from isogloss.errors import NotFound
from isogloss.model.catalog import Domain
from isogloss.model.change import Plan, SourceContent
from isogloss.model.lineage import Direction, Level
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.commits import Commits
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.services.loading import Loaded, Loading
from isogloss.services.ownership import OPERATOR
from isogloss.services.wording import by_resource
from isogloss.store.mesh import Mesh
from isogloss.store.named_graphs import CATALOGUE
from isogloss.vocab import DPROD, MESH


class Planning:
    """What a folder would change, and the change itself, which is what was shown or nothing."""

    def __init__(
        self,
        mesh: Mesh,
        catalog: Catalog,
        lineage: Snapshots,
        loading: Loading,
        commits: Commits,
    ) -> None:
        self._mesh = mesh
        self._catalog = catalog
        self._lineage = lineage
        self._loading = loading
        self._commits = commits

    def plan(self, domain: str, files: Mapping[str, bytes], *, author: Iri = OPERATOR) -> Plan:
        """Tell what the mesh would become if a domain's sources were these Turtle files.

        `files` is source → bytes; sources that an earlier folder had and this one lacks are
        removed.

        Raises:
            As `Commits.replace` does.
        """
        contents, _ = self._contents(domain, files, author, preview=True)
        plan = self._commits.plan(contents, author=author, folder=True)
        return replace(
            plan,
            resources=by_resource(plan.change, self._mesh.at(plan.sequence)),
            readers=self._readers(self._catalog.get_domain(domain), plan),
        )

    def apply(
        self,
        domain: str,
        files: Mapping[str, bytes],
        digest: str,
        *,
        author: Iri = OPERATOR,
        message: str = "",
        id: str | None = None,
    ) -> Loaded:
        """Commit exactly the plan of this digest.

        Raises:
            StalePlan: the plan is no longer what would happen.
            As `Commits.replace` does.
        """
        contents, notes = self._contents(domain, files, author, preview=False)
        outcome = self._commits.replace(
            contents, author=author, message=message, id=id, plan=digest, folder=True
        )
        return Loaded(outcome, notes)

    def _contents(
        self, domain: str, files: Mapping[str, bytes], author: Iri, *, preview: bool
    ) -> tuple[Sequence[SourceContent], tuple[str, ...]]:
        contents, notes = self._loading.read_files(domain, files, author, preview=preview)
        space = f"{self._catalog.get_domain(domain).uri_space}graph/"
        applied = {
            quad.subject
            for quad in self._mesh.graph.statements(MESH.applied)
            if quad.graph == CATALOGUE and quad.subject.startswith(space)
        }
        gone = sorted({graph.removeprefix(space) for graph in applied} - files.keys())
        return [*contents, *(SourceContent(domain, name, frozenset()) for name in gone)], notes

    def _readers(self, domain: Domain, plan: Plan) -> tuple[tuple[str, tuple[Iri, ...]], ...]:
        """Find the products of other domains that read what the plan changes."""
        changed = {quad.subject for quad in plan.change.added | plan.change.removed}
        graph = self._mesh.graph
        # A column or a port that changes is its dataset's or its product's change.
        wholes = {
            Iri(str(quad.object))
            for quads in graph.describe(changed).values()
            for quad in quads
            if quad.predicate == MESH.fieldOf
        }
        for predicate in (DPROD.outputPort, DPROD.outputDataset):
            for products in graph.referrers(predicate, changed | wholes).values():
                wholes.update(products)
        reading: set[Iri] = set()
        lineage = self._lineage.at()
        for iri in sorted(changed | wholes):
            try:
                reached = lineage.lineage(iri, Direction.DOWNSTREAM, level=Level.PRODUCT)
            except NotFound:
                continue  # a term, a person, or something that is only now described
            reading.update(node.id for node in reached.nodes)
        owners = self._catalog.product_ids()
        names = {found.id: found.name for found in self._catalog.domains()}
        by_domain: dict[str, list[Iri]] = {}
        for iri in sorted(reading):
            owner = owners.get(iri)
            if owner is not None and owner != domain.id:
                by_domain.setdefault(names.get(owner, owner), []).append(iri)
        return tuple((name, tuple(iris)) for name, iris in sorted(by_domain.items()))
