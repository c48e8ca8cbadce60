"""One word, however it is written, and what the domains mean by it.

The same label is never taken as the same thing, nor as a different one.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from isogloss.model.catalog import Term
from isogloss.model.meaning import Mapping as TermMapping
from isogloss.model.meaning import Word
from isogloss.model.rdf import Iri
from isogloss.vocab import SKOS

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[^\w]+|_+")
# Words in -s that are no plurals of what remains without it.
_SINGULAR = frozenset(
    "address analysis basis bonus bus business canvas census class corpus crisis gas "
    "gross less loss lens minus news pass plus process progress radius sales series species "
    "status success surplus tax this virus".split()
)


def normalise(label: str) -> str:
    """Bring a label to the form in which its spellings meet; normalising twice changes nothing.

    Case, accents, separators, camelCase and English plurals do not matter.

    >>> {normalise(label) for label in ("active_users", "Active User", "active-user")}
    {'active user'}
    >>> normalise("Customer Countries"), normalise("business status")
    ('customer country', 'business status')
    """
    # camelCase is split while there still is case; accents fall after they are split off.
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", label))
    decomposed = unicodedata.normalize("NFKD", spaced.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = (_singular(word) for word in _NOT_WORD.split(unicodedata.normalize("NFKC", plain)))
    return " ".join(word for word in words if word)


def gather(terms: Iterable[Term], mappings: Iterable[TermMapping]) -> dict[str, Word]:
    """Gather the senses of every word, by normalised label; other labels count too."""
    senses: defaultdict[str, dict[Iri, Term]] = defaultdict(dict)
    for term in terms:
        for label in (term.label, *term.other_labels):
            if word := normalise(label):
                senses[word][term.id] = term
    stated = sorted(mappings, key=lambda mapping: mapping.id)
    return {
        word: Word(
            word,
            tuple(found[iri] for iri in sorted(found)),
            tuple(m for m in stated if m.subject in found and m.object in found),
        )
        for word, found in sorted(senses.items())
    }


def senses(word: str, terms: Iterable[Term], mappings: Iterable[TermMapping]) -> Word | None:
    """Find every domain's meaning of a word; None if no term has it as a label."""
    return gather(terms, mappings).get(normalise(word))


def polysemes(terms: Iterable[Term], mappings: Iterable[TermMapping]) -> tuple[Word, ...]:
    """List the words with senses in two domains or more that are not known to be equal.

    Senses are known to be equal when approved, positive skos:exactMatch mappings join them
    all, directly or through each other.
    """
    return tuple(
        word
        for word in gather(terms, mappings).values()
        if len({term.domain for term in word.senses}) > 1 and not _known_equal(word)
    )


def mappings_between(
    mappings: Iterable[TermMapping],
    domain_of: Mapping[Iri, Iri | None],
    one: Iri,
    other: Iri,
) -> tuple[TermMapping, ...]:
    """List the mappings with a term of one domain on one side and of the other on the other."""
    return tuple(
        mapping
        for mapping in mappings
        if {one, other} == {domain_of.get(mapping.subject), domain_of.get(mapping.object)}
    )


def _known_equal(word: Word) -> bool:
    parent = {term.id: term.id for term in word.senses}

    def root(term: Iri) -> Iri:
        while parent[term] != term:
            term = parent[term]
        return term

    for mapping in word.mappings:
        equal = mapping.predicate == SKOS.exactMatch and not mapping.negated
        if equal and mapping.status == "approved":
            parent[root(mapping.subject)] = root(mapping.object)
    return len({root(term) for term in parent}) == 1


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word in _SINGULAR:
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word[:-1]
