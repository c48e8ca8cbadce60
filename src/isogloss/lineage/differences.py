"""What came and what went in the lineage of something between two commits."""

from isogloss.model.lineage import Link, Reached
from isogloss.model.lineage_answers import Difference
from isogloss.model.rdf import Iri


def difference(before: Reached, after: Reached) -> Difference:
    """Compare two searches from the same starts.

    A link is another one if any of it differs, its graph, job or transformations included; how
    long it has been true does not matter. The starts are no nodes of either.
    """
    old_nodes, new_nodes = _nodes(before), _nodes(after)
    old_links = {_told(link): link for link in before.links}
    new_links = {_told(link): link for link in after.links}
    return Difference(
        nodes_added=tuple(sorted(new_nodes - old_nodes)),
        nodes_removed=tuple(sorted(old_nodes - new_nodes)),
        links_added=tuple(new_links[key] for key in sorted(new_links.keys() - old_links.keys())),
        links_removed=tuple(old_links[key] for key in sorted(old_links.keys() - new_links.keys())),
    )


def _nodes(found: Reached) -> set[Iri]:
    return {node.id for node in found.nodes}


def _told(link: Link) -> tuple[str, ...]:
    return (
        link.downstream,
        link.upstream,
        link.kind.value,
        link.evidence.value,
        " ".join(link.transformations),
        link.graph,
        link.job or "",
    )
