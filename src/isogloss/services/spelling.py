"""How an IRI is spelt, and what it could be taken for."""

import posixpath
import re
import unicodedata
from contextlib import suppress
from urllib.parse import unquote

# RFC 3987 §5.3.2: what two IRIs may differ by, and yet be taken for one by whoever resolves them.
_DOTS = re.compile(r"[^?#]*/\.{1,2}(?=[/?#]|$)")
_NEEDLESS = re.compile(r"%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.I)


def is_normal(iri: str) -> bool:
    """Tell whether an IRI has no dot segments, needless percent-encoding or decomposed letters.

    >>> is_normal("https://mesh.example/sales/../finance/x")
    False
    """
    if _DOTS.match(iri) or _NEEDLESS.search(iri):
        return False
    return unicodedata.is_normalized("NFC", iri)


def careless_reading(iri: str) -> str:
    """Give what the most careless reader takes an IRI for, with a slash behind it.

    He ignores case, the form of letters and what cannot be seen, decodes whatever is encoded,
    even twice, takes backslashes for slashes and several for one, and resolves dot segments.

    >>> careless_reading("HTTPS://me@MESH.example:443/sales//%65mea%2Forders")
    'https://mesh.example/sales/emea/orders/'
    """
    text = unquote(unquote(re.split(r"[?#]", iri, maxsplit=1)[0]))
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    scheme, _, rest = text.casefold().replace("\\", "/").partition("://")
    authority, _, path = rest.partition("/")
    host = authority.rpartition("@")[2]
    host = host.removesuffix({"http": ":80", "https": ":443"}.get(scheme, ":"))
    if not host.isascii():
        with suppress(UnicodeError):  # such a host is no name that anything is found by
            host = host.encode("idna").decode()
    path = posixpath.normpath(f"/{path.lstrip('/')}").rstrip("/")
    return f"{scheme}://{host.rstrip('.')}{path}/"
