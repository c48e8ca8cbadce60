"""`isogloss translate`, told through its output and exit status."""

import json

from tests.doors import Isogloss


def test_a_steward_reads_on_one_screen_what_is_translated_and_lost(
    agreed_folder: Isogloss,
) -> None:
    run = agreed_folder(
        "translate", "product:active user", "marketing:active user",
        "--value", "true", "--value", "false", "--dialect", "sqlite",
    )  # fmt: skip
    assert run.status == 0
    assert len(run.out.splitlines()) <= 24
    for said in (
        "product:active user → marketing:active user",
        "loss     narrowing; confidence 0.90; the mappings claim broadMatch",
        "value    true → true",
        "value    false → unknown",
        "SQL      last_event_at >= DATE(CURRENT_DATE, '-30 day')",
        "if       The event log keeps at least 30 days",
    ):
        assert said in run.out


def test_programs_read_the_names_of_the_api(little_folder: Isogloss) -> None:
    run = little_folder(
        "translate", "marketing:country", "finance:country", "--value", "England",
        "--sql", "SELECT c AS country FROM Visits", "--format", "json",
    )  # fmt: skip
    answer = json.loads(run.out)
    assert answer["values"][0]["results"] == ["GBR"]
    assert answer["expression"].startswith("SELECT CASE c WHEN 'England' THEN 'GBR' ")
    assert answer["expression"].endswith(" AS country FROM Visits")


def test_what_cannot_be_read_is_a_sentence_and_a_status(little_folder: Isogloss) -> None:
    run = little_folder("translate", "sales:country", "finance:country", "--sql", "EXEC('x')")
    assert run.status == 2
    assert "[EXPRESSION_REFUSED]" in run.err
    run = little_folder("translate", "sales:unicorn", "finance:country")
    assert run.status == 1
    assert "[NOT_FOUND]" in run.err
