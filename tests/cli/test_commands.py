"""What each command does when all is well, told through its output and exit status."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.doors import Isogloss

TOP = Path(__file__).parents[2]
KPI = "https://mesh.example/finance/dataset/kpi_monthly/active_users"
ORDERS = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
<https://mesh.example/sales/dataset/x> a dcat:Dataset ; dcterms:title "x" ;
    dcterms:description [ a dcterms:ProvenanceStatement ; dcterms:title "by hand" ] .
"""
SAME_IN = {
    "x.ttl": ox.RdfFormat.TURTLE,
    "x.trig": ox.RdfFormat.TRIG,
    "x.nt": ox.RdfFormat.N_TRIPLES,
    "x.nq": ox.RdfFormat.N_QUADS,
    "x.jsonld": ox.RdfFormat.JSON_LD,
    "x.rdf": ox.RdfFormat.RDF_XML,
}


def test_the_demo_loads_once_and_then_changes_nothing(isogloss: Isogloss) -> None:
    first = isogloss("demo", "--no-serve")
    assert first.status == 0
    assert "Committed as number 2" in first.out
    assert first.err == ""
    again = isogloss("demo", "--no-serve")
    assert (again.status, again.out) == (
        0,
        "Nothing changed: the mesh says all this already (commit 2).\n",
    )


@pytest.mark.parametrize("name", SAME_IN)
def test_the_same_document_in_any_format_says_the_same(
    little_folder: Isogloss, tmp_path: Path, name: str
) -> None:
    (tmp_path / "x.ttl").write_text(ORDERS)
    run = little_folder("load", tmp_path / "x.ttl", "--domain", "sales", "--source", "x")
    assert "5 quads added" in run.out
    quads = [quad.triple for quad in ox.parse(ORDERS, format=ox.RdfFormat.TURTLE)]
    (tmp_path / name).write_bytes(ox.serialize(quads, format=SAME_IN[name]) or b"")
    run = little_folder("load", tmp_path / name, "--domain", "sales", "--source", "x")
    assert run.status == 0
    assert run.out.startswith("Nothing changed")


def test_files_without_a_source_are_sources_of_their_own_names(
    little_folder: Isogloss, tmp_path: Path
) -> None:
    for name in ("one.ttl", "two.ttl"):
        (tmp_path / name).write_text(ORDERS)
    run = little_folder("load", tmp_path / "one.ttl", tmp_path / "two.ttl", "--domain", "sales")
    assert "in 2 sources" in run.out
    exported = little_folder("export", "--domain", "sales", "--format", "nquads").out
    for name in ("one", "two"):
        assert f"<https://mesh.example/sales/graph/{name}>" in exported


def test_one_bad_file_of_several_stops_them_all(little_folder: Isogloss, tmp_path: Path) -> None:
    (tmp_path / "good.ttl").write_text(ORDERS)
    (tmp_path / "bad.ttl").write_text("oops")
    before = little_folder("export", "--format", "nquads").out
    run = little_folder("load", tmp_path / "good.ttl", tmp_path / "bad.ttl", "--domain", "sales")
    assert run.status == 2
    assert little_folder("export", "--format", "nquads").out == before


def test_a_refusal_names_all_that_one_must_know(little_folder: Isogloss, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(ORDERS.replace("dcat:Dataset", "dcat:DataService"))
    run = little_folder("load", tmp_path / "x.ttl", "--domain", "sales")
    assert run.status == 1
    assert "Refused: 2 violations; nothing was written." in run.out
    for part in (
        "violation: State a dcat:endpointURL",
        "focus node  https://mesh.example/sales/dataset/x",
        "path        http://www.w3.org/ns/dcat#endpointURL",
        "rule        endpoint <https://w3id.org/isogloss/shapes#Port-endpoint>",
    ):
        assert part in run.out


SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <urn:ex:> .
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [
  sh:path [ sh:inversePath ex:p ] ; sh:minCount 1 ; sh:message "Let something point here." ] ."""


@pytest.mark.parametrize(
    ("data", "shapes", "status"),
    [
        ("<urn:x> a <urn:ex:C> . <urn:y> <urn:ex:p> <urn:x> .", SHAPES, 0),
        ("<urn:x> a <urn:ex:C> .", SHAPES, 1),
        ("<urn:x> a ", SHAPES, 2),
        ("<urn:x> a <urn:ex:C> .", "oops", 2),
        ("<urn:x> a <urn:ex:C> .", "<urn:x> a <urn:nothing> .", 3),
        ("<urn:x> a <urn:ex:C> .", SHAPES + ' ex:S sh:pattern "(" .', 3),
    ],
)
def test_validate_tells_by_its_exit_status(
    isogloss: Isogloss, tmp_path: Path, data: str, shapes: str, status: int
) -> None:
    (tmp_path / "data.ttl").write_text(data)
    (tmp_path / "shapes.ttl").write_text(shapes)
    run = isogloss("validate", tmp_path / "data.ttl", "--shapes", tmp_path / "shapes.ttl")
    assert run.status == status, run
    assert bool(run.out) == (status in {0, 1})
    assert bool(run.err) == (status in {2, 3})
    assert not (tmp_path / "mesh").exists()


@pytest.mark.parametrize("format", ["text", "json", "turtle", "json-ld"])
def test_validate_writes_its_report_in_every_format(
    isogloss: Isogloss, tmp_path: Path, format: str
) -> None:
    (tmp_path / "data.ttl").write_text("<urn:x> a <urn:ex:C> .")
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    run = isogloss(
        "validate", tmp_path / "data.ttl", "--shapes", tmp_path / "shapes.ttl", "--format", format
    )
    assert "Let something point here." in run.out
    if format == "json":
        (result,) = json.loads(run.out)["results"]
        assert result["path"] == "^<urn:ex:p>"
    elif format != "text":
        rdf = ox.RdfFormat.TURTLE if format == "turtle" else ox.RdfFormat.JSON_LD
        predicates = {quad.predicate.value for quad in ox.parse(run.out, format=rdf)}
        assert "http://www.w3.org/ns/shacl#inversePath" in predicates


@pytest.mark.parametrize("format", ["nquads", "trig", "json-ld"])
def test_an_export_loads_again_into_the_same_mesh(
    little_folder: Isogloss, tmp_path: Path, format: str
) -> None:
    run = little_folder("export", "--domain", "marketing", "--format", format)
    formats = {
        "nquads": ox.RdfFormat.N_QUADS,
        "trig": ox.RdfFormat.TRIG,
        "json-ld": ox.RdfFormat.JSON_LD,
    }
    quads = set(ox.parse(run.out, format=formats[format]))
    graphs = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    assert graphs == {
        f"https://mesh.example/marketing/graph/{name}"
        for name in (
            "glossary",
            "product/activity",
            "product/audience-segments",
            "product/campaigns",
        )
    }
    one = [q for q in quads if str(q.graph_name).endswith("graph/glossary>")]
    (tmp_path / "one.nq").write_bytes(ox.serialize(one, format=ox.RdfFormat.N_QUADS) or b"")
    again = little_folder(
        "load", tmp_path / "one.nq", "--domain", "marketing", "--source", "glossary"
    )
    assert again.out.startswith("Nothing changed")


def test_an_export_may_be_piped_into_a_load_of_the_same_folder(
    little_folder: Isogloss, tmp_path: Path
) -> None:
    assert little_folder("senses", "lead").status == 0
    isogloss = f"{sys.executable} -c 'from isogloss.cli import main; main()'"
    piped = f"{isogloss} export --domain sales --format turtle | {isogloss} load - --domain sales"
    done = subprocess.run(  # noqa: S602 - two commands of our own
        f"{piped} --source copy --format turtle",
        check=False,
        shell=True,
        env={**os.environ, "ISOGLOSS_DATA": str(tmp_path / "mesh")},
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("Committed as number 3"), done.stderr


def test_the_whole_mesh_is_exported_without_the_systems_own_graphs(little_folder: Isogloss) -> None:
    exported = little_folder("export", "--format", "nquads").out
    assert len(exported.splitlines()) > 5000
    assert "w3id.org/isogloss/graph/" not in exported


def test_the_schema_is_printed_and_written(isogloss: Isogloss, tmp_path: Path) -> None:
    printed = isogloss("schema").out
    assert isogloss("schema", "--write", tmp_path / "s.graphql").status == 0
    assert (tmp_path / "s.graphql").read_text() == printed
    assert printed == (TOP / "schema.graphql").read_text()


def test_lineage_is_shown_to_programs_too(little_folder: Isogloss) -> None:
    answer = json.loads(little_folder("lineage", KPI, "--format", "json").out)
    assert answer["complete"]
    assert len(answer["nodes"]) == 8
    assert {edge["kind"] for edge in answer["edges"]} == {"DERIVATION", "INFLUENCE"}


def test_lineage_that_was_cut_says_so(little_folder: Isogloss) -> None:
    run = little_folder("lineage", KPI, "--max-hops", "1")
    assert "cut by --max-hops 1, " in run.out


def test_downstream_shows_what_breaks(little_folder: Isogloss) -> None:
    start = "https://mesh.example/product/dataset/app_events"
    run = little_folder("lineage", start, "--direction", "downstream", "--level", "product")
    assert "Finance · Board report" in run.out


def test_a_query_takes_variables_and_standard_input(
    little_folder: Isogloss, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stdin:
        class buffer:  # noqa: N801 - as in sys.stdin.buffer
            @staticmethod
            def read() -> bytes:
                return b"query ($n: Int!) { products(first: $n) { totalCount } }"

    monkeypatch.setattr(sys, "stdin", Stdin)
    run = little_folder("query", "-", "--variables", '{"n": 1}')
    assert json.loads(run.out) == {"data": {"products": {"totalCount": 15}}}


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Serve a mesh in a process of its own, and give its address."""
    command = [sys.executable, "-c", "from isogloss.cli import main; main()"]
    arguments = ["serve", "--port", "0", "--public", "--data", str(folder)]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/graphql", said)
            assert found, said
            yield found[0]
        finally:
            server.terminate()


def test_a_running_mesh_is_asked_by_its_address(
    isogloss: Isogloss, sample_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "q.graphql").write_text("{ products { totalCount } }")
    with _served(sample_folder) as address:
        run = isogloss("query", tmp_path / "q.graphql", "--url", address)
        assert json.loads(run.out) == {"data": {"products": {"totalCount": 15}}}
        # The folder is the server's alone, and the refusal says how to ask it.
        locked = isogloss("senses", "lead", "--data", sample_folder)
        assert locked.status == 3
        assert "--url" in locked.err
        health = address.replace("/graphql", "/health")
        with urllib.request.urlopen(health, timeout=10) as response:  # noqa: S310 - loopback
            assert json.loads(response.read())["sequence"] == 2
        run = isogloss("query", tmp_path / "q.graphql", "--url", health)
        assert run.status == 2
    assert isogloss("senses", "lead", "--data", sample_folder).status == 0


@pytest.mark.parametrize(
    "command",
    [
        *("demo", "serve", "load", "validate", "lineage", "senses", "query", "export", "schema"),
        *("plan", "apply", "init", "token", "member", "history", "diff", "revert"),
        *("verify", "backup", "restore", "rebuild", "compact"),
    ],
)
def test_every_command_has_help(isogloss: Isogloss, command: str) -> None:
    run = isogloss(command, "--help")
    assert run.status == 0
    assert "Usage:" in run.out
