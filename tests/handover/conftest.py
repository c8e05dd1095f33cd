"""Two workers of two cells."""

import pytest

from tests.cast import Cast
from tests.handover.doors import Ask, Worker


@pytest.fixture
def leaver(cast: Cast, sql: Ask) -> Worker:
    return Worker(cast, sql)


@pytest.fixture
def neighbour(cast: Cast, sql: Ask) -> Worker:
    return Worker(cast, sql)
