"""Texts as they are let in: nothing that cannot be stored or shown, nothing that is not seen."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.core.signs import seen
from app.core.texts import Name, Title, clean

SIGNS = "\u200b\u200c\u200d\u202e\ufe0f\u180b\u180e\u2066\u2069\U000e0041a1张ᠮ😀"


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b",
        "a\x1bb",
        "a\x7fb",
        "\ud800",
        "a\udfffb",
        "\x85",
        "\ue000",
        "\U000f0000",
        "\ufdd0",
        "\uffff",
        "\U0001fffe",
    ],
)
def test_signs_that_cannot_be_stored_or_shown_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be shown, U\\+"):
        clean(text)


@pytest.mark.parametrize(
    "text",
    [
        "一行\n二行\t三\r\n", "𠮷 😀", "ᠮᠣᠩᠭᠣᠯ", "ᠨᠠ\u180bᠢ ᠨᠡ\u180eᠡ", "ᠤ\u202fᠤᠨ", "\u200dᠢ",
        "👩‍👩‍👧", "❤️", "葛\U000e0100城", "क्\u200dष",
    ],
)  # fmt: skip
def test_everything_people_write_is_let_in(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("工资\u202e元千三\u202c", "工资元千三"),
        ("张\u200b三", "张三"),
        ("\ufeff张三\u2060", "张三"),
        ("abc\u2066def\u2069", "abcdef"),
        ("张\u200d三", "张三"),
        ("a\ufe0f\u200db", "ab"),
        ("x\u180b\u180b", "x"),
        ("一\u2028二", "一\n二"),
        ("\U000e0041\U000e0042字", "字"),
    ],
)
def test_what_nobody_sees_is_left_out(text: str, kept: str) -> None:
    assert clean(text) == kept


@pytest.mark.parametrize("kind", [Title, Name])
@pytest.mark.parametrize("text", ["\u200b", "\u202e\u202c", "\u200d", " \u3164 ", "\u2800"])
def test_a_text_of_which_nothing_is_seen_is_empty(kind: Any, text: str) -> None:
    with pytest.raises(ValidationError, match="at least 1 character"):
        TypeAdapter(kind).validate_python(text)


@given(st.text(SIGNS, max_size=30))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert seen(seen(text)) == seen(text)


def test_a_text_of_joiners_costs_no_more_than_another() -> None:
    """A few passes, however they are piled up: nothing in it grows with the square of the length."""
    assert seen("x" + "\u180b\u200d\ufe0f" * 100_000) == "x"
