"""Filters of lists of cases that dashboards lead to, beside those of area, kind, status and words."""

import uuid
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AwareDatetime

from app.core.texts import Code


async def narrowing(
    centre: Annotated[Code | None, Query(description="Centre that received or leads it")] = None,
    due_before: Annotated[AwareDatetime | None, Query(description="RFC 3339 with time zone")] = None,
    due_from: Annotated[AwareDatetime | None, Query(description="RFC 3339 with time zone, or nothing due")] = None,
    registered_from: Annotated[AwareDatetime | None, Query(description="RFC 3339 with time zone")] = None,
    escalated: Annotated[bool | None, Query(description="Taken up to a higher tier")] = None,
    urged: Annotated[bool | None, Query(description="A missed limit was urged by the clock")] = None,
    emergency: Annotated[
        uuid.UUID | None, Query(description="It has, or had, the faster limit of this emergency")
    ] = None,
    invited_from: Annotated[
        AwareDatetime | None, Query(description="Closed, and the resident invited to rate, since then")
    ] = None,
    rating: Annotated[
        Literal["awaited", "given", "unsatisfied"] | None, Query(description="What the resident said of it")
    ] = None,
    visited: Annotated[bool | None, Query(description="The resident was reached after closing (回访)")] = None,
    reopening_asked: Annotated[bool | None, Query(description="A request to reopen waits for its decision")] = None,
    supervised: Annotated[
        bool | None, Query(description="An answer to a supervision is owed or to be verified")
    ] = None,
) -> dict[str, Any]:
    """Their values, as `Filters` names them."""
    return {
        "centre": centre, "due_before": due_before, "due_from": due_from, "registered_from": registered_from,
        "supervised": supervised, "emergency": emergency, "escalated": escalated, "urged": urged,
        "invited_from": invited_from, "rating": rating, "visited": visited, "reopening_asked": reopening_asked,
    }  # fmt: skip
