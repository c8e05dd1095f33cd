"""What the resident is told of each step: every kind of event is told in plain words, or is left between offices."""

import string

import pytest

from app.cases.rules import TRANSITIONS
from app.cases.rules.plain import TITLES, TOLD, plainly
from app.cases.rules.registry import STEP_WORDS
from app.core.errors import Words

PLACES = {"unit", "days", "notice"}


def test_every_kind_of_event_is_told_or_left_out_and_has_a_title() -> None:
    assert set(TOLD) == set(TRANSITIONS) | set(TITLES)
    assert set(TOLD) < set(STEP_WORDS)


SERVED: list[dict[str, object]] = [{}, {"outcome": "attempted"}, {"outcome": "waived"}, {"part": "lead"}]
TOLD_SO = {(kind, words) for kind in STEP_WORDS for data in SERVED if (words := plainly(kind, data)) is not None}


@pytest.mark.parametrize(("kind", "words"), sorted(TOLD_SO, key=str))
def test_both_languages_say_it_with_the_same_facts(kind: str, words: Words) -> None:
    zh, en = ({name for _, name, _, _ in string.Formatter().parse(said) if name} for said in (words.zh, words.en))
    assert zh == en <= PLACES


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("sign_for", {"part": "lead", "unit": "D1"}, "现由{unit}负责办理。"),
        ("sign_for", {"part": "co", "unit": "D1"}, None),
        ("serve", {"outcome": "served"}, "《{notice}》已送达。"),
        ("serve", {"outcome": "attempted"}, "曾尝试送达《{notice}》，未能送到。"),
        ("serve", {"outcome": "waived"}, "《{notice}》依规定免予送达。"),
        ("extend", {"days": 10}, "经负责人批准，办理期限延长{days}日，理由见告知书。"),
        ("step_down_proxy", {}, "代办员已辞任，需要的可另行申请。"),
        ("step_down_proxy", {"handover": "1"}, "代办员已离岗，代办终止，需要的可另行申请。"),
        ("supervise", {}, None),
        ("offer", {"unit": "D2"}, None),
    ],
)
def test_what_is_told(kind: str, data: dict[str, object], said: str | None) -> None:
    words = plainly(kind, data)
    assert (words.zh if words else None) == said
