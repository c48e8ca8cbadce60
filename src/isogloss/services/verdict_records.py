"""Write down what is upstream of products, so that rules can speak of it."""

from collections.abc import Mapping
from hashlib import sha256

from isogloss.errors import Forbidden
from isogloss.model.access import Membership, Role
from isogloss.model.change import Act, Committed, Refused
from isogloss.model.rdf import Iri, Triple
from isogloss.model.verdicts import Verdict
from isogloss.services.catalog import GOVERNANCE
from isogloss.services.commits import Commits
from isogloss.services.ownership import OPERATOR, VERDICTS_SOURCE
from isogloss.services.verdicts import Verdicts
from isogloss.vocab import CODE, MESH, RDF


class VerdictRecords:
    """Keeps the source `verdicts` of the governance group, which follows from all the others."""

    def __init__(self, verdicts: Verdicts, commits: Commits) -> None:
        self._verdicts = verdicts
        self._commits = commits

    def publish(
        self, *, author: Iri = OPERATOR
    ) -> tuple[Mapping[Iri, Verdict], Committed | Refused]:
        """State of each product the worst upstream of it; nothing is committed if that is known.

        What is derived is true whatever a rule wants, so no rule refuses it: what breaks with it
        is in the report from then on.

        Raises:
            Forbidden: the author may not write for the governance group.
        """
        found = self._verdicts.products()
        space = self._commits.domain(GOVERNANCE).uri_space
        said: set[Triple] = set()
        for product, verdict in found.items():
            node = Iri(f"{space}verdict/{sha256(product.encode()).hexdigest()[:24]}")
            said |= {
                Triple(node, RDF.type, MESH.MeaningVerdict),
                Triple(node, MESH.judges, product),
                Triple(node, MESH.verdict, Iri(CODE.iri + verdict.value)),
            }

        def state(_: frozenset[Triple], memberships: frozenset[Membership]) -> frozenset[Triple]:
            governance = self._commits.domain(GOVERNANCE).id
            owner = Membership(governance, author, Role.OWNER)
            if author != OPERATOR and owner not in memberships:
                raise Forbidden(f"{author} may not publish verdicts: the governance group does.")
            return frozenset(said)

        act = Act(GOVERNANCE, VERDICTS_SOURCE, state)
        message = "Say what is upstream of products."
        return found, self._commits.replace([act], author=author, message=message)
