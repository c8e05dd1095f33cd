"""Attaching, opening, withdrawing; and collecting what a crash left behind."""

import asyncio
import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.attachments import queries
from app.attachments.rules import add_refused
from app.attachments.sandbox import Clean
from app.attachments.store import Store
from app.cases.actions.record import record
from app.cases.actions.resident import log_reading
from app.cases.actions.step import write_note
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.rules import Purpose
from app.core import errors
from app.core.access import Actor
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, uuid7
from app.core.errors import Words
from app.reference.actions import ActionContext

_KEEP = """
    insert into attachment (id, case_id, purpose, note, media_type, size, width, height, pages, removed, redacts, digest,
        received_digest, salt, file, seal_key, added_by, added_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that was made harmless, as it came (`received`) and what was said of it."""

    clean: Clean
    received: bytes
    purpose: Purpose
    title: str
    redacts: uuid.UUID | None = None


async def attach(act: ActionContext, case_id: uuid.UUID, sent: Sent, store: Store) -> uuid.UUID:
    """Keep a file with the case: its bytes lie in the store before any row speaks of them.

    Raises NotFound, Conflict for the state of the case, Invalid for a redacted copy of what is not there, Unavailable
    when the store takes nothing.
    """
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    await _may_grow(act, case, sent.redacts)
    made, salt = uuid7(), os.urandom(16)
    digest, received = (hashlib.sha256(salt + content).digest() for content in (sent.clean.content, sent.received))
    note, said = await write_note(act, case, "attachment", sent.title)
    sealed = keys().seal_bytes(sent.clean.content, _place(made))
    file = await _put(store, sealed.body)
    await act.conn.execute(
        _KEEP, made, case_id, sent.purpose.value, note, sent.clean.media_type, len(sent.clean.content), sent.clean.width,
        sent.clean.height, sent.clean.pages, sent.clean.removed, sent.redacts, digest, received, salt, file, sealed.key,
        f"{act.actor.kind}:{act.actor.id}", act.now,
    )  # fmt: skip
    facts = {
        "attachment": str(made), "purpose": sent.purpose.value, "media_type": sent.clean.media_type,
        "redacts": str(sent.redacts) if sent.redacts else None, "content_digest": digest.hex(),
        "received_digest": received.hex(), **said,
    }  # fmt: skip
    await record(act.conn, case_id, "attach", actor=act.actor, at=act.now, facts=facts)
    return made


async def _may_grow(act: ActionContext, case: LoadedCase, redacts: uuid.UUID | None) -> None:
    already = await act.conn.fetchval("select count(*) from attachment where case_id = $1", case.facts.id)
    refused = add_refused(case.facts.status, archived=case.facts.archived, already=already)
    if refused is not None:
        raise errors.Conflict(refused.zh, refused.en)
    still = "select exists (select from attachment where id = $1 and case_id = $2 and file is not null)"
    if redacts is not None and not await act.conn.fetchval(still, redacts, case.facts.id):
        raise errors.Invalid(
            "本件没有这个附件，或已撤回。", "The case has no such attachment, or it was withdrawn.",
            pointer="#/query/redacts",
        )  # fmt: skip


async def opened(row: Any, store: Store) -> bytes:
    """The bytes of an attachment's row; raises Conflict once it was withdrawn, Unavailable when the store lacks them."""
    if row["file"] is None:
        raise errors.Conflict("该附件已撤回，内容已清除。", "The attachment was withdrawn; its content is erased.")
    try:
        body = await asyncio.to_thread(store.get, row["file"])
        return keys().unseal_bytes(Sealed(row["seal_key"], body), _place(row["id"]))
    except (OSError, Unsealable) as error:
        raise errors.Unavailable(
            "附件内容暂时无法读取，请联系管理员。", "The content cannot be read now; tell the administrator."
        ) from error


async def look(
    conn: Connection, attachment: uuid.UUID, store: Store, *, actor: Actor, now: datetime
) -> tuple[Any, bytes]:  # fmt: skip
    """The row and its content in clear, and the log entry that says who saw it; raises NotFound, also once it is erased."""
    row = await queries.get_attachment(conn, attachment, actor=actor)
    if row["file"] is None:
        raise errors.NotFound("该附件已撤回，内容已清除。", "The attachment was withdrawn; its content is erased.")
    content = await opened(row, store)
    await log_reading(conn, row["case_id"], f"attachment {attachment}", "", actor=actor, now=now)
    return row, content


async def withdraw(act: ActionContext, attachment: uuid.UUID, *, reason: str) -> str:
    """Erase the content; what was attached, when, by whom, and why it went stays. Gives the file, to be deleted once
    this is committed: its key is gone by then.

    Raises NotFound, Stale, Forbidden, or ActionRefused under hold, in the archive, and of what proves something.
    """
    found = await queries.get_attachment(act.conn, attachment, actor=act.actor)
    case = await get_for_change(act.conn, found["case_id"], act.reference, actor=act.actor)
    row = await queries.get_attachment(act.conn, attachment, actor=act.actor)
    if row["version"] != act.version:
        raise errors.Stale(
            "该附件已被更新，请按 current 重新确认后再提交。", "The attachment has changed; look at `current`.",
            current={"version": row["version"], "withdrawn_at": row["withdrawn_at"] and row["withdrawn_at"].isoformat()},
        )  # fmt: skip
    if not queries.may_withdraw(act.actor, row):
        why = Words("只有添加人或主办单位负责人可以撤回。", "For who attached it, or the head of the lead unit.")
        raise errors.Forbidden(why.zh, why.en)
    refused = queries.why_not_withdrawn(act.actor, row)
    if refused is not None:
        raise errors.ActionRefused(refused.zh, refused.en, allowed=queries.actions_for(act.actor, row))
    note, said = await write_note(act, case, "attachment_withdrawal", reason)
    await act.conn.execute(
        "update attachment set file = null, seal_key = null, salt = null, withdrawn_at = $2, withdrawn_by = $3,"
        " withdrawal = $4 where id = $1",
        attachment, act.now, f"{act.actor.kind}:{act.actor.id}", note,
    )  # fmt: skip
    facts = {"attachment": str(attachment), "purpose": row["purpose"], **said}
    await record(act.conn, case.facts.id, "withdraw_attachment", actor=act.actor, at=act.now, facts=facts)
    return str(row["file"])


async def collect(conn: Connection, store: Store, *, before: datetime) -> tuple[int, int]:
    """Delete files older than `before` that no row names; gives how many, and how many rows miss their file."""
    orphans = lost = 0
    for first in (f"{number:02x}" for number in range(256)):
        named = {row["file"] for row in await conn.fetch("select file from attachment where left(file, 2) = $1", first)}
        list_prefix = await asyncio.to_thread(store.list_prefix, first)
        missing = sorted(named - set(list_prefix))  # less those withdrawn meanwhile
        lost += await conn.fetchval("select count(*) from attachment where file = any($1::text[])", missing)
        for name in [name for name, written in list_prefix.items() if name not in named and written < before]:
            await asyncio.to_thread(store.delete, name)
            orphans += 1
    return orphans, lost


async def _put(store: Store, body: bytes) -> str:
    try:
        return await asyncio.to_thread(store.put, body)
    except OSError as error:
        raise errors.Unavailable(
            "附件存储暂不可用，未保存任何内容，请稍后重试。", "The store takes no files now; nothing was kept. Retry."
        ) from error


def _place(attachment: uuid.UUID) -> str:
    return f"attachment {attachment}"
