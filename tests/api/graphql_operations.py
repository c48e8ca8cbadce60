"""Operations that are valid for a schema, all but a few."""

from collections.abc import Sequence
from typing import TypeVar

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import strategies as st

T = TypeVar("T")
Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType

_CONDITIONS = ("", "", "", "", "", " @skip(if: $no)", " @include(if: $yes)", " @skip(if: $yes)")
VARIABLES = {"yes": True}
"""Of the operations; $no is false by default."""


@st.composite
def operations(
    draw: st.DrawFn, schema: GraphQLSchema, roots: Sequence[tuple[str, str]], depth: int
) -> str:
    """Ask one or two of the roots, each as (how it is written, the type that it gives)."""
    writer = _Writer(draw, schema)
    fields = [
        f"r{place}: {field} {writer.selection(_composite(schema.type_map[type_]), depth)}"
        for place in range(writer.number(1) + 1)
        for field, type_ in [writer.one(roots)]
    ]
    asked = f"query ($yes: Boolean!, $no: Boolean = false) {{ {' '.join(fields)}"
    asked += " __typename @include(if: $no) @skip(if: $yes) }"
    return " ".join([asked, *writer.fragments])


class _Writer:
    def __init__(self, draw: st.DrawFn, schema: GraphQLSchema) -> None:
        self._draw = draw
        self._schema = schema
        self.fragments: list[str] = []

    def number(self, most: int) -> int:
        return self._draw(st.integers(0, most))

    def one(self, choices: Sequence[T]) -> T:
        return choices[self.number(len(choices) - 1)]

    def selection(self, type_: Composite, depth: int, prefix: str = "") -> str:
        parts = [self._part(type_, depth, prefix) for _ in range(1 + self.number(4))]
        return f"{{ {' '.join(parts)} }}"

    def _part(self, type_: Composite, depth: int, prefix: str) -> str:
        what = self.number(9)
        condition = self.one(_CONDITIONS)
        if what == 0:
            return (
                f"{prefix}typename: __typename{condition}" if prefix else f"__typename{condition}"
            )
        if depth and (what in (1, 2) or (what < 7 and not isinstance(type_, GraphQLObjectType))):
            return self._fragment(type_, condition, depth - 1, prefix)
        return self._field(type_, condition, depth, prefix)

    def _fragment(self, type_: Composite, condition: str, depth: int, prefix: str) -> str:
        on = type_
        if not isinstance(type_, GraphQLObjectType):
            on = self.one(self._schema.get_possible_types(type_))
            # Members of a union may have fields of one name and several types.
            prefix = f"{on.name}_"
        inside = self.selection(on, depth, prefix)
        if self.number(1):
            return f"... on {on.name}{condition} {inside}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {on.name} {inside}")
        return f"...{name}{condition}" + (f" ...{name}" if self.number(1) else "")

    def _field(self, type_: Composite, condition: str, depth: int, prefix: str) -> str:
        known = {} if isinstance(type_, GraphQLUnionType) else type_.fields
        fields = [
            (name, field)
            for name, field in known.items()
            if not any(map(is_required_argument, field.args.values()))
            and (depth or is_leaf_type(get_named_type(field.type)))
        ]
        if not fields:
            return (
                f"{prefix}typename: __typename{condition}" if prefix else f"__typename{condition}"
            )
        name, field = self.one(fields)
        # The same name twice makes one field of two; another name, one more.
        alias = f"{prefix}{name}{self.one(['', '', '_2'])}"
        return f"{alias}: {name}{condition} {self._below(field, depth)}"

    def _below(self, field: GraphQLField, depth: int) -> str:
        type_ = get_named_type(field.type)
        return "" if is_leaf_type(type_) else self.selection(_composite(type_), depth - 1)


def _composite(type_: GraphQLNamedType) -> Composite:
    assert isinstance(type_, Composite)
    return type_
