"""Our vocabulary has none of the defects that `checks/` looks for, and each check finds its own."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from isogloss.vocab import OWL, RDF, RDFS

ONTOLOGY = Path(__file__).parents[2] / "ontology"
CHECKS = sorted((Path(__file__).parent / "checks").glob("*.rq"))
BAD = Path(__file__).parent / "bad"


def read(*files: Path) -> ox.Store:
    graph = ox.Store()
    for file in files:
        graph.load(file.read_bytes(), ox.RdfFormat.TURTLE)
    return graph


def rows(graph: ox.Store, check: Path) -> list[str]:
    solutions = graph.query(check.read_text("utf-8"))
    assert isinstance(solutions, ox.QuerySolutions)
    return [str(row) for row in solutions]


def fixture(check: Path) -> Path:
    return BAD / f"{check.stem.replace('_', '-')}.ttl"


@pytest.fixture(scope="module")
def ontology() -> ox.Store:
    return read(*ONTOLOGY.glob("*.ttl"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_the_ontology_is_without(check: Path, ontology: ox.Store) -> None:
    assert rows(ontology, check) == [], check.read_text("utf-8")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_a_check_finds_its_defect_and_no_other_check_does(check: Path) -> None:
    graph = read(*ONTOLOGY.glob("*.ttl"), fixture(check))
    found = {other.stem: len(rows(graph, other)) for other in CHECKS}
    assert {name: count for name, count in found.items() if count} == {check.stem: 1}


def test_every_bad_fixture_has_its_check() -> None:
    assert set(BAD.glob("*.ttl")) == {fixture(check) for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.stem)
def test_a_check_says_why_and_how_to_put_it_right(check: Path) -> None:
    header = check.read_text("utf-8").partition("\n\n")[0]
    assert "\n# why: " in header
    assert "\n# fix: " in header


@pytest.mark.parametrize("module", sorted(ONTOLOGY.glob("*.ttl")), ids=lambda module: module.stem)
def test_a_term_stands_in_the_module_that_it_names(module: Path) -> None:
    graph = read(module)
    (header,) = graph.quads_for_pattern(None, ox.NamedNode(RDF.type), ox.NamedNode(OWL.Ontology))
    assert str(header.subject) == f"<https://w3id.org/isogloss/ontology/{module.stem}>"
    homes = {
        str(quad.object)
        for quad in graph.quads_for_pattern(None, ox.NamedNode(RDFS.isDefinedBy), None)
    }
    assert {home for home in homes if "w3id.org/isogloss" in home} <= {str(header.subject)}


def test_the_readme_says_which_file_holds_what() -> None:
    readme = (ONTOLOGY / "README.md").read_text("utf-8")
    assert [file.name for file in ONTOLOGY.glob("*.ttl") if f"`{file.name}`" not in readme] == []
