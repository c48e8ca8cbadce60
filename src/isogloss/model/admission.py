"""A set of rules that somebody hands in, and what keeps it from judging anybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from isogloss.model.rdf import Iri


@dataclass(frozen=True, slots=True)
class Example:
    """Data in Turtle that a rule is to let pass, or to refuse; `file` and `line` are for people."""

    rule: Iri
    turtle: str
    passes: bool
    file: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class Submission:
    """A rule set as its author hands it in.

    `texts` are the Turtle files, name → text. `space` is what the IRIs of the owner's things
    begin with; `is_global` says that the owner is the governance group, whose rules bind all.
    `taken_rule_ids` are those of other rule sets. `examples` come on top of those in the texts.
    """

    texts: Mapping[str, str]
    space: Iri
    is_global: bool = False
    taken_rule_ids: frozenset[str] = frozenset()
    examples: tuple[Example, ...] = field(default=())


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that admission has to say of a rule set; `line` counts from 1.

    `shape` is the nearest shape that has a name. A finding that does not block is a remark.
    """

    file: str
    line: int
    code: str
    message: str
    shape: Iri | None = None
    blocking: bool = True
