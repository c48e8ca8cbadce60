"""SSSOM/TSV is read as the standard has it, written in one way only, and nothing gets lost."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import InvalidInput, TooLarge, UnknownFormat
from isogloss.intake.documents import Upload, read_source
from isogloss.intake.sssom import read_tsv, write_tsv
from isogloss.intake.sssom_values import split_values
from isogloss.intake.terms import MAX_TRIPLES
from isogloss.intake.yaml import MAX_YAML
from isogloss.model.rdf import Iri
from isogloss.model.sssom import MappingSet
from isogloss.model.sssom_forms import condense, same, spread
from isogloss.vocab import CODE, MESH, SSSOM
from tests.intake.sssom_sets import mapping_sets

MAP = "#curie_map:\n#  A: https://a.example/\n"
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification"
ROW = "A:1\tskos:exactMatch\tA:2\tsemapv:ManualMappingCuration"
FILE = f"{MAP}{COLUMNS}\n{ROW}\n"


def _read(text: str) -> MappingSet:
    return read_tsv(text.encode(), name="x.tsv")


def _extra(column: str, cell: str, metadata: str = "") -> MappingSet:
    return _read(f"{MAP}{metadata}{COLUMNS}\t{column}\n{ROW}\t{cell}\n")


def test_a_file_of_others_round_trips(shared_data: Path) -> None:
    data = (shared_data / "sssom/foodie-inc.sssom.tsv").read_bytes()
    mappings = read_tsv(data)
    assert len(mappings.records) == 5
    first = mappings.records[0].slots
    assert first["subject_id"] == "https://kewl-foodie.inc/food/F001"
    assert first["object_source"] == "https://www.wikidata.org/wiki/Q55118395"  # of the set
    assert first["confidence"] == 0.95
    assert str(first["comment"]).endswith('but only "whole" apple types exist.')
    assert mappings.slots["mapping_set_version"] == "2022-05-01"
    written = write_tsv(mappings)
    again = read_tsv(written.encode())
    assert same(mappings, again)
    assert write_tsv(again) == written


@given(mapping_sets())
def test_any_set_is_read_as_it_was_written(mappings: MappingSet) -> None:
    written = write_tsv(mappings)
    again = read_tsv(written.encode())
    assert same(mappings, again)
    assert write_tsv(again) == written


@given(mapping_sets())
def test_what_is_spread_is_condensed_again(mappings: MappingSet) -> None:
    wide = spread(mappings)
    assert spread(wide) == wide
    assert condense(condense(wide)) == condense(wide)
    assert same(condense(wide), mappings)


@given(st.lists(st.text("ab|\\", min_size=1)))
def test_pipes_and_backslashes_in_a_cell(values: list[str]) -> None:
    cell = "|".join(value.replace("\\", "\\\\").replace("|", "\\|") for value in values)
    assert split_values(cell) == tuple(values)


def test_a_lone_backslash_is_itself() -> None:
    assert split_values(r"a\b|c\\|d") == (r"a\b", "c\\", "d")


def test_metadata_may_lie_beside() -> None:
    inside = _read(f"{MAP}#license: urn:l\n#mapping_tool: t\n{COLUMNS}\n{ROW}\n")
    beside = b"curie_map: {A: https://a.example/}\nlicense: urn:l\nmapping_tool: t\n"
    assert same(inside, read_tsv(f"{COLUMNS}\n{ROW}\n".encode(), beside))
    with pytest.raises(InvalidInput, match="keep one of the two"):
        read_tsv(FILE.encode(), beside)


def test_what_a_set_says_of_all_is_said_of_each_unless_one_says_it_itself() -> None:
    rows = f"{COLUMNS}\tmapping_tool\n{ROW}\tmine\n{ROW}\t\n"
    mappings = _read(f"{MAP}#mapping_tool: ours\n#object_source: A:x\n{rows}")
    assert [r.slots.get("mapping_tool") for r in mappings.records] == ["mine", None]
    assert [r.slots.get("object_source") for r in mappings.records] == ["https://a.example/x"] * 2
    assert mappings.slots == {"mapping_tool": "ours"}
    # Who made the set did not make each mapping.
    assert "creator_id" not in _read(f"{MAP}#creator_id: A:c\n{rows}").records[0].slots


def test_literals_and_terms_that_are_not_there() -> None:
    header = "subject_label\tsubject_type\tpredicate_id\tobject_id\tmapping_justification"
    literal, none = _read(
        f"{MAP}#object_source: A:x\n{header}\tsubject_id\n"
        "#apple\trdfs literal\tskos:exactMatch\tA:2\tsemapv:LexicalMatching\t\n"
        "\t\tskos:exactMatch\tsssom:NoTermFound\tsemapv:LexicalMatching\tA:1\n"
    ).records
    assert literal.slots["subject_label"] == "#apple"
    assert "subject_id" not in literal.slots
    assert none.slots["object_id"] == SSSOM.NoTermFound


def test_extensions_are_kept_declared_or_not() -> None:
    metadata = (
        "#extension_definitions:\n"
        "#- slot_name: ext_a\n#  property: A:p\n#  type_hint: xsd:integer\n"
        "#- slot_name: ext_b\n#  type_hint: linkml:Uriorcurie\n"
        "#- property: A:nameless\n#- slot_name: comment\n#- {slot_name: ext_c, property: B:q}\n"
        "#- {slot_name: ext_d, more: 1}\n#- text\n#ext_set: of the set\n"
    )
    mappings = _extra("ext_a\text_b\text_c\text_d\tno standard's", "07\tA:x\tc\td\te", metadata)
    assert mappings.records[0].extensions == {
        "ext_a": "07",
        "ext_b": "https://a.example/x",
        "ext_c": "c",
        "ext_d": "d",
        "no standard's": "e",
    }
    assert mappings.extensions == {"ext_set": "of the set"}
    properties = {one.name: one.predicate for one in mappings.definitions}
    assert properties["ext_a"] == "https://a.example/p"
    assert properties["ext_c"] == "http://sssom.invalid/ext_c"
    assert "#  - slot_name: ext_set\n" in write_tsv(mappings)


def test_forms_that_other_programs_write() -> None:
    plain = _read(FILE)
    assert same(plain, _read("\ufeff" + FILE))
    assert same(plain, _read(FILE.replace("\n", "\r\n")))
    assert same(plain, _read(FILE.replace("#", "# ").rstrip("\n")))
    padded = "".join(f"{line}\t\t\n" for line in FILE.splitlines())
    assert same(plain, _read(f"{padded}\n\t\t\t\n"))
    assert same(plain, _extra("confidence\tcomment", "\t"))
    assert same(plain, _extra("", ""))
    assert same(_extra("comment", "#1"), _extra("comment", '"#1"'))
    quoted = _extra("comment", '"a\r\nb\t""c"""')
    assert quoted.records[0].slots["comment"] == 'a\r\nb\t"c"'


@pytest.mark.parametrize("version", ["1.1", None])
def test_the_version_is_named_where_it_must_be(version: str | None) -> None:
    assert "sssom_version" not in write_tsv(_read(FILE))
    metadata = f'#sssom_version: "{version}"\n' if version else ""
    written = write_tsv(_extra("review_date", "2026-01-01", metadata))
    assert written.startswith('#sssom_version: "1.1"\n')


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (FILE.replace("A:2", "B:2"), 4, "prefix nobody declares"),
        (FILE.replace("A:2", "https://a.example/2"), 4, "prefix nobody declares"),
        (FILE.replace("A:2", "no term"), 4, "prefix nobody declares"),
        (FILE.replace("A:2", "A:two words"), 4, "percent-encode"),
        (FILE.replace("A:2", ""), 4, "no object_id"),
        (FILE.replace("skos:exactMatch", "sssom:NoTermFound"), 4, "leave it empty"),
        (FILE + ROW + "\tmore\n", 5, "more cells"),
        (FILE + ROW + '\t"more\n', 5, "closed"),
        (FILE + '"a" b\n', 5, "each quote in it twice"),
        (f"{MAP}{ROW}\n", 3, "no column predicate_id"),
        (f"{MAP}{COLUMNS}\t\tx\n{ROW}\n", 3, "has no name"),
        (f"{MAP}{COLUMNS}\tx\tx\n{ROW}\n", 3, "two columns"),
        (f"{MAP}{COLUMNS}\tconfidence\n{ROW}\t1.5\n", 4, "a number from 0 to 1"),
        (f"{MAP}{COLUMNS}\tconfidence\n{ROW}\tnan\n", 4, "a number from 0 to 1"),
        (f"{MAP}{COLUMNS}\tmapping_date\n{ROW}\t2026-02-30\n", 4, "YYYY-MM-DD"),
        (f"{MAP}{COLUMNS}\tmapping_date\n{ROW}\t20260201\n", 4, "YYYY-MM-DD"),
        (f"{MAP}{COLUMNS}\tpredicate_modifier\n{ROW}\tnot\n", 4, "write one of Not"),
        (f"{MAP}{COLUMNS}\tmapping_cardinality\n{ROW}\t1:m\n", 4, "write one of 1:1, 1:n"),
        (f"{MAP}{COLUMNS}\trecord_id\n{ROW}\tA:r\n{ROW}\tA:r\n", 5, "that of line 4 too"),
        (f"{MAP}#mapping_date: soon\n{COLUMNS}\n{ROW}\n", 3, "YYYY-MM-DD"),
        (f"{MAP}#license:\n#- urn:a\n#- urn:b\n{COLUMNS}\n{ROW}\n", 3, "keep one"),
        (f"{MAP}#ours: [a, b]\n{COLUMNS}\n{ROW}\n", 3, "a list and no slot"),
        (f"{MAP}#ours: {{a: b}}\n{COLUMNS}\n{ROW}\n", 3, "more than text"),
        (f"{MAP}#  skos: urn:other\n{COLUMNS}\n{ROW}\n", 3, "built in"),
        (f"{MAP}#  B: nowhere\n{COLUMNS}\n{ROW}\n", 3, "absolute IRI"),
        (f"{MAP}#sssom_version: '2.0'\n{COLUMNS}\n{ROW}\n", 3, "write one of 1.0, 1.1"),
        (f"{MAP}#curie_map: {{}}\n{COLUMNS}\n{ROW}\n", 3, "twice"),
        (f"{MAP}#a comment\n{COLUMNS}\n{ROW}\n", 3, "not YAML"),
        (f"#%YAML 1.1\n#---\n{MAP}{COLUMNS}\n{ROW}\n", 1, "directive"),
        (f"{MAP}#license: !!str a\n{COLUMNS}\n{ROW}\n", 3, "tag"),
        (f"{MAP}#license: &l a\n{COLUMNS}\n{ROW}\n", 3, "anchor"),
        (f"{MAP}#license: *l\n{COLUMNS}\n{ROW}\n", 3, "anchor"),
        (f"{MAP}#---\n#a: b\n{COLUMNS}\n{ROW}\n", 3, "second document"),
        (f"#- a\n{COLUMNS}\n{ROW}\n", 1, "list"),
        (f"{MAP}#x: {'[' * 20}\n{COLUMNS}\n{ROW}\n", 3, "levels deep"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        _read(text)
    assert caught.value.line == line
    assert f"x.tsv, line {line}" in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_file_without_rows() -> None:
    assert _read(f"{MAP}#license: urn:a\n{COLUMNS}\n").records == ()
    with pytest.raises(InvalidInput, match="names of its columns"):
        _read(MAP)
    empty = MappingSet({"license": "urn:a", "mapping_tool": "t"})
    assert same(empty, read_tsv(write_tsv(empty).encode()))


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    laughs = "#a: &a [ha, ha]\n" + "".join(
        f"#{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(InvalidInput, match=r"line 1: .* anchor or alias"):
        _read(laughs + COLUMNS)


def test_sizes_are_bounded() -> None:
    with pytest.raises(TooLarge):
        _read(f"#comment: {'a' * MAX_YAML}\n{COLUMNS}\n{ROW}\n")
    with pytest.raises(InvalidInput, match="split it"):
        _read(FILE + f"{ROW}\n" * (MAX_TRIPLES // 6))
    with pytest.raises(InvalidInput, match="keep such text elsewhere"):
        _extra("comment", "a" * 200_000)


def test_a_name_without_a_prefix_cannot_be_written() -> None:
    with pytest.raises(InvalidInput, match="<urn:b:x> fits no prefix"):
        write_tsv(MappingSet({"creator_id": ("urn:b:x",)}))


# ---------------------------------------------------------------------------- as a source

SPACE = "https://mesh.example/shop/"
GRAPH = Iri(f"{SPACE}graph/x")


def test_files_are_told_by_their_names() -> None:
    whole = read_source([Upload("m.sssom.tsv", FILE.encode())], space=SPACE, graph=GRAPH)
    parts = [
        Upload("m.sssom.yml", b"curie_map:\n  A: https://a.example/\n"),
        Upload("m.sssom.tsv", f"{COLUMNS}\n{ROW}\n".encode()),
    ]
    assert read_source(parts, space=SPACE, graph=GRAPH) == whole
    # A mapping that does not say how far it has come was not approved by anybody here.
    assert {t.object for t in whole.triples if t.predicate == MESH.mappingStatus} == {CODE.proposed}
    assert all(t.subject.startswith(f"{SPACE}.well-known/genid/") for t in whole.triples)


def test_metadata_alone_is_no_document() -> None:
    with pytest.raises(UnknownFormat, match="with its rows"):
        read_source([Upload("m.sssom.yml", b"a: b")], space=SPACE, graph=GRAPH)


def test_quotes_in_metadata_are_those_of_json_and_yaml() -> None:
    text = 'a "b": \\ {c}'
    written = write_tsv(MappingSet({"comment": text}))
    assert f"#comment: {json.dumps(text)}\n" in written or f"#comment: {text}\n" in written
