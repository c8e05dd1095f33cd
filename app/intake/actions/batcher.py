"""The batcher: requests that come while one statement is under way are filed together by the next."""

import asyncio
from collections import deque
from collections.abc import Sequence

import asyncpg

from app.core.database import Database
from app.core.errors import Problem
from app.intake.actions.receipt import Receipt
from app.intake.actions.register import Report, register

TOGETHER = 100

_Waiting = tuple[Report, "asyncio.Future[Receipt | Problem]"]


class RegistrationBatcher:
    """One statement at a time for this process. Nobody waits for company: what has queued meanwhile goes next.

    Most of what the statement costs is paid once however many reports it files. Each report carries its own caller, key
    and instant, and is answered after the commit that holds it. Where a statement fails, its reports go one by one, so
    that a bad one refuses nobody else.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Waiting] = deque()
        self._driving: asyncio.Task[None] | None = None

    async def file(self, report: Report) -> Receipt | Problem:
        """The receipt or the problem of `report`; raises what the database raised."""
        answer: asyncio.Future[Receipt | Problem] = asyncio.get_running_loop().create_future()
        self._waiting.append((report, answer))
        if self._driving is None:
            self._driving = asyncio.create_task(self._drive())
        return await answer

    async def _drive(self) -> None:
        try:
            while self._waiting:
                await self._file_together(self._next())
        finally:
            self._driving = None

    def _next(self) -> list[_Waiting]:
        """Those at the head of the queue, up to the first that repeats an id or a key of theirs."""
        taken: list[_Waiting] = []
        seen: set[object] = set()
        while self._waiting and len(taken) < TOGETHER:
            report, _ = self._waiting[0]
            names = {report.id, (report.entry.caller, report.entry.key or report.id)}
            if seen & names:
                break
            seen |= names
            taken.append(self._waiting.popleft())
        return taken

    async def _file_together(self, batch: Sequence[_Waiting]) -> None:
        try:
            async with self._database.connection() as conn:
                results = await register(conn, [report for report, _ in batch])
        except (
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
            asyncpg.InterfaceError,
            OSError,
        ) as error:
            _refuse(batch, error)  # the server is away: for one as for all
        except Exception as error:  # noqa: BLE001 (told to whom it belongs)
            if len(batch) == 1:
                _refuse(batch, error)
                return
            for one in batch:
                await self._file_together([one])
        else:
            for (_, answer), result in zip(batch, results, strict=True):
                if not answer.done():
                    answer.set_result(result)


def _refuse(batch: Sequence[_Waiting], error: Exception) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(error)
