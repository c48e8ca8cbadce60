"""What OpenLineage measured of datasets: quality metrics, assertions and statistics.

An assertion is measured by true or false: whether it held.

Source: https://openlineage.io/docs/spec/facets, and DQV, https://www.w3.org/TR/vocab-dqv/.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from isogloss.intake.described import Described
from isogloss.intake.events import canonical
from isogloss.intake.fields import array, mapping, optional_text, text
from isogloss.intake.naming import field_iri, metric_iri, short_digest
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import DCTERMS, DQV, PROV, RDF, XSD

_STATISTICS = frozenset({"inputStatistics", "outputStatistics"})
_RESULT = frozenset({"success", "actual"})


class Measured(NamedTuple):
    """One value; `of` tells measurements of one metric apart that are about one thing."""

    metric: str
    on: Iri
    value: Literal
    of: str = ""


def measured(where: str, dataset: Iri, facets: dict[str, Any]) -> Iterator[Measured]:
    """Read what the facets of a dataset measured of it, or of its columns."""
    for name, facet in facets.items():
        here = f"{where}, facet {name}"
        if not isinstance(facet, dict):
            continue
        if name == "dataQualityMetrics":
            yield from _numbers(dataset, facet)
            columns = mapping(f"{here}, columnMetrics", facet.get("columnMetrics") or {})
            for path, found in columns.items():
                column = field_iri(dataset, path)
                values = mapping(f"{here}, column {path}", found)
                yield from _numbers(column, values)
                quantiles = values.get("quantiles")
                if isinstance(quantiles, dict):
                    shares = {f"quantile {key}": value for key, value in quantiles.items()}
                    yield from _numbers(column, shares)
        elif name == "dataQualityAssertions":
            for number, value in enumerate(array(here, facet, "assertions"), 1):
                found = mapping(f"{here}, assertion {number}", value)
                tested = optional_text(found, "column")
                if (held := _literal(found.get("success"))) is not None:
                    yield Measured(
                        text(f"{here}, assertion {number}", found, "assertion"),
                        field_iri(dataset, tested) if tested else dataset,
                        held,
                        canonical({k: v for k, v in found.items() if k not in _RESULT}),
                    )
        elif name in _STATISTICS:
            yield from _numbers(dataset, facet)


def state(described: Described, holder: Iri, found: Measured, time: str, run: Iri | None) -> None:
    """State a measurement, named after what holds it: the run, or the dataset itself.

    Writes:
        <measurement> a dqv:QualityMeasurement ; dqv:isMeasurementOf <metric> ;
            dqv:computedOn <dataset or column> ; dqv:value 7 ;
            prov:generatedAtTime "…" ; prov:wasGeneratedBy <run> .
    """
    say = described.say
    metric = metric_iri(described.space, "openlineage", found.metric)
    iri = measurement_iri(holder, found)
    say(metric, RDF.type, DQV.Metric)
    say(metric, DCTERMS.identifier, Literal(found.metric))
    say(iri, RDF.type, DQV.QualityMeasurement)
    say(iri, DQV.isMeasurementOf, metric)
    say(iri, DQV.computedOn, found.on)
    say(iri, DQV.value, found.value)
    say(iri, PROV.generatedAtTime, Literal(time, XSD.dateTime))
    say(iri, PROV.wasGeneratedBy, run)


def measurement_iri(holder: Iri, found: Measured) -> Iri:
    """Name a measurement: one each of a metric, of a thing, by a run."""
    return Iri(f"{holder}/measured/{short_digest(canonical([found.metric, found.on, found.of]))}")


def _numbers(on: Iri, holder: dict[str, Any]) -> Iterator[Measured]:
    for name, value in holder.items():
        literal = _literal(value)
        if literal is not None and literal.datatype != XSD.boolean:
            yield Measured(name, on, literal)


def _literal(value: Any) -> Literal | None:
    if isinstance(value, bool):
        return Literal(str(value).lower(), XSD.boolean)
    if isinstance(value, int):
        return Literal(str(value), XSD.integer)
    if isinstance(value, float):
        return Literal(repr(value), XSD.double)
    return None
