"""Lineage from SQL, on the command line."""

import json
from pathlib import Path

from tests.doors import Isogloss

SQL = """create table raw.orders (id int, email text, amount numeric);
create view mart.buyers as
select md5(email) as buyer, sum(amount) as spent from raw.orders group by 1;
create table mart.all as select * from nowhere;
"""
BUYERS = "https://mesh.example/finance/ns/postgres%3A%2F%2Fdb/dataset/mart.buyers"


def _file(folder: Path, text: str = SQL, name: str = "buyers.sql") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_lineage_of_a_file_is_shown(isogloss: Isogloss, tmp_path: Path) -> None:
    run = isogloss("lineage", "from-sql", _file(tmp_path), "--dialect", "postgres")
    assert run.status == 0
    assert run.out == (
        "mart.buyers (line 2)\n"
        "  buyer\n"
        "    raw.orders.email  DIRECT/TRANSFORMATION/MASKING, INDIRECT/GROUP_BY\n"
        "  spent\n"
        "    raw.orders.amount  DIRECT/AGGREGATION\n"
        "    raw.orders.email  INDIRECT/GROUP_BY\n"
        "mart.all (line 4)\n"
        "not resolved, line 4: * was not traced: the columns of nowhere are not known\n"
    )


def test_programs_get_json_and_a_schema_helps(isogloss: Isogloss, tmp_path: Path) -> None:
    schema = _file(tmp_path, "create table nowhere (one int, two int);", "schema.sql")
    run = isogloss(
        *("lineage", "from-sql", _file(tmp_path), "--schema", schema, "--format", "json")
    )
    answer = json.loads(run.out)
    assert answer["unresolved"] == []
    assert answer["statements"][1]["columns"]["two"] == [
        {
            "table": "nowhere",
            "column": "two",
            "transformations": [{"type": "DIRECT", "subtype": "IDENTITY", "masking": False}],
        }
    ]


def test_a_domain_says_it_and_the_next_file_knows_the_columns(
    little_folder: Isogloss, tmp_path: Path
) -> None:
    to_finance = ("--domain", "finance", "--namespace", "postgres://db", "--dialect", "postgres")
    run = little_folder("lineage", "from-sql", _file(tmp_path), *to_finance)
    assert run.status == 0
    assert "buyers.sql, line 4: * was not traced" in run.out
    shown = little_folder("lineage", f"{BUYERS}/spent").out
    assert "raw.orders.amount  (DIRECT/AGGREGATION)" in shown
    # `of` is what is meant by an IRI; and options may come first.
    assert little_folder("lineage", "of", f"{BUYERS}/spent").out == shown
    # The mesh knows buyers and its columns, by the end of its name.
    top = _file(tmp_path, "create view top as select * from buyers", "top.sql")
    assert little_folder("lineage", "from-sql", top, *to_finance).status == 0
    down = little_folder("lineage", "--direction", "downstream", f"{BUYERS}/spent").out
    assert "top.spent  (DIRECT/IDENTITY)" in down


def test_what_is_missing_is_told(little_folder: Isogloss, tmp_path: Path) -> None:
    path = _file(tmp_path)
    run = little_folder("lineage", "from-sql", path, "--domain", "finance")
    assert (run.status, "--namespace" in run.err) == (2, True)
    run = little_folder("lineage", "from-sql", path, "--dialect", "klingon")
    assert (run.status, "it is one of" in run.err) == (2, True)
    run = little_folder("load", path, "--domain", "finance")
    assert (run.status, "lineage from-sql" in run.err) == (2, True)
