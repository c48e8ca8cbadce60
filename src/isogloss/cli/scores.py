"""Show how well products, domains and the mesh keep the rules."""

from math import floor
from typing import Annotated, Any

import typer

from isogloss.cli.options import Data, Format, OutputFormat, open_mesh, print_json
from isogloss.model.score import Score, Scorecard
from isogloss.services.scorecards import DAYS, MAX_DAYS

_SHOWN = 5


def score(
    of: Annotated[
        str | None,
        typer.Argument(
            metavar="[IRI|DOMAIN]",
            help="A product's IRI, or a domain's IRI or short name; the whole mesh if left out.",
        ),
    ] = None,
    days: Annotated[
        int, typer.Option(help="How far the trend goes back; 0: no trend.", min=0, max=MAX_DAYS)
    ] = DAYS,
    format: Format = OutputFormat.TEXT,
    data: Data = None,
) -> None:
    """Score how well the rules are kept: quality by quality, worst offenders, and over time."""
    card = open_mesh(data).scorecards.card(of, days=days)
    if format is OutputFormat.JSON:
        print_json(_card_json(card))
    else:
        _card_text(card)


def _card_text(card: Scorecard) -> None:
    kept = f"{_share(card.score)}, {_count(card.score)}" if card.score.judged else "nothing judged"
    typer.echo(f"{card.of or 'The mesh'}, as of commit {card.sequence}: {kept}\n")
    for one in card.qualities:
        rules = f"{len(one.rules)} rule{'' if len(one.rules) == 1 else 's'}"
        backed = f"{_count(one.score):>14}  {rules}" if one.rules else "no rule backs it here"
        typer.echo(f"  {one.quality.value:<14}  {_share(one.score):>7}  {backed}")
    if card.worst_products:
        typer.echo("\nworst products")
        for product in card.worst_products[:_SHOWN]:
            score = product.score
            typer.echo(f"  {_share(score):>7}  {_count(score):>14}  {product.product}")
        _rest(len(card.worst_products))
    if card.worst_rules:
        typer.echo("\nmost broken rules")
        for rule in card.worst_rules[:_SHOWN]:
            score = rule.score
            named = f"{rule.rule.rule_id} ({rule.rule.severity.name.lower()})"
            typer.echo(f"  {_share(score):>7}  {_count(score):>14}  {named}")
        _rest(len(card.worst_rules))
    if card.waivers:
        typer.echo("\nopen waivers")
        for waiver in card.waivers[:_SHOWN]:
            typer.echo(f"  until {waiver.until:%Y-%m-%d}  {waiver.focus_node}  {waiver.rule}")
        _rest(len(card.waivers))
    if card.trend:
        typer.echo("\ntrend, by the rules of today")
        for point in card.trend:
            typer.echo(
                f"  {point.at:%Y-%m-%d}  {_share(point.score):>7}  {_count(point.score):>14}  "
                f"commit {point.sequence}"
            )


def _share(score: Score) -> str:
    if score.share is None:
        return "-"
    # Rounded down, so that 100 % means all.
    return f"{floor(1000 * score.passed / score.judged) / 10:.1f} %"


def _count(score: Score) -> str:
    return f"{score.passed:,} of {score.judged:,}"


def _rest(count: int) -> None:
    if count > _SHOWN:
        typer.echo(f"  {count - _SHOWN:,} more: --format json has them all.")


def _card_json(card: Scorecard) -> dict[str, Any]:
    """Give a scorecard with the names of the GraphQL type."""
    return {
        "of": card.of,
        "sequence": card.sequence,
        "score": _score_json(card.score),
        "qualities": [
            {
                "quality": one.quality.name,
                "score": _score_json(one.score),
                "rules": [
                    {"rule": rule.rule.rule_id, "score": _score_json(rule.score)}
                    for rule in one.rules
                ],
            }
            for one in card.qualities
        ],
        "worstProducts": [
            {"id": one.product, "score": _score_json(one.score)} for one in card.worst_products
        ],
        "worstRules": [
            {"rule": one.rule.rule_id, "score": _score_json(one.score)} for one in card.worst_rules
        ],
        "waivers": [
            {
                "id": waiver.id,
                "rule": waiver.rule,
                "focusNode": waiver.focus_node,
                "until": waiver.until.isoformat(),
            }
            for waiver in card.waivers
        ],
        "trend": [
            {
                "at": point.at.isoformat(),
                "sequence": point.sequence,
                "score": _score_json(point.score),
            }
            for point in card.trend
        ],
    }


def _score_json(score: Score) -> dict[str, int | float | None]:
    return {"passed": score.passed, "judged": score.judged, "share": score.share}
