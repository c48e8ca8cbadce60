"""Where a SPARQL server is."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SparqlServer:
    """The three addresses of a SPARQL 1.1 server, and how it knows us."""

    query: str
    update: str
    graph_store: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
