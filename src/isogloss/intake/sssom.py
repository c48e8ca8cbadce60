"""SSSOM, the standard of mappings: its files and its triples, read and written without loss."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Protocol

import pyoxigraph as ox

from isogloss.errors import UnknownFormat
from isogloss.intake.formats import Format
from isogloss.intake.rdf import read_rdf
from isogloss.intake.sssom_graph import ReadSet, declared_prefix, from_triples, read_triples
from isogloss.intake.sssom_rdf import to_rdf, to_triples, turtle_prefixes
from isogloss.intake.sssom_sheet import write_tsv
from isogloss.intake.sssom_tsv import read_tsv
from isogloss.intake.terms import check_terms
from isogloss.model.change import Document
from isogloss.model.rdf import Iri
from isogloss.model.sssom import Extension, MappingSet, Record
from isogloss.model.sssom_forms import join_prefixes
from isogloss.vocab import CODE, MESH

__all__ = [
    "ReadSet",
    "declared_prefix",
    "from_triples",
    "propose",
    "read_triples",
    "read_tsv",
    "read_turtle",
    "to_rdf",
    "to_triples",
    "turtle_prefixes",
    "write_tsv",
]

_STATUS = Extension(
    "ext_mappingStatus", MESH.mappingStatus, Iri("https://w3id.org/linkml/Uriorcurie")
)
_YAML = {".yml", ".yaml"}


class _Upload(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> bytes: ...


def read_turtle(data: bytes, *, name: str = "the file") -> ReadSet:
    """Read a set from SSSOM in Turtle, with the prefixes that it declares.

    Raises:
        InvalidInput: it is no Turtle, or no set of mappings.
    """
    graph = Iri("urn:isogloss:sssom")
    space = "urn:isogloss:sssom/"
    document = read_rdf(name, data, Format.TURTLE, space=space, graph=graph)
    parser = ox.parse(data, format=ox.RdfFormat.TURTLE)
    deque(parser, maxlen=0)  # prefixes are known once they have been met
    return read_triples(document.triples, prefixes=dict(parser.prefixes))


def read_mappings(
    upload: _Upload, beside: Sequence[_Upload], *, space: str, graph: Iri
) -> Document:
    """Read a file of mappings into what a source of the mesh says; its metadata may lie beside it.

    Raises:
        InvalidInput: it is no SSSOM; the sentence names the line.
    """
    if PurePath(upload.name).suffix == ".ttl":
        read = read_turtle(upload.data, name=upload.name)
    else:
        metadata = next((one.data for one in beside if is_metadata_of(one, upload)), None)
        read = ReadSet(read_tsv(upload.data, metadata, name=upload.name))
    triples = to_triples(propose(read.mappings), space=space, graph=graph)
    check_terms(upload.name, triples)
    return Document(triples, read.notes)


def is_metadata(upload: _Upload, uploads: Sequence[_Upload]) -> bool:
    """Tell whether a document is the metadata of another of these.

    Raises:
        UnknownFormat: it is YAML, and there is no other that it could belong to.
    """
    if PurePath(upload.name).suffix not in _YAML:
        return False
    if not any(is_metadata_of(upload, other) for other in uploads):
        raise UnknownFormat(
            f"{upload.name} is YAML, which is read only as the metadata of mappings: load it with "
            "its rows, in a file of the same name that ends in .tsv."
        )
    return True


def is_metadata_of(upload: _Upload, rows: _Upload) -> bool:
    """Tell whether a document is the metadata of another, by their names."""
    one, other = PurePath(upload.name), PurePath(rows.name)
    return one.suffix in _YAML and other.suffix == ".tsv" and one.stem == other.stem


def propose(mappings: MappingSet) -> MappingSet:
    """Make each mapping that does not say how far it has come a proposed one."""
    status = next(
        (one for one in mappings.definitions if one.predicate == _STATUS.predicate), _STATUS
    )
    definitions = (*(one for one in mappings.definitions if one != status), status)
    records = tuple(
        Record(record.slots, {status.name: CODE.proposed, **record.extensions})
        for record in mappings.records
    )
    prefixes = join_prefixes(mappings.prefixes, {"code": CODE.iri, "mesh": MESH.iri})
    return replace(mappings, records=records, definitions=definitions, prefixes=prefixes)
