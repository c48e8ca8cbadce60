"""Entries of the journal to rows and back, and the hash that chains them."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pyoxigraph as ox

from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.journal import Attempt, Difference, Entry, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.store.terms import quad_from_ox, written

Row = dict[str, Any]


def row(entry: Entry, change: Difference, previous: str) -> Row:
    """Make the row of an entry, its hash computed; `entry.hash` is not looked at."""
    attempt = entry.attempt
    made: Row = {
        "position": entry.position,
        "sequence": entry.sequence,
        "id": attempt.id,
        "request": attempt.request,
        "at": instant(entry.at),
        "author": attempt.author,
        "domains": json.dumps(attempt.domains),
        "graphs": json.dumps(attempt.graphs),
        "message": attempt.message,
        "outcome": entry.outcome.value,
        "added": entry.added,
        "removed": entry.removed,
        "verdict": json.dumps(
            {
                "results": [_result_out(result) for result in entry.results],
                "reason": entry.reason,
                "ruleSets": entry.rule_sets,
            }
        ),
        "payload": pack(change),
        "previous": previous,
    }
    return made | {"hash": digest(made)}


def read(stored: Mapping[str, Any]) -> Entry:
    """Read the entry of a row."""
    verdict = json.loads(stored["verdict"])
    return Entry(
        position=stored["position"],
        sequence=stored["sequence"],
        at=datetime.fromisoformat(stored["at"]),
        attempt=Attempt(
            id=stored["id"],
            request=stored["request"],
            author=Iri(stored["author"]),
            domains=tuple(json.loads(stored["domains"])),
            graphs=tuple(Iri(graph) for graph in json.loads(stored["graphs"])),
            message=stored["message"],
        ),
        outcome=Outcome(stored["outcome"]),
        added=stored["added"],
        removed=stored["removed"],
        results=tuple(_result_in(result) for result in verdict["results"]),
        reason=verdict["reason"],
        # Journals of before there were versions have none.
        rule_sets=tuple(verdict.get("ruleSets", ())),
        hash=stored["hash"],
    )


def instant(at: datetime) -> str:
    """Write an instant so that the order of texts is that of time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(stored: Mapping[str, Any]) -> str:
    """Compute the SHA-256 of all that a row says, `previous` included, as 64 hex digits."""
    content = {name: stored[name] for name in sorted(stored) if name not in ("hash", "payload")}
    hashed = hashlib.sha256(json.dumps(content, ensure_ascii=True).encode())
    hashed.update(stored["payload"])
    return hashed.hexdigest()


def pack(change: Difference) -> bytes:
    """Write a change as sorted lines of N-Quads, "+ " or "- " before each, compressed."""
    lines = [f"+ {line}" for line in _lines(change.added)]
    lines += [f"- {line}" for line in _lines(change.removed)]
    return zlib.compress("\n".join(sorted(lines)).encode(), 1)


def unpack(payload: bytes) -> Difference:
    """Read what `pack` wrote.

    Raises:
        ValueError: it is damaged.
    """
    try:
        lines = zlib.decompress(payload).decode().split("\n")
    except zlib.error as error:
        raise ValueError(str(error)) from error
    added, removed = (
        "\n".join(line[2:] for line in lines if line.startswith(sign)) for sign in "+-"
    )
    return Difference(_parse(added), _parse(removed))


def _lines(quads: Iterable[Quad]) -> list[str]:
    # N-Quads escapes line ends, so a line is a quad; U+2028 and the like are no line ends here.
    return [f"{' '.join(map(written, quad))} ." for quad in quads]


def _parse(text: str) -> frozenset[Quad]:
    return frozenset(quad_from_ox(quad) for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS))


def _result_out(result: ValidationResult) -> Row:
    value = result.value
    return {
        "focusNode": result.focus_node,
        "rule": result.rule,
        "path": result.path,
        "value": tuple(value) if isinstance(value, Literal) else value,
        "component": result.component,
        "severity": result.severity.name,
        "ruleName": result.rule_name,
        "message": result.message,
        "ruleSet": result.rule_set,
        "owner": result.owner,
        "waiver": result.waiver,
        "waived": result.waived,
    }


def _result_in(stored: Row) -> ValidationResult:
    value = stored["value"]
    term: Term | None = Literal(*value) if isinstance(value, list) else value
    return ValidationResult(
        focus_node=Iri(stored["focusNode"]),
        rule=Iri(stored["rule"]),
        path=stored["path"],
        value=term,
        component=Iri(stored["component"]),
        severity=Severity[stored["severity"]],
        rule_name=stored["ruleName"],
        message=stored["message"],
        rule_set=stored.get("ruleSet"),
        owner=stored.get("owner"),
        waiver=stored.get("waiver"),
        waived=stored.get("waived", False),
    )
