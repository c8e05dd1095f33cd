"""Until when a unit owes something that was asked of it: by a named day, else by so many working days from now."""

from datetime import UTC, date, datetime, timedelta

from app.core import errors
from app.deadlines.rules import END_OF_DAY, LengthUnit, due_at
from app.reference.actions import ActionContext

MOST_DAYS = 366


def owed_by(act: ActionContext, day: date | None, *, days: int, pointer: str) -> datetime:
    """The end of the day named, or of the `days`-th working day from now; raises Invalid for a day that does not fit."""
    tz = act.reference.city.tz
    if day is None:
        return due_at(days, LengthUnit.WORKING_DAY, act.now, calendar=act.reference.calendar, tz=tz).due
    today = act.now.astimezone(tz).date()
    if not today <= day <= today + timedelta(days=MOST_DAYS):
        raise errors.Invalid(
            f"期限须在今天之后、{MOST_DAYS} 天之内。", f"The date lies between today and {MOST_DAYS} days from now.",
            pointer=pointer,
        )  # fmt: skip
    return datetime.combine(day, END_OF_DAY, tz).astimezone(UTC)
