"""The words of meaning as GraphQL enums, which must be there before a type uses them."""

import strawberry

from isogloss.model import agreement
from isogloss.model.meaning import Loss

strawberry.enum(Loss, description="What a translation loses (mesh:lossiness).")
strawberry.enum(
    agreement.Match,
    description="How the meaning of one term relates to another's, as SKOS has it.",
)
strawberry.enum(agreement.Step, name="DecisionStep", description="What a steward decides.")
strawberry.enum(
    agreement.Awaiting,
    description="What awaits a steward: a mapping to approve of, a candidate to look at, or a "
    "conflict to settle.",
)
