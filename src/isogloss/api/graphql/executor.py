"""Answers long lists of plain rows column by column, and leaves all else to graphql-core.

Nothing here makes an error. Where a value is not what its type asks for, the whole list is
completed by graphql-core, which says what is wrong and where. What is overridden is no public
API of graphql-core: tests compare its answers with ours.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from inspect import getattr_static
from itertools import accumulate, chain, pairwise
from math import isfinite
from operator import attrgetter
from types import MemberDescriptorType
from typing import Any, TypeAlias

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLString,
    Undefined,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

FEW = 8
"""So few rows are not worth the preparation."""

Column: TypeAlias = Sequence[Any]
"""What a field, or a list, has in each row."""

Complete: TypeAlias = Callable[[Column], list[Any]]
"""Turns a column into what graphql-core would answer for each of its values, or raises."""


class Unusual(Exception):
    """This is for graphql-core to answer, or to complain about."""


class PlainExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, with a short way for lists of dataclass instances."""

    def complete_list_value(
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_details_list: FieldDetailsList,
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete a list: in columns if all is plain, else as if nothing had been tried."""
        if type(result) in (list, tuple) and len(result) > FEW and self._is_alone(position_context):
            try:
                return self.in_columns(return_type.of_type, field_details_list, result)
            except Exception:  # noqa: S110 - whatever it is, graphql-core finds and reports it
                pass
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def in_columns(
        self, type_: GraphQLOutputType, selected: FieldDetailsList, rows: Column
    ) -> list[Any]:
        """Complete the items of a list, all of one type; raise whatever keeps it from that."""
        require_no_directives(selected)
        return self._plan(type_, selected)(rows)

    def _is_alone(self, position_context: Any) -> bool:
        """Tell whether nothing else takes part: no @defer, no abort signal, no middleware."""
        middleware = self.middleware_manager
        return (
            position_context is None
            and self.abort_signal is None
            and (middleware is None or not middleware.middlewares)
        )

    def _plan(self, type_: GraphQLOutputType, selected: FieldDetailsList) -> Complete:
        """Say how to complete a column of a type, of which this is selected."""
        if isinstance(type_, GraphQLNonNull):
            return without_nulls(self._plan(type_.of_type, selected))
        if isinstance(type_, GraphQLList):
            return but_nulls(lists(self._plan(type_.of_type, selected)))
        if is_leaf_type(type_):
            return but_nulls(self._leaves(type_))
        if isinstance(type_, GraphQLObjectType) and takes_any_row(type_):
            return but_nulls(self._objects(type_, selected))
        raise Unusual

    def _objects(self, type_: GraphQLObjectType, selected: FieldDetailsList) -> Complete:
        collected = self.collect_subfields(type_, selected)
        if collected.new_defer_usages:
            raise Unusual
        plans: list[tuple[str | None, Complete]] = []
        for details in collected.grouped_field_set.values():
            require_no_directives(details)
            name = details[0].node.name.value
            if name == "__typename":
                plans.append((None, lambda rows: [type_.name] * len(rows)))
            else:
                field = type_.fields[name]
                plans.append((attribute_of(field), self._plan(field.type, details)))
        names = list(collected.grouped_field_set)
        attributes = frozenset(attribute for attribute, _ in plans if attribute is not None)

        def complete(rows: Column) -> list[Any]:
            if not all(is_plain(kind, attributes) for kind in set(map(type, rows))):
                raise Unusual
            columns = [
                plan(rows if attribute is None else list(map(attrgetter(attribute), rows)))
                for attribute, plan in plans
            ]
            if not columns:  # @skip may leave nothing
                return [{} for _ in rows]
            return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

        return complete

    def _leaves(self, type_: GraphQLLeafType) -> Complete:
        def one_by_one(column: Column) -> list[Any]:
            self._require_values(column)
            completed = [self.complete_leaf_value(type_, value) for value in column]
            self._require_values(completed)
            return completed

        def complete(column: Column) -> list[Any]:
            kinds = set(map(type, column))
            kind = kinds.pop() if len(kinds) == 1 else None
            if kind is not None and is_answered_as_it_is(type_, kind, column):
                return list(column)
            if isinstance(type_, GraphQLEnumType) and kind is not None and issubclass(kind, Enum):
                # There are few members, and each is one object.
                members = {id(member): member for member in column}
                names = dict(zip(members, one_by_one(list(members.values())), strict=True))
                return [names[id(member)] for member in column]
            return one_by_one(column)

        return complete

    def _require_values(self, column: Column) -> None:
        if any(isinstance(value, Exception) or self.is_awaitable(value) for value in column):
            raise Unusual


def takes_any_row(type_: GraphQLObjectType) -> bool:
    """Tell whether a type leaves unasked of which class a row is; those with interfaces ask."""
    return type_.is_type_of is None


def require_no_directives(selected: FieldDetailsList) -> None:
    """Let only those conditions pass that were looked at when the fields were collected."""
    for details in selected:
        names = {directive.name.value for directive in details.node.directives or ()}
        if details.defer_usage is not None or not names <= {"skip", "include"}:
            raise Unusual


def attribute_of(field: GraphQLField) -> str:
    """Find the attribute that a field shows: without arguments, resolver, extension or handler."""
    shown = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if (
        isinstance(shown, StrawberryField)
        # What Strawberry calls default (`_is_default`) may have permissions.
        and getattr(field.resolve, "__name__", None) == "_get_basic_result"
        and getattr(shown.get_result, "__func__", None) is StrawberryField.get_result
        and shown.base_resolver is None
        and shown.default_resolver is getattr
        and not field.args
    ):
        return shown.python_name
    raise Unusual


@lru_cache(maxsize=1024)
def is_plain(kind: type, attributes: frozenset[str]) -> bool:
    """Tell whether to read these attributes of a dataclass runs no code, so twice is as once."""
    return (
        is_dataclass(kind)
        and kind.__getattribute__ is object.__getattribute__
        and not hasattr(kind, "__getattr__")
        and not hasattr(kind, "__await__")
        and not issubclass(kind, Exception)
        and all(is_stored(kind, attribute) for attribute in attributes)
    )


def is_stored(kind: type, attribute: str) -> bool:
    """Tell whether an attribute is a field of a dataclass, and no property stands before it."""
    found = getattr_static(kind, attribute, None)
    # A slot is a descriptor too.
    computed = hasattr(type(found), "__get__") and not isinstance(found, MemberDescriptorType)
    return not computed and any(field.name == attribute for field in fields(kind))


def is_answered_as_it_is(type_: GraphQLLeafType, kind: type, column: Column) -> bool:
    """Tell whether values, all of one Python type, are what GraphQL's own scalars make of them."""
    if kind is str:
        return type_ is GraphQLString or type_ is GraphQLID
    if kind is bool:
        return type_ is GraphQLBoolean
    if kind is int and type_ is GraphQLInt:
        return bool(min(column) >= GRAPHQL_MIN_INT and max(column) <= GRAPHQL_MAX_INT)
    return kind is float and type_ is GraphQLFloat and all(map(isfinite, column))


def without_nulls(complete: Complete) -> Complete:
    """Refuse nulls, for which graphql-core has words."""

    def completed(column: Column) -> list[Any]:
        values = complete(column)
        if type(None) in set(map(type, values)):
            raise Unusual
        return values

    return completed


def but_nulls(complete: Complete) -> Complete:
    """Leave nulls out of what is completed, and put them back."""

    def completed(column: Column) -> list[Any]:
        if set(map(type, column)).isdisjoint((type(None), type(Undefined))):
            return complete(column)
        values = iter(complete([value for value in column if not is_null(value)]))
        return [None if is_null(value) else next(values) for value in column]

    return completed


def is_null(value: Any) -> bool:
    """Tell whether graphql-core answers null for a value without asking its type."""
    return value is None or value is Undefined


def lists(complete: Complete) -> Complete:
    """Complete the items of all lists at once."""

    def completed(column: Column) -> list[Any]:
        if not set(map(type, column)) <= {list, tuple}:
            raise Unusual
        items = complete(list(chain.from_iterable(column)))
        bounds = accumulate(map(len, column), initial=0)
        return [items[start:end] for start, end in pairwise(bounds)]

    return completed
