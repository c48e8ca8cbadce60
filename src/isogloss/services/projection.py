"""What is derived of lineage, one commit after the other: the indexes and the names.

It can be thrown away and made again from the journal at any time; saved, it need not be.
"""

import gc
import json
import logging
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from threading import RLock
from zlib import crc32

from isogloss.errors import MeshError
from isogloss.lineage.identity import Identity
from isogloss.lineage.index import Index
from isogloss.model.lineage import Level
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.services import lineage_facts as facts
from isogloss.services import statements
from isogloss.services.lineage_facts import FactReader
from isogloss.store.history import Past
from isogloss.store.journal import Journal
from isogloss.vocab import DPROD, MESH

log = logging.getLogger("isogloss.lineage")

_MOST_TRACED = 500_000
"""A commit that begins or ends more statements has the whole mesh read anew."""

_FEW = 10
"""Of so many commits each is looked at; of more, which of them matter is looked up first."""

_AT_ONCE = 200
"""So many datasets are read together."""

_SAVED_EVERY = 2_000
"""Commits; after a crash so many are read again at the most."""

_MARK, _NAMES = "mark.json", "names.json"


class Projection:
    """The lineage of all commits, for as many readers as like; it follows when it is asked."""

    def __init__(
        self, journal: Journal, folder: Path | None, unclaimed: str = "", *, rebuild: bool = False
    ) -> None:
        """Take up what is saved in `folder`, unless it is to be rebuilt or is not the journal's."""
        self._journal = journal
        self._folder = folder
        self._unclaimed = unclaimed
        self._lock = RLock()
        self._saved = 0
        if rebuild or not self._load():
            self._begin()

    def _begin(self) -> None:
        self.identity = Identity(self._unclaimed)
        self._indexes = {Level.COLUMN: Index(), Level.DATASET: Index()}
        self._sequence = 0

    def index(self, level: Level) -> Index:
        """Give the index of columns or of datasets."""
        return self._indexes[level]

    @property
    def sequence(self) -> int:
        """Give the commit that it is true of."""
        return self._sequence

    @property
    def lock(self) -> RLock:
        """Whoever asks for several things in a row that must fit together holds it."""
        return self._lock

    # Following

    def follow(self, sequence: int) -> None:
        """Be true of a commit at least."""
        if sequence <= self._sequence:
            return
        with self._lock:
            if sequence <= self._sequence:
                return
            commits: Sequence[int] = range(self._sequence + 1, sequence + 1)
            if len(commits) > _FEW:
                commits = self._journal.commits_changing(
                    self._sequence, facts.PREDICATES, facts.CLASSES
                )
            try:
                for commit in commits:
                    if commit <= sequence:
                        self._take(commit)
            except BaseException:
                # Half of a commit may have been taken, which nobody could tell afterwards.
                self._begin()
                raise
            self._sequence = sequence
            if self._folder and sequence - self._saved >= _SAVED_EVERY:
                self.save()

    def _take(self, commit: int) -> None:
        changed = self._journal.changed(commit, facts.PREDICATES, facts.CLASSES, _MOST_TRACED + 1)
        if not changed:
            return
        with self._journal.reading(commit) as state:
            if len(changed) > _MOST_TRACED:
                self._take_all(state)
            else:
                self._take_some(state, changed)
        self._sequence = commit

    def _take_all(self, state: Past) -> None:
        """Read the whole state of a commit."""
        identity, commit = self.identity, state.sequence
        reader = FactReader(state, identity)
        names = {*reader.all_names(), *identity.names()}
        decisions = {*reader.all_decisions(), *identity.decisions}
        self.identity.restate(
            commit,
            {
                name: naming
                for some in _parts(names, _AT_ONCE)
                for name, naming in reader.naming(some).items()
            },
            reader.decisions(decisions),
            reader.conventions(),
        )
        known = names | state.ends(MESH.fieldOf)
        for index in self._indexes.values():
            known.update(link.downstream for link in index.all_links())
        for some in _parts(sorted(known), _AT_ONCE):
            reader = FactReader(state, identity)
            columns = reader.columns_of({n for name in some for n in reader.group(name).members})
            self._restate(commit, reader, columns | set(some), ())

    def _take_some(self, state: Past, changed: Collection[Quad]) -> None:
        """Read what quads that have come or gone may change."""
        commit = state.sequence
        reader = FactReader(state, self.identity)
        names: set[Iri] = set()
        decisions: set[Iri] = set()
        columns: set[Iri] = set()
        affected: set[Iri] = set()
        links: set[Iri] = set()
        steps: set[Iri] = set()
        convened = False
        for subject, predicate, value, _ in changed:
            if predicate in statements.KINDS:
                affected.add(subject)
            elif predicate in statements.QUALIFYING:
                links.add(subject)
            elif predicate in statements.TRANSFORMING:
                steps.add(subject)
            elif predicate in facts.PLACING:
                columns.add(subject)
            elif predicate in facts.DECIDING or value == MESH.IdentityDecision:
                decisions.add(subject)
            elif predicate in facts.CONVENING or value in _CONVENTIONS:
                convened = True
            elif predicate == DPROD.outputDataset:
                names.update(() if isinstance(value, Literal) else (value,))
            else:
                names.add(subject)
        links.update(reader.referring([MESH.transformation], steps))
        affected |= reader.referring(statements.QUALIFIED, links)
        columns, owners = self._moved(commit, reader, columns)
        # A column that comes or goes may change what its siblings are called.
        siblings = {
            name
            for owner in owners
            if (group := reader.group(owner)).merges
            for name in group.members
        }
        regrouped = self.identity.restate(
            commit,
            reader.naming(names),
            reader.decisions(decisions),
            reader.conventions() if convened else None,
        )
        reader.regrouped()
        renamed = columns | regrouped | reader.columns_of(regrouped | siblings)
        affected |= renamed | reader.naming_as_source(renamed)
        self._restate(commit, reader, affected, owners)

    def _moved(
        self, commit: int, reader: FactReader, columns: Collection[Iri]
    ) -> tuple[set[Iri], set[Iri]]:
        """Pick the columns that have another place than before; give their datasets, too."""
        with self._journal.reading(commit - 1) as past:
            before = FactReader(past, self.identity).placing(columns)
        after = reader.placing(columns)
        moved = {column for column in columns if before[column] != after[column]}
        said = {one for told in (before, after) for column in moved for one in told[column]}
        return moved, {Iri(str(value)) for predicate, value in said if predicate == MESH.fieldOf}

    def _restate(
        self, commit: int, reader: FactReader, affected: set[Iri], owners: Collection[Iri]
    ) -> None:
        """Let columns and datasets, by whichever names, have the facts of a state."""
        columns, datasets = self._indexes[Level.COLUMN], self._indexes[Level.DATASET]
        wholes = {reader.group(owner).canonical for owner in owners}
        for some in _parts(affected, _AT_ONCE * 20):
            stated = reader.column_facts(some)
            for name, place in reader.places(some).items():
                wholes.add(place.dataset if place else reader.group(name).canonical)
                # What is no column any more, or goes by another name, has no facts.
                stated.setdefault(name, [])
            columns.restate(commit, stated)
        for some in _parts(wholes, _AT_ONCE):
            datasets.restate(commit, reader.dataset_facts(some, columns))
        datasets.restate(commit, dict.fromkeys(affected - wholes, ()))

    # Keeping

    def save(self) -> None:
        """Keep what is derived so far, in place of what was kept before."""
        if self._folder is None or self._saved == self._sequence:
            return
        with self._lock:
            mark = self._journal.mark_of(self._sequence)
            if mark is None:
                return
            try:
                where = self._folder / str(mark.sequence)
                for level, index in self._indexes.items():
                    index.save(where / level.value)
                self.identity.save(where / _NAMES)
                check = crc32((where / _NAMES).read_bytes())
                mark_file = self._folder / f"{_MARK}.new"
                mark_file.write_text(json.dumps([mark.sequence, mark.hash, check]))
                mark_file.replace(self._folder / _MARK)
                for other in self._folder.iterdir():
                    if other.is_dir() and other != where:
                        shutil.rmtree(other, ignore_errors=True)
            except OSError as error:
                log.warning("The lineage index could not be saved: %s", error)
                return
            self._saved = self._sequence

    def _load(self) -> bool:
        if self._folder is None:
            return False
        try:
            sequence, hash_, check = json.loads((self._folder / _MARK).read_text())
            mark = self._journal.mark_of(sequence)
            if mark is None or mark.hash != hash_:
                return False
            where = self._folder / str(sequence)
            if crc32((where / _NAMES).read_bytes()) != check:
                raise ValueError(f"{where / _NAMES} is damaged")
            # A hundred thousand names take three times as long if Python looks for garbage.
            collects = gc.isenabled()
            gc.disable()
            try:
                self.identity = Identity.load(where / _NAMES, self._unclaimed)
            finally:
                if collects:
                    gc.enable()
            self._indexes = {
                level: Index.load(where / level.value) for level in (Level.COLUMN, Level.DATASET)
            }
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, TypeError, IndexError, MeshError) as error:
            log.warning("The lineage index is made anew from the journal: %s", error)
            return False
        self._sequence = self._saved = sequence
        return True


_CONVENTIONS = (MESH.NamespaceAlias, MESH.NamespaceClaim)


def _parts(names: Iterable[Iri], size: int) -> Iterator[list[Iri]]:
    rest = iter(names)
    while some := list(islice(rest, size)):
        yield some
