"""Facts and decisions of attachments: what the first bytes say, what may grow and shrink, what is redacted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attachments.rules.files import (
    EXTENSIONS,
    FORMATS,
    KEPT_AS,
    MEDIA_TYPES,
    SMOOTHED,
    Format,
    Rectangle,
    Unfit,
    boxes,
    sniff,
)
from app.attachments.rules.steps import (
    MOST_OF_A_CASE,
    MOST_OF_A_PERSON,
    MOST_OF_ANOTHER,
    MOST_OF_ANOTHER_UNIT,
    MOST_OF_OTHERS,
    Room,
    add_refused,
    withdraw_refused,
)
from app.cases.rules import Status
from app.core.errors import Words

HEADS = [
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", Format.JPEG), (b"\x89PNG\r\n\x1a\n", Format.PNG), (b"RIFF\x10\0\0\0WEBPVP8 ", Format.WEBP),
    (b"\0\0\0\x1cftypheic", Format.HEIC), (b"\0\0\0\x1cftypmif1", Format.HEIC), (b"%PDF-1.7", Format.PDF),
    (b"", None), (b"\xff\xd8", None), (b"\x89PNG\n", None), (b"RIFF\x10\0\0\0WAVE", None), (b"\0\0\0\x1cftypmp42", None),
    (b"\0\0\0\x1cftypavif", None), (b" %PDF-1.7", None), (b"GIF89a", None), (b"PK\x03\x04", None), (b"<svg ", None),
    (b"BM", None), (b"II*\0", None), (b"\xef\xbb\xbf%PDF-", None),
]  # fmt: skip


@pytest.mark.parametrize(("head", "found"), HEADS)
def test_the_first_bytes_decide(head: bytes, found: Format | None) -> None:
    assert sniff(head) is found


@given(st.binary(max_size=40))
def test_whatever_they_are(head: bytes) -> None:
    assert sniff(head) in (None, *Format)


def test_every_format_that_is_kept_has_a_type_and_a_name() -> None:
    assert set(KEPT_AS) == set(Format)
    assert set(KEPT_AS.values()) == set(MEDIA_TYPES)
    assert set(EXTENSIONS) == set(FORMATS) == set(MEDIA_TYPES.values())
    assert all(unfit.words.zh and unfit.words.en for unfit in Unfit)


EMPTY = Room(kept=0, own=0, own_kept=0, of_unit=0, others=0, near=True)
FAR = replace(EMPTY, near=False)
GROWS = [
    (Status.REGISTERED, False, EMPTY, True), (Status.CLOSED, False, EMPTY, True), (Status.WITHDRAWN, False, FAR, True),
    (Status.MERGED, False, EMPTY, False), (Status.CLOSED, True, EMPTY, False),
    (Status.HANDLING, False, replace(EMPTY, kept=199, own=999, own_kept=149, of_unit=999, others=100), True),
    (Status.HANDLING, False, replace(EMPTY, kept=200), False),
    (Status.HANDLING, False, replace(EMPTY, kept=150, own_kept=150), False),
    (Status.HANDLING, False, replace(FAR, kept=199, own=19, of_unit=49, others=99), True),
    (Status.HANDLING, False, replace(FAR, kept=200), False), (Status.HANDLING, False, replace(FAR, own=20), False),
    (Status.HANDLING, False, replace(FAR, of_unit=50), False), (Status.HANDLING, False, replace(FAR, others=100), False),
]  # fmt: skip


@pytest.mark.parametrize(("status", "archived", "room", "may"), GROWS)
def test_what_may_grow(status: Status, archived: bool, room: Room, may: bool) -> None:
    assert (add_refused(status, archived=archived, room=room) is None) is may


def test_whatever_others_add_there_is_room_for_who_leads_it() -> None:
    assert MOST_OF_ANOTHER < MOST_OF_ANOTHER_UNIT < MOST_OF_OTHERS < MOST_OF_A_PERSON < MOST_OF_A_CASE


@pytest.mark.parametrize("archived", [False, True])
@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize("relied_on", [[], [Words("签名", "a signature"), Words("同意", "a consent")]])
@pytest.mark.parametrize("head", [False, True])
def test_what_may_shrink(archived: bool, held: bool, relied_on: list[Words], head: bool) -> None:
    refused = withdraw_refused(archived=archived, held=held, relied_on=relied_on, head=head)
    assert (refused is None) is not (archived or held or (bool(relied_on) and not head))
    if refused and not archived and not held:
        assert "签名、同意" in refused.zh


BOXES = [
    (Format.PNG, Rectangle(3, 5, 7, 9), (3, 5, 10, 14)), (Format.JPEG, Rectangle(33, 35, 7, 9), (28, 28, 52, 52)),
    (Format.WEBP, Rectangle(32, 32, 16, 16), (28, 28, 52, 52)), (Format.JPEG, Rectangle(0, 0, 100, 80), (0, 0, 100, 80)),
    (Format.JPEG, Rectangle(99, 79, 1, 1), (92, 60, 100, 80)),
    (Format.PNG, Rectangle(99, 79, 2, 1), None), (Format.PNG, Rectangle(-1, 0, 2, 1), None),
    (Format.PNG, Rectangle(0, 0, 0, 1), None),
]  # fmt: skip


@pytest.mark.parametrize(("kept", "asked", "box"), BOXES)
def test_what_is_redacted(kept: Format, asked: Rectangle, box: tuple[int, int, int, int] | None) -> None:
    assert boxes([asked], 100, 80, kept) == (None if box is None else [box])


@given(
    st.integers(0, 90), st.integers(0, 90), st.integers(1, 10), st.integers(1, 10), st.sampled_from(list(MEDIA_TYPES))
)
def test_a_box_holds_what_was_asked_and_stays_inside(x: int, y: int, width: int, height: int, kept: Format) -> None:
    (found,) = boxes([Rectangle(x, y, width, height)], 100, 100, kept) or [(0, 0, 0, 0)]
    left, upper, right, lower = found
    assert 0 <= left <= x < x + width <= right <= 100
    assert 0 <= upper <= y < y + height <= lower <= 100
    assert max(x - left, y - upper, right - x - width, lower - y - height) <= 15 + SMOOTHED
