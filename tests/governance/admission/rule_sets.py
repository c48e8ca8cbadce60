"""Rule sets of one domain, sound but for what a test puts in."""

from isogloss import resources
from isogloss.governance.admission.admitting import admit, lint
from isogloss.governance.admission.structure import CountTargets
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.model.admission import Example, Finding, Submission
from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri, Triple
from isogloss.services.spelling import careless_reading, is_normal
from isogloss.vocab import PREFIXES
from tests.judging import judge_of_a_mesh

SPACE = Iri("https://mesh.example/sales/")
ONTOLOGY = resources.texts("ontology", ".ttl")
KNOWN = axioms(ONTOLOGY)
HEAD = "".join(
    f"@prefix {prefix}: <{iri}> .\n"
    for prefix, iri in {**PREFIXES, "ex": SPACE, "other": "https://mesh.example/finance/"}.items()
)
HEAD_LINES = HEAD.count("\n")
EXAMPLES = """
    mesh:passingExample "ex:p a dprod:DataProduct ; dcterms:title 'Orders' ." ;
    mesh:failingExample "ex:p a dprod:DataProduct ." ."""


def rule(constraints: str = "sh:minCount 1", *, path: str = "dcterms:title") -> str:
    """Write a sound rule set with one rule of these constraints."""
    return f"""ex:ProductShape a sh:NodeShape ;
    sh:targetClass dprod:DataProduct ;
    sh:property ex:Product-title .
ex:Product-title a sh:PropertyShape ;
    sh:path {path} ;
    {constraints} ;
    sh:severity sh:Violation ;
    sh:name "title"@en ;
    sh:message "Give the product a title."@en ;
    mesh:ruleId "sales-product-title" ;{EXAMPLES}
"""


def query(select: str, **more: str) -> str:
    """Write a sound rule set with one rule in SPARQL."""
    return rule(f"sh:sparql [ sh:select '''{select}''' {more.get('beside', '')} ]")


def submission(
    text: str,
    *,
    is_global: bool = False,
    taken: frozenset[str] = frozenset(),
    examples: tuple[Example, ...] = (),
) -> Submission:
    """Hand in one file, with all prefixes on top."""
    return Submission({"rules.ttl": HEAD + text}, SPACE, is_global, taken, examples)


def owns(iri: Iri) -> bool:
    """Tell whether an IRI is the domain's, as the services do."""
    return is_normal(iri) and careless_reading(iri).startswith(SPACE)


def judge(rulebook: Rulebook, triples: object) -> tuple[ValidationResult, ...]:
    """Judge as a mesh does."""
    assert isinstance(triples, list)
    found: list[Triple] = triples
    return judge_of_a_mesh(rulebook, KNOWN)(found).results


def linted(
    text: str, *, is_global: bool = False, count_targets: CountTargets | None = None
) -> list[Finding]:
    """Lint one file; lines are counted below the prefixes."""
    return _below(
        lint(
            submission(text, is_global=is_global),
            owns=owns,
            ontology=ONTOLOGY,
            count_targets=count_targets,
        )
    )


def admitted(handed_in: Submission) -> list[Finding]:
    """Check a rule set and run its examples."""
    return _below(admit(handed_in, owns=owns, judge=judge, ontology=ONTOLOGY))


def _below(findings: tuple[Finding, ...]) -> list[Finding]:
    return [
        Finding(f.file, f.line - HEAD_LINES, f.code, f.message, f.shape, f.blocking)
        for f in findings
    ]


def codes(findings: list[Finding], *, blocking: bool | None = None) -> list[str]:
    """List the codes, one for each finding."""
    return [f.code for f in findings if blocking in (None, f.blocking)]
