"""The GraphQL schema, code first; `schema.graphql` at the top of the repository is its contract."""
