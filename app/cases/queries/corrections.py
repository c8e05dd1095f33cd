"""What was corrected on a case, and what had stood there: masked as the page masks, or in clear."""

import uuid
from dataclasses import dataclass, replace

from app.cases.queries.access import visible_to
from app.cases.queries.notes import NOTE, ORIGINAL
from app.cases.queries.visible import require_visible
from app.cases.queries.working import working_parts
from app.cases.schemas.correcting import BeforeOut, CorrectionOut
from app.cases.schemas.sealed import OpenedText
from app.core.access import Actor
from app.core.database import Connection, Parameters
from app.core.masking import mask_address, mask_email, mask_name, mask_phone
from app.core.numbers import starred
from app.core.rows import fetch_all, shown

# By the names of BeforeOut: where each lies in what was sealed.
_MEMBERS = {
    **{name: name for name in ("title", "description", "address", "cell", "area", "point", "received_at")},
    "name": "party.name", "phone": "party.phone", "home": "party.address", "email": "party.email",
}  # fmt: skip
_BEFORE = ", ".join(
    f"'{name}', jsonb_build_array('correction ' || k.id, '{member}', o.sealed, o.key)"
    for name, member in _MEMBERS.items()
)
_CORRECTIONS = """
    select k.id, k.at, k.author, s.name as author_name, k.fields, k.party, {note} as reason, jsonb_build_object({before})
            as before,
        coalesce(c.petition_class = 'accusation', false) as secret,
        {works} as works
    from correction k join cases c on c.id = k.case_id
    cross join lateral (select encode(k.sealed, 'base64') as sealed, encode(key_of(k.seal_key), 'base64') as key) o
    left join staff s on k.author = 'staff:' || s.id::text
    where k.case_id = $1 and {visible} order by k.at, k.id
"""


@dataclass(frozen=True, slots=True)
class _Correction:
    """`secret`: an accusation, whose texts those who see it read as they were written; `works`: the caller works on it."""

    id: uuid.UUID
    at: object
    author: str
    author_name: str | None
    fields: list[str]
    party: uuid.UUID | None
    reason: OpenedText
    before: BeforeOut
    secret: bool
    works: bool


async def list_corrections(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, clear: bool = False
) -> list[CorrectionOut]:
    """The oldest first; `clear` as it was given (which the caller logs). Raises NotFound."""
    await require_visible(conn, case_id, actor=actor)
    if clear:
        return await read_corrections(conn, case_id)
    p = Parameters([case_id])
    statement = _CORRECTIONS.format(
        note=NOTE.format("k.note"), before=_BEFORE, visible=visible_to(actor, p),
        works=f"exists (select from {working_parts(actor, p)} and a.case_id = c.id)",
    )  # fmt: skip
    found = await fetch_all(conn, _Correction, statement, *p)
    return [shown(CorrectionOut, one, before=_masked(one)) for one in found]


async def read_corrections(conn: Connection, case_id: uuid.UUID) -> list[CorrectionOut]:
    """The same in clear. The caller has judged, and logs it."""
    statement = _CORRECTIONS.format(note=ORIGINAL.format("k.note"), before=_BEFORE, visible="true", works="true")
    found = await fetch_all(conn, _Correction, statement, case_id)
    return [shown(CorrectionOut, one) for one in found]


def _masked(one: _Correction) -> BeforeOut:
    was = one.before
    texts = was if one.secret else replace(
        was, title=was.title and starred(was.title), description=was.description and starred(was.description),
        address=was.address and starred(was.address),
    )  # fmt: skip
    return replace(
        texts, address=texts.address if one.works else texts.address and mask_address(texts.address),
        name=was.name and mask_name(was.name), phone=was.phone and mask_phone(was.phone),
        home=was.home and mask_address(was.home), email=was.email and mask_email(was.email),
    )  # fmt: skip
