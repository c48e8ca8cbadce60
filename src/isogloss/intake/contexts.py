"""JSON-LD contexts: those in a document are read, those kept elsewhere are refused by name."""

import json
from collections.abc import Iterator
from typing import Any

from isogloss.errors import InvalidInput
from isogloss.intake.formats import check_unicode
from isogloss.intake.guards import check_json


def check_contexts(name: str, data: bytes) -> None:
    """Check that JSON-LD is not nested beyond reason, and takes no context from elsewhere.

    Raises:
        InvalidInput: it is, or it does; the sentence names where from.

    Source: JSON-LD 1.1 §3.1 (a context may be an IRI), §4.1.8 (scoped), §4.1.11 (@import).
    """
    check_json(name, data)
    try:
        value = json.loads(data)
    except ValueError:
        return  # JSON-LD's own parser says what is wrong, and where.
    check_unicode(name, data, value)
    if elsewhere := sorted(set(_elsewhere(value))):
        shown = ", ".join(elsewhere[:3]) + (" and others" if len(elsewhere) > 3 else "")
        raise InvalidInput(
            f"{name} takes its @context from elsewhere ({shown}), and nothing is fetched: put "
            "the context into the document."
        )


def _elsewhere(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _elsewhere(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "@context":
                for context in item if isinstance(item, list) else [item]:
                    if isinstance(context, str):
                        yield context[:200]
            elif key == "@import" and isinstance(item, str):
                yield item[:200]
            yield from _elsewhere(item)
