"""What a document may not be, checked in linear time before any parser sees it.

JSON-LD nested deep enough crashes the parser's process, deep RDF/XML keeps it busy, and a few
hundred bytes of nested XML entities can stand for gigabytes.
"""

import re

from isogloss.errors import InvalidInput

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
MAX_TRIPLES = 1_000_000

# Strings, IRIs and comments are passed over whole, so that what stands in them does not count.
_JSON = re.compile(rb'"(?:[^"\\]|\\.)*+"|([\[{])|([\]}])', re.S)
_TURTLE = re.compile(
    rb'"""(?:[^"\\]|\\.|"(?!""))*+"""|'
    rb"'''(?:[^'\\]|\\.|'(?!''))*+'''|"
    rb'"(?:[^"\\\n]|\\.)*+"|'
    rb"'(?:[^'\\\n]|\\.)*+'|"
    rb"<[^<>\s]*+>|#[^\n]*+|([\[({])|([\])}])",
    re.S,
)
_XML = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<[^!?/>][^>]*/>|(<[^!?/>][^>]*>)|(</[^>]*>)", re.S
)
_XML_DECLARATIONS = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)


def check_text(name: str, data: bytes) -> bytes:
    """Check that a document is UTF-8 text of a bearable size, and take off its BOM.

    Raises:
        InvalidInput: it is empty, too large, or no UTF-8 text.
    """
    if len(data) > MAX_BYTES:
        raise InvalidInput(
            f"{name} has {len(data) >> 20} MB, and {MAX_BYTES >> 20} MB is the most that is read "
            "at once: split it into several sources."
        )
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise InvalidInput(f"{name} is empty: there is nothing in it to load.")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise InvalidInput(
            f"{name}, line {line}, column {column}: this is not UTF-8 text; save it as UTF-8.",
            line=line,
            column=column,
        ) from error
    if b"\0" in data:
        raise InvalidInput(f"{name} holds NUL characters, so it is no text: save it as UTF-8.")
    return data


def check_json(name: str, data: bytes) -> None:
    """Check that JSON is not nested beyond reason.

    Raises:
        InvalidInput: it is.
    """
    _check_depth(name, data, _JSON)


def check_turtle(name: str, data: bytes) -> None:
    """Check that Turtle, TriG, N-Triples or N-Quads is not nested beyond reason.

    Raises:
        InvalidInput: it is.
    """
    _check_depth(name, data, _TURTLE)


def check_xml(name: str, data: bytes) -> None:
    """Check that XML declares nothing, and is not nested beyond reason.

    Raises:
        InvalidInput: it does, or it is.
    """
    if found := _XML_DECLARATIONS.search(data):
        line = data.count(b"\n", 0, found.start()) + 1
        raise InvalidInput(
            f"{name}, line {line}: a document type or entity is declared, which is never read; "
            "write namespaces out, or convert the document to Turtle.",
            line=line,
        )
    _check_depth(name, data, _XML)


def _check_depth(name: str, data: bytes, tokens: re.Pattern[bytes]) -> None:
    depth = 0
    for token in tokens.finditer(data):
        if token[1] is not None:
            depth += 1
            if depth > MAX_DEPTH:
                line = data.count(b"\n", 0, token.start()) + 1
                raise InvalidInput(
                    f"{name}, line {line}: it is nested more than {MAX_DEPTH} levels deep; "
                    "flatten it.",
                    line=line,
                )
        elif token[2] is not None:
            depth -= 1
