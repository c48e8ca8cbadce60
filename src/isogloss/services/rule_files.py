"""An export of rules as one JSON file; `read` takes exactly what `write` gives."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from isogloss.errors import InvalidInput, InvalidIri
from isogloss.intake.documents import Upload
from isogloss.intake.formats import Format, parse_json
from isogloss.intake.worker import shared
from isogloss.model.rdf import Iri, Triple, parse_iri
from isogloss.model.rule_export import ExportedDomain, ExportedVersion, RuleExport
from isogloss.model.rules import Waiver
from isogloss.store.serialization import ntriples

FORMAT = "isogloss-rules"
FORMAT_VERSION = 1

T = TypeVar("T")


def write(export: RuleExport) -> str:
    """Write an export; the same state gives the same text but for its instant."""
    names = {domain.id: domain.name for domain in export.domains}
    document = {
        "format": FORMAT,
        "formatVersion": FORMAT_VERSION,
        "package": export.package,
        "sequence": export.sequence,
        "at": _instant(export.at),
        "domains": [
            {"id": domain.id, "name": domain.name, "space": domain.space}
            for domain in export.domains
        ],
        "ruleSets": [
            {
                "id": version.id,
                "name": version.name,
                "number": version.number,
                "owner": {"id": version.owner, "name": names.get(version.owner, "")},
                "bindsAll": version.binds_all,
                "space": version.space,
                "others": list(version.others),
                "validFrom": _instant(version.valid_from),
                "blocksFrom": _instant(version.blocks_from),
                "turtle": version.turtle,
            }
            for version in export.versions
        ],
        "waivers": [
            {
                "id": waiver.id,
                "rule": waiver.rule,
                "focusNode": waiver.focus_node,
                "reason": waiver.reason,
                "requester": waiver.requester,
                "requested": _instant(waiver.requested),
                "until": _instant(waiver.until),
                "approver": waiver.approver,
                "approved": _instant(waiver.approved),
            }
            for waiver in export.waivers
        ],
        "said": {graph: ntriples(triples) for graph, triples in export.said.items()},
        "axioms": ntriples(export.axioms),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read(name: str, data: bytes) -> RuleExport:
    """Read an export.

    Raises:
        InvalidInput: it is none, is damaged, or is of a format that is not known here.
    """
    document = parse_json(name, data)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InvalidInput(
            f"{name} is no export of a mesh's rules: make one with `isogloss rules export`; "
            "shapes of your own go with --shapes."
        )
    stated = document.get("formatVersion")
    if stated != FORMAT_VERSION:
        raise InvalidInput(
            f"{name} is of the format {json.dumps(stated)}, and this isogloss reads "
            f"{FORMAT_VERSION}: judge with the isogloss that wrote it "
            f"({str(document.get('package'))[:40]}), or export the rules with this one."
        )
    try:
        return _export(name, document)
    except (AttributeError, InvalidIri, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"{name} is damaged ({type(error).__name__}: {error}): export the rules again, with "
            "`isogloss rules export`."
        ) from error


def _export(name: str, document: Mapping[str, Any]) -> RuleExport:
    return RuleExport(
        package=_text(document["package"]),
        sequence=_or_none(int, document["sequence"]),
        at=_moment(document["at"]),
        domains=tuple(
            ExportedDomain(parse_iri(one["id"]), _text(one["name"]), _text(one["space"]))
            for one in document["domains"]
        ),
        versions=tuple(map(_version, document["ruleSets"])),
        waivers=tuple(map(_waiver, document["waivers"])),
        said={
            parse_iri(graph): _triples(name, graph, text)
            for graph, text in document["said"].items()
        },
        axioms=_triples(name, "axioms", document["axioms"]),
    )


def _version(said: Mapping[str, Any]) -> ExportedVersion:
    binds_all, space = said["bindsAll"], _text(said["space"])
    if not isinstance(binds_all, bool) or not (binds_all or space):
        raise ValueError("a rule set does not say whom it binds")
    return ExportedVersion(
        id=parse_iri(said["id"]),
        name=_text(said["name"]),
        number=int(said["number"]),
        owner=Iri(_text(said["owner"]["id"])),
        binds_all=binds_all,
        space=space,
        others=tuple(map(_text, said["others"])),
        valid_from=_or_none(_moment, said["validFrom"]),
        blocks_from=_or_none(_moment, said["blocksFrom"]),
        turtle=_text(said["turtle"]),
    )


def _waiver(said: Mapping[str, Any]) -> Waiver:
    return Waiver(
        id=parse_iri(said["id"]),
        rule=parse_iri(said["rule"]),
        focus_node=parse_iri(said["focusNode"]),
        reason=_text(said["reason"]),
        requester=parse_iri(said["requester"]),
        requested=_moment(said["requested"]),
        until=_moment(said["until"]),
        approver=_or_none(parse_iri, said["approver"]),
        approved=_or_none(_moment, said["approved"]),
    )


def _triples(name: str, part: str, text: object) -> frozenset[Triple]:
    if not _text(text):
        return frozenset()
    upload = Upload(f"{name} ({part})", _text(text).encode())
    # There is no blank node in it, so no space is needed for one.
    graph = Iri("urn:isogloss:export")
    return frozenset(
        shared().read_source([upload], space=graph, graph=graph, format=Format.NTRIPLES).triples
    )


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _moment(text: object) -> datetime:
    found = datetime.fromisoformat(_text(text))
    if found.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{str(value)[:40]!r} is no text")
    return value


def _or_none(read: Callable[[Any], T], value: object) -> T | None:
    return None if value is None else read(value)
