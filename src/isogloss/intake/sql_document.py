"""SQL as a document: the lineage that its statements declare, as triples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from isogloss.errors import InvalidArgument, InvalidInput
from isogloss.intake.described import Described
from isogloss.intake.sql import Statement, Traced, dialects, trace
from isogloss.model.change import Document
from isogloss.model.rdf import Iri


@dataclass(frozen=True, slots=True)
class SqlNames:
    """What names in SQL mean.

    `namespace` is that of all its tables. `known` are tables with all their columns in order,
    `unordered` those tables of them whose columns are in no order.
    """

    namespace: str
    dialect: str | None = None
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unordered: Sequence[str] = ()


def check_dialect(dialect: str | None) -> str | None:
    """Check the name of a dialect, and give it as it is spelled.

    Raises:
        InvalidArgument: there is none of that name.
    """
    folded = dialect.lower() if dialect is not None else None
    if folded is not None and folded not in dialects():
        raise InvalidArgument(
            f"There is no SQL dialect {dialect!r}; it is one of {', '.join(dialects())}."
        )
    return folded


def read_sql(name: str, sql: str, names: SqlNames, *, space: str) -> Document:
    """Read what statements write, and from where, into the triples of one graph.

    A table is named as SQL names it, unless it is known by a longer name. The notes are what
    could not be resolved, and which queries write nothing.

    Raises:
        InvalidInput: nothing in it was understood.
    """
    traced = trace(sql, names.dialect, names.known, unordered=names.unordered)
    if not traced.statements and traced.unresolved:
        line, what = traced.unresolved[0]
        raise InvalidInput(
            f"{name}, line {line}: {what}. No statement was understood; name the dialect that "
            "it is written in.",
            line=line,
        )
    described = Described(space)
    for statement in traced.statements:
        if statement.target is not None:
            declare(
                described,
                statement,
                described.dataset(names.namespace, statement.target),
                lambda table: described.dataset(names.namespace, table),
                described.column,
            )
    return Document(described.finish(), tuple(_notes(name, traced)))


def declare(
    described: Described,
    statement: Statement,
    written: Iri,
    dataset: Callable[[str], Iri],
    column: Callable[[Iri, str], Iri],
    job: Iri | None = None,
) -> None:
    """Describe what one statement writes to a dataset, and where it comes from.

    Args:
        described: takes the triples.
        statement: the statement.
        written: the dataset that it writes.
        dataset: describes a table by its name in SQL, and gives its IRI.
        column: describes a column of a dataset by its name in SQL, and gives its IRI.
        job: what runs the statement, if that is known.

    Writes:
        <written> prov:wasDerivedFrom <table> .
        <written/column> prov:wasDerivedFrom|prov:wasInfluencedBy <table/column> .
        <written/column> prov:wasDerivedFrom <table> .  # if nobody can tell from which column
    """
    tables = {table: dataset(table) for table in statement.reads}
    for table in tables.values():
        described.derive(written, table, job=job)
    for output in statement.columns:
        made = column(written, output.name)
        for source in output.sources:
            origin = tables[source.table]
            if source.column is not None:
                origin = column(origin, source.column)
            described.derive(made, origin, source.transformations, job=job)


def _notes(name: str, traced: Traced) -> list[str]:
    places = [(line, f"{name}, line {line}: {what}.") for line, what in traced.unresolved]
    places += [
        (statement.line, f"{name}, line {statement.line}: this query writes nothing.")
        for statement in traced.statements
        if statement.target is None
    ]
    return [note for _, note in sorted(places)]
