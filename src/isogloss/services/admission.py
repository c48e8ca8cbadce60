"""Check a set of rules before it may judge anybody; no mesh is needed."""

from collections.abc import Mapping, Sequence

from isogloss import resources
from isogloss.governance.admission import admitting
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.model.admission import Finding, Submission
from isogloss.model.governance import Rule, ValidationResult
from isogloss.model.rdf import Iri, Quad, Triple
from isogloss.services.bench import Bench
from isogloss.services.spelling import careless_reading, is_normal

_GRAPH = Iri("urn:isogloss:example")


def rules_in_force() -> tuple[Rule, ...]:
    """List the rules that travel with the package, by their ids."""
    return Rulebook(resources.texts("shapes", ".ttl")).rules


def check_rules(
    texts: Mapping[str, str], space: Iri | None, *, examples: bool = True
) -> tuple[Finding, ...]:
    """Check a rule set as its admission does; it is admitted if no finding blocks.

    Args:
        texts: Turtle files: name → text.
        space: the domain's `void:uriSpace`, which its rules must keep to; None for the rules
            of the governance group, which bind all.
        examples: whether the examples that the rules bring along are judged, too.

    Returns:
        What there is to say, by file and line.

    Raises:
        ValidationFailed: SHACL's own shapes could not be evaluated.
    """
    ontology = resources.texts("ontology", ".ttl")
    known = axioms(ontology)

    def owns(iri: Iri) -> bool:
        if space is None:
            return True
        return is_normal(iri) and careless_reading(iri).startswith(careless_reading(space))

    def judge(rulebook: Rulebook, triples: Sequence[Triple]) -> Sequence[ValidationResult]:
        bench = Bench(rulebook, known)
        bench.load(Quad(*triple, _GRAPH) for triple in triples)
        return bench.report().results

    submission = Submission(texts, space or Iri("https://mesh.example/"), is_global=space is None)
    if not examples:
        return admitting.lint(submission, owns=owns, ontology=ontology)
    return admitting.admit(submission, owns=owns, judge=judge, ontology=ontology)
