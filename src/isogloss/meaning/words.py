"""One word, however it is written, and what the domains mean by it.

The same label is never taken as the same thing, nor as a different one.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

from isogloss.meaning.abbreviations import EXPANDED, EXPANDED_ALONE
from isogloss.meaning.inflection import LANGUAGES, singular
from isogloss.model.catalog import Label, Term
from isogloss.model.meaning import Mapping as TermMapping
from isogloss.model.meaning import Word
from isogloss.model.rdf import Iri
from isogloss.vocab import SKOS

# The s of "KPIs" ends a plural; it starts no word.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-rt-z]|[A-Z]s[a-z])")
_ACCENT = re.compile("[\u0300-\u036f]")  # no marks that make another letter, as in か and が


def normalise(label: str, language: str | None = None) -> str:
    """Bring a label to the form in which its spellings meet; normalising twice changes nothing.

    Case, accents, separators, camelCase, plurals and common abbreviations do not matter. Plurals
    are those of the language, which is English where none is given.

    >>> {normalise(label) for label in ("active_users", "Active User", "active-user")}
    {'active user'}
    >>> normalise("Customer Countries"), normalise("business status")
    ('customer country', 'business status')
    >>> normalise("cust_acct_no"), normalise("Rechnungen", "de")
    ('customer account number', 'rechnung')
    """
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", label))
    # camelCase is split while there still is case.
    folded = _CAMEL.sub(" ", unicodedata.normalize("NFKC", plain)).casefold()
    composed = unicodedata.normalize("NFKC", folded)
    spaced = "".join(letter if _is_of_word(letter) else " " for letter in composed)
    words = [singular(word, language) for word in spaced.split()]
    if len(words) > 1 and words[-1] == "no":  # "invoice no", but not "no show"
        words[-1] = "number"
    together = " ".join(EXPANDED.get(word, word) for word in words)
    return EXPANDED_ALONE.get(together, together)


def gather(terms: Iterable[Term], mappings: Iterable[TermMapping]) -> dict[str, Word]:
    """Gather the senses of every word, by normalised label; other labels count too."""
    senses: defaultdict[str, dict[Iri, Term]] = defaultdict(dict)
    for term in terms:
        for word in words_of(term):
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


def words_of(term: Term) -> tuple[str, ...]:
    """List what a term is called, normalised: the preferred label first, each once."""
    labels = term.labels or tuple(Label(text) for text in (term.label, *term.other_labels))
    found = (normalise(label.text, label.language) for label in labels)
    return tuple(dict.fromkeys(word for word in found if word))


def senses(word: str, terms: Iterable[Term], mappings: Iterable[TermMapping]) -> Word | None:
    """Find every domain's meaning of a word, in any language; None if no term has it as a label."""
    known = gather(terms, mappings)
    spellings = (normalise(word, language) for language in (None, *LANGUAGES))
    return next((known[spelling] for spelling in spellings if spelling in known), None)


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
