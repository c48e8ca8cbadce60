"""One query for each constraint: it finds where the constraint does not hold.

Source: SHACL §4, SPARQL 1.1 Query.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import rdflib
from rdflib import SH

from isogloss.governance.compiler.algebra import (
    HOLE,
    Bind,
    Constant,
    Counted,
    Distinct,
    Exists,
    Expression,
    Filter,
    Hole,
    Inner,
    Match,
    Minus,
    Pattern,
    Select,
    Union,
    Values,
    Var,
    both,
    call,
    either,
    negation,
    words,
)
from isogloss.governance.compiler.conditions import MANY, Conditions
from isogloss.governance.compiler.nodes import (
    INSTANCE,
    as_spoken,
    in_order,
    is_a,
    kept,
    link,
    same,
    speaks,
)
from isogloss.governance.compiler.shapes import Constraint, Shape, Target, component
from isogloss.governance.compiler.sites import Site, after, of_constraint, of_targets, of_walk
from isogloss.governance.compiler.sparql import is_active, written
from isogloss.governance.compiler.walks import STAY, Step, Walk
from isogloss.governance.paths import path_text
from isogloss.model.rdf import Iri, Term

FOCUS, OTHER = Var("f0"), Var("t")


@dataclass(frozen=True, eq=False)
class Check:
    """A query that finds where one constraint does not hold, for the focus nodes of a shape.

    Its rows have the nodes on the way, `depth` of them, from the shape's focus node to the one
    that the constraint is about; then the value and the predicate that are at fault, where
    there are any.
    """

    root: Shape
    part: Shape
    """The root itself, or the shape in its sh:property that this is about or within."""
    shape: Shape
    constraint: Constraint
    depth: int
    text: str
    """The query, with a hole where the focus nodes go."""
    sites: frozenset[Site]
    value: int | None = None
    predicate: int | None = None
    columns: tuple[str, ...] = ()
    """What the query of a person calls the columns after the nodes."""
    whole: frozenset[Iri | None] = frozenset()
    """Predicates of which any change lets it be run on everything; None is any predicate."""

    @cached_property
    def open(self) -> str:
        """The query for all that the shape targets."""
        return self.text.replace(HOLE, targets(self.root.targets))

    def bound(self, focus_nodes: Iterable[Term]) -> str:
        """Give the query for some focus nodes."""
        return filled(self.text, focus_nodes)


def filled(query: str, nodes: Iterable[Term], variable: Var = FOCUS) -> str:
    """Let a query that leaves open what it is about be about some nodes."""
    return query.replace(HOLE, str(Values(variable, kept(tuple(nodes)))))


def targets(targets: tuple[Target, ...]) -> str:
    """Find the focus nodes of a shape (SHACL §2.1.3)."""
    groups = tuple((_target(target),) for target in targets)
    return str(groups[0][0] if len(groups) == 1 else Union(groups))


def targets_of(shape: Shape) -> str:
    """Give the query for what a shape targets."""
    return str(Select((FOCUS,), (Hole(),), distinct=True)).replace(HOLE, targets(shape.targets))


def count_of(shape: Shape) -> str:
    """Give the query that counts what a shape targets."""
    counted = Counted(call("COUNT", Distinct(FOCUS)), Var("count"))
    return str(Select((counted,), (Hole(),))).replace(HOLE, targets(shape.targets))


def is_target(shape: Shape) -> str:
    """Give the query for which of some nodes a shape targets, with a hole for the nodes."""
    return str(Select((FOCUS,), (Hole(), Filter(_is_target(shape))), distinct=True))


def _is_target(shape: Shape) -> Expression:
    conditions: list[Expression] = []
    other = Var("other")
    for target in shape.targets:
        if target.kind == "targetNode":
            conditions.append(same(FOCUS, Constant(kept((target.term,))[0])))
        elif target.kind == "targetClass":
            conditions.append(is_a(FOCUS, target.term))
        else:
            conditions.append(Exists((_target(target, other),)))
    return either(conditions)


def _target(target: Target, other: Var = OTHER) -> Pattern:
    if target.kind == "targetNode":
        return Values(FOCUS, kept((target.term,)))
    if target.kind == "targetClass":
        return Match(FOCUS, INSTANCE, Constant(target.term))
    ends = (FOCUS, other) if target.kind == "targetSubjectsOf" else (other, FOCUS)
    return Match(ends[0], Constant(target.term), ends[1])


def leading(walk: Walk, nodes: Iterable[Term]) -> str:
    """Give the query for the nodes from which a path leads to some nodes."""
    there, focus = Var("there"), Var("f0")
    where: tuple[Pattern, ...] = (Hole(), Match(focus, walk.path, there))
    query = str(Select((focus,), where, distinct=True))
    return filled(query, nodes, there)


def patterns(root: Shape) -> Iterator[tuple[str, str]]:
    """Yield each pattern of a shape, with a query that shows whether the engine can run it."""
    for constraint in root.every_constraint():
        if constraint.component == component("Pattern"):
            given = [Constant(term) for term in constraint.terms]
            tried = Bind(call("REGEX", words(""), *given), FOCUS)
            yield str(given[0]), str(Select((FOCUS,), (tried,)))


def checks(root: Shape, graph: rdflib.Graph) -> Iterator[Check]:
    """Yield the checks of a shape and of those that it applies to its values.

    Raises:
        ValidationFailed: a query that a person wrote cannot be run.
    """
    around = frozenset(of_targets(root))
    start = _Place(root, root, (Hole(),), (FOCUS,), STAY, around)
    yield from _Writer(root, graph).checks(start)


def screen(root: Shape, parts: Collection[Shape]) -> str:
    """Give the query for the focus nodes that do not conform to some parts of a shape.

    It finds a node if and only if one of the checks of these parts does that are not in SPARQL.
    """
    alone = replace(
        root,
        constraints=root.constraints if root in parts else (),
        properties=tuple(part for part in parts if part is not root),
    )
    wrong = Filter(negation(Conditions().conforms(alone, FOCUS)))
    return str(Select((FOCUS,), (Hole(), wrong), distinct=True))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a root shape a constraint stands, and the way from the focus nodes to there.

    `part` is the root itself or the shape in its sh:property that this is about or within;
    `nodes` are the variables on the way; `prefix` is the whole way as one path; `sites` are the
    statements that it reads.
    """

    part: Shape
    shape: Shape
    way: tuple[Pattern, ...]
    nodes: tuple[Var, ...]
    prefix: Walk
    sites: frozenset[Site]


class _Writer:
    def __init__(self, root: Shape, graph: rdflib.Graph) -> None:
        self._root = root
        self._graph = graph

    def checks(self, place: _Place) -> Iterator[Check]:
        shape, nodes = place.shape, place.nodes
        for constraint in shape.constraints:
            if constraint.source is not None:
                yield from self._written(place, constraint)
                continue
            read = place.sites | set(of_constraint(place.prefix, shape, constraint))
            yield from self._check(replace(place, sites=read), constraint)
        if not shape.properties:
            return
        if shape.walk is not None:
            value = Var(f"f{len(nodes)}")
            ahead = (*nodes, value)
            inner = Select(
                ahead, self._lead(place.way, shape.walk, nodes[-1], value), distinct=True
            )
            place = replace(
                place,
                way=(Inner(inner),),
                nodes=ahead,
                prefix=after(place.prefix, shape.walk),
                sites=place.sites | set(of_walk(place.prefix, shape.walk)),
            )
        for inner_shape in shape.properties:
            within = inner_shape if shape is self._root else place.part
            yield from self.checks(replace(place, part=within, shape=inner_shape))

    def _written(self, place: _Place, c: Constraint) -> Iterator[Check]:
        source, graph, shape = c.source, self._graph, place.shape
        if source is None or not is_active(graph, source):
            return
        path = graph.value(shape.node, SH.path)
        found = written(
            graph,
            source,
            None if path is None else path_text(graph, graph, path, bracketed=True),
            " ".join(map(str, place.way)),
            [node.name for node in place.nodes],
            place.prefix,
        )
        depth, columns = len(place.nodes), found.columns
        yield Check(
            self._root,
            place.part,
            shape,
            c,
            depth,
            found.query,
            place.sites | found.sites,
            depth + columns.index("value") if "value" in columns else None,
            depth + columns.index("path") if "path" in columns else None,
            columns,
            found.whole,
        )

    def _lead(
        self, way: tuple[Pattern, ...], walk: Walk, start: Var, end: Var
    ) -> tuple[Pattern, ...]:
        """Give the pattern of the ends of a path."""
        groups = []
        if walk.path:
            groups.append((*way, Match(start, walk.path, end)))
        if walk.stays:
            groups.append((*way, Bind(start, end)))
        return groups[0] if len(groups) == 1 else (Union(tuple(groups)),)

    def _check(self, place: _Place, c: Constraint) -> Iterator[Check]:
        # Its own, so that a constraint gives the same query whatever stands beside it.
        made = Conditions()
        shape, way, nodes = place.shape, place.way, place.nodes
        focus, walk = nodes[-1], shape.walk
        value, other = Var("value"), Var("other")

        def check(
            where: tuple[Pattern, ...],
            extra: tuple[Var, ...] = (),
            at: int | None = None,
            predicate: int | None = None,
        ) -> Check:
            select = Select((*nodes, *extra), where, distinct=True)
            depth = len(nodes)
            text, sites = str(select), place.sites
            return Check(self._root, place.part, shape, c, depth, text, sites, at, predicate)

        valued = len(nodes)  # the place after all focus nodes
        at = (*way, Bind(focus, value)) if walk is None else self._lead(way, walk, focus, value)
        name = c.component
        if (condition := made.value_condition(c)) is not None:
            if walk is None:
                wrong = Filter(negation(condition(focus)))
                yield check((*way, wrong), at=valued - 1)
            elif name == component("In") and len(c.terms) > MANY:
                yield check((*at, Minus((Values(value, kept(c.terms)),))), (value,), valued)
            else:
                yield check((*at, Filter(negation(condition(value)))), (value,), valued)
        elif name == component("Equals"):
            pair = link(c)
            there = made.some(Step(pair), focus, lambda v: same(v, value))
            yield check((*at, Filter(negation(there))), (value,), valued)
            back = negation(made.leads_to(walk, focus, value))
            linked = Match(focus, Constant(pair), value)
            yield check((*way, linked, Filter(back)), (value,), valued)
        elif name == component("Disjoint"):
            there = Exists((Match(focus, Constant(link(c)), value),))
            yield check((*at, Filter(there)), (value,), valued)
        elif name in (component("LessThan"), component("LessThanOrEquals")):
            linked = Match(focus, Constant(link(c)), other)
            wrong = Filter(negation(in_order(c, value, other)))
            yield check((*at, linked, wrong), (value, other), valued)
        elif name == component("UniqueLang"):
            language = Var("language")
            twice = made.anywhere(
                walk, focus, lambda w: both([negation(same(w, value)), as_spoken(w, value)])
            )
            where = (
                *at,
                Filter(both([speaks(value), twice])),
                Bind(call("LCASE", call("LANG", value)), language),
            )
            yield check(where, (language,))
        elif name == component("Closed"):
            predicate, object_ = Var("predicate"), Var("object")
            allowed = either(same(predicate, Constant(term)) for term in c.terms)
            strays = (Match(value, predicate, object_), Filter(negation(allowed)))
            columns = (predicate, object_, *(() if walk is None else (value,)))
            yield check((*at, *strays), columns, valued + 1, valued)
        else:
            holds = made.holds(shape, c, focus)
            yield check((*way, Filter(negation(holds))))
