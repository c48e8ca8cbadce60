"""The GraphQL contract: what is committed is what the code says, and all of it is described."""

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
)

from isogloss.cli.operations import schema_text

COMMITTED = Path(__file__).parents[2] / "schema.graphql"


def test_the_committed_schema_is_that_of_the_code() -> None:
    assert COMMITTED.read_text("utf-8") == schema_text(), (
        "the schema has changed: run `isogloss schema --write schema.graphql`, and read the "
        "difference as a client would"
    )


def test_everything_is_described() -> None:
    undescribed = []
    for name, type_ in build_schema(schema_text()).type_map.items():
        if name.startswith("__"):
            continue
        if not type_.description:
            undescribed.append(name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in type_.fields.items():
                if not field.description:
                    undescribed.append(f"{name}.{field_name}")
                undescribed += [
                    f"{name}.{field_name}({argument_name}:)"
                    for argument_name, argument in field.args.items()
                    if not argument.description
                ]
        elif isinstance(type_, GraphQLInputObjectType):
            undescribed += [
                f"{name}.{field_name}"
                for field_name, input_ in type_.fields.items()
                if not input_.description
            ]
    # Scalars of the specification itself, and connections, whose fields say it all.
    known = {"Boolean", "Float", "ID", "Int", "String"}
    assert [name for name in undescribed if name not in known] == []


def test_enums_are_those_of_the_model() -> None:
    type_ = build_schema(schema_text()).type_map["LifecycleStatus"]
    assert isinstance(type_, GraphQLEnumType)
    assert list(type_.values) == ["IDEATION", "DESIGN", "BUILD", "DEPLOY", "CONSUME", "RETIRE"]
