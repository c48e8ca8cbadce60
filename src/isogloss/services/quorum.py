"""Who has a vote on a rule set, and whether enough are for it."""

import math
from dataclasses import dataclass

from isogloss.model.rdf import Iri
from isogloss.model.rules import RuleSet
from isogloss.services.catalog import GOVERNANCE, Catalog


@dataclass(frozen=True, slots=True)
class Quorum:
    """The domains vote on rules that bind all; a domain's own take its own approval.

    `share` of the domains, above 0 and at most 1, are to approve.
    """

    domains: Catalog
    share: float

    def binds_all(self, owner: Iri) -> bool:
        """Tell whether the rules of a domain bind all: those of the governance group do."""
        return owner == self.domains.get_domain(GOVERNANCE).id

    def electorate(self, found: RuleSet) -> frozenset[Iri]:
        """Find the domains that have a vote."""
        if not self.binds_all(found.owner):
            return frozenset({found.owner})
        others = frozenset(domain.id for domain in self.domains.domains())
        return others - {found.owner} or frozenset({found.owner})

    def approvals(self, found: RuleSet) -> tuple[Iri, ...]:
        """List the domains whose last vote is for it, sorted."""
        last = {vote.domain: vote.approves for vote in found.votes}
        electorate = self.electorate(found)
        return tuple(sorted(d for d, approves in last.items() if approves and d in electorate))

    def needed(self, found: RuleSet) -> int:
        """Count how many it takes."""
        if not self.binds_all(found.owner):
            return 1
        return max(1, math.ceil(self.share * len(self.electorate(found))))
