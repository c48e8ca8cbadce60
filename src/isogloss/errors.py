"""Errors a caller may want to handle.

MeshError                 base; `except MeshError` catches every error of ours
├── NotFound              an IRI or a name that names nothing in the mesh
├── EmptyMesh             the folder holds no mesh yet
├── InvalidInput          the caller sent something we cannot read
│   ├── InvalidIri        the text is not an absolute IRI
│   ├── InvalidArgument   a number or a word outside what the question allows
│   ├── TooLarge          more than is read at once
│   ├── ExpressionRefused an expression that translations may not use
│   ├── UnknownFormat     the document's format is not one we read, or not the one named
│   └── ForeignGraph      the document names a graph that is not the caller's
├── ValidationFailed      the rules could not be evaluated; says nothing about the data
├── Unauthenticated       no token, or one that is unknown, expired or revoked
├── Forbidden             the author has no right to what he asks for
├── WrongStage            a rule set, waiver or mapping is not where this step could be taken
├── StalePlan             the mesh has moved on since the plan was made
├── StalePreview          nobody has seen what a rule would do now
├── TooSlow               a listener reads more slowly than the mesh changes
└── StoreUnavailable      the store cannot be opened, read or written; safe to retry
    ├── MeshReadOnly      the disk is full or fails; reading goes on
    └── JournalDamaged    the journal is not what was written

Breaking a rule is not an error: it is a `Refused` value (see `model.change`).
"""

from typing import ClassVar


class MeshError(Exception):
    """Base of every error of ours; `str()` is a sentence that says what to do."""

    code: ClassVar[str] = "MESH_ERROR"


class NotFound(MeshError):
    """An IRI or a name that names nothing in the mesh."""

    code = "NOT_FOUND"


class EmptyMesh(MeshError):
    """The folder holds no mesh yet."""

    code = "EMPTY_MESH"


class InvalidInput(MeshError):
    """The caller sent something we cannot read.

    `line` and `column` count from 1 and are None where the place is unknown.
    """

    code = "INVALID_INPUT"

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class InvalidIri(InvalidInput):
    """The text is not an absolute IRI."""

    code = "INVALID_IRI"


class InvalidArgument(InvalidInput):
    """A number or a word outside what the question allows."""

    code = "INVALID_ARGUMENT"


class TooLarge(InvalidInput):
    """More than is read at once."""

    code = "TOO_LARGE"


class ExpressionRefused(InvalidInput):
    """An expression that is no SQL, or holds what translations may not use."""

    code = "EXPRESSION_REFUSED"


class UnknownFormat(InvalidInput):
    """The document's format is not one we read, or not the one that was named."""

    code = "UNKNOWN_FORMAT"


class ForeignGraph(InvalidInput):
    """The document names a graph that is not the caller's."""

    code = "FOREIGN_GRAPH"


class ValidationFailed(MeshError):
    """The rules could not be evaluated; this says nothing about the data (SHACL §3.4.1).

    `rule_set` is the IRI of the version that is to blame, None where nobody knows.
    """

    code = "VALIDATION_UNAVAILABLE"
    rule_set: str | None = None


class StoreUnavailable(MeshError):
    """The store cannot be opened, read or written; safe to retry."""

    code = "STORE_UNAVAILABLE"


class MeshReadOnly(StoreUnavailable):
    """The disk is full or fails: reading goes on, writing resumes by itself."""

    code = "READ_ONLY"


class JournalDamaged(StoreUnavailable):
    """The journal is not what was written."""

    code = "JOURNAL_DAMAGED"


class Unauthenticated(MeshError):
    """No token came, or one that is unknown, expired or revoked."""

    code = "UNAUTHENTICATED"


class Forbidden(MeshError):
    """The author has no right to what he asks for; the attempt is in the journal."""

    code = "FORBIDDEN"


class StalePlan(MeshError):
    """The mesh has moved on since the plan was made."""

    code = "STALE_PLAN"


class WrongStage(MeshError):
    """The rule set, the waiver or the mapping is not where this step could be taken."""

    code = "WRONG_STAGE"


class StalePreview(MeshError):
    """Nobody has seen what a blocking rule would do to the mesh as it is now."""

    code = "STALE_PREVIEW"


class TooSlow(MeshError):
    """A listener reads more slowly than the mesh changes, and was not told all of it."""

    code = "TOO_SLOW"


def _kinds(kind: type[MeshError]) -> dict[str, type[MeshError]]:
    below = {code: one for sub in kind.__subclasses__() for code, one in _kinds(sub).items()}
    return {kind.code: kind} | below


ERRORS = _kinds(MeshError)
"""Every kind of error by its code."""
