"""Whatever a person types, the answer is a sentence, a code and an exit status."""

import os
import socket
from pathlib import Path

import pytest

from isogloss import errors
from isogloss.cli.main import exit_status
from isogloss.errors import MeshError
from isogloss.store.folder import Folder
from tests.doors import Isogloss, Run

ERRORS = Path(__file__).parents[2] / "docs" / "errors.md"
KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, MeshError) and kind is not MeshError
]
NOWHERE = "https://mesh.example/marketing/dataset/nothing/nowhere"


def _refused(run: Run, status: int, code: str) -> str:
    """Check the form of a refusal and give its sentence."""
    assert run.status == status, run
    assert run.err.rstrip().endswith(f"[{code}]"), run.err
    assert "Traceback" not in run.err
    assert run.out == ""
    return run.err


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_a_status_a_branch_and_a_page(kind: type[MeshError]) -> None:
    assert [other.code for other in KINDS].count(kind.code) == 1
    assert exit_status(kind("…")) in {1, 2, 3}
    assert errors.__doc__ is not None
    assert f"── {kind.__name__} " in errors.__doc__
    assert f"\n## {kind.code}\n" in ERRORS.read_text("utf-8")


@pytest.mark.parametrize(
    "command",
    [
        ("lineage", NOWHERE),
        ("senses", "lead"),
        ("export",),
        ("query", "-"),
    ],
    ids=lambda command: command[0],
)
def test_an_empty_mesh_says_how_to_fill_it(
    isogloss: Isogloss, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "q.graphql").write_text("{ __typename }")
    arguments = [str(tmp_path / "q.graphql") if word == "-" else word for word in command]
    sentence = _refused(isogloss(*arguments), 1, "EMPTY_MESH")
    assert "isogloss demo" in sentence
    assert not (tmp_path / "mesh").exists()


def test_an_unknown_domain_is_named_with_those_there_are(
    isogloss: Isogloss, tmp_path: Path
) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("<urn:a> <urn:b> <urn:c> .")
    sentence = _refused(isogloss("load", file, "--domain", "nobody"), 1, "NOT_FOUND")
    assert "'nobody'" in sentence
    assert "governance" in sentence


def test_a_file_that_is_not_there_is_named(isogloss: Isogloss, tmp_path: Path) -> None:
    run = isogloss("load", tmp_path / "missing.ttl", "--domain", "governance")
    assert "missing.ttl" in _refused(run, 2, "INVALID_INPUT")


def test_a_folder_in_place_of_a_file_is_named(isogloss: Isogloss, tmp_path: Path) -> None:
    run = isogloss("load", tmp_path, "--domain", "governance")
    assert "folder" in _refused(run, 2, "INVALID_INPUT")


def test_a_syntax_error_is_placed(isogloss: Isogloss, tmp_path: Path) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text("@prefix ex: <urn:ex:> .\nex:a ex:b ex:c .\nex:a ex:b \n  ! .\n")
    sentence = _refused(isogloss("load", file, "--domain", "governance"), 2, "INVALID_INPUT")
    assert "broken.ttl" in sentence
    assert "line 4" in sentence


def test_the_wrong_format_is_said_so(isogloss: Isogloss, tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("<urn:a> <urn:b> <urn:c> .")
    run = isogloss("load", file, "--domain", "governance", "--format", "openlineage")
    assert run.status == 2
    assert "x.ttl" in run.err


def test_a_file_of_an_unknown_kind_is_said_so(isogloss: Isogloss, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(b"%PDF-1.7")
    run = isogloss("load", file, "--domain", "governance")
    assert "--format" in _refused(run, 2, "UNKNOWN_FORMAT")


def test_a_foreign_graph_is_refused_by_name(isogloss: Isogloss, tmp_path: Path) -> None:
    file = tmp_path / "x.trig"
    file.write_text("<https://mesh.example/finance/graph/x> { <urn:a> <urn:b> <urn:c> }")
    run = isogloss("load", file, "--domain", "governance")
    assert "https://mesh.example/finance/graph/x" in _refused(run, 2, "FOREIGN_GRAPH")


@pytest.mark.parametrize("iri", ["not an iri", "marketing/activity", "", "http://a b"])
def test_an_iri_that_is_none_is_refused(little_folder: Isogloss, iri: str) -> None:
    _refused(little_folder("lineage", iri), 2, "INVALID_IRI")


def test_an_unknown_id_is_refused_by_name(little_folder: Isogloss) -> None:
    assert NOWHERE in _refused(little_folder("lineage", NOWHERE), 1, "NOT_FOUND")


@pytest.mark.parametrize(
    ("hops", "bound"), [(0, "equal to 1"), (-1, "equal to 1"), (10**9, "1000")]
)
def test_an_impossible_depth_is_refused_with_the_bound(
    little_folder: Isogloss, hops: int, bound: str
) -> None:
    start = "https://mesh.example/marketing/product/activity"
    run = little_folder("lineage", start, f"--max-hops={hops}", "--level", "product")
    assert (run.status, run.out) == (2, "")
    assert "--max-hops" in run.err
    assert bound in run.err


def test_a_word_that_no_glossary_has_is_said_so(little_folder: Isogloss, tmp_path: Path) -> None:
    sentence = _refused(little_folder("senses", "floccinaucinihil"), 1, "NOT_FOUND")
    assert "'floccinaucinihil'" in sentence
    # The query that it offers runs as it is.
    (tmp_path / "q.graphql").write_text(sentence.split("`")[1])
    offered = little_folder("query", tmp_path / "q.graphql")
    assert offered.status == 0, offered.err


def test_a_folder_in_use_is_refused_by_name(little_folder: Isogloss, tmp_path: Path) -> None:
    held = Folder(tmp_path / "mesh")
    sentence = _refused(little_folder("senses", "lead"), 3, "STORE_UNAVAILABLE")
    assert str(tmp_path / "mesh") in sentence
    assert str(os.getpid()) in sentence
    held.release()


def test_a_taken_port_is_refused_with_a_way_out(little_folder: Isogloss) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = little_folder("serve", "--port", port)
    assert "--port" in _refused(run, 2, "INVALID_ARGUMENT")


def test_nobody_at_a_url_is_said_so(isogloss: Isogloss, tmp_path: Path) -> None:
    (tmp_path / "q.graphql").write_text("{ __typename }")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run = isogloss("query", tmp_path / "q.graphql", "--url", f"http://127.0.0.1:{port}/graphql")
    assert str(port) in _refused(run, 3, "STORE_UNAVAILABLE")


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/"])
def test_a_url_that_is_none_is_refused(isogloss: Isogloss, tmp_path: Path, url: str) -> None:
    (tmp_path / "q.graphql").write_text("{ __typename }")
    _refused(isogloss("query", tmp_path / "q.graphql", "--url", url), 2, "INVALID_INPUT")


def test_an_empty_operation_is_refused(isogloss: Isogloss, tmp_path: Path) -> None:
    (tmp_path / "q.graphql").write_text("  \n")
    _refused(isogloss("query", tmp_path / "q.graphql"), 2, "INVALID_INPUT")


@pytest.mark.parametrize("variables", ["{", "[]", "1"])
def test_variables_that_are_no_object_are_refused(
    isogloss: Isogloss, tmp_path: Path, variables: str
) -> None:
    (tmp_path / "q.graphql").write_text("{ __typename }")
    run = isogloss("query", tmp_path / "q.graphql", "--variables", variables)
    _refused(run, 2, "INVALID_INPUT")


def test_a_query_with_errors_prints_them_and_exits_with_1(
    little_folder: Isogloss, tmp_path: Path
) -> None:
    (tmp_path / "q.graphql").write_text('{ lineage(of: "x", direction: UPSTREAM) { complete } }')
    run = little_folder("query", tmp_path / "q.graphql")
    assert run.status == 1
    assert '"INVALID_IRI"' in run.out


def test_an_unknown_option_is_a_usage_error(isogloss: Isogloss) -> None:
    run = isogloss("senses", "lead", "--nonsense")
    assert run.status == 2
    assert "--nonsense" in run.err
