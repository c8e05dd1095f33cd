"""Numbers of people are found in what is written, however they are written; other numbers stand as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.numbers import starred


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13800001234，", "电话*********34，"),
        ("+86 138-0000-1234", "+** ***-****-**34"),
        ("008613800001234", "*************34"),
        ("１３８００００１２３４", "*********３４"),
        ("一三八零零零零一二三四", "*********三四"),
        ("幺三八 〇〇〇〇 1234", "*** **** **34"),
        ("᠑᠓᠘᠐᠐᠐᠐᠑᠒᠓᠔", "*********᠓᠔"),
        ("1.3.8.0.0.0.0.1.2.3.4", "*.*.*.*.*.*.*.*.*.3.4"),
        ("13800001234或13900005678", "*********34或*********78"),
        ("13800001234-2号楼", "*********34-2号楼"),
        ("13800001234X栋", "*********34X栋"),
        ("0471-6123456", "****-*****56"),
        ("（0471）6123456", "（****）*****56"),
        ("010 62345678", "*** ******78"),
        ("150102199003071234", "****************34"),
        ("15010219900307123X", "****************3X"),
        ("150102 19900307 123ｘ", "****** ******** **3ｘ"),
        ("11010519491231002X", "****************2X"),
        ("150102900307123", "*************23"),
        ("6222021234567890128", "*****************28"),
        ("4111 1111 1111 1111 13800001234", "**** **** **** **11 *********34"),
    ],
)
def test_numbers_of_people_are_starred(text: str, shown: str) -> None:
    assert starred(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-30 10:30", "工单20261130000123", "编号260000012X", "1500000元", "13,800,001,234", "12345", "6123456",
        "第一二三四五六七八九组", "身份证150102199013451234", "138000012345", "4111 1111 1111 1112", "暖气不热，请尽快处理。",
    ],
)  # fmt: skip
def test_other_numbers_stand(text: str) -> None:
    assert starred(text) == text


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.sampled_from(["", " ", "-", ".", "　", "—"]), st.booleans())
def test_no_mobile_passes_whichever_way(number: str, between: str, wide: bool) -> None:
    written = between.join(number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}) if wide else number)
    shown = starred(f"请打{written}找我")
    assert shown.count("*") == 9


@given(st.text("01389 -XxＸ１三元 ", max_size=60))
def test_what_is_starred_stays_so_and_keeps_its_length(text: str) -> None:
    shown = starred(text)
    assert (starred(shown), len(shown)) == (shown, len(text))


@pytest.mark.parametrize("text", ["1" * 10_000, "13 " * 3_300, "3---" * 2_500])
def test_who_writes_numbers_without_end_has_all_starred(text: str) -> None:
    assert not set("13") & set(starred(text))
