r"""Regular expressions that mean the same to every engine that may judge by them.

SHACL has XPath's expressions, Oxigraph those of Rust, and pySHACL Python's. What is let through
is common to the three: characters, classes, groups, alternatives and counts. A test holds the
rules below against Oxigraph.

Source: XPath Functions 3.1 §5.6.1; https://docs.rs/regex/latest/regex/#syntax.
"""

import re
import warnings

_ESCAPES = set("dDwWsSnrt")
_COUNT = re.compile(r"\{(\d{1,6})(?:(,)(\d{0,6}))?\}")
_MOST_REPEATS = 1_000
_MOST_STATES = 20_000
# How much room a class takes in an engine that makes a machine of it; \w has all alphabets.
_STATES = {"w": 1_500, "W": 1_500, "d": 200, "D": 250, "s": 40, "S": 60}
_DEEPEST = 50


def trouble(pattern: str, flags: str = "") -> str | None:
    """Say why a pattern cannot be run everywhere, and what to write; None if it can.

    >>> trouble("^(?!draft).*$")
    '(?! … looks around, which engines without backtracking cannot do: say it by sh:not'
    >>> trouble("^[0-9]+$") is None
    True
    """
    odd = sorted(set(flags) - set("im"))
    if odd:
        return f"the flag {odd[0]!r} is not known everywhere: use i and m only"
    found = _Scanner(pattern, 4 if "i" in flags else 1).scan()
    if found is not None:
        return found
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError, Warning) as error:
            return f"it is no regular expression ({error})"
    return None


class _Trouble(Exception):
    pass


class _Scanner:
    """Reads a pattern once, and reckons the states of the machine that it makes."""

    def __init__(self, pattern: str, width: int) -> None:
        self._text = pattern
        self._at = 0
        self._width = width

    def scan(self) -> str | None:
        try:
            self._alternatives(0)
            if self._at < len(self._text):
                return "a ) has no ( before it: write \\) for the character"
        except _Trouble as found:
            return str(found)
        return None

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _alternatives(self, depth: int) -> int:
        if depth > _DEEPEST:
            raise _Trouble(f"groups are nested more than {_DEEPEST} deep: use fewer")
        states = 1
        while self._next() not in ("", ")"):
            if self._next() == "|":
                self._at += 1
                continue
            states += self._repeated(depth)
            if states > _MOST_STATES:
                raise _Trouble(
                    "it is too large for an engine that never backtracks: use fewer "
                    "or smaller counts, or [A-Za-z0-9_] in the place of \\w"
                )
        return states

    def _repeated(self, depth: int) -> int:
        states, anchor = self._atom(depth)
        if self._next() not in ("*", "+", "?", "{"):
            return states
        if anchor:
            raise _Trouble("what is repeated is a place and no character: take the count out")
        if self._next() == "{":
            states *= self._count()
        else:
            self._at += 1
        if self._next() == "?":
            self._at += 1
        if self._next() in ("*", "+", "?", "{"):
            raise _Trouble(
                "two counts follow each other, which engines read differently: put the first "
                "one in brackets, or write \\{ for the character"
            )
        return states

    def _count(self) -> int:
        found = _COUNT.match(self._text, self._at)
        if found is None:
            raise _Trouble("a { begins no count such as {2,5}: write \\{ for the character")
        least, most = int(found[1]), int(found[3] or found[1])
        if max(least, most) > _MOST_REPEATS:
            raise _Trouble(f"it counts beyond {_MOST_REPEATS}: say it by sh:maxLength")
        self._at = found.end()
        return max(least, most) + (found[2] is not None and not found[3])

    def _atom(self, depth: int) -> tuple[int, bool]:
        char = self._next()
        self._at += 1
        if char == "(":
            return self._group(depth), False
        if char == "[":
            return self._class(), False
        if char == "\\":
            return self._escape(inside=False)
        if char in "*+?":
            raise _Trouble(f"nothing stands before a {char}: write \\{char} for the character")
        if char == "{":
            raise _Trouble("nothing stands before a {: write \\{ for the character")
        if char == ".":
            return 40, False
        return self._width if char.isascii() else 4 * self._width, char in "^$"

    def _group(self, depth: int) -> int:
        if self._next() == "?":
            head = self._text[self._at - 1 : self._at + 3]
            if head.startswith(("(?=", "(?!", "(?<=", "(?<!")):
                kind = head if head.startswith("(?<") else head[:3]
                raise _Trouble(
                    f"{kind} … looks around, which engines without backtracking cannot do: "
                    "say it by sh:not"
                )
            if not head.startswith("(?:"):
                raise _Trouble(
                    f"{head} is not read everywhere: write a plain ( or (?:, and flags as sh:flags"
                )
            self._at += 2
        states = self._alternatives(depth + 1)
        if self._next() != ")":
            raise _Trouble("a ( has no ) after it: write \\( for the character")
        self._at += 1
        return states

    def _class(self) -> int:
        states = 40
        if self._next() == "^":
            self._at += 1
        if self._next() == "]":
            raise _Trouble("a class begins with ], which engines read differently: write \\]")
        while (char := self._next()) != "]":
            if not char:
                raise _Trouble("a [ has no ] after it: write \\[ for the character")
            self._at += 1
            if char == "\\":
                states += self._escape(inside=True)[0]
            elif char == "[":
                raise _Trouble(
                    "a [ stands within a class, which engines read differently: "
                    "write \\[ for the character, or list what you mean"
                )
            elif char in "&-~|" and self._next() == char:
                raise _Trouble(
                    f"{char}{char} stands within a class, which engines read "
                    "differently: write it with a backslash before each"
                )
            else:
                states += 4
        self._at += 1
        return states

    def _escape(self, *, inside: bool) -> tuple[int, bool]:
        char = self._next()
        self._at += 1
        if not char:
            raise _Trouble("it ends in a backslash: write two for the character")
        if char in _ESCAPES:
            return _STATES.get(char, 1), False
        if char == "b" and not inside:
            return 1, True
        if char.isdigit():
            raise _Trouble(
                f"\\{char} refers back, which engines without backtracking cannot do: spell out "
                "what may follow, or compare by sh:equals"
            )
        if char in "icIC":
            raise _Trouble(f"\\{char} is known to XML only: write [A-Za-z_:] or what you mean")
        if char in "pP":
            raise _Trouble(f"\\{char}{{…}} is not known to Python: write \\w or list the letters")
        if char.isalnum() or not char.isascii() or char in "<>" or char.isspace():
            raise _Trouble(
                f"\\{char} does not mean the same everywhere: write the character itself"
            )
        return 1, False
