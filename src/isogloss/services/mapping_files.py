"""Give the mappings of the mesh to others, in SSSOM."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from isogloss.errors import NotFound
from isogloss.intake.sssom import (
    ReadSet,
    declared_prefix,
    read_triples,
    to_rdf,
    turtle_prefixes,
    write_tsv,
)
from isogloss.model.catalog import Domain
from isogloss.model.rdf import Iri, Triple
from isogloss.model.sssom import MappingSet
from isogloss.model.sssom_forms import join_prefixes
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.meaning import Meanings
from isogloss.store.graph import Reader
from isogloss.store.serialization import turtle
from isogloss.vocab import PREFIXES, SSSOM, VOID

__all__ = ["ExportedMappings", "MappingFiles", "MappingFormat", "write_turtle"]

_PEOPLE = {"orcid": "https://orcid.org/"}
"""What authors in SSSOM files are named by more than by anything else."""


class MappingFormat(Enum):
    """What mappings are written in."""

    TSV = "tsv"
    TURTLE = "turtle"


@dataclass(frozen=True, slots=True)
class ExportedMappings:
    """A file, how many mappings are in it, and in sentences what SSSOM could not hold of them."""

    text: str
    count: int
    notes: tuple[str, ...]


def write_turtle(mappings: MappingSet) -> str:
    """Write a set as SSSOM in Turtle, with its prefixes."""
    return turtle(to_rdf(mappings), turtle_prefixes(mappings))


class MappingFiles:
    """The mappings of the mesh as files of the standard; the same state gives the same text.

    Files come in as any document does, see `services.loading`.
    """

    def __init__(self, exact: Callable[[], Reader], catalog: Catalog, meanings: Meanings) -> None:
        """Take `exact` to read the state with, which has literals as they were submitted."""
        self._exact = exact
        self._catalog = catalog
        self._meanings = meanings

    def export_mappings(
        self,
        format: MappingFormat,
        *,
        between: tuple[Domain, Domain] | None = None,
        mapping_set: Iri | None = None,
    ) -> ExportedMappings:
        """Write mappings: those of a set, those between terms of two domains, or all there are.

        A set comes with all that it says of itself. Other files say nothing of whence they
        come, as their mappings may come from several sets.

        Raises:
            NotFound: there are none.
            InvalidInput: one of them lacks what SSSOM demands, or a name in it begins with no
                known prefix and the format is TSV.
        """
        if mapping_set is not None:
            read = self._set(mapping_set)
        elif between is not None:
            found = self._meanings.mappings(between)
            read = self._records({mapping.id for mapping in found})
        else:
            read = self._records(set(self._linked()))
        mappings = read.mappings
        text = write_tsv(mappings) if format is MappingFormat.TSV else write_turtle(mappings)
        return ExportedMappings(text, len(mappings.records), read.notes)

    def _set(self, mapping_set: Iri) -> ReadSet:
        described = self._describe([mapping_set])
        inner = {
            Iri(str(triple.object))
            for triple in described
            if triple.predicate in (SSSOM.mappings, SSSOM.extension_definitions, VOID.vocabulary)
        }
        if not inner:
            raise NotFound(
                f"<{mapping_set}> is no set that has mappings: name one that says which are its, "
                "by sssom:mappings."
            )
        return read_triples(
            [*described, *self._describe(inner)],
            prefixes=self._prefixes(),
            mapping_set=mapping_set,
        )

    def _records(self, ids: set[Iri]) -> ReadSet:
        if not ids:
            raise NotFound(
                "There are no such mappings: load some, as in `isogloss load mappings.sssom.tsv`."
            )
        return read_triples(self._describe(ids), prefixes=self._prefixes(), records=ids)

    def _linked(self) -> Iterable[Iri]:
        reader = self._exact()
        yield from (Iri(str(quad.object)) for quad in reader.statements(SSSOM.mappings))
        yield from (quad.subject for quad in reader.statements(SSSOM.mapping_justification))

    def _describe(self, subjects: Iterable[Iri]) -> list[Triple]:
        described = self._exact().describe(sorted(subjects))
        # Two sources may say the same.
        triples = {
            Triple(quad.subject, quad.predicate, quad.object)
            for quads in described.values()
            for quad in quads
        }
        return sorted(triples, key=repr)

    def _prefixes(self) -> dict[str, str]:
        """Give what names may begin with: vocabularies, domains, and what any set declares."""
        reader = self._exact()
        used = {Iri(str(quad.object)) for quad in reader.statements(VOID.vocabulary)}
        declared: dict[str, str] = {}
        for quads in reader.describe(sorted(used)).values():
            declared |= declared_prefix((quad.predicate, quad.object) for quad in quads)
        every = (self._catalog.get_domain(GOVERNANCE), *self._catalog.domains())
        domains = {one.name: one.uri_space for one in every if one.uri_space}
        return join_prefixes(PREFIXES | _PEOPLE, join_prefixes(domains, declared))
