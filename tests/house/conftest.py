"""What the house tests share."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import Cast

TABLES = ("cases", "case_text", "case_note", "party", "event", "assignment", "idempotency", "read_log")


@pytest.fixture
def untouched(cast: Cast, sql: Any) -> Iterator[None]:
    """Nothing may be stored while the test runs."""
    cast("li.window")

    def rows() -> list[int]:
        return list(sql("select " + ", ".join(f"(select count(*) from {table})" for table in TABLES))[0])

    before = rows()
    yield
    assert rows() == before
