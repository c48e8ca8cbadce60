"""Rule sets of rivals: sound ones, and ways to put them in force, with admission and past it."""

from datetime import UTC, datetime

from isogloss.bootstrap import Services
from isogloss.model.access import Role
from isogloss.model.change import Act, Committed, Refused, SourceContent
from isogloss.model.rdf import Iri, Triple
from isogloss.model.rules import NotAdmitted, RuleSet
from isogloss.services.rule_records import RULES_SOURCE, rule_set_triples
from isogloss.vocab import DCAT, PREFIXES, PROV, RDF
from tests.security.world import SPACES, World, dataset, person

SHIPPED = Iri("https://w3id.org/isogloss/shapes#")


def head(space: str) -> str:
    """Declare every prefix; `ex` is the rule set's own space, `shop` that of a rival."""
    spaces = {**PREFIXES, "ex": space, "shop": SPACES["shop"]}
    return "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in spaces.items())


def sound(space: str, constraints: str = "sh:minLength 3", *, id: str = "own-title") -> str:
    """Write a set of one rule for datasets, that their title is so and so."""
    return f"""{head(space)}
ex:Set a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property ex:Title .
ex:Title a sh:PropertyShape ; sh:path dcterms:title ; {constraints} ;
    sh:severity sh:Violation ; sh:name "title"@en ; sh:message "Call it otherwise."@en ;
    mesh:ruleId "{id}" ;
    mesh:passingExample "ex:d a dcat:Dataset ; dcterms:title 'orders' ." ;
    mesh:failingExample "ex:d a dcat:Dataset ; dcterms:title 'no' ." .
"""


def draft(services: Services, domain: str, text: str, name: str = "own") -> Iri | NotAdmitted:
    """Propose a set, as the owner of the domain."""
    made = services.rules.draft(
        domain, name, {"own.ttl": text}, "Try.", author=person(domain, Role.OWNER), propose=True
    )
    return made if isinstance(made, NotAdmitted) else made.rule_set.id


def adopt(services: Services, domain: str, text: str, name: str = "own") -> Iri:
    """Put a set in force as the book has it."""
    owner, id = person(domain, Role.OWNER), draft(services, domain, text, name)
    assert not isinstance(id, NotAdmitted), id
    services.rules.vote(id, domain, True, "Good.", author=owner)
    seen = services.previewing.preview({"rules": text}, domain=domain, name=name)
    services.rules.adopt(id, preview=seen.digest, author=owner)
    return id


def force(services: Services, domain: str, text: str, name: str = "own") -> Iri:
    """Put a set in force that nobody has looked at."""
    owner = services.catalog.get_domain(domain)
    number = sum(p.rule_set.name == name for p in services.rules.versions(domain)) + 1
    id, at = Iri(f"{owner.uri_space}rules/{name}/{number}"), datetime.now(UTC)
    made = RuleSet(
        id=id,
        owner=owner.id,
        name=name,
        number=number,
        turtle=text,
        author=person(domain, Role.OWNER),
        reason="Nobody has looked at it.",
        created=at,
        proposed=at,
        adopted=at,
        valid_from=at,
        blocks_from=at,
    )
    triples = rule_set_triples(made, binds_all=domain == "governance")
    act = Act(domain, RULES_SOURCE, lambda said, members: said | triples)
    assert isinstance(services.commits.replace([act]), Committed)
    return id


def withdraw(services: Services, id: Iri, domain: str) -> None:
    services.rules.withdraw(id, "It was a try.", author=person(domain, Role.OWNER))


def say(services: Services, domain: str, said: frozenset[Triple]) -> Committed | Refused:
    """Let a domain's engineer say something in the source `probe`."""
    author = person(domain, Role.ENGINEER)
    return services.commits.replace([SourceContent(domain, "probe", said)], author=author)


def untitled(iri: str) -> frozenset[Triple]:
    """Describe a dataset that breaks a rule which binds all."""
    return frozenset({Triple(Iri(iri), RDF.type, DCAT.Dataset)})


def derived(iri: str, source: str) -> frozenset[Triple]:
    """Describe a dataset that comes from another."""
    return dataset(iri) | {Triple(Iri(iri), PROV.wasDerivedFrom, Iri(source))}


def judges_as_before(world: World, domain: str, *, rule: str = "Dataset-title") -> None:
    """Check that a domain is refused what breaks the rule that binds all, and only that."""
    space = SPACES[domain]
    refused = say(world.services, domain, untitled(f"{space}dataset/probe"))
    assert isinstance(refused, Refused), refused
    assert {v.rule for v in refused.violations} == {SHIPPED + rule}
    assert {v.owner for v in refused.violations} == {None}
    good = say(world.services, domain, dataset(f"{space}dataset/probe", "a probe"))
    assert isinstance(good, Committed), good
    assert isinstance(say(world.services, domain, frozenset()), Committed)
