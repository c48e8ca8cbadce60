"""Everything a person may set, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from isogloss.errors import InvalidArgument
from isogloss.model.rdf import Iri, parse_iri
from isogloss.model.sparql import SparqlServer


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process.

    `data` is the folder of the mesh, None for one that is gone afterwards; `sparql` holds its
    graph, a store in the folder if None; `base_iri` is the space of the
    governance group, within which it describes the domains; it ends in "/". `quorum` is the
    share of the domains, above 0 and at most 1, that is to approve of rules that bind all. A
    dataset of which producers have said nothing for `unseen_days` is flagged.
    """

    data: Path | None = Path("isogloss-data")
    sparql: SparqlServer | None = None
    base_iri: Iri = Iri("https://mesh.example/")
    quorum: float = 0.5
    unseen_days: int = 30

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read ISOGLOSS_DATA, …_BASE_IRI, …_QUORUM, …_UNSEEN_DAYS and …_SPARQL_….

        Raises:
            InvalidIri: ISOGLOSS_BASE_IRI is not an absolute IRI.
            InvalidArgument: of the three addresses of a SPARQL server some are missing, the
                quorum is no share, or the days are no number.
        """
        base = parse_iri(environment.get("ISOGLOSS_BASE_IRI", cls().base_iri))
        return cls(
            data=Path(environment.get("ISOGLOSS_DATA", "isogloss-data")),
            sparql=_sparql(environment),
            base_iri=base if base.endswith("/") else Iri(base + "/"),
            unseen_days=_days(environment.get("ISOGLOSS_UNSEEN_DAYS", str(cls().unseen_days))),
            quorum=_share(environment.get("ISOGLOSS_QUORUM", str(cls().quorum))),
        )


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= 36_500:
        raise InvalidArgument(
            f"ISOGLOSS_UNSEEN_DAYS is {text!r}: give a number of days, 1 to 36500."
        )
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0
    if not 0 < share <= 1:
        raise InvalidArgument(
            f"ISOGLOSS_QUORUM is {text!r}: give a share of the domains, above 0 and at most 1."
        )
    return share


def _sparql(environment: Mapping[str, str]) -> SparqlServer | None:
    names = ("ISOGLOSS_SPARQL_QUERY", "ISOGLOSS_SPARQL_UPDATE", "ISOGLOSS_SPARQL_GRAPH_STORE")
    addresses = [environment.get(name, "") for name in names]
    if not any(addresses):
        return None
    if not all(addresses):
        missing = ", ".join(name for name in names if not environment.get(name))
        raise InvalidArgument(f"A SPARQL server has three addresses: set {missing} too.")
    return SparqlServer(
        addresses[0],
        addresses[1],
        addresses[2],
        user=environment.get("ISOGLOSS_SPARQL_USER"),
        password=environment.get("ISOGLOSS_SPARQL_PASSWORD"),
    )
