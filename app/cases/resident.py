"""The resident's way in: number and query code instead of a login. Every try is counted by address and number."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from app.cases.queries.one import LoadedCase, load_by_code
from app.cases.schemas.taken import QueryIn
from app.core.access import RESIDENT
from app.core.database import Connection, Database
from app.core.errors import Problem
from app.core.http import Language, Now
from app.core.rates import count_try
from app.reference.actions import ActionContext
from app.reference.runner import Rules

T = TypeVar("T")


class CaseByCode:
    """A case as whoever holds its number and query code reads it and acts on it."""

    def __init__(self, request: Request, at: Now, said: Language, rules: Rules) -> None:
        self.request, self.at, self.language, self.rules = request, at, said, rules

    async def read(self, sent: QueryIn, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Count the try, and read."""
        database: Database = self.request.app.state.database
        async with database.connection() as conn:
            await self._count(conn, sent)
            return await work(conn)

    async def run(
        self, sent: QueryIn, step: Callable[[ActionContext, LoadedCase], Awaitable[T | Problem]]
    ) -> T:  # fmt: skip
        """Count the try (kept whatever comes of it), take the step on the case, which is locked, and commit. Raises
        NotFound, the same for a wrong number or a wrong code; raises a problem that the step gave back."""
        database: Database = self.request.app.state.database
        async with database.connection() as conn:
            await self._count(conn, sent)
        async with database.transaction() as conn:
            case = await load_by_code(conn, sent.number, sent.code, self.rules)
            result = await step(ActionContext(conn, self.rules, RESIDENT, self.at, case.facts.version), case)
        if isinstance(result, Problem):
            raise result
        return result

    async def _count(self, conn: Connection, sent: QueryIn) -> None:
        client = self.request.client
        await count_try(conn, client.host if client else "-", sent.number, self.at)


ThisCaseByCode = Annotated[CaseByCode, Depends(CaseByCode)]
