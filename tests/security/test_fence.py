"""Nobody writes across domains, by whatever door, in whatever disguise."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from threading import Barrier, Thread
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import (
    Forbidden,
    ForeignGraph,
    InvalidArgument,
    InvalidInput,
    MeshError,
    NotFound,
    StalePlan,
)
from isogloss.governance.rulebook import Rulebook
from isogloss.model.access import Role
from isogloss.model.change import Committed, Plan, SourceContent, SourceEdit
from isogloss.model.rdf import Iri, Literal, Term, Triple, parse_iri
from isogloss.services.loading import Format, Loaded, Upload
from isogloss.services.ownership import OPERATOR, Ownership
from isogloss.store.terms import to_ox
from isogloss.vocab import CODE, DCAT, DCTERMS, MESH, ORG, PROV, RDF, SH, SKOS, VOID
from tests.security.world import (
    BASE,
    CATALOGUE,
    DATA,
    MEMBERS,
    REMOVED,
    RIVALS,
    SPACES,
    STRANGER,
    WORDS,
    World,
    attempts,
    dataset,
    domain_iri,
    found,
    founding,
    may_write,
    person,
    turtle,
)

REPLACE = """mutation ($domain: String!, $source: String!, $turtle: String!, $id: ID) {
  replaceSource(domain: $domain, source: $source, turtle: $turtle, id: $id) {
    __typename ... on Committed { sequence } } }"""
PLAN = """query ($domain: String!, $sources: [SourceInput!]!) {
  plan(domain: $domain, sources: $sources) { digest } }"""
APPLY = """mutation ($domain: String!, $sources: [SourceInput!]!, $digest: String!) {
  applyPlan(domain: $domain, sources: $sources, digest: $digest) { __typename } }"""
RESTORE = """mutation ($domain: String!, $source: String!, $asOf: Moment!) {
  restoreSource(domain: $domain, source: $source, asOf: $asOf) { __typename } }"""
GRANT = """mutation ($domain: String!, $member: ID!, $role: Role!) {
  grantRole(domain: $domain, member: $member, role: $role) { __typename } }"""
WITHDRAW = GRANT.replace("grantRole", "withdrawRole")


@pytest.fixture(scope="module")
def world() -> World:
    """The rivals, whom nothing but the fence keeps apart."""
    return found(Rulebook({}))


@pytest.fixture
def ruled() -> World:
    """The rivals, under the real rules."""
    return found()


# ---------------------------------------------------------------------------- doors

Door = Callable[[World, Iri, str, str, frozenset[Triple]], object]


def _replace(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    return world.services.commits.replace([SourceContent(domain, source, triples)], author=author)


def _edit(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    edit = SourceEdit(domain, source, lambda said: said | triples)
    return world.services.commits.replace([edit], author=author)


def _text(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    return world.services.loading.replace_source(domain, source, turtle(triples), author=author)


def _load(format: Format) -> Door:
    def load(
        world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
    ) -> object:
        document = Upload("document", _write(format, triples))
        return world.services.loading.load(
            [document], domain, source=source, format=format, author=author
        )

    return load


def _folder(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    files = {source: turtle(triples).encode()}
    return world.services.planning.apply(domain, files, "0" * 64, author=author)


def _plan(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    files = {source: turtle(triples).encode()}
    return world.services.planning.plan(domain, files, author=author)


def _over_http(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    return world.ask(author, REPLACE, domain=domain, source=source, turtle=turtle(triples))


def _apply_over_http(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    sources = [{"source": source, "turtle": turtle(triples)}]
    return world.ask(author, APPLY, domain=domain, sources=sources, digest="0" * 64)


def _plan_over_http(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    sources = [{"source": source, "turtle": turtle(triples)}]
    return world.ask(author, PLAN, domain=domain, sources=sources)


def _write(format: Format, triples: frozenset[Triple], graph: str = "") -> bytes:
    if format in (Format.TRIG, Format.NQUADS) and graph:
        lines = turtle(triples).splitlines()
        if format is Format.TRIG:
            return f"<{graph}> {{ {' '.join(lines)} }}".encode()
        return "".join(f"{line[:-1]} <{graph}> .\n" for line in lines).encode()
    if format is Format.JSON_LD:
        nodes = [{"@id": s, p: _json(o)} for s, p, o in triples]
        whole = {"@id": graph, "@graph": nodes} if graph else {"@graph": nodes}
        return json.dumps(whole).encode()
    if format is Format.RDF_XML:
        return _xml(triples)
    return turtle(triples).encode()


def _json(term: Term) -> dict[str, str]:
    return {"@value": term.value} if isinstance(term, Literal) else {"@id": term}


def _xml(triples: frozenset[Triple]) -> bytes:
    parts = []
    for subject, predicate, value in triples:
        cut = max(predicate.rfind("#"), predicate.rfind("/")) + 1
        space, name = quoteattr(predicate[:cut]), predicate[cut:]
        if isinstance(value, Literal):
            said = f"<p:{name} xmlns:p={space}>{value.value}</p:{name}>"
        else:
            said = f"<p:{name} xmlns:p={space} rdf:resource={quoteattr(value)}/>"
        parts.append(f"<rdf:Description rdf:about={quoteattr(subject)}>{said}</rdf:Description>")
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    return f"<rdf:RDF xmlns:rdf='{rdf}'>{''.join(parts)}</rdf:RDF>".encode()


LOADS = [
    _load(format)
    for format in (
        Format.TURTLE,
        Format.TRIG,
        Format.NTRIPLES,
        Format.NQUADS,
        Format.JSON_LD,
        Format.RDF_XML,
    )
]
JSON_LD = LOADS[4]
PREVIEWS = (_plan, _plan_over_http)
# Fast ones are tried more often.
DOORS = st.sampled_from(
    [
        *[_replace, _edit] * 2,
        _text,
        *LOADS,
        _folder,
        _over_http,
        _apply_over_http,
        *PREVIEWS,
    ]
)


def _refuse(
    world: World, door: Door, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> MeshError:
    return world.refuses(
        author,
        lambda: door(world, author, domain, source, triples),
        preview=door in PREVIEWS,
    )


# ---------------------------------------------------------------------------- disguises

TAILS = st.sampled_from(
    [
        "",
        "domain",
        "team",
        "glossary",
        "dataset/orders",
        "term/active",
        "graph/orders",
        "membership/owner/x",
        ".well-known/genid/0123456789abcdef0123456789abcdef",
        "x?a=b#c",
    ]
)


def _swap(iri: str, old: str, new: str) -> str:
    return iri.replace(old, new, 1)


def _in_path(iri: str, change: Callable[[str], str]) -> str:
    scheme, _, rest = iri.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme}://{host}/{change(path)}"


def _at_host(iri: str, change: Callable[[str], str]) -> str:
    scheme, _, rest = iri.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme}://{change(host)}/{path}"


def _encode_at(place: int, path: str, *, times: int = 1) -> str:
    place %= max(1, len(path))
    code = "".join(f"%{byte:02X}" for byte in path[place].encode()) if path else ""
    for _ in range(times - 1):
        code = code.replace("%", "%25")
    return path[:place] + code + path[place + 1 :]


def _case_at(place: int, text: str) -> str:
    letters = [n for n, char in enumerate(text) if char.swapcase() != char]
    if not letters:
        return text + "X"
    at = letters[place % len(letters)]
    return text[:at] + text[at].swapcase() + text[at + 1 :]


def _insert(place: int, path: str, what: str) -> str:
    place %= len(path) + 1
    return path[:place] + what + path[place:]


def _slashes(space: str, tail: str, what: str) -> str:
    return space[:-1] + what + tail


def _beside(own: str, space: str) -> bool:
    return own.split("/")[2] == space.split("/")[2]


def _climb(own: str, space: str, tail: str, dots: str) -> str:
    """From one's own space to another's, as a browser would walk."""
    host = "/".join(own.split("/")[:3]) + "/"
    depth = own.removeprefix(host).count("/")
    if not _beside(own, space):
        return f"{own}{dots}/{dots}/{tail}"
    return f"{own}{f'{dots}/' * depth}{space.removeprefix(host)}{tail}"


@st.composite
def foreign(draw: st.DrawFn, attacker: str) -> str:
    """Draw an IRI of another domain's, as it is or as something that may be taken for it."""
    own = SPACES[attacker]
    others = [name for name in RIVALS if name != attacker]
    nested = [name for name in others if SPACES[name].startswith(own)]
    victim = draw(st.sampled_from(others + nested * 4))
    space, tail = SPACES[victim], draw(TAILS)
    iri, at = space + tail, draw(st.integers(0, 40))
    dots = draw(st.sampled_from(["..", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "./..", "%2e/%2E."]))
    # Within the space only: how the tail is spelt is the victim's business.
    disguised = draw(
        st.sampled_from(
            [
                iri,
                iri,
                _case_at(at, space) + tail,
                space.upper() + tail,
                _in_path(space, lambda path: _case_at(at, path)) + tail,
                _at_host(iri, str.upper),
                _at_host(iri, lambda host: f"{host}:443"),
                _at_host(iri, lambda host: f"{host}:"),
                _at_host(iri, lambda host: f"{host}."),
                _at_host(iri, lambda host: f"me@{host}"),
                _at_host(iri, lambda host: f"mesh.example@{host}"),
                _at_host(iri, lambda host: f"{host}%2E"),
                _swap(iri, "https:", "http:"),
                _swap(iri, "https://", "https:/"),
                _swap(iri, "https://", "https:///"),
                _in_path(space, lambda path: _encode_at(at, path)) + tail,
                _in_path(space, lambda path: _encode_at(at, path).replace("%C3", "%c3")) + tail,
                _in_path(space, lambda path: _encode_at(at, path, times=2)) + tail,
                _in_path(space, lambda path: _insert(at, path, "%E2%80%8B")) + tail,
                _in_path(space, lambda path: _insert(at, path, "\u200b")) + tail,
                _in_path(space, lambda path: _insert(at, path, "\u00ad")) + tail,
                _swap(iri, "ü", "u\u0308"),
                _swap(iri, "ü", "%C3%BC"),
                _swap(iri, "ü", "u%CC%88"),
                _swap(iri, "sales", "\u017fales"),
                _swap(iri, "sales", "\uff53ales"),
                _swap(iri, "shop", "\uff53hop"),
                _swap(iri, "emea", "eⅿea"),
                unicodedata.normalize("NFD", iri),
                _swap(iri, "bücher.example", "xn--bcher-kva.example"),
                _swap(iri, "bücher.example", "BÜCHER.example"),
                _swap(iri, "mesh.example", "mesh。example"),
                _slashes(space, tail, ""),
                _slashes(space, "", ""),
                _slashes(space, tail, "%2F"),
                _slashes(space, tail, "%2f"),
                _slashes(space, tail, "%252F"),
                _slashes(space, tail, "//"),
                _slashes(space, tail, "\\"),
                _slashes(space, tail, "%5C"),
                _slashes(space, tail, "\uff0f"),
                _in_path(iri, lambda path: f"/{path}"),
                _in_path(iri, lambda path: f"./{path}"),
                _climb(own, space, tail, dots),
                _climb(own, space, tail, dots.replace("/", "\\")),
                f"{own}x/{dots}?{iri}",
                f"{own}{dots}#{tail}",
                _climb(own, space, tail, "..").replace("../", "..%2F")
                if _beside(own, space)
                else iri,
                f"_:{tail}",
                tail or "/",
                f"<{iri}>",
                f"{iri}> <https://x.example/p> <",
            ]
        )
    )
    # What is left of the disguise, by the letter and by no doubt one's own, is no attack.
    if _is_plainly_own(disguised, attacker):
        return iri
    return disguised


def _is_iri(text: str) -> bool:
    try:
        parse_iri(text)
        to_ox(Iri(text))
    except (ValueError, InvalidInput):
        return False
    return True


def _is_plainly_own(iri: str, attacker: str) -> bool:
    own = SPACES[attacker]
    nested = [space for space in SPACES.values() if space.startswith(own) and space != own]
    rest = iri.removeprefix(own)
    if not iri.startswith(own) or any(
        iri.startswith(space) or space.startswith(f"{iri}/") for space in nested
    ):
        return False
    suspicious = ("%", "\\", "..", "//", "/.", "./", "\u200b", "\u00ad", "<", "\u0308")
    if any(part in rest for part in suspicious) or not nested:
        return not any(part in rest for part in suspicious)
    head = unicodedata.normalize("NFKC", rest).casefold().partition("/")[0].partition("?")[0]
    return head not in {"emea", "münchen"}


LAWFUL_TAILS = st.sampled_from(
    [
        "dataset/orders",
        "domain/of/the/rose",
        "ns/postgres%3A%2F%2Fdb%3A5432/dataset/public.orders",
        "ns/https%3A%2F%2Fmesh.example%2Fsales%2F/x",
        "https://mesh.example/shop/dataset/orders",
        "a//b",
        "Größe/straße",
        "日本/データ",
        "%25",
        "x%20y",
        "%C3%A9t%C3%A9",
        ".hidden",
        "...",
        "x..y",
        "a.",
        "x?from=/../sales/&to=/./",
        "x#/../..",
        "x;v=1,2(3)!$&'*+=:@~_-",
        "?",
        "#",
        "UPPER/Case",
        "graph/orders",
        "membership",
        "emea-north/x",
        "emeal/x",
        "a/emea/x",
        "x" * 500,
        "👩‍🔬/x",
    ]
)


def lawful(domain: str) -> st.SearchStrategy[frozenset[Triple]]:
    """Draw what a domain may say of its own, of things anywhere."""
    anywhere = st.sampled_from(
        [
            f"{space}{tail}"
            for space in (*SPACES.values(), BASE, "HTTPS://MESH.example/", "urn:x:")
            for tail in ("domain", "term/active", "%7E/../x", "graph/orders")
        ]
    )
    predicates = st.sampled_from(
        [DCTERMS.source, SKOS.exactMatch, PROV.wasDerivedFrom, DCTERMS.subject, SKOS.related]
    )
    said = st.lists(st.tuples(LAWFUL_TAILS, predicates, anywhere), min_size=1, max_size=4)
    return said.map(
        lambda found: frozenset(
            Triple(Iri(SPACES[domain] + tail), predicate, Iri(value))
            for tail, predicate, value in found
        )
    )


def writer(domain: str, source: str) -> st.SearchStrategy[Iri]:
    """Draw somebody who may write a source."""
    role = Role.STEWARD if source in WORDS else Role.ENGINEER
    return st.sampled_from([person(domain, Role.OWNER), person(domain, role)])


SOURCES = st.sampled_from([*DATA, *WORDS])


# ---------------------------------------------------------------------------- attempts


@attempts(250, 2_500)
@given(
    data=st.data(),
    door=DOORS,
    # Around whose space others' nest, there is most to be gained.
    attacker=st.sampled_from([*RIVALS, *["sales"] * 5]),
    source=SOURCES,
)
def test_no_domain_describes_what_is_anothers(
    world: World, data: st.DataObject, door: Door, attacker: str, source: str
) -> None:
    subject = data.draw(foreign(attacker))
    author = data.draw(writer(attacker, source))
    mine = data.draw(lawful(attacker))
    theirs = frozenset({Triple(Iri(subject), DCTERMS.title, Literal("taken"))})
    if door is JSON_LD and not _is_iri(subject):
        door = _text  # JSON-LD has it that what is said of no IRI goes unsaid
    _refuse(world, door, author, attacker, source, mine | theirs)


@attempts(200, 1_200)
@given(data=st.data(), door=DOORS, domain=st.sampled_from(RIVALS), source=SOURCES)
def test_nobody_writes_what_his_roles_do_not_give(
    world: World, data: st.DataObject, door: Door, domain: str, source: str
) -> None:
    source = data.draw(st.sampled_from([source, "members"]))
    people = [person(name, role) for name in ("governance", *RIVALS) for role in Role]
    authors = [one for one in [*people, REMOVED, STRANGER] if not may_write(one, domain, source)]
    close = [one for one in authors if f"/{domain}/" in one]
    author = data.draw(st.sampled_from([*authors, *close * 4]))
    named = data.draw(st.sampled_from([domain, domain_iri(domain), domain_iri(domain).upper()]))
    error = _refuse(world, door, author, named, source, data.draw(lawful(domain)))
    assert isinstance(error, NotFound if named.isupper() or "HTTPS" in named else Forbidden)


SYSTEM_TALK: list[tuple[Iri, Term]] = [
    (MESH.dataGraph, Iri(f"{BASE}sales/graph/orders")),
    (MESH.shapesGraph, Iri(f"{BASE}sales/graph/orders")),
    (MESH.applied, Literal("true")),
    (MESH.sequence, Literal("1")),
    (MESH.head, Literal("0")),
    (VOID.uriSpace, Literal(BASE)),
    (RDF.type, MESH.Domain),
    (RDF.type, SH.NodeShape),
    (SH.targetClass, DCAT.Dataset),
    (Iri(f"{SH.iri}sparql"), Iri(f"{BASE}x")),
    (ORG.role, Iri(f"{CODE.iri}owner")),
    (ORG.organization, domain_iri("sales")),
    (ORG.organization, domain_iri("governance")),
    (MESH.fieldOf, Iri(f"{BASE}sales-old/dataset/orders")),
    (MESH.parentField, Iri(f"{BASE}sales-old/dataset/orders/x")),
    (SKOS.inScheme, Iri(f"{BASE}sales-old/glossary")),
]


@attempts(120, 600)
@given(data=st.data(), door=DOORS, attacker=st.sampled_from(RIVALS), source=SOURCES)
def test_no_domain_speaks_as_the_system_or_of_its_own_bounds(
    world: World, data: st.DataObject, door: Door, attacker: str, source: str
) -> None:
    predicate, value = data.draw(st.sampled_from(SYSTEM_TALK))
    subject, space = f"{SPACES[attacker]}thing", SPACES[attacker]
    triple = Triple(Iri(subject), predicate, value)
    if str(value).startswith(f"{BASE}sales-old/") and attacker == "sales-old":
        triple = Triple(Iri(subject), MESH.dataGraph, Iri(f"{space}graph/orders"))
    if data.draw(st.booleans()):
        # Its own name and glossary are the governance group's to state.
        claims: list[tuple[Iri, Term]] = [
            (DCTERMS.identifier, Literal("governance")),
            (DCTERMS.identifier, Literal("aaa")),
            (MESH.glossary, Iri(f"{BASE}shop/glossary")),
            (SKOS.prefLabel, Literal("Sales")),
        ]
        triple = Triple(domain_iri(attacker), *data.draw(st.sampled_from(claims)))
    author = data.draw(writer(attacker, source))
    error = _refuse(world, door, author, attacker, source, data.draw(lawful(attacker)) | {triple})
    assert isinstance(error, Forbidden)


@st.composite
def false_memberships(draw: st.DrawFn, attacker: str) -> frozenset[Triple]:
    """Draw memberships that an owner has no right to state."""
    victim = draw(st.sampled_from(["governance", *(r for r in RIVALS if r != attacker)]))
    own = Iri(f"{SPACES[attacker]}membership/owner/x")
    there = Iri(f"{SPACES.get(victim, BASE)}membership/owner/x")
    me, role = person(attacker, Role.OWNER), Iri(f"{CODE.iri}owner")
    whole: dict[Iri, Term] = {
        RDF.type: ORG.Membership,
        ORG.member: me,
        ORG.organization: domain_iri(attacker),
        ORG.role: role,
    }
    change: dict[Iri, Term] = draw(
        st.sampled_from(
            [
                {ORG.organization: domain_iri(victim)},
                {ORG.organization: Iri(domain_iri(attacker).upper())},
                {ORG.organization: Literal(domain_iri(attacker))},
                {ORG.role: Iri(f"{CODE.iri}OWNER")},
                {ORG.role: Iri(f"{CODE.iri}operator")},
                {ORG.role: Literal("owner")},
                {ORG.member: Literal(me)},
                {RDF.type: MESH.Domain},
                {MESH.dataGraph: MEMBERS},
                {VOID.uriSpace: Literal(BASE)},
            ]
        )
    )
    wrong: list[tuple[Iri, dict[Iri, Term]]] = [(own, {**whole, **change}), (there, {**whole})]
    subject, said = draw(st.sampled_from(wrong))
    return frozenset(Triple(subject, p, o) for p, o in said.items())


@attempts(100, 500)
@given(data=st.data(), door=DOORS, attacker=st.sampled_from(RIVALS))
def test_no_owner_gives_a_right_that_is_not_his_to_give(
    world: World, data: st.DataObject, door: Door, attacker: str
) -> None:
    said = data.draw(false_memberships(attacker))
    source = data.draw(st.sampled_from(["members", "members", "orders", "glossary"]))
    error = _refuse(world, door, person(attacker, Role.OWNER), attacker, source, said)
    assert isinstance(error, Forbidden)


@attempts(150, 700)
@given(data=st.data(), attacker=st.sampled_from(RIVALS))
def test_one_foreign_item_spoils_the_batch(
    world: World, data: st.DataObject, attacker: str
) -> None:
    author = person(attacker, Role.OWNER)
    victim = data.draw(st.sampled_from([name for name in RIVALS if name != attacker]))
    fouls: list[SourceContent | SourceEdit] = [
        SourceContent(victim, "orders", data.draw(lawful(victim))),
        SourceContent(victim, "orders", frozenset()),
        SourceContent(domain_iri(victim), "glossary", frozenset()),
        SourceContent("governance", "domains", frozenset()),
        SourceEdit(victim, "members", lambda said: frozenset()),
        SourceContent(attacker, "more", dataset(data.draw(foreign(attacker)), "taken")),
        SourceContent(attacker, "members", data.draw(false_memberships(attacker))),
        SourceContent(attacker, "../x", frozenset()),
        SourceContent("nobody", "orders", frozenset()),
    ]
    foul = data.draw(st.sampled_from(fouls))
    fair: list[SourceContent | SourceEdit] = [
        SourceContent(attacker, source, data.draw(lawful(attacker))) for source in (*DATA, *WORDS)
    ]
    batch: list[SourceContent | SourceEdit] = data.draw(st.permutations([*fair, foul]))
    world.refuses(author, lambda: world.services.commits.replace(batch, author=author))


NAMES = st.one_of(
    st.sampled_from(
        [
            "",
            ".",
            "..",
            "../members",
            "orders/../../../sales/graph/orders",
            "orders/..",
            "./orders",
            "/members",
            "members/",
            "//members",
            ".members",
            "%6Dembers",
            "members%2Fx",
            "mémbers",
            "\uff4dembers",
            "members\n",
            "members ",
            "orders\x00",
            "orders?x",
            "orders#x",
            "a\\b",
            "https://mesh.example/sales/graph/orders",
            "x" * 201,
            "\ud800",
        ]
    ),
    st.text(st.characters(exclude_categories=["L", "N"]), max_size=6),
)


@attempts(120, 500)
@given(name=NAMES, door=DOORS, attacker=st.sampled_from(RIVALS))
def test_a_source_is_called_by_plain_words(
    world: World, name: str, door: Door, attacker: str
) -> None:
    if door in LOADS and not name:
        door = _text  # a load without a source takes the document's name
    error = _refuse(
        world, door, person(attacker, Role.OWNER), attacker, name, dataset(f"{SPACES[attacker]}x")
    )
    assert isinstance(error, InvalidInput)


@attempts(100, 500)
@given(
    data=st.data(),
    attacker=st.sampled_from(RIVALS),
    format=st.sampled_from([Format.TRIG, Format.NQUADS, Format.JSON_LD]),
)
def test_no_document_says_which_graph_it_goes_to(
    world: World, data: st.DataObject, attacker: str, format: Format
) -> None:
    own = f"{SPACES[attacker]}graph/orders"
    graph = data.draw(
        st.sampled_from(
            [
                *(f"{space}graph/orders" for name, space in SPACES.items() if name != attacker),
                f"{own}/",
                f"{own}#",
                own.upper(),
                own.replace("graph", "%67raph"),
                f"{SPACES[attacker]}graph/glossary",
                MEMBERS,
                CATALOGUE,
                "https://w3id.org/isogloss/graph/mark",
                "_:g",
            ]
        )
    )
    said = _write(format, dataset(f"{SPACES[attacker]}x"), graph)
    if graph == "_:g":
        said = said.replace(b"<_:g>", b"_:g")
    author = person(attacker, Role.OWNER)
    error = world.refuses(
        author,
        lambda: world.services.loading.load(
            [Upload("document", said)], attacker, source="orders", format=format, author=author
        ),
    )
    assert isinstance(error, ForeignGraph)


PART = st.sampled_from(
    [BASE + "sales/", "..", ".", "../../sales", "a/../..", "%2e%2e", "", "ü", "\u200b"]
)


@attempts(60, 300)
@given(data=st.data(), attacker=st.sampled_from(RIVALS), dbt=st.booleans())
def test_what_has_only_a_name_gets_an_iri_of_the_domain_that_loads_it(
    world: World, data: st.DataObject, attacker: str, dbt: bool
) -> None:
    names = st.tuples(PART, PART).map("".join)
    if dbt:
        node = {
            "resource_type": "model",
            "name": data.draw(names) or "x",
            "schema": data.draw(names) or "x",
            "database": data.draw(names),
            "columns": {"c": {"name": data.draw(names) or "c"}},
        }
        schema = "https://schemas.getdbt.com/dbt/manifest/v12.json"
        document: object = {
            "metadata": {"dbt_schema_version": schema, "adapter_type": data.draw(names) or "x"},
            "nodes": {"model.x": node},
        }
    else:
        thing = {"namespace": data.draw(names) or "x", "name": data.draw(names) or "x"}
        document = {
            "eventType": "COMPLETE",
            "eventTime": "2026-01-31T12:00:00Z",
            "producer": f"{BASE}sales/",
            "run": {"runId": data.draw(names) or "x"},
            "job": thing,
            "inputs": [thing],
            "outputs": [{"namespace": data.draw(names) or "x", "name": "out"}],
        }
    upload = Upload("document.json", json.dumps(document).encode())
    author, source = person(attacker, Role.ENGINEER), "dbt"
    before = world.quads()

    def load() -> None:
        world.services.loading.load(
            [upload],
            attacker,
            source=source,
            format=Format.DBT if dbt else Format.OPENLINEAGE,
            author=author,
        )

    graph = Iri(f"{SPACES[attacker]}graph/{source}")
    try:
        world.allows(load, graph)
    except Forbidden:
        # Decoded, it would lead out of the domain's space.
        assert "../.." in upload.data.decode()
        assert world.quads() == before
    for quad in world.quads() - before:
        assert quad.graph == CATALOGUE or quad.subject.startswith(SPACES[attacker])
    victim = next(name for name in RIVALS if name != attacker)
    world.refuses(
        author,
        lambda: world.services.loading.load([upload], victim, source=source, author=author),
    )


@attempts(150, 800)
@given(data=st.data(), door=DOORS)
def test_whatever_is_tried_changes_only_what_the_author_may_write(
    world: World, data: st.DataObject, door: Door
) -> None:
    people = [person(name, role) for name in ("governance", *RIVALS) for role in Role]
    author = data.draw(st.sampled_from([*people, REMOVED, STRANGER]))
    domain = data.draw(st.sampled_from(RIVALS))
    if data.draw(st.booleans()):
        domain = author.split("/")[3] if author.split("/")[3] in SPACES else domain
    source = data.draw(st.sampled_from([*DATA, *WORDS, "members", "Members", "members/x"]))
    said = data.draw(lawful(domain))
    if data.draw(st.booleans()):
        said |= dataset(data.draw(foreign(domain)))
    before = world.quads()
    world.tried += 1
    try:
        door(world, author, domain, source, said)
    except MeshError:
        assert world.quads() == before
        return
    changed = world.quads() ^ before
    own = f"{SPACES[domain]}graph/{source}"
    assert not changed or may_write(author, domain, source)
    assert {quad.graph for quad in changed} <= {own, CATALOGUE}
    for quad in changed:
        if quad.graph == CATALOGUE:
            assert own in (quad.subject, quad.object)
        else:
            assert quad.subject.startswith(SPACES[domain])


@attempts(60, 300)
@given(data=st.data(), door=st.sampled_from([_replace, _text, _over_http]))
def test_governance_itself_stays_within_the_spaces_and_out_of_the_system(
    world: World, data: st.DataObject, door: Door
) -> None:
    nobodys = [
        "https://elsewhere.example/x",
        "https://MESH.example/sales/x",
        "https://mesh.example:443/sales/x",
        f"{BASE}sales/../x",
        f"{BASE}s%61les/x",
        "https://w3id.org/isogloss/graph/members",
        SH.NodeShape,
    ]
    x = Iri(f"{BASE}x")
    foul = data.draw(
        st.sampled_from(
            [
                *(Triple(Iri(iri), DCTERMS.title, Literal("x")) for iri in nobodys),
                Triple(x, MESH.dataGraph, Iri(f"{BASE}graph/x")),
                Triple(x, SH.targetClass, DCAT.Dataset),
                Triple(x, ORG.organization, domain_iri("sales")),
                *(
                    Triple(x, VOID.uriSpace, Literal(space))
                    for space in (
                        BASE,
                        "https://MESH.example/sales/",
                        "https://mesh.example:443/sales/emea/",
                        f"{BASE}sales",
                        f"{BASE}sales/",
                        f"{BASE}sales/graph/",
                        f"{BASE}sales/graph/orders/",
                        f"{BASE}membership/",
                        f"{BASE}graph/",
                        f"{BASE}shop/membership/owner/",
                        f"{BASE}shop/.well-known/genid/",
                        f"{BASE}shop/../sales/x/",
                        f"{BASE}s%61les/x/",
                        "https://",
                        "https://w3id.org/isogloss/",
                        "https://xn--bcher-kva.example/daten/",
                        "",
                    )
                ),
            ]
        )
    )
    author = person("governance", data.draw(st.sampled_from([Role.OWNER, Role.ENGINEER])))
    assert isinstance(
        _refuse(world, door, author, "governance", "more", frozenset({foul})), Forbidden
    )


# ---------------------------------------------------------------------------- by turns


def test_anothers_request_id_does_not_answer_or_overwrite(world: World) -> None:
    shop, sales = person("shop", Role.OWNER), person("sales", Role.OWNER)
    said = dataset(f"{SPACES['shop']}dataset/named")
    world.services.commits.replace([SourceContent("shop", "named", said)], author=shop, id="mine")
    content = SourceContent("sales", "named", dataset(f"{SPACES['sales']}x"))
    for contents in ([content], [SourceContent("shop", "named", said)]):
        replace = partial(world.services.commits.replace, contents, author=sales, id="mine")
        error = world.refuses(sales, replace)
        assert isinstance(error, InvalidArgument)


def test_a_forbidden_attempt_does_not_use_up_an_id(world: World) -> None:
    shop, sales = person("shop", Role.OWNER), person("sales", Role.OWNER)
    said = [SourceContent("shop", "later", dataset(f"{SPACES['shop']}later"))]
    world.refuses(sales, lambda: world.services.commits.replace(said, author=sales, id="later"))
    world.allows(
        lambda: world.services.commits.replace(said, author=shop, id="later"),
        Iri(f"{SPACES['shop']}graph/later"),
    )


def test_anothers_plan_is_nobody_elses_to_apply(world: World) -> None:
    planning = world.services.planning
    shop, sales = person("shop", Role.OWNER), person("sales", Role.OWNER)
    files = {"planned": turtle(dataset(f"{SPACES['shop']}planned")).encode()}
    mine = {"planned": turtle(dataset(f"{SPACES['sales']}planned")).encode()}
    digest = planning.plan("shop", files, author=shop).digest
    error = world.refuses(sales, lambda: planning.apply("shop", files, digest, author=sales))
    assert isinstance(error, Forbidden)
    error = world.refuses(sales, lambda: planning.apply("sales", mine, digest, author=sales))
    assert isinstance(error, StalePlan)
    error = world.refuses(sales, lambda: planning.apply("sales", files, digest, author=sales))
    assert isinstance(error, Forbidden)


def test_a_plan_removes_no_source_that_its_author_may_not_write(world: World) -> None:
    planning, kiosk = world.services.planning, SPACES["kiosk"]
    files = {"stand": turtle(dataset(f"{kiosk}stand")).encode()}
    words = files | {"glossary": turtle(dataset(f"{kiosk}word")).encode()}
    owner, engineer = person("kiosk", Role.OWNER), person("kiosk", Role.ENGINEER)
    planning.apply("kiosk", words, planning.plan("kiosk", words, author=owner).digest, author=owner)
    error = world.refuses(
        engineer, lambda: planning.plan("kiosk", files, author=engineer), preview=True
    )
    assert isinstance(error, Forbidden)
    error = world.refuses(
        engineer, lambda: planning.apply("kiosk", files, "0" * 64, author=engineer)
    )
    assert isinstance(error, Forbidden)
    for source in words:
        world.services.commits.replace([SourceContent("kiosk", source, frozenset())])


@attempts(40, 150)
@given(data=st.data(), domain=st.sampled_from(RIVALS), http=st.booleans())
def test_nobody_restores_or_lets_in_for_others(
    world: World, data: st.DataObject, domain: str, http: bool
) -> None:
    loading = world.services.loading
    source = data.draw(st.sampled_from(["orders", "glossary", "members"]))
    people = [person(name, role) for name in RIVALS for role in Role]
    outsiders = [one for one in [*people, REMOVED, STRANGER] if not may_write(one, domain, source)]
    author = data.draw(st.sampled_from(outsiders))
    named = data.draw(st.sampled_from([domain, domain_iri(domain)]))
    sequence = data.draw(st.integers(30, world.services.mesh.journal.head.sequence))
    if http:
        names: dict[str, object] = {"domain": named, "source": source, "asOf": sequence}
        world.refuses(author, partial(world.ask, author, RESTORE, **names))
    else:
        world.refuses(author, partial(loading.restore, named, source, sequence, author=author))
    if may_write(author, domain, "members"):
        return
    role = data.draw(st.sampled_from(list(Role)))
    for change, query in ((loading.grant, GRANT), (loading.withdraw, WITHDRAW)):
        for member in (author, person(domain, Role.OWNER)):
            if http:
                names = {"domain": named, "member": member, "role": role.name}
                world.refuses(author, partial(world.ask, author, query, **names))
            else:
                world.refuses(author, partial(change, named, member, role, author=author))


def test_who_is_put_out_while_his_document_is_read_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, late = world.services.loading, Iri("https://people.example/late")
    loading.grant("shop", late, Role.ENGINEER)
    read = type(loading)._read

    def slowly(self: object, *arguments: object) -> object:
        loading.withdraw("shop", late, Role.ENGINEER)
        return read(loading, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(type(loading), "_read", slowly)
    said = turtle(dataset(f"{SPACES['shop']}late"))
    with pytest.raises(Forbidden):
        loading.replace_source("shop", "late", said, author=late)
    assert (world.newest().attempt.author, world.newest().reason != "") == (late, True)
    assert not [quad for quad in world.quads() if quad.subject.endswith("/late")]


def test_a_right_ends_for_all_who_wait_behind_its_end(world: World) -> None:
    commits, late = world.services.commits, Iri("https://people.example/queued")
    for turn in range(5):
        world.services.loading.grant("shop", late, Role.ENGINEER)
        together = Barrier(9)
        outcomes: list[object] = []

        def write(n: int, together: Barrier = together, outcomes: list[object] = outcomes) -> None:
            together.wait()
            content = SourceContent("shop", f"queue{n}", dataset(f"{SPACES['shop']}q{n}", str(n)))
            try:
                done = commits.replace([content], author=late)
                outcomes.append(done.sequence if isinstance(done, Committed) else None)
            except Forbidden:
                outcomes.append(Forbidden)

        threads = [Thread(target=write, args=(turn * 8 + n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        together.wait()
        ended = world.services.loading.withdraw("shop", late, Role.ENGINEER).outcome
        for thread in threads:
            thread.join()
        assert isinstance(ended, Committed)
        assert len(outcomes) == 8
        for outcome in outcomes:
            assert outcome is Forbidden or (isinstance(outcome, int) and outcome < ended.sequence)


# ---------------------------------------------------------------------------- tokens

QUERIES = (
    (REPLACE, {"domain": "shop", "source": "orders", "turtle": ""}),
    (APPLY, {"domain": "shop", "sources": [], "digest": "0"}),
    (RESTORE, {"domain": "shop", "source": "orders", "asOf": 0}),
    (GRANT, {"domain": "shop", "member": STRANGER, "role": "OWNER"}),
    (WITHDRAW, {"domain": "shop", "member": STRANGER, "role": "OWNER"}),
    (PLAN, {"domain": "shop", "sources": []}),
)


@attempts(60, 300)
@given(
    asked=st.sampled_from(QUERIES),
    token=st.one_of(
        st.none(),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=80),
        st.text("abcdef0123456789-_", min_size=43, max_size=43).map("isogloss_{}".format),
    ),
)
def test_without_a_good_token_nothing_is_done(
    world: World, asked: tuple[str, dict[str, object]], token: str | None
) -> None:
    before, last = world.quads(), world.newest()
    response = world.post(token, asked[0], **asked[1])
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (world.quads(), world.newest()) == (before, last)


BROKEN = ("\ud800", "a\udc00b", "\x00", "\u202e")


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("place", ["domain", "source", "turtle", "message", "id", "member"])
def test_broken_text_is_nobodys_bug(world: World, broken: str, place: str) -> None:
    author = person("shop", Role.OWNER)
    if place == "member":
        names: dict[str, object] = {"domain": "shop", "member": f"urn:{broken}", "role": "READER"}
        query = GRANT
    else:
        names = {"domain": "shop", "source": "orders", "turtle": "", "message": "", "id": broken}
        names[place] = broken
        query = REPLACE.replace("$id: ID)", "$id: ID, $message: String!)").replace(
            "id: $id)", "id: $id, message: $message)"
        )
    before = {quad for quad in world.quads() if not quad.graph.startswith(SPACES["shop"])}
    try:
        world.ask(author, query, **names)
    except MeshError as error:
        assert str(error)  # noqa: PT017
    after = {quad for quad in world.quads() if not quad.graph.startswith(SPACES["shop"])}
    assert {quad for quad in before ^ after if quad.graph not in (CATALOGUE, MEMBERS)} == set()


# ---------------------------------------------------------------------------- what is lawful


@attempts(300, 2_000)
@given(data=st.data(), door=DOORS, domain=st.sampled_from(RIVALS), source=SOURCES)
def test_what_a_role_gives_is_never_refused(
    world: World, data: st.DataObject, door: Door, domain: str, source: str
) -> None:
    author = data.draw(st.one_of(writer(domain, source), st.just(OPERATOR)))
    named = data.draw(st.sampled_from([domain, domain_iri(domain)]))
    said = data.draw(lawful(domain))
    before = world.quads()
    if door in (_folder, _apply_over_http):
        door = _plan  # a folder is the whole of a domain: below
    done = door(world, author, named, source, said)
    if isinstance(done, Loaded):
        done = done.outcome
    assert isinstance(done, Committed | Plan | dict)
    changed = {quad.graph for quad in world.quads() ^ before}
    assert changed <= {Iri(f"{SPACES[domain]}graph/{source}"), CATALOGUE}


@attempts(40, 200)
@given(domain=st.sampled_from(RIVALS), role=st.sampled_from(list(Role)), by=st.booleans())
def test_owners_let_in_and_put_out_and_governance_names_owners(
    world: World, domain: str, role: Role, by: bool
) -> None:
    loading, member = world.services.loading, Iri("https://people.example/guest/ü?%C3%BC")
    author = person(domain if by else "governance", Role.OWNER)
    world.allows(lambda: loading.grant(domain, member, role, author=author), MEMBERS)
    there = {
        (m.domain, m.role)
        for m in world.services.commits.ownership().memberships
        if m.member == member
    }
    assert there == {(domain_iri(domain), role)}
    world.allows(lambda: loading.withdraw(domain, member, role, author=author), MEMBERS)
    assert member not in {m.member for m in world.services.commits.ownership().memberships}


def test_two_whose_iris_look_alike_are_two_members(world: World) -> None:
    alike = [Iri(f"https://people.example/a{mark}b") for mark in "-./:~"] + [
        Iri("http://people.example/a-b"),
        Iri("urn:people.example:a-b"),
    ]
    loading = world.services.loading
    for one in alike:
        loading.grant("books", one, Role.STEWARD)
    loading.withdraw("books", alike[0], Role.STEWARD)
    members = {m.member for m in world.services.commits.ownership().memberships}
    assert members & {*alike} == {*alike[1:]}


def test_a_domain_stated_ahead_of_its_founding_does_not_choose_its_name(world: World) -> None:
    # While it is not yet a domain, whoever has the space around it may speak of it.
    shop, inner = person("shop", Role.OWNER), Iri(f"{SPACES['shop']}inner/domain")
    claims = frozenset({Triple(inner, DCTERMS.identifier, Literal("governance"))})
    world.services.commits.replace([SourceContent("shop", "inner", claims)], author=shop)
    founded = founding().triples | {
        Triple(inner, RDF.type, MESH.Domain),
        Triple(inner, DCTERMS.identifier, Literal("inner")),
        Triple(inner, VOID.uriSpace, Literal(f"{SPACES['shop']}inner/")),
    }
    world.services.commits.replace([SourceContent("governance", "domains", founded)])
    assert world.services.catalog.get_domain("governance").id == domain_iri("governance")
    assert world.services.catalog.get_domain("inner").id == inner
    world.services.commits.replace([SourceContent("shop", "inner", frozenset())], author=OPERATOR)
    world.services.commits.replace([founding()])


def _some_attacks() -> Sequence[tuple[str, str, Triple]]:
    mine = Iri(f"{SPACES['shop']}x")
    return [
        ("shop", "orders", Triple(Iri(f"{SPACES['sales']}x"), DCTERMS.title, Literal("x"))),
        ("sales", "orders", Triple(Iri(f"{SPACES['sales']}x"), DCTERMS.title, Literal("x"))),
        ("shop", "orders", Triple(mine, VOID.uriSpace, Literal(BASE))),
        ("shop", "orders", Triple(domain_iri("shop"), DCTERMS.identifier, Literal("governance"))),
        ("shop", "orders", Triple(mine, SKOS.inScheme, Iri(f"{SPACES['sales']}glossary"))),
        ("shop", "members", Triple(mine, ORG.organization, domain_iri("sales"))),
    ]


@pytest.mark.parametrize("door", [_replace, _text, _over_http])
def test_the_fence_stands_under_the_real_rules_too(ruled: World, door: Door) -> None:
    shop = person("shop", Role.OWNER)
    for domain, source, triple in _some_attacks():
        error = _refuse(ruled, door, shop, domain, source, frozenset({triple}))
        assert isinstance(error, Forbidden)
    said = dataset(f"{SPACES['shop']}dataset/orders", "all orders")
    ruled.allows(
        lambda: door(ruled, shop, "shop", "orders", said), Iri(f"{SPACES['shop']}graph/orders")
    )


def test_the_command_line_is_bound_by_the_fence(world: World) -> None:
    for domain, source, triple in _some_attacks():
        if domain == "shop":
            error = _refuse(world, _text, OPERATOR, domain, source, frozenset({triple}))
            assert isinstance(error, Forbidden)


def test_ownership_is_that_of_the_state_it_is_asked_of(world: World) -> None:
    before = Ownership(world.services.mesh.at(0), Iri(BASE))
    assert before.memberships == frozenset()
    assert before.owner_of(f"{SPACES['shop']}x") == world.services.catalog.get_domain("governance")
