"""Who switches an emergency on, for how long, and which cases it is about. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.errors import Words

RULE = "EM1"  # configuration, no national number; see the settings
BASIS = "应急状态：自登记（或应急开始）起限时开始办理（本市配置）"


class Shift(StrEnum):
    """Half of a day on duty."""

    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Emergency:
    """What decisions need of one: `category` None is all, `heating` also everything under `heating.`"""

    began_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    category: str | None

    def stands(self, now: datetime) -> bool:
        """Whether it is on: by itself it is over at its end, whether or not anybody has looked."""
        return self.ended_at is None and now < self.ends_at

    def matches(self, category: str) -> bool:
        """Whether a case of this category is meant."""
        return self.category is None or category == self.category or category.startswith(f"{self.category}.")


def why_not(now: datetime, ends_at: datetime, most_days: int) -> Words | None:
    """Why an emergency may not end then; None when it may."""
    if now < ends_at <= now + timedelta(days=most_days):
        return None
    return Words(
        f"结束时间须在现在之后、{most_days} 天之内；到期如仍需要，请重新启动。",
        f"It ends after now and within {most_days} days; switch it on anew if it is still needed then.",
    )
