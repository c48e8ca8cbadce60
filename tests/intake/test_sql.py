"""What SQL says of columns, in OpenLineage's words, and what of it nobody can know."""

# ruff: noqa: S608 - the words of the queries are our own

import time

import pytest

from isogloss.errors import InvalidArgument, InvalidInput
from isogloss.intake.documents import Upload, read_source
from isogloss.intake.naming import dataset_iri, field_iri
from isogloss.intake.sql import Traced, dialects, read_schema, trace
from isogloss.intake.sql_document import SqlNames, check_dialect
from isogloss.intake.worker import ParserProcess
from isogloss.model.rdf import Iri
from isogloss.vocab import MESH, PROV

SCHEMA = {
    "shop.t": ["a", "b", "k", "v"],
    "shop.s": ["k", "b", "x", "y"],
    "shop.u": ["a", "k", "c"],
}
DEEP = 3000


def _trace(sql: str, dialect: str | None = "duckdb") -> Traced:
    return trace(sql, dialect, SCHEMA)


def _ways(sql: str, column: str, dialect: str | None = "duckdb") -> dict[str, str]:
    """Column → how it is used, in one statement of which all is resolved."""
    traced = _trace(sql, dialect)
    assert traced.unresolved == ()
    (statement,) = traced.statements
    (output,) = [output for output in statement.columns if output.name == column]
    return {
        f"{source.table.removeprefix('shop.')}.{source.column}": " ".join(
            str(way.subtype) + ("!" if way.masking else "") for way in source.transformations
        )
        for source in output.sources
    }


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a", {"t.a": "IDENTITY"}),
        ("(a)", {"t.a": "IDENTITY"}),
        ("a + b", {"t.a": "TRANSFORMATION", "t.b": "TRANSFORMATION"}),
        ("cast(a as text)", {"t.a": "TRANSFORMATION"}),
        ("sum(a)", {"t.a": "AGGREGATION"}),
        ("sum(a + 1) * 2", {"t.a": "AGGREGATION"}),
        ("count(*)", {}),
        ("count(a)", {"t.a": "AGGREGATION!"}),
        ("md5(a)", {"t.a": "TRANSFORMATION!"}),
        ("max(sha256(a))", {"t.a": "AGGREGATION!"}),
        ("case when a > 1 then b else v end", {
            "t.a": "CONDITIONAL", "t.b": "TRANSFORMATION", "t.v": "TRANSFORMATION"}),
        ("case a when k then b end", {
            "t.a": "CONDITIONAL", "t.k": "CONDITIONAL", "t.b": "TRANSFORMATION"}),
        ("if(a > 1, b, v)", {
            "t.a": "CONDITIONAL", "t.b": "TRANSFORMATION", "t.v": "TRANSFORMATION"}),
        ("coalesce(a, b)", {"t.a": "TRANSFORMATION CONDITIONAL", "t.b": "TRANSFORMATION"}),
        ("sum(a) filter (where b > 1)", {"t.a": "AGGREGATION", "t.b": "CONDITIONAL"}),
        ("string_agg(a, ',' order by b)", {"t.a": "AGGREGATION", "t.b": "SORT"}),
        ("row_number() over (partition by a order by b)", {"t.a": "WINDOW", "t.b": "WINDOW"}),
        ("sum(v) over (partition by a)", {"t.v": "AGGREGATION", "t.a": "WINDOW"}),
        ("sum(v) over w", {"t.v": "AGGREGATION", "t.k": "WINDOW"}),
        ("a in (1, 2)", {"t.a": "TRANSFORMATION"}),
        ("exists (select 1 from s where s.k = t.k)", {"s.k": "FILTER", "t.k": "FILTER"}),
        ("(select max(x) from s where s.k = t.k)", {
            "s.x": "AGGREGATION", "s.k": "FILTER", "t.k": "FILTER"}),
        ("1", {}),
    ],
)  # fmt: skip
def test_how_an_expression_uses_columns(expression: str, expected: dict[str, str]) -> None:
    sql = f"select {expression} as made from t window w as (partition by k)"
    assert _ways(sql, "made") == expected


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("from t", {}),
        ("from t where k = 1", {"t.k": "FILTER"}),
        ("from t join s on t.k = s.k", {"t.k": "JOIN", "s.k": "JOIN"}),
        ("from t join s using (k)", {"t.k": "JOIN", "s.k": "JOIN"}),
        ("from t natural join u", {"u.a": "IDENTITY JOIN", "t.k": "JOIN", "u.k": "JOIN"}),
        ("from t order by v", {"t.v": "SORT"}),
        ("from t group by t.a, v having max(k) > 1", {"t.v": "GROUP_BY", "t.k": "FILTER"}),
        ("from t qualify row_number() over (order by v) = 1", {"t.v": "WINDOW"}),
        ("from t where k in (select k from s where x = 1)", {
            "t.k": "FILTER", "s.k": "FILTER", "s.x": "FILTER"}),
        ("from (select * from t where v = 1) t", {"t.v": "FILTER"}),
        ("from t, (select count(*) as n from s where y = 1) as c", {"s.y": "FILTER"}),
        ("from t semi join s on t.k = s.k", {"t.k": "JOIN", "s.k": "JOIN"}),
    ],
)  # fmt: skip
def test_what_decides_about_rows_decides_about_every_column(
    rest: str, expected: dict[str, str]
) -> None:
    column = "a" if "natural" in rest else "t.a"
    ways = _ways(f"select {column} as made, 1 as other {rest}", "made")
    assert {source: way for source, way in ways.items() if source != "t.a"} == expected
    other = _ways(f"select {column} as made, 1 as other {rest}", "other")
    assert {s: w for s, w in other.items() if s not in ("t.a", "u.a")} == {
        s: w for s, w in expected.items() if s != "u.a"
    }


def test_distinct_is_a_grouping_by_all() -> None:
    assert _ways("select distinct a, b from t", "a") == {
        "t.a": "IDENTITY GROUP_BY",
        "t.b": "GROUP_BY",
    }


@pytest.mark.parametrize(
    ("operator", "left", "right"),
    [
        ("union all", "IDENTITY", "IDENTITY"),
        ("union", "IDENTITY GROUP_BY", "IDENTITY GROUP_BY"),
        ("except", "IDENTITY FILTER", "FILTER"),
        ("intersect", "IDENTITY FILTER", "FILTER"),
    ],
)
def test_set_operations_unite_by_position(operator: str, left: str, right: str) -> None:
    assert _ways(f"select a from t {operator} select x from s", "a") == {"t.a": left, "s.x": right}


def test_union_by_name_unites_by_name() -> None:
    sql = "select a, k from t union all by name select x as k, y as a from s"
    assert _ways(sql, "a") == {"t.a": "IDENTITY", "s.y": "IDENTITY"}


def test_a_recursive_cte_is_followed_until_nothing_is_new() -> None:
    # Three columns change places at each step, so after two steps each may be any of them.
    sql = """with recursive r(a, b, c) as (
        select a, b, v from t union all select b, c, a from r where a < 9) select * from r"""
    for column in ("a", "b", "c"):
        assert set(_ways(sql, column)) == {"t.a", "t.b", "t.v"}


def test_a_cte_with_the_name_of_a_table_hides_it() -> None:
    assert _ways("with t as (select x as a from s) select a from t", "a") == {"s.x": "IDENTITY"}


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("postgres", "select x as made from t, unnest(t.v) as q(x)", "TRANSFORMATION JOIN"),
        ("spark", "select made from t lateral view explode(v) e as made", "TRANSFORMATION JOIN"),
        ("bigquery", "select made from t, unnest(v) as made", "TRANSFORMATION JOIN"),
        ("postgres", "select l.x as made from t, lateral (select t.v as x) l", "IDENTITY"),
        ("duckdb", "select made from (values (1)) as q(made), t order by v", "SORT"),
    ],
)
def test_rows_made_of_values(dialect: str, sql: str, expected: str) -> None:
    assert _ways(sql, "made", dialect) == {"t.v": expected}


def test_a_pivot_is_made_of_what_it_aggregates() -> None:
    sql = "select * from s pivot (sum(x) for y in (1 as one)) as p"
    assert _ways(sql, "one", None) == {
        "s.x": "AGGREGATION",
        "s.y": "CONDITIONAL",
        "s.k": "GROUP_BY",
        "s.b": "GROUP_BY",
    }


# ---- what writes


def _written(sql: str, dialect: str) -> dict[str, dict[str, str]]:
    traced = _trace(sql, dialect)
    assert traced.unresolved == ()
    (statement,) = traced.statements
    assert statement.target == "shop.t"
    return {output.name: _ways(sql, output.name, dialect) for output in statement.columns}


def test_an_insert_writes_by_position() -> None:
    assert _written("insert into t select k, b, x, y from s", "postgres") == {
        "a": {"s.k": "IDENTITY"},
        "b": {"s.b": "IDENTITY"},
        "k": {"s.x": "IDENTITY"},
        "v": {"s.y": "IDENTITY"},
    }
    named = _written("insert into t (v, a) select x, y from s", "postgres")
    assert named == {"v": {"s.x": "IDENTITY"}, "a": {"s.y": "IDENTITY"}}
    by_name = _written("insert into t by name select x as b from s", "duckdb")
    assert by_name == {"b": {"s.x": "IDENTITY"}}


def test_an_upsert_writes_what_was_excluded_too() -> None:
    sql = """insert into t (a, b) select x, y from s
        on conflict (a) do update set v = excluded.b + t.k"""
    assert _written(sql, "postgres") == {
        "a": {"s.x": "IDENTITY"},
        "b": {"s.y": "IDENTITY"},
        "v": {"s.y": "TRANSFORMATION", "t.k": "TRANSFORMATION"},
    }


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("postgres", "update t set a = s.x from s where s.k = t.k"),
        ("tsql", "update q set q.a = s.x from t as q, s where s.k = q.k"),
        ("postgres", "update t set (a) = (select s.x from s where s.k = t.k)"),
    ],
)
def test_an_update_writes_what_it_sets(dialect: str, sql: str) -> None:
    assert _written(sql, dialect) == {"a": {"s.x": "IDENTITY", "s.k": "FILTER", "t.k": "FILTER"}}


def test_a_merge_writes_what_each_of_its_clauses_does() -> None:
    sql = """merge into t using (select * from s where y = 1) as q on t.k = q.k
        when matched and q.b > 0 then update set a = q.x
        when not matched then insert (k, a) values (q.k, upper(q.b))"""
    decides = {"t.k": "JOIN", "s.k": "JOIN", "s.y": "FILTER"}
    assert _written(sql, "snowflake") == {
        "a": {**decides, "s.x": "IDENTITY", "s.b": "TRANSFORMATION FILTER"},
        "k": {**decides, "s.k": "IDENTITY JOIN"},
    }


def test_a_view_renames_and_is_known_to_what_follows() -> None:
    traced = _trace(
        "create view v1 (p, q) as select a, b from t; create table w as select * from v1"
    )
    view, table = traced.statements
    assert [(o.name, o.sources[0].column) for o in view.columns] == [("p", "a"), ("q", "b")]
    assert [(o.name, o.sources[0][:2]) for o in table.columns] == [
        ("p", ("v1", "p")),
        ("q", ("v1", "q")),
    ]


def test_a_definition_in_the_file_makes_a_table_known() -> None:
    traced = _trace("create table n (one int, two int); create view v1 as select * from n")
    (statement,) = traced.statements
    assert [output.name for output in statement.columns] == ["one", "two"]
    assert read_schema("create table n (one int, two int)", "postgres") == {"n": ("one", "two")}


def test_names_are_spelled_as_the_dialect_has_them() -> None:
    traced = trace('create table Made as select Id, "Name" from Raw', "snowflake", {})
    (statement,) = traced.statements
    assert (statement.target, statement.reads) == ("MADE", ("RAW",))
    assert [output.name for output in statement.columns] == ["ID", "Name"]
    known = trace("select ID from RAW", "snowflake", {"db.Raw": ["Id"]}).statements[0]
    assert known.columns[0].sources[0][:2] == ("db.Raw", "Id")


# ---- what is not resolved is listed


@pytest.mark.parametrize(
    ("dialect", "sql", "line", "what"),
    [
        (None, "select 1;\nselect * from nowhere", 2, "columns of nowhere are not known"),
        (None, "select a from t;\n\nselect c from q, r", 3, "column c was not found, or could be"),
        (None, "select no_such from t", 1, "column no_such was not found"),
        (None, "select t.no_such from t", 1, "no column no_such of t is known"),
        (None, "select 1;\ncreate view x as select * from {{ ref('y') }}", 2, "a template"),
        (None, "select from where group", 1, "not understood"),
        ("tsql", "exec refresh_all", 1, "dynamic SQL"),
        ("postgres", "call refresh_all()", 1, "dynamic SQL"),
        ("snowflake", "use schema other", 1, "USE changes what names mean"),
        ("postgres", "copy t from 'x.csv'", 1, "COPY is not traced"),
        ("postgres", "create function f() returns int as 'select 1' language sql", 1, "inside"),
        ("postgres", "insert into nowhere select a from t", 1, "order of the columns of nowhere"),
        ("duckdb", "select x from read_csv('f.csv')", 1, "table function"),
        (None, "select " + "(" * DEEP + "a" + ")" * DEEP + " from t", 1, "nested too deep"),
        ("postgres", "with d as (delete from t returning a) select a from d", 1, "CTE that writes"),
    ],
)  # fmt: skip
def test_what_is_not_resolved_is_listed(
    dialect: str | None, sql: str, line: int, what: str
) -> None:
    unresolved = _trace(sql, dialect).unresolved
    assert [found.line for found in unresolved if what in found.what] == [line], unresolved


@pytest.mark.parametrize(
    ("sql", "output", "told"),
    [
        ("select k, b from t join s using (k)", "b", {"shop.t.b", "shop.s.b"}),
        ("select p from one, two", "p", {"one.?", "two.?"}),
        ("select v + q as x from t, one, two", "x", {"shop.t.v", "one.?", "two.?"}),
        ("select md5(p) as x from one, two where q > 1", "x", {"one.?", "two.?"}),
        ("select hash(one.*) as x from one", "x", {"one.?"}),
        ("select r as x from one as o(p, r)", "x", {"one.?"}),
        ("insert into t select a, v.* from u, one as v", "k", {"one.?"}),
    ],
)
def test_of_what_is_not_resolved_the_tables_are_told(sql: str, output: str, told: set[str]) -> None:
    traced = _trace(sql)
    assert traced.unresolved
    (found,) = [one for one in traced.statements[0].columns if one.name == output]
    direct = [
        source
        for source in found.sources
        if not source.transformations or source.transformations[0].type == "DIRECT"
    ]
    assert {f"{source.table}.{source.column or '?'}" for source in direct} == told
    # Nobody can tell what becomes of them.
    assert all(not source.transformations for source in direct if source.column in (None, "b"))


def test_a_column_that_is_not_resolved_is_said_to_come_from_its_tables() -> None:
    upload = Upload("v.sql", b"create view v as select p, one.r from one, two")
    document = read_source([upload], space=SPACE, graph=Iri(f"{SPACE}g"), sql=SqlNames("db"))
    view, one, two = (dataset_iri(SPACE, "db", name) for name in ("v", "one", "two"))

    def sources(name: str) -> set[object]:
        made = field_iri(view, name)
        return {
            t.object
            for t in document.triples
            if (t.subject, t.predicate) == (made, PROV.wasDerivedFrom)
        }

    assert sources("p") == {one, two}
    assert sources("r") == {field_iri(one, "r")}
    # Those are no derivations between two columns.
    between = {t.subject for t in document.triples if t.object == MESH.ColumnDerivation}
    ends = {t.object for t in document.triples if t.subject in between}
    assert field_iri(one, "r") in ends
    assert ends.isdisjoint({one, two})


def test_a_name_that_fits_two_tables_is_neither() -> None:
    traced = trace("select a from t", None, {"one.t": ["a"], "two.t": ["a"]})
    assert "one.t or two.t" in traced.unresolved[0].what
    assert traced.statements[0].reads == ("t",)


def test_one_bad_statement_costs_no_other() -> None:
    traced = _trace("select a from t; select from; create view v1 as select b from t")
    assert [statement.target for statement in traced.statements] == [None, "v1"]
    assert len(traced.unresolved) == 1


def test_statements_that_move_no_data_are_no_riddle() -> None:
    sql = "set x = 1; drop table t; grant select on t to me; alter table t add column z int; commit"
    assert _trace(sql, "postgres") == Traced((), ())


@pytest.mark.parametrize(
    "sql",
    [
        "select " + "+".join(["a"] * 2000) + " as a from t",
        " union all ".join(["select a from t"] * 500),
        "with c0 as (select * from t), "
        + ", ".join(f"c{n} as (select * from c{n - 1})" for n in range(1, 300))
        + " select a from c299",
        "select a from t where " + " or ".join(["k = 1"] * 2000),
    ],
)
def test_long_sql_is_traced_in_time(sql: str) -> None:
    start = time.monotonic()
    traced = _trace(sql)
    assert traced.unresolved == ()
    assert traced.statements[0].columns[0].sources[0].column == "a"
    assert time.monotonic() - start < 20


def test_sql_that_grows_beyond_reason_is_given_up() -> None:
    # Each CTE has twice the columns of the one before.
    ctes = ", ".join(f"c{n} as (select x.*, y.* from c{n - 1} x, c{n - 1} y)" for n in range(1, 40))
    sql = f"create view v as with c0 as (select 1 as a), {ctes} select * from c39"
    with (
        ParserProcess(deadline_seconds=20, memory_bytes=1 << 29) as parser,
        pytest.raises(InvalidInput, match=r"v\.sql (takes|took)"),
    ):
        parser.read_source(
            [Upload("v.sql", sql.encode())], space=SPACE, graph=Iri(f"{SPACE}graph/v"), sql=NAMES
        )


def test_the_same_sql_gives_the_same_answer_in_the_same_order() -> None:
    sql = "select a + b as x, k from t join s using (k) where v = y group by all"
    assert _trace(sql) == _trace(sql)
    (output, _) = _trace(sql).statements[0].columns
    names = [(source.table, source.column or "") for source in output.sources]
    assert names == sorted(names)


# ---- as a document

SPACE = "https://mesh.example/shop/"
NAMES = SqlNames("postgres://db", "postgres", {"public.t": ["a", "b"]})


def test_a_document_states_what_is_derived_from_what() -> None:
    with ParserProcess() as parser:
        document = parser.read_source(
            [Upload("v.sql", b"create view v as select a, upper(b) as c from t; select 1")],
            space=SPACE,
            graph=Iri(f"{SPACE}graph/v"),
            sql=NAMES,
        )
    view, table = (dataset_iri(SPACE, "postgres://db", name) for name in ("v", "public.t"))
    derived = {
        (triple.subject, triple.object)
        for triple in document.triples
        if triple.predicate == PROV.wasDerivedFrom
    }
    assert derived == {
        (view, table),
        (field_iri(view, "a"), field_iri(table, "a")),
        (field_iri(view, "c"), field_iri(table, "b")),
    }
    assert document.notes == ("v.sql, line 1: this query writes nothing.",)


def test_sql_of_which_nothing_is_understood_is_refused() -> None:
    with pytest.raises(InvalidInput, match="No statement was understood"):
        read_source(
            [Upload("v.sql", b"hello world, this is prose;")],
            space=SPACE,
            graph=Iri(f"{SPACE}graph/v"),
            sql=NAMES,
        )


def test_sql_without_a_namespace_says_where_to_go() -> None:
    with pytest.raises(InvalidInput, match="lineage from-sql"):
        read_source([Upload("v.sql", b"select 1")], space=SPACE, graph=Iri(f"{SPACE}graph/v"))


def test_a_dialect_that_is_none_is_answered_with_the_list() -> None:
    assert {"postgres", "snowflake", "bigquery"} <= set(dialects())
    assert check_dialect("Postgres") == "postgres"
    with pytest.raises(InvalidArgument, match=r"it is one of .*snowflake"):
        check_dialect("klingon")
