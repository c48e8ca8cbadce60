"""Who writes, votes on and adopts a rule set, and whether enough are for it."""

import math
from dataclasses import dataclass
from fractions import Fraction

from isogloss.model.catalog import Domain
from isogloss.model.rdf import Iri
from isogloss.model.rules import RuleSet
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.delegates import (
    DELEGATES,
    WRITERS,
    Members,
    check_role,
    check_role_anywhere,
)


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
        # The share that was written, not the float next to it: 0.28 of 25 domains are 7.
        return max(1, math.ceil(Fraction(str(self.share)) * len(self.electorate(found))))

    def there(self) -> frozenset[Iri]:
        """List the domains whose rules may judge, and whose members have a say."""
        governance = self.domains.get_domain(GOVERNANCE).id
        return frozenset({governance, *(domain.id for domain in self.domains.domains())})

    def check_writer(self, owner: Domain, author: Iri, members: Members) -> None:
        """Check that somebody may write rules: who works anywhere, if they are to bind all.

        Raises:
            Forbidden: he may not.
        """
        if self.binds_all(owner.id):
            check_role_anywhere(author, WRITERS, self._of(members), "write rules that bind all")
        else:
            check_role(author, owner, WRITERS, members, "write its rules")

    def check_delegate(self, owner: Domain, author: Iri, members: Members) -> None:
        """Check that somebody may adopt rules: an owner of any domain, if they are to bind all.

        Raises:
            Forbidden: he may not.
        """
        if self.binds_all(owner.id):
            check_role_anywhere(author, DELEGATES, self._of(members), "adopt rules that bind all")
        else:
            check_role(author, owner, DELEGATES, members, "adopt its rules")

    def _of(self, members: Members) -> Members:
        """Leave out the members of domains that are no longer there."""
        there = self.there()
        return frozenset(member for member in members if member.domain in there)
