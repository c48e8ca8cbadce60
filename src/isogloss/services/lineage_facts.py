"""What the mesh says of lineage, read for the index: names of datasets, and facts by node.

Bare statements count as declared by nobody in particular; those that are qualified tell how they
are known, which job makes them, and how (vocabulary: `ontology/lineage.ttl`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import product
from typing import NamedTuple

from isogloss.lineage.claims import Conventions
from isogloss.lineage.group_history import Group
from isogloss.lineage.identity import Identity
from isogloss.lineage.index import Index
from isogloss.lineage.platforms import Key
from isogloss.lineage.sayings import Decision, Naming
from isogloss.model.lineage import Direction, EdgeKind, Fact, Link
from isogloss.model.rdf import Iri, Literal, Term
from isogloss.services.claims import read_claims
from isogloss.services.statements import (
    KINDS,
    QUALIFIED,
    QUALIFYING,
    TRANSFORMING,
    gathered,
    is_true,
    read_statements,
    text_of,
)
from isogloss.store.history import Past
from isogloss.vocab import DCAT, DCTERMS, DPROD, MESH, PROV, RDF, VOID

PLACING = frozenset({MESH.fieldOf, MESH.fieldPath})
NAMING = frozenset({MESH.olNamespace, DCTERMS.identifier, PROV.alternateOf})
CONVENING = frozenset({MESH.namespacePattern, MESH.aliasOf, MESH.claimedBy, VOID.uriSpace})
DECIDING = frozenset({MESH.concerns, MESH.same})
CLASSES = frozenset(
    {DCAT.Dataset, MESH.Job, MESH.IdentityDecision, MESH.NamespaceAlias, MESH.NamespaceClaim}
)
"""Classes that tell what a name is; others change no lineage."""

PREDICATES = frozenset(
    {*KINDS, *QUALIFYING, *TRANSFORMING, *PLACING, *NAMING, *CONVENING, *DECIDING}
    | {DPROD.outputDataset}
)
"""Predicates whose statements the index follows from."""

_Words = defaultdict[Fact, set[str]]


class Place(NamedTuple):
    """A column or a dataset by its canonical name, and the dataset that it is or is part of."""

    node: Iri
    dataset: Iri

    @property
    def is_column(self) -> bool:
        """Tell whether it is a column."""
        return self.node != self.dataset


class FactReader:
    """Reads facts from one state, with the names of that state."""

    def __init__(self, state: Past, identity: Identity, at: int | None = None) -> None:
        self._state = state
        self._identity = identity
        self._at = at
        self._places: dict[Iri, tuple[Iri | None, str | None]] = {}
        # Of the datasets whose columns may go by several names: what each is called, by its
        # path, and which names it has.
        self._columns: dict[Iri, dict[str, Iri]] = {}
        self._names: defaultdict[Iri, list[Iri]] = defaultdict(list)

    def column_facts(self, columns: Collection[Iri]) -> dict[Iri, list[Fact]]:
        """Read what is said of columns, under all their names; those without a fact are there."""
        places = self.places(columns)
        nodes = {place.node for place in places.values() if place and place.is_column}
        names = {name: node for node in nodes for name in self._names.get(node, (node,))}
        found: dict[Iri, _Words] = {node: defaultdict(set) for node in nodes}
        said = read_statements(self._state.about, names)
        places = self.places({one.upstream for one in said})
        for one in said:
            up, node = places[one.upstream], names[one.downstream]
            if up and up.is_column and up.node != node:
                found[node][one.fact(up.node)] |= one.words
        return _facts(found)

    def dataset_facts(self, datasets: Collection[Iri], columns: Index) -> dict[Iri, list[Fact]]:
        """Read what is said of datasets, and lift what an index has of their columns.

        Datasets are given and told by their canonical names.
        """
        members = {name: d for d in datasets for name in self.group(d).members}
        found: dict[Iri, _Words] = {dataset: defaultdict(set) for dataset in datasets}
        said = read_statements(self._state.about, members)
        places = self.places({*members, *(one.upstream for one in said)})
        for one in said:
            down, up = places[one.downstream], places[one.upstream]
            if down and up and down.node in found and not up.is_column and up != down:
                found[down.node][one.fact(up.node)] |= one.words
        below = self.places(self.columns_of(members)).values()
        for (dataset, fact), links in self.lifted(below, columns).items():
            if dataset in found:
                for link in links:
                    found[dataset][fact].update(link.transformations)
        return _facts(found)

    def lifted(
        self, places: Iterable[Place | None], columns: Index
    ) -> dict[tuple[Iri, Fact], list[Link]]:
        """Gather the edges of columns by the edges of datasets that follow from them.

        One derivation makes the whole a derivation.
        """
        links = [
            (place.dataset, link)
            for place in {place for place in places if place and place.is_column}
            for link in columns.links(place.node, Direction.UPSTREAM, at=self._at)
        ]
        above = self.places({link.upstream for _, link in links})
        found: defaultdict[tuple[Iri, Fact], list[Link]] = defaultdict(list)
        for dataset, link in links:
            up = above[link.upstream]
            if up and up.dataset != dataset:
                fact = Fact(up.dataset, EdgeKind.INFLUENCE, link.evidence, (), link.graph, link.job)
                found[dataset, fact].append(link)
        return {
            (dataset, fact._replace(kind=EdgeKind.DERIVATION))
            if any(link.kind is EdgeKind.DERIVATION for link in same)
            else (dataset, fact): same
            for (dataset, fact), same in found.items()
        }

    def group(self, name: Iri) -> Group:
        """Give the group of a name at this state."""
        return self._identity.group(name, self._at)

    def places(self, names: Iterable[Iri]) -> dict[Iri, Place | None]:
        """Find what names stand for; None where it is neither a column nor a dataset."""
        wanted = set(names)
        found: dict[Iri, Place | None] = {}
        placed = self.placed(wanted)
        self._learn(dataset for dataset, _ in placed.values())
        datasets = self._datasets(wanted - placed.keys())
        for name in wanted:
            if name in placed:
                dataset, path = placed[name]
                found[name] = Place(self._column(name, dataset, path), dataset)
            else:
                found[name] = datasets.get(name)
        return found

    def names_of(self, node: Iri) -> tuple[Iri, ...]:
        """List the names of a column that `places` has told, sorted."""
        return tuple(sorted(self._names.get(node, (node,))))

    def referring(self, predicates: Iterable[Iri], objects: Collection[Iri]) -> set[Iri]:
        """Collect what points at any of some objects."""
        if not objects:
            return set()
        return {
            subject
            for predicate in predicates
            for subjects in self._state.referrers(predicate, objects).values()
            for subject in subjects
        }

    def naming_as_source(self, names: Collection[Iri]) -> set[Iri]:
        """Collect what is said to come from any of some names."""
        links = self.referring([PROV.entity], names)
        bare = KINDS.keys() - QUALIFIED
        return self.referring(bare, names) | self.referring(QUALIFIED, links)

    def columns_of(self, datasets: Collection[Iri]) -> set[Iri]:
        """Collect the columns of datasets, by the names that sources use."""
        return self.referring([MESH.fieldOf], datasets)

    def naming(self, names: Collection[Iri]) -> dict[Iri, Naming]:
        """Read all that is said of names."""
        kinds: defaultdict[Iri, set[Term]] = defaultdict(set)
        words: defaultdict[tuple[Iri, Iri], defaultdict[Iri, set[str]]]
        words = defaultdict(lambda: defaultdict(set))
        alternates: defaultdict[Iri, set[Iri]] = defaultdict(set)
        for subject, predicate, value, graph in self._state.about(names, {*NAMING, RDF.type}):
            if predicate == RDF.type:
                kinds[subject].add(value)
            elif isinstance(value, Literal):
                words[subject, graph][predicate].add(value.value)
            elif predicate == PROV.alternateOf:
                alternates[subject].add(value)
        keys: defaultdict[Iri, set[Key]] = defaultdict(set)
        for (subject, _), said in words.items():
            # A job has two names as well.
            if MESH.Job not in kinds[subject]:
                for both in product(said[MESH.olNamespace], said[DCTERMS.identifier]):
                    keys[subject].add(Key(*both))
        offered = self._state.referrers(DPROD.outputDataset, names)
        return {
            name: Naming(
                frozenset(keys[name]),
                frozenset(alternates[name] - {name}),
                DCAT.Dataset in kinds[name] or bool(offered[name]),
            )
            for name in names
        }

    def all_names(self) -> set[Iri]:
        """Collect whatever may be a name of a dataset."""
        state = self._state
        found = {quad.subject for quad in state.statements(RDF.type, DCAT.Dataset)}
        for predicate in (MESH.olNamespace, PROV.alternateOf):
            found.update(quad.subject for quad in state.statements(predicate))
        return found | state.ends(DPROD.outputDataset)

    def decisions(self, iris: Collection[Iri]) -> dict[Iri, Decision | None]:
        """Read identity decisions; None where there is none, or only half of one."""
        names: defaultdict[Iri, set[Iri]] = defaultdict(set)
        same: defaultdict[Iri, set[bool]] = defaultdict(set)
        decided: set[Iri] = set()
        for subject, predicate, value, _ in self._state.about(iris, {*DECIDING, RDF.type}):
            if value == MESH.IdentityDecision:
                decided.add(subject)
            elif predicate == MESH.concerns and not isinstance(value, Literal):
                names[subject].add(value)
            elif predicate == MESH.same:
                same[subject].add(is_true(value))
        # Of two answers the careful one: to keep apart can be mended at any time.
        return {
            iri: Decision(frozenset(names[iri]), all(same[iri]))
            if iri in decided and len(names[iri]) > 1 and same[iri]
            else None
            for iri in iris
        }

    def all_decisions(self) -> set[Iri]:
        """Collect the identity decisions."""
        found = self._state.statements(RDF.type, MESH.IdentityDecision)
        return {quad.subject for quad in found}

    def conventions(self) -> Conventions:
        """Read which namespaces are one, whose they are, and whose the spaces of IRIs are."""
        aliases = self._of_class(MESH.NamespaceAlias)
        return Conventions(
            frozenset(
                (text_of(one), text_of(other))
                for said in aliases
                for one, other in product(said[MESH.namespacePattern], said[MESH.aliasOf])
            ),
            frozenset(read_claims(self._state).all),
            frozenset(
                (text_of(quad.object), quad.subject)
                for quad in self._state.statements(VOID.uriSpace)
            ),
        )

    def _of_class(self, class_: Iri) -> list[defaultdict[Iri, list[Term]]]:
        subjects = {quad.subject for quad in self._state.statements(RDF.type, class_)}
        return list(gathered(self._state.about, subjects, CONVENING).values()) if subjects else []

    # Columns

    def _datasets(self, names: Collection[Iri]) -> dict[Iri, Place]:
        """Find those of names that somebody says are datasets, under any of their names."""
        groups = {name: self.group(name) for name in names}
        members = {member for group in groups.values() for member in group.members}
        if self._at is None:
            said = {name for name in members if self._identity.naming(name).is_dataset}
        else:
            # Of the past the identity only knows who was one with whom.
            said = {name for name, naming in self.naming(members).items() if naming.is_dataset}
        return {
            name: Place(group.canonical, group.canonical)
            for name, group in groups.items()
            if not said.isdisjoint(group.members)
        }

    def placing(self, columns: Collection[Iri]) -> dict[Iri, set[tuple[Iri, Term]]]:
        """Read all that is said of the places of columns, whoever says so."""
        said: dict[Iri, set[tuple[Iri, Term]]] = {column: set() for column in columns}
        for column, predicate, value, _ in self._state.about(columns, PLACING):
            said[column].add((predicate, value))
        return said

    def placed(self, columns: Collection[Iri]) -> dict[Iri, tuple[Iri, str | None]]:
        """Find the canonical dataset and the path of columns; what is no column is left out."""
        unknown = [column for column in columns if column not in self._places]
        datasets: dict[Iri, Iri] = {}
        paths: dict[Iri, str] = {}
        for column, predicate, value, _ in self._state.about(unknown, PLACING):
            if predicate == MESH.fieldPath:
                paths[column] = min(paths.get(column, text_of(value)), text_of(value))
            elif not isinstance(value, Literal):
                datasets[column] = min(datasets.get(column, value), value)
        for column in unknown:
            self._places[column] = datasets.get(column), paths.get(column)
        told = ((column, *self._places[column]) for column in columns)
        return {
            column: (self.group(dataset).canonical, path)
            for column, dataset, path in told
            if dataset is not None
        }

    def regrouped(self) -> None:
        """Take note that the groups of names are others now."""
        self._columns.clear()
        self._names.clear()

    def _learn(self, datasets: Iterable[Iri]) -> None:
        """Find what the columns of datasets are called where they may go by several names."""
        new = {d: self.group(d) for d in datasets if d not in self._columns}
        merging = {dataset: group for dataset, group in new.items() if group.merges}
        self._columns.update((dataset, {}) for dataset in new)
        if not merging:
            return
        owners = self._state.referrers(
            MESH.fieldOf, {name for group in merging.values() for name in group.members}
        )
        own = {(column, dataset) for dataset in merging for column in owners[dataset]}
        names = {column for columns in owners.values() for column in columns}
        # Those of the canonical name first; what is said to be of two datasets is of one.
        for column, (dataset, path) in sorted(
            self.placed(names).items(), key=lambda item: ((item[0], item[1][0]) not in own, item[0])
        ):
            if dataset in merging:
                self._names[self._named(column, dataset, path)].append(column)

    def _column(self, column: Iri, dataset: Iri, path: str | None) -> Iri:
        if path is None:
            return column
        return self._columns[dataset].get(self._path(dataset, path), column)

    def _named(self, column: Iri, dataset: Iri, path: str | None) -> Iri:
        """Call a column as the first one of its path is called."""
        if path is None:
            return column
        return self._columns[dataset].setdefault(self._path(dataset, path), column)

    def _path(self, dataset: Iri, path: str) -> str:
        return path.lower() if self.group(dataset).folds else path


def _facts(found: Mapping[Iri, _Words]) -> dict[Iri, list[Fact]]:
    return {
        node: [fact._replace(transformations=tuple(sorted(words))) for fact, words in facts.items()]
        for node, facts in found.items()
    }
