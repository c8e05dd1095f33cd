"""A report's words as they are stored."""

import uuid
from collections.abc import Mapping

from app.cases.queries.one import LoadedCase
from app.cases.rules import OPEN_KINDS
from app.core.crypto import keys, opened
from app.core.numbers import starred
from app.reference.actions import ActionContext

_SEALED = "select sealed, key_of(seal_key) as seal_key from case_text where case_id = $1"
_REWRITE = """
    update case_text set title = $2, description = $3, address = $4, sealed = $5, seal_key = $6 where case_id = $1
"""
Written = tuple[str | None, str | None, str | None, bytes | None, bytes | None]


def as_written(
    case_id: uuid.UUID,
    title: str,
    description: str | None,
    place: Mapping[str, object],
    *,
    closed: bool,
    secret: bool = False,
) -> Written:
    """Title, description and address, and what is sealed of them: all of an accusation; of another petition and of a dispute
    (`closed`: seen through a part alone) the description; of a report that holds numbers of people the words as they were
    written, beside those with stars."""
    address = place["address"]
    said = (title, description, str(address) if address is not None else None)
    with_stars = tuple(text and starred(text) for text in said)
    hidden = closed and description is not None
    if with_stars == said and not secret and not hidden:
        return (*said, None, None)
    where = place if secret else {"address": address}  # what else is known of its place lies in the case's own row
    content: dict[str, object] = {"title": title, "description": description, "location": where}
    if hidden and with_stars[1] != description and not secret:
        content["shown"] = {"description": with_stars[1]}
    sealed = keys().seal(content, f"case_text {case_id}")
    shown_title, shown_description, shown_address = (None, None, None) if secret else with_stars
    return shown_title, None if hidden else shown_description, shown_address, sealed.body, sealed.key


async def rewrite_text(act: ActionContext, case: LoadedCase, said: Mapping[str, str | None]) -> None:
    """Other words stand from now on; numbers in them are found as at registration. The caller keeps what stood there before."""
    (found,) = await act.conn.fetch(_SEALED, case.case_id)
    sealed = opened(found["sealed"], found["seal_key"], f"case_text {case.case_id}")
    place = {**(sealed.get("location") or {}), "address": said["address"]}
    title = said["title"]
    assert title is not None  # noqa: S101 (the caller has looked)
    text = as_written(
        case.case_id, title, said["description"], place, closed=case.facts.kind not in OPEN_KINDS, secret=case.secret
    )
    await act.conn.execute(_REWRITE, case.case_id, *text)
