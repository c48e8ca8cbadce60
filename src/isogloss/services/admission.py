"""Check a set of rules before it may judge anybody; no mesh is needed."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing

from isogloss import resources
from isogloss.errors import InvalidInput, ValidationFailed
from isogloss.governance.admission import admitting
from isogloss.governance.admission.draft import Draft
from isogloss.governance.compiler.shapes import Target
from isogloss.governance.regime import Binding, Regime
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.model.admission import Finding, Submission
from isogloss.model.governance import Rule, Severity, ValidationResult
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.services.bench import AnyBench, Bench, compiled
from isogloss.services.bench_process import BenchProcess
from isogloss.services.spelling import careless_reading, is_normal
from isogloss.store.graph import Reader
from isogloss.vocab import RDF, RDFS

_GRAPH = Iri("urn:isogloss:example")

EXAMPLE_SECONDS = 5.0
"""So long an example of a rule may take to be judged."""


def rules_in_force() -> tuple[Rule, ...]:
    """List the rules that travel with the package, by their ids."""
    return Rulebook(resources.texts("shapes", ".ttl")).rules


def check_rules(
    texts: Mapping[str, str],
    space: Iri | None,
    *,
    others: Sequence[str] = (),
    taken: frozenset[str] = frozenset(),
    graph: Reader | None = None,
    examples: bool = True,
) -> tuple[Finding, ...]:
    """Check a rule set as its admission does; it is admitted if no finding blocks.

    Args:
        texts: Turtle files: name → text.
        space: the domain's `void:uriSpace`, which its rules must keep to; None for the rules
            of the governance group, which bind all.
        others: the spaces that other domains have inside that one.
        taken: the ids that the rules of other sets have.
        graph: the mesh, to remark on targets of which nothing is there; without, nobody looks.
        examples: whether the examples that the rules bring along are judged, too.

    Returns:
        What there is to say, by file and line.

    Raises:
        ValidationFailed: SHACL's own shapes could not be evaluated.
    """
    ontology = resources.texts("ontology", ".ttl")
    known = axioms(ontology)
    readings = tuple(map(careless_reading, others))

    def owns(iri: Iri) -> bool:
        if space is None:
            return True
        reading = careless_reading(iri)
        inside = reading.startswith(careless_reading(space)) and not reading.startswith(readings)
        return is_normal(iri) and inside

    def count_targets(target: Target) -> int:
        return 0 if graph is None else int(_finds(graph, known, target))

    submission = Submission(
        texts,
        space or Iri("https://mesh.example/"),
        is_global=space is None,
        taken_rule_ids=taken,
    )
    counting = None if graph is None else count_targets
    if not examples:
        return admitting.lint(submission, owns=owns, ontology=ontology, count_targets=counting)
    with closing(_Examiner(known)) as examiner:
        return admitting.admit(
            submission, owns=owns, judge=examiner.judge, ontology=ontology, count_targets=counting
        )


class _Examiner:
    """Judges the examples of one rule set; those that could take long by a process that ends."""

    def __init__(self, known: Sequence[Triple]) -> None:
        self._known = known
        self._bench: AnyBench | None = None
        self._trouble: ValidationFailed | None = None

    def judge(self, rulebook: Rulebook, triples: Sequence[Triple]) -> Sequence[ValidationResult]:
        quads = [Quad(*triple, _GRAPH) for triple in triples]
        if not rulebook.may_take_long:
            bench = Bench(self._known)
            bench.load(quads, Regime.of(rulebook))
            return bench.report().results
        if self._trouble is not None:
            # Where one example takes forever, nobody waits for the next.
            raise self._trouble
        try:
            return self._apart(rulebook, quads)
        except ValidationFailed as error:
            self._trouble = error
            raise

    def _apart(self, rulebook: Rulebook, quads: Sequence[Quad]) -> Sequence[ValidationResult]:
        if self._bench is None:
            self._bench = BenchProcess(
                self._known, seconds=EXAMPLE_SECONDS, loading_seconds=6 * EXAMPLE_SECONDS
            )
            self._bench.load([], Regime.of(rulebook))
        self._bench.attempt(quads, [])
        self._bench.keep()
        found = self._bench.report().results
        self._bench.attempt([], quads)
        self._bench.keep()
        return found

    def close(self) -> None:
        if self._bench is not None:
            self._bench.close()


def read_rulebook(texts: Mapping[str, str]) -> Rulebook:
    """Read rules that somebody sent.

    Raises:
        InvalidInput: a text is no Turtle.
    """
    try:
        return Rulebook(texts)
    except ValidationFailed:
        for finding in Draft(texts).unreadable:
            raise InvalidInput(finding.message, line=finding.line) from None
        raise


def check_set(
    files: Mapping[str, str], line: Binding, known: Iterable[Binding], graph: Reader
) -> tuple[Finding, ...]:
    """Check a rule set as a version of the set of a binding, among those that there are.

    Raises:
        ValidationFailed: SHACL's own shapes could not be evaluated.
    """
    taken = {
        rule.rule_id
        for binding in known
        if (binding.owner, binding.name) != (line.owner, line.name)
        for rule in binding.rulebook.rules
    }
    space = None if line.owner is None else Iri(line.space)
    return check_rules(files, space, others=line.others, taken=frozenset(taken), graph=graph)


def can_block(binding: Binding) -> bool:
    """Tell whether rules have anything of severity Violation to say.

    Raises:
        ValidationFailed: they do not compile.
    """
    return any(c.shape.severity is Severity.VIOLATION for c in compiled(binding).checks)


def joined(files: Mapping[str, str]) -> str:
    """Make one text of several.

    Raises:
        InvalidInput: together they say something else than each by itself.
    """
    text = "\n".join(files.values())
    if len(files) > 1 and Rulebook({"rules": text}).digest != Rulebook(files).digest:
        raise InvalidInput(
            "The files use the same label for different blank nodes, so they cannot be joined: "
            "write them as one file."
        )
    return text


def _finds(graph: Reader, known: Sequence[Triple], target: Target) -> bool:
    """Tell whether a target finds anything in the mesh."""
    term = target.term
    if isinstance(term, Literal):
        return True
    if target.kind == "targetNode":
        return bool(graph.describe([term])[term])
    if target.kind != "targetClass":
        return any(True for _ in graph.statements(term))
    classes, ahead = set[Iri](), [term]
    while ahead:
        one = ahead.pop()
        if one not in classes:
            classes.add(one)
            ahead += [s for s, p, o in known if p == RDFS.subClassOf and o == one]
    return any(True for kind in classes for _ in graph.statements(RDF.type, kind))
