"""What a step in the life of rules takes, whoever takes it."""

from datetime import UTC, datetime, timedelta

from isogloss.errors import InvalidArgument
from isogloss.governance.regime import Binding
from isogloss.model.rdf import Iri
from isogloss.model.rules import Stage
from isogloss.services.delegates import check_instant

_FARTHEST = timedelta(days=3_660)


def names(binding: Binding) -> frozenset[str]:
    """Collect what the rules of a version are called: IRIs, and the ids that people quote."""
    return frozenset(name for rule in binding.rulebook.rules for name in (rule.id, rule.rule_id))


def beginning(asked: datetime | None, now: datetime) -> datetime:
    """Say from when on rules are to bind: from an instant, or at once.

    Raises:
        InvalidArgument: the instant has passed, is ten years off, or names no time zone.
    """
    if asked is None:
        return now
    check_instant(asked)
    # Whoever says "now" is never late.
    if not now - timedelta(minutes=5) <= asked <= now + _FARTHEST:
        raise InvalidArgument(
            f"{asked.isoformat()} will not do: rules bind from now on, or from an instant in the "
            "ten years to come."
        )
    return max(asked.astimezone(UTC), now)


def told(id: Iri, stage: Stage, stages: set[Stage]) -> str:
    """Say why a version at one stage cannot take a step that is for others."""
    if stage in (Stage.WITHDRAWN, Stage.SUPERSEDED):
        return f"<{id}> is {stage.value}, and that for good: draft a new version."
    is_ = "in its grace period" if stage is Stage.GRACE else stage.value
    wanted = " or ".join(sorted(stage.value for stage in stages))
    return f"<{id}> is {is_}, and this takes one that is {wanted}."
