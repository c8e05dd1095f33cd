"""The resident's own door: number and query code, no login, counted per address."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from app.cases.queries.page import ask, ask_for_notices
from app.cases.schemas import QueryIn, QueryOut, ServedNoticeOut, ServedOut
from app.core.errors import NotFound, TooMany
from app.core.http import Language, Now, Read, reference
from app.core.openapi import may_answer
from app.core.rates import count_try
from app.reference.queries import Reference

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
    await count_try(conn, request.client.host if request.client else "-", sent.number, at)
    return QueryOut(**await ask(conn, sent.number, sent.code, reference=rules, language=said))


@router.post(
    "/query/notices", response_model=ServedOut, summary="What was I told in writing?", responses=may_answer(NotFound, TooMany)
)  # fmt: skip
async def ask_for_served(sent: QueryIn, conn: Read, at: Now, said: Language, request: Request) -> ServedOut:
    """Every notice that was served, as it was made, for whoever holds the number and the code of the receipt."""
    await count_try(conn, request.client.host if request.client else "-", sent.number, at)
    return ServedOut(
        items=[ServedNoticeOut(**n) for n in await ask_for_notices(conn, sent.number, sent.code, language=said)]
    )
