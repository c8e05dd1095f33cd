"""Parties who join a case after it was registered."""

import uuid

from app.core.crypto import keys
from app.core.database import Connection, uuid7

_ADD = "insert into party (id, case_id, role, sealed, seal_key, phone_index) values ($1, $2, $3, $4, $5, $6)"


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
