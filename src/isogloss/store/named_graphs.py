"""Which named graph holds what; nobody else makes up the IRI of a graph."""

import re

from isogloss.errors import InvalidArgument
from isogloss.model.rdf import Iri

MARK = Iri("https://w3id.org/isogloss/graph/mark")
"""Holds the sequence number of the last commit, and nothing else; in no dump or answer."""

CATALOGUE = Iri("https://w3id.org/isogloss/graph/catalogue")
"""Says which domain owns which source graph (mesh:dataGraph); written by commits only."""

MEMBERS = Iri("https://w3id.org/isogloss/graph/members")
"""Says who belongs to which domain, in which role (org:Membership)."""

RULES = Iri("https://w3id.org/isogloss/graph/rules")
"""Says which rules are proposed, adopted and waived, by whom (mesh:RuleSet, mesh:Waiver)."""

SYSTEM = frozenset({MARK, CATALOGUE, MEMBERS, RULES})

_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def source_graph(uri_space: str, source: str) -> Iri:
    """Name the graph of one source of the domain that owns `uri_space`.

    Raises:
        InvalidArgument: `source` is not a path of plain words such as product/activity.

    >>> source_graph("https://mesh.example/marketing/", "product/activity")
    'https://mesh.example/marketing/graph/product/activity'
    """
    if len(source) > 200 or not _SOURCE.fullmatch(source):
        raise InvalidArgument(
            f"{source[:200]!r} cannot name a source: use letters, digits, '.', '_' and '-', "
            "with '/' between the parts, as in product/activity."
        )
    return Iri(f"{uri_space}graph/{source}")
