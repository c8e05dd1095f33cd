"""Rows become typed values; parameters go by name."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from pydantic import ValidationError

from app.core.rows import all_typed, named, typed


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Inner:
    id: uuid.UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Outer:
    colour: Colour
    inner: tuple[Inner, ...]


ID = "00000000-0000-7000-8000-000000000001"


def test_a_row_becomes_a_typed_value_down_into_its_json() -> None:
    row = {"colour": "red", "inner": [{"id": ID, "at": "2026-11-01T00:00:00+00:00"}]}
    assert typed(Outer, row) == Outer(Colour.RED, (Inner(uuid.UUID(ID), datetime(2026, 11, 1, tzinfo=UTC)),))
    assert all_typed(Outer, [row, row]) == [typed(Outer, row)] * 2


@pytest.mark.parametrize(
    "row", [{"colour": "red"}, {"colour": "red", "inner": [], "more": 1}, {"colour": "x", "inner": []}]
)
def test_a_column_without_a_field_or_a_field_without_a_column_is_an_error(row: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValidationError)):
        typed(Outer, row)


def test_parameters_by_name_are_numbered_in_order_and_casts_are_left_alone() -> None:
    text, *values = named("select :a::text, :b, :a where x = array[1:2]", {"a": 1, "b": 2})
    assert (text, values) == ("select $1::text, $2, $1 where x = array[1:2]", [1, 2])


def test_every_name_has_a_value_and_every_value_a_name() -> None:
    with pytest.raises(KeyError):
        named("select :a", {})
    with pytest.raises(ValueError, match="no parameter b"):
        named("select :a", {"a": 1, "b": 2})
