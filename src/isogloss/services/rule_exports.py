"""Take the rules of the mesh elsewhere, with what it takes to judge by them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from isogloss import __version__, resources
from isogloss.governance.regime import Binding
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.turtle import to_turtle
from isogloss.governance.validation import axioms
from isogloss.model.catalog import Domain
from isogloss.model.rdf import Iri, Quad, Triple
from isogloss.model.rule_export import ExportedDomain, ExportedVersion, RuleExport
from isogloss.model.rules import RuleSet, Stage
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.judge import Clock, now
from isogloss.services.regimes import SHIPPED, SHIPPED_VERSION, Regimes, binding_of
from isogloss.services.rule_records import read_rules
from isogloss.store.graph import Reader
from isogloss.store.mesh import Mesh
from isogloss.store.named_graphs import RULES, SYSTEM
from isogloss.vocab import DPROD, MESH, ODRL, RDF

_EXPORTED = frozenset({Stage.ADOPTED, Stage.GRACE, Stage.IN_FORCE})


class RuleExports:
    """Exports the rules as they are now."""

    def __init__(self, mesh: Mesh, regimes: Regimes, known: Sequence[Triple], clock: Clock) -> None:
        """Take what the ontology says of classes and codes, too."""
        self._mesh = mesh
        self._regimes = regimes
        self._known = known
        self._clock = clock

    def export(self) -> RuleExport:
        """Export what judges the newest state, and what has been adopted to judge it later."""
        at, sequence = self._clock(), self._mesh.journal.head.sequence
        state = self._mesh.at(sequence)
        catalog = Catalog(state, self._regimes.base_iri)
        governance = catalog.get_domain(GOVERNANCE)
        known = {domain.id: domain for domain in (*catalog.domains(), governance)}
        sets, waivers = read_rules(state.quads([RULES]))
        adopted = [s for s in sets if s.owner in known and s.stage(at, sets) in _EXPORTED]
        versions = [_version(found, catalog) for found in adopted]
        replaced = any(
            v.binds_all and v.name == SHIPPED and v.began(at) and v.number for v in versions
        )
        if not replaced:
            versions.insert(0, _shipped(self._regimes.shipped, governance.id))
        said: defaultdict[Iri, set[Triple]] = defaultdict(set)
        for quad in (
            *state.statements(RDF.type),
            *_parts(state, {waiver.focus_node for waiver in waivers}),
        ):
            if quad.graph not in SYSTEM:
                said[quad.graph].add(Triple(*quad[:3]))
        return RuleExport(
            package=__version__,
            sequence=sequence,
            at=at,
            domains=tuple(_domain(known[id]) for id in sorted(known)),
            versions=tuple(versions),
            waivers=waivers,
            said={graph: frozenset(said[graph]) for graph in sorted(said)},
            axioms=frozenset(self._known),
        )


def packaged() -> RuleExport:
    """Give the rules that travel with the package, where no mesh is known."""
    return RuleExport(
        package=__version__,
        sequence=None,
        at=now(),
        domains=(),
        versions=(_shipped(Rulebook(resources.texts("shapes", ".ttl")), Iri("")),),
        waivers=(),
        said={},
        axioms=frozenset(axioms(resources.texts("ontology", ".ttl"))),
    )


def _domain(domain: Domain) -> ExportedDomain:
    return ExportedDomain(domain.id, domain.name, domain.uri_space)


def _version(found: RuleSet, catalog: Catalog) -> ExportedVersion:
    binding: Binding = binding_of(found, catalog)
    return ExportedVersion(
        id=found.id,
        name=found.name,
        number=found.number,
        owner=found.owner,
        binds_all=binding.owner is None,
        space=binding.space,
        others=binding.others,
        valid_from=found.valid_from,
        blocks_from=found.blocks_from,
        turtle=found.turtle,
    )


def _shipped(rulebook: Rulebook, governance: Iri) -> ExportedVersion:
    # As they are here: another version of the package has others.
    turtle = to_turtle(rulebook.graph)
    return ExportedVersion(
        SHIPPED_VERSION, SHIPPED, 0, governance, True, "", (), None, None, turtle
    )


def _parts(state: Reader, nodes: Iterable[Iri]) -> Iterator[Quad]:
    """Yield what makes something a part of a product, as `queries/parts.rq` has it."""
    about = state.describe(sorted(nodes))
    links = [
        quad
        for quads in about.values()
        for quad in quads
        if quad.predicate in (DPROD.outputPort, DPROD.outputDataset, ODRL.hasPolicy)
    ]
    yield from links
    policies = {Iri(str(q.object)) for q in links if q.predicate == ODRL.hasPolicy}
    for quads in state.describe(sorted(policies)).values():
        yield from (quad for quad in quads if quad.predicate == ODRL.obligation)
    datasets = {Iri(str(q.object)) for q in links if q.predicate == DPROD.outputDataset}
    fields = state.referrers(MESH.fieldOf, sorted(datasets))
    for quads in state.describe(sorted({f for found in fields.values() for f in found})).values():
        yield from (quad for quad in quads if quad.predicate == MESH.fieldOf)
