"""What a document may not be, checked in linear time before any parser sees it.

JSON-LD nested deep enough crashes the parser's process, deep RDF/XML keeps it busy, and a few
hundred bytes of nested XML entities can stand for gigabytes.
"""

import re
import zlib

from isogloss.errors import InvalidInput, TooLarge

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
MAX_RATIO = 100

# Strings, IRIs and comments are passed over whole, so that what stands in them does not count.
# What is opened and never closed is passed over to its end: to go back and try again from the
# next character would take hours for a megabyte of quotes.
_JSON = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|([\[{])|([\]}])', re.S)
_TURTLE = re.compile(
    rb'"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?|'
    rb"'''(?:[^'\\]++|\\.|'(?!''))*+(?:''')?|"
    rb'"(?:[^"\\\n\r]++|\\.)*+"?|'
    rb"'(?:[^'\\\n\r]++|\\.)*+'?|"
    # A backslash outside a string makes the next character a part of a name.
    rb"\\.|<[^<>\s]*+>|#[^\n\r]*+|([\[({])|([\])}])|(<<)",
    re.S,
)
_XML = re.compile(
    rb"<!--(?:[^-]++|-(?!->))*+(?:-->)?|"
    rb"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?|"
    rb"<\?(?:[^?]++|\?(?!>))*+(?:\?>)?|"
    # A tag; its attributes may hold ">" and "/>".
    rb"<(?![!?/])(?:[^<>\"'/]++|/(?!>)|\"[^\"]*+\"?|'[^']*+'?)*+(?:/>|(>?))|"
    rb"(</[^>]*+>?)",
    re.S,
)
_XML_DECLARATIONS = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)
_GZIP = b"\x1f\x8b"


def is_gzip(data: bytes) -> bool:
    """Tell whether a document begins as gzip does (RFC 1952 §2.3.1)."""
    return data.startswith(_GZIP)


def inflate(name: str, data: bytes, *, most: int = MAX_BYTES) -> bytes:
    """Unpack a document that came as gzip; any other is given back as it is.

    Raises:
        InvalidInput: it is broken or several in one.
        TooLarge: it unpacks to more than `most` bytes or to more than a hundred times its size.
    """
    if not is_gzip(data):
        return data
    allowed = min(most, MAX_RATIO * len(data))
    packed = zlib.decompressobj(wbits=31)
    try:
        text = packed.decompress(data, allowed + 1)
    except zlib.error as error:
        raise InvalidInput(f"{name} is broken gzip ({error}): pack it anew.") from error
    if len(text) > allowed:
        limit = f"{most >> 20} MB" if allowed == most else f"{MAX_RATIO} times its size"
        raise TooLarge(
            f"{name} is gzip that unpacks to more than {limit}: split it into several sources, "
            "or send it as it is."
        )
    if not packed.eof or packed.unused_data:
        what = "goes on after its end" if packed.eof else "breaks off before its end"
        raise InvalidInput(f"{name} is gzip that {what}: pack it anew, as one file.")
    return text


def beginning(data: bytes, size: int = 4096) -> bytes:
    """Give a document's first bytes, unpacked if it came as gzip; none if that is broken."""
    if not data.startswith(_GZIP):
        return data[:size]
    try:
        return zlib.decompressobj(wbits=31).decompress(data[: 2 * size], size)
    except zlib.error:
        return b""


def check_text(name: str, data: bytes) -> bytes:
    """Check that a document is UTF-8 text of a bearable size, and take off its BOM.

    Raises:
        InvalidInput: it is empty, or no UTF-8 text.
        TooLarge: it has more than is read at once.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(
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


def quoted_triple(name: str, line: int | None = None) -> InvalidInput:
    """Make the error for a triple quoted inside another, which RDF 1.1 does not know."""
    place = f", line {line}," if line else ""
    return InvalidInput(
        f"{name}{place} quotes a triple inside another (RDF-star), which is not taken: describe "
        "it by a node of its own, as prov:qualifiedDerivation does.",
        line=line,
    )


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
            # What closes nothing is an error to the parser, and earns no depth here.
            depth = max(depth - 1, 0)
        elif token.lastindex == 3:
            raise quoted_triple(name, data.count(b"\n", 0, token.start()) + 1)
