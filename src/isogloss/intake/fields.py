"""Take what is expected out of JSON that others wrote, or say what is missing where."""

from typing import Any

from isogloss.errors import InvalidInput


def mapping(where: str, value: Any) -> dict[str, Any]:
    """Take a JSON object.

    Raises:
        InvalidInput: it is missing, or something else.
    """
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} is {_kind(value)} and should be a JSON object.")
    return value


def text(where: str, holder: dict[str, Any], key: str) -> str:
    """Take a text that is not empty.

    Raises:
        InvalidInput: it is missing, empty, or something else.
    """
    value = holder.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{where}: {key} is {_kind(value)} and should be a text.")
    return value


def optional_text(holder: dict[str, Any], key: str) -> str | None:
    """Take a text if there is one; null, empty and other kinds are none."""
    value = holder.get(key)
    return value if isinstance(value, str) and value.strip() else None


def array(where: str, holder: dict[str, Any], key: str) -> list[Any]:
    """Take an array; one that is missing or null is empty.

    Raises:
        InvalidInput: it is something else.
    """
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidInput(f"{where}: {key} is {_kind(value)} and should be a JSON array.")
    return value


def _kind(value: Any) -> str:
    if value is None:
        return "missing"
    if value == "":
        return "empty"
    kinds = {bool: "true or false", str: "a text", list: "an array", dict: "an object"}
    return kinds.get(type(value), "a number")
