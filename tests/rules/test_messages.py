"""Messages as tables: what they say, when to try again."""

from datetime import timedelta

import pytest

from app.messages.rules import MOST_ATTEMPTS, TEMPLATES, composed, retry_after


def test_waits_grow_and_end() -> None:
    waits = [retry_after(n) for n in range(1, MOST_ATTEMPTS + 1)]
    assert waits == [*(timedelta(minutes=m) for m in (1, 5, 25, 125, 625)), None]


def test_a_message_names_the_case_and_its_facts() -> None:
    _, text = composed("notice_failed", {"kind": "opinion"}, "260000001U")
    assert "260000001U" in text.zh
    assert "opinion" in text.en


def test_a_missing_fact_or_an_unknown_template_fails_nobody() -> None:
    assert "-" in composed("notice_failed", {}, None)[1].zh
    assert composed("later_kind", {"a": 1}, "260000001U")[0].zh == "later_kind"


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_speaks_both_languages(template: str) -> None:
    subject, text = composed(template, {}, "260000001U")
    for words in (subject, text):
        assert words.zh != words.en
        assert words.zh.isascii() is False
        assert words.en.isascii()
