"""The numbers of cases and the signs of codes: read out over the phone and written down by hand."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from app.core.crypto import READABLE
from tests.support.each import each


def check_character(number: int) -> str:
    """As the database computes it (function case_number): modulo 31, a prime."""
    return READABLE[number % len(READABLE)]


@given(st.integers(0, 10**12 - 1))
def test_a_check_character_catches_every_wrong_digit_and_every_swap(number: int) -> None:
    digits = f"{number:09d}"
    sign = check_character(number)
    for place, wrong in each(itertools.product(range(len(digits)), "0123456789")):
        if wrong != digits[place]:
            assert check_character(int(digits[:place] + wrong + digits[place + 1 :])) != sign
    for place in range(len(digits) - 1):
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        if swapped != digits:
            assert check_character(int(swapped)) != sign


def test_the_signs_of_codes_are_told_apart_over_the_phone() -> None:
    assert len(READABLE) == len(set(READABLE)) == 31
    assert not set(READABLE) & set("0O1IL")
