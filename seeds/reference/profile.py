"""A city's profile as its file must be; the fields are explained in seeds/hohhot/profile.yaml."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StrictBool

from app.cases.rules.retention import Retention
from seeds.reference.entries import Count, Entry, Some, Text


class Band(Entry):
    """The households that a comprehensive cell may have."""

    least: Count
    most: Count


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error
    return name


class Profile(Entry):
    """The whole file."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    code: Text
    title: Text
    title_en: Text
    time_zone: Annotated[str, AfterValidator(_zone)]
    calendar: Text
    tiers: Some[Literal["city", "county", "township", "community"]]
    code_pattern: dict[str, str]
    household_band: Band | None
    partition_law: Literal["enforced", "reported"]
    synthetic: StrictBool
    source: Text
    retention: Annotated[dict[str, Retention], Field(default_factory=dict)]
