"""What translations lose together: a lattice, from nothing (exact) to everything.

    exact ⊑ widening, narrowing ⊑ approximate ⊑ untranslatable

Widening: the result holds more than was meant. Narrowing: it holds less. Both: either way.
"""

from collections.abc import Iterable
from functools import reduce

from isogloss.model.meaning import Loss

_ABOVE = {
    Loss.EXACT: frozenset(Loss),
    Loss.WIDENING: frozenset({Loss.WIDENING, Loss.APPROXIMATE, Loss.UNTRANSLATABLE}),
    Loss.NARROWING: frozenset({Loss.NARROWING, Loss.APPROXIMATE, Loss.UNTRANSLATABLE}),
    Loss.APPROXIMATE: frozenset({Loss.APPROXIMATE, Loss.UNTRANSLATABLE}),
    Loss.UNTRANSLATABLE: frozenset({Loss.UNTRANSLATABLE}),
}
_BACK = {Loss.WIDENING: Loss.NARROWING, Loss.NARROWING: Loss.WIDENING}


def is_within(one: Loss, other: Loss) -> bool:
    """Tell whether one loses nothing that the other does not (one ⊑ other)."""
    return other in _ABOVE[one]


def join(one: Loss, other: Loss) -> Loss:
    """Give what two steps in a row lose: the least loss that both are within.

    >>> join(Loss.WIDENING, Loss.NARROWING)
    <Loss.APPROXIMATE: 'approximate'>
    """
    return max(_ABOVE[one] & _ABOVE[other], key=lambda loss: len(_ABOVE[loss]))


def join_all(losses: Iterable[Loss]) -> Loss:
    """Give what a whole chain loses; none of no steps."""
    return reduce(join, losses, Loss.EXACT)


def inverse(loss: Loss) -> Loss:
    """Give what the way back loses, where there is one: what held more holds less."""
    return _BACK.get(loss, loss)


def is_invertible(losses: Iterable[Loss]) -> bool:
    """Tell whether a chain can be walked back to the very values that it began with."""
    return all(loss is Loss.EXACT for loss in losses)


def severity(loss: Loss) -> int:
    """Give a number that is greater where more is lost, to put the better first."""
    return len(Loss) - len(_ABOVE[loss])
