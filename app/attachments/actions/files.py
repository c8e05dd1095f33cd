"""Attaching, opening, withdrawing; and collecting what a crash left behind."""

import asyncio
import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import datetime

from app.attachments import queries
from app.attachments.actions.sandbox import Clean
from app.attachments.actions.store import Store
from app.attachments.queries import LoadedAttachment
from app.attachments.rules.steps import WORKFLOW, Room, add_refused
from app.cases.actions.notes import write_note
from app.cases.actions.record import record
from app.cases.queries.one import LoadedCase, get_for_change
from app.cases.queries.standing import check_involved
from app.cases.rules import Purpose
from app.core import errors
from app.core.access import Actor, Permission
from app.core.crypto import Sealed, Unsealable, keys
from app.core.database import Connection, uuid7
from app.core.looks import log_reading, take_look
from app.core.rows import fetch_all, named
from app.reference.actions import ActionContext

_KEEP = """
    insert into attachment (id, case_id, purpose, note, media_type, size, width, height, pages, removed, redacts, digest,
        received_digest, salt, file, seal_key, added_by, added_at)
    values (:id, :case_id, :purpose, :note, :media_type, :size, :width, :height, :pages, :removed, :redacts, :digest,
        :received_digest, :salt, :file, :seal_key, :added_by, :added_at)
"""
_ROOM = """
    with near as (
        select actor as who from event where case_id = $1 and seq = 1
        union select 'staff:' || staff from post where unit = $2 and staff is not null
    ), ours as (select 'staff:' || staff as who from post where unit = any($3::text[]) and staff is not null)
    select count(*) filter (where file is not null) as kept, count(*) filter (where added_by = $4) as own,
        count(*) filter (where added_by = $4 and file is not null) as own_kept,
        count(*) filter (where added_by not in (table near) and added_by in (table ours)) as of_unit,
        count(*) filter (where added_by not in (table near)) as others, $4 in (table near) as near
    from attachment where case_id = $1
"""
_KEPT = "select exists (select from attachment where id = $1 and case_id = $2 and file is not null)"


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

    Raises NotFound, Forbidden, Conflict for the state of the case, Invalid for a redacted copy of what is not there, Unavailable
    when the store takes nothing.
    """
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    check_involved(case.facts.standing, Permission.CASE_ATTACH, act.actor)
    await _may_grow(act, case, sent.redacts)
    made, salt, its = uuid7(), os.urandom(16), sent.clean
    digest, received = (hashlib.sha256(salt + content).digest() for content in (its.content, sent.received))
    note, said = await write_note(act, case, "attachment", sent.title)
    sealed = keys().seal_bytes(its.content, _sealed_as(made))
    file = await _put(store, sealed.body)
    of_the_file = {name: getattr(its.facts, name) for name in ("media_type", "width", "height", "pages", "removed")}
    await act.conn.execute(
        *named(_KEEP, {
            "id": made, "case_id": case_id, "purpose": sent.purpose, "note": note, **of_the_file,
            "size": len(its.content), "redacts": sent.redacts, "digest": digest, "received_digest": received,
            "salt": salt, "file": file, "seal_key": sealed.key, "added_by": f"{act.actor.kind}:{act.actor.id}",
            "added_at": act.now,
        })
    )  # fmt: skip
    facts = {
        "attachment": str(made), "purpose": sent.purpose, "media_type": its.facts.media_type,
        "redacts": str(sent.redacts) if sent.redacts else None, "content_digest": digest.hex(),
        "received_digest": received.hex(), **said,
    }  # fmt: skip
    await record(act.conn, case_id, "attach", actor=act.actor, at=act.now, facts=facts)
    return made


async def _may_grow(act: ActionContext, case: LoadedCase, redacts: uuid.UUID | None) -> None:
    units = [post.unit for post in act.actor.posts]
    (room,) = await fetch_all(act.conn, Room, _ROOM, case.case_id, case.facts.lead_unit, units, act.actor.who)
    refused = add_refused(case.facts.status, archived=case.facts.archived, room=room)
    if refused is not None:
        raise errors.Conflict(refused.zh, refused.en)
    if redacts is not None and not await act.conn.fetchval(_KEPT, redacts, case.case_id):
        raise errors.Invalid(
            "本件没有这个附件，或已撤回。",
            "The case has no such attachment, or it was withdrawn.",
            pointer="#/query/redacts",
        )


async def open_content(found: LoadedAttachment, store: Store) -> bytes:
    """The bytes in clear; raises Conflict once it was withdrawn, Unavailable when the store lacks them."""
    if found.file is None or found.seal_key is None:
        raise errors.Conflict("该附件已撤回，内容已清除。", "The attachment was withdrawn; its content is erased.")
    try:
        body = await asyncio.to_thread(store.get, found.file)
        return keys().unseal_bytes(Sealed(found.seal_key, body), _sealed_as(found.id))
    except (OSError, Unsealable) as error:
        raise errors.Unavailable(
            "附件内容暂时无法读取，请联系管理员。", "The content cannot be read now; tell the administrator."
        ) from error


async def look(
    conn: Connection, attachment: uuid.UUID, store: Store, *, actor: Actor, now: datetime
) -> tuple[LoadedAttachment, bytes]:
    """The attachment and its content in clear, and the log entry that says who saw it; raises NotFound, also once it is
    erased, and LooksUsedUp for who has opened papers of so many cases within the day."""
    found = await queries.get_attachment(conn, attachment, actor=actor)
    if found.file is None:
        raise errors.NotFound("该附件已撤回，内容已清除。", "The attachment was withdrawn; its content is erased.")
    if actor.kind == "staff":
        await take_look(conn, found.case_id, actor=actor, now=now)
    content = await open_content(found, store)
    await log_reading(conn, found.case_id, f"attachment {attachment}", "", actor=actor, now=now)
    return found, content


_WITHDRAW = """
    update attachment set file = null, seal_key = null, salt = null, withdrawn_at = $2, withdrawn_by = $3, withdrawal = $4
    where id = $1
"""


async def withdraw(act: ActionContext, attachment: uuid.UUID, *, reason: str) -> str:
    """Erase the content; what was attached, when, by whom, and why it went stays. Gives the file, to be deleted once
    this is committed: its key is gone by then.

    Raises NotFound, Stale, Forbidden, or ActionRefused under hold, in the archive, and of what something relies on.
    """
    case_id = await queries.find_case(act.conn, attachment)
    case = await get_for_change(act.conn, case_id, act.reference, actor=act.actor)
    found = await queries.get_attachment(act.conn, attachment, actor=act.actor)
    WORKFLOW.check(found, "withdraw", act.actor, act.now, version=act.version)
    note, said = await write_note(act, case, "attachment_withdrawal", reason)
    await act.conn.execute(_WITHDRAW, attachment, act.now, f"{act.actor.kind}:{act.actor.id}", note)
    facts = {"attachment": str(attachment), "purpose": found.purpose, **said}
    await record(act.conn, case_id, "withdraw_attachment", actor=act.actor, at=act.now, facts=facts)
    return str(found.file)


async def collect(conn: Connection, store: Store, *, before: datetime) -> tuple[int, int]:
    """Delete files older than `before` that no row names; gives how many, and how many rows miss their file."""
    orphans = lost = 0
    for first in (f"{number:02x}" for number in range(256)):
        named_here = {row[0] for row in await conn.fetch("select file from attachment where left(file, 2) = $1", first)}
        there = await asyncio.to_thread(store.list_prefix, first)
        missing = sorted(named_here - set(there))  # less those withdrawn meanwhile
        lost += await conn.fetchval("select count(*) from attachment where file = any($1::text[])", missing)
        for name in [name for name, written in there.items() if name not in named_here and written < before]:
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


def _sealed_as(attachment: uuid.UUID) -> str:
    return f"attachment {attachment}"
