"""Routes of the readers of looks."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from app.audit import queries
from app.audit.rules import Pattern
from app.audit.schemas import LookOut, LookPage, LooksToldOut
from app.cases.resident import ThisCaseByCode
from app.cases.schemas.taken import QueryIn
from app.core.access import Actor, Permission
from app.core.crypto import keys
from app.core.errors import NotFound, TooMany
from app.core.http import Now, Read, requires
from app.core.openapi import may_answer
from app.core.paging import ThisPage
from app.core.rows import shown

staff = APIRouter(prefix="/v1/audit", tags=["audit"])
resident = APIRouter(prefix="/v1/query", tags=["resident"], responses=may_answer(NotFound, TooMany))
routers = (staff, resident)
CanAudit = Annotated[Actor, Depends(requires(Permission.AUDIT_READ))]


@staff.get("/looks", summary="Who looked at people in clear?")
async def list_looks(
    actor: CanAudit, conn: Read, at: Now, page: ThisPage,
    person: Annotated[uuid.UUID | None, Query(alias="staff", description="Member of staff who looked")] = None,
    case: Annotated[uuid.UUID | None, Query(description="Case that was looked at")] = None,
    pattern: Annotated[Pattern | None, Query(description=" ".join((Pattern.__doc__ or "").split()))] = None,
    since: Annotated[AwareDatetime | None, Query(description="RFC 3339 with time zone; else 30 days back")] = None,
    until: Annotated[AwareDatetime | None, Query(description="RFC 3339 with time zone")] = None,
) -> LookPage:  # fmt: skip
    """Looks at cases of the auditor's area, the latest first: who, for which unit, when, at what and for which act. Never
    what was seen, nor the words of the reason; no accusation, and no case that concerns the auditor."""
    asked = queries.Asked(person, case, pattern, since, until)
    found = await queries.list_looks(conn, asked, actor=actor, after=page.after_instant(), limit=page.most, now=at)
    rows = page.of(found, lambda look: (look.at, keys().veil(look.id)))
    return LookPage(items=[shown(LookOut, look) for look in rows])


@resident.post("/looks", summary="Who looked at my data?")
async def ask_for_looks(sent: QueryIn, case: ThisCaseByCode) -> LooksToldOut:
    """Every look in clear at the case, by unit and role, for whoever holds the number and the code of the receipt."""
    said, rules = case.language, case.rules
    return LooksToldOut(
        items=await case.read(
            sent, lambda conn: queries.ask_who_looked(conn, sent.number, sent.code, reference=rules, language=said)
        )
    )
