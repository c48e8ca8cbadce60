"""One table of words and prefixes for the code, the ontology, the shapes and every other file."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DefinedNamespace

from isogloss import vocab
from isogloss.vocab import CODE, MESH, OWL, PREFIXES, RDF, SKOS, Namespace

ROOT = Path(__file__).parents[1]
ONTOLOGY = sorted((ROOT / "ontology").glob("*.ttl"))
SHAPES = sorted((ROOT / "shapes").glob("*.ttl"))
SAMPLE = sorted((ROOT / "sample_data").rglob("*.ttl"))
QUERIES = sorted((ROOT / "src").rglob("*.rq")) + sorted((ROOT / "tests").rglob("*.rq"))
OTHERS = sorted((ROOT / "tests").rglob("*.ttl"))

NAMESPACES = [value for value in vars(vocab).values() if isinstance(value, Namespace)]

# rdflib carries lists of these that the standards' authors would recognise, and closes them.
CLOSED: list[type[DefinedNamespace]] = [
    rdflib.CSVW,
    rdflib.DCTERMS,
    rdflib.FOAF,
    rdflib.ODRL2,
    rdflib.ORG,
    rdflib.OWL,
    rdflib.PROV,
    rdflib.RDF,
    rdflib.RDFS,
    rdflib.SH,
    rdflib.SKOS,
    rdflib.VANN,
    rdflib.VOID,
    rdflib.XSD,
]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def iris(*paths: Path) -> set[str]:
    found: set[str] = set()
    for path in paths:
        for quad in ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE):
            terms = (quad.subject, quad.predicate, quad.object)
            found |= {term.value for term in terms if isinstance(term, ox.NamedNode)}
    return found


def instances(*classes: str) -> set[str]:
    return {
        quad.subject.value
        for path in ONTOLOGY
        for quad in ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE)
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode)
        and quad.predicate.value == RDF.type
        and quad.object.value in classes
    }


def test_a_misspelt_term_raises() -> None:
    with pytest.raises(AttributeError, match="dcat: has no term 'Datset'"):
        _ = vocab.DCAT.Datset


def test_mesh_has_exactly_the_terms_that_the_ontology_defines() -> None:
    defined = instances(OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    assert defined == {MESH.iri + term for term in MESH.terms}


def test_code_has_exactly_the_codes_that_the_ontology_defines() -> None:
    assert instances(SKOS.Concept) == {CODE.iri + term for term in CODE.terms}


@pytest.mark.parametrize("namespace", NAMESPACES, ids=lambda namespace: namespace.prefix)
def test_a_term_of_a_standard_is_one(namespace: Namespace) -> None:
    for closed in CLOSED:
        if str(closed) == namespace.iri:
            ours = {rdflib.URIRef(namespace.iri + term) for term in namespace.terms}
            assert {term for term in ours if term not in closed} == set()


@pytest.mark.parametrize("path", [*ONTOLOGY, *SHAPES, *SAMPLE, *QUERIES], ids=name_of)
def test_a_file_uses_no_word_that_no_vocabulary_has(path: Path) -> None:
    # A misspelt property is silence: nothing complains, and nothing is ever found.
    if path.suffix == ".rq":
        text = path.read_text("utf-8")
        bound = dict(re.findall(r"^PREFIX ([\w-]*): <([^>]*)>", text, re.M))
        used = {bound[p] + local for p, local in re.findall(r"\b([\w-]+):(\w+)", _bare(text))}
    else:
        used = iris(path)
    unknown = {iri for iri in used if not _is_known(iri)}
    assert unknown == set(), "spell it as its vocabulary does, or add it to vocab.py"


def _is_known(iri: str) -> bool:
    for namespace in NAMESPACES:
        local = iri.removeprefix(namespace.iri)
        if local in (iri, ""):
            continue
        if namespace.prefix == "rule":
            return True  # names of rules, which shapes/ gives
        if namespace is CODE and iri in instances(SKOS.ConceptScheme):
            return True
        closed = [known for known in CLOSED if str(known) == namespace.iri]
        return local in namespace.terms or any(rdflib.URIRef(iri) in known for known in closed)
    return True  # somebody's own


# ---- prefixes


def test_the_table_of_prefixes_is_sorted_and_has_no_namespace_twice() -> None:
    assert list(PREFIXES) == sorted(PREFIXES)
    assert len(set(PREFIXES.values())) == len(PREFIXES)


@pytest.mark.parametrize("path", [*ONTOLOGY, *SHAPES, *SAMPLE, *QUERIES, *OTHERS], ids=name_of)
def test_the_prefixes_of_a_file_are_those_of_the_table(path: Path) -> None:
    for prefix, iri in _bound(path):
        table = {known: name for name, known in PREFIXES.items()}
        assert PREFIXES.get(prefix, iri) == iri, f"{prefix}: is another namespace in vocab.py"
        assert table.get(iri, prefix) == prefix, f"<{iri}> is called {table.get(iri)}: in vocab.py"


@pytest.mark.parametrize("path", [*ONTOLOGY, *SHAPES, *SAMPLE, *QUERIES], ids=name_of)
def test_the_prefixes_of_a_file_are_sorted_and_used(path: Path) -> None:
    bound = [prefix for prefix, _ in _bound(path)]
    assert bound == sorted(bound)
    used = set(re.findall(r"(?<![\w:.-])([A-Za-z][\w-]*):", _bare(path.read_text("utf-8"))))
    assert set(bound) - used == set(), "bound and not used"


def _bound(path: Path) -> list[tuple[str, str]]:
    return re.findall(r"^(?:@prefix|PREFIX) ([\w-]*): <([^>]*)>", path.read_text("utf-8"), re.M)


def _bare(text: str) -> str:
    """Take prefix lines, strings, IRIs and comments out of Turtle or SPARQL."""
    text = re.sub(r"^(?:@prefix|PREFIX) .*$", "", text, flags=re.M)
    return re.sub(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|<[^>\s]*>|#[^\n]*', " ", text)
