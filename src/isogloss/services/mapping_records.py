"""Agreements and dismissals as triples: SSSOM in RDF, with votes and translations beside it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from isogloss.model.agreement import Agreement, Dismissal, Finding
from isogloss.model.meaning import Translation
from isogloss.model.rdf import Iri, Literal, Quad, Term, Triple
from isogloss.model.rules import Vote
from isogloss.services import description as read
from isogloss.services.description import Description
from isogloss.vocab import (
    CODE,
    DCTERMS,
    MESH,
    OWL,
    PAV,
    PROV,
    RDF,
    RDFS,
    SEMAPV,
    SSSOM,
    XSD,
)

DECISIONS_SOURCE = "mappings/decisions"
"""The governance group's source of what was proposed and decided: written by steps alone."""

_PART = re.compile(r"/(vote|translation)(/.*)?$")


def record_of(subject: Iri) -> Iri:
    """Find the mapping or dismissal that a subject is, or is a part of.

    >>> record_of(Iri("https://mesh.example/mapping/1a/vote/2"))
    'https://mesh.example/mapping/1a'
    """
    return Iri(_PART.sub("", subject))


def read_agreements(said: Iterable[Triple | Quad]) -> dict[Iri, Agreement]:
    """Read agreements by the IRIs of their mappings, sorted."""
    about = _described(said)
    votes: defaultdict[Iri, dict[int, Vote]] = defaultdict(dict)
    translations: defaultdict[Iri, list[Translation]] = defaultdict(list)
    for id, described in about.items():
        if (voted := described.iri(MESH.voteOn)) is not None:
            votes[voted][int(id.rpartition("/")[2])] = _vote(described)
        elif (translation := read.translation(described)) and translation.mapping:
            translations[translation.mapping].append(translation)
    found = {}
    for id, described in sorted(about.items()):
        if OWL.Axiom in described.iris(RDF.type):
            offered = tuple(sorted(translations[id], key=lambda one: one.id))
            mapping = read.mapping(described, tuple(one.id for one in offered))
            proposer = described.iri(DCTERMS.creator)
            if mapping is not None and proposer is not None:
                # Several votes may be of one instant: their IRIs tell which came last.
                cast = tuple(vote for _, vote in sorted(votes[id].items()))
                found[id] = Agreement(mapping, proposer, cast, offered)
    return found


def agreement_triples(found: Agreement) -> frozenset[Triple]:
    """Write an agreement.

    Writes:
        <mapping> a owl:Axiom ; owl:annotatedSource <term> ; mesh:mappingStatus code:proposed …
        <mapping/vote/1> a mesh:Vote ; mesh:voteOn <mapping> ; mesh:approves true …
        <mapping/translation> a mesh:Translation ; mesh:basedOnMapping <mapping> …
    """
    mapping = found.mapping
    said: dict[Iri, Term | None] = {
        RDF.type: OWL.Axiom,
        OWL.annotatedSource: mapping.subject,
        OWL.annotatedProperty: mapping.predicate,
        OWL.annotatedTarget: mapping.object,
        SSSOM.predicate_modifier: SSSOM.NegatedPredicate if mapping.negated else None,
        SSSOM.mapping_justification: mapping.justification or SEMAPV.ManualMappingCuration,
        SSSOM.confidence: _double(mapping.confidence),
        SSSOM.mapping_tool: _text(mapping.tool),
        PAV.authoredBy: mapping.author,
        DCTERMS.creator: found.proposer,
        DCTERMS.created: Literal(mapping.created.isoformat(), XSD.date)
        if mapping.created
        else None,
        MESH.mappingStatus: Iri(CODE.iri + (mapping.status or "proposed")),
        MESH.validFrom: _instant(mapping.valid_from),
        MESH.validUntil: _instant(mapping.valid_until),
        RDFS.comment: _text(mapping.comment),
    }
    reviewers = {vote.delegate for vote in found.votes if vote.approves} - {found.proposer}
    return frozenset(
        [
            *_triples(found.id, said),
            *(Triple(found.id, SSSOM.reviewer_id, reviewer) for reviewer in reviewers),
            *(t for n, vote in enumerate(found.votes, 1) for t in _cast(found.id, n, vote)),
            *(t for one in found.translations for t in _translation(one)),
        ]
    )


def read_dismissals(said: Iterable[Triple | Quad]) -> tuple[Dismissal, ...]:
    """Read dismissals, by IRI."""
    found = []
    for id, about in sorted(_described(said).items()):
        terms, author = about.iris(MESH.dismisses), about.iri(DCTERMS.creator)
        at = about.instant(DCTERMS.created)
        if len(terms) == 2 and author is not None and at is not None:
            kind, print_ = about.text(MESH.candidateKind), about.text(MESH.fingerprint)
            finding = Finding(kind or "", terms[0], terms[1], print_ or "")
            reason = about.text(DCTERMS.description) or ""
            found.append(Dismissal(id, finding, author, reason, at))
    return tuple(found)


def dismissal_triples(found: Dismissal) -> frozenset[Triple]:
    """Write a dismissal."""
    said: dict[Iri, Term | None] = {
        RDF.type: MESH.Dismissal,
        MESH.candidateKind: Literal(found.finding.kind),
        MESH.fingerprint: Literal(found.finding.fingerprint),
        DCTERMS.creator: found.author,
        DCTERMS.description: Literal(found.reason),
        DCTERMS.created: _instant(found.at),
    }
    terms = (found.finding.one, found.finding.other)
    return frozenset(
        [*_triples(found.id, said), *(Triple(found.id, MESH.dismisses, term) for term in terms)]
    )


def _translation(found: Translation) -> Iterator[Triple]:
    said: dict[Iri, Term | None] = {
        RDF.type: MESH.Translation,
        MESH.fromTerm: found.from_term,
        MESH.toTerm: found.to_term,
        MESH.basedOnMapping: found.mapping,
        MESH.expression: _text(found.expression),
        MESH.expressionLanguage: CODE.sql if found.expression else None,
        MESH.concordance: found.concordance,
        MESH.factor: _text(found.factor),
        MESH.offset: _text(found.offset),
        MESH.lossiness: Iri(CODE.iri + found.lossiness) if found.lossiness else None,
        MESH.precondition: _text(found.precondition),
    }
    return _triples(found.id, said)


def _cast(on: Iri, place: int, vote: Vote) -> Iterator[Triple]:
    said: dict[Iri, Term | None] = {
        RDF.type: MESH.Vote,
        MESH.voteOn: on,
        PROV.actedOnBehalfOf: vote.domain,
        DCTERMS.creator: vote.delegate,
        MESH.approves: Literal(str(vote.approves).lower(), XSD.boolean),
        DCTERMS.description: _text(vote.comment),
        DCTERMS.created: _instant(vote.at),
    }
    return _triples(Iri(f"{on}/vote/{place}"), said)


def _vote(about: Description) -> Vote:
    return Vote(
        domain=about.iri(PROV.actedOnBehalfOf) or Iri(""),
        delegate=about.iri(DCTERMS.creator) or Iri(""),
        approves=about.text(MESH.approves) == "true",
        comment=about.text(DCTERMS.description) or "",
        at=about.instant(DCTERMS.created) or datetime.min.replace(tzinfo=UTC),
    )


def _described(said: Iterable[Triple | Quad]) -> dict[Iri, Description]:
    about: defaultdict[Iri, list[Quad]] = defaultdict(list)
    for statement in said:
        about[statement.subject].append(Quad(*statement[:3], Iri("")))
    return {id: Description(id, quads) for id, quads in about.items()}


def _triples(subject: Iri, said: dict[Iri, Term | None]) -> Iterator[Triple]:
    return (Triple(subject, predicate, o) for predicate, o in said.items() if o is not None)


def _text(value: str | None) -> Literal | None:
    return Literal(value) if value else None


def _double(value: float | None) -> Literal | None:
    return None if value is None else Literal(repr(value), XSD.double)


def _instant(at: datetime | None) -> Literal | None:
    return None if at is None else Literal(at.astimezone(UTC).isoformat(), XSD.dateTime)
