"""By which names datasets go, and which of them are one name: the case rules of platforms.

Source: https://openlineage.io/docs/spec/naming for what a namespace begins with on which
platform; the vendors' own manuals for what ignores case there.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from isogloss.model.rdf import Iri


class Key(NamedTuple):
    """The two names of a dataset, as OpenLineage gives them."""

    namespace: str
    name: str


_ALL, _COLUMNS = "all", "columns"

_IGNORES_CASE = {
    # Identifiers that are not quoted are stored in one case and compared so.
    "snowflake": _ALL,  # docs.snowflake.com, "Identifier requirements"
    "oracle": _ALL,  # Oracle SQL Language Reference, "Database Object Naming Rules"
    "db2": _ALL,  # IBM Db2 SQL Reference, "Identifiers"
    "redshift": _ALL,  # docs.aws.amazon.com/redshift, "Names and identifiers"
    "teradata": _ALL,  # Teradata SQL Fundamentals, "Object Names"
    # Names are kept in one case, or compared without it.
    "hive": _ALL,  # Hive LanguageManual DDL: "Table names and column names are case insensitive"
    "awsathena": _ALL,  # docs.aws.amazon.com/athena, "Name databases, tables, and columns"
    "arn": _ALL,  # AWS Glue: names are folded to lower case
    "trino": _ALL,  # trino.io, "SQL statement syntax", identifiers
    "presto": _ALL,
    "databricks": _ALL,  # docs.databricks.com, "Names": object names are case-insensitive
    "unitycatalog": _ALL,
    "mssql": _ALL,  # by the default collation, which is case-insensitive
    "sqlserver": _ALL,
    "synapse": _ALL,
    # Tables are files there, columns are not.
    "bigquery": _COLUMNS,  # GoogleSQL, "Lexical structure and syntax", case sensitivity
    "mysql": _COLUMNS,  # MySQL 9.0 Reference Manual, 11.2.3
    "mariadb": _COLUMNS,  # mariadb.com/kb, "Identifier Case-sensitivity"
}
"""Scheme of the namespace → which names ignore case there; what is not here is exact.

PostgreSQL folds what is not quoted too, but its catalogue tells "Orders" from "orders", and
producers report the catalogue's spelling.
"""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_MINTED = re.compile(r".*/ns/([^/]+)/dataset/([^/]+)")


def normal(key: Key) -> Key:
    """Give the one spelling of a key that all its spellings have in common.

    >>> normal(Key("snowflake://ACME", "Shop.PUBLIC.Orders"))
    Key(namespace='snowflake://acme', name='shop.public.orders')
    >>> normal(Key("postgres://db:5432", "shop.public.Orders"))
    Key(namespace='postgres://db:5432', name='shop.public.Orders')
    """
    if _rule(key.namespace) == _ALL:
        return Key(key.namespace.lower(), key.name.lower())
    return key


def normal_namespace(namespace: str) -> str:
    """Give the one spelling of a namespace."""
    return normal(Key(namespace, "")).namespace


def folds_columns(namespace: str) -> bool:
    """Tell whether the columns of a platform's tables ignore case.

    >>> folds_columns("bigquery"), folds_columns("kafka://broker:9092")
    (True, False)
    """
    return _rule(namespace) is not None


def is_minted(iri: str) -> bool:
    """Tell whether an IRI was made up from the two names of a dataset."""
    return _MINTED.fullmatch(iri) is not None


@lru_cache(maxsize=10_000)
def key_of(iri: Iri) -> Key | None:
    """Read the two names in an IRI that was made up from them.

    >>> key_of(Iri("https://mesh.example/shop/ns/hive%3A%2F%2Fm/dataset/db.orders"))
    Key(namespace='hive://m', name='db.orders')
    """
    found = _MINTED.fullmatch(iri)
    if found is None:
        return None
    # Only lone dots are written with a "=" before them; else it is encoded.
    namespace, name = (unquote(part.removeprefix("=")) for part in found.groups())
    return Key(namespace, name)


def minted_keys(iri: Iri) -> frozenset[Key]:
    """Give the key that an IRI was made up from, if it was."""
    told = key_of(iri)
    return frozenset({told} if told else ())


def _rule(namespace: str) -> str | None:
    scheme = _SCHEME.match(namespace)
    return _IGNORES_CASE.get(scheme[0].lower()) if scheme else None
