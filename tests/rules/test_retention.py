"""How long files are kept: a class a procedure, which a city may set otherwise."""

from datetime import date

import pytest

from app.cases.rules.retention import Retention, kept_until, retention_of


@pytest.mark.parametrize(
    ("procedure", "own", "expected"),
    [
        ("appeal", {}, Retention.YEARS_30),
        ("accusation", {}, Retention.PERMANENT),
        ("request_ordinary", {}, Retention.YEARS_10),
        ("later_procedure", {}, Retention.YEARS_10),
        ("appeal", {"appeal": "permanent"}, Retention.PERMANENT),
    ],
)
def test_a_class_by_procedure(procedure: str, own: dict[str, str], expected: Retention) -> None:
    assert retention_of(procedure, own) is expected


def test_a_class_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="5_years"):
        retention_of("appeal", {"appeal": "5_years"})


def test_years_count_from_the_year_after() -> None:
    assert kept_until(Retention.YEARS_10, date(2026, 11, 23)) == date(2036, 12, 31)
    assert kept_until(Retention.YEARS_30, date(2026, 1, 1)) == date(2056, 12, 31)
    assert kept_until(Retention.PERMANENT, date(2026, 11, 23)) is None
