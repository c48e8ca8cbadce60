"""Answers in columns are those of graphql-core, whatever the rows, and whatever is asked."""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
import strawberry
from graphql import ExecutionResult, parse
from graphql.execution import experimental_execute_incrementally
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Reference

from isogloss.api import app
from isogloss.api.graphql import executor
from isogloss.api.graphql.context import Context
from isogloss.api.graphql.executor import PlainExecutor
from isogloss.bootstrap import Services
from tests.api.graphql_operations import VARIABLES, operations
from tests.api.plain_rows import BAD, ROOTS, Maker, end_all, schema


class Counting(PlainExecutor):
    """Knows how many lists were completed in columns."""

    in_short = 0

    def in_columns(self, *args: Any) -> list[Any]:
        completed = super().in_columns(*args)
        type(self).in_short += 1
        return completed


OURS = schema(Counting)
THEIRS = schema(Reference)


@pytest.fixture(autouse=True)
def however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try columns for lists of any length."""
    monkeypatch.setattr(executor, "FEW", -1)


def run(asked: strawberry.Schema, query: str, context: object = None, root: object = None) -> Any:
    """Give all that an answer says, and of which types, in order."""
    return asyncio.run(_run(asked, query, context, root))


async def _run(asked: strawberry.Schema, query: str, context: object, root: object) -> Any:
    found = await asked.execute(query, VARIABLES, context_value=context, root_value=root)
    errors = [
        (
            _known(error.message),
            error.path,
            error.locations,
            type(error.original_error),
            error.extensions,
        )
        for error in found.errors or []
    ]
    return _known(repr(getattr(found, "data", None))), errors


def _known(text: str) -> str:
    return re.sub(r"0x[0-9a-f]+", "0x…", text)


def both(query: str, maker: Callable[[], Maker] = Maker) -> tuple[Any, Any]:
    """Give our answer and that of graphql-core, of rows made anew for each."""
    try:
        return run(OURS, query, root=maker().query()), run(THEIRS, query, root=maker().query())
    finally:
        end_all()


LEAF = "{ __typename text number kind words maybeWords }"
LEAF_FIELDS = (
    *("text", "id", "number", "real", "flag", "kind", "word", "words", "maybeWords", "table"),
    *("maybeText", "maybeNumber", "maybeReal", "maybeFlag", "maybeKind", "maybeWord"),
)
ROW_FIELDS = {
    "name": "",
    "leaf": LEAF,
    "maybeLeaf": LEAF,
    "leaves": LEAF,
    "maybeLeaves": LEAF,
    "bag": f"{{ maybeLeaf {LEAF} leaf {LEAF} leaves {LEAF} }}",
    "bags": f"{{ maybeLeaf {LEAF} leaves {LEAF} }}",
    "nested": LEAF,
    "thing": "{ __typename name }",
    "things": "{ name ... on Pear { weight } }",
    "apples": "{ name weight }",
    "either": "{ __typename ... on Leaf { text } ... on Apple { weight } }",
}


def snake(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()


makers = st.builds(
    Maker,
    many=st.integers(0, 4),
    every=st.integers(1, 7),
    wrong=st.dictionaries(
        st.sampled_from(
            [
                *(("Leaf", snake(name)) for name in LEAF_FIELDS),
                *(("Row", snake(name)) for name in ROW_FIELDS),
                *(("Bag", name) for name in ("leaf", "maybe_leaf", "leaves")),
                *(("Query", name) for name in ("rows", "maybe_rows", "leaves", "bags", "things")),
                ("Pear", "weight"),
                ("Apple", "name"),
            ]
        ),
        st.sampled_from(sorted(BAD)),
        max_size=2,
    ),
)


@settings(max_examples=200)
@given(operations(OURS._schema, ROOTS, 4), makers)
def test_whatever_is_asked_of_whatever_rows_is_answered_alike(query: str, maker: Maker) -> None:
    ours, theirs = both(query, lambda: Maker(maker.many, maker.wrong, maker.every))

    assert ours == theirs


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_value_in_any_field_of_a_leaf_is_answered_alike(bad: str) -> None:
    for name in LEAF_FIELDS:
        maker = partial(Maker, wrong={("Leaf", snake(name)): bad})
        for query in (f"{{ leaves {{ id {name} }} }}", f"{{ maybeLeaves {{ {name} text }} }}"):
            ours, theirs = both(query, maker)
            assert ours == theirs, query


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_value_in_any_field_of_a_row_is_answered_alike(bad: str) -> None:
    for name, below in ROW_FIELDS.items():
        maker = partial(Maker, wrong={("Row", snake(name)): bad}, every=5)
        ours, theirs = both(f"{{ maybeRows {{ leaf {{ id }} {name} {below} }} }}", maker)
        assert ours == theirs, name


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_value_below_a_row_is_answered_alike(bad: str) -> None:
    for name in ("leaf", "maybeLeaf", "leaves"):
        maker = partial(Maker, wrong={("Bag", snake(name)): bad})
        ours, theirs = both(f"{{ rows {{ bags {{ {name} {LEAF} }} }} }}", maker)
        assert ours == theirs, name


@pytest.mark.parametrize(
    ("query", "lists"),
    [
        pytest.param(f"{{ leaves {LEAF} }}", 1, id="leaves"),
        pytest.param("{ leaves { text @skip(if: true) } }", 1, id="nothing selected"),
        pytest.param(
            "{ maybeLeaves { a: maybeNumber b: maybeNumber } }", 1, id="nulls and aliases"
        ),
        pytest.param(f"{{ bags {{ maybeLeaf {LEAF} leaves {LEAF} }} }}", 1, id="bags of leaves"),
        pytest.param(
            f"{{ rows {{ nested {LEAF} bags {{ leaf {LEAF} }} }} }}", 1, id="lists of lists"
        ),
        pytest.param(
            "{ leaves { ...F id ... { word } } } fragment F on Leaf { id real }", 1, id="fragments"
        ),
        pytest.param("{ words }", 1, id="words of a scalar of ours"),
        pytest.param(
            f"{{ rows {{ shout leaves {LEAF} }} }}", 3, id="plain lists below what is not"
        ),
        pytest.param("{ rows { later { text } } }", 0, id="waited for"),
        pytest.param("{ things { name } }", 0, id="of an interface"),
        pytest.param("{ leaves { secret } }", 0, id="with permissions"),
    ],
)
def test_plain_rows_are_completed_in_columns(query: str, lists: int) -> None:
    Counting.in_short = 0

    ours, theirs = both(query)

    assert ours == theirs
    assert Counting.in_short == lists


def test_few_rows_are_left_to_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "FEW", 3)
    Counting.in_short = 0

    ours, theirs = both(f"{{ leaves {LEAF} }}")

    assert ours == theirs
    assert not Counting.in_short


class Louder(SchemaExtension):
    """Takes part in each field."""

    def resolve(self, _next: Any, root: Any, info: Any, *args: Any, **kwargs: Any) -> Any:
        found = _next(root, info, *args, **kwargs)
        return found.upper() if isinstance(found, str) else found


def test_what_takes_part_in_each_field_does_so() -> None:
    query = "{ leaves { text } }"
    ours, theirs = (
        run(schema(one, extensions=[Louder]), query, root=Maker().query())
        for one in (Counting, Reference)
    )

    assert ours == theirs
    assert "TEXT 1" in ours[0]


INCREMENTAL = [
    "{ leaves @stream(initialCount: 1) { text } }",
    "{ rows { name ... @defer { leaves { text } } } }",
    "{ leaves { text ... @defer { number } } }",
    "{ bags { leaves @stream(initialCount: 0) { text } } }",
]


def in_parts(query: str, of: type[Reference]) -> list[Any]:
    """Give what comes, part by part."""

    async def collect() -> list[Any]:
        found: Any = experimental_execute_incrementally(
            OURS._schema, parse(query), Maker().query(), executor_class=of
        )
        found = await found if asyncio.iscoroutine(found) else found
        if isinstance(found, ExecutionResult):
            return [found.formatted]
        parts = [found.initial_result.formatted]
        return [*parts, *[part.formatted async for part in found.subsequent_results]]

    return asyncio.run(collect())


@pytest.mark.parametrize("query", INCREMENTAL)
def test_what_is_to_come_in_parts_does_so(query: str) -> None:
    assert in_parts(query, Counting) == in_parts(query, Reference)


# ---------------------------------------------------------------------------- mutants

MUTANTS: dict[str, tuple[str, Any, str, dict[tuple[str, str], str]]] = {
    "rows of any class are plain": (
        "is_plain",
        lambda kind, attributes: True,
        "{ maybeRows { leaves { number } } }",
        {("Row", "leaves"): "leaves of errors"},
    ),
    "values of any type are answered as they are": (
        "is_answered_as_it_is",
        lambda type_, kind, column: True,
        "{ leaves { number } }",
        {("Leaf", "number"): "true"},
    ),
    "nulls are let pass": (
        "without_nulls",
        lambda complete: complete,
        "{ leaves { text } }",
        {("Leaf", "text"): "none"},
    ),
    "anything is a list": (
        "lists",
        lambda complete: lambda column: [complete(list(items)) for items in column],
        "{ leaves { words } }",
        {("Leaf", "words"): "text"},
    ),
    "any field is plain": (
        "attribute_of",
        lambda field: field.extensions["strawberry-definition"].python_name,
        "{ leaves { secret } }",
        {},
    ),
    "rows of any type are taken": (
        "takes_any_row",
        lambda type_: True,
        "{ rows { apples { __typename } } }",
        {("Row", "apples"): "leaves"},
    ),
    "errors are values": (
        "PlainExecutor._require_values",
        lambda self, column: None,
        "{ leaves { text } }",
        {("Leaf", "text"): "error"},
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_check_that_is_left_out_is_missed(mutant: str) -> None:
    what, instead, query, wrong = MUTANTS[mutant]

    def maker() -> Maker:
        return Maker(wrong=wrong, every=1)

    ours, theirs = both(query, maker)
    assert ours == theirs

    with patch(f"isogloss.api.graphql.executor.{what}", instead):
        ours, theirs = both(query, maker)
    assert ours != theirs


def test_directives_and_middleware_that_are_not_looked_for_are_missed() -> None:
    with patch.object(executor, "require_no_directives", lambda selected: None):
        assert in_parts(INCREMENTAL[3], Counting) != in_parts(INCREMENTAL[3], Reference)
    with patch.object(PlainExecutor, "_is_alone", lambda *_: True):
        ours = run(
            schema(Counting, extensions=[Louder]), "{ leaves { text } }", None, Maker().query()
        )
    assert "TEXT 1" not in ours[0]


# ---------------------------------------------------------------------------- our own schema


@pytest.fixture(scope="module")
def own_schemas() -> tuple[strawberry.Schema, strawberry.Schema]:
    """Build our schema with both executors."""
    ours = []
    for one in (Counting, Reference):
        with patch.object(app, "PlainExecutor", one):
            ours.append(app.build_schema())
    return ours[0], ours[1]


@settings(max_examples=60)
@given(st.data())
def test_our_own_schema_answers_alike(
    own_schemas: tuple[strawberry.Schema, strawberry.Schema],
    little_mesh: Services,
    data: st.DataObject,
) -> None:
    ids = [*little_mesh.catalog.product_ids(), *little_mesh.catalog.dataset_ids()]
    id_ = data.draw(st.sampled_from(ids))
    level = data.draw(st.sampled_from(["COLUMN", "DATASET", "PRODUCT"]))
    way = data.draw(st.sampled_from(["UPSTREAM", "DOWNSTREAM"]))
    roots = [
        (f'lineage(of: "{id_}", direction: {way}, level: {level})', "Lineage"),
        (f'lineagePaths(from: "{id_}", to: "{ids[0]}", level: {level})', "LineagePaths"),
        ("products", "DataProductConnection"),
        ("datasets(first: 3)", "DatasetConnection"),
        (f'node(id: "{id_}")', "Node"),
        ('search(text: "order")', "SearchHit"),
        ("polysemes", "Word"),
        ("mappings", "Mapping"),
        ("rules", "Rule"),
        ("validationReport", "ValidationReport"),
    ]
    query = data.draw(operations(own_schemas[0]._schema, roots, 3))

    ours, theirs = (run(one, query, Context(little_mesh)) for one in own_schemas)

    assert ours == theirs
