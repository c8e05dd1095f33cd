"""Personal data as it is shown by default, and texts as they are let in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.masking import mask_address, mask_name, mask_phone
from app.core.texts import clean


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("诸葛孔明", "诸葛**"),
        ("欧阳", "欧*"),
        ("王", "王*"),
        ("阿拉坦·乌日娜", "阿***"),
        ("Bataar", "B***"),
        ("𠮷田太郎", "𠮷**"),
        (" 张三 ", "张*"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800001234", "138****1234"),
        ("+86 138-0000-1234", "138****1234"),
        ("0471-1234567", "047****4567"),
        ("1234567", "****67"),
        ("12345", "****45"),
    ],
)
def test_phones(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("示范路1号院3单元502室", "示范路***"),
        ("示范路１号", "示范路***"),
        ("示范路十八号院三单元五〇二室", "示范路***"),
        ("幸福小区二栋", "幸福小区***"),
        ("八一路", "八一路***"),
        ("1号楼", "***"),
    ],
)
def test_addresses_end_before_the_house(address: str, shown: str) -> None:
    assert mask_address(address) == shown


@given(st.text(min_size=2, max_size=30).map(str.strip).filter(lambda name: len(name) > 1 and "*" not in name))
def test_no_name_is_shown_whole(name: str) -> None:
    assert name not in mask_name(name)


@given(st.from_regex(r"\A\+?[0-9][0-9 \-]{4,23}\Z"))
def test_no_phone_is_shown_whole(phone: str) -> None:
    digits = "".join(sign for sign in phone if sign.isdigit())
    shown = "".join(sign for sign in mask_phone(phone) if sign.isdigit())
    assert len(shown) <= max(2, len(digits) - 4)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "\ud800", "a\udfffb", "\x85"])
def test_signs_that_cannot_be_stored_or_shown_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="control sign U\\+"):
        clean(text)


@pytest.mark.parametrize("text", ["一行\n二行\t三\r\n", "𠮷 😀", "ᠮᠣᠩᠭᠣᠯ", "‍"])
def test_everything_people_write_is_let_in(text: str) -> None:
    assert clean(text) == text
