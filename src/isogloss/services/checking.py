"""Judge documents where the mesh is not, as a domain does before it loads them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from isogloss.errors import InvalidArgument, ValidationFailed
from isogloss.governance import reports
from isogloss.governance.regime import Binding, Regime
from isogloss.governance.reports import ReportFormat
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.terms import GENID
from isogloss.governance.verdicts import write_report, write_verdict
from isogloss.intake.documents import Upload
from isogloss.intake.worker import shared
from isogloss.model.governance import ValidationReport
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.model.rule_export import ExportedDomain, ExportedVersion, RuleExport, Verdict
from isogloss.services.bench import Bench
from isogloss.services.catalog import GOVERNANCE
from isogloss.services.judge import Clock, now
from isogloss.store.twin import Twin
from isogloss.vocab import RDF

__all__ = ["ReportFormat", "check", "judge", "write_report", "write_verdict"]

# Blank nodes of documents that are no domain's come out as IRIs in this space.
_SPACE = Iri("urn:isogloss:")
_GRAPH = Iri("urn:isogloss:documents")


def check(
    data: Sequence[Upload], shapes: Sequence[Upload], format: ReportFormat
) -> tuple[ValidationReport, str]:
    """Judge RDF documents together by some shapes, and write the report.

    Raises:
        InvalidInput: a document cannot be read.
        ValidationFailed: the shapes are ill-formed, or could not be evaluated.
    """
    read = _read(data, _SPACE)
    return reports.check(Twin(read).select, read, _read(shapes, _SPACE), format)


def judge(
    data: Sequence[Upload], rules: RuleExport, domain: str | None = None, clock: Clock = now
) -> Verdict:
    """Judge documents together by the rules of a mesh, as they would be before a commit.

    What is judged is what the documents describe. Of everything else the class is known, if
    it has one in the mesh. A source of the mesh that gives a class to what the documents give
    a class to is taken to be what they replace: nothing of it counts.

    Args:
        data: the documents, each the whole of a source.
        rules: by which, and what they must know of the mesh.
        domain: whose documents they are, by short name or IRI; told by what they describe if
            left out.
        clock: tells which rules are in force, and which waivers hold.

    Raises:
        InvalidInput: a document cannot be read.
        InvalidArgument: the mesh has no such domain.
        ValidationFailed: rules that bind the documents could not be evaluated.
    """
    at = clock()
    triples, domains = _documents(data, rules, domain)
    typed = {triple.subject for triple in triples if triple.predicate == RDF.type}
    around = set(_around(triples, typed, rules, domains))
    subjects = {triple.subject for triple in triples}
    elsewhere = subjects & {triple.subject for triple in around if triple.predicate == RDF.type}
    elsewhere -= typed
    versions = tuple(rules.judging(at))
    report = _judged(triples | around, versions, rules, domains, at)
    described = subjects - elsewhere
    results = tuple(result for result in report.results if result.focus_node in described)
    # A domain's own rules bind that domain: to others they are remarks.
    ours = {None, *(found.id for found in domains)}
    return Verdict(
        report=ValidationReport(results, report.rule_sets, report.unjudged),
        refused=tuple(r for r in results if r.blocks and r.owner in ours),
        versions=versions,
        domains=domains,
        elsewhere=tuple(sorted(elsewhere)),
        sequence=rules.sequence,
        exported=rules.at,
        at=at,
    )


def _documents(
    data: Sequence[Upload], rules: RuleExport, name: str | None
) -> tuple[frozenset[Triple], tuple[ExportedDomain, ...]]:
    """Read documents, and tell whose they are."""
    if name is not None:
        named = rules.find_domain(name)
        if named is None:
            known = ", ".join(sorted(found.name for found in rules.domains))
            raise InvalidArgument(
                f"The rules know no domain {name!r}: "
                + (f"they know {known}." if known else "they are of no mesh. Leave --domain out.")
            )
        return _read(data, named.space), (named,)
    triples: set[Triple] = set()
    owners: set[ExportedDomain] = set()
    for upload in data:
        read = _read([upload], _SPACE)
        told = {rules.owner_of(triple.subject) for triple in read if GENID not in triple.subject}
        mine = [found for found in told if found is not None]
        if len(mine) > 1:
            # Only the governance group describes what lies in several spaces.
            mine = [found for found in rules.domains if found.name == GOVERNANCE]
        owners.update(mine)
        # What has no name is bound by a domain's rules if it lies in the domain's space.
        triples |= _read([upload], mine[0].space) if mine else read
    return frozenset(triples), tuple(sorted(owners, key=lambda found: found.id))


def _around(
    triples: frozenset[Triple],
    typed: set[Iri],
    rules: RuleExport,
    domains: Sequence[ExportedDomain],
) -> Iterator[Triple]:
    """Yield what else is known: the classes of what is referred to, and parts under waivers."""
    mentioned = {t.object for t in triples if not isinstance(t.object, Literal)}
    mentioned |= {triple.subject for triple in triples}
    for graph, said in rules.said.items():
        if rules.owner_of(graph) in domains and any(
            triple.predicate == RDF.type and triple.subject in typed for triple in said
        ):
            continue
        for triple in said:
            if triple.predicate != RDF.type or triple.subject in mentioned:
                yield triple


def _judged(
    triples: frozenset[Triple] | set[Triple],
    versions: Sequence[ExportedVersion],
    rules: RuleExport,
    domains: Sequence[ExportedDomain],
    at: datetime,
) -> ValidationReport:
    """Judge; the rules of other domains that cannot be run hold up nobody, as in the mesh."""
    regime = Regime(at, tuple(_binding(version, at) for version in versions), rules.waivers)
    quads = [Quad(*triple, _GRAPH) for triple in triples]
    unjudged: list[Iri] = []
    while True:
        bench = Bench(tuple(rules.axioms))
        try:
            bench.load(quads, regime.without(frozenset(unjudged)))
            found = bench.report()
        except ValidationFailed as error:
            owner = next((b.owner for b in regime.bindings if b.id == error.rule_set), None)
            if owner is None or owner in {domain.id for domain in domains}:
                raise
            unjudged.append(Iri(str(error.rule_set)))
        else:
            return ValidationReport(found.results, found.rule_sets, tuple(sorted(unjudged)))
        finally:
            bench.close()


def _binding(version: ExportedVersion, at: datetime) -> Binding:
    return Binding(
        version.id,
        _parsed(version.id, version.turtle),
        version.name,
        None if version.binds_all else version.owner,
        version.space,
        version.others,
        version.is_in_grace(at),
    )


@lru_cache(maxsize=64)
def _parsed(id: Iri, turtle: str) -> Rulebook:
    return Rulebook({id: turtle})


def _read(uploads: Sequence[Upload], space: str) -> frozenset[Triple]:
    return frozenset(
        triple
        for upload in uploads
        for triple in shared()
        .read_source([upload], space=space, graph=Iri(_SPACE + upload.name))
        .triples
    )
