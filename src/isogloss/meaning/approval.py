"""When a mapping counts as approved: the law, of which the status is only the outcome.

A steward of each side has approved it, and never one person alone.
"""

from collections import defaultdict
from collections.abc import Set

from isogloss.model.agreement import Agreement, Status
from isogloss.model.rdf import Iri


def status_of(agreement: Agreement, sides: Set[Iri]) -> Status:
    """Derive how far a mapping has come from the votes on it; `sides` are its terms' domains.

    A vote against ends it: rejected if it had not been approved, else retired.
    """
    approving: defaultdict[Iri, set[Iri]] = defaultdict(set)
    approved = False
    for vote in agreement.votes:
        if not vote.approves:
            return Status.RETIRED if approved else Status.REJECTED
        approving[vote.domain].add(vote.delegate)
        approved = approved or not _lacking(agreement, sides, approving)
    return Status.APPROVED if approved else Status.PROPOSED


def lacking(agreement: Agreement, sides: Set[Iri]) -> frozenset[Iri]:
    """Find the domains of which a steward, one who has not approved yet, could bring it further.

    Where every side has approved, but by one person, anybody else of either will do.
    """
    approving: defaultdict[Iri, set[Iri]] = defaultdict(set)
    for vote in agreement.votes:
        approving[vote.domain].add(vote.delegate)
    return _lacking(agreement, sides, approving)


def _lacking(
    agreement: Agreement, sides: Set[Iri], approving: dict[Iri, set[Iri]]
) -> frozenset[Iri]:
    silent = frozenset(side for side in sides if not approving.get(side))
    if silent:
        return silent
    people = {person for side in sides for person in approving[side]}
    if len(sides) == 1:
        # Within one domain a single steward will do, but not the one who proposed it.
        return frozenset() if people - {agreement.proposer} else frozenset(sides)
    return frozenset() if len(people) > 1 else frozenset(sides)
