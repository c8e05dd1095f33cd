"""The town of this folder's tests."""

import os
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.access.planting import Planter, sow
from tests.access.town import Town, address_everybody, callers, look, note_notices
from tests.cast import Cast

ROUNDS = int(os.environ.get("GRIDCASE_ATTACK_ROUNDS", "1"))  # `make attack` plants more


@pytest.fixture(scope="session")
def town(app: Any, cast: Cast) -> Town:
    """Planted once a worker; everybody looked before and after, at the same instant."""
    found = Town(cast, app.openapi(), callers(cast), Planter(cast, uuid.uuid4().hex[:5]))
    instant, clock = datetime.now(UTC), app.state.clock

    def look_now() -> dict[str, Any]:
        app.state.clock = lambda: instant
        try:
            return look(found)
        finally:
            app.state.clock = clock

    found.before = look_now()
    found.plants = list(sow(found.planter, ROUNDS))
    address_everybody(found)
    note_notices(found)
    found.after = look_now()
    return found
