"""`isogloss load` takes the mapping files of others."""

from pathlib import Path

from tests.doors import Isogloss

FILE = """#curie_map:
#  mkt: https://mesh.example/marketing/term/
#  sls: https://mesh.example/sales/term/
#license: https://creativecommons.org/publicdomain/zero/1.0/
subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence
sls:lead\tskos:relatedMatch\tmkt:lead\tsemapv:LexicalMatching\t0.2
"""


def test_mappings_are_loaded_and_seen_as_proposed(little_folder: Isogloss, tmp_path: Path) -> None:
    (tmp_path / "m.sssom.tsv").write_text(FILE, "utf-8")
    arguments = ("load", tmp_path / "m.sssom.tsv", "--domain", "governance", "--source", "others")
    run = little_folder(*arguments)
    assert run.status == 0, run.err
    assert "Committed as number 3" in run.out
    assert little_folder(*arguments).out.startswith("Nothing changed")
    assert "proposed" in little_folder("senses", "lead").out


def test_a_file_that_cannot_be_read_is_refused_with_its_line(
    little_folder: Isogloss, tmp_path: Path
) -> None:
    (tmp_path / "m.txt").write_text(FILE.replace("0.2", "low"), "utf-8")
    run = little_folder("load", tmp_path / "m.txt", "--domain", "governance", "--format", "sssom")
    assert run.status != 0
    assert "m.txt, line 6: confidence is 'low': write a number from 0 to 1." in run.err
