"""Statements that are put together from parts lying elsewhere, as the product itself puts them together."""

import asyncio
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from app.analytics.indicators import INDICATORS
from app.analytics.queries.indicators import GROUPS, Asked, count_cells
from app.capabilities import compose
from app.cases.queries.tasks import list_tasks
from app.core.access import Actor
from scripts.reading.names import Piece
from scripts.reading.statements import Statement, all_statements
from scripts.reading.tables import Reference, references

PATH = Path("app/analytics/indicators.py")
WAITING = Path("app/joint/capability.py")


class Recorder:
    """A connection that keeps what it is asked and finds nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def fetch(self, statement: str, *_: Any) -> list[Any]:
        self.asked.append(statement)
        return []


@cache
def every_statement() -> tuple[Statement, ...]:
    """What is read in the code, each indicator counted by each group, and what waits for somebody."""
    compose()
    recorder = Recorder()
    actor, now = Actor(id="00000000-0000-7000-8000-000000000001", kind="staff"), datetime(2026, 11, 2, tzinfo=UTC)
    for group in GROUPS:
        asked = Asked("150100", "city", now, now, now, group, free=False, first_time_days=90, own_units=frozenset())
        for indicator in INDICATORS.values():
            asyncio.run(count_cells(recorder, [indicator], asked, actor=actor))  # type: ignore[arg-type]
    sampled = [Statement(PATH, 1, (Piece(text, PATH, 1),)) for text in sorted(set(recorder.asked))]
    work = Recorder()
    asyncio.run(list_tasks(work, actor=actor, after=None, limit=1, now=now))  # type: ignore[arg-type]
    sampled += [Statement(WAITING, 1, (Piece(text, WAITING, 1),)) for text in work.asked]
    return (*all_statements(), *sampled)


@cache
def every_reference() -> frozenset[Reference]:
    """The tables in all of them."""
    return frozenset(reference for statement in every_statement() for reference in references(statement))
