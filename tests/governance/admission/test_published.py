"""Rules that are in use: ours are admitted, and the known faults of others' are found."""

import re
from collections import Counter
from pathlib import Path

import pytest

from isogloss import resources
from isogloss.governance.admission.admitting import admit, lint
from isogloss.governance.admission.draft import Draft
from isogloss.governance.admission.structure import misshapen
from isogloss.governance.admission.words import strange_words, vocabularies
from isogloss.governance.rulebook import Rulebook
from isogloss.model.admission import Example, Finding, Submission
from isogloss.model.rdf import Iri
from isogloss.vocab import RULE
from tests.governance.admission.rule_sets import ONTOLOGY, judge

CASES = Path(__file__).parents[2] / "shapes"
SHAPES = resources.texts("shapes", ".ttl")
LACKING = {"NO_MESSAGE", "NO_RULE_ID", "NO_PASSING_EXAMPLE", "NO_FAILING_EXAMPLE"}


def examples() -> tuple[Example, ...]:
    """Take the cases of our own rules: who passes, passes all rules of its file."""
    found = []
    for case in sorted(CASES.glob("*/*.ttl")):
        text = case.read_text("utf-8")
        passes = case.name.startswith("pass-")
        if passes:
            rulebook = Rulebook({case.name: SHAPES[f"{case.parent.name}.ttl"]})
            rules = {rule.id for rule in rulebook.rules}
        else:
            broken = re.findall(r"^# expect: \S+ (\S+)", text, re.M)
            rules = {Iri(RULE.iri + rule) for rule in broken}
        found += [Example(rule, text, passes, case.name) for rule in sorted(rules)]
    return tuple(found)


def test_our_own_rules_are_admitted() -> None:
    space = Iri("https://w3id.org/isogloss/shapes")
    own = Submission(SHAPES, space, is_global=True, examples=examples())
    findings = admit(own, owns=lambda iri: iri.startswith(space), judge=judge, ontology=ONTOLOGY)
    assert [f for f in findings if f.code != "IDLE_EXAMPLE"] == []


def linted(path: Path) -> tuple[Finding, ...]:
    """Lint what others wrote, but for what they had no reason to bring along."""
    texts = {path.name: path.read_text("utf-8")}
    found = lint(
        Submission(texts, Iri("urn:"), is_global=True), owns=lambda _: True, ontology=ONTOLOGY
    )
    return tuple(f for f in found if f.code not in LACKING)


FAULTS = {
    # Each shape asks for a path and a severity, and so for nothing: sh:maxCount 0 is missing.
    "dcat-ap_2.1.1_shacl_deprecateduris.ttl": {"NEVER_FAILS": 2, "NO_RULES": 1},
    "dcat-ap_2.1.1_shacl_imports.ttl": {"IMPORTS": 10, "NO_RULES": 1},
    "dcat-ap_2.1.1_shacl_mdr-vocabularies.shape.ttl": {
        "NAMELESS_RULE": 18,
        "NO_RULE": 1,
        "SEVERITY_WITHOUT_EFFECT": 1,
    },
    "dcat-ap_2.1.1_shacl_mdr_imports.ttl": {"IMPORTS": 13, "NO_RULES": 1},
    "dcat-ap_2.1.1_shacl_shapes.ttl": {"NAMELESS_RULE": 73, "NEVER_FAILS": 36, "NO_RULE": 1},
    # Two shapes were left behind when what used them moved to another file.
    "dcat-ap_2.1.1_shacl_shapes_recommended.ttl": {
        "NAMELESS_RULE": 29,
        "NO_RULE": 1,
        "NO_TARGET": 2,
    },
}


@pytest.mark.parametrize("name", FAULTS)
def test_the_faults_of_dcat_ap_2_are_found(shared_data: Path, name: str) -> None:
    found = linted(shared_data / "shacl" / "dcat-ap-2.1.1" / name)
    assert Counter(f.code for f in found) == FAULTS[name]


def test_dcat_ap_3_is_sound(shared_data: Path) -> None:
    found = linted(shared_data / "shacl" / "dcat-ap-3.0.0" / "dcat-ap-SHACL.ttl")
    assert Counter(f.code for f in found if f.blocking) == {}


def test_the_faults_that_others_put_into_dcat_ap_3_are_found(shared_data: Path) -> None:
    """The next release lost two property shapes, and mobilityDCAT-AP wrote sh:Class."""
    path = shared_data / "shacl" / "dcat-ap-3.0.0" / "dcat-ap-SHACL.ttl"
    text = path.read_text("utf-8")
    lost = re.findall(r"^<(\S+/[0-9a-f]{40})> ", text, re.M)[:2]
    for shape in lost:
        text = re.sub(rf"^<{re.escape(shape)}> .*? \.$", "", text, flags=re.M | re.S)
    slips = text.count("shacl:class ")
    assert slips > 50
    draft = Draft({path.name: text.replace("shacl:class ", "shacl:Class ")})

    undefined = [f.message for f in misshapen(draft) if f.code == "UNDEFINED_SHAPE"]
    assert len(undefined) == 2
    assert all(any(shape in message for message in undefined) for shape in lost)
    told = [f.message for f in strange_words(draft, vocabularies(ONTOLOGY))]
    assert len(told) == slips
    assert all("did you mean sh:class?" in message for message in told)
