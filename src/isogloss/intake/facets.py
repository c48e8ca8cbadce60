"""OpenLineage's facets that describe jobs and datasets, and what lineage of them depends on.

A facet that is not read here is kept as it came, with its event.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from isogloss.errors import InvalidInput
from isogloss.intake.described import Described
from isogloss.intake.events import canonical
from isogloss.intake.fields import array, mapping, optional_text, text
from isogloss.intake.flows import Flows
from isogloss.intake.naming import agent_iri, dataset_iri
from isogloss.model.rdf import Iri, Literal, parse_iri
from isogloss.vocab import CODE, DCAT, DCTERMS, FOAF, MESH, PROV, RDF, XSD

_OF_JOB = frozenset({"documentation", "sql", "ownership", "lineage", "jobType", "tags"})
_OF_DATASET = frozenset(
    {
        "schema",
        "documentation",
        "symlinks",
        "ownership",
        "columnLineage",
        "lineage",
        "dataSource",
        "tags",
        "lifecycleStateChange",
    }
)
_ELSEWHERE = frozenset(
    {
        "parent",
        "nominalTime",
        "errorMessage",
        "tags",
        "version",
        "dataQualityMetrics",
        "dataQualityAssertions",
        "inputStatistics",
        "outputStatistics",
    }
)
"""Those that tell of a run, which `runs` and `measurements` read."""


class Facets:
    """Reads facets into what is described; each that is only kept is counted by name."""

    def __init__(self, described: Described) -> None:
        self._described = described
        self.only_kept: Counter[str] = Counter()

    def of_job(self, where: str, job: Iri, facets: dict[str, Any], flows: Flows) -> None:
        """Read the facets of a job."""
        say = self._described.say
        for name, facet in _objects(facets):
            here = f"{where}, job facet {name}"
            if name == "documentation":
                say(job, DCTERMS.description, _literal(optional_text(facet, "description")))
            elif name == "sql":
                if query := optional_text(facet, "query"):
                    say(job, MESH.expression, Literal(query))
                    say(job, MESH.expressionLanguage, CODE.sql)
            elif name == "ownership":
                self._ownership(here, job, facet)
            elif name == "lineage":
                flows.entries(here, job, facet)
            elif name == "jobType":
                words = (optional_text(facet, key) for key in _TYPE)
                say(job, MESH.jobType, _literal("/".join(filter(None, words)) or None))
            elif name == "tags":
                for keyword, _ in tags(here, facet):
                    say(job, DCAT.keyword, Literal(keyword))
            else:
                self.only_kept[name] += 1

    def of_dataset(self, where: str, dataset: Iri, facets: dict[str, Any], flows: Flows) -> None:
        """Read the facets of a dataset."""
        say = self._described.say
        for name, facet in _objects(facets):
            here = f"{where}, facet {name}"
            if name == "schema":
                self._schema(here, dataset, array(here, facet, "fields"), "")
            elif name == "documentation":
                say(dataset, DCTERMS.description, _literal(optional_text(facet, "description")))
            elif name == "symlinks":
                for value in array(here, facet, "identifiers"):
                    say(dataset, PROV.alternateOf, self._named(here, mapping(here, value)))
            elif name == "ownership":
                self._ownership(here, dataset, facet)
            elif name == "columnLineage":
                flows.column_lineage(here, dataset, facet)
            elif name == "lineage":
                flows.lineage(here, dataset, facet)
            elif name == "dataSource":
                say(dataset, DCTERMS.isPartOf, _iri(facet.get("uri")))
            elif name == "tags":
                for keyword, path in tags(here, facet):
                    column = self._described.column(dataset, path) if path else dataset
                    say(column, DCAT.keyword, Literal(keyword))
            elif name == "lifecycleStateChange":
                if facet.get(name) == "RENAME":
                    before = mapping(here, facet.get("previousIdentifier"))
                    say(dataset, PROV.wasRevisionOf, self._named(here, before))
            elif name not in _ELSEWHERE:
                self.only_kept[name] += 1

    def of_others(self, facets: dict[str, Any]) -> None:
        """Count those facets of a run, or of its part in a dataset, that are only kept."""
        self.only_kept.update(name for name, _ in _objects(facets) if name not in _ELSEWHERE)

    def _named(self, where: str, names: dict[str, Any]) -> Iri:
        """Name another dataset, or another name of this one."""
        namespace, name = text(where, names, "namespace"), text(where, names, "name")
        other = dataset_iri(self._described.space, namespace, name)
        self._described.say(other, RDF.type, PROV.Entity)
        self._described.name(other, namespace, name)
        return other

    def _schema(self, where: str, dataset: Iri, fields: list[Any], above: str) -> None:
        say = self._described.say
        for number, value in enumerate(fields, 1):
            here = f"{where}, field {number}"
            found = mapping(here, value)
            path = above + text(here, found, "name")
            column = self._described.column(dataset, path)
            say(column, MESH.position, Literal(str(number), XSD.integer))
            say(column, MESH.physicalType, _literal(optional_text(found, "type")))
            say(column, DCTERMS.description, _literal(optional_text(found, "description")))
            if above:
                parent = self._described.column(dataset, above.removesuffix("."))
                say(column, MESH.parentField, parent)
            self._schema(here, dataset, array(here, found, "fields"), f"{path}.")

    def _ownership(self, where: str, owned: Iri, facet: dict[str, Any]) -> None:
        for value in array(where, facet, "owners"):
            name = text(where, mapping(where, value), "name")
            owner = agent_iri(self._described.space, name)
            self._described.say(owned, PROV.wasAttributedTo, owner)
            self._described.say(owner, RDF.type, PROV.Agent)
            self._described.say(owner, FOAF.name, Literal(name))


def stated(mark: str, holder: dict[str, Any], *, of_job: bool) -> Iterator[str]:
    """Write, each in one spelling, those facets of a job or dataset that describe it.

    Those that agree in it are described alike: what a facet says of a run, and who produced it,
    is left out. `mark` begins each.
    """
    names = _OF_JOB if of_job else _OF_DATASET
    named = canonical([mark, holder.get("namespace"), holder.get("name")])
    yield named
    for name, facet in _objects(facets_of(holder)):
        if name in names:
            said = {key: value for key, value in facet.items() if not key.startswith("_")}
            yield f"{named} {name} {canonical(said)}"


def facets_of(holder: dict[str, Any], key: str = "facets") -> dict[str, Any]:
    """Take the facets of something; none if there are none."""
    found = holder.get(key)
    return found if isinstance(found, dict) else {}


def tags(where: str, facet: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Read tags, as key or key:value, each with the field that it is about if it is about one."""
    found = []
    for value in array(where, facet, "tags"):
        tag = mapping(where, value)
        key, said = text(where, tag, "key"), optional_text(tag, "value")
        keyword = key if said in (None, "true") else f"{key}:{said}"
        found.append((keyword, optional_text(tag, "field")))
    return found


_TYPE = ("processingType", "integration", "jobType")


def _objects(facets: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(name, facet) for name, facet in facets.items() if isinstance(facet, dict)]


def _iri(value: Any) -> Iri | None:
    try:
        return parse_iri(value) if isinstance(value, str) else None
    except InvalidInput:
        return None  # it names nothing that can be pointed at; the event has it as it came


def _literal(value: str | None) -> Literal | None:
    return Literal(value) if value is not None else None
