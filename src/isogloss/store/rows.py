"""Insert many rows at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert


def insert_all(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows whose values are in the order of `columns`.

    Compiled by SQLAlchemy and handed to the driver as they are: for each of thousands of rows
    it would take longer to look at the parameters than the database takes to insert it.
    """
    statement = insert(table).compile(dialect=connection.dialect, column_keys=columns)
    order = statement.positiontup
    if order is None:  # a driver that takes parameters by name
        connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    if list(order) != list(columns):
        places = [columns.index(name) for name in order]
        rows = [tuple(row[place] for place in places) for row in rows]
    connection.exec_driver_sql(str(statement), list(rows))
