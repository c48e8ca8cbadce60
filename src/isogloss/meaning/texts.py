"""What a definition says, as far as counting words goes: its words, quantities and denials."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass
from math import log

from isogloss.meaning.lexicon import (
    CONTRASTS,
    IRREGULAR,
    MARKS,
    NEGATIONS,
    NUMBERS,
    SAME,
    SECONDS,
    STOP,
    TRANSLATED,
)
from isogloss.meaning.words import normalise

_THOUSANDS = re.compile(r"(?<=\d)[,.](?=\d{3}\b)")
_ENDINGS = (
    "ations", "ation", "ition", "ments", "ment", "ingly", "ings", "ing", "edly", "ions", "ion",
    "ed", "al", "ly", "es", "e", "s", "y",
)  # fmt: skip


def stem(word: str) -> str:
    """Cut a word down to what its inflections share, more or less.

    >>> stem("delivered") == stem("delivery") == stem("delivering")
    True
    """
    word = IRREGULAR.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


_ONE_OF = {stem(word): stem(group.split()[0]) for group in SAME for word in group.split()}
_SIDES = [
    {_ONE_OF.get(stem(word), stem(word)): side for side, words in enumerate(group)
     for word in words.split()}
    for group in CONTRASTS
]  # fmt: skip
_CONTRASTS_OF = {
    word: tuple(number for number, sides in enumerate(_SIDES) if word in sides)
    for word in set().union(*_SIDES)
}
_NEGATIVE_PREFIX = re.compile(r"^(?:un|non)(?=(?:paid|sold|known|used|signed|planned|settled)$)")


@dataclass(frozen=True, slots=True)
class Text:
    """A definition, read."""

    words: Map[str, str]  # stems, one for those that mean the same; each as it is written
    quantities: frozenset[tuple[float, str]]  # with what they are of, "s" for durations
    contrasted: Map[int, frozenset[str]]  # by number of the contrast, which of its words it has
    denials: int
    is_translated: bool = False

    def contrasts(self, other: "Text") -> tuple[tuple[str, str], ...]:
        """List words of which this text has one, and the other text has its opposite."""
        found = []
        for number in self.contrasted.keys() & other.contrasted.keys():
            ones, others = self.contrasted[number], other.contrasted[number]
            # What has the same word in both is about the contrast.
            if ones.isdisjoint(others):
                sides = _SIDES[number]
                apart = ((a, b) for a in sorted(ones) for b in sorted(others))
                found += [
                    (self.words[a], other.words[b]) for a, b in apart if sides[a] != sides[b]
                ][:1]
        return tuple(sorted(found))


def read(text: str) -> Text:
    """Read a definition in English, or in a language of which a few words are known."""
    language = _language(text)
    quantities: set[tuple[float, str]] = set()
    words: dict[str, str] = {}
    denials = 0
    number: float | None = None
    for piece in _pieces(text, language):
        if (found := _number(piece)) is not None:
            if number is not None:
                quantities.add((number, ""))
            number = found
            continue
        if number is not None and piece not in ("a", "an"):
            unit = SECONDS.get(piece)
            quantities.add((number * unit, "s") if unit else (number, ""))
            number = None
            if unit:
                words[stem(piece)] = piece
                continue
        if piece in NEGATIONS:
            denials += 1
        if piece == "without":
            words[stem("exclude")] = piece
        elif piece and piece not in STOP and piece not in NEGATIONS:
            words[_ONE_OF.get(stem(piece), stem(piece))] = piece
    if number is not None:
        quantities.add((number, ""))
    quantities.discard((1.0, ""))  # "one page" is no more than "a page"
    return Text(words, frozenset(quantities), _contrasted(words), denials, language is not None)


def _contrasted(words: Map[str, str]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for word in words:
        for number in _CONTRASTS_OF.get(word, ()):
            found.setdefault(number, set()).add(word)
    return {number: frozenset(having) for number, having in found.items()}


def rarity(texts: Iterable[Text]) -> dict[str, float]:
    """Weigh each word by how few of the texts have it."""
    counts: dict[str, int] = {}
    total = 0
    for text in texts:
        total += 1
        for word in text.words:
            counts[word] = counts.get(word, 0) + 1
    return {word: log(1 + total / count) for word, count in counts.items()}


def likeness(one: Text, other: Text, weights: dict[str, float]) -> float:
    """Measure how much two texts share, rare words first: 0 nothing, 1 everything."""
    shared = sum(weights.get(w, 1.0) ** 2 for w in one.words.keys() & other.words.keys())
    ones, others = (
        sum(weights.get(w, 1.0) ** 2 for w in text.words) ** 0.5 for text in (one, other)
    )
    return min(1.0, shared / (ones * others)) if ones and others else 0.0


def _pieces(text: str, language: str | None) -> list[str]:
    table = TRANSLATED.get(language or "", {})
    pieces = []
    plain = _THOUSANDS.sub("", text.replace("'s ", " "))
    for piece in normalise(plain, language).split():
        # Of another language, only what is known counts.
        known = piece if not language or piece.isdigit() else ""
        for word in table.get(piece, known).split("-"):
            bare = _NEGATIVE_PREFIX.sub("", word)
            pieces += ["not", bare] if bare != word else [IRREGULAR.get(word, word)]
    return pieces


def _number(piece: str) -> float | None:
    if piece in NUMBERS:
        return float(NUMBERS[piece])
    if piece.isdecimal():
        return float(piece)
    return 0.5 if piece == "half" else None


def _language(text: str) -> str | None:
    words = set(normalise(text, "xx").split())
    counts = {language: len(words & marks) for language, marks in MARKS.items()}
    english = len(words & (STOP | {"of", "the", "for"}))
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] > english else None
