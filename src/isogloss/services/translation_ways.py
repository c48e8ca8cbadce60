"""The ways from one term to another that approved mappings offer, and how each translates."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from isogloss.errors import InvalidInput
from isogloss.intake import expressions
from isogloss.meaning import concordances
from isogloss.meaning import loss as losses
from isogloss.meaning.chains import MAX_CHAINS, Link, Network
from isogloss.meaning.predicates import Relation
from isogloss.meaning.routes import routes
from isogloss.meaning.stages import Stage
from isogloss.meaning.translating import Plan, plan, rank
from isogloss.model.meaning import Loss, Sense, Translation
from isogloss.model.numbers import parse_number
from isogloss.model.rdf import Iri
from isogloss.services import description as read
from isogloss.services.catalog import Catalog
from isogloss.services.concordances import read_concordance
from isogloss.services.description import Description
from isogloss.services.meaning import Meanings
from isogloss.services.term_names import name_of
from isogloss.store.graph import Reader


class Ways:
    """The mappings of one state of the mesh that are in force at an instant."""

    def __init__(self, graph: Reader, catalog: Catalog, meanings: Meanings, at: datetime) -> None:
        self._graph = graph
        self._catalog = catalog
        self._meanings = meanings
        self._at = at
        self._network = Network(meanings.mappings(), at)
        self._stages: dict[tuple[Iri, bool], Stage] = {}
        self._senses: dict[Iri, tuple[str, Sense]] = {}

    def plans(self, one: Iri, other: Iri) -> tuple[list[tuple[Plan, Relation | None]], list[str]]:
        """Plan all ways, the best first, each with what it claims of the terms.

        Returns:
            the plans, and sentences about what mappings say against each other.
        """
        chains = self._network.chains(one, other)
        denied = any(chain.relation is Relation.NOT_EXACT for chain in chains.found)
        claims: dict[tuple[Link, ...], Relation | None] = {
            chain.links: chain.relation
            for chain in chains.found
            if chain.relation is not Relation.NOT_EXACT
        }
        doubts = []
        if denied and Relation.EXACT in claims.values():
            claims = {way: said for way, said in claims.items() if said is not Relation.EXACT}
            doubts.append(
                "Mappings that are approved say both that the terms are the same and that they "
                "are not: until stewards settle it, they do not count as the same."
            )
        for way in routes(self._network, one, other, self._carries, most=MAX_CHAINS):
            if not (denied and all(link.relation is Relation.EXACT for link in way)):
                claims.setdefault(way, None)
        planned = [
            (plan([self._stage(link) for link in way], expressions), relation)
            for way, relation in claims.items()
        ]
        return sorted(planned, key=lambda found: rank(found[0])), doubts

    def _carries(self, link: Link) -> bool:
        """Tell whether values get along a mapping by themselves."""
        if link.relation is Relation.EXACT or not link.mapping.translations:
            return link.relation is Relation.EXACT
        stage = self._stage(link)
        return bool(stage.codes or stage.conversion or stage.expression)

    def _stage(self, link: Link) -> Stage:
        key = link.mapping.id, link.forward
        if key not in self._stages:
            self._stages[key] = self._read_stage(link)
        return self._stages[key]

    def _read_stage(self, link: Link) -> Stage:
        source_name, source = self._sense(link.start)
        target_name, target = self._sense(link.end)
        empty = Stage(link, source_name, target_name, source, target)
        found = self._meanings.translations(link.mapping.translations)
        ends = {(link.start, link.end): False, (link.end, link.start): True}
        offers = [
            self._offer(empty, translation, ends[translation.from_term, translation.to_term])
            for translation in found
            if translation and (translation.from_term, translation.to_term) in ends
        ]
        # What was written for this direction goes before what is turned round.
        offers.sort(key=lambda stage: (stage.obstacle is not None, stage.backwards))
        return offers[0] if offers else empty

    def _offer(self, empty: Stage, translation: Translation, backwards: bool) -> Stage:
        declared = next((loss for loss in Loss if loss == translation.lossiness), None)
        if backwards and declared is not None:
            declared = losses.inverse(declared)
        stage = replace(empty, translation=translation, backwards=backwards, declared=declared)
        if declared is Loss.UNTRANSLATABLE:
            return replace(stage, obstacle="Its translation says that there is no way.")
        if translation.concordance is not None:
            return self._by_concordance(stage, translation.concordance)
        if translation.factor is not None or translation.offset is not None:
            return _by_factor(stage, translation.factor or "1", translation.offset or "0")
        return _by_expression(stage, translation.expression)

    def _by_concordance(self, stage: Stage, iri: Iri) -> Stage:
        found = read_concordance(self._graph, iri)
        if found is None or not found[0].holds(self._at):
            return replace(
                stage, obstacle=f"The concordance {iri} has no codes, or is not in force."
            )
        codes, lists = concordances.relation(found[0]), found[1]
        if stage.backwards:
            codes, lists = concordances.inverse(codes), lists.back()
        return replace(stage, codes=codes, lists=lists)

    def _sense(self, term: Iri) -> tuple[str, Sense]:
        if term not in self._senses:
            known = self._catalog.terms([term])[0]
            about = Description(term, self._graph.describe([term])[term])
            name = name_of(self._catalog, known) if known else str(term)
            self._senses[term] = name, read.sense(about)
        return self._senses[term]


def _by_factor(stage: Stage, factor: str, offset: str) -> Stage:
    first, second = parse_number(factor), parse_number(offset)
    if not first or second is None:
        return replace(
            stage,
            obstacle=f"Its factor {factor} or its offset {offset} is no decimal number, or is 0.",
        )
    return replace(stage, conversion=_turned((first, second), stage.backwards))


def _by_expression(stage: Stage, text: str | None) -> Stage:
    if text is None:
        return replace(stage, obstacle="Its translation says neither how nor by which codes.")
    try:
        expression = expressions.parse(text)
    except InvalidInput as error:
        return replace(stage, obstacle=str(error))
    conversion = expressions.linear(expression)
    if not stage.backwards:
        return replace(stage, expression=expression, conversion=conversion)
    if conversion is None:
        return replace(
            stage,
            obstacle=f"The translation there is, `{text}`, goes the other way only: it cannot be "
            "turned round.",
        )
    return replace(stage, conversion=_turned(conversion, backwards=True))


def _turned(conversion: tuple[Fraction, Fraction], backwards: bool) -> tuple[Fraction, Fraction]:
    factor, offset = conversion
    return (1 / factor, -offset / factor) if backwards else conversion
