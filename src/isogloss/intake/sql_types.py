"""Whether two spellings of a data type mean the same."""

from sqlglot import exp
from sqlglot.errors import SqlglotError

from isogloss.intake.sql import dialects


def same_type(one: str, other: str, dialect: str) -> bool:
    """Tell whether two types are one in a dialect; a length that only one of them has is none.

    >>> same_type("int", "INTEGER", "postgres"), same_type("text", "boolean", "postgres")
    (True, False)
    >>> same_type("varchar", "character varying(256)", "redshift")
    True
    """
    if one.casefold() == other.casefold():
        return True
    known = dialect if dialect in dialects() else None
    try:
        first, second = (exp.DataType.build(text, dialect=known) for text in (one, other))
    except (SqlglotError, ValueError):
        return False
    if not first.expressions or not second.expressions:
        return bool(first.this == second.this)
    return bool(first == second)
