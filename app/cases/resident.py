"""The resident's way in: number and query code instead of a login. Wrong ones are counted by the address they come from."""

from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn, TypeVar, cast

from fastapi import Depends, Request

from app.cases.queries.one import LoadedCase, find_by_code, load_by_code, wrong_code
from app.cases.schemas.taken import QueryIn
from app.core.access import RESIDENT
from app.core.addresses import client_address
from app.core.database import Connection, Database
from app.core.errors import Problem
from app.core.http import Language, Now
from app.core.rates import take
from app.core.settings import settings
from app.reference.actions import ActionContext
from app.reference.runner import Rules

T = TypeVar("T")


class CaseByCode:
    """A case as whoever holds its number and query code reads it and acts on it."""

    def __init__(self, request: Request, at: Now, said: Language, rules: Rules) -> None:
        self.request, self.at, self.language, self.rules = request, at, said, rules

    async def read(self, sent: QueryIn, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Check number and code, and read."""
        database: Database = self.request.app.state.database
        async with database.connection() as conn:
            known = await find_by_code(conn, sent.number, sent.code) is not None
            result = await work(conn) if known else None
        if not known:
            await self._refuse()
        return cast(T, result)

    async def run(
        self, sent: QueryIn, step: Callable[[ActionContext, LoadedCase], Awaitable[T | Problem]]
    ) -> T:  # fmt: skip
        """Check number and code, take the step on the case, which is locked, and commit. Raises NotFound, the same for a
        wrong number or a wrong code; raises a problem that the step gave back."""
        database: Database = self.request.app.state.database
        async with database.connection() as conn:
            known = await find_by_code(conn, sent.number, sent.code) is not None
        if not known:
            await self._refuse()
        async with database.transaction() as conn:
            case = await load_by_code(conn, sent.number, sent.code, self.rules)
            result = await step(ActionContext(conn, self.rules, RESIDENT, self.at, case.facts.version), case)
        if isinstance(result, Problem):
            raise result
        return result

    async def take_back(self, work: Callable[[Connection], Awaitable[bool]]) -> None:
        """By a code of its own, which `work` compares: a wrong one is counted as a wrong query code is. Raises NotFound."""
        database: Database = self.request.app.state.database
        async with database.transaction() as conn:
            if await work(conn):
                return
        await self._refuse()

    async def ask(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Without a code: each is counted against the address it comes from, since none can be told to be right."""
        database: Database = self.request.app.state.database
        await self._count("code to")
        async with database.connection() as conn:
            return await work(conn)

    async def _refuse(self) -> NoReturn:
        """A right code passes, however many wrong ones were tried before. A wrong one is counted against the address that it
        comes from, and no other: a code of 49 bits is not found by trying, and what was counted against a number would be
        used against whoever holds its code."""
        await self._count("query from")
        raise wrong_code()

    async def _count(self, what: str) -> None:
        accounts: Database = self.request.app.state.accounts
        async with accounts.connection() as conn:
            await take(conn, f"{what} {client_address(self.request)}", settings().query_tries_per_hour, self.at)


ThisCaseByCode = Annotated[CaseByCode, Depends(CaseByCode)]
