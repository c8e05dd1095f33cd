"""Categories and routes as shown."""

from pydantic import BaseModel


class CategoryOut(BaseModel):
    """What a case can be about."""

    code: str
    name_zh: str
    name_en: str
    kinds: list[str]
    urgency: str | None
    complexity: str | None
    function: str


class CategoriesOut(BaseModel):
    """Every category."""

    items: list[CategoryOut]
