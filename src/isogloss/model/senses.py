"""Two senses of a word side by side."""

from dataclasses import dataclass

from isogloss.model.rdf import Iri


@dataclass(frozen=True, slots=True)
class AttributePair:
    """What two senses say of one attribute, in words; `differs` unless that is the same.

    `name` is that of a field of model.meaning.Sense; `match` is equal, narrower, broader,
    disjoint, convertible, mapped, different or unknown, from the first to the second. A value
    is None where nobody has said.
    """

    name: str
    one: str | None
    other: str | None
    match: str
    differs: bool


@dataclass(frozen=True, slots=True)
class SensePair:
    """Two senses, attribute by attribute, and how they relate from the first to the second.

    `agreed` is what approved mappings conclude, by way of `mappings` in a row; `reasoned` what
    follows of the attributes, with its `reasoning` in a sentence. Each is None where nothing
    does. `missing` are attributes that would have to be known to reason.
    """

    one: Iri
    other: Iri
    attributes: tuple[AttributePair, ...]
    missing: tuple[str, ...]
    agreed: str | None
    mappings: tuple[Iri, ...]
    reasoned: str | None
    reasoning: str | None
