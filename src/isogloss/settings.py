"""Everything a person may set, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from isogloss.model.rdf import Iri, parse_iri


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process.

    `data` is the folder of the mesh, None for one in memory; `base_iri` is the space of the
    governance group, within which it describes the domains; it ends in "/".
    """

    data: Path | None = Path("isogloss-data")
    base_iri: Iri = Iri("https://mesh.example/")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read ISOGLOSS_DATA and ISOGLOSS_BASE_IRI.

        Raises:
            InvalidIri: ISOGLOSS_BASE_IRI is not an absolute IRI.
        """
        base = parse_iri(environment.get("ISOGLOSS_BASE_IRI", cls().base_iri))
        return cls(
            data=Path(environment.get("ISOGLOSS_DATA", "isogloss-data")),
            base_iri=base if base.endswith("/") else Iri(base + "/"),
        )
