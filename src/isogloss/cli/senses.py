"""Senses side by side, for people."""

from collections.abc import Collection

from rich.console import Console
from rich.table import Table

from isogloss.model.rdf import Iri
from isogloss.model.senses import SensePair
from isogloss.services.catalog import Catalog

_AGREED = {
    "exact": "means the same as",
    "broad": "lies within",
    "narrow": "takes in more than",
    "close": "is close to",
    "overlapping": "overlaps",
    "related": "is related to",
    "not exact": "is not the same as",
}


def pairs_text(console: Console, catalog: Catalog, pairs: Collection[SensePair]) -> None:
    """Show senses in one table, what differs with a ≠, then how each pair relates."""
    names = _names(catalog, {term for pair in pairs for term in (pair.one, pair.other)})
    values: dict[str, dict[Iri, str]] = {}
    differing = set()
    for pair in pairs:
        for a in pair.attributes:
            told = values.setdefault(a.name, {})
            told |= {
                term: value for term, value in ((pair.one, a.one), (pair.other, a.other)) if value
            }
            differing |= {a.name} if a.differs else set()
    if values:
        table = Table("", "", *names.values(), box=None, pad_edge=False)
        for attribute, told in values.items():
            sign = "≠" if attribute in differing else ""
            cells = (told.get(term, "?") for term in names)
            table.add_row(attribute.replace("_", " "), sign, *cells)
        console.print(table, markup=False, highlight=False)
    for pair in pairs:
        one, other = names[pair.one], names[pair.other]
        if pair.agreed:
            way = f", by way of {len(pair.mappings)} mappings" if len(pair.mappings) > 1 else ""
            _line(console, f"Agreed: {one} {_AGREED[pair.agreed]} {other}{way}.")
        if pair.reasoning:
            _line(console, f"By what they say: {pair.reasoning}")


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False)


def _names(catalog: Catalog, ids: Collection[Iri]) -> dict[Iri, str]:
    labels = {domain.id: domain.label for domain in catalog.domains()}
    wanted = sorted(ids)
    return {
        iri: f"{labels.get(term.domain or Iri(''), '?')}'s {term.label}" if term else iri
        for iri, term in zip(wanted, catalog.terms(wanted), strict=True)
    }
