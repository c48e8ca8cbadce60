"""Show answers to people and to programs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.text import Text

from isogloss import resources
from isogloss.bootstrap import Services
from isogloss.cli.lineage_options import covered
from isogloss.model.access import Role
from isogloss.model.catalog import Domain, Term
from isogloss.model.change import Refused
from isogloss.model.governance import ValidationResult
from isogloss.model.lineage import Agreement, Direction, Edge, Level, Lineage
from isogloss.model.meaning import Mapping as TermMapping
from isogloss.model.meaning import Word
from isogloss.model.rdf import Iri, Literal
from isogloss.services.catalog import Catalog
from isogloss.services.description import local_name
from isogloss.services.loading import Loaded


def loaded_text(console: Console, loaded: Loaded) -> None:
    """Show what became of a load."""
    for note in loaded.notes:
        console.print(f"note: {note}", markup=False, highlight=False)
    outcome = loaded.outcome
    if isinstance(outcome, Refused):
        _line(console, f"Refused: {_count(outcome.violations, 'violation')}; nothing was written.")
        results_text(console, outcome.violations)
        return
    if not outcome.added and not outcome.removed:
        _line(
            console, f"Nothing changed: the mesh says all this already (commit {outcome.sequence})."
        )
        return
    _line(
        console,
        f"Committed as number {outcome.sequence}: {outcome.added} quads added, "
        f"{outcome.removed} removed, in {_count(outcome.graphs, 'source')}.",
    )
    if outcome.remarks:
        _line(console, f"{_count(outcome.remarks, 'remark')}; they refuse nothing:")
        # By rule: what a tool reports often lacks the same thing many times over.
        by_rule: defaultdict[Iri, list[ValidationResult]] = defaultdict(list)
        for remark in outcome.remarks:
            by_rule[remark.rule].append(remark)
        for same in by_rule.values():
            first = same[0]
            others = f" and {_count(same[1:], 'other')}" if len(same) > 1 else ""
            _line(console, f"  {first.severity.name.lower()}: {first.message}")
            _line(console, f"    {first.focus_node}{others}")


def results_text(console: Console, results: Sequence[ValidationResult]) -> None:
    """Show validation results, a paragraph each."""
    for result in results:
        value = result.value.value if isinstance(result.value, Literal) else result.value
        _line(console, f"  {result.severity.name.lower()}: {result.message}")
        _line(console, f"    focus node  {result.focus_node}")
        if result.path is not None:
            _line(console, f"    path        {result.path}")
        if value is not None:
            _line(console, f"    value       {value}")
        _line(console, f"    rule        {result.rule_name} <{result.rule}>")


def lineage_text(console: Console, catalog: Catalog, of: Iri, lineage: Lineage) -> None:
    """Show lineage, a line a node with the edges that lead to it."""
    names = names_of(catalog, lineage.level, (node.id for node in lineage.nodes))
    word = "comes from" if lineage.direction is Direction.UPSTREAM else "goes to"
    parts = f" ({_count(lineage.starts, lineage.level.value)})" if lineage.starts != (of,) else ""
    _line(console, f"{labels_of(catalog, [of])[of]}{parts} {word}", style="bold")
    if not lineage.nodes:
        _line(console, "  nothing that the mesh knows of")
    for node in lineage.nodes:
        edges = [edge for edge in lineage.edges if _far_end(edge, lineage.direction) == node.id]
        how = sorted({text for edge in edges for text in _how(edge)}) or ["through what is ignored"]
        _line(console, f"  {node.distance}  {names[node.id]}  ({', '.join(how)})")
    if lineage.columnless:
        near = names_of(catalog, Level.DATASET, lineage.columnless)
        _line(console, "not shown, as none of their columns is known to take part:")
        for dataset in lineage.columnless:
            _line(console, f"  {near[dataset]}  (see --level dataset)")
    _line(
        console,
        f"{_count(lineage.nodes, lineage.level.value)}, {_count(lineage.edges, 'edge')}, "
        f"{covered(lineage.extent)}",
    )


def word_text(console: Console, catalog: Catalog, word: Word) -> None:
    """Show the senses of a word side by side, then how they relate."""
    domains = {domain.id: domain for domain in catalog.domains()}
    columns = catalog.columns_representing([term.id for term in word.senses])
    for term, represented in zip(word.senses, columns, strict=True):
        _line(console, f"{_sense(term, domains)}", style="bold")
        _line(console, f"  means    {term.definition or 'nobody has said yet'}")
        if term.scope_note:
            _line(console, f"  but      {term.scope_note}")
        for example in term.examples:
            _line(console, f"  example  {example}")
        names = names_of(catalog, Level.COLUMN, represented)
        for column in represented:
            _line(console, f"  column   {names[column]}")
    terms = {term.id: term for term in word.senses}
    for mapping in word.mappings:
        _line(console, _mapping(mapping, terms, domains), style="bold")
        if mapping.comment:
            _line(console, f"  because  {mapping.comment}")
    if len(word.senses) > 1 and not word.mappings:
        _line(console, "Nobody has said how these senses relate.")


def word_json(word: Word) -> dict[str, Any]:
    """Give a word with the names of the GraphQL type."""
    return {
        "label": word.label,
        "senses": [
            {
                "id": term.id,
                "label": term.label,
                "otherLabels": list(term.other_labels),
                "definition": term.definition,
                "scopeNote": term.scope_note,
                "examples": list(term.examples),
                "domain": term.domain,
            }
            for term in word.senses
        ],
        "mappings": [
            {
                "id": mapping.id,
                "subject": mapping.subject,
                "predicate": mapping.predicate,
                "object": mapping.object,
                "negated": mapping.negated,
                "justification": mapping.justification,
                "confidence": mapping.confidence,
                "status": mapping.status,
                "comment": mapping.comment,
            }
            for mapping in word.mappings
        ],
    }


def greeting(services: Services, address: str) -> str:
    """Say how to look around, and who may change what: a token for one person of each role."""
    rows = []
    seen: set[Role] = set()
    members = sorted(
        services.commits.ownership().memberships, key=lambda m: (m.role.value, m.domain, m.member)
    )
    domains = {domain.id: domain.name for domain in services.catalog.domains()}
    for one in members:
        if one.role not in seen and one.domain in domains:
            seen.add(one.role)
            secret, _ = services.tokens.issue(one.member, timedelta(days=1))
            who = local_name(one.member)
            rows.append(f"  {one.role.value:<9} of {domains[one.domain]:<10} {who:<8} {secret}")
    tokens = "\n".join(rows)
    return (
        f"{three_queries(address)}\n"
        "Questions need no token here. Changes do, as the header "
        '{"Authorization": "Bearer …"}; these last a day:\n\n'
        f"{tokens}\n"
    )


def three_queries(address: str) -> str:
    """Give three queries to paste, which are those of the README."""
    queries = resources.texts("sample_data/queries", ".graphql")
    blocks = "\n".join(text.rstrip() + "\n" for text in queries.values())
    return f"Open {address} in a browser and paste one of these:\n\n{blocks}"


def labels_of(catalog: Catalog, ids: Iterable[Iri]) -> dict[Iri, str]:
    """Name columns, datasets, products and domains as people do; others by their IRIs."""
    labels = {iri: str(iri) for iri in ids}
    for level in Level:
        rest = [iri for iri, label in labels.items() if label == iri]
        labels |= names_of(catalog, level, rest)
    return labels


def names_of(catalog: Catalog, level: Level, ids: Iterable[Iri]) -> dict[Iri, str]:
    """Name nodes as people do: domain · dataset.column, domain · dataset, domain · product."""
    wanted = list(ids)
    domains = {domain.id: domain.label for domain in catalog.domains()}

    def named(domain: Iri | None, name: str) -> str:
        label = domains.get(domain) if domain else None
        return f"{label} · {name}" if label else name

    names = {iri: str(iri) for iri in wanted}
    if level is Level.COLUMN:
        columns = [column for column in catalog.columns(wanted) if column]
        parents = sorted({column.dataset for column in columns if column.dataset})
        datasets = {found.id: found for found in catalog.datasets(parents) if found}
        for column in columns:
            dataset = datasets.get(column.dataset) if column.dataset else None
            if dataset:
                names[column.id] = named(dataset.domain, f"{dataset.title}.{column.name}")
    elif level is Level.DATASET:
        for found in catalog.datasets(wanted):
            if found:
                names[found.id] = named(found.domain, found.title)
    elif level is Level.DOMAIN:
        names.update({iri: domains[iri] for iri in wanted if iri in domains})
    else:
        for product in catalog.products(wanted):
            if product:
                names[product.id] = named(product.domain, product.title)
    return names


def _far_end(edge: Edge, direction: Direction) -> Iri:
    return edge.upstream if direction is Direction.UPSTREAM else edge.downstream


def _how(edge: Edge) -> tuple[str, ...]:
    how = edge.transformations or (edge.kind.value,)
    return how if edge.agreement in (None, Agreement.AGREED) else (*how, edge.agreement.value)


def _sense(term: Term, domains: Mapping[Iri, Domain]) -> str:
    domain = domains.get(term.domain) if term.domain else None
    return f"{domain.label} says {term.label}" if domain else term.label


def _mapping(mapping: TermMapping, terms: Mapping[Iri, Term], domains: Mapping[Iri, Domain]) -> str:
    def side(iri: Iri) -> str:
        term = terms.get(iri)
        domain = domains.get(term.domain) if term and term.domain else None
        return f"{domain.label}'s {term.label}" if domain and term else str(iri)

    modifier = "not " if mapping.negated else ""
    confidence = "" if mapping.confidence is None else f", confidence {mapping.confidence:g}"
    return (
        f"{side(mapping.subject)} {modifier}{local_name(mapping.predicate)} "
        f"{side(mapping.object)} ({mapping.status or 'no status'}{confidence})"
    )


def _count(items: Sequence[object], word: str) -> str:
    return f"{len(items)} {word}{'' if len(items) == 1 else 's'}"


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
