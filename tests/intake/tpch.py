"""The tables of TPC-H with a little made-up data, of which every query takes some.

Source: TPC-H 3.0.1 §1.4 for the tables. Values come from small domains in which the constants
of the queries are frequent; dates are text, as the queries compare them with text.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import duckdb

_NATIONS = ["GERMANY", "FRANCE", "BRAZIL", "CANADA", "SAUDI ARABIA", "INDIA", "CHINA", "PERU"]
_REGIONS = ["AMERICA", "ASIA", "EUROPE", "AFRICA"]
_COLOURS = ["forest", "green", "forest green", "navy"]
_TYPES = ["ECONOMY ANODIZED STEEL", "PROMO BRUSHED BRASS", "MEDIUM POLISHED TIN", "SMALL BRASS"]
_BRANDS = ["Brand#12", "Brand#23", "Brand#34", "Brand#45"]
_BOXES = [f"{size} {kind}" for size in ("SM", "MED", "LG") for kind in ("BOX", "PACK")]
_DATES = [f"{y}-{m:02}-{d:02}" for y in range(1993, 1997) for m in range(1, 13) for d in (2, 17)]
_PHONES = [f"{code}-555-{n}" for code in (13, 31, 23, 29, 30, 18, 17, 44) for n in range(4)]

Domain = Sequence[str | float]


def _names(prefix: str, size: int = 40) -> list[str]:
    return [f"{prefix} {number}" for number in range(size)]


# Table → (rows, column → (type, what its values are taken from; None for 0, 1, 2, …)).
TABLES: dict[str, tuple[int, dict[str, tuple[str, Domain | None]]]] = {
    "region": (
        4,
        {
            "r_regionkey": ("int", None),
            "r_name": ("text", _REGIONS),
            "r_comment": ("text", _names("r")),
        },
    ),
    "nation": (
        8,
        {
            "n_nationkey": ("int", None),
            "n_name": ("text", _NATIONS),
            "n_regionkey": ("int", list(range(4))),
            "n_comment": ("text", _names("n")),
        },
    ),
    "supplier": (
        16,
        {
            "s_suppkey": ("int", None),
            "s_name": ("text", _names("s")),
            "s_address": ("text", _names("street")),
            "s_nationkey": ("int", list(range(8))),
            "s_phone": ("text", _PHONES),
            "s_acctbal": ("decimal(15,2)", list(range(-999, 9999, 7))),
            "s_comment": ("text", [*_names("c", 6), "Customer sends Complaints"]),
        },
    ),
    "part": (
        40,
        {
            "p_partkey": ("int", None),
            "p_name": ("text", [f"{colour} {n}" for colour in _COLOURS for n in range(3)]),
            "p_mfgr": ("text", _names("m")),
            "p_brand": ("text", _BRANDS),
            "p_type": ("text", _TYPES),
            "p_size": ("int", [3, 4, 9, 14, 15, 15, 49]),
            "p_container": ("text", _BOXES),
            "p_retailprice": ("decimal(15,2)", list(range(900, 2000, 3))),
            "p_comment": ("text", _names("p")),
        },
    ),
    "partsupp": (
        160,
        {
            "ps_partkey": ("int", list(range(40))),
            "ps_suppkey": ("int", list(range(16))),
            "ps_availqty": ("int", list(range(1, 200, 3))),
            "ps_supplycost": ("decimal(15,2)", list(range(1, 1000, 7))),
            "ps_comment": ("text", _names("ps")),
        },
    ),
    "customer": (
        60,
        {
            "c_custkey": ("int", None),
            "c_name": ("text", _names("c")),
            "c_address": ("text", _names("road")),
            "c_nationkey": ("int", list(range(8))),
            "c_phone": ("text", _PHONES),
            "c_acctbal": ("decimal(15,2)", list(range(-999, 9999, 13))),
            "c_mktsegment": ("text", ["BUILDING", "MACHINERY"]),
            "c_comment": ("text", _names("cc")),
        },
    ),
    "orders": (
        300,
        {
            "o_orderkey": ("int", None),
            "o_custkey": ("int", list(range(50))),
            "o_orderstatus": ("text", ["F", "F", "O"]),
            "o_totalprice": ("decimal(15,2)", list(range(1000, 90000, 11))),
            "o_orderdate": ("text", _DATES),
            "o_orderpriority": ("text", ["1-URGENT", "2-HIGH", "3-MEDIUM", "5-LOW"]),
            "o_clerk": ("text", _names("clerk")),
            "o_shippriority": ("int", list(range(3))),
            "o_comment": ("text", [*_names("o", 3), "special requests"]),
        },
    ),
    "lineitem": (
        1500,
        {
            "l_orderkey": ("int", list(range(300))),
            "l_partkey": ("int", list(range(40))),
            "l_suppkey": ("int", list(range(16))),
            "l_linenumber": ("int", list(range(7))),
            "l_quantity": ("decimal(15,2)", [1, 2, 5, 11, 20, 25, 30, 99]),
            "l_extendedprice": ("decimal(15,2)", list(range(900, 50000, 17))),
            "l_discount": ("decimal(15,2)", [0, 0.05, 0.06, 0.07]),
            "l_tax": ("decimal(15,2)", [0, 0.02, 0.08]),
            "l_returnflag": ("text", ["R", "A", "N"]),
            "l_linestatus": ("text", ["O", "F"]),
            "l_shipdate": ("text", _DATES),
            "l_commitdate": ("text", _DATES),
            "l_receiptdate": ("text", _DATES),
            "l_shipinstruct": ("text", ["DELIVER IN PERSON", "COLLECT"]),
            "l_shipmode": ("text", ["AIR", "AIR REG", "MAIL", "SHIP"]),
            "l_comment": ("text", _names("l")),
        },
    ),
}
SCHEMA = {table: list(columns) for table, (_, columns) in TABLES.items()}


class Query(NamedTuple):
    """A query of the benchmark, and the same as sqlglot's optimiser wrote it."""

    number: int
    original: str
    optimised: str


def queries(shared_data: Path) -> list[Query]:
    """Read the 22 queries: the file has each twice, as written and as optimised."""
    text = (shared_data / "sql" / "tpc-h.sql").read_text("utf-8")
    parts = re.split(r"^-+\n-- TPC-H (\d+)\n-+\n", text, flags=re.M)[1:]
    found = []
    for number, both in zip(parts[::2], parts[1::2], strict=True):
        original, optimised = (part for part in both.split(";") if part.strip())
        found.append(Query(int(number), original, optimised))
    return found


def connect(seed: int) -> duckdb.DuckDBPyConnection:
    """Make the tables, filled by chance."""
    chance = Random(seed)  # noqa: S311 - repeatable chance is what is wanted
    connection = duckdb.connect(config={"threads": 1})
    for table, (rows, columns) in TABLES.items():
        types = ", ".join(f"{column} {type_}" for column, (type_, _) in columns.items())
        connection.execute(f"create table {table} ({types})")
        values = ", ".join(
            "("
            + ", ".join(repr(_value(domain, row, rows, chance)) for _, domain in columns.values())
            + ")"
            for row in range(rows)
        )
        connection.execute(f"insert into {table} values {values}")  # noqa: S608 - our own words
    return connection


def _value(domain: Domain | None, row: int, rows: int, chance: Random) -> float | str:
    if domain is None:
        return row
    # In the smallest tables each value is there, so that each constant finds its nation.
    return domain[row % len(domain)] if rows <= 8 else chance.choice(domain)


def changes(table: str, column: str) -> Iterator[str]:
    """Give SQL that changes values of a column, each in another way.

    All or some values are drawn anew from the same domain, so that the queries still find
    something; each becomes its neighbour's; all become one; some are missing.
    """
    rows, columns = TABLES[table]
    _, domain = columns[column]
    values = list(range(rows)) if domain is None else domain
    listed = ", ".join(map(repr, values))
    # The words are our own, so nothing can be injected: S608 is about others'.
    for seed in (1, 2, 3):
        drawn = f"([{listed}])[1 + (hash(rowid * 7919 + {seed}) % {len(values)})::int]"
        some = "true" if seed == 1 else f"hash(rowid + {seed}) % {3 * seed} = 0"
        yield f"update {table} set {column} = {drawn} where {some}"  # noqa: S608
    yield (
        f"update {table} set {column} = other.{column} from {table} as other "  # noqa: S608
        f"where other.rowid = ({table}.rowid + 1) % {rows}"
    )
    yield f"update {table} set {column} = {values[-1]!r}"  # noqa: S608
    yield f"update {table} set {column} = null where hash(rowid) % 4 = 0"  # noqa: S608
