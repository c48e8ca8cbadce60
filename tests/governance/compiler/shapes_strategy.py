"""Shapes, data and changes at random, for laws: all that SHACL Core has, small enough to read.

What pySHACL, the oracle, gets wrong is left out by an `Only`, and each thing that is left out has
a test of its own in `test_where_pyshacl_errs.py` that says what SHACL says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hypothesis import strategies as st

from isogloss.model.rdf import Iri, Literal, Term, Triple, text
from isogloss.vocab import RDF, RDFS, XSD
from tests.governance.compiler.judging import GENID, Data, ex

NODES = [ex("a"), ex("b"), ex("c"), Iri(f"{GENID}one"), Iri(f"{GENID}two")]
CLASSES = [ex("C"), ex("D"), ex("E")]
PREDICATES = [ex("p"), ex("q"), ex("r")]
COMPARED = PREDICATES[:2]


def number(value: str, kind: str = "integer") -> Literal:
    return Literal(value, Iri(XSD.iri + kind))


NUMBERS = [
    number("0"),
    number("1"),
    number("01"),
    number("+1"),
    number("-0"),
    number("-3"),
    number("5"),
    number("1", "byte"),
    number("300", "byte"),
    number("1", "int"),
    number("5", "long"),
    number("5", "unsignedByte"),
    number("-5", "unsignedByte"),
    number("5", "nonNegativeInteger"),
    number("1.0", "decimal"),
    number("1.10", "decimal"),
    number("1.1", "decimal"),
    number("-.5", "decimal"),
    number("1", "decimal"),
    number("1e0", "double"),
    number("1.5", "double"),
    number("INF", "double"),
    number("NaN", "double"),
    number("-INF", "float"),
    number("1.5", "float"),
    number("NaN", "float"),
]
ILL_TYPED = [
    number("many"),
    number("1.5"),
    number(""),
    number("1,5", "decimal"),
    number("1e0", "decimal"),
    number("yes", "boolean"),
    number("2026-02-30", "date"),
    number("2026-13-01T00:00:00", "dateTime"),
    number("infinite", "double"),
]
TRUTHS = [number(value, "boolean") for value in ("true", "false", "1", "0")]
TEXTS = [
    Literal(""),
    Literal("a"),
    Literal("abc"),
    Literal("Abc"),
    Literal("1"),
    Literal("a\nb"),
    Literal("ä\U0001f600"),
    Literal('say "\\"'),
]
SPOKEN = [
    text("a", "en"),
    text("b", "en"),
    text("b", "EN"),
    text("c", "en-GB"),
    text("d", "en-gb"),
    text("a", "de"),
    text("e", "de-CH"),
]
TIMES = [
    number("2026-01-02", "date"),
    number("2026-01-03", "date"),
    number("2026-01-02Z", "date"),
    number("2026-01-02+01:00", "date"),
    number("2026-01-02T10:00:00", "dateTime"),
    number("2026-01-02T10:00:00Z", "dateTime"),
    number("2026-01-02T10:00:00+00:00", "dateTime"),
    number("2026-01-02T11:00:00+01:00", "dateTime"),
    number("2026-01-02T10:00:00.500Z", "dateTime"),
    number("2026-01-02T10:00:00Z", "dateTimeStamp"),
    number("10:00:00", "time"),
    number("2026", "gYear"),
    number("P1D", "duration"),
]
OTHERS = [Literal("a", ex("unit")), Literal("POINT(1 2)", ex("geometry"))]
LITERALS = [*NUMBERS, *ILL_TYPED, *TRUTHS, *TEXTS, *SPOKEN, *TIMES, *OTHERS]
"""Literals of every kind, several of each value."""

DATATYPES = sorted({literal.datatype for literal in LITERALS})


class Only(NamedTuple):
    """What to choose from, so that an oracle can be right about it.

    Where a shape compares values, all literals of shapes and data are of one family.
    """

    families: Sequence[Sequence[Literal]] = (LITERALS,)
    literals: Sequence[Literal] = LITERALS
    datatypes: Sequence[Iri] = DATATYPES
    pairs_have_nodes: bool = True
    inverse_of_sequence: bool = True
    node_at_property_shape: bool = True
    is_left_out: Callable[[str], bool] = lambda _: False


EVERYTHING = Only()


@dataclass(frozen=True)
class Case:
    """Shapes as Turtle, and data."""

    shapes: str
    data: Data


# ---- data


def triples(
    literals: Sequence[Literal] = LITERALS, *, compared: Sequence[Iri] = ()
) -> st.SearchStrategy[Triple]:
    """Say something of a node, of a class, or of which class a node is.

    The predicates `compared` have only literals as values.
    """
    linking = [predicate for predicate in PREDICATES if predicate not in compared]
    return st.one_of(
        st.builds(Triple, st.sampled_from(NODES), st.sampled_from(linking), st.sampled_from(NODES)),
        st.builds(
            Triple, st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from(literals)
        )
        if not compared
        else st.builds(
            Triple, st.sampled_from(NODES), st.sampled_from(compared), st.sampled_from(literals)
        ),
        st.builds(Triple, st.sampled_from(NODES), st.just(RDF.type), st.sampled_from(CLASSES)),
        st.builds(
            Triple, st.sampled_from(CLASSES), st.just(RDFS.subClassOf), st.sampled_from(CLASSES)
        ),
    )


@st.composite
def graphs(
    draw: st.DrawFn,
    literals: Sequence[Literal] = LITERALS,
    largest: int = 20,
    *,
    compared: Sequence[Iri] = (),
) -> Data:
    """Some triples; without a least number drawn first, most graphs would be almost empty."""
    least = draw(st.integers(0, largest * 3 // 4))
    some = triples(literals, compared=compared)
    return draw(st.frozensets(some, min_size=least, max_size=largest))


# ---- terms in Turtle


def written(term: Term) -> str:
    if not isinstance(term, Literal):
        return f"<{term}>"
    quoted = term.value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    if term.language is not None:
        return f'"{quoted}"@{term.language}'
    return f'"{quoted}"^^<{term.datatype}>'


def _list(parts: Sequence[str]) -> str:
    return f"( {' '.join(parts)} )"


# ---- paths


class _Path(NamedTuple):
    turtle: str
    has_sequence: bool


@st.composite
def paths(draw: st.DrawFn, only: Only = EVERYTHING, depth: int = 3) -> _Path:
    """Any path of SHACL §2.3.1; as often as not a predicate."""
    kind = draw(st.sampled_from(_PATH_KINDS)) if depth else "predicate"
    if kind == "predicate":
        return _Path(f"<{draw(st.sampled_from(PREDICATES))}>", False)
    if kind == "type":
        return _Path("rdf:type", False)
    if kind in ("sequence", "alternative"):
        parts = draw(st.lists(paths(only, depth - 1), min_size=2, max_size=3))
        listed = _list([part.turtle for part in parts])
        if kind == "sequence":
            return _Path(listed, True)
        inner = any(part.has_sequence for part in parts)
        return _Path(f"[ sh:alternativePath {listed} ]", inner)
    inner_path = draw(paths(only, depth - 1))
    if kind == "inversePath" and inner_path.has_sequence and not only.inverse_of_sequence:
        return inner_path
    return _Path(f"[ sh:{kind} {inner_path.turtle} ]", inner_path.has_sequence)


_PATH_KINDS = [
    *["predicate"] * 7,
    "type",
    "sequence",
    "alternative",
    "inversePath",
    "inversePath",
    "zeroOrMorePath",
    "oneOrMorePath",
    "zeroOrOnePath",
]


# ---- shapes


@dataclass
class _Shape:
    name: str
    is_property: bool


@dataclass
class _Shapes:
    draw: st.DrawFn
    only: Only
    compares: str = ""
    statements: list[str] = field(default_factory=list)
    finished: list[_Shape] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    size: int = 0

    def pick(self, options: Sequence[str]) -> str:
        return self.draw(st.sampled_from(options))

    def rarely(self) -> bool:
        return self.draw(st.integers(0, 9)) == 9

    def literal(self, literals: Sequence[Literal]) -> str:
        return written(self.draw(st.sampled_from(literals)))

    def term(self) -> str:
        named = [node for node in NODES if GENID not in node]
        return written(
            self.draw(st.one_of(st.sampled_from(named), st.sampled_from(self.only.literals)))
        )

    def predicate(self) -> str:
        return written(self.draw(st.sampled_from(PREDICATES)))

    # ---- a shape

    def shape(self, depth: int, *, is_property: bool | None = None, targeted: bool = False) -> str:
        """Add a shape, and give its name; or the name of one that is there already."""
        fitting = [
            shape.name
            for shape in self.finished
            if is_property is None or shape.is_property == is_property
        ]
        if fitting and not targeted and self.rarely():
            return self.pick(fitting)
        if is_property is None:
            is_property = self.draw(st.booleans())
        self.size += 1
        # Each class once: a shape that is written twice may come to refer to itself.
        free = [name for name in map(written, CLASSES) if name not in self.classes]
        is_class = targeted and not is_property and bool(free) and self.rarely()
        name = f"ex:S{self.size}"
        if is_class:
            name = self.pick(free)
            self.classes.add(name)
        elif not targeted and self.rarely():
            name = f"_:s{self.size}"
        lines = [f"a sh:{'Property' if is_property else 'Node'}Shape"]
        if is_class:
            lines.append("a rdfs:Class")
        if is_property:
            path = self.draw(paths(self.only)).turtle
            if self.compares == "pairs" and not self.only.pairs_have_nodes:
                path = self.pick(_TO_LITERALS)
            lines.append(f"sh:path {path}")
        if targeted:
            lines += self.targets(at_least=0 if is_class else 1)
        if self.rarely():
            lines.append(f"sh:severity sh:{self.pick(['Info', 'Warning', 'Violation'])}")
        if self.rarely():
            lines.append('sh:name "rule"@en , "Regel"@de')
        if self.rarely():
            lines.append('sh:message "Mend it."@en , "Richte es."@de')
        if self.rarely():
            lines.append(f"sh:deactivated {self.pick(['true', 'true', 'false'])}")
        lines += self.constraints(depth, is_property=is_property)
        self.statements.append(f"{name} {' ; '.join(lines)} .")
        self.finished.append(_Shape(name, is_property))
        return name

    def targets(self, *, at_least: int) -> list[str]:
        found = []
        for kind in self.draw(st.lists(st.sampled_from(_TARGETS), min_size=at_least, max_size=2)):
            if kind == "targetNode":
                found.append(f"sh:targetNode {self.term()}")
            elif kind == "targetClass":
                found.append(f"sh:targetClass {written(self.draw(st.sampled_from(CLASSES)))}")
            else:
                found.append(f"sh:{kind} {self.predicate()}")
        return found

    # ---- its constraints

    def constraints(self, depth: int, *, is_property: bool) -> list[str]:
        kinds = [*_ANYWHERE, *(_AT_PROPERTIES if is_property else ())]
        if depth > 0:
            kinds += [*_OF_SHAPES, *_OF_SHAPES, *(["qualified"] * 3 if is_property else ())]
        if self.compares == "bounds":
            kinds += [*_COMPARING, *_COMPARING]
        if self.compares == "pairs" and is_property:
            kinds += [*_PAIRS, *_PAIRS, *_PAIRS, *_PAIRS]
        chosen = self.draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3, unique=True))
        lines = []
        for kind in chosen:
            line = self.constraint(kind, depth, is_property=is_property)
            if not self.only.is_left_out(line):
                lines.append(line)
        return lines

    def constraint(self, kind: str, depth: int, *, is_property: bool) -> str:
        inner = depth - 1
        if kind == "class":
            return f"sh:class {written(self.draw(st.sampled_from(CLASSES)))}"
        if kind == "datatype":
            return f"sh:datatype {written(self.draw(st.sampled_from(self.only.datatypes)))}"
        if kind == "nodeKind":
            return f"sh:nodeKind sh:{self.pick(_NODE_KINDS)}"
        if kind in ("minLength", "maxLength", "minCount", "maxCount"):
            return f"sh:{kind} {self.draw(st.integers(0, 5))}"
        if kind == "pattern":
            flags = self.pick(["", "", ' ; sh:flags "i"'])
            return f"sh:pattern {written(Literal(self.pick(_PATTERNS)))}{flags}"
        if kind == "languageIn":
            tags = self.draw(st.lists(st.sampled_from(_LANGUAGES), min_size=1, max_size=2))
            return f"sh:languageIn {_list([written(Literal(tag)) for tag in tags])}"
        if kind == "in":
            count = self.draw(st.sampled_from([1, 2, 3, 40]))
            return f"sh:in {_list([self.term() for _ in range(count)])}"
        if kind == "hasValue":
            return f"sh:hasValue {self.term()}"
        if kind in ("equals", "disjoint"):
            return f"sh:{kind} {self.predicate()}"
        if kind in _PAIRS:
            return f"sh:{kind} {written(self.draw(st.sampled_from(COMPARED)))}"
        if kind in _COMPARING:
            return f"sh:{kind} {self.literal(self.only.literals)}"
        if kind == "uniqueLang":
            return f"sh:uniqueLang {self.pick(['true', 'true', 'false'])}"
        if kind == "closed":
            ignored = self.pick(["", " ; sh:ignoredProperties ( rdf:type )"])
            return f"sh:closed {self.pick(['true', 'true', 'false'])}{ignored}"
        if kind == "property":
            return f"sh:property {self.shape(inner, is_property=True)}"
        if kind == "siblings":
            return self.siblings(inner)
        if kind == "node":
            free = None if self.only.node_at_property_shape else False
            return f"sh:node {self.shape(inner, is_property=free)}"
        if kind == "not":
            return f"sh:not {self.shape(inner)}"
        if kind in ("and", "or", "xone"):
            count = self.draw(st.integers(1, 3))
            return f"sh:{kind} {_list([self.shape(inner) for _ in range(count)])}"
        assert kind == "qualified"
        return self.qualified(inner)

    def qualified(self, depth: int, *, among_siblings: bool = False) -> str:
        counts = self.draw(
            st.lists(st.sampled_from(["Min", "Max"]), min_size=1, max_size=2, unique=True)
        )
        lines = [f"sh:qualifiedValueShape {self.shape(depth)}"]
        lines += [f"sh:qualified{count}Count {self.draw(st.integers(0, 4))}" for count in counts]
        if among_siblings:
            lines.append(f"sh:qualifiedValueShapesDisjoint {self.pick(['true', 'true', 'false'])}")
        return " ; ".join(lines)

    def siblings(self, depth: int) -> str:
        """Add property shapes of one path, each of which may count only its own values."""
        path = self.draw(paths(self.only, 1))
        names = []
        for _ in range(2):
            line = self.qualified(depth - 1, among_siblings=True)
            self.size += 1
            names.append(f"ex:S{self.size}")
            self.statements.append(
                f"{names[-1]} a sh:PropertyShape ; sh:path {path.turtle} ; {line} ."
            )
        return f"sh:property {' , '.join(names)}"


_TARGETS = [
    "targetNode",
    "targetClass",
    "targetClass",
    "targetSubjectsOf",
    "targetSubjectsOf",
    "targetObjectsOf",
]
_NODE_KINDS = [
    "IRI",
    "BlankNode",
    "Literal",
    "BlankNodeOrIRI",
    "BlankNodeOrLiteral",
    "IRIOrLiteral",
]
_PATTERNS = ["^a", "b", "^https?://", "[0-9]+$", "^$", "\\\\d", "^(a|1)", "^.$"]
_LANGUAGES = ["en", "EN", "de", "en-GB", "de-CH", "fr", "*"]
_ANYWHERE = [
    "class",
    "datatype",
    "nodeKind",
    "minLength",
    "maxLength",
    "pattern",
    "languageIn",
    "in",
    "hasValue",
    "equals",
    "disjoint",
    "closed",
]
_AT_PROPERTIES = ["minCount", "maxCount", "minCount", "maxCount", "uniqueLang"]
_OF_SHAPES = ["property", "node", "not", "and", "or", "xone", "siblings"]
_COMPARING = ["minInclusive", "minExclusive", "maxInclusive", "maxExclusive"]
_PAIRS = ["lessThan", "lessThanOrEquals"]
_TO_LITERALS = [
    "ex:p",
    "ex:q",
    "( ex:r ex:p )",
    "[ sh:alternativePath ( ex:p ex:q ) ]",
    "( [ sh:zeroOrMorePath ex:r ] ex:p )",
    "( [ sh:inversePath ex:r ] ex:q )",
]
"""Paths that lead to literals, where `COMPARED` have nothing else as values."""


@st.composite
def shapes(draw: st.DrawFn, only: Only = EVERYTHING, *, compares: str = "") -> str:
    """One to three shapes that have targets, with all that they refer to.

    Args:
        compares: whether values are compared with "bounds", or with each other as "pairs".
    """
    made = _Shapes(draw, only, compares)
    for _ in range(draw(st.integers(1, 3))):
        made.shape(draw(st.integers(0, 2)), targeted=True)
    return "\n".join(dict.fromkeys(made.statements))


@st.composite
def cases(draw: st.DrawFn, only: Only = EVERYTHING) -> Case:
    """Shapes and data; in a third of the cases, values are compared."""
    compares = draw(st.sampled_from(["", "", "", "", "bounds", "pairs"]))
    if not compares:
        return Case(draw(shapes(only)), draw(graphs(only.literals)))
    family = only._replace(literals=draw(st.sampled_from(only.families)))
    compared = COMPARED if compares == "pairs" and not only.pairs_have_nodes else ()
    return Case(
        draw(shapes(family, compares=compares)), draw(graphs(family.literals, compared=compared))
    )


class Step(NamedTuple):
    """A change, and whether it is accepted."""

    added: Data
    removed: Data
    accepted: bool


@st.composite
def steps(draw: st.DrawFn, start: Data, literals: Sequence[Literal] = LITERALS) -> list[Step]:
    """Changes of data, one after another; what goes was mostly there."""
    there = set(start)
    found = []
    for _ in range(draw(st.integers(1, 5))):
        removed = (
            draw(st.frozensets(st.sampled_from(sorted(there, key=str)), max_size=3))
            if there
            else frozenset()
        )
        step = Step(
            draw(graphs(literals, 4)),
            removed | draw(graphs(literals, 1)),
            draw(st.integers(0, 3)) > 0,
        )
        found.append(step)
        if step.accepted:
            there = there - step.removed | step.added
    return found


# ---- constraints in SPARQL

_P, _Q, _R = (f"<{predicate}>" for predicate in PREDICATES)
_TYPED = f"<{RDF.type}>/<{RDFS.subClassOf}>*"
QUERIES = {
    "a step": f"SELECT $this ?value {{ $this {_P} ?value }}",
    "two steps": f"SELECT $this ?value {{ $this {_P} ?value . ?value {_Q} ?other }}",
    "a step backwards": f"SELECT $this ?value {{ ?value {_P} $this }}",
    "a path": f"SELECT $this ?value {{ $this {_P}/(^{_Q}|{_R})+ ?value }}",
    "a path of no step": f"SELECT $this ?value {{ $this {_P}?/{_Q} ?value }}",
    "a class": f"SELECT $this {{ $this {_TYPED} <{CLASSES[0]}> }}",
    "the class of a value": (
        f"SELECT $this ?value {{ $this {_P} ?value . ?value {_TYPED} <{CLASSES[1]}> }}"
    ),
    "any predicate": (
        "SELECT $this ?path ?value { $this ?path ?value . FILTER(!isLiteral(?value)) }"
    ),
    "any predicate backwards": "SELECT $this ?value { ?value ?any $this }",
    "what is not": f"SELECT $this {{ FILTER NOT EXISTS {{ $this {_P} ?value }} }}",
    "what a value has not": (
        f"SELECT $this ?value {{ $this {_P} ?value . FILTER NOT EXISTS {{ ?value {_Q} ?other }} }}"
    ),
    "what may be": (f"SELECT $this {{ OPTIONAL {{ $this {_P} ?value }} FILTER(!bound(?value)) }}"),
    "what may be further on": (
        f"SELECT $this ?value {{ $this {_P} ?value . OPTIONAL {{ ?value {_Q} ?other }} "
        "FILTER(!bound(?other)) }"
    ),
    "either": f"SELECT $this ?value {{ {{ $this {_P} ?value }} UNION {{ ?value {_Q} $this }} }}",
    "the same twice": f"SELECT $this ?value {{ $this {_P} ?value . $this {_Q} ?value }}",
    "one value between": f"SELECT $this ?value {{ $this {_P} ?x . ?value {_Q} ?x }}",
    "anything anywhere": f"SELECT $this {{ FILTER EXISTS {{ ?one {_R} ?other }} }}",
    "a comparison": (
        f"SELECT $this ?value {{ $this {_P} ?value . $this {_Q} ?other . FILTER(?value = ?other) }}"
    ),
    "a value of its own": (
        f"SELECT $this ?value {{ $this {_P} ?x . FILTER(isLiteral(?x)) BIND(str(?x) AS ?value) }}"
    ),
    "a filter on itself": f"SELECT $this {{ $this {_R} ?x . FILTER($this = ?x) }}",
}
"""Queries of shapes, by what they read; each finds what is wrong."""


@st.composite
def sparql_cases(draw: st.DrawFn) -> Case:
    """Shapes with queries, also as shapes of values, and data."""
    made = _Shapes(draw, EVERYTHING._replace(literals=SIMPLE))
    for number in range(draw(st.integers(1, 2))):
        query = draw(st.sampled_from(sorted(QUERIES.values())))
        targets = " ; ".join(made.targets(at_least=1))
        sparql = f"sh:sparql [ sh:select {written(Literal(query))} ]"
        name = f"ex:S{number}"
        line = draw(
            st.sampled_from(
                [
                    f"{name} a sh:NodeShape ; {targets} ; {sparql} .",
                    f"{name} a sh:NodeShape ; {targets} ; sh:property {name}p . "
                    f"{name}p sh:path ex:r ; {sparql} .",
                    f"{name} a sh:NodeShape ; {targets} ; sh:property {name}p . "
                    f"{name}p sh:path ex:q ; sh:property {name}pp . "
                    f"{name}pp sh:path ex:r ; {sparql} .",
                ]
            )
        )
        made.statements.append(line)
    return Case("\n".join(made.statements), draw(graphs(SIMPLE)))


SIMPLE = [Literal("a"), Literal("b"), number("1"), number("2"), text("a", "en"), text("b", "de")]
"""Literals that every store keeps as they are: a query sees what the store made of others.

None is false, 0 or empty: rdflib takes such a subject of a path for any subject.
"""
