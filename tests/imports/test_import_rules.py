"""Times on the nights the clocks change, signs that are let in, and columns that are never kept: no database."""

import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.texts import clean
from app.imports.rules import Reason, Refused, degrees, forbidden_columns, in_order, in_zone, let_in, time_reader

BOSTON = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "utc", "later", "skipped"),
    [
        ("2011-07-01 12:00", "2011-07-01 16:00", None, False),
        ("2011-11-06 00:59", "2011-11-06 04:59", None, False),
        ("2011-11-06 01:00", "2011-11-06 05:00", "2011-11-06 06:00", False),
        ("2011-11-06 01:59", "2011-11-06 05:59", "2011-11-06 06:59", False),
        ("2011-11-06 02:00", "2011-11-06 07:00", None, False),
        ("2011-03-13 01:59", "2011-03-13 06:59", None, False),
        ("2011-03-13 02:30", "2011-03-13 07:30", None, True),
        ("2011-03-13 03:00", "2011-03-13 07:00", None, False),
    ],
)
def test_local_times(local: str, utc: str, later: str | None, skipped: bool) -> None:
    instant = in_zone(datetime.fromisoformat(local), BOSTON)
    assert instant.at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert instant.later == (datetime.fromisoformat(later).replace(tzinfo=UTC) if later else None)
    assert instant.skipped is skipped


ZONES = ["America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Tehran", "Pacific/Apia", "Africa/Casablanca"]


@given(st.datetimes(datetime(1970, 1, 1), datetime(2037, 12, 31)), st.sampled_from(ZONES))  # noqa: DTZ001 (local times)
def test_the_short_cut_for_steady_days_changes_nothing(naive: datetime, zone: str) -> None:
    instant = in_zone(naive, ZoneInfo(zone))
    assert instant.at == naive.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def test_a_closing_time_that_the_clock_showed_twice_may_be_the_second() -> None:
    read = time_reader(["iso"], BOSTON)
    opened, closed = read("2011-11-06 01:50", "o"), read("2011-11-06 01:10", "c")
    assert in_order(opened, opened, closed, NOW) == datetime(2011, 11, 6, 6, 10, tzinfo=UTC)
    with pytest.raises(Refused):
        in_order(opened, opened, read("2011-11-06 00:10", "c"), NOW)


def test_formats_are_tried_in_order() -> None:
    read = time_reader(["%d/%m/%Y %H:%M", "iso"], BOSTON)
    assert read("04/05/2011 10:00", "t").at == datetime(2011, 5, 4, 14, tzinfo=UTC)
    assert read("2011-05-04T10:00:00+08:00", "t").at == datetime(2011, 5, 4, 2, tzinfo=UTC)
    for text in ("", "2011-13-01", "yesterday", "0001-01-01", "10:00", "1e9"):
        with pytest.raises(Refused) as refused:
            time_reader(["iso"], ZoneInfo("Asia/Shanghai"))(text, "t")
        assert refused.value.reason is Reason.BAD_TIME


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "-inf", "1e999", "180.0001", "-181", "1_0", "0x10"])
def test_no_longitude(text: str) -> None:
    with pytest.raises(Refused):
        degrees(text, 180.0, "lon")


def test_signs_are_let_in_as_at_every_other_door() -> None:
    for code in range(0x110000):
        sign = chr(code)
        if unicodedata.category(sign) not in ("Cc", "Cs"):
            continue
        try:
            allowed = clean(sign).strip()
        except ValueError:
            with pytest.raises(Refused):
                let_in(sign, "title")
        else:
            assert let_in(sign, "title") == allowed, hex(code)


def test_columns_never_kept() -> None:
    kept = ["id", "trace", "nationality_of_vehicle", "terrace", "partyHall", "表面积", "评价", "积水深度"]
    never = ["民族", "投诉人民族", "宗教信仰", "政治面貌", "Ethnicity", "religion_code", "politicalView", "Party Membership",
             "fingerprint", "人脸照片", "credit_score", "RISK_LEVEL", "是否重点人员", "watch list", "faceId",
             "信用评分"]  # fmt: skip
    assert forbidden_columns(never) == never
    assert forbidden_columns(kept) == []
