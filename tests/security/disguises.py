"""What attackers say, much of it in disguise, and what is lawful."""

import unicodedata
from collections.abc import Callable

from hypothesis import strategies as st

from isogloss.errors import InvalidInput
from isogloss.model.access import Role
from isogloss.model.rdf import Iri, Literal, Term, Triple, parse_iri
from isogloss.store.terms import to_ox
from isogloss.vocab import CODE, DCTERMS, MESH, ORG, PROV, RDF, SKOS, VOID
from tests.security.world import BASE, DATA, MEMBERS, RIVALS, SPACES, WORDS, domain_iri, person

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


def is_iri(text: str) -> bool:
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
