"""An impact for other tools, whichever door it leaves by."""

import csv
import hashlib
import io
import re

from isogloss.lineage.graphml import graphml
from isogloss.model.lineage_answers import Hit, Impact, ImpactSeverity
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.services.description import local_name
from isogloss.services.preview_exports import harmless
from isogloss.store.serialization import ExportFormat, serialize
from isogloss.vocab import CODE, DCTERMS, DPROD, MESH, PROV, RDF, XSD

__all__ = ["impact_csv", "impact_graphml", "impact_mermaid", "impact_turtle"]

_GRAPH = Iri("urn:isogloss:graph")
_NAMES = (
    *("severity", "id", "distance", "way", "observed", "promised"),
    *("dataset", "products", "domain", "owners"),
)
_UNFIT = re.compile(r"[^\w .,:/-]")


def impact_csv(found: Impact) -> str:
    """Write the hits, a row each; no cell is a formula."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(_NAMES)
    for hit in found.hits:
        one = hit.affected
        table.writerow(
            harmless(cell)
            for cell in (
                one.severity.name,
                one.id,
                str(one.distance),
                one.way.name,
                str(one.is_observed).lower(),
                str(one.is_promised).lower(),
                hit.dataset or "",
                " ".join(hit.products),
                hit.domain or "",
                " ".join(hit.owners),
            )
        )
    return text.getvalue()


def impact_turtle(found: Impact) -> str:
    """Write the hits as Turtle.

    Writes:
        <urn:isogloss:impact:…> a mesh:Impact ; dcterms:subject <of> ; mesh:change code:DROP ;
            mesh:sequence 42 ; prov:entity <hit> ; mesh:impactSeverity code:high ; mesh:hops 2 ;
            dcterms:isPartOf <dataset> , <product> ; dprod:domain <domain> ;
            prov:wasAttributedTo <owner> .
    """
    quads = [quad for hit in found.hits for quad in _quads(found, hit)]
    return serialize(quads, ExportFormat.TURTLE).decode()


def impact_mermaid(found: Impact) -> str:
    """Write a flowchart from what is changed to the hits; the worse, the thicker their frame."""
    names = [*found.starts, *(hit.affected.id for hit in found.hits)]
    number = {node: f"n{place}" for place, node in enumerate(names)}
    lines = ["flowchart LR"]
    lines += [f'  {number[start]}(["{_label(start)}"])' for start in found.starts]
    for hit in found.hits:
        one = hit.affected
        shown = f'{number[one.id]}["{_label(one.id)}<br/>{one.severity.name}"]'
        lines.append(f"  {shown}:::{one.severity.value}")
    arcs = sorted(
        {(number[link.upstream], number[link.downstream]) for link in found.links},
        key=lambda arc: [int(end[1:]) for end in arc],
    )
    lines += [f"  {above} --> {below}" for above, below in arcs]
    for width, severity in enumerate(reversed(ImpactSeverity), 1):
        lines.append(f"  classDef {severity.value} stroke-width:{width}px")
    return "\n".join(lines) + "\n"


def impact_graphml(found: Impact) -> str:
    """Write what is changed, the hits and the edges between them."""
    nodes: dict[Iri, dict[str, str | int | bool]] = {
        start: {"severity": "", "distance": 0} for start in found.starts
    }
    for hit in found.hits:
        one = hit.affected
        nodes[one.id] = {
            "severity": one.severity.name,
            "distance": one.distance,
            "way": one.way.name,
            "observed": one.is_observed,
            "promised": one.is_promised,
            "domain": hit.domain or "",
            "owners": " ".join(hit.owners),
        }
    edges = {
        (link.upstream, link.downstream): {
            "kind": link.kind.name,
            "transformations": " ".join(link.transformations),
        }
        for link in reversed(found.links)
    }
    return graphml(nodes, dict(sorted(edges.items())))


def _quads(found: Impact, hit: Hit) -> list[Quad]:
    one = hit.affected
    identity = f"{found.of} {found.change.name} {one.id} {found.extent.as_of_commit}"
    subject = Iri(f"urn:isogloss:impact:{hashlib.sha256(identity.encode()).hexdigest()[:16]}")
    values: list[tuple[Iri, Term | None]] = [
        (RDF.type, MESH.Impact),
        (DCTERMS.subject, found.of),
        (MESH.change, Iri(CODE.iri + found.change.name)),
        (MESH.sequence, Literal(str(found.extent.as_of_commit), XSD.integer)),
        (PROV.entity, one.id),
        (MESH.impactSeverity, Iri(CODE.iri + one.severity.value)),
        (MESH.hops, Literal(str(one.distance), XSD.integer)),
        (DCTERMS.isPartOf, hit.dataset if hit.dataset != one.id else None),
        *((DCTERMS.isPartOf, product) for product in hit.products if product != one.id),
        (DPROD.domain, hit.domain),
        *((PROV.wasAttributedTo, owner) for owner in hit.owners),
    ]
    return [Quad(subject, p, value, _GRAPH) for p, value in values if value is not None]


def _label(iri: Iri) -> str:
    """Name a node by the last two steps of its IRI; what Mermaid would read is left out."""
    last = local_name(iri)
    before = local_name(Iri(iri.rstrip("/#").removesuffix(last))) if last != iri else ""
    return _UNFIT.sub("_", f"{before}/{last}" if before else last)
