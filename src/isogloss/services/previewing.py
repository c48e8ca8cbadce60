"""Say what a draft of rules would break, before it binds anybody.

The draft is judged beside the rules in force, on a bench of its own, so that a rule that never
ends keeps no writer waiting.
"""

import hashlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from isogloss.errors import InvalidArgument
from isogloss.governance.regime import Binding, Regime
from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.preview import Effect, EffectKind, Radius, RefusedCommit, RulePreview
from isogloss.model.rdf import Iri
from isogloss.services.admission import read_rulebook
from isogloss.services.bench import AnyBench, Results
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.judge import Clock, Judge, of_sources
from isogloss.services.lineage_snapshots import Snapshots
from isogloss.services.regimes import bound
from isogloss.store.graph import Reader
from isogloss.store.mesh import Mesh
from isogloss.vocab import DPROD, MESH

DRAFT = Iri("urn:isogloss:draft")
"""Stands for the version that a draft may become, in what it says."""

_LONGEST_REPLAY = timedelta(days=366)


class Previewing:
    """Compares a draft with the rules in force."""

    def __init__(
        self,
        mesh: Mesh,
        catalog: Catalog,
        lineage: Snapshots,
        judge: Judge,
        bench: Callable[[], AnyBench],
        clock: Clock,
    ) -> None:
        """Take a judge beside the writer's, and how to make more benches."""
        self._mesh = mesh
        self._catalog = catalog
        self._lineage = lineage
        self._judge = judge
        self._bench = bench
        self._clock = clock

    def preview(
        self,
        draft: Mapping[str, str],
        *,
        domain: str = GOVERNANCE,
        name: str | None = None,
        days: int = 0,
    ) -> RulePreview:
        """Compare a draft with the version of its set that is in force.

        Args:
            draft: Turtle files: name → text.
            domain: whose rules they are; the governance group's bind all.
            name: the set that they are the whole of. Without, each shape of the draft stands in
                for the one of its name in a set in force, or comes new.
            days: the commits of so many days are judged again, by the draft.

        Raises:
            NotFound: there is no such domain.
            InvalidArgument: without a name, the draft is about shapes of several sets.
            InvalidInput: a file is no Turtle.
            ValidationFailed: the draft is no set of shapes that can be run, or takes too long.
        """
        regime, rulebook = self._judge.regime(), read_rulebook(draft)
        binding = bound(DRAFT, rulebook, name or "", domain, self._catalog)
        if name is None:
            binding = _laid_over(regime, binding, draft)
        sequence, found = self._judge.preview(binding)
        effects = self._effects(found.before, found.after)
        in_force = _digest(*(f"{b.id} {b.grace}" for b in regime.bindings))
        text = "\n".join(draft.values())
        of_draft = _digest(str(binding.owner), binding.name, str(name is None), text)
        return RulePreview(
            sequence,
            in_force,
            of_draft,
            _digest(in_force, of_draft, *map(repr, effects)),
            effects,
            self._radii(effects),
            found.costs,
            self._replayed(binding, days) if days else (),
        )

    def close(self) -> None:
        """Let go of the bench."""
        self._judge.close()

    def _effects(self, before: Results, after: Results) -> tuple[Effect, ...]:
        old = {result.key: result for result in before}
        new = {result.key: result for result in after}
        found: list[tuple[EffectKind, ValidationResult, Severity | None]] = []
        for key, result in new.items():
            was = old.get(key)
            if was is None:
                found.append((EffectKind.NEWLY_FAILING, result, None))
            elif was.severity != result.severity:
                found.append((EffectKind.CHANGED_SEVERITY, result, was.severity))
        for key, result in old.items():
            if key not in new:
                found.append((EffectKind.NEWLY_PASSING, result, result.severity))
        nodes = {result.focus_node for _, result, _ in found}
        products = _products_of(self._mesh.graph, nodes, self._catalog.product_ids())
        domains = {domain.uri_space: domain.name for domain in self._catalog.domains()}
        ids = sorted(set(products.values()))
        owners = {
            product.id: product.owners
            for product in self._catalog.products(ids)
            if product is not None
        }
        effects = [
            Effect(
                kind,
                result,
                severity,
                _longest(domains, result.focus_node),
                product := products.get(result.focus_node),
                owners.get(product, ()) if product else (),
            )
            for kind, result, severity in found
        ]
        order = list(EffectKind)
        return tuple(
            sorted(
                effects,
                key=lambda e: (
                    order.index(e.kind),
                    -e.result.severity,
                    e.result.focus_node,
                    e.result.rule,
                    str(e.result.value),
                ),
            )
        )

    def _radii(self, effects: Iterable[Effect]) -> tuple[Radius, ...]:
        """Find who would have to wait for what is blocked, widest first."""
        blocked: dict[Iri, int] = {}
        for effect in effects:
            fails = effect.kind is not EffectKind.NEWLY_PASSING
            if fails and effect.product and effect.result.blocks:
                blocked[effect.product] = blocked.get(effect.product, 0) + 1
        homes = self._catalog.product_ids()
        every = (self._catalog.get_domain(GOVERNANCE), *self._catalog.domains())
        names = {domain.id: domain.name for domain in every}
        lineage = self._lineage.at()
        radii = []
        for product, violations in blocked.items():
            readers = lineage.products_downstream(product)
            owners = {home for reader in readers if (home := homes.get(reader)) is not None}
            radii.append(
                Radius(product, violations, readers, tuple(sorted(names[o] for o in owners)))
            )
        return tuple(sorted(radii, key=lambda r: (-len(r.products), -r.violations, r.product)))

    def _replayed(self, draft: Binding, days: int) -> tuple[RefusedCommit, ...]:
        """Judge what was committed lately as if the draft had been in force."""
        since = self._clock() - min(timedelta(days=days), _LONGEST_REPLAY)
        journal = self._mesh.journal
        start, head = journal.sequence_at(since), journal.head.sequence
        entries = {
            entry.sequence: entry
            for entry in journal.entries(newest=head + 1)
            if entry.sequence is not None and entry.sequence > start
        }
        bench = self._bench()
        refused = []
        try:
            bench.load(journal.at(start).quads(), Regime(since, (draft,)))
            for sequence in range(start + 1, head + 1):
                change = journal.difference(sequence - 1, sequence)
                fresh = bench.attempt(of_sources(change.added), of_sources(change.removed))
                bench.keep()
                broken = tuple(r for r in fresh if r.blocks)
                if broken:
                    entry, said = entries[sequence], entries[sequence].attempt
                    refused.append(
                        RefusedCommit(sequence, entry.at, said.author, said.message, broken)
                    )
        finally:
            bench.close()
        return tuple(reversed(refused))


def _laid_over(regime: Regime, draft: Binding, texts: Mapping[str, str]) -> Binding:
    """Put a draft over the set in force whose shapes it names, if it names any."""
    named = [
        binding
        for binding in regime.bindings
        if binding.owner == draft.owner and binding.rulebook.shares(draft.rulebook)
    ]
    if len(named) > 1:
        sets = " and ".join(binding.name for binding in named)
        raise InvalidArgument(
            f"The draft is about shapes of the sets {sets}: preview one set at a time, by name."
        )
    if not named:
        return replace(draft, name="draft")
    return replace(draft, name=named[0].name, rulebook=named[0].rulebook.overlaid(texts))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _products_of(graph: Reader, nodes: Iterable[Iri], products: Container[Iri]) -> dict[Iri, Iri]:
    """Find the product that each node is, or is a part of; of several, the first by IRI."""
    wholes = {node: node for node in nodes}
    for node, quads in graph.describe(wholes).items():
        for quad in quads:
            if quad.predicate == MESH.fieldOf:
                wholes[node] = Iri(str(quad.object))
    held: dict[Iri, Iri] = {}
    things = sorted(set(wholes.values()))
    for predicate in (DPROD.outputPort, DPROD.outputDataset):
        for part, holders in graph.referrers(predicate, things).items():
            if holders:
                held.setdefault(part, holders[0])
    found = {
        node: whole if whole in products else held.get(whole) for node, whole in wholes.items()
    }
    return {node: product for node, product in found.items() if product is not None}


def _longest(spaces: Mapping[str, str], iri: Iri) -> str | None:
    """Name the domain in whose space an IRI lies."""
    found = [space for space in spaces if iri.startswith(space)]
    return spaces[max(found, key=len)] if found else None
