"""What each rule brings along: a name, an id that people quote, a message, and examples.

An example is Turtle in a string, at `mesh:passingExample` or `mesh:failingExample` of the rule.
It knows the prefixes of the rule set, and relative IRIs in it lie in the owner's space.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import rdflib
from rdflib import RDF, RDFS, SH
from rdflib.term import Node

from isogloss.errors import ValidationFailed
from isogloss.governance.admission.draft import Draft
from isogloss.governance.admission.turtle import NotTurtle, parse
from isogloss.governance.admission.wellformed import triples
from isogloss.governance.admission.words import facts
from isogloss.governance.rulebook import QUALITIES, QUALITY, Rulebook
from isogloss.model.admission import Example, Finding, Submission
from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri, Triple
from isogloss.vocab import MESH

Judge = Callable[[Rulebook, Sequence[Triple]], Iterable[ValidationResult]]
"""Judges data by rules, and knows the ontology's subclasses and codes besides.

Raises ValidationFailed where it cannot, and ValueError where the data have what is no IRI.
"""

RULE_ID, PASSING, FAILING = (
    rdflib.URIRef(iri) for iri in (MESH.ruleId, MESH.passingExample, MESH.failingExample)
)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_EXAMPLE = 50_000


def unquotable(draft: Draft, submission: Submission) -> Iterator[Finding]:
    """Find rules that lack a name, an id, a message or examples."""
    found = examples(draft, submission)
    for rule in draft.rules:
        if isinstance(rule, rdflib.BNode):
            yield draft.finding(
                "NAMELESS_RULE",
                f"{draft.name(rule)} is a rule without an IRI, so no report or waiver can name it: "
                "make it a property shape with an IRI of its own, such as "
                f"<{submission.space}rules/Order-total>, and refer to that by sh:property.",
                rule,
            )
            continue
        if not _has_message(draft, rule):
            yield draft.finding(
                "NO_MESSAGE",
                f"{draft.name(rule)} has no sh:message: say in one sentence how to put right what "
                "breaks it.",
                rule,
            )
        given = {e.passes for e in found if e.rule == Iri(str(rule))}
        for passes, word in ((True, "passing"), (False, "failing")):
            if passes not in given:
                yield draft.finding(
                    f"NO_{word.upper()}_EXAMPLE",
                    f"{draft.name(rule)} has no {word} example: add mesh:{word}Example with "
                    f"data in Turtle that {'keeps' if passes else 'breaks'} it.",
                    rule,
                )
    yield from _ids(draft, submission)
    yield from _qualities(draft)


def _has_message(draft: Draft, rule: Node) -> bool:
    graph = draft.graph
    if any(str(message).strip() for message in graph.objects(rule, SH.message)):
        return True
    # Each constraint in SPARQL may have a message of its own.
    sources = list(graph.objects(rule, SH.sparql))
    return draft.constraints(rule) == {SH.sparql} and all(
        any(str(message).strip() for message in graph.objects(source, SH.message))
        for source in sources
    )


def _ids(draft: Draft, submission: Submission) -> Iterator[Finding]:
    graph = draft.graph
    used: dict[str, Node] = {}
    for rule in draft.shapes:
        ids = sorted(set(map(str, graph.objects(rule, RULE_ID))))
        name = draft.name(rule)
        if not ids and rule in draft.rules and isinstance(rule, rdflib.URIRef):
            yield draft.finding(
                "NO_RULE_ID",
                f"{name} has no mesh:ruleId: add a short name to quote it by, such as "
                '"order-total".',
                rule,
            )
        if len(ids) > 1:
            said = f"{name} has {len(ids)} values of mesh:ruleId: keep one."
            yield draft.finding("BAD_RULE_ID", said, rule, RULE_ID)
        for rule_id in ids:
            if not _ID.fullmatch(rule_id) or len(rule_id) > 100:
                yield draft.finding(
                    "BAD_RULE_ID",
                    f"The mesh:ruleId of {name} is {rule_id[:100]!r}: write small letters, digits "
                    "and single hyphens between them.",
                    rule,
                    RULE_ID,
                )
            elif rule_id in submission.taken_rule_ids:
                said = f"The mesh:ruleId {rule_id!r} of {name} is another set's: choose another."
                yield draft.finding("RULE_ID_TAKEN", said, rule, RULE_ID)
            elif rule_id in used:
                other = draft.name(used[rule_id])
                said = f"{name} and {other} have the mesh:ruleId {rule_id!r}: give each its own."
                yield draft.finding("RULE_ID_TAKEN", said, rule, RULE_ID)
            used.setdefault(rule_id, rule)


def _qualities(draft: Draft) -> Iterator[Finding]:
    for rule in draft.shapes:
        stated = set(draft.graph.objects(rule, QUALITY))
        if len(stated) > 1 or not stated <= QUALITIES.keys():
            said = ", ".join(sorted(map(draft.name, stated)))
            known = ", ".join(quality.value for quality in QUALITIES.values())
            yield draft.finding(
                "BAD_QUALITY",
                f"The mesh:quality of {draft.name(rule)} is {said}: name one of the codes {known}, "
                "or none.",
                rule,
                QUALITY,
            )


# ---- examples


def examples(draft: Draft, submission: Submission) -> list[Example]:
    """Collect the examples of the texts and those that came besides."""
    found = list(submission.examples)
    for predicate, passes in ((PASSING, True), (FAILING, False)):
        for rule, text in draft.graph.subject_objects(predicate):
            place = draft.place(rule, predicate, text)
            found.append(Example(Iri(str(rule)), str(text), passes, *place))
    return sorted(found, key=lambda e: (e.file, e.line, e.rule, e.passes))


def misjudged(
    draft: Draft, submission: Submission, judge: Judge, ontology: Mapping[str, str]
) -> Iterator[Finding]:
    """Run every example, and find those that do not do what they should."""
    rulebook = Rulebook(submission.texts)
    subclasses = facts(ontology)
    judged: dict[str, list[ValidationResult]] = {}
    rules = {Iri(str(rule)): rule for rule in draft.rules}
    for example in examples(draft, submission):
        name = draft.name(rdflib.URIRef(example.rule))
        which = f"The {'passing' if example.passes else 'failing'} example of {name}"

        def tell(
            code: str, message: str, example: Example = example, *, blocking: bool = True
        ) -> Finding:
            return Finding(example.file, example.line, code, message, example.rule, blocking)

        if example.rule not in rules:
            yield tell("EXAMPLE_OF_NO_RULE", f"{which} is for no rule of this set: name one.")
            continue
        try:
            data = _read(draft, submission, example)
        except NotTurtle as error:
            said = f"{which} is no Turtle from its line {error.line} on: {error}. Mend it there."
            yield tell("BAD_EXAMPLE", said)
            continue
        if example.turtle not in judged:
            plain = list(triples(data, f"{submission.space}.well-known/genid/"))
            try:
                judged[example.turtle] = list(judge(rulebook, plain))
            except ValidationFailed as error:
                yield tell("NOT_JUDGED", f"{which} could not be judged: {error}")
                continue
            except ValueError as error:
                # rdflib reads more as IRIs than RFC 3987 allows.
                yield tell("BAD_EXAMPLE", f"{which} has an IRI that is none: {error}. Mend it.")
                continue
        broken = sorted({result.rule for result in judged[example.turtle]})
        if not example.passes and example.rule not in broken:
            others = f" It breaks {_names(draft, broken)}." if broken else ""
            yield tell(
                "EXAMPLE_PASSES",
                f"{which} does not break it: change the example or the rule.{others}",
            )
        elif example.passes and broken:
            said = f"{which} breaks {_names(draft, broken)}: change the example or the rules."
            yield tell("EXAMPLE_FAILS", said)
        elif example.passes and not _concerns(draft, rules[example.rule], data, subclasses):
            yield tell(
                "IDLE_EXAMPLE",
                f"{which} holds nothing that the rule judges, and so shows nothing: add what it "
                "targets.",
                blocking=False,
            )


def _read(draft: Draft, submission: Submission, example: Example) -> rdflib.Graph:
    if len(example.turtle) > _LONGEST_EXAMPLE:
        raise NotTurtle(f"it is longer than {_LONGEST_EXAMPLE} characters", 1)
    head = "".join(f"@prefix {prefix}: <{space}> . " for prefix, space in draft.prefixes.items())
    return parse(head + example.turtle, submission.space).graph


def _names(draft: Draft, rules: Iterable[Iri]) -> str:
    return ", ".join(draft.name(rdflib.URIRef(rule)) for rule in rules)


def _concerns(draft: Draft, rule: Node, data: rdflib.Graph, subclasses: rdflib.Graph) -> bool:
    """Tell whether data have something that a rule's targets find."""
    for root in draft.judging[rule]:
        targets = {
            way: set(draft.graph.objects(root, way))
            for way in (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
        }
        classes = targets[SH.targetClass] | ({root} if draft.is_class(root) else set())
        lower = {
            below
            for class_ in classes
            for graph in (data, subclasses)
            for below in graph.transitive_subjects(RDFS.subClassOf, class_)
        }
        links = targets[SH.targetSubjectsOf] | targets[SH.targetObjectsOf]
        if (
            targets[SH.targetNode]
            or not lower.isdisjoint(data.objects(None, RDF.type))
            or not links.isdisjoint(data.predicates())
        ):
            return True
    return False
