"""What a list of cases can be narrowed to: the parameters of its address, and the conditions that are made of them."""

import uuid
from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MaxLen
from pydantic import AwareDatetime, Field

from app.cases.rules import Kind, Status
from app.core.texts import Code, Searched


@dataclass(frozen=True, slots=True)
class Filters:
    """Each with its meaning, beside what is made of them: `tier` is that of `area`; `box` west, south, east, north;
    `sparse` says that the caller is likely to see little of what is asked for: another area, kinds not open to theirs."""

    area: Annotated[Code | None, "Area code of any tier"] = None
    cell: Annotated[Code | None, "Cell code"] = None
    unit: Annotated[Code | None, "Unit that leads"] = None
    assignee: Annotated[uuid.UUID | None, "Member of staff with an open assignment"] = None
    kind: Annotated[Kind | None, None] = None
    category: Annotated[Code | None, None] = None
    status: Annotated[list[Status] | None, "One or more", MaxLen(9)] = None
    overdue: Annotated[bool | None, "A limit has passed"] = None
    queue: Annotated[
        Literal["any", "address_only", "outside_cells", "outside_city", "no_worker", "no_tier_above"] | None,
        "Cases that wait for a place, a worker, or an authority above the city",
    ] = None
    q: Annotated[
        Searched | None,
        "Words of the title, or of the address where the caller works on the case; two characters or more",
    ] = None
    bbox: Annotated[Annotated[str, Field(max_length=100)] | None, "west,south,east,north (WGS84)"] = None
    centre: Annotated[Code | None, "Centre that received or leads it"] = None
    due_before: Annotated[AwareDatetime | None, "RFC 3339 with time zone"] = None
    due_from: Annotated[AwareDatetime | None, "RFC 3339 with time zone, or nothing due"] = None
    registered_from: Annotated[AwareDatetime | None, "RFC 3339 with time zone"] = None
    escalated: Annotated[bool | None, "Taken up to a higher tier"] = None
    urged: Annotated[bool | None, "A missed limit was urged by the clock"] = None
    emergency: Annotated[uuid.UUID | None, "It has, or had, the faster limit of this emergency"] = None
    invited_from: Annotated[AwareDatetime | None, "Closed, and the resident invited to rate, since then"] = None
    rating: Annotated[
        Literal["awaited", "given", "unsatisfied"] | None, "What the resident said of it"
    ] = None  # fmt: skip
    visited: Annotated[bool | None, "The resident was reached after closing (回访)"] = None
    reopening_asked: Annotated[bool | None, "A request to reopen waits for its decision"] = None
    supervised: Annotated[bool | None, "An answer to a supervision is owed or to be verified"] = None
    tier: str | None = None
    box: tuple[float, float, float, float] | None = None
    sparse: bool = False

    @property
    def words(self) -> list[str]:
        """The words of `q`."""
        return (self.q or "").split()
