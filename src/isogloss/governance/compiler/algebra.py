"""The part of SPARQL that shapes compile to, as values; text comes of them at the end.

Source: SPARQL 1.1 Query Language, §18 and §19.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from isogloss.model.rdf import Literal, Term
from isogloss.vocab import RDF, XSD

# ---- expressions


@dataclass(frozen=True, slots=True)
class Var:
    """A variable."""

    name: str

    def __str__(self) -> str:
        return f"?{self.name}"


@dataclass(frozen=True, slots=True)
class Constant:
    """A term."""

    term: Term

    def __str__(self) -> str:
        return term_text(self.term)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments."""

    name: str
    arguments: tuple["Expression", ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True, slots=True)
class Distinct:
    """The different values of a variable, within COUNT."""

    variable: Var

    def __str__(self) -> str:
        return f"DISTINCT {self.variable}"


@dataclass(frozen=True, slots=True)
class Infix:
    """An operator between its arguments."""

    operator: str
    arguments: tuple["Expression", ...]

    def __str__(self) -> str:
        return f"({f' {self.operator} '.join(map(str, self.arguments))})"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    of: "Expression"

    def __str__(self) -> str:
        return f"!({self.of})"


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether a pattern matches."""

    parts: tuple["Pattern", ...]

    def __str__(self) -> str:
        return f"EXISTS {{ {_all(self.parts)} }}"


@dataclass(frozen=True, slots=True)
class Truth:
    """True, or false."""

    value: bool

    def __str__(self) -> str:
        return "true" if self.value else "false"


Expression: TypeAlias = Var | Constant | Call | Distinct | Infix | Not | Exists | Truth

TRUE, FALSE = Truth(True), Truth(False)


def call(name: str, *arguments: Expression) -> Call:
    """Apply a function."""
    return Call(name, arguments)


def number(value: int) -> Constant:
    """Give an integer."""
    return Constant(Literal(str(value), XSD.integer))


def words(value: str) -> Constant:
    """Give a string."""
    return Constant(Literal(value))


def both(parts: Iterable[Expression]) -> Expression:
    """Hold if all hold; without any, it holds. None may be an error."""
    return _joined("&&", parts, neutral=TRUE, ending=FALSE)


def either(parts: Iterable[Expression]) -> Expression:
    """Hold if one holds; without any, it does not. None may be an error."""
    return _joined("||", parts, neutral=FALSE, ending=TRUE)


def negation(of: Expression) -> Expression:
    """Hold if it does not."""
    if isinstance(of, Truth):
        return Truth(not of.value)
    return of.of if isinstance(of, Not) else Not(of)


def total(expression: Expression) -> Expression:
    """Be false where the expression is an error."""
    return call("COALESCE", expression, FALSE)


def _joined(
    operator: str, parts: Iterable[Expression], *, neutral: Truth, ending: Truth
) -> Expression:
    kept = [part for part in parts if part != neutral]
    if ending in kept:
        return ending
    if not kept:
        return neutral
    if not any(map(_searches, kept)):
        return kept[0] if len(kept) == 1 else Infix(operator, tuple(kept))
    # Engines look at the arguments of && and || in an order of their own, and may begin with
    # the search that the others were to spare them.
    *others, whole = kept
    for part in reversed(others):
        whole = call("IF", part, *((whole, FALSE) if operator == "&&" else (TRUE, whole)))
    return whole


def _searches(expression: Expression) -> bool:
    match expression:
        case Exists():
            return True
        case Not(of):
            return _searches(of)
        case Call(_, arguments) | Infix(_, arguments):
            return any(map(_searches, arguments))
    return False


# ---- patterns


@dataclass(frozen=True, slots=True)
class Match:
    """A triple pattern, or a property path between two nodes; `link` is a predicate or a path."""

    subject: Var | Constant
    link: object
    object: Var | Constant

    def __str__(self) -> str:
        return f"{self.subject} {self.link} {self.object} ."


@dataclass(frozen=True, slots=True)
class Filter:
    """Only where an expression holds."""

    condition: Expression

    def __str__(self) -> str:
        return f"FILTER({self.condition})"


@dataclass(frozen=True, slots=True)
class Bind:
    """A variable that an expression gives."""

    value: Expression
    variable: Var

    def __str__(self) -> str:
        return f"BIND({self.value} AS {self.variable})"


@dataclass(frozen=True, slots=True)
class Values:
    """A variable that stands for each of some terms."""

    variable: Var
    terms: tuple[Term, ...]

    def __str__(self) -> str:
        return f"VALUES {self.variable} {{ {' '.join(map(term_text, self.terms))} }}"


@dataclass(frozen=True, slots=True)
class Union:
    """Any of some groups."""

    groups: tuple[tuple["Pattern", ...], ...]

    def __str__(self) -> str:
        return " UNION ".join(f"{{ {_all(group)} }}" for group in self.groups)


@dataclass(frozen=True, slots=True)
class Maybe:
    """A group that need not match."""

    parts: tuple["Pattern", ...]

    def __str__(self) -> str:
        return f"OPTIONAL {{ {_all(self.parts)} }}"


@dataclass(frozen=True, slots=True)
class Minus:
    """Not what a group gives."""

    parts: tuple["Pattern", ...]

    def __str__(self) -> str:
        return f"MINUS {{ {_all(self.parts)} }}"


@dataclass(frozen=True, slots=True)
class Inner:
    """A query within."""

    select: "Select"

    def __str__(self) -> str:
        return f"{{ {self.select} }}"


@dataclass(frozen=True, slots=True)
class Hole:
    """A place for a pattern that comes later."""

    def __str__(self) -> str:
        return HOLE


HOLE = "\n#focus#\n"
"""What a hole reads like in the text; no term can, as line breaks in literals are escaped."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A column that an expression gives."""

    value: Expression
    name: Var

    def __str__(self) -> str:
        return f"({self.value} AS {self.name})"


Pattern: TypeAlias = Match | Filter | Bind | Values | Union | Maybe | Minus | Inner | Hole


@dataclass(frozen=True, slots=True)
class Select:
    """A query: what it projects, from where, and how it groups."""

    variables: tuple[Var | Counted, ...]
    where: tuple[Pattern, ...]
    distinct: bool = False
    group_by: tuple[Var, ...] = ()
    having: Expression | None = None

    def __str__(self) -> str:
        distinct = "DISTINCT " if self.distinct else ""
        variables = " ".join(map(str, self.variables))
        text = f"SELECT {distinct}{variables} WHERE {{ {_all(self.where)} }}"
        if self.group_by:
            text += f" GROUP BY {' '.join(map(str, self.group_by))}"
        return text if self.having is None else f"{text} HAVING({self.having})"


def _all(parts: Sequence[Pattern]) -> str:
    return " ".join(map(str, parts))


# ---- terms

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def term_text(term: Term) -> str:
    """Write a term as SPARQL does (§4.1); an IRI has been checked when it became one."""
    if not isinstance(term, Literal):
        return f"<{term}>"
    quoted = f'"{term.value.translate(_ESCAPES)}"'
    if term.language is not None:
        return f"{quoted}@{term.language}"
    if term.datatype in (XSD.string, RDF.langString):
        return quoted
    return f"{quoted}^^<{term.datatype}>"
