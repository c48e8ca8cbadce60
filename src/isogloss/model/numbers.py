"""Numbers as people write them, reckoned with exactly."""

import re
from fractions import Fraction

_NUMBER = re.compile(r"[+-]?\d{1,100}(\.\d{1,100})?")
_DIGITS = 28


def parse_number(value: str | Fraction) -> Fraction | None:
    """Read a decimal number; None if it is none.

    >>> parse_number("-1.50")
    Fraction(-3, 2)
    """
    if isinstance(value, Fraction):
        return value
    text = value.strip()
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def written(number: Fraction) -> tuple[str, bool]:
    """Write a number in decimals, and tell whether that is exact.

    One without an end is rounded, half to even, to 28 significant digits.

    >>> written(Fraction(1, 8)), written(Fraction(2, 3))
    (('0.125', True), ('0.6666666666666666666666666667', False))
    """
    places = _places(number.denominator)
    is_exact = places is not None
    if places is None:
        whole = len(str(abs(number.numerator) // number.denominator).lstrip("0"))
        places = max(_DIGITS - whole, 0) + (_leading_zeros(number) if whole == 0 else 0)
    digits = str(round(abs(number) * 10**places)).zfill(places + 1)
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if number < 0 else text, is_exact


def _places(denominator: int) -> int | None:
    """Tell how many decimals a fraction has; None if there is no end to them."""
    counts = []
    for prime in (2, 5):
        count = 0
        while denominator % prime == 0:
            denominator //= prime
            count += 1
        counts.append(count)
    return max(counts) if denominator == 1 else None


def _leading_zeros(number: Fraction) -> int:
    zeros, rest = 0, abs(number) * 10
    while rest < 1:
        zeros, rest = zeros + 1, rest * 10
    return zeros
