"""A schema with fields of all kinds, and rows for it that need not be what they should."""

import enum
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, NewType, TypeVar

import strawberry
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info
from strawberry.types.scalar import ScalarDefinition

T = TypeVar("T")


@strawberry.enum
class Kind(enum.Enum):
    FINE = "fine"
    COARSE = "coarse"


Word = NewType("Word", str)


class Complaint(Exception):
    """Of a module of its own, so that String would show it."""


def _bracket(value: Any) -> Any:
    if value == "bad":
        raise Complaint("no such word")
    return None if value == "nothing" else f"<{value}>"


class Never(BasePermission):
    message = "never"

    def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:
        return bool(source.text != "text 1")


@strawberry.type
class Leaf:
    text: str
    id: strawberry.ID
    number: int
    real: float
    flag: bool
    kind: Kind
    word: Word
    maybe_text: str | None
    maybe_number: int | None
    maybe_real: float | None
    maybe_flag: bool | None
    maybe_kind: Kind | None
    maybe_word: Word | None
    words: list[str]
    maybe_words: list[str | None] | None
    table: list[list[int]] | None
    secret: str | None = strawberry.field(permission_classes=[Never])


@strawberry.interface
class Thing:
    name: str
    leaf: Leaf


@strawberry.type
class Apple(Thing):
    weight: int


@strawberry.type
class Pear(Thing):
    weight: float


@strawberry.type
class Bag:
    maybe_leaf: Leaf | None
    leaf: Leaf
    leaves: list[Leaf]


@strawberry.type
class Row:
    name: str
    leaf: Leaf
    maybe_leaf: Leaf | None
    leaves: list[Leaf]
    maybe_leaves: list[Leaf | None] | None
    bag: Bag
    bags: list[Bag] | None
    nested: list[list[Leaf | None]] | None
    thing: Thing | None
    things: list[Thing] | None
    apples: list[Apple | None] | None
    either: list[Annotated[Leaf | Apple, strawberry.union("Either")] | None] | None

    @strawberry.field
    def shout(self) -> str | None:
        if self.name == "name 1":
            raise Complaint("hoarse")
        return self.name.upper()

    @strawberry.field
    async def later(self) -> Leaf | None:
        return self.leaf

    @strawberry.field
    def repeated(self, times: int = 2) -> str:
        return self.name * times


@strawberry.type
class Query:
    rows: list[Row]
    maybe_rows: list[Row | None] | None
    leaves: list[Leaf]
    maybe_leaves: list[Leaf | None] | None
    bags: list[Bag]
    things: list[Thing] | None
    words: list[Word | None] | None


class _Schema(strawberry.Schema):
    def process_errors(self, *_: object, **__: object) -> None:
        """Log nothing: errors are what is looked for."""


def schema(executor: type, **options: Any) -> strawberry.Schema:
    """Build the schema over an executor."""
    words: dict[object, ScalarDefinition] = {
        Word: strawberry.scalar(name="Word", serialize=_bracket, parse_value=str)
    }
    config = StrawberryConfig(scalar_map=words)
    return _Schema(
        Query, types=[Apple, Pear], execution_context_class=executor, config=config, **options
    )


ROOTS = [
    ("rows", "Row"),
    ("maybeRows", "Row"),
    ("leaves", "Leaf"),
    ("maybeLeaves", "Leaf"),
    ("bags", "Bag"),
    ("things", "Thing"),
]


class Text(str):
    """Not exactly a string."""

    __slots__ = ()


class Whole(int):
    """Not exactly an integer."""


@dataclass
class Dynamic(Leaf):
    """A leaf that says something else each time it is asked."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return f"{found}!" if name == "text" else found


@dataclass
class Computed(Leaf):
    """A leaf one of whose fields is computed, and fails."""

    # That is what is wrong with it.
    @property  # type: ignore[misc]
    def text(self) -> str:
        raise Complaint("not computed")

    @text.setter
    def text(self, value: str) -> None:
        pass


@dataclass
class Failed(Leaf, Exception):
    """A leaf that is an error."""

    __hash__ = Exception.__hash__


@dataclass
class Awaited(Leaf):
    """A leaf to wait for."""

    def __await__(self) -> Iterator[None]:
        yield from ()
        return Pears()  # type: ignore[return-value]


class Pears:
    """Whatever it is asked for, it has not."""

    def __getattr__(self, name: str) -> Any:
        raise Complaint(name)


async def _later() -> Any:
    return "later"


async def _never() -> Any:
    raise Complaint("never came")


_begun: list[Coroutine[Any, Any, Any]] = []


def _begin(coroutine: Coroutine[Any, Any, Any]) -> Coroutine[Any, Any, Any]:
    _begun.append(coroutine)
    return coroutine


def end_all() -> None:
    """End what nobody waited for, as it stands where nobody looked."""
    while _begun:
        _begun.pop().close()


async def _stream() -> AsyncIterator[Any]:
    yield "first"
    raise Complaint("dried up")


BAD: dict[str, Callable[["Maker"], Any]] = {
    "none": lambda make: None,
    "undefined": lambda make: strawberry.UNSET,
    "seven": lambda make: 7,
    "big": lambda make: 2**40,
    "true": lambda make: True,
    "half": lambda make: 1.5,
    "whole": lambda make: 2.0,
    "nan": lambda make: float("nan"),
    "text": lambda make: "12",
    "bad": lambda make: "bad",
    "nothing": lambda make: "nothing",
    "bytes": lambda make: b"bytes",
    "error": lambda make: Complaint("instead"),
    "builtin error": lambda make: ValueError("instead"),
    "later": lambda make: _begin(_later()),
    "never": lambda make: _begin(_never()),
    "stream": lambda make: _stream(),
    "generator": lambda make: (word for word in ("a", "b", None)),
    "set": lambda make: {"one"},
    "dict": lambda make: {"text": "of a dict"},
    "tuple": lambda make: ("a", "b"),
    "list": lambda make: ["a", None, 3],
    "empty": lambda make: [],
    "lists": lambda make: [[1, 2], None, ["3"]],
    "text of a class": lambda make: Text("text"),
    "number of a class": lambda make: Whole(3),
    "member": lambda make: Kind.COARSE,
    "raw member": lambda make: "coarse",
    "object": lambda make: object(),
    "class": lambda make: Leaf,
    "function": lambda make: len,
    "pears": lambda make: Pears(),
    "leaf": lambda make: make.leaf(),
    "pear": lambda make: make.pear(),
    "leaves": lambda make: [make.leaf(), None, make.pear()],
    "dynamic": lambda make: make.leaf(Dynamic),
    "computed": lambda make: make.leaf(Computed),
    "failed": lambda make: make.leaf(Failed),
    "awaited": lambda make: make.leaf(Awaited),
    "leaves of errors": lambda make: [make.leaf(Failed)],
    "gone": lambda make: make.without_text(),
}
"""What may stand where something else should, made anew each time it is asked."""


@dataclass
class Maker:
    """Makes the rows of a query; `wrong` says what stands in a field of every n-th object."""

    many: int = 3
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    every: int = 2
    made: int = 0

    def query(self) -> Query:
        return self._make(
            Query,
            rows=self._rows(self.row),
            maybe_rows=[*self._rows(self.row), None],
            leaves=self._rows(self.leaf),
            maybe_leaves=[None, *self._rows(self.leaf)],
            bags=self._rows(self.bag),
            things=[*self._rows(self.pear), *self._rows(self.apple)],
            words=["one", None, "two"],
        )

    def row(self) -> Row:
        return self._make(
            Row,
            name=f"name {self.made % 3}",
            leaf=self.leaf(),
            maybe_leaf=None if self.made % 3 else self.leaf(),
            leaves=self._rows(self.leaf),
            maybe_leaves=[None, self.leaf()],
            bag=self.bag(),
            bags=None if self.made % 3 else (self.bag(),),
            nested=[[self.leaf(), None], [], [self.leaf()]],
            thing=self.pear(),
            things=[self.apple(), self.pear()],
            apples=[self.apple(), None],
            either=[self.leaf(), self.apple()],
        )

    def leaf(self, kind: type[Leaf] = Leaf) -> Leaf:
        number = self.made
        return self._make(
            kind,
            text=f"text {number % 3}",
            id=f"id {number}",
            number=number,
            real=number / 2,
            flag=number % 2 == 0,
            kind=list(Kind)[number % 2],
            word="word",
            maybe_text=None if number % 2 else "maybe",
            maybe_number=None if number % 3 else -number,
            maybe_real=None if number % 2 else 0.1,
            maybe_flag=None if number % 3 else True,
            maybe_kind=None if number % 2 else Kind.FINE,
            maybe_word=None if number % 3 else "maybe",
            words=["a", "b"][: number % 3],
            maybe_words=None if number % 3 == 2 else ("a", None),
            table=None if number % 4 == 3 else [[number], [], [1, 2]],
            secret="hidden",  # noqa: S106 - what only some may see
        )

    def bag(self) -> Bag:
        maybe = self.leaf() if self.made % 2 else None
        return self._make(Bag, maybe_leaf=maybe, leaf=self.leaf(), leaves=self._rows(self.leaf))

    def apple(self) -> Apple:
        return self._make(Apple, name="apple", leaf=self.leaf(), weight=self.made)

    def pear(self) -> Pear:
        return self._make(Pear, name="pear", leaf=self.leaf(), weight=self.made / 4)

    def without_text(self) -> Leaf:
        leaf = self.leaf()
        del leaf.text
        return leaf

    def _rows(self, make: Callable[[], T]) -> list[T]:
        return [make() for _ in range(self.many)]

    def _make(self, of: type[T], /, **values: Any) -> T:
        self.made += 1
        if self.made % self.every == 0:
            for (name, attribute), bad in list(self.wrong.items()):
                if name == of.__name__:
                    right = Maker(many=1, made=self.made)
                    values[attribute] = BAD[bad](right)
        return of(**values)
