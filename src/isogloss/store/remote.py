"""The graph on a SPARQL 1.1 server, which is the mesh's alone: `rebuild` empties it.

Every answer brings the number of its rows with it, and one that lacks rows is an error or
is read on in pages; so a server may limit its answers (Virtuoso's ResultSetMaxRows), and
none that was cut looks whole. A large answer is read while nothing is written.

A server rewrites literals: Oxigraph gives "01"^^xsd:int back as "1"^^xsd:integer. What
Virtuoso does, and what is done about it, is in `virtuoso`.

An update that was given up after a time-out may still be made, late. It is applied again
before the next one, and harms only if it is later than that one too; `differences` tells.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import islice
from typing import Any, TypeAlias, cast

import httpx2
import pyoxigraph as ox

from isogloss.errors import StoreUnavailable
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.model.sparql import SparqlServer
from isogloss.store import updates, virtuoso
from isogloss.store.dictionary import chunks
from isogloss.store.graph import BEGINNING, GraphChange, Mark
from isogloss.store.named_graphs import MARK, SYSTEM
from isogloss.store.terms import from_ox, quad_to_ox
from isogloss.vocab import MESH, XSD

_Row: TypeAlias = tuple[Any, ...]
"""Terms of pyoxigraph."""

_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/n-triples"
_MOST_ROWS = 50_000
_MOST_ASKED = 500
"""So many terms are asked about at once."""
_FEW_ROWS = 9_000
"""So many quads of several graphs are read at once: fewer than Virtuoso limits answers to."""
_LARGE = 500
"""From so many quads on, a graph is loaded as a document."""
_MOST_SENTENCES = 20
_PATIENCE = 600.0
"""Seconds that a step of a rebuild may take, such as dropping a graph of a million quads."""


class _NoAnswer(StoreUnavailable):
    """The request may have been heard, and the answer was not."""


class RemoteGraph:
    """A `store.graph.Graph` on a SPARQL server."""

    def __init__(self, server: SparqlServer, timeout: float = 30.0) -> None:
        """Find the server; `timeout` is in seconds, for each request.

        Raises:
            StoreUnavailable: it does not answer, or holds something else as a mark.
        """
        self._server = server
        auth = httpx2.DigestAuth(server.user, server.password or "") if server.user else None
        self._client = httpx2.Client(auth=auth)
        self._timeout = timeout
        # Held while the server changes, and while an answer of several pages is read.
        self._lock = threading.RLock()
        self._is_virtuoso = False
        self._mark = BEGINNING
        try:
            self.reopen()
        except BaseException:
            self._client.close()
            raise

    def close(self) -> None:
        """Let go of the server; the graph cannot be used any more."""
        self._client.close()

    def reopen(self) -> None:
        """Look how the server writes, and read its mark.

        Raises:
            StoreUnavailable: it does not answer, or holds something else as a mark.
        """
        (said,) = self._select(_query("booleans"))
        value = said["value"]
        self._is_virtuoso = isinstance(value, ox.Literal) and value.datatype.value == XSD.integer
        self._mark = self.read_mark()

    @property
    def sequence(self) -> int:
        """Number of the last commit; 0 before the first."""
        return self._mark.sequence

    @property
    def mark(self) -> Mark:
        """The last commit that the graph has, as kept since it was opened."""
        return self._mark

    def read_mark(self) -> Mark:
        """Read the mark from the server; BEGINNING where there is none."""
        found = {
            quad.predicate: quad.object.value
            for quad in self._quads("by_graph", [(MARK,)])
            if isinstance(quad.object, Literal)
        }
        if not found:
            return BEGINNING
        try:
            return Mark(int(found[MESH.sequence]), found[MESH.head])
        except (KeyError, ValueError) as error:
            raise StoreUnavailable(
                f"The graph at {_shown(self._server.query)} holds no readable mark: "
                "run `isogloss rebuild`."
            ) from error

    def quads(self, graphs: Collection[Iri] | None = None) -> Iterator[Quad]:
        """Yield the quads of some named graphs, of all but the system's if None, in no order.

        Each graph is of one moment; two may be of two, if something is written meanwhile.
        """
        if graphs is not None:
            for some in chunks(graphs, 50):
                yield from self._quads("by_graph", ((graph,) for graph in some))
            return
        sizes = {graph: size for graph, size in self._graphs().items() if graph not in SYSTEM}
        for some in _batches(sizes):
            yield from self._quads("by_graph", ((graph,) for graph in some))

    def describe(self, subjects: Iterable[Iri]) -> dict[Iri, list[Quad]]:
        """Find what is said of each subject, in no order; [] for one nobody speaks of."""
        found: dict[Iri, list[Quad]] = {subject: [] for subject in subjects}
        for some in chunks(found, _MOST_ASKED):
            for quad in self._quads("by_subject", ((subject,) for subject in some)):
                # Not there: an IRI that Virtuoso has cut, so another than was asked about.
                if quad.subject in found:
                    found[quad.subject].append(quad)
        return found

    def referrers(self, predicate: Iri, objects: Iterable[Iri]) -> dict[Iri, tuple[Iri, ...]]:
        """Find the subjects that point at each object by `predicate`, sorted."""
        found: dict[Iri, set[Iri]] = {object_: set() for object_ in objects}
        for some in chunks(found, _MOST_ASKED):
            for quad in self._quads("by_object", ((predicate, object_) for object_ in some)):
                if (object_ := Iri(str(quad.object))) in found:
                    found[object_].add(quad.subject)
        return {object_: tuple(sorted(subjects)) for object_, subjects in found.items()}

    def statements(self, predicate: Iri, object_: Iri | None = None) -> Iterator[Quad]:
        """Yield every quad with this predicate (and object), in no order."""
        if object_ is None:
            yield from self._quads("by_predicate", [(predicate,)])
        else:
            yield from self._quads("by_object", [(predicate, object_)])

    def apply(self, change: GraphChange, mark: Mark) -> None:
        """Make a change and move the mark, in one request if it is of at most 2 MB.

        A larger change goes in several, the mark with the last: a reader may see it half
        made, and if it stops half-way, it is made again because the mark has not moved.
        A server makes one request all or nothing, if it is Oxigraph; Virtuoso may not.

        Raises:
            StoreUnavailable: the server refused or did not answer.
        """
        *parts, last = updates.requests(change, mark, self._written)
        with self._lock:
            for part in parts:
                self._update(part)
            try:
                self._update(last)
            except _NoAnswer:
                if self.read_mark() != mark:
                    raise
            self._mark = mark

    def rebuild(self, quads: Iterable[Quad], mark: Mark) -> None:
        """Throw everything away and hold exactly these quads, the system's graphs included.

        Raises:
            StoreUnavailable: the server refused or did not answer; call it again.
        """
        with self._lock:
            # First, as the new one comes last: without a mark, what is there counts for nothing.
            self._update(updates.UNMARK)
            self._mark = BEGINNING
            for some in chunks(self._graphs(), _MOST_ASKED):
                self._update(updates.drops(some), timeout=_PATIENCE)
            rest = iter(quads)
            while part := list(islice(rest, _MOST_ROWS)):
                self._load(part)
            self._update(updates.marking(mark))
            self._mark = mark

    def differences(self, quads: Iterable[Quad]) -> Iterator[str]:
        """Compare with what should be there, as the server writes it; a sentence a difference.

        It ends after twenty.
        """
        return islice(self._differences(quads), _MOST_SENTENCES)

    def compact(self) -> None:
        """Do nothing: what is on the server's disk is the server's business."""

    def _differences(self, quads: Iterable[Quad]) -> Iterator[str]:
        expected = ox.Store()
        expected.bulk_extend(self._by_value(quad) for quad in quads)
        named = {graph.value for graph in expected.named_graphs()}
        sizes = self._graphs()
        sizes.pop(MARK, None)
        for graph in sizes.keys() - named:
            yield f"The server has a graph <{graph}>, which no commit wrote: it should not be."
        for some in _batches({graph: size for graph, size in sizes.items() if graph in named}):
            there = {
                self._by_value(quad)
                for quad in self._quads("by_graph", ((graph,) for graph in some))
            }
            for quad in there:
                if quad not in expected:
                    yield f"The graph has {quad}, which no commit says."
            # Afterwards, because two that differ here may be one to Oxigraph, such as 1 and 01.
            for quad in there:
                expected.remove(quad)
        for quad in expected:
            yield f"The graph lacks {quad}."

    def _by_value(self, quad: Quad) -> ox.Quad:
        if self._is_virtuoso:
            quad = quad._replace(object=virtuoso.by_value(quad.object))
        return quad_to_ox(quad)

    def _graphs(self) -> dict[Iri, int]:
        """Find the graphs there are, with their sizes; a server's own are left out."""
        rows = self._rows(_query("graphs"), ("graph", "quads"))
        sizes = {Iri(graph.value): int(quads.value) for graph, quads in rows}
        return {graph: size for graph, size in sizes.items() if not self._is_foreign(graph)}

    def _is_foreign(self, graph: Iri) -> bool:
        return self._is_virtuoso and graph in virtuoso.OWN_GRAPHS

    def _quads(self, name: str, given: Iterable[Sequence[Iri]]) -> Iterator[Quad]:
        # str() of Oxigraph's NamedNode is checked N-Triples, so no text can leave it.
        rows = " ".join(f"({' '.join(str(ox.NamedNode(iri)) for iri in row)})" for row in given)
        query = _query(name).replace(") { }", f") {{ {rows} }}")
        for row in self._rows(query, ("subject", "predicate", "object", "graph")):
            subject, predicate, graph = (Iri(row[at].value) for at in (0, 1, 3))
            if not self._is_foreign(graph):
                yield Quad(subject, predicate, virtuoso.from_server(from_ox(row[2])), graph)

    def _rows(self, query: str, names: Sequence[str]) -> set[_Row]:
        """Read all rows of a query whose rows all differ."""
        counting = f"{{ SELECT (COUNT(*) AS ?count) WHERE {{ {{\n{query}}} }} }}"
        variables = " ".join(f"?{name}" for name in names)
        found, count = _counted(
            self._select(f"SELECT {variables} ?count WHERE {{ {counting} UNION {{\n{query}}} }}"),
            names,
        )
        if count == len(found):
            return found
        # The server limits its answers. Its pages are in the order of its index, if it has
        # one and keeps to it; if not, the count finds out.
        with self._lock:
            _, count = _counted(self._select(f"SELECT ?count WHERE {{ {counting} }}"), ())
            found, offset = set(), 0
            while page := self._select(f"{query}LIMIT {_MOST_ROWS} OFFSET {offset}"):
                rows = (tuple(row[name] for name in names) for row in page)
                found.update(row for row in rows if None not in row)
                offset += len(page)
                if count is None or offset >= count:
                    break
        if count == len(found):
            return found
        raise StoreUnavailable(
            f"The SPARQL server at {_shown(self._server.query)} gave another number of rows "
            "than it counts: ask again, and see what limits its answers."
        )

    def _select(self, query: str) -> list[Any]:
        answer = self._send(self._server.query, data={"query": query}, accept=_RESULTS)
        try:
            # Virtuoso says so when it gave up; Oxigraph breaks the JSON off.
            if "X-SQL-State" in answer.headers:
                raise ValueError(answer.headers.get("X-SQL-Message", "it gave up")[:200])
            found = ox.parse_query_results(answer.content, format=ox.QueryResultsFormat.JSON)
            return list(cast(ox.QuerySolutions, found))
        except (ValueError, SyntaxError, TypeError) as error:
            raise StoreUnavailable(
                f"The SPARQL server at {_shown(self._server.query)} gave an answer that is not "
                f"whole ({error}): ask again, and see how much time it has for a query."
            ) from error

    def _load(self, quads: Iterable[Quad]) -> None:
        """Add quads: those of a large graph as a document, which is fast, the rest together."""
        by_graph = defaultdict(list)
        for quad in quads:
            by_graph[quad.graph].append(quad)
        little: list[Quad] = []
        for graph, some in by_graph.items():
            if len(some) < _LARGE:
                little += some
                continue
            url = httpx2.URL(self._server.graph_store).copy_merge_params({"graph": graph})
            little += filter(lambda quad: virtuoso.is_misread(quad.object), some)
            plain = (quad for quad in some if not virtuoso.is_misread(quad.object))
            for document in updates.documents(plain, self._written):
                self._send(url, content=document.encode(), kind=_TRIPLES, timeout=_PATIENCE)
        for operation in updates.insertions(little, self._written):
            self._update(operation, timeout=_PATIENCE)

    def _written(self, term: Term) -> Term:
        return virtuoso.to_server(term) if self._is_virtuoso else term

    def _update(self, update: str, timeout: float | None = None) -> None:
        self._send(self._server.update, data={"update": update}, timeout=timeout)

    def _send(
        self,
        url: httpx2.URL | str,
        *,
        data: dict[str, str] | None = None,
        content: bytes | None = None,
        kind: str = "application/x-www-form-urlencoded",
        accept: str = "*/*",
        timeout: float | None = None,
    ) -> httpx2.Response:
        if self._client.is_closed:
            raise StoreUnavailable("The graph is closed: open the mesh again.")
        try:
            answer = self._client.post(
                url,
                data=data,
                content=content,
                headers={"Accept": accept, "Content-Type": kind},
                timeout=timeout or self._timeout,
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _NoAnswer(
                f"The SPARQL server at {_shown(url)} does not answer ({type(error).__name__}): "
                "see that it runs, and that ISOGLOSS_SPARQL_… hold its addresses."
            ) from error
        if answer.status_code in (401, 403):
            raise StoreUnavailable(
                f"The SPARQL server at {_shown(url)} lets us not in: set ISOGLOSS_SPARQL_USER "
                "and ISOGLOSS_SPARQL_PASSWORD."
            )
        if not answer.is_success:
            said = answer.text.strip().partition("\n")[0][:200]
            raise StoreUnavailable(
                f"The SPARQL server at {_shown(url)} refuses ({answer.status_code}: {said})."
            )
        return answer


def _query(name: str) -> str:
    return files("isogloss.store").joinpath(f"queries/{name}.rq").read_text("utf-8")


def _counted(page: Iterable[Any], names: Sequence[str]) -> tuple[set[_Row], int | None]:
    """Take the rows of an answer and, if it is there, their number."""
    rows: set[_Row] = set()
    count = None
    for row in page:
        if row["count"] is None:
            rows.add(tuple(row[name] for name in names))
        else:
            count = int(row["count"].value)
    return rows, count


def _batches(sizes: Mapping[Iri, int]) -> Iterator[list[Iri]]:
    """Cut graphs into parts that one answer holds, or of one graph that it does not."""
    part: list[Iri] = []
    size = 0
    for graph, more in sizes.items():
        if part and (size + more > _FEW_ROWS or len(part) >= _MOST_ASKED):
            yield part
            part, size = [], 0
        part.append(graph)
        size += more
    if part:
        yield part


def _shown(url: httpx2.URL | str) -> str:
    """Give an address without a password that may be in it."""
    try:
        return str(httpx2.URL(url).copy_with(userinfo=b"", query=None, fragment=None))
    except httpx2.InvalidURL:
        return "an address that is none"
