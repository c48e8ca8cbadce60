"""A preview of rules for other tools, whichever door it leaves by."""

import csv
import io

from isogloss.governance.preview_graph import preview_turtle
from isogloss.model.preview import RulePreview
from isogloss.model.rdf import Literal

__all__ = ["harmless", "preview_csv", "preview_turtle"]


def preview_csv(found: RulePreview) -> str:
    """Write the verdicts that would differ, a row each; no cell is a formula."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(
        [
            "kind",
            "rule",
            "severity",
            "before",
            "focusNode",
            "path",
            "value",
            "domain",
            "product",
            "owners",
            "message",
        ]
    )
    for effect in found.effects:
        result = effect.result
        value = result.value.value if isinstance(result.value, Literal) else result.value
        table.writerow(
            harmless(cell)
            for cell in (
                effect.kind.value,
                result.rule,
                result.severity.name,
                effect.before.name if effect.before else "",
                result.focus_node,
                result.path or "",
                value or "",
                effect.domain or "",
                effect.product or "",
                " ".join(effect.owners),
                result.message,
            )
        )
    return text.getvalue()


def harmless(cell: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula."""
    # A spreadsheet takes what begins so for a formula, and anybody may write a literal.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
