"""Numbers for IRIs: 0, 1, 2 … in the order in which they came."""

from bisect import bisect_left
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isogloss.model.rdf import Iri


class Names:
    """IRIs by number and numbers by IRI.

    Most lie end to end in one run of UTF-8 that may be a mapped file, so that millions are
    there at once and cost no Python object; those newer than it are in a dict. UTF-8 sorts as
    Python sorts strings.
    """

    def __init__(
        self,
        text: memoryview = memoryview(b""),  # noqa: B008  # read only
        ends: NDArray[np.int64] | None = None,
        order: NDArray[np.int32] | None = None,
    ) -> None:
        """Take what `arrays` gave: the text, where each name ends, numbers sorted by IRI."""
        none = np.zeros(0, np.int64), np.zeros(0, np.int32)
        self._have(text, none[0] if ends is None else ends, none[1] if order is None else order)

    def _have(self, text: memoryview, ends: NDArray[np.int64], order: NDArray[np.int32]) -> None:
        self._text, self._ends, self._order = text, ends, order
        self._end_of, self._sorted = self._ends.data, self._order.data
        self._packed = len(self._order)
        self._newer: list[Iri] = []
        self._numbers: dict[Iri, int] = {}
        self._ranks: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return self._packed + len(self._newer)

    def __getitem__(self, number: int) -> Iri:
        if number >= self._packed:
            return self._newer[number - self._packed]
        first = self._end_of[number - 1] if number else 0
        return Iri(str(self._text[first : self._end_of[number]], "utf-8"))

    def find(self, iri: Iri) -> int | None:
        """Give the number of an IRI, None where it has none."""
        found = self._numbers.get(iri)
        if found is not None or not self._packed:
            return found
        wanted = iri.encode()
        place = self._place(wanted)
        if place < self._packed and self._encoded(number := self._sorted[place]) == wanted:
            return number
        return None

    def add(self, iri: Iri) -> int:
        """Give the number of an IRI, which is the next one where it has none."""
        number = self.find(iri)
        if number is None:
            number = self._numbers[iri] = len(self)
            self._newer.append(iri)
        return number

    def within(self, space: str) -> NDArray[np.intp]:
        """Give the numbers of the IRIs that begin so."""
        wanted = space.encode()
        first = self._place(wanted)
        # No UTF-8 has this byte.
        packed = self._order[first : self._place(wanted + b"\xff")]
        newer = (n for n, iri in enumerate(self._newer, self._packed) if iri.startswith(space))
        return np.concatenate([packed.astype(np.intp), np.fromiter(newer, np.intp)])

    def sort(self, numbers: NDArray[np.intp]) -> NDArray[np.intp]:
        """Put numbers in the order of their IRIs."""
        if len(numbers) < 2:
            return numbers
        if int(numbers.max()) < self._packed:
            if self._ranks is None:
                self._ranks = np.empty(self._packed, np.int32)
                self._ranks[self._order] = np.arange(self._packed, dtype=np.int32)
            return numbers[self._ranks[numbers].argsort()]
        return np.array(sorted(numbers.tolist(), key=self.__getitem__), np.intp)

    def pack(self) -> None:
        """Have them all in one text, those of the dict included."""
        if not self._newer:
            return
        newer = sorted(range(self._packed, len(self)), key=self.__getitem__)
        places = [self._place(self[number].encode()) for number in newer]
        encoded = [iri.encode() for iri in self._newer]
        lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
        self._have(
            memoryview(b"".join([self._text, *encoded])),
            np.concatenate([self._ends, len(self._text) + lengths.cumsum()]),
            np.insert(self._order, places, np.array(newer, np.int32)),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Give what a saved index keeps."""
        self.pack()
        text = np.frombuffer(self._text, np.uint8)
        return {"text": text, "ends": self._ends, "order": self._order}

    def _encoded(self, number: int) -> bytes:
        first = self._end_of[number - 1] if number else 0
        return bytes(self._text[first : self._end_of[number]])

    def _place(self, wanted: bytes) -> int:
        return bisect_left(self._sorted, wanted, key=self._encoded)
