"""Judge documents by shapes without a mesh, as a domain does before it loads them."""

from collections.abc import Sequence

from isogloss.governance import reports
from isogloss.governance.reports import ReportFormat
from isogloss.intake.documents import Upload
from isogloss.intake.worker import shared
from isogloss.model.governance import ValidationReport
from isogloss.model.rdf import Iri, Triple
from isogloss.store.twin import Twin

__all__ = ["ReportFormat", "check"]

# Blank nodes of the documents come out as IRIs in this space.
_SPACE = Iri("urn:isogloss:")


def check(
    data: Sequence[Upload], shapes: Sequence[Upload], format: ReportFormat
) -> tuple[ValidationReport, str]:
    """Judge RDF documents together, and write the report.

    Raises:
        InvalidInput: a document cannot be read.
        ValidationFailed: the shapes are ill-formed, or could not be evaluated.
    """
    read = _read(data)
    return reports.check(Twin(read).select, read, _read(shapes), format)


def _read(uploads: Sequence[Upload]) -> set[Triple]:
    return {
        triple
        for upload in uploads
        for triple in shared()
        .read_source([upload], space=_SPACE, graph=Iri(_SPACE + upload.name))
        .triples
    }
