"""What all bodies of requests have in common."""

from typing import cast

from pydantic import ConfigDict, JsonValue


def example(**values: object) -> ConfigDict:
    """Configuration of a body that takes no field it does not name, with an example for the API document."""
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [cast(JsonValue, values)]})
