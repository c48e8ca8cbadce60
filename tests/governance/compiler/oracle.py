"""What pySHACL can be asked about, where it is the oracle.

Each thing that it cannot be asked has a test in `test_where_pyshacl_errs.py`, which says what
SHACL says.
"""

from isogloss.model.literals import well_formed
from tests.governance.compiler.shapes_strategy import NUMBERS, TEXTS, Only, number

# Values of one kind have one order; across kinds, pySHACL takes rdflib's order of all literals,
# where SPARQL has an error. NaN it cannot compare with decimals, and ill-typed ones have a place.
_FAMILIES = (
    [n for n in NUMBERS if n.value != "NaN" and well_formed(n)],
    [*TEXTS, *(n for n in NUMBERS if n.value.isdecimal() and well_formed(n))],
    [
        number("2026-01-02T10:00:00Z", "dateTime"),
        number("2026-01-02T10:00:00+00:00", "dateTime"),
        number("2026-01-02T11:00:00+01:00", "dateTime"),
        number("2026-01-02T10:00:00.500Z", "dateTime"),
        number("2025-12-31T23:59:59Z", "dateTime"),
    ],
    [number(value, "date") for value in ("2026-01-02", "2026-01-03", "2025-12-31")],
)

PYSHACL = Only(
    families=_FAMILIES,
    # sh:lessThan: it refuses blank nodes, and orders IRIs by their letters, also among strings.
    pairs_have_nodes=False,
    # Of ^(p/r) it walks ^p/^r, which is ^(r/p).
    inverse_of_sequence=False,
    # "Shape pointed to by sh:node is not a well-formed SHACL NodeShape": SHACL §4.7.1 says
    # "node shape", but the W3C suite and §4.7.1's own validator take any shape.
    node_at_property_shape=False,
    # A blank node breaks any sh:minLength (§4.4.1), and here none that is 0.
    is_left_out=lambda line: line == "sh:minLength 0",
)
