"""The rivals, as tests find them."""

from collections.abc import Iterator

import pytest

from isogloss.governance.rulebook import Rulebook
from tests.security.world import World, found


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """The rivals, whom nothing but the fence keeps apart."""
    made = found(Rulebook({}))
    yield made
    made.services.close()


@pytest.fixture
def ruled() -> Iterator[World]:
    """The rivals, under the real rules."""
    made = found()
    yield made
    made.services.close()
