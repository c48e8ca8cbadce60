"""Answers are written as the json module would write them, but faster."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.api.app import to_json

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Half a character can be written by no JSON in UTF-8: is_object refuses it on its way in.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
)


@given(values)
def test_what_is_read_back_is_what_was_written(value: object) -> None:
    assert json.loads(to_json(value)) == json.loads(json.dumps(value))


def test_an_integer_beyond_64_bits_is_written() -> None:
    assert to_json({"big": 2**70}) == f'{{"big":{2**70}}}'


def test_half_a_character_is_written_as_json_writes_it() -> None:
    assert to_json(["\ud800"]) == '["\\ud800"]'


@dataclass
class Thing:
    name: str


@pytest.mark.parametrize("value", [Thing("a"), datetime.now(UTC), {1, 2}, object()])
def test_what_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_json(value)


def test_what_is_no_number_is_null() -> None:
    assert to_json([math.nan]) == "[null]"
