"""Filling a template: text only, so that a notice costs a fraction of a millisecond. Its PDF is printed when asked for."""

import hashlib
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from app.core.crypto import Sealed, keys
from app.notices.rules import RESULT_WORDS, ROUTE_WORDS, NoticeKind

TEMPLATES = Path(__file__).parents[1] / "templates"
# The version that new notices are made with. A changed wording is a new file with the next number: those that were
# made with an older one keep their text.
VERSIONS: dict[NoticeKind, int] = dict.fromkeys(NoticeKind, 1) | {NoticeKind.NON_ACCEPTANCE: 2}


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a template prints. `facts` are codes (route, result, days, due as ISO date, last) and `handler`, the
    name of the authority that handles the same matter; dates are local."""

    kind: NoticeKind
    number: str
    subject: str
    to: tuple[str, ...]
    organ: str
    received: date
    drafted: date
    text: str | None = None
    claim: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A notice ready to be kept; without a text if its template could not be filled."""

    version: int
    salt: bytes
    sealed: Sealed | None
    digest: bytes | None

    @property
    def state(self) -> str:
        """`drafted`, or `failed`."""
        return "failed" if self.sealed is None else "drafted"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        keep_trailing_newline=False,
    )  # fmt: skip


def filled(draft: Draft) -> str:
    """The notice as HTML; raises jinja2.TemplateError."""
    facts = draft.facts
    due = date.fromisoformat(str(facts["due"])) if facts.get("due") else None
    result, route = facts.get("result"), facts.get("route")
    return _templates().get_template(f"{draft.kind}.v{VERSIONS[draft.kind]}.html").render(
        title=draft.kind.words.zh, number=draft.number, subject=draft.subject, to=draft.to, organ=draft.organ,
        received=_day(draft.received), drafted=_day(draft.drafted), text=draft.text, claim=draft.claim, due=due and _day(due),
        days=facts.get("days"), route=ROUTE_WORDS.get(str(route), route),
        result=RESULT_WORDS.get(str(result), result), result_code=result, last=facts.get("last"),
        handler=facts.get("handler"),
    )  # fmt: skip


def page(name: str, **context: object) -> str:
    """Another template of the house, as HTML; raises jinja2.TemplateError."""
    return _templates().get_template(name).render(**context)


def make(draft: Draft, notice: uuid.UUID) -> Made:
    """The text under a key of its own and its salted digest. A template that fails is no reason to lose the step."""
    salt = os.urandom(16)
    try:
        text = filled(draft)
    except TemplateError:
        return Made(VERSIONS[draft.kind], salt, None, None)
    sealed = keys().seal({"text": text}, f"notice {notice}")
    return Made(VERSIONS[draft.kind], salt, sealed, hashlib.sha256(salt + text.encode()).digest())


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
