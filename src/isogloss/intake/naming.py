"""IRIs for things that have only a namespace and a name, as OpenLineage names them.

The pair is the identity: each part is percent-encoded whole, so no two pairs meet, and
`dataset`, `job` and the fields below a dataset stand in different places.

Source: https://openlineage.io/docs/spec/naming.
"""

import hashlib
import re
from functools import lru_cache
from urllib.parse import quote

from isogloss.model.rdf import Iri


def dataset_iri(space: str, namespace: str, name: str) -> Iri:
    """Name a dataset.

    >>> dataset_iri("https://mesh.example/shop/", "postgres://db:5432", "public.orders")
    'https://mesh.example/shop/ns/postgres%3A%2F%2Fdb%3A5432/dataset/public.orders'
    """
    return Iri(f"{space}ns/{_encode(namespace)}/dataset/{_encode(name)}")


def field_iri(dataset: Iri, path: str) -> Iri:
    """Name a field of a dataset by its dotted path."""
    return Iri(f"{dataset}/{_encode(path)}")


def job_iri(space: str, namespace: str, name: str) -> Iri:
    """Name a job."""
    return Iri(f"{space}ns/{_encode(namespace)}/job/{_encode(name)}")


def metric_iri(space: str, namespace: str, name: str) -> Iri:
    """Name something that is measured."""
    return Iri(f"{space}ns/{_encode(namespace)}/metric/{_encode(name)}")


def measurement_iri(metric: Iri, what: str) -> Iri:
    """Name one measurement of a metric, by what tells it from the others."""
    return Iri(f"{metric}/{_encode(what)}")


def run_iri(space: str, run_id: str) -> Iri:
    """Name a run."""
    return Iri(f"{space}run/{_encode(run_id)}")


def event_iri(space: str, digest: str) -> Iri:
    """Name an event by what it says."""
    return Iri(f"{space}event/{digest}")


def association_iri(job: Iri, producer: str) -> Iri:
    """Name what runs of a job have in common that one producer reports."""
    return Iri(f"{job}/by/{short_digest(producer)}")


def version_iri(dataset: Iri, version: str) -> Iri:
    """Name a version of a dataset."""
    return Iri(f"{dataset}/version/{_encode(version)}")


def stream_name(kind: str, namespace: str, name: str) -> str:
    """Name what is kept of the events of a job or dataset, as one word of a source's name.

    >>> stream_name("job", "cron", "sum up")
    'sum-up-b27ee316c3d9fcc4'
    """
    words = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:60].strip("-") or kind
    return f"{words}-{short_digest(_joined(kind, namespace, name))}"


def _joined(*parts: str) -> str:
    # No two lists of texts meet.
    return "\n".join(quote(part, safe="", errors="surrogatepass") for part in parts)


def short_digest(text: str) -> str:
    """Compute what stands for a text, of 16 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def agent_iri(space: str, name: str) -> Iri:
    """Name somebody of whom only a name is known."""
    return Iri(f"{space}agent/{_encode(name)}")


@lru_cache(maxsize=20_000)
def _encode(part: str) -> str:
    # A lone dot or two, encoded or not, means this folder or the one above to whoever resolves the
    # IRI; nothing else begins with "=", which is encoded.
    return f"={part}" if part in {".", ".."} else quote(part, safe="")
