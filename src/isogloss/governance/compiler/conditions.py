"""What must hold of a node, as an expression: true or false for every term, never an error.

Each EXISTS holds one pattern, and further steps are EXISTS within: engines then look up what
they need, row by row, where two patterns would be joined from scratch.

Source: SHACL §4; SPARQL 1.1 Query §17.
"""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import assert_never

from isogloss.governance.compiler.algebra import (
    FALSE,
    TRUE,
    Constant,
    Distinct,
    Exists,
    Expression,
    Filter,
    Infix,
    Inner,
    Match,
    Pattern,
    Select,
    Values,
    Var,
    both,
    call,
    either,
    negation,
    number,
    total,
    words,
)
from isogloss.governance.compiler.comparisons import compares
from isogloss.governance.compiler.nodes import (
    Node,
    as_spoken,
    in_order,
    is_a,
    is_blank,
    kept,
    kinds,
    link,
    matching,
    same,
    speaks,
    stepping,
)
from isogloss.governance.compiler.shapes import Constraint, Shape, component
from isogloss.governance.compiler.walks import Chain, Choice, Path, Repeat, Step, Walk
from isogloss.model.literals import kept_as
from isogloss.model.rdf import Iri, Literal

Condition = Callable[[Var], Expression]

MANY = 30
"""From so many terms on, a table is faster than a chain of comparisons."""

_NESTED = 3
"""Up to so many different values, nesting is faster than counting."""


class Conditions:
    """Makes expressions, and names the variables in them."""

    def __init__(self) -> None:
        self._names = count()

    def var(self) -> Var:
        """Give a variable that is nowhere else."""
        return Var(f"v{next(self._names)}")

    def conforms(self, shape: Shape, focus: Var) -> Expression:
        """Hold if a node conforms to a shape and to all within it.

        Constraints in SPARQL are left out: they are checked by themselves, and a shape that has
        some within another is not compiled.
        """
        together, each = [], []
        for constraint in shape.constraints:
            if constraint.source is None:
                condition = self.value_condition(constraint)
                if condition is None:
                    together.append(self.holds(shape, constraint, focus))
                else:
                    each.append(condition)
        each += [partial(self.conforms, inner) for inner in shape.properties]
        if not each:
            return both(together)
        # One walk for all that must hold of a value.
        return both([*together, self.every(shape.walk, focus, lambda v: both(c(v) for c in each))])

    def holds(self, shape: Shape, constraint: Constraint, focus: Var) -> Expression:
        """Hold if one constraint of a shape holds of a focus node."""
        found = self.value_condition(constraint)
        if found is not None:
            return self.every(shape.walk, focus, found)
        return _WHOLE[constraint.component](self, constraint, shape.walk, focus)

    def every(self, walk: Walk | None, focus: Var, condition: Condition) -> Expression:
        """Hold if a condition holds wherever a path leads; without one, of the node itself."""
        if walk is None:
            return condition(focus)
        parts = []
        if walk.stays:
            parts.append(condition(focus))
        if walk.path:
            parts.append(negation(self.some(walk.path, focus, lambda v: negation(condition(v)))))
        return both(parts)

    def anywhere(self, walk: Walk | None, focus: Var, condition: Condition) -> Expression:
        """Hold if a condition holds somewhere that a path leads."""
        if walk is None:
            return condition(focus)
        parts = [condition(focus)] if walk.stays else []
        if walk.path:
            parts.append(self.some(walk.path, focus, condition))
        return either(parts)

    def some(self, path: Path, start: Node, condition: Condition) -> Expression:
        """Hold if a condition holds at one of the ends of a path."""
        match path:
            case Chain(first, then):
                return self.some(first, start, lambda v: self.some(then, v, condition))
            case Choice(among):
                return either(self.some(way, start, condition) for way in among)
            case Step():
                end = self.var()
                return matching(stepping(start, path, end), condition(end))
            case Repeat():
                end = self.var()
                return matching(Match(start, path, end), condition(end))
        assert_never(path)

    def leads_to(self, walk: Walk | None, focus: Var, goal: Node) -> Expression:
        """Hold if a path leads to a node."""
        if walk is None:
            return same(focus, goal)
        parts = [same(focus, goal)] if walk.stays else []
        if walk.path:
            parts.append(self._reaches(walk.path, focus, goal))
        return either(parts)

    def _reaches(self, path: Path, start: Node, goal: Node) -> Expression:
        match path:
            case Chain(first, then):
                return self.some(first, start, lambda v: self._reaches(then, v, goal))
            case Choice(among):
                return either(self._reaches(way, start, goal) for way in among)
            case Step():
                return Exists((stepping(start, path, goal),))
            case Repeat():
                return Exists((Match(start, path, goal),))
        assert_never(path)

    def at_least(
        self, least: int, walk: Walk | None, focus: Var, condition: Condition
    ) -> Expression:
        """Hold if a condition holds at so many different values."""
        if least == 0:
            return TRUE
        if walk is None:
            return condition(focus) if least == 1 else FALSE
        parts = []
        if walk.path:
            parts.append(self._distinct(least, walk.path, focus, condition, []))
        if walk.stays and walk.path:
            parts.append(
                both(
                    [
                        condition(focus),
                        self._distinct(least - 1, walk.path, focus, condition, [focus]),
                    ]
                )
            )
        elif walk.stays and least == 1:
            parts.append(condition(focus))
        return either(parts)

    def _distinct(
        self, least: int, path: Path, focus: Var, condition: Condition, found: list[Var]
    ) -> Expression:
        if least == 0:
            return TRUE

        def fresh(end: Var) -> Expression:
            return both([*(negation(same(end, other)) for other in found), condition(end)])

        if least <= _NESTED:
            return self.some(
                path,
                focus,
                lambda end: both(
                    [
                        fresh(end),
                        self._distinct(least - 1, path, focus, condition, [*found, end]),
                    ]
                ),
            )
        end = self.var()
        where: tuple[Pattern, ...] = (Match(focus, path, end),)
        if (test := fresh(end)) != TRUE:
            where += (Filter(test),)
        counted = Infix(">=", (call("COUNT", Distinct(end)), number(least)))
        return Exists((Inner(Select((focus,), where, group_by=(focus,), having=counted)),))

    # ---- what must hold of each value

    def value_condition(self, constraint: Constraint) -> Condition | None:
        """Give what must hold of each value; None where the values are judged together."""
        made = _EACH.get(constraint.component)
        return None if made is None else made(self, constraint)

    def _class(self, constraint: Constraint) -> Condition:
        (wanted,) = constraint.terms
        return lambda v: is_a(v, wanted)

    def _datatype(self, constraint: Constraint) -> Condition:
        datatype = link(constraint)
        kinds = [datatype, kept_as(datatype)]
        return lambda v: total(
            either(Infix("=", (call("DATATYPE", v), Constant(kind))) for kind in kinds)
        )

    def _node_kind(self, constraint: Constraint) -> Condition:
        kind = str(constraint.terms[0]).rpartition("#")[2]
        return lambda v: either(test for name, test in kinds(v).items() if name in kind.split("Or"))

    def _range(self, constraint: Constraint) -> Condition:
        operator = _RANGES[constraint.component]
        (bound,) = constraint.terms
        return lambda v: compares(operator, v, Constant(bound))

    def _length(self, constraint: Constraint) -> Condition:
        operator = ">=" if constraint.component == component("MinLength") else "<="
        limit = number(constraint.count)
        return lambda v: total(
            both(
                [
                    negation(is_blank(v)),
                    Infix(operator, (call("STRLEN", call("STR", v)), limit)),
                ]
            )
        )

    def _pattern(self, constraint: Constraint) -> Condition:
        given = [words(t.value) for t in constraint.terms if isinstance(t, Literal)]
        return lambda v: total(both([negation(is_blank(v)), call("REGEX", call("STR", v), *given)]))

    def _language(self, constraint: Constraint) -> Condition:
        tags = [words(t.value) for t in constraint.terms if isinstance(t, Literal)]
        return lambda v: total(either(call("LANGMATCHES", call("LANG", v), tag) for tag in tags))

    def _in(self, constraint: Constraint) -> Condition:
        terms = kept(constraint.terms)
        if len(terms) < MANY:
            return lambda v: either(same(v, Constant(t)) for t in terms)

        def among(v: Var) -> Expression:
            one = self.var()
            return Exists((Values(one, terms), Filter(same(v, one))))

        return among

    def _node(self, constraint: Constraint) -> Condition:
        return lambda v: both(self.conforms(shape, v) for shape in constraint.shapes)

    def _not(self, constraint: Constraint) -> Condition:
        return lambda v: negation(self.conforms(constraint.shapes[0], v))

    def _or(self, constraint: Constraint) -> Condition:
        return lambda v: either(self.conforms(shape, v) for shape in constraint.shapes)

    def _xone(self, constraint: Constraint) -> Condition:
        def one(v: Var) -> Expression:
            held = [
                call("IF", self.conforms(shape, v), number(1), number(0))
                for shape in constraint.shapes
            ]
            if not held:
                return FALSE
            return Infix("=", (Infix("+", (*held, number(0))), number(1)))

        return one

    # ---- what must hold of all values together

    def _min_count(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        return self.at_least(c.count, walk, focus, lambda _: TRUE)

    def _max_count(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        return negation(self.at_least(c.count + 1, walk, focus, lambda _: TRUE))

    def _has_value(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        return self.leads_to(walk, focus, Constant(kept(c.terms)[0]))

    def _equals(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        other = Step(link(c))
        return both(
            [
                self.every(walk, focus, lambda v: self._reaches(other, focus, v)),
                negation(
                    self.some(other, focus, lambda v: negation(self.leads_to(walk, focus, v)))
                ),
            ]
        )

    def _disjoint(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        other = Step(link(c))
        return self.every(walk, focus, lambda v: negation(self._reaches(other, focus, v)))

    def _less(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        return self.every(
            walk,
            focus,
            lambda v: negation(
                self.some(Step(link(c)), focus, lambda w: negation(in_order(c, v, w)))
            ),
        )

    def _unique_language(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        return negation(
            self.anywhere(
                walk,
                focus,
                lambda v: both(
                    [
                        speaks(v),
                        self.anywhere(
                            walk,
                            focus,
                            lambda w: both([negation(same(v, w)), as_spoken(v, w)]),
                        ),
                    ]
                ),
            )
        )

    def _closed(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        return self.every(
            walk,
            focus,
            lambda v: negation(self.strays(c, v, self.var(), self.var())),
        )

    def strays(self, c: Constraint, node: Var, predicate: Var, value: Var) -> Expression:
        """Hold if a node has a predicate that a closed shape does not allow."""
        allowed = [same(predicate, Constant(term)) for term in c.terms]
        return matching(Match(node, predicate, value), negation(either(allowed)))

    def _qualified_min(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        return self.at_least(c.count, walk, focus, self.qualifies(c))

    def _qualified_max(self, c: Constraint, walk: Walk | None, focus: Var) -> Expression:
        return negation(self.at_least(c.count + 1, walk, focus, self.qualifies(c)))

    def qualifies(self, c: Constraint) -> Condition:
        """Hold if a value counts for a qualified shape (§4.7.3)."""
        return lambda v: both(
            [
                self.conforms(c.shapes[0], v),
                *(negation(self.conforms(sibling, v)) for sibling in c.siblings),
            ]
        )


_RANGES = {
    component("MinExclusive"): ">",
    component("MinInclusive"): ">=",
    component("MaxExclusive"): "<",
    component("MaxInclusive"): "<=",
}

_EACH: Mapping[Iri, Callable[[Conditions, Constraint], Condition]] = {
    component("Class"): Conditions._class,
    component("Datatype"): Conditions._datatype,
    component("NodeKind"): Conditions._node_kind,
    **dict.fromkeys(_RANGES, Conditions._range),
    component("MinLength"): Conditions._length,
    component("MaxLength"): Conditions._length,
    component("Pattern"): Conditions._pattern,
    component("LanguageIn"): Conditions._language,
    component("In"): Conditions._in,
    component("Node"): Conditions._node,
    component("And"): Conditions._node,
    component("Not"): Conditions._not,
    component("Or"): Conditions._or,
    component("Xone"): Conditions._xone,
}

_Whole = Callable[[Conditions, Constraint, Walk | None, Var], Expression]
_WHOLE: Mapping[Iri, _Whole] = {
    component("MinCount"): Conditions._min_count,
    component("MaxCount"): Conditions._max_count,
    component("HasValue"): Conditions._has_value,
    component("Equals"): Conditions._equals,
    component("Disjoint"): Conditions._disjoint,
    component("LessThan"): Conditions._less,
    component("LessThanOrEquals"): Conditions._less,
    component("UniqueLang"): Conditions._unique_language,
    component("Closed"): Conditions._closed,
    component("QualifiedMinCount"): Conditions._qualified_min,
    component("QualifiedMaxCount"): Conditions._qualified_max,
}
