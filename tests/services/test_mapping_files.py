"""Mappings come into the mesh from SSSOM files and leave it in such, and stay what they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.errors import InvalidInput, NotFound
from isogloss.intake.documents import Upload
from isogloss.intake.sssom import propose, read_tsv, read_turtle
from isogloss.model.change import Committed, Refused
from isogloss.model.rdf import Iri
from isogloss.model.sssom import MappingSet
from isogloss.model.sssom_forms import same
from isogloss.services.mapping_files import MappingFormat
from isogloss.settings import Settings
from isogloss.vocab import RDF, SSSOM

SAMPLE = Iri("https://mesh.example/governance/mappings")
HEADER = """#curie_map:
#  mesh: https://medical.example/mesh/
#  mkt: https://mesh.example/marketing/term/
#  prd: https://mesh.example/product/term/
#mapping_set_id: https://elsewhere.example/sets/1
#license: https://creativecommons.org/publicdomain/zero/1.0/
#subject_source: mesh:words
#ext_note: of the set
"""
COLUMNS = (
    "subject_id\tsubject_label\tsubject_type\tpredicate_id\tpredicate_modifier\tobject_id\t"
    "mapping_justification\tconfidence\text_why"
)
ROWS = [
    "mkt:lead\tlead\t\tskos:closeMatch\t\tprd:account\tsemapv:ManualMappingCuration\t0.5\ta",
    "mkt:lead\tlead\t\tskos:exactMatch\tNot\tprd:account\tsemapv:ManualMappingCuration\t1\t",
    "mkt:lead\tlead\t\tskos:exactMatch\t\tsssom:NoTermFound\tsemapv:LexicalMatching\t1\t",
    "prd:account\t\t\tskos:exactMatch\t\tsssom:NoTermFound\tsemapv:LexicalMatching\t1\t",
    '\tLeads "é"\trdfs literal\tskos:exactMatch\t\tmkt:lead\tsemapv:LexicalMatching\t0.9\t',
    "mkt:lead\tLead\trdfs literal\tskos:exactMatch\t\tprd:account\tsemapv:LexicalMatching\t0.9\t",
]
FILE = "\n".join([HEADER + COLUMNS, *ROWS, ""])


@pytest.fixture
def mesh() -> Iterator[Services]:
    services = build(Settings(data=None))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    yield services
    services.close()


def _load(mesh: Services, text: str, name: str = "imported.sssom.tsv") -> Committed | Refused:
    return mesh.loading.load([Upload(name, text.encode())], "governance").outcome


def _imported(mesh: Services) -> Iri:
    sets = {quad.subject for quad in mesh.graph.statements(RDF.type, SSSOM.MappingSet)}
    (imported,) = sets - {SAMPLE}
    return imported


def test_a_file_is_loaded_and_comes_out_as_it_was(mesh: Services) -> None:
    before = mesh.meanings.mappings()
    loaded = _load(mesh, FILE)
    assert isinstance(loaded, Committed)
    assert loaded.graphs == ("https://mesh.example/graph/imported",)
    # What is no mapping between two terms is kept, and taken for none.
    added = set(mesh.meanings.mappings()) - set(before)
    assert sorted((mapping.negated, mapping.status) for mapping in added) == [
        (False, "proposed"),
        (True, "proposed"),
    ]
    given = propose(read_tsv(FILE.encode()))
    for format, read in ((MappingFormat.TSV, read_tsv), (MappingFormat.TURTLE, _turtle)):
        exported = mesh.mapping_files.export_mappings(format, mapping_set=_imported(mesh))
        assert same(read(exported.text.encode()), given)
        assert (exported.count, exported.notes) == (6, ())
    # And what came out may go in again.
    text = mesh.mapping_files.export_mappings(MappingFormat.TSV, mapping_set=_imported(mesh)).text
    assert isinstance(_load(mesh, text), Committed)
    assert (
        mesh.mapping_files.export_mappings(MappingFormat.TSV, mapping_set=_imported(mesh)).text
        == text
    )


def _turtle(data: bytes) -> MappingSet:
    return read_turtle(data).mappings


def test_two_terms_without_a_like_are_not_alike(mesh: Services) -> None:
    """Both "have no term there", which is no way from one to the other."""
    _load(mesh, FILE)
    assert all(
        SSSOM.NoTermFound not in (mapping.subject, mapping.object)
        for mapping in mesh.meanings.mappings()
    )


def test_the_sample_mappings_leave_as_sssom(mesh: Services) -> None:
    exported = mesh.mapping_files.export_mappings(MappingFormat.TSV, mapping_set=SAMPLE)
    assert exported.count == len(mesh.meanings.mappings())
    (note,) = exported.notes
    texts = exported.count + 1  # the comments, and the title of the set
    assert f"{texts} texts" in note
    mappings = read_tsv(exported.text.encode())
    by_id = {record.slots["record_id"]: record for record in mappings.records}
    negated = by_id[f"{SAMPLE.removesuffix('s')}/active-user-not-the-same"]
    assert negated.slots["predicate_modifier"] == "Not"
    assert negated.slots["confidence"] == 0.95
    assert negated.slots["mapping_date"] == "2026-02-11"
    assert negated.extensions == {"ext_mappingStatus": "https://w3id.org/isogloss/code/approved"}
    turtle = mesh.mapping_files.export_mappings(MappingFormat.TURTLE, mapping_set=SAMPLE)
    assert same(read_turtle(turtle.text.encode()).mappings, mappings)


def test_mappings_between_two_domains(mesh: Services) -> None:
    sales, finance = (mesh.catalog.get_domain(name) for name in ("sales", "finance"))
    between = mesh.meanings.mappings((sales, finance))
    exported = mesh.mapping_files.export_mappings(MappingFormat.TSV, between=(sales, finance))
    records = read_tsv(exported.text.encode()).records
    assert {record.slots["record_id"] for record in records} == {one.id for one in between}
    assert len(records) == len(between) > 0


def test_all_mappings_of_several_sets(mesh: Services) -> None:
    _load(mesh, FILE)
    exported = mesh.mapping_files.export_mappings(MappingFormat.TSV)
    assert exported.count == len(mesh.meanings.mappings()) + 4  # those that relate no terms
    mappings = read_tsv(exported.text.encode())
    # Two sets may mean different things by one prefix.
    assert set(mappings.prefixes.values()) >= {
        "https://w3id.org/isogloss/mesh#",
        "https://medical.example/mesh/",
    }
    assert all("record_id" in record.slots for record in mappings.records)


def test_where_there_are_none(mesh: Services) -> None:
    with pytest.raises(NotFound, match="no set that has mappings"):
        mesh.mapping_files.export_mappings(MappingFormat.TSV, mapping_set=Iri("urn:x:none"))
    domains = mesh.catalog.get_domain("marketing"), mesh.catalog.get_domain("governance")
    with pytest.raises(NotFound, match="no such mappings"):
        mesh.mapping_files.export_mappings(MappingFormat.TSV, between=domains)


def test_a_broken_line_keeps_the_whole_file_out(mesh: Services) -> None:
    with pytest.raises(InvalidInput, match=r"imported\.sssom\.tsv, line 10: .* prefix") as caught:
        _load(mesh, FILE.replace("mkt:lead", "no:lead", 1))
    assert caught.value.line == 10


def test_terms_that_nobody_describes_are_refused_by_the_rule(
    mesh: Services, shared_data: Path
) -> None:
    text = (shared_data / "sssom/foodie-inc.sssom.tsv").read_text("utf-8")
    outcome = _load(mesh, text)
    assert isinstance(outcome, Refused)
    assert {result.rule.rpartition("#")[2] for result in outcome.violations} == {
        "Mapping-subject",
        "Mapping-object",
    }


def test_a_mapping_that_says_how_far_it_has_come_is_believed(mesh: Services) -> None:
    declared = (
        "#extension_definitions:\n#- slot_name: status\n"
        "#  property: own:mappingStatus\n#  type_hint: linkml:Uriorcurie\n"
    )
    head = HEADER.replace(
        "#curie_map:\n",
        "#curie_map:\n#  own: https://w3id.org/isogloss/mesh#\n"
        "#  code: https://w3id.org/isogloss/code/\n",
    )
    rows = f"{ROWS[0]}\tcode:rejected\n{ROWS[1]}\t\n"
    before = mesh.meanings.mappings()
    _load(mesh, f"{head}{declared}{COLUMNS}\tstatus\n{rows}")
    added = set(mesh.meanings.mappings()) - set(before)
    assert sorted(str(one.status) for one in added) == ["proposed", "rejected"]


def test_metadata_beside_the_rows(mesh: Services) -> None:
    metadata = "".join(f"{line[1:]}\n" for line in HEADER.splitlines())
    uploads = [
        Upload("beside.sssom.tsv", "\n".join([COLUMNS, *ROWS]).encode()),
        Upload("beside.sssom.yml", metadata.encode()),
    ]
    loaded = mesh.loading.load(uploads, "governance").outcome
    assert isinstance(loaded, Committed)
    assert loaded.graphs == ("https://mesh.example/graph/beside",)
    exported = mesh.mapping_files.export_mappings(MappingFormat.TSV, mapping_set=_imported(mesh))
    assert same(read_tsv(exported.text.encode()), propose(read_tsv(FILE.encode())))


def test_the_past_has_the_mappings_of_then(mesh: Services) -> None:
    then = mesh.mapping_files.export_mappings(MappingFormat.TSV)
    sequence = mesh.graph.sequence
    _load(mesh, FILE)
    assert mesh.mapping_files.export_mappings(MappingFormat.TSV) != then
    assert mesh.as_of(sequence).mapping_files.export_mappings(MappingFormat.TSV) == then
