"""Hours as a wall clock shows them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from app.centres.rules import DAY, Span

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def clock(minutes: int) -> str:
    """Minutes after midnight as a clock shows them; midnight at the end of a day is 24:00."""
    shown = minutes if minutes <= DAY else minutes - DAY
    return f"{shown // 60:02}:{shown % 60:02}"


class Hours(BaseModel):
    """From one time of the wall clock to another; at or before `opens` means the next day."""

    opens: Clock
    closes: Clock

    @property
    def span(self) -> Span:
        """Minutes after midnight."""
        opens, closes = _minutes(self.opens), _minutes(self.closes)
        return opens, closes if closes > opens else closes + DAY


class HoursIn(Hours):
    """As shown; nothing else is taken."""

    model_config = ConfigDict(extra="forbid")
