"""What a SPARQL query does, and whether a rule may do that.

It is told from rdflib's parse of the query, never from its letters; only its length and the depth
of its brackets are looked at before, for the parser's own sake.

Source: SHACL §5.2 and §5.3; SPARQL 1.1 Query.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import rdflib
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery, parseUpdate
from rdflib.plugins.sparql.parserutils import CompValue

from isogloss.errors import InvalidIri
from isogloss.governance.admission.patterns import trouble
from isogloss.governance.admission.words import Vocabularies, unknown
from isogloss.model.rdf import parse_iri

MOST_CHARACTERS = 10_000
DEEPEST = 64
"""So many brackets within each other; a parser that calls itself could not bear many more."""


class Refusal(NamedTuple):
    """What is wrong with a query, as a sentence that says the fix."""

    code: str
    message: str


def refusals(
    query: str, declared: Mapping[str, str], known: Vocabularies, *, has_path: bool = False
) -> Iterator[Refusal]:
    """Say why a query may not run; nothing if it may.

    Args:
        query: the text of sh:select.
        declared: prefix → namespace, from sh:prefixes.
        known: the vocabularies, of which it should use no term that they lack.
        has_path: whether it belongs to a property shape, so that $PATH stands for something.
    """
    too_much = _too_much(query)
    if too_much is not None:
        yield Refusal("QUERY_TOO_LARGE", too_much)
        return
    try:
        parsed = parseQuery(query)
    except Exception as error:  # the parser has no common base for what it raises
        yield _no_query(query, error)
        return
    if parsed[1].name != "SelectQuery":
        asked = parsed[1].name.removesuffix("Query").upper()
        yield Refusal("NO_SELECT", f"is {asked}: write a SELECT of $this that finds what is wrong.")
        return
    prologue, own = dict(declared), parsed[0]
    prologue |= {str(p.prefix or ""): str(p.iri) for p in own if p.name == "PrefixDecl"}
    found = list(dict.fromkeys(_walk(parsed[1], prologue)))
    yield from found
    if any(refusal.code == "UNDECLARED_PREFIX" for refusal in found):
        return
    try:
        algebra = translateQuery(parsed, initNs=dict(declared)).algebra
    except Exception as error:  # as above
        yield Refusal("NO_QUERY", f"cannot be run ({_short(error)}): mend it.")
        return
    yield from dict.fromkeys(_terms(algebra, known, has_path=has_path))


def _short(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return " ".join((str(error) or type(error).__name__).split())[:200]


def _no_query(query: str, error: BaseException) -> Refusal:
    try:
        parseUpdate(query)
    except Exception:  # as above
        return Refusal("NO_QUERY", f"is no SPARQL ({_short(error)}): mend it.")
    return Refusal("NO_SELECT", "is an update, and rules change nothing: write a SELECT of $this.")


# ---- before it is parsed

_TOKEN = re.compile(
    r"""\#[^\n\r]* | <[^<>"{}|^`\\\s]*>
      | \"{3}(?:[^"\\]|\\.|"(?!""))*\"{3} | '{3}(?:[^'\\]|\\.|'(?!''))*'{3}
      | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
      | (?P<open>[({\[]) | (?P<close>[)}\]]) | .""",
    re.VERBOSE | re.DOTALL,
)


def _too_much(query: str) -> str | None:
    if len(query) > MOST_CHARACTERS:
        return (
            f"has {len(query)} characters, and {MOST_CHARACTERS} at most are run: make several "
            "rules of it."
        )
    if re.search(r"\\[uU]", query):
        # Parsers differ on where such an escape counts, and so on what the query says.
        return r"writes characters as \u…: write the characters themselves."
    depth = 0
    for token in _TOKEN.finditer(query):
        depth += bool(token["open"]) - bool(token["close"])
        if depth > DEEPEST:
            return f"has brackets more than {DEEPEST} deep: write it flatter."
    return None


# ---- what it does

_NEVER = {
    "ServiceGraphPattern": ("SERVICE", "rules ask nobody else: take it out"),
    "DatasetClause": ("FROM", "rules judge what they are given: take it out"),
    "GraphGraphPattern": ("GRAPH", "rules judge all graphs as one: write its pattern without it"),
    "MinusGraphPattern": ("MINUS", "it cannot see $this (SHACL §5.2.1): write FILTER NOT EXISTS"),
    "InlineData": ("VALUES", "it cannot see $this (SHACL §5.2.1): write FILTER ( ?x IN ( … ) )"),
    "ValuesClause": ("VALUES", "it cannot see $this (SHACL §5.2.1): write FILTER ( ?x IN ( … ) )"),
    "LimitOffsetClauses": ("LIMIT or OFFSET", "a rule tells all that is wrong: take it out"),
}
_UNSTEADY = {
    "Builtin_RAND": "RAND",
    "Builtin_UUID": "UUID",
    "Builtin_STRUUID": "STRUUID",
    "Builtin_NOW": "NOW",
    "Builtin_BNODE": "BNODE",
}
_PREBOUND = ("this", "shapesGraph", "currentShape", "PATH")


def _walk(part: Any, prefixes: Mapping[str, str], *, inner: bool = False) -> Iterator[Refusal]:
    """Look at each part of a parsed query, those within FILTER and EXISTS too."""
    if not isinstance(part, CompValue):
        if isinstance(part, rdflib.Variable) and str(part) in ("shapesGraph", "currentShape"):
            yield Refusal("NOT_BOUND", f"uses ${part}, which is not bound here: do without it.")
        if not isinstance(part, str) and hasattr(part, "__iter__"):
            for each in part:
                yield from _walk(each, prefixes, inner=True)
        return
    if part.name in _NEVER:
        word, why = _NEVER[part.name]
        yield Refusal(word.split()[0], f"uses {word}: {why}.")
    elif part.name in _UNSTEADY:
        said = f"uses {_UNSTEADY[part.name]}, so that it may judge the same data differently: do"
        yield Refusal("UNSTEADY", f"{said} without it if you can.")
    elif part.name == "pname":
        prefix = str(part.prefix or "")
        if prefix not in prefixes:
            yield Refusal(
                "UNDECLARED_PREFIX",
                f"uses the prefix {prefix}: and does not declare it: write PREFIX {prefix}: <…> in "
                "it, or sh:prefixes beside it.",
            )
        return
    elif part.name == "Function":
        yield from _function(part, prefixes)
    elif part.name in ("Builtin_REGEX", "Builtin_REPLACE"):
        yield from _regex(part)
    if part.name in ("SelectQuery", "SubSelect") and not _selects_this(part):
        which = "has a query within, which" if part.name == "SubSelect" else "is one that"
        yield Refusal("THIS_NOT_SELECTED", f"{which} does not select $this: name it after SELECT.")
    assigned = part.evar if part.name == "vars" else part.var
    if part.name in ("vars", "Bind", "GroupAs") and str(assigned) in _PREBOUND:
        yield Refusal(
            "ASSIGNED", f"assigns ?{assigned}, which is given (SHACL §5.2.1): name it otherwise."
        )
    for name, value in part.items():
        if name != "service_string":
            yield from _walk(value, prefixes, inner=True)


def _selects_this(select: CompValue) -> bool:
    # `SELECT *` has it too, and says so less clearly than a rule should.
    projection = select.projection
    return isinstance(projection, list) and any(str(v.var) == "this" for v in projection)


def _function(part: CompValue, prefixes: Mapping[str, str]) -> Iterator[Refusal]:
    name = part.iri
    iri = (
        prefixes.get(str(name.prefix or ""), "") + name.localname
        if (isinstance(name, CompValue))
        else str(name)
    )
    if not iri.startswith(str(rdflib.XSD)):
        yield Refusal(
            "FUNCTION",
            f"calls the function <{iri}>, which is not known here: say it by SPARQL's own.",
        )


def _regex(part: CompValue) -> Iterator[Refusal]:
    patterns, flags = (list(_literals(part.get(name))) for name in ("pattern", "flags"))
    for pattern in patterns:
        found = trouble(pattern, "".join(flags))
        if found is not None:
            word = part.name.removeprefix("Builtin_")
            yield Refusal("BAD_PATTERN", f"has a {word} that cannot be run: {found}.")


def _literals(part: Any) -> Iterator[str]:
    if isinstance(part, rdflib.Literal):
        yield str(part)
    elif isinstance(part, CompValue):
        for value in part.values():
            yield from _literals(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _literals(value)


# ---- what it speaks of


def _terms(part: Any, known: Vocabularies, *, has_path: bool) -> Iterator[Refusal]:
    """Look at the terms of the algebra: IRIs that are whole and known, and $PATH in its place."""
    if isinstance(part, rdflib.URIRef):
        try:
            parse_iri(str(part))
        except InvalidIri as error:
            yield Refusal("NO_IRI", f"has an IRI that is none: {error}")
        found = unknown(part, known)
        if found is not None and found[1]:
            yield Refusal("UNKNOWN_TERM", f"has a slip: {found[0]}")
    elif isinstance(part, rdflib.Variable):
        if str(part) == "PATH":
            yield Refusal("PATH", "uses $PATH elsewhere than as a predicate: name it there only.")
    elif isinstance(part, CompValue):
        for name, value in part.items():
            if name == "triples":
                yield from _predicates(value, known, has_path=has_path)
            elif name not in ("_vars", "PV"):
                yield from _terms(value, known, has_path=has_path)
    elif isinstance(part, rdflib.paths.Path):
        yield from _terms(list(vars(part).values()), known, has_path=has_path)
    elif isinstance(part, list | tuple | set):
        for each in part:
            yield from _terms(each, known, has_path=has_path)


def _predicates(triples: Any, known: Vocabularies, *, has_path: bool) -> Iterator[Refusal]:
    for subject, predicate, value in triples:
        others: list[Any] = [subject, predicate, value]
        if predicate == rdflib.Variable("PATH"):
            others = [subject, value]
            if not has_path:
                said = "uses $PATH, and its shape has no sh:path: name the property itself."
                yield Refusal("PATH", said)
        yield from _terms(others, known, has_path=has_path)
