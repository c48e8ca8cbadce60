"""What is reached upstream is what SPARQL's property path finds, cycles included."""

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from isogloss.lineage.index import Index
from isogloss.model.lineage import Direction, EdgeKind, Evidence, Fact
from isogloss.model.rdf import Iri
from isogloss.vocab import PROV

COLUMNS = [Iri(f"urn:column:{n}") for n in range(8)]
columns = st.sampled_from(COLUMNS)


@given(st.sets(st.tuples(columns, columns), max_size=20), columns)
def test_a_closure_is_what_a_property_path_finds(pairs: set[tuple[Iri, Iri]], start: Iri) -> None:
    store, index = ox.Store(), Index()
    facts: dict[Iri, list[Fact]] = {}
    for down, up in pairs:
        ends = ox.NamedNode(down), ox.NamedNode(PROV.wasDerivedFrom), ox.NamedNode(up)
        store.add(ox.Quad(*ends))
        fact = Fact(up, EdgeKind.DERIVATION, Evidence.DECLARED, (), Iri("urn:graph"))
        facts.setdefault(down, []).append(fact)
    index.restate(1, facts)
    rows = store.query(
        "SELECT DISTINCT ?start ?source WHERE { ?start <http://www.w3.org/ns/prov#wasDerivedFrom>+ "
        "?source }"
    )
    assert isinstance(rows, ox.QuerySolutions)
    found = index.closure([start], Direction.UPSTREAM)
    reached = {row["source"].value for row in rows if row["start"].value == start}
    assert {node.id for node in found.nodes} == reached - {start}
