"""A full-text index in memory, thrown away and made again when the mesh changes."""

import re
import unicodedata
from collections.abc import Collection, Iterable

import tantivy

from isogloss.errors import InvalidArgument
from isogloss.model.discovery import Entry, EntryKind, Hit
from isogloss.model.rdf import Iri

# The s of "KPIs" ends a plural; it starts no word.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-rt-z]|[A-Z]s[a-z])")
_ACCENT = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
# A fuzzy query takes some 20 kB for each letter of its word.
_MOST_LETTERS = 500
_MOST_WORDS = 16
_MOST_HITS = 100
_TITLE_BOOST = 3.0
_EXACT_BOOST = 2.0
_SNIPPET = 160


class SearchIndex:
    """Entries by the words of their titles and texts."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        builder = tantivy.SchemaBuilder()
        for field in ("title", "text"):
            builder.add_text_field(field, tokenizer_name="whitespace")
        for field in ("kind", "domain"):
            builder.add_text_field(field, tokenizer_name="raw")
        builder.add_integer_field("row", stored=True, indexed=False)
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema)
        self._entries = sorted(entries, key=lambda entry: entry.id)
        # One thread: the rows must be numbered in one segment for equal scores to keep order.
        writer = self._index.writer(num_threads=1)
        for row, entry in enumerate(self._entries):
            document = tantivy.Document()
            document.add_text("title", " ".join(_words(entry.title)))
            document.add_text("text", " ".join(_words(entry.text)))
            document.add_text("kind", entry.kind.value)
            document.add_text("domain", entry.domain or "")
            document.add_integer("row", row)
            writer.add_document(document)
        writer.commit()
        self._index.reload()

    def search(
        self,
        text: str,
        *,
        kinds: Collection[EntryKind] = (),
        domain: Iri | None = None,
        limit: int = 20,
    ) -> tuple[Hit, ...]:
        """Find the entries that have every word, best first, then by IRI.

        A word of four letters or more may have one typo. Entries of one title and text score
        the same. `kinds` and `domain` narrow the answer; empty and None mean all.

        Raises:
            InvalidArgument: no word in `text`, more than 500 characters, or a limit outside
                1..100.
        """
        if len(text) > _MOST_LETTERS:
            raise InvalidArgument(
                f"The text has {len(text)} characters: search for {_MOST_LETTERS} at most."
            )
        words = _words(text)[:_MOST_WORDS]
        if not words:
            raise InvalidArgument(f"{text[:80]!r} has no word to search for: type one.")
        if not 1 <= limit <= _MOST_HITS:
            raise InvalidArgument(f"The limit is {limit}: ask for 1 to {_MOST_HITS} hits.")
        must = tantivy.Occur.Must
        parts = [(must, self._word(word)) for word in words]
        if kinds:
            parts.append((must, self._any("kind", [kind.value for kind in kinds])))
        if domain is not None:
            parts.append((must, self._any("domain", [domain])))
        searcher = self._index.searcher()
        query = tantivy.Query.boolean_query(parts)
        rows = [
            (score, searcher.doc(address)["row"][0])
            for score, address in searcher.search(query, limit).hits
        ]
        rows.sort(key=lambda row: (-round(row[0], 4), row[1]))
        return tuple(self._hit(self._entries[row], score, words) for score, row in rows)

    def _word(self, word: str) -> tantivy.Query:
        query = tantivy.Query
        either: list[tuple[tantivy.Occur, tantivy.Query]] = []
        for field, weight in (("title", _TITLE_BOOST), ("text", 1.0)):
            exact = query.term_query(self._schema, field, word)
            either.append((tantivy.Occur.Should, query.boost_query(exact, weight * _EXACT_BOOST)))
            if len(word) >= 4:
                near = query.fuzzy_term_query(self._schema, field, word, prefix=False)
                either.append((tantivy.Occur.Should, query.boost_query(near, weight)))
        return query.boolean_query(either)

    def _any(self, field: str, values: Iterable[str]) -> tantivy.Query:
        # A filter decides, it does not rank.
        return tantivy.Query.const_score_query(
            tantivy.Query.term_set_query(self._schema, field, list(values)), 0.0
        )

    def _hit(self, entry: Entry, score: float, words: list[str]) -> Hit:
        return Hit(entry.id, entry.kind, entry.title, score, _snippet(entry.text, words))


def _words(text: str) -> list[str]:
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", plain))
    return [_stem(word) for word in _WORD.findall(spaced.casefold())]


def _stem(word: str) -> str:
    # A plural finds the singular and the other way round; a typo would else be used up on it.
    if len(word) > 2 and word.endswith("s") and word[-2] != "s":
        word = word[: -2 if word.endswith(("ches", "shes", "sses", "tuses", "xes")) else -1]
    if len(word) > 4 and word.endswith("ie"):
        return word[:-1]
    return word[:-1] + "i" if len(word) > 4 and word.endswith("y") else word


def _snippet(text: str, words: list[str]) -> str:
    """Cut the text around the first word that was asked for."""
    if len(text) <= _SNIPPET:
        return text
    places = (m.start() for m in _WORD.finditer(text) if not set(words).isdisjoint(_words(m[0])))
    start = max(0, next(places, 0) - _SNIPPET // 3)
    if start:
        start = text.find(" ", start) + 1
    end = text.rfind(" ", start, start + _SNIPPET)
    end = end if end > start else start + _SNIPPET
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
