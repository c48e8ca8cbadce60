"""Rule sets, votes and waivers as triples, in the graph of the rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from isogloss.model.rdf import Iri, Literal, Quad, Term, Triple
from isogloss.model.rules import RuleSet, Vote, Waiver
from isogloss.vocab import CODE, DCAT, DCTERMS, MESH, PROV, RDF, XSD

RULES_SOURCE = "rules"
"""The source of each domain that has its rules and waivers; kept in a system graph."""

_About = dict[Iri, Term]


def read_rules(said: Iterable[Triple | Quad]) -> tuple[tuple[RuleSet, ...], tuple[Waiver, ...]]:
    """Read rule sets, by IRI of the owner, name and number, and waivers, by IRI."""
    about: defaultdict[Iri, _About] = defaultdict(dict)
    for statement in said:
        about[statement.subject][statement.predicate] = statement.object
    votes: defaultdict[Term, dict[int, Vote]] = defaultdict(dict)
    for id, values in about.items():
        if values.get(RDF.type) == MESH.Vote:
            place = int(id.rpartition("/")[2])
            votes[values[MESH.voteOn]][place] = _vote(values)
    sets = [
        _rule_set(id, values, votes[id])
        for id, values in about.items()
        if values.get(RDF.type) == MESH.RuleSet
    ]
    waivers = [_waiver(i, v) for i, v in about.items() if v.get(RDF.type) == MESH.Waiver]
    return (
        tuple(sorted(sets, key=lambda s: (s.owner, s.name, s.number))),
        tuple(sorted(waivers, key=lambda waiver: waiver.id)),
    )


def rule_set_triples(found: RuleSet, *, binds_all: bool) -> frozenset[Triple]:
    """Write a version of a rule set, with its votes."""
    said: dict[Iri, Term | None] = {
        RDF.type: MESH.RuleSet,
        MESH.scope: Iri(CODE.iri + ("global" if binds_all else "domain")),
        PROV.wasAttributedTo: found.owner,
        DCTERMS.identifier: Literal(found.name),
        DCAT.version: Literal(str(found.number)),
        MESH.shapesText: Literal(found.turtle),
        DCTERMS.creator: found.author,
        DCTERMS.description: Literal(found.reason),
        DCTERMS.created: _instant(found.created),
        DCTERMS.dateSubmitted: _instant(found.proposed),
        DCTERMS.dateAccepted: _instant(found.adopted),
        MESH.validFrom: _instant(found.valid_from),
        MESH.blocksFrom: _instant(found.blocks_from),
        MESH.validUntil: _instant(found.valid_until),
    }
    votes = enumerate(found.votes, start=1)
    return frozenset(
        [*_triples(found.id, said), *(t for place, v in votes for t in _cast(found.id, place, v))]
    )


def waiver_triples(found: Waiver) -> frozenset[Triple]:
    """Write a waiver."""
    said: dict[Iri, Term | None] = {
        RDF.type: MESH.Waiver,
        MESH.waivesShape: found.rule,
        MESH.focusNode: found.focus_node,
        DCTERMS.creator: found.requester,
        DCTERMS.description: Literal(found.reason),
        DCTERMS.created: _instant(found.requested),
        MESH.validUntil: _instant(found.until),
        MESH.approvedBy: found.approver,
        MESH.validFrom: _instant(found.approved),
    }
    return frozenset(_triples(found.id, said))


def _cast(on: Iri, place: int, vote: Vote) -> Iterator[Triple]:
    said: dict[Iri, Term | None] = {
        RDF.type: MESH.Vote,
        MESH.voteOn: on,
        PROV.actedOnBehalfOf: vote.domain,
        DCTERMS.creator: vote.delegate,
        MESH.approves: Literal(str(vote.approves).lower(), XSD.boolean),
        DCTERMS.description: Literal(vote.comment),
        DCTERMS.created: _instant(vote.at),
    }
    return _triples(Iri(f"{on}/vote/{place}"), said)


def _triples(subject: Iri, said: dict[Iri, Term | None]) -> Iterator[Triple]:
    return (Triple(subject, predicate, o) for predicate, o in said.items() if o is not None)


def _rule_set(id: Iri, said: _About, votes: dict[int, Vote]) -> RuleSet:
    return RuleSet(
        id=id,
        owner=_iri(said, PROV.wasAttributedTo),
        name=_text(said, DCTERMS.identifier),
        number=int(_text(said, DCAT.version)),
        turtle=_text(said, MESH.shapesText),
        author=_iri(said, DCTERMS.creator),
        reason=_text(said, DCTERMS.description),
        created=_sure(said, DCTERMS.created),
        proposed=_at(said, DCTERMS.dateSubmitted),
        # Several may be of one instant, and clocks go back: their IRIs tell which came last.
        votes=tuple(vote for _, vote in sorted(votes.items())),
        adopted=_at(said, DCTERMS.dateAccepted),
        valid_from=_at(said, MESH.validFrom),
        blocks_from=_at(said, MESH.blocksFrom),
        valid_until=_at(said, MESH.validUntil),
    )


def _vote(said: _About) -> Vote:
    return Vote(
        domain=_iri(said, PROV.actedOnBehalfOf),
        delegate=_iri(said, DCTERMS.creator),
        approves=_text(said, MESH.approves) == "true",
        comment=_text(said, DCTERMS.description),
        at=_sure(said, DCTERMS.created),
    )


def _waiver(id: Iri, said: _About) -> Waiver:
    return Waiver(
        id=id,
        rule=_iri(said, MESH.waivesShape),
        focus_node=_iri(said, MESH.focusNode),
        reason=_text(said, DCTERMS.description),
        requester=_iri(said, DCTERMS.creator),
        requested=_sure(said, DCTERMS.created),
        until=_sure(said, MESH.validUntil),
        approver=_iri(said, MESH.approvedBy) if MESH.approvedBy in said else None,
        approved=_at(said, MESH.validFrom),
    )


def _instant(at: datetime | None) -> Literal | None:
    return None if at is None else Literal(at.astimezone(UTC).isoformat(), XSD.dateTime)


def _at(said: _About, predicate: Iri) -> datetime | None:
    return _sure(said, predicate) if predicate in said else None


def _sure(said: _About, predicate: Iri) -> datetime:
    return datetime.fromisoformat(_text(said, predicate))


def _text(said: _About, predicate: Iri) -> str:
    value = said[predicate]
    return value.value if isinstance(value, Literal) else value


def _iri(said: _About, predicate: Iri) -> Iri:
    return Iri(_text(said, predicate))
