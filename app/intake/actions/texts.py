"""A report's words as they are stored."""

import uuid
from collections.abc import Mapping

from app.core.crypto import keys
from app.core.numbers import starred

Written = tuple[str | None, str | None, str | None, bytes | None, bytes | None]


def as_written(
    case_id: uuid.UUID, title: str, description: str | None, place: Mapping[str, object], *, secret: bool = False
) -> Written:
    """Title, description and address, and what is sealed of them: all of an accusation; of a report that holds numbers of
    people the words as they were written, beside those with stars."""
    address = place["address"]
    said = (title, description, str(address) if address is not None else None)
    with_stars = tuple(text and starred(text) for text in said)
    if with_stars == said and not secret:
        return (*said, None, None)
    sealed = keys().seal({"title": title, "description": description, "location": place}, f"case_text {case_id}")
    shown_title, shown_description, shown_address = (None, None, None) if secret else with_stars
    return shown_title, shown_description, shown_address, sealed.body, sealed.key
