"""What stands for what: columns are of datasets, datasets of products and domains."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from isogloss.errors import NotFound
from isogloss.lineage.group_history import Group
from isogloss.lineage.identity import Identity
from isogloss.model.lineage import Level
from isogloss.model.rdf import Iri, Literal
from isogloss.services.catalog import Catalog
from isogloss.services.lineage_facts import FactReader
from isogloss.store.history import Past
from isogloss.vocab import DCAT, DPROD, MESH, RDF


class Levels:
    """Reads one state of the mesh; datasets and columns go by their canonical names."""

    def __init__(self, state: Past, identity: Identity, catalog: Catalog) -> None:
        self.state = state
        self._identity = identity
        self._catalog = catalog
        self._owners: dict[Iri, Iri] | None = None

    def group(self, name: Iri) -> Group:
        """Give the group of a name at this state."""
        return self._identity.group(name, self.state.sequence)

    def canonical(self, names: Iterable[Iri]) -> set[Iri]:
        """Give what datasets are called."""
        return {self.group(name).canonical for name in names}

    def expand(self, of: Iri, level: Level) -> tuple[Iri, ...]:
        """Find the nodes of a level that stand for something, sorted.

        A column stands for its dataset, and a product for its datasets' columns; () where
        there are none, such as the products of a dataset that no product outputs. Whatever
        name of it is given, it is found.

        Raises:
            NotFound: it is no column, dataset, product or domain.
        """
        reader = FactReader(self.state, self._identity, self.state.sequence)
        place = reader.places([of])[of]
        if place and place.is_column:
            if level is Level.COLUMN:
                return (place.node,)
            datasets = {place.dataset}
        elif Level.PRODUCT in (kinds := self._kinds(of)):
            if level is Level.PRODUCT:
                return (of,)
            datasets = self.datasets_of([of], Level.PRODUCT)[of]
            if level is Level.DOMAIN and (home := self._home(of)):
                return (home,)
        elif Level.DOMAIN in kinds:
            if level is Level.DOMAIN:
                return (of,)
            if level is Level.PRODUCT:
                return tuple(sorted(self._products_in([of])[of]))
            datasets = self.datasets_of([of], Level.DOMAIN)[of]
        elif Level.DATASET in kinds:
            datasets = {self.group(of).canonical}
        elif now := self._catalog.moved([of]):
            return self.expand(now[of], level)
        else:
            raise NotFound(
                f"{of} is no column, dataset, product or domain of the mesh: look its IRI up "
                "with a search, and mind that IRIs are case-sensitive."
            )
        if level is Level.DATASET:
            return tuple(sorted(datasets))
        if level is Level.COLUMN:
            names = {name for dataset in datasets for name in self.group(dataset).members}
            places = reader.places(reader.columns_of(names)).values()
            return tuple(sorted({p.node for p in places if p and p.dataset in datasets}))
        wholes = self.wholes_of(datasets, level).values()
        return tuple(sorted({whole for some in wholes for whole in some}))

    def datasets_of(self, wholes: Collection[Iri], level: Level) -> Mapping[Iri, set[Iri]]:
        """Find the datasets of products or domains."""
        found: defaultdict[Iri, set[Iri]] = defaultdict(set)
        if level is Level.DOMAIN:
            wanted = set(wholes)
            for dataset, owner in self._domains().items():
                if owner in wanted:
                    found[owner].add(dataset)
            return found
        for quad in self.state.about(wholes, [DPROD.outputDataset]):
            if not isinstance(quad.object, Literal):
                found[quad.subject].add(self.group(quad.object).canonical)
        return found

    def wholes_of(self, datasets: Collection[Iri], level: Level) -> Mapping[Iri, set[Iri]]:
        """Find the products, or the domain, of datasets."""
        found: defaultdict[Iri, set[Iri]] = defaultdict(set)
        if level is Level.DOMAIN:
            domains = self._domains()
            found.update({d: {domains[d]} for d in datasets if d in domains})
            return found
        names = {name: dataset for dataset in datasets for name in self.group(dataset).members}
        for name, products in self.state.referrers(DPROD.outputDataset, names).items():
            found[names[name]].update(products)
        return found

    def products_of(self, wholes: Collection[Iri], level: Level) -> Mapping[Iri, Collection[Iri]]:
        """Find the products of domains; a product is its own."""
        if level is Level.PRODUCT:
            return {whole: (whole,) for whole in wholes}
        return self._products_in(wholes)

    def homes(self, products: Collection[Iri], level: Level) -> Mapping[Iri, Iri | None]:
        """Find the domains of products; a product is its own home."""
        if level is Level.PRODUCT:
            return {product: product for product in products}
        return {product: self._home(product) for product in products}

    def _home(self, product: Iri) -> Iri | None:
        return self._catalog.product_ids().get(product)

    def _products_in(self, domains: Collection[Iri]) -> Mapping[Iri, Collection[Iri]]:
        wanted = list(domains)
        return dict(zip(wanted, self._catalog.products_in(wanted), strict=True))

    def _kinds(self, of: Iri) -> set[Level]:
        members = self.group(of).members
        types = {quad.object for quad in self.state.about(members, [RDF.type])}
        offers = next(iter(self.state.about([of], [DPROD.outputDataset])), None)
        found = set()
        if DPROD.DataProduct in types or offers:
            found.add(Level.PRODUCT)
        if MESH.Domain in types:
            found.add(Level.DOMAIN)
        pointing = (
            self.state.referrers(predicate, members).values()
            for predicate in (DPROD.outputDataset, MESH.fieldOf)
        )
        if DCAT.Dataset in types or any(any(some) for some in pointing):
            found.add(Level.DATASET)
        return found

    def _domains(self) -> dict[Iri, Iri]:
        """Find the domain of each dataset: that of the name that it goes by, if any has it."""
        if self._owners is None:
            told = self._catalog.dataset_ids()
            owners: dict[Iri, Iri] = {}
            for name, owner in told.items():
                canonical = self.group(name).canonical
                best = told.get(canonical) or owner
                if best is not None:
                    owners.setdefault(canonical, best)
            self._owners = owners
        return self._owners
