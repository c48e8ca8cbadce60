"""Small things to say of a node, of which conditions are made."""

from collections.abc import Mapping

from isogloss.governance.compiler.algebra import (
    FALSE,
    TRUE,
    Constant,
    Exists,
    Expression,
    Filter,
    Infix,
    Match,
    Var,
    both,
    call,
    either,
    negation,
    total,
    words,
)
from isogloss.governance.compiler.comparisons import compares
from isogloss.governance.compiler.shapes import Constraint, component
from isogloss.governance.compiler.walks import Step
from isogloss.governance.terms import GENID
from isogloss.model.literals import keep
from isogloss.model.rdf import Iri, Literal, Term
from isogloss.vocab import RDF, RDFS

Node = Var | Constant


def same(one: Node, other: Node) -> Expression:
    """Hold if two are one term."""
    return call("sameTerm", one, other)


def is_a(node: Node, wanted: Term) -> Expression:
    """Hold if a node is an instance of a class (SHACL §1.1)."""
    # Most are of the class itself, and that is found in half the time.
    direct = Exists((Match(node, Constant(RDF.type), Constant(wanted)),))
    return either([direct, Exists((Match(node, INSTANCE, Constant(wanted)),))])


class _Instance:
    def __str__(self) -> str:
        return f"<{RDF.type}>/<{RDFS.subClassOf}>*"


INSTANCE = _Instance()
"""From a node to its classes and what they are subclasses of."""


def is_blank(node: Node) -> Expression:
    """Hold if a node stands for a blank node."""
    return both([call("ISIRI", node), call("CONTAINS", call("STR", node), words(GENID))])


def in_order(constraint: Constraint, less: Var, more: Var) -> Expression:
    """Hold if sh:lessThan or sh:lessThanOrEquals does of two values."""
    return compares("<" if constraint.component == component("LessThan") else "<=", less, more)


def speaks(node: Node) -> Expression:
    """Hold if a node is a text with a language."""
    return total(Infix("!=", (call("LANG", node), words(""))))


def as_spoken(one: Node, other: Node) -> Expression:
    """Hold if two texts have one language."""
    return total(Infix("=", (call("LCASE", call("LANG", one)), call("LCASE", call("LANG", other)))))


def kept(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Write the literals among some terms as the data has them."""
    return tuple(keep(term) if isinstance(term, Literal) else term for term in terms)


def link(constraint: Constraint) -> Iri:
    """Give the one IRI of a constraint; reading has made sure that it is one."""
    (found,) = constraint.terms
    return Iri(str(found))


def stepping(start: Node, step: Step, end: Node) -> Match:
    """Give the pattern of one step."""
    ends = (end, start) if step.backwards else (start, end)
    return Match(ends[0], Constant(step.predicate), ends[1])


def matching(pattern: Match, condition: Expression) -> Expression:
    """Hold if a pattern matches where a condition holds."""
    if condition == FALSE:
        return FALSE
    return Exists((pattern,) if condition == TRUE else (pattern, Filter(condition)))


def kinds(v: Var) -> Mapping[str, Expression]:
    """Give by kind of node, as sh:nodeKind calls them, what holds of that kind."""
    blank = is_blank(v)
    return {
        "IRI": both([call("ISIRI", v), negation(blank)]),
        "BlankNode": blank,
        "Literal": call("ISLITERAL", v),
    }
