"""Where each column that a query gives comes from, scope by scope."""

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, ScopeType, traverse_scope

from isogloss.intake.described import Transformation
from isogloss.intake.sql_parts import (
    FILTER,
    GROUP_BY,
    IDENTITY,
    JOIN,
    SORT,
    TRANSFORMATION,
    add,
)
from isogloss.intake.sql_relations import Reading, Relation

_CLAUSES = {
    "where": FILTER,
    "prewhere": FILTER,
    "having": FILTER,
    "qualify": FILTER,
    "connect": FILTER,
    "group": GROUP_BY,
    "order": SORT,
    "sort": SORT,
    "cluster": SORT,
    "distribute": SORT,
}


class QueryTracer(Reading):
    """Traces one query whose tables and columns sqlglot has qualified as far as it could."""

    def trace(self) -> Relation:
        """Trace the query: what it reads, and where its columns come from."""
        scopes = traverse_scope(self._query)
        self._scopes = {id(scope.expression): scope for scope in scopes}
        self._all = {id(scope) for scope in scopes}
        while True:
            # Each scope comes after all that it reads. Only a recursive CTE reads itself: the
            # whole is traced again until it says of itself what was assumed of it.
            before = dict(self._recursive)
            self._inputs.clear()
            for scope in scopes:
                relation = self._relation(scope)
                self._relations[id(scope)] = relation
                if scope.scope_type is ScopeType.CTE:
                    self._recursive[id(scope.expression.find_ancestor(exp.CTE))] = relation
            if before == self._recursive or not self._is_recursive():
                return self._relations[id(scopes[-1])]

    def _is_recursive(self) -> bool:
        return any(with_.recursive for with_ in self._query.find_all(exp.With))

    def _relation(self, scope: Scope) -> Relation:
        node = scope.expression
        if isinstance(node, exp.Select):
            return self._select(scope, node)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(scope, node)
        if isinstance(node, exp.Unnest | exp.Lateral | exp.UDTF):
            return self._rows(scope, node)
        relation = self._fresh(list(self._inputs_of(scope).values()))
        for inner in self._inputs_of(scope).values():
            relation.outputs += inner.outputs
            relation.rest += inner.rest
        self._clauses(scope, relation)
        return relation

    # ---- the kinds of scopes

    def _select(self, scope: Scope, select: exp.Select) -> Relation:
        inputs = self._inputs_of(scope)
        relation = self._fresh(list(inputs.values()))
        for projection in select.expressions:
            if isinstance(projection, exp.Star | exp.Column) and projection.is_star:
                self._star(projection, scope, relation)
            elif projection.is_star:
                self._note("the fields of a column's * are not known", projection)
            else:
                sources = self._gather(projection, scope, IDENTITY, relation)
                relation.outputs.append((projection.alias_or_name, sources))
        for join in scope.find_all(exp.Join):
            for key in ("on", "match_condition"):
                if isinstance(join.args.get(key), exp.Expr):
                    self._influence(relation, join.args[key], scope, JOIN)
            for shared in join.args.get("using") or ():
                for source in inputs.values():
                    add(relation.influences, source.find(shared.name) or {}, JOIN)
        self._clauses(scope, relation)
        distinct = select.args.get("distinct")
        if isinstance(distinct, exp.Distinct) and distinct.args.get("on"):
            self._influence(relation, distinct.args["on"], scope, GROUP_BY)
        elif distinct:
            self._each_decides(relation, relation, GROUP_BY)
        return relation

    def _set_operation(self, scope: Scope, operation: exp.SetOperation) -> Relation:
        left, right = (self._relations[id(side)] for side in scope.set_operation_scopes)
        relation = self._fresh([left, right])
        takes_both = isinstance(operation, exp.Union)
        by_name = bool(operation.args.get("by_name"))
        relation.outputs = [(name, dict(sources)) for name, sources in left.outputs]
        relation.rest = list(left.rest)
        if takes_both:
            if left.rest or right.rest:
                by_name = True
                if len(left.rest) == len(right.rest) == 1:
                    relation.rest = [left.rest[0] | right.rest[0]]
                else:
                    relation.rest = left.rest + right.rest
                    self._note("which columns are united with which is not known", operation)
            self._unite(relation, right, by_name=by_name)
        if not takes_both or operation.args.get("distinct"):
            how = GROUP_BY if takes_both else FILTER
            self._each_decides(relation, left, how)
            self._each_decides(relation, right, how)
        self._clauses(scope, relation)
        return relation

    def _unite(self, relation: Relation, right: Relation, *, by_name: bool) -> None:
        places = {name: place for place, (name, _) in enumerate(relation.outputs)}
        for number, (name, sources) in enumerate(right.outputs):
            place = places.get(name) if by_name else number
            if place is not None and place < len(relation.outputs):
                add(relation.outputs[place][1], sources)
            else:
                relation.outputs.append((name, dict(sources)))

    def _rows(self, scope: Scope, node: exp.Expr) -> Relation:
        """Trace what makes rows of values: VALUES, UNNEST, FLATTEN, a lateral query."""
        if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Query):
            query = self._scopes.get(id(node.this.unnest()))
            if query is not None:
                return self._relations[id(query)]
        relation = self._fresh([])
        relation.others = {}
        for part in node.iter_expressions():
            if not isinstance(part, exp.TableAlias):
                add(relation.others, self._gather(part, scope, TRANSFORMATION, relation))
        if not isinstance(node, exp.Values):
            add(relation.influences, relation.others, JOIN)
        return relation

    def _fresh(self, inputs: list[Relation]) -> Relation:
        relation = Relation()
        for source in inputs:
            add(relation.influences, source.influences, passed_on=True)
            relation.reads |= source.reads
        return relation

    def _star(self, star: exp.Expr, scope: Scope, relation: Relation) -> None:
        table = star.table if isinstance(star, exp.Column) else ""
        star = star.this if isinstance(star, exp.Column) else star
        replaced = star.args.get("replace") or []
        left_out = {node.name for node in star.args.get("except_") or ()}
        left_out |= {node.alias for node in replaced}
        for alias, source in self._inputs_of(scope).items():
            if table in ("", alias):
                relation.outputs += [(n, s) for n, s in source.outputs if n not in left_out]
                relation.rest += source.rest
        for node in replaced:
            relation.outputs.append((node.alias, self._gather(node, scope, IDENTITY, relation)))

    def _clauses(self, scope: Scope, relation: Relation) -> None:
        for key, how in _CLAUSES.items():
            clause = scope.expression.args.get(key)
            for node in clause if isinstance(clause, list) else [clause]:
                if isinstance(node, exp.Expr):
                    self._influence(relation, node, scope, how)

    def _influence(
        self, relation: Relation, node: exp.Expr, scope: Scope, how: Transformation
    ) -> None:
        add(relation.influences, self._gather(node, scope, how, relation))

    def _each_decides(self, relation: Relation, source: Relation, how: Transformation) -> None:
        for _, sources in source.outputs:
            add(relation.influences, sources, how)
