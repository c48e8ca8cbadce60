"""What a file of mappings says becomes proposals, and nothing more than that."""

from collections.abc import Iterator

import pytest

from isogloss.errors import Forbidden, InvalidInput
from isogloss.model.access import Role
from isogloss.model.rdf import Iri
from isogloss.services.mapping_files import MappingFormat
from tests.services.delegates_world import BASE, person
from tests.services.mapping_world import BROAD, Agreeing, agreeing, state, term

SALES, SHOP = (person(domain, "steward") for domain in ("sales", "shop"))
HEADER = """#curie_map:
#  sales: https://mesh.example/sales/term/
#  shop: https://mesh.example/shop/term/
#  people: https://people.example/
#mapping_set_id: https://elsewhere.example/sets/1
#license: https://creativecommons.org/publicdomain/zero/1.0/
"""
COLUMNS = (
    "subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\t"
    "author_id\tmapping_tool\tconfidence\tcomment"
)
ROWS = (
    "sales:churn\tskos:exactMatch\tNot\tshop:churn\tsemapv:LexicalMatching\tpeople:ann\tmatcher"
    "\t0.8\tNot the same.",
    "sales:lead\tskos:broadMatch\t\tshop:lead\tsemapv:ManualMappingCuration\t\t\t0.9\tAgain.",
    "sales:none\tskos:exactMatch\t\tshop:lead\tsemapv:ManualMappingCuration\t\t\t0.9\t",
    "sales:lead\tskos:exactMatch\t\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t\t\t1\t",
)
FILE = "\n".join([HEADER + COLUMNS, *ROWS, ""]).encode()


@pytest.fixture
def mesh() -> Iterator[Agreeing]:
    made = agreeing("sales", "shop")
    yield made
    made.services.close()


def test_records_between_terms_are_proposed_and_the_others_named(mesh: Agreeing) -> None:
    mesh.propose(BROAD)
    imported = mesh.services.mapping_import.propose_file(FILE, author=SALES)
    assert imported.settled is not None
    (id,) = imported.settled.mappings
    agreement = mesh.agreement(id)
    mapping = agreement.mapping
    assert (mapping.status, mapping.negated, mapping.confidence) == ("proposed", True, 0.8)
    assert (mapping.author, mapping.tool) == ("https://people.example/ann", "matcher")
    assert mapping.justification == "https://w3id.org/semapv/vocab/LexicalMatching"
    # Whose claim it is does not tell who vouches for it here.
    assert (agreement.proposer, [v.delegate for v in agreement.votes]) == (SALES, [SALES])
    assert len(imported.notes) == 3
    assert imported.notes[0] == "Record 2 is proposed or approved already."
    again = mesh.services.mapping_import.propose_file(FILE, author=SALES)
    assert (again.settled, len(again.notes)) == (None, 4)


def test_one_bad_record_does_not_keep_the_others_out(mesh: Agreeing) -> None:
    rest = "\tsemapv:ManualMappingCuration\t\t\t0.9\t"
    rows = (
        f"sales:lead\tskos:exactMatch\t\tsales:lead{rest}Itself.",
        f"sales:lead\tskos:closeMatch\t\tshop:lead{rest}{'long' * 1000}",
        f"sales:lead\tskos:relatedMatch\t\tshop:lead{rest}  ",
        f"sales:lead\tskos:broadMatch\t\tshop:lead{rest}Good.",
        f"shop:lead\tskos:narrowMatch\t\tsales:lead{rest}The same, turned round.",
    )
    file = "\n".join([HEADER + COLUMNS, *rows, ""]).encode()
    imported = mesh.services.mapping_import.propose_file(file, author=SALES)
    assert imported.settled is not None
    found = [mesh.agreement(id).mapping.comment for id in imported.settled.mappings]
    assert "Good." in found
    told = " ".join(imported.notes)
    assert "Record 1 is left out" in told
    assert "mapped to itself" in told
    assert "Record 2 is left out: Say why" in told
    assert "Record 5 is proposed or approved already." in told
    assert len(found) + len(imported.notes) == len(rows)


def test_what_a_source_only_states_is_still_proposed_by_a_file(mesh: Agreeing) -> None:
    rest = "\tsemapv:ManualMappingCuration\t\t\t0.9\tSo."
    rows = [HEADER + COLUMNS, f"sales:lead\tskos:exactMatch\t\tshop:lead{rest}", ""]
    state(mesh, "sales", (term("sales"), term("shop")), "proposed")
    file = "\n".join(rows).encode()
    imported = mesh.services.mapping_import.propose_file(file, author=SALES)
    assert imported.settled is not None
    (id,) = imported.settled.mappings
    mesh.mappings.approve(id, author=SHOP)
    again = mesh.services.mapping_import.propose_file(file, author=SALES)
    assert (again.settled, again.notes) == (None, ("Record 1 is proposed or approved already.",))


def test_what_was_decided_leaves_as_sssom_and_comes_in_elsewhere(mesh: Agreeing) -> None:
    ann, bob = (Iri(f"{BASE}person/{name}") for name in ("ann", "bob"))
    for domain, who in (("sales", ann), ("shop", bob)):
        mesh.services.loading.grant(domain, who, Role.STEWARD)
    mesh.mappings.approve(mesh.propose(author=ann), "Yes.", author=bob)
    exported = mesh.services.mapping_files.export_mappings(MappingFormat.TSV)
    assert exported.count == 1
    other = agreeing("sales", "shop")
    imported = other.services.mapping_import.propose_file(exported.text.encode(), author=SHOP)
    assert imported.settled is not None
    (id,) = imported.settled.mappings
    # That others approved of it elsewhere counts for nothing here.
    assert (other.status(id), other.agreement(id).proposer) == ("proposed", SHOP)
    assert other.agreement(id).mapping.author == ann
    other.services.close()


def test_who_may_not_propose_imports_nothing(mesh: Agreeing) -> None:
    with pytest.raises(Forbidden):
        mesh.services.mapping_import.propose_file(FILE, author=person("shop", "reader"))
    with pytest.raises(InvalidInput):
        mesh.services.mapping_import.propose_file(b"\x00", author=SALES)
    assert mesh.decisions() == frozenset()
