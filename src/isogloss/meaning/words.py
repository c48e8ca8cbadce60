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

# The s of "KPIs" ends a plural; it starts no word.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-rt-z]|[A-Z]s[a-z])")
_ACCENT = re.compile("[\u0300-\u036f]")  # no marks that make another letter, as in か and が
_NO_PLURALS = (
    "address alias analysis analytics atlas basis bias bonus bus business campus canvas census "
    "class corpus crisis diagnosis focus gas goods gross hypothesis lens less logistics loss minus "
    "news pass plus process progress radius sales series species status success surplus this virus"
)
_IRREGULAR_PLURALS = (
    "ad/ads analysis/analyses api/apis cache/caches calorie/calories cookie/cookies cpu/cpus "
    "crisis/crises diagnosis/diagnoses gpu/gpus hypothesis/hypotheses id/ids index/indices ip/ips "
    "kpi/kpis matrix/matrices menu/menus movie/movies niche/niches quiz/quizzes sku/skus taxi/taxis"
)
_SINGULARS = frozenset(_NO_PLURALS.split())
_SINGULAR_OF = {
    plural: singular
    for singular, plural in (pair.split("/") for pair in _IRREGULAR_PLURALS.split())
}


def normalise(label: str) -> str:
    """Bring a label to the form in which its spellings meet; normalising twice changes nothing.

    Case, accents, separators, camelCase and English plurals do not matter.

    >>> {normalise(label) for label in ("active_users", "Active User", "active-user")}
    {'active user'}
    >>> normalise("Customer Countries"), normalise("business status")
    ('customer country', 'business status')
    """
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", label))
    # camelCase is split while there still is case.
    folded = _CAMEL.sub(" ", unicodedata.normalize("NFKC", plain)).casefold()
    composed = unicodedata.normalize("NFKC", folded)
    spaced = "".join(letter if _is_of_word(letter) else " " for letter in composed)
    return " ".join(_singular(word) for word in spaced.split())


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
    all, directly or through each other, and no approved mapping denies it of two of them.
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

    agreed = [
        mapping
        for mapping in word.mappings
        if mapping.predicate == SKOS.exactMatch and mapping.status == "approved"
    ]
    for mapping in agreed:
        if not mapping.negated:
            parent[root(mapping.subject)] = root(mapping.object)
    # What two approved mappings contradict is for people to settle.
    return len({root(term) for term in parent}) == 1 and not any(m.negated for m in agreed)


def _is_of_word(letter: str) -> bool:
    # Vowels are marks in many scripts, and no \w.
    return letter.isalnum() or unicodedata.category(letter).startswith("M")


def _singular(word: str) -> str:
    if word in _SINGULAR_OF:
        return _SINGULAR_OF[word]
    if len(word) < 4 or not word.endswith("s") or word in _SINGULARS:
        return word
    if word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word[:-2] in _SINGULARS or word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-2]
    return word[:-1]
