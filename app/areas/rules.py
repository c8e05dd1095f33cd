"""The tiers of a city. Pure."""

from enum import StrEnum


class Tier(StrEnum):
    """What areas and units belong to, from below (SQL compares by `tier_rank`)."""

    COMMUNITY = "community"
    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"

    @property
    def height(self) -> int:
        """0 for a community, 3 for the city."""
        return _HEIGHTS[self]


_HEIGHTS = {tier: height for height, tier in enumerate(Tier)}
