"""Which names are one dataset, on the command line."""

import json
import re

from tests.doors import Isogloss

SALES = "https://mesh.example/sales/dataset"
NAMES = f"{SALES}/crm_export", f"{SALES}/customers"


def test_a_decision_names_itself_is_listed_and_undone(little_folder: Isogloss) -> None:
    split = little_folder("identity", "split", *NAMES, "--reason", "An old copy.")
    (decision,) = re.findall(r"The decision is (\S+): with that, `undo`", split.out)
    listed = little_folder("identity", "list")
    assert listed.out == (
        f"0 dataset(s) of several names\nKept apart:\n  split {decision}: {' · '.join(NAMES)}\n"
    )
    (told,) = json.loads(little_folder("identity", "list", "--format", "json").out)["splits"]
    assert told["decision"] == decision
    undone = little_folder("identity", "undo", decision, "--reason", "It is none.")
    assert undone.status == 0
    assert little_folder("identity", "list").out == "0 dataset(s) of several names\n"
    confirmed = little_folder("identity", "confirm", *NAMES, "--reason", "The same.")
    assert f"The decision is {decision}" in confirmed.out
    assert f"  decision {decision}: {' · '.join(NAMES)}" in little_folder("identity", "list").out


def test_a_claim_is_settled_and_withdrawn(little_folder: Isogloss) -> None:
    claim = ("claim", "cron*", "--domain")
    assert little_folder(*claim, "sales").status == 0
    refused = little_folder(*claim, "finance")
    assert refused.status == 1
    assert "claims cron*. Ask it to withdraw that" in refused.err
    assert "[FORBIDDEN]" in refused.err
    assert "cron* is finance's (commit" in little_folder(*claim, "finance", "--settle").out
    assert little_folder(*claim, "sales", "--withdraw").status == 1
    gone = little_folder(*claim, "finance", "--settle", "--withdraw")
    assert "cron* is finance's no more (commit" in gone.out
    assert json.loads(little_folder("claims", "--format", "json").out)["claims"] == []
