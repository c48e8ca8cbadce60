"""Find domains, products, ports, datasets, columns and terms.

Readers of many resources take a list and answer in its order, None where the IRI names
nothing of that kind, in a number of store calls that does not depend on the list.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from isogloss.errors import InvalidInput, NotFound
from isogloss.intake.events import instant_of
from isogloss.lineage.group_history import Group
from isogloss.model.catalog import (
    Agent,
    Column,
    DataProduct,
    Dataset,
    Domain,
    Port,
    ServiceLevelObjective,
    Term,
)
from isogloss.model.rdf import Iri, Literal
from isogloss.services import description as read
from isogloss.services.claims import read_claims
from isogloss.services.current import Current
from isogloss.services.description import Description
from isogloss.services.moved import moved
from isogloss.services.names import Names
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import CATALOGUE
from isogloss.vocab import (
    DCAT,
    DCTERMS,
    DPROD,
    MESH,
    ODRL,
    PROV,
    RDF,
    SKOS,
)

GOVERNANCE = "governance"
"""The built-in domain of the governance group: it describes the others."""


_JOBS = "/graph/openlineage/jobs/"

UNCLAIMED = "unclaimed"
"""The built-in domain of what is named in namespaces that no domain claims."""


class Catalog:
    """What is in the mesh, as of the last commit."""

    def __init__(self, graph: Reader, base_iri: Iri, names: Names | None = None) -> None:
        """Read a state; with `names`, what goes by several of them is one."""
        self._graph = graph
        self._names = names
        self._base_iri = base_iri
        self._domains = Current(graph, self._read_domains)
        self._graph_domains = Current(graph, self._read_graph_domains)
        self._products = Current(graph, self._read_product_ids)
        self._fields = Current(graph, self._read_column_ids)
        self._datasets = Current(graph, self._read_dataset_ids)
        self._heard = Current(graph, self._read_heard)
        self._terms = Current(graph, self._read_term_ids)
        self._columns = Current(graph, lambda: names.columns() if names else {})

    def of(self, graph: Reader) -> "Catalog":
        """Give the catalogue of another state of the same mesh."""
        names = self._names.of(graph) if self._names else None
        return Catalog(graph, self._base_iri, names)

    # Domains

    def domains(self) -> tuple[Domain, ...]:
        """List the domains that are described, by IRI."""
        return tuple(self._domains.get().values())

    def domains_by_id(self, ids: Sequence[Iri]) -> list[Domain | None]:
        """Read domains."""
        known = self._domains.get()
        unclaimed = self._unclaimed()
        return [known.get(iri) or (unclaimed if iri == unclaimed.id else None) for iri in ids]

    def get_domain(self, name: str) -> Domain:
        """Find a domain by its short name or its IRI.

        Raises:
            NotFound: no domain is called so.
        """
        described = self._domains.get()
        builtin = self._governance()
        # Before all others: nobody becomes it by taking its name.
        if name in (builtin.name, builtin.id):
            return described.get(builtin.id, builtin)
        unclaimed = self._unclaimed()
        if name in (unclaimed.name, unclaimed.id):
            return unclaimed
        if name in described:
            return described[Iri(name)]
        for domain in described.values():
            if name == domain.name:
                return domain
        known = ", ".join(sorted({GOVERNANCE, *(d.name for d in self.domains())}))
        raise NotFound(
            f"There is no domain {name!r}. Known domains: {known}. To found one, describe it "
            "as a mesh:Domain and load that with --domain governance."
        )

    def graphs_of(self, domain: Domain) -> tuple[Iri, ...]:
        """List the named graphs that a domain owns, sorted."""
        owned = self._graph_domains.get()
        return tuple(sorted(graph for graph, owner in owned.items() if owner == domain.id))

    def _governance(self) -> Domain:
        return Domain(
            id=Iri(f"{self._base_iri}governance/domain"),
            name=GOVERNANCE,
            label="Governance",
            definition="The delegates of the domains, who describe the mesh and its rules.",
            uri_space=self._base_iri,
            owner=None,
            glossary=None,
        )

    def _unclaimed(self) -> Domain:
        return Domain(
            id=Iri(f"{self._base_iri}unclaimed/domain"),
            name=UNCLAIMED,
            label="Unclaimed",
            definition="What is named in namespaces that no domain claims yet.",
            uri_space=f"{self._base_iri}unclaimed/",
            owner=None,
            glossary=None,
        )

    def _read_domains(self) -> dict[Iri, Domain]:
        # What a domain is called and owns is believed from the governance group only.
        builtin = self._governance()
        owners = self._graph_domains.get()
        found = {
            quad.subject
            for quad in self._graph.statements(RDF.type, MESH.Domain)
            if owners.get(quad.graph) == builtin.id
        }
        domains = {}
        for iri, quads in self._graph.describe(sorted(found)).items():
            stated = [quad for quad in quads if owners.get(quad.graph) == builtin.id]
            domains[iri] = read.domain(Description(iri, stated))
        if builtin.id in domains:
            domains[builtin.id] = replace(domains[builtin.id], name=GOVERNANCE)
        return domains

    def _read_graph_domains(self) -> dict[Iri, Iri]:
        owned = self._graph.describe(
            sorted({quad.subject for quad in self._graph.statements(MESH.dataGraph)})
        )
        # Ownership is believed from the catalogue's graph only, never from a domain's own.
        return {
            Iri(str(quad.object)): quad.subject
            for quads in owned.values()
            for quad in quads
            if quad.predicate == MESH.dataGraph and quad.graph == CATALOGUE
        }

    # Resources by kind: IRI → the domain whose graph describes it

    def product_ids(self) -> Mapping[Iri, Iri | None]:
        """List products, sorted by IRI, each with the domain whose graph describes it."""
        return self._products.get()

    def dataset_ids(self) -> Mapping[Iri, Iri | None]:
        """List datasets likewise, but that a claimed namespace is its claimant's.

        One that only has names that nobody claims is the unclaimed space's.
        """
        return self._datasets.get()

    def column_ids(self) -> Mapping[Iri, Iri | None]:
        """List columns likewise."""
        return self._fields.get()

    def term_ids(self) -> Mapping[Iri, Iri | None]:
        """List terms likewise: the concepts in the domains' glossaries."""
        return self._terms.get()

    def _read_product_ids(self) -> dict[Iri, Iri | None]:
        return dict(sorted(self._read_ids(DPROD.DataProduct).items()))

    def _read_column_ids(self) -> dict[Iri, Iri | None]:
        return _called(self._read_ids(MESH.Field), self._columns.get())

    def _read_dataset_ids(self) -> dict[Iri, Iri | None]:
        found, claims = self._read_ids(DCAT.Dataset), read_claims(self._graph)
        claimed: defaultdict[Iri, set[Iri]] = defaultdict(set)
        for quad in self._graph.statements(MESH.olNamespace):
            if quad.subject not in found or not isinstance(quad.object, Literal):
                continue
            if claimant := claims.claimant(quad.object.value):
                claimed[quad.subject].add(claimant)
        found |= {dataset: min(domains) for dataset, domains in claimed.items()}
        return _called(found, self._names.groups(found) if self._names else {})

    def _read_ids(self, class_: Iri) -> dict[Iri, Iri | None]:
        owners = self._graph_domains.get()
        found: dict[Iri, Iri | None] = {}
        for quad in self._graph.statements(RDF.type, class_):
            owner = owners.get(quad.graph)
            known = found.get(quad.subject)
            found[quad.subject] = min(known, owner) if known and owner else owner or known
        return found

    def _read_heard(self) -> dict[Iri, str]:
        """Read when each job was last heard of, by the graph of its lineage."""
        return {
            quad.graph: quad.object.value
            for quad in self._graph.statements(DCTERMS.modified)
            if _JOBS in quad.graph and isinstance(quad.object, Literal)
        }

    def _last_seen(self, about: Description) -> datetime | None:
        heard = self._heard.get()
        told = {
            quad.graph: quad.object.value
            for quad in about.quads
            if quad.predicate == MESH.lastSeen and isinstance(quad.object, Literal)
        }
        # A job speaks of a dataset as often as it runs, unless it says since when it does not.
        graphs = {quad.graph for quad in about.quads if quad.predicate == RDF.type}
        times = [told.get(graph) or heard.get(graph) for graph in graphs]
        return max((known for time in times if time and (known := _instant(time))), default=None)

    def _read_term_ids(self) -> dict[Iri, Iri | None]:
        glossaries = {d.glossary: d.id for d in self.domains() if d.glossary}
        members = self._graph.referrers(SKOS.inScheme, sorted(glossaries))
        found = {term: glossaries[glossary] for glossary, ts in members.items() for term in ts}
        return dict(sorted(found.items()))

    # Readers of many

    def products(self, ids: Sequence[Iri]) -> list[DataProduct | None]:
        """Read data products."""
        domains = self.product_ids()
        about = self._describe(iri for iri in ids if iri in domains)
        parts = self._describe(
            part
            for product in about.values()
            for part in product.iris(PROV.qualifiedAttribution) + product.iris(ODRL.hasPolicy)
        )
        return [
            read.data_product(about[iri], parts, domains[iri]) if iri in about else None
            for iri in ids
        ]

    def moved(self, iris: Collection[Iri]) -> dict[Iri, Iri]:
        """Find what is called otherwise since its namespace was claimed, and how."""
        spaces = {d.uri_space for d in (*self.domains(), self._unclaimed()) if d.uri_space}
        return moved(self._graph, spaces, iris)

    def datasets(self, ids: Sequence[Iri]) -> list[Dataset | None]:
        """Read datasets, by any of their names."""
        domains = self.dataset_ids()
        groups = self._groups(ids)
        unknown = [iri for iri in ids if groups[iri].canonical not in domains]
        if unknown:
            now = self.moved(unknown)
            named = self._groups(now.values())
            groups |= {iri: named[one] for iri, one in now.items()}
        known = {group for group in groups.values() if group.canonical in domains}
        about = self._describe_groups(known)
        keys = self._names.keys(known) if self._names else {}
        found: dict[Iri, Dataset] = {}
        for group in groups.values():
            if group.canonical in about:
                described = about[group.canonical]
                told = read.dataset(described, domains[group.canonical], self._last_seen(described))
                others = tuple(name for name in group.members if name != group.canonical)
                if own := keys.get(group.canonical):
                    told = replace(told, namespace=own[0].namespace, name=own[0].name)
                found[group.canonical] = replace(told, also_known_as=others)
        return [found.get(groups[iri].canonical) for iri in ids]

    def columns(self, ids: Sequence[Iri]) -> list[Column | None]:
        """Read columns, by any of their names."""
        known = self.column_ids()
        named = self._columns.get()
        groups = {iri: named.get(iri) or _alone(iri) for iri in ids}
        unknown = [iri for iri in ids if groups[iri].canonical not in known]
        if unknown:
            now = self.moved(unknown)
            groups |= {iri: named.get(one) or _alone(one) for iri, one in now.items()}
        about = self._describe_groups(
            {group for group in groups.values() if group.canonical in known}
        )
        found = {iri: read.column(told) for iri, told in about.items()}
        wholes = self._groups([column.dataset for column in found.values() if column.dataset])
        found = {
            iri: replace(column, dataset=wholes[column.dataset].canonical)
            if column.dataset
            else column
            for iri, column in found.items()
        }
        return [found.get(groups[iri].canonical) for iri in ids]

    def terms(self, ids: Sequence[Iri]) -> list[Term | None]:
        """Read terms."""
        domains = self.term_ids()
        about = self._describe(iri for iri in ids if iri in domains)
        return [read.term(about[iri], domains[iri]) if iri in about else None for iri in ids]

    def ports(self, ids: Sequence[Iri]) -> list[Port | None]:
        """Read ports."""
        about = self._described(ids)
        return [read.port(about[iri]) if iri in about else None for iri in ids]

    def agents(self, ids: Sequence[Iri]) -> list[Agent | None]:
        """Read people, teams and programs."""
        about = self._described(ids)
        return [read.agent(about[iri]) if iri in about else None for iri in ids]

    def objectives(self, ids: Sequence[Iri]) -> list[ServiceLevelObjective | None]:
        """Read service level objectives."""
        about = self._described(ids)
        parts = self._describe(
            part for objective in about.values() for part in objective.iris(ODRL.constraint)
        )
        return [read.objective(about[iri], parts) if iri in about else None for iri in ids]

    # Links, of many at once

    def columns_of(self, datasets: Sequence[Iri]) -> list[list[Column]]:
        """Read each dataset's columns, by position, then by name."""
        groups = self._groups(datasets)
        names = {name for group in groups.values() for name in group.members}
        members = self._graph.referrers(MESH.fieldOf, names)
        ids = sorted({iri for columns in members.values() for iri in columns})
        known = dict(zip(ids, self.columns(ids), strict=True))
        return [
            sorted(
                {
                    column.id: column
                    for name in groups[dataset].members
                    for iri in members[name]
                    if (column := known[iri])
                }.values(),
                key=lambda c: (c.position is None, c.position or 0, c.name),
            )
            for dataset in datasets
        ]

    def products_of(self, datasets: Sequence[Iri]) -> list[tuple[Iri, ...]]:
        """List the products that output each dataset, sorted."""
        groups = self._groups(datasets)
        names = {name for group in groups.values() for name in group.members}
        found = self._graph.referrers(DPROD.outputDataset, names)
        return [
            tuple(sorted({product for n in groups[dataset].members for product in found[n]}))
            for dataset in datasets
        ]

    def columns_representing(self, terms: Sequence[Iri]) -> list[tuple[Iri, ...]]:
        """List the columns that represent each term, sorted."""
        found = self._graph.referrers(MESH.representsTerm, terms)
        return [found[term] for term in terms]

    def products_in(self, domains: Sequence[Iri]) -> list[tuple[Iri, ...]]:
        """List the products of each domain, sorted."""
        return _by_domain(self.product_ids(), domains)

    def datasets_in(self, domains: Sequence[Iri]) -> list[tuple[Iri, ...]]:
        """List the datasets that each domain describes, sorted."""
        return _by_domain(self.dataset_ids(), domains)

    def terms_in(self, domains: Sequence[Iri]) -> list[tuple[Iri, ...]]:
        """List the terms of each domain's glossary, sorted."""
        return _by_domain(self.term_ids(), domains)

    def types_of(self, ids: Iterable[Iri]) -> dict[Iri, frozenset[Iri]]:
        """Collect the classes of resources, none for one that nobody typed."""
        return {iri: read.types(about) for iri, about in self._describe(ids).items()}

    def _describe(self, ids: Iterable[Iri]) -> dict[Iri, Description]:
        return {iri: Description(iri, quads) for iri, quads in self._graph.describe(ids).items()}

    def _groups(self, datasets: Collection[Iri]) -> dict[Iri, Group]:
        if self._names is None:
            return {iri: _alone(iri) for iri in datasets}
        return self._names.groups(datasets)

    def _describe_groups(self, groups: Collection[Group]) -> dict[Iri, Description]:
        """Describe what goes by several names; what its own name says goes before the others."""
        quads = self._graph.describe({name for group in groups for name in group.members})
        found = {}
        for canonical, members, _ in groups:
            told = list(quads[canonical])
            if len(members) > 1:
                own = {quad.predicate for quad in told}
                told += [q for n in members for q in quads[n] if q.predicate not in own]
            found[canonical] = Description(canonical, told)
        return found

    def _described(self, ids: Iterable[Iri]) -> dict[Iri, Description]:
        return {iri: about for iri, about in self._describe(ids).items() if about.quads}


def _alone(name: Iri) -> Group:
    return Group(name, (name,), False)


def _called(found: Mapping[Iri, Iri | None], groups: Mapping[Iri, Group]) -> dict[Iri, Iri | None]:
    """Leave one name of each thing, sorted, with the domain of that name if it has one."""
    called: dict[Iri, Iri | None] = {}
    for name, owner in found.items():
        node = groups[name].canonical if name in groups else name
        called[node] = found.get(node) or called.get(node) or owner
    return dict(sorted(called.items()))


def _by_domain(owners: Mapping[Iri, Iri | None], domains: Sequence[Iri]) -> list[tuple[Iri, ...]]:
    owned: defaultdict[Iri | None, list[Iri]] = defaultdict(list)
    for iri, domain in owners.items():
        owned[domain].append(iri)
    return [tuple(owned[domain]) for domain in domains]


def _instant(time: str) -> datetime | None:
    try:
        return instant_of(time)
    except InvalidInput:
        return None  # by hand, one may state what is no time of ours
