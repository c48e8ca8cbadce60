"""What a slot that nobody declares is called, and by what property it is known in RDF.

Source: SSSOM 1.1, "Non-standard slots".
"""

from urllib.parse import quote, unquote

from isogloss.model.sssom import Extension
from isogloss.vocab import Iri

_UNDEFINED = "http://sssom.invalid/"


def undefined(name: str) -> Extension:
    """Make the extension that a slot is which no standard and no declaration knows.

    >>> undefined("my column").predicate
    'http://sssom.invalid/my%20column'
    """
    return Extension(name, Iri(_UNDEFINED + quote(name, safe="")), is_declared=False)


def named_by(predicate: str) -> str | None:
    """Find the name of such a slot in its property; None if that is of another kind."""
    if not predicate.startswith(_UNDEFINED):
        return None
    return unquote(predicate.removeprefix(_UNDEFINED))
