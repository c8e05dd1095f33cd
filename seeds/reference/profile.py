"""A city's profile as its file must be; the fields are explained in seeds/hohhot/profile.yaml."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from app.cases.rules.retention import Retention
from app.core.texts import TimeZone
from seeds.reference.entries import Count, Entry, Some, Text


class Band(Entry):
    """The households that a comprehensive cell may have."""

    least: Count
    most: Count


class Profile(Entry):
    """The whole file."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    code: Text
    title: Text
    title_en: Text
    time_zone: TimeZone
    calendar: Text
    tiers: Some[Literal["city", "county", "township", "community"]]
    code_pattern: dict[str, str]
    household_band: Band | None
    partition_law: Literal["enforced", "reported"]
    synthetic: StrictBool
    source: Text
    retention: Annotated[dict[str, Retention], Field(default_factory=dict)]
