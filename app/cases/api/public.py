"""The resident's own door: number and query code, no login, counted per address."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from app.cases.queries.page import ask, ask_for_notices
from app.cases.queries.reference import Reference
from app.cases.schemas import QueryIn, QueryOut, ServedNoticeOut, ServedOut
from app.core.database import Connection
from app.core.errors import NotFound, TooMany
from app.core.http import Language, Now, Read, reference
from app.core.openapi import may_answer
from app.core.rates import allow, count
from app.core.settings import settings

router = APIRouter(prefix="/v1", tags=["resident"])


@router.post(
    "/query", response_model=QueryOut, response_model_exclude_none=True, summary="Where is my matter?",
    responses=may_answer(NotFound, TooMany),
)  # fmt: skip
async def ask_for_progress(
    sent: QueryIn,
    conn: Read,
    at: Now,
    said: Language,
    rules: Annotated[Reference, Depends(reference)],
    request: Request,
) -> QueryOut:
    """In plain words, for whoever holds the number and the code of the receipt."""
    await counted(conn, request, sent, at)
    return QueryOut(**await ask(conn, sent.number, sent.code, reference=rules, language=said))


@router.post(
    "/query/notices", response_model=ServedOut, summary="What was I told in writing?", responses=may_answer(NotFound, TooMany)
)  # fmt: skip
async def ask_for_served(sent: QueryIn, conn: Read, at: Now, said: Language, request: Request) -> ServedOut:
    """Every notice that was served, as it was made, for whoever holds the number and the code of the receipt."""
    await counted(conn, request, sent, at)
    return ServedOut(
        items=[ServedNoticeOut(**n) for n in await ask_for_notices(conn, sent.number, sent.code, language=said)]
    )


async def counted(conn: Connection, request: Request, sent: QueryIn, at: datetime) -> None:
    """Every try counts, for the address and for the number; raises TooMany."""
    address = request.client.host if request.client else "-"
    for bucket in (f"query from {address}", f"query {sent.number}"):
        await allow(conn, bucket, settings().query_tries_per_hour, at)
        await count(conn, bucket, at)
