"""What a resident reads with number and query code, without a login."""

from fastapi import APIRouter

from app.cases.queries.page import ask, ask_for_notices
from app.cases.resident import ThisCaseByCode
from app.cases.schemas.notices import ServedOut
from app.cases.schemas.resident import QueryOut
from app.cases.schemas.taken import QueryIn
from app.core.errors import NotFound, TooMany
from app.core.openapi import may_answer

router = APIRouter(prefix="/v1/query", tags=["resident"], responses=may_answer(NotFound, TooMany))


@router.post("", response_model_exclude_none=True, summary="Where is my matter?")
async def ask_for_progress(sent: QueryIn, case: ThisCaseByCode) -> QueryOut:
    """In plain words, for whoever holds the number and the code of the receipt."""
    return await case.read(
        sent, lambda conn: ask(conn, sent.number, sent.code, reference=case.rules, language=case.language)
    )


@router.post("/notices", summary="What was I told in writing?")
async def ask_for_served(sent: QueryIn, case: ThisCaseByCode) -> ServedOut:
    """Every notice that was served, as it was made, for whoever holds the number and the code of the receipt."""
    served = await case.read(sent, lambda conn: ask_for_notices(conn, sent.number, sent.code, language=case.language))
    return ServedOut(items=served)
