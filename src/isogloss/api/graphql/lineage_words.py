"""The words of lineage as GraphQL enums, which must be there before a type uses them."""

import strawberry

from isogloss.model import lineage as model

strawberry.enum(
    model.Direction, description="UPSTREAM goes towards sources, DOWNSTREAM towards users."
)
strawberry.enum(model.Level, description="What the nodes of an answer are.")
strawberry.enum(
    model.EdgeKind,
    description="DERIVATION: values come from values (prov:wasDerivedFrom). INFLUENCE: filters, "
    "joins, sorts (prov:wasInfluencedBy). CONSUMPTION: a product reads another's port, which "
    "says nothing about its data (dprod:inputPort).",
)
strawberry.enum(
    model.Agreement,
    description="AGREED: a port declares it, and data depends on data. UNOBSERVED: declared, "
    "and no data depends on it. UNDECLARED: data depends on it, and no port declares that.",
)
strawberry.enum(
    model.Evidence,
    description="How an edge is known. DECLARED: a design says so. OBSERVED: a run did it.",
)
