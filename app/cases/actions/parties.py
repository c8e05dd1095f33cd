"""Parties who join a case after it was registered, and what is corrected of one."""

import uuid
from collections.abc import Mapping, Sequence

from app.cases.queries.one import LoadedCase
from app.cases.rules import PartyRole
from app.cases.rules.correcting import SPEAKERS
from app.cases.schemas.page import PartyOut
from app.core import errors
from app.core.crypto import keys
from app.core.database import Connection, uuid7
from app.reference.actions import ActionContext

_ADD = "insert into party (id, case_id, role, sealed, seal_key, phone_index) values ($1, $2, $3, $4, $5, $6)"
_REWRITE = "update party set sealed = $2, seal_key = $3, phone_index = $4, tell_by = $5 where id = $1"


async def add_party(
    conn: Connection, case_id: uuid.UUID, role: str, *, name: str, phone: str | None, address: str | None
) -> uuid.UUID:
    """Somebody who was not named before, sealed; gives their id. The caller records that somebody was added."""
    party = uuid7()
    told = {"name": name, "phone": phone, "address": address}
    sealed = keys().seal({k: v for k, v in told.items() if v}, f"party {party}")
    index = keys().phone_index(phone) if phone else None
    await conn.execute(_ADD, party, case_id, role, sealed.body, sealed.key, index)
    return party


def own_party(parties: Sequence[PartyOut]) -> PartyOut:
    """Whose the query code is; raises Conflict where several people brought the matter: one code speaks for none of them."""
    mine = [p for p in parties if p.role == PartyRole.PETITIONER] or [p for p in parties if p.role in SPEAKERS]
    if len(mine) != 1:
        raise errors.Conflict(
            "本件登记了多名信访人，涉及个人信息的请到窗口办理。",
            "Several people brought this matter: what concerns the data of one is done at a window.",
        )
    return mine[0]


async def rewrite_party(act: ActionContext, case: LoadedCase, party: PartyOut, own: Mapping[str, str | None]) -> None:
    """What is known of a party is another thing from now on, sealed anew; the way they are told stays if it still leads to
    them. The caller keeps what stood there before."""
    known: dict[str, str | None] = {n: getattr(party, n) for n in ("name", "phone", "address", "email")} | dict(own)
    if not (known["name"] or known["phone"]):
        raise errors.Invalid("姓名、电话至少填一项", "give a name or a phone", pointer="#/body/party")
    sealed = keys().seal({k: v for k, v in known.items() if v}, f"party {party.id}")
    phone, way = known["phone"], party.tell_by
    if {"sms": phone, "email": known["email"]}.get(way or "none", "") is None:
        way = None
    if way is None and known["email"] and not phone and not case.secret:
        way = "email"
    index = keys().phone_index(phone) if phone and not case.secret else None
    await act.conn.execute(_REWRITE, party.id, sealed.body, sealed.key, index, way)
