"""Read concordances and the lists of codes that they compare, as of one state of the mesh."""

from collections.abc import Iterable
from datetime import datetime
from itertools import product

from isogloss.meaning.concordances import CodeLists
from isogloss.model.meaning import Concordance
from isogloss.model.rdf import Iri
from isogloss.services.description import Description
from isogloss.store.graph import Reader
from isogloss.vocab import MESH, SKOS, XKOS


def read_concordance(graph: Reader, iri: Iri) -> tuple[Concordance, CodeLists] | None:
    """Read an xkos:Correspondence; None if it relates no codes.

    An association of several concepts on both sides relates each with each. A concept's code is
    its skos:notation, or its label where it has none.
    """
    about = _described(graph, [iri])[iri]
    associations = _described(graph, about.iris(XKOS.madeOf)).values()
    sides = [(one.iris(XKOS.sourceConcept), one.iris(XKOS.targetConcept)) for one in associations]
    concepts = _described(graph, {concept for side in sides for part in side for concept in part})
    pairs = {
        (_code(concepts[source]), _code(concepts[target]))
        for sources, targets in sides
        for source, target in product(sources, targets)
    }
    default = about.text(MESH.defaultCode)
    if not pairs and default is None:
        return None
    lists = [
        next((scheme for one in part for scheme in concepts[one].iris(SKOS.inScheme)), None)
        for part in (
            [source for sources, _ in sides for source in sources],
            [target for _, targets in sides for target in targets],
        )
    ]
    source, target = (
        found if found is not None else next(iter(about.iris(XKOS.compares)), iri)
        for found in lists
    )
    concordance = Concordance(
        iri,
        source,
        target,
        tuple(sorted(pairs)),
        default,
        _instant(about.text(MESH.validFrom)),
        _instant(about.text(MESH.validUntil)),
    )
    return concordance, CodeLists(_codes_of(graph, source), _codes_of(graph, target))


def _codes_of(graph: Reader, scheme: Iri) -> frozenset[str]:
    members = graph.referrers(SKOS.inScheme, [scheme])[scheme]
    return frozenset(_code(about) for about in _described(graph, members).values())


def _code(concept: Description) -> str:
    return concept.text(SKOS.notation) or concept.text(SKOS.prefLabel) or str(concept.subject)


def _described(graph: Reader, iris: Iterable[Iri]) -> dict[Iri, Description]:
    found = graph.describe(sorted(set(iris)))
    return {iri: Description(iri, quads) for iri, quads in found.items()}


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
