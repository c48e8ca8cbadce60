"""The mesh as of any commit, with every literal exactly as it was submitted."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from isogloss.model.journal import Difference
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.store.dictionary import Dictionary, chunks
from isogloss.store.graph import GraphChange
from isogloss.store.named_graphs import SYSTEM
from isogloss.store.rows import insert_all
from isogloss.store.schema import QUAD_HISTORY as Q
from isogloss.vocab import RDF

Connect = Callable[[], AbstractContextManager[Connection]]

_QUAD = (Q.c.s, Q.c.p, Q.c.o, Q.c.g)


class Past:
    """A `store.graph.Reader` of the state that one commit made."""

    def __init__(
        self, connect: Connect, dictionary: Dictionary, sequence: int, *, newest: bool = False
    ) -> None:
        """Read as of a commit; `newest` if no later one can come while this reads."""
        self._connect = connect
        self._dictionary = dictionary
        self._sequence = sequence
        self._true = Q.c.until.is_(None) if newest else _true_at(sequence)

    @property
    def sequence(self) -> int:
        """Number of the commit."""
        return self._sequence

    def quads(self, graphs: Collection[Iri] | None = None) -> Iterator[Quad]:
        """Yield the quads of some named graphs, of all but the system's if None, in no order."""
        if graphs is None:
            return (quad for quad in self._rows(None) if quad.graph not in SYSTEM)
        return self._rows(Q.c.g, graphs)

    def all_quads(self) -> Iterator[Quad]:
        """Yield every quad, the system's graphs included, in no order."""
        return self._rows(None)

    def count(self) -> int:
        """Count its quads, the system's graphs included."""
        with self._connect() as connection:
            query = select(func.count()).select_from(Q).where(self._true)
            return connection.execute(query).scalar_one()

    def describe(self, subjects: Iterable[Iri]) -> dict[Iri, list[Quad]]:
        """Find what is said of each subject, in no order; [] for one nobody speaks of."""
        found: dict[Iri, list[Quad]] = {subject: [] for subject in subjects}
        for quad in self._rows(Q.c.s, found):
            found[quad.subject].append(quad)
        return found

    def about(self, subjects: Iterable[Iri], predicates: Collection[Iri]) -> Iterator[Quad]:
        """Yield what some predicates say of subjects, in no order."""
        with self._connect() as connection:
            asked = self._dictionary.numbers(connection, predicates).values()
            numbers = self._dictionary.numbers(connection, frozenset(subjects)).values()
            then = select(*_QUAD).where(self._true, Q.c.p.in_(asked))
            for some in chunks(numbers):
                yield from self._decode(connection, then.where(Q.c.s.in_(some)))

    def began(self, subjects: Iterable[Iri], predicate: Iri) -> dict[Quad, int]:
        """Tell since which commit it is true what a predicate says of subjects."""
        found: dict[Quad, int] = {}
        with self._connect() as connection:
            asked = self._dictionary.numbers(connection, [predicate]).values()
            numbers = self._dictionary.numbers(connection, frozenset(subjects)).values()
            then = select(Q.c.since, *_QUAD).where(self._true, Q.c.p.in_(asked))
            for some in chunks(numbers):
                rows = connection.execute(then.where(Q.c.s.in_(some))).all()
                terms = self._dictionary.terms(connection, {n for row in rows for n in row[1:]})
                for since, s, p, o, g in rows:
                    found[Quad(terms[s], terms[p], terms[o], terms[g])] = since  # type: ignore[arg-type]
        return found

    def ends(self, predicate: Iri) -> set[Iri]:
        """Collect the IRIs that a predicate points at."""
        with self._connect() as connection:
            numbers = self._dictionary.numbers(connection, [predicate])
            if predicate not in numbers:
                return set()
            then = select(Q.c.o).distinct().where(self._true, Q.c.p == numbers[predicate])
            found = self._dictionary.terms(connection, connection.execute(then).scalars())
        return {term for term in found.values() if not isinstance(term, Literal)}

    def told(
        self,
        subjects: Collection[Iri],
        graphs: Collection[Iri],
        predicates: Collection[Iri] | None = None,
    ) -> list[Quad]:
        """List what some graphs say of subjects, in no order; however much others say of them.

        `predicates` are those that are asked for, None for all.
        """
        with self._connect() as connection:
            places = list(self._dictionary.numbers(connection, graphs).values())
            then = select(*_QUAD).where(self._true)
            if predicates is not None:
                asked = self._dictionary.numbers(connection, predicates).values()
                then = then.where(_unindexed(Q.c.p).in_(list(asked)))
            numbers = self._dictionary.numbers(connection, subjects).values()
            return [
                quad
                for some in chunks(numbers)
                for there in chunks(places)
                for quad in self._decode(
                    connection, then.where(Q.c.s.in_(some), _unindexed(Q.c.g).in_(there))
                )
            ]

    def within(
        self, graph: Iri, predicate: Iri, objects: Collection[Iri], *, most: int | None = None
    ) -> list[Quad]:
        """List what one graph says with a predicate of objects, `most` at the most, in no order."""
        with self._connect() as connection:
            numbers = self._dictionary.numbers(connection, {graph, predicate, *objects})
            if graph not in numbers or predicate not in numbers:
                return []
            then = select(*_QUAD).where(
                self._true,
                Q.c.g == numbers[graph],
                Q.c.p == numbers[predicate],
                Q.c.o.in_([numbers[term] for term in objects if term in numbers]),
            )
            return list(self._decode(connection, then.limit(most)))

    def referrers(self, predicate: Iri, objects: Iterable[Iri]) -> dict[Iri, tuple[Iri, ...]]:
        """Find the subjects that point at each object by `predicate`, sorted."""
        found: dict[Iri, set[Iri]] = {object_: set() for object_ in objects}
        for quad in self._rows(Q.c.o, found, predicate):
            found[Iri(str(quad.object))].add(quad.subject)
        return {object_: tuple(sorted(subjects)) for object_, subjects in found.items()}

    def statements(self, predicate: Iri, object_: Iri | None = None) -> Iterator[Quad]:
        """Yield every quad with this predicate (and object), in no order."""
        if object_ is None:
            return self._rows(Q.c.p, [predicate])
        return self._rows(Q.c.o, [object_], predicate)

    def _rows(
        self,
        column: ColumnElement[int] | None,
        terms: Collection[Term] = (),
        predicate: Iri | None = None,
    ) -> Iterator[Quad]:
        with self._connect() as connection:
            then = select(*_QUAD).where(self._true)
            if column is None:
                yield from self._decode(connection, then)
                return
            asked = [*terms, predicate] if predicate is not None else list(terms)
            numbers = self._dictionary.numbers(connection, asked)
            if predicate is not None:
                if predicate not in numbers:
                    return
                then = then.where(Q.c.p == numbers[predicate])
            for some in chunks([numbers[term] for term in terms if term in numbers]):
                yield from self._decode(connection, then.where(column.in_(some)))

    def _decode(self, connection: Connection, query: Select[*tuple[int, ...]]) -> Iterator[Quad]:
        return decode(connection, self._dictionary, query)


def decode(
    connection: Connection, dictionary: Dictionary, query: Select[*tuple[int, ...]]
) -> Iterator[Quad]:
    """Yield the quads of rows of four numbers."""
    # In parts, so that a mesh of any size passes through; all rows first, so that whoever
    # stops reading half way leaves no statement open.
    for rows in chunks(connection.execute(query).all(), 20_000):
        terms = dictionary.terms(connection, {number for row in rows for number in row})
        for s, p, o, g in rows:
            # Only an object can be a literal.
            yield Quad(terms[s], terms[p], terms[o], terms[g])  # type: ignore[arg-type]


def write(
    connection: Connection, dictionary: Dictionary, sequence: int, change: Difference
) -> None:
    """Let quads begin and end with a commit."""
    terms: set[Term] = set()
    for quad in change.added | change.removed:
        terms.update(quad)
    numbers = dictionary.intern(connection, terms)
    if change.removed:
        ended = (
            update(Q)
            .where(*(column == bindparam(f"old_{column.name}") for column in _QUAD))
            .where(Q.c.until.is_(None))
            .values(until=sequence)
        )
        rows = [_numbered(quad, numbers) for quad in change.removed]
        connection.execute(ended, rows)
    if change.added:
        begun = [(*(numbers[term] for term in quad), sequence) for quad in change.added]
        insert_all(connection, Q, ("s", "p", "o", "g", "since"), begun)


def _numbered(quad: Quad, numbers: dict[Term, int]) -> dict[str, int]:
    s, p, o, g = (numbers[term] for term in quad)
    return {"old_s": s, "old_p": p, "old_o": o, "old_g": g}


def difference(
    connection: Connection,
    dictionary: Dictionary,
    start: int,
    end: int,
    subjects: Collection[Iri] | None = None,
) -> Difference:
    """Compare the state of commit `end` with that of commit `start`."""
    since, until = _unindexed(Q.c.since), _unindexed(Q.c.until)
    begun = select(*_QUAD).where(
        Q.c.since > start, Q.c.since <= end, or_(until.is_(None), until > end)
    )
    ended = select(*_QUAD).where(Q.c.until > start, Q.c.until <= end, since <= start)
    if subjects is None:
        added = set(decode(connection, dictionary, begun))
        removed = set(decode(connection, dictionary, ended))
    else:
        numbers = dictionary.numbers(connection, subjects).values()
        added, removed = set(), set()
        for some in chunks(numbers):
            added |= set(decode(connection, dictionary, begun.where(Q.c.s.in_(some))))
            removed |= set(decode(connection, dictionary, ended.where(Q.c.s.in_(some))))
    # A quad that went and came back is in both.
    return Difference(frozenset(added - removed), frozenset(removed - added))


def changed(
    connection: Connection,
    dictionary: Dictionary,
    sequence: int,
    predicates: Collection[Iri],
    classes: Collection[Iri],
    most: int,
) -> list[Quad]:
    """List the quads that a commit began or ended, `most` of them at most, in no order.

    Those of some predicates, and with rdf:type those of some classes.
    """
    chosen = _chosen(connection, dictionary, predicates, classes)
    found: list[Quad] = []
    for bound in (Q.c.since, Q.c.until):
        query = select(*_QUAD).where(bound == sequence, chosen).limit(most - len(found))
        found += decode(connection, dictionary, query)
    return found


def commits_changing(
    connection: Connection,
    dictionary: Dictionary,
    after: int,
    predicates: Collection[Iri],
    classes: Collection[Iri],
) -> list[int]:
    """List the commits after one that began or ended such quads as `changed` lists, in order."""
    chosen = _chosen(connection, dictionary, predicates, classes)
    found: set[int] = set()
    for bound in (Q.c.since, Q.c.until):
        query = select(bound).distinct().where(bound > after, chosen)
        found.update(connection.execute(query).scalars())
    return sorted(found)


def _chosen(
    connection: Connection,
    dictionary: Dictionary,
    predicates: Collection[Iri],
    classes: Collection[Iri],
) -> ColumnElement[bool]:
    numbers = dictionary.numbers(connection, [*predicates, *classes, RDF.type])
    about: list[ColumnElement[bool]] = [
        _unindexed(Q.c.p).in_([numbers[p] for p in predicates if p in numbers])
    ]
    if RDF.type in numbers:
        kinds = [numbers[class_] for class_ in classes if class_ in numbers]
        about.append(and_(_unindexed(Q.c.p) == numbers[RDF.type], _unindexed(Q.c.o).in_(kinds)))
    return or_(*about)


def commits_touching(
    connection: Connection, dictionary: Dictionary, subjects: Collection[Iri]
) -> list[int]:
    """List the commits that began or ended a statement about subjects, newest first."""
    found: set[int] = set()
    for some in chunks(dictionary.numbers(connection, subjects).values()):
        for since, until in connection.execute(select(Q.c.since, Q.c.until).where(Q.c.s.in_(some))):
            found.update((since,) if until is None else (since, until))
    return sorted(found, reverse=True)


def ever_parts(
    connection: Connection,
    dictionary: Dictionary,
    of: Iri,
    down: Collection[Iri],
    up: Collection[Iri],
) -> set[Iri]:
    """Collect a resource and what was ever its part, at any depth.

    A part is what a whole points at by a predicate of `down`, or what points at it by `up`.
    """
    numbers = dictionary.numbers(connection, {of, *down, *up})
    if of not in numbers:
        return {of}
    downwards = [numbers[predicate] for predicate in down if predicate in numbers]
    upwards = [numbers[predicate] for predicate in up if predicate in numbers]
    reached, fresh = {numbers[of]}, {numbers[of]}
    while fresh:
        parts: set[int] = set()
        for some in chunks(fresh):
            ends = select(Q.c.o).where(Q.c.s.in_(some), Q.c.p.in_(downwards))
            parts.update(connection.execute(ends).scalars())
            starts = select(Q.c.s).where(Q.c.p.in_(upwards), Q.c.o.in_(some))
            parts.update(connection.execute(starts).scalars())
        fresh = parts - reached
        reached |= fresh
    terms = dictionary.terms(connection, reached).values()
    return {term for term in terms if not isinstance(term, Literal)}


def change_since(
    connection: Connection, dictionary: Dictionary, sequence: int, head: int
) -> GraphChange:
    """Tell how a graph that stands at a commit gets to the newest one, `head`."""
    begun = select(*_QUAD).where(Q.c.since > sequence, _unindexed(Q.c.until).is_(None))
    ended = select(*_QUAD).where(Q.c.until > sequence, _unindexed(Q.c.since) <= sequence)
    added = frozenset(decode(connection, dictionary, begun))
    removed = frozenset(decode(connection, dictionary, ended))
    return graph_change(connection, dictionary, head, Difference(added, removed - added))


def graph_change(
    connection: Connection, dictionary: Dictionary, head: int, change: Difference
) -> GraphChange:
    """Tell how a graph follows a change that led to `head`, the newest commit."""
    added, removed = set(change.added), change.removed
    cleared = {_place(quad) for quad in removed if isinstance(quad.object, Literal)}
    if cleared:
        live = Past(borrowed(connection), dictionary, head, newest=True)
        subjects, predicates, graphs = (set(terms) for terms in zip(*cleared, strict=True))
        said = live.told(subjects, graphs, predicates)
        added.update(quad for quad in said if _place(quad) in cleared)
    kept = frozenset(quad for quad in removed if _place(quad) not in cleared)
    return GraphChange(frozenset(cleared), kept, frozenset(added))


def _place(quad: Quad) -> tuple[Iri, Iri, Iri]:
    return (quad.subject, quad.predicate, quad.graph)


def _unindexed(column: Column[int]) -> ColumnElement[int]:
    # The other bound is the narrow one; databases cannot know, and may go by this.
    return column + 0


def _true_at(sequence: int) -> ColumnElement[bool]:
    return and_(Q.c.since <= sequence, or_(Q.c.until.is_(None), Q.c.until > sequence))


def borrowed(connection: Connection) -> Connect:
    """Lend a connection, again and again, that somebody else keeps open."""
    return lambda: nullcontext(connection)
