"""GET /v1/categories."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.core.access import Actor, Permission
from app.core.http import Read, requires
from app.routing import queries
from app.routing.schemas import CategoriesOut, CategoryOut

router = APIRouter(prefix="/v1", tags=["map"])


@router.get("/categories", response_model=CategoriesOut, summary="What a case can be about")
async def list_categories(_: Annotated[Actor, Depends(requires(Permission.MAP_READ))], conn: Read) -> CategoriesOut:
    """Codes for `category`, with the kinds each may be used for."""
    found = await queries.list_categories(conn)
    items = [
        CategoryOut(code=c.code, name_zh=c.name_zh, name_en=c.name_en, kinds=list(c.kinds), urgency=c.urgency,
                    complexity=c.complexity, function=c.function)
        for c in found.values()
    ]  # fmt: skip
    return CategoriesOut(items=items)
