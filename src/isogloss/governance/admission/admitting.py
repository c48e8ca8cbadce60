"""Whether a rule set may judge: all checks, one after another."""

from collections.abc import Iterator, Mapping

import rdflib

from isogloss.governance.admission.draft import Draft
from isogloss.governance.admission.fence import Owns, trespasses
from isogloss.governance.admission.parameters import impossible
from isogloss.governance.admission.rules import Judge, misjudged, unquotable
from isogloss.governance.admission.size import MOST_CHARACTERS, oversized
from isogloss.governance.admission.structure import CountTargets, misshapen
from isogloss.governance.admission.vetting import vet
from isogloss.governance.admission.wellformed import ill_formed
from isogloss.governance.admission.words import strange_words, vocabularies
from isogloss.model.admission import Finding, Submission


def admit(
    submission: Submission,
    *,
    owns: Owns,
    judge: Judge,
    ontology: Mapping[str, str],
    count_targets: CountTargets | None = None,
) -> tuple[Finding, ...]:
    """Check a rule set, and run its examples if nothing else keeps it from judging.

    Args:
        submission: the rule set.
        owns: tells whether an IRI is the owner's, however it is spelt.
        judge: judges data by the rules, with the ontology's subclasses and codes.
        ontology: the Turtle files of our vocabulary: name → text.
        count_targets: counts what a target finds in the mesh; without, nobody looks.

    Returns:
        What there is to say, by file and line. The rule set is admitted if nothing blocks.

    Raises:
        ValidationFailed: SHACL's own shapes could not be evaluated; says nothing of the rules.
    """
    findings = lint(submission, owns=owns, ontology=ontology, count_targets=count_targets)
    if any(finding.blocking for finding in findings):
        return findings
    draft = Draft(submission.texts)
    return _sorted([*findings, *misjudged(draft, submission, judge, ontology)])


def lint(
    submission: Submission,
    *,
    owns: Owns,
    ontology: Mapping[str, str],
    count_targets: CountTargets | None = None,
) -> tuple[Finding, ...]:
    """Check a rule set as `admit` does, but for running its examples."""
    too_long = _too_long(submission)
    if too_long:
        return too_long
    draft = Draft(submission.texts)
    if draft.unreadable:
        return _sorted(draft.unreadable)
    known = vocabularies(ontology)
    findings = [
        *trespasses(draft, submission, owns),
        *strange_words(draft, known),
        *misshapen(draft, count_targets),
        *oversized(draft),
        *impossible(draft, known),
        *vet(draft, known),
        *unquotable(draft, submission),
        *_empty(draft),
    ]
    # What has no end, or no list where SHACL needs one, the shapes for shapes could not bear.
    if not any(finding.code in _UNBEARABLE for finding in findings):
        findings += ill_formed(draft)
    return _sorted(findings)


_UNBEARABLE = ("BAD_PATH", "NO_LIST", "RECURSION", "TOO_DEEP", "TOO_LARGE")


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(set(findings), key=lambda f: (f.file, f.line, f.code, f.message)))


def _too_long(submission: Submission) -> tuple[Finding, ...]:
    length = sum(map(len, submission.texts.values()))
    if length <= MOST_CHARACTERS:
        return ()
    said = (
        f"The rule set has {length} characters, and {MOST_CHARACTERS} at most are read: split it."
    )
    return (Finding(min(submission.texts), 1, "TOO_LARGE", said),)


def _empty(draft: Draft) -> Iterator[Finding]:
    if not draft.rules:
        yield draft.finding(
            "NO_RULES",
            "The rule set has no rule that judges anything: write a sh:NodeShape with a target, "
            "and a named sh:PropertyShape in its sh:property.",
            rdflib.BNode(),
        )
