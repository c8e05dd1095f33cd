"""What all bodies of requests have in common."""

from pydantic import BaseModel, ConfigDict


class Closed(BaseModel):
    """A body that refuses fields it does not know: a misspelt field is never silently lost."""

    model_config = ConfigDict(extra="forbid")
