"""Shapes that SHACL's own shapes for shapes refuse, as sentences.

Source: SHACL, appendix C; pySHACL brings the shapes along, and nothing is fetched.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import rdflib
from rdflib import RDF, SH
from rdflib.term import Node

from isogloss.governance.admission.draft import Draft
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.terms import from_rdflib
from isogloss.governance.validation import run
from isogloss.model.admission import Finding
from isogloss.model.rdf import Iri, Literal, Term, Triple

_GENID = "urn:isogloss:/.well-known/genid/"


@cache
def _shapes_for_shapes() -> Rulebook:
    text = files("pyshacl").joinpath("assets", "shacl-shacl.ttl").read_text("utf-8")
    return Rulebook({"shacl-shacl.ttl": text})


def triples(graph: rdflib.Graph, space: str = _GENID) -> Iterator[Triple]:
    """Give plain triples, with IRIs in the place of blank nodes (RDF 1.1 Concepts §3.5)."""

    def plain(node: Node) -> Term:
        return Iri(f"{space}{node}") if isinstance(node, rdflib.BNode) else from_rdflib(node)

    for subject, predicate, value in graph:
        first, link = plain(subject), plain(predicate)
        if not isinstance(first, Literal) and not isinstance(link, Literal):
            yield Triple(first, link, plain(value))


def ill_formed(draft: Draft) -> Iterator[Finding]:
    """Find what SHACL's own shapes refuse.

    Raises:
        ValidationFailed: they could not be evaluated.
    """
    report = run(_shapes_for_shapes(), triples(draft.graph), blank_nodes=True)
    told = set()
    for result in report.subjects(RDF.type, SH.ValidationResult):
        # Details hang on the result that they explain.
        if (None, SH.detail, result) in report:
            continue
        focus = report.value(result, SH.focusNode, any=True)
        path = report.value(result, SH.resultPath, any=True)
        value = report.value(result, SH.value, any=True)
        component = report.value(result, SH.sourceConstraintComponent, any=True)
        if focus is None:
            continue
        said = _sentence(draft, focus, path, value, component)
        if said not in told:
            told.add(said)
            at = path if isinstance(path, rdflib.URIRef) else None
            yield draft.finding("ILL_FORMED", said, focus, at, value if at else None)


def _sentence(
    draft: Draft, focus: Node, path: Node | None, value: Node | None, component: Node | None
) -> str:
    kind = str(component).rpartition("#")[2].removesuffix("ConstraintComponent")
    what, name = "What is there", draft.name(focus)
    if isinstance(path, rdflib.URIRef):
        what = draft.name(path)
    given = "" if value is None or value == focus else f" {draft.name(value)}"
    if kind == "MaxCount":
        return f"{name} has {what} too often, or where it may not be: keep one or none."
    if kind == "MinCount":
        return f"{name} has no {what}, and needs one: add it."
    if kind in ("Datatype", "NodeKind", "Class", "In", "Or", "MinLength", "Pattern"):
        return (
            f"{what} of {name} cannot be{given}: SHACL wants another kind of value "
            f"(sh:{kind[0].lower()}{kind[1:]} of its own shapes). Look it up in SHACL §4."
        )
    return (
        f"{name} is no well-formed shape, as SHACL's own shapes say of {what}{given} "
        f"(sh:{kind[:1].lower()}{kind[1:]}): compare it with SHACL §2 and §4."
    )
