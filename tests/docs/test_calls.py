"""The calls of docs/tutorial and docs/how-to are executed as they stand, each over HTTP with the permanent cast.

How a page writes a call: tests/docs/telling.py. After a tutorial nobody without a part in its cases may read any of it.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from tests.docs.crawl import OF_A_ROLE, strangers_who_see
from tests.docs.pages import PAGES, TUTORIALS, name
from tests.docs.telling import Teller, calls

CALLED = [page for page in PAGES if "```http" in page.read_text(encoding="utf-8")]


def test_a_page_with_calls_says_something() -> None:
    for page in CALLED:
        assert list(calls(page.read_text(encoding="utf-8"))), name(page)


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=OF_A_ROLE.mark if page in TUTORIALS else ()) for page in CALLED], ids=name
)
def test_the_calls_are_answered_as_the_page_says(
    page: Path, app: Any, cast: Cast, at: Callable[[datetime], None], sql: Callable[..., list[Any]]
) -> None:
    teller, text = Teller(cast, at), page.read_text(encoding="utf-8")
    for call in calls(text):
        teller.tell(call)
    if page in TUTORIALS:
        assert not strangers_who_see(text, teller, sql, app.state.clock()), "somebody without a part sees it"
