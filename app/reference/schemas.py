"""What is shown of the tables of steps."""

from pydantic import BaseModel, Field


class TransitionOut(BaseModel):
    """One row of the transition table."""

    action: str
    title: str
    sources: list[str]
    target: str | None
    permission: str
    by: str
    who: str = Field(description="`by` in words")
    required: list[str]
    clocks: list[str]
    notice: str | None
    basis: str


class TransitionsOut(BaseModel):
    """The tables that are served and enforced."""

    items: list[TransitionOut] = Field(description="The steps of a case")
    by_kind: dict[str, list[TransitionOut]] = Field(description="The steps of every kind of thing, by its name")
