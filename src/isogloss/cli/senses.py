"""Senses side by side, for people."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from isogloss.model.rdf import Iri
from isogloss.model.senses import SensePair
from isogloss.services.catalog import Catalog

_SIGNS = {"equal": "=", "narrower": "⊂", "broader": "⊃", "unknown": "?"}

_AGREED = {
    "exact": "means the same as",
    "broad": "lies within",
    "narrow": "takes in more than",
    "close": "is close to",
    "overlapping": "overlaps",
    "related": "is related to",
    "not exact": "is not the same as",
}


def pairs_text(console: Console, catalog: Catalog, pairs: Iterable[SensePair]) -> None:
    """Show each pair as a table of attributes, what differs marked, and how they relate."""
    for pair in pairs:
        one, other = _names(catalog, pair)
        if pair.attributes:
            table = Table("", one, "", other, box=None, pad_edge=False, title_justify="left")
            for a in pair.attributes:
                sign = _SIGNS.get(a.match, "≠")
                style = "bold" if a.differs else ""
                row = (a.name.replace("_", " "), a.one or "?", sign, a.other or "?")
                table.add_row(*row, style=style)
            console.print(table, markup=False, highlight=False)
        if pair.agreed:
            told = f"Agreed: {one} {_AGREED[pair.agreed]} {other}"
            told += f", by way of {len(pair.mappings)} mappings." if len(pair.mappings) > 1 else "."
            console.print(told, markup=False, highlight=False)
        if pair.reasoning:
            console.print(f"By what they say: {pair.reasoning}", markup=False, highlight=False)


def _names(catalog: Catalog, pair: SensePair) -> list[str]:
    labels = {domain.id: domain.label for domain in catalog.domains()}
    terms = catalog.terms([pair.one, pair.other])
    return [
        f"{labels.get(term.domain or Iri(''), '?')}'s {term.label}" if term else "?"
        for term in terms
    ]
