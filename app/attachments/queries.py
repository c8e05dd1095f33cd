"""Attachments of cases that the caller may see."""

import uuid
from typing import Any

from app.attachments.rules import withdraw_refused
from app.cases.queries.access import visible_to
from app.cases.queries.one import opened_note
from app.cases.rules import PURPOSE_WORDS, Purpose
from app.core.access import Actor, Permission
from app.core.database import Connection, Parameters
from app.core.errors import NotFound, Words

# Whatever names a file of its case as evidence; each foreign key to `attachment` stands here.
_PROVES = """(
    exists (select from proxy_paper p where p.attachment = a.id)
    or exists (select from task t join task_file f on f.task = t.id where t.case_id = a.case_id and f.attachment = a.id)
    or exists (select from mediation m join mediation_consent s on s.mediation = m.id
        where m.case_id = a.case_id and s.evidence = a.id)
    or exists (select from mediation_agreement g join mediation_signature s on s.agreement = g.id
        where g.case_id = a.case_id and s.evidence = a.id)
    or exists (select from mediation_agreement g join mediation_obligation o on o.agreement = g.id
        join mediation_performance f on f.obligation = o.id where g.case_id = a.case_id and f.receipt = a.id)
    or exists (select from mediation_agreement g join judicial_confirmation j on j.agreement = g.id
        where g.case_id = a.case_id and a.id in (j.evidence, j.ruling))
)"""
_ITEM = f"""
    select a.id, a.case_id, a.purpose, a.note, a.media_type, a.size, a.width, a.height, a.pages, a.removed, a.redacts,
        a.digest, a.received_digest, a.salt, a.file, a.seal_key, a.added_by, a.added_at, a.withdrawn_at, a.withdrawn_by,
        case when a.withdrawn_at is null then 1 else 2 end as version,
        n.body as title, n.sealed as title_sealed, n.seal_key as title_key, c.lead_unit,
        exists (select from archive f where f.case_id = c.id and f.taken_out_at is null) as archived,
        exists (select from legal_hold h where h.case_id = c.id and h.released_at is null) as held,
        {_PROVES} as proves
    from attachment a join cases c on c.id = a.case_id join case_note n on n.id = a.note
"""
_SHOWN = (
    "id", "case_id", "purpose", "media_type", "size", "width", "height", "pages", "removed", "redacts", "added_by", "added_at",
    "withdrawn_at", "withdrawn_by", "version",
)  # fmt: skip


async def sees_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> None:
    """Raises NotFound for a case that the actor may not know exists."""
    p = Parameters([case_id])
    where = visible_to(actor, p)
    if not await conn.fetchval(f"select exists (select from cases c where c.id = $1 and {where})", *p):
        raise NotFound


async def list_of_case(conn: Connection, case_id: uuid.UUID, *, actor: Actor) -> list[Any]:
    """All of one case, the oldest first; raises NotFound."""
    await sees_case(conn, case_id, actor=actor)
    return await conn.fetch(f"{_ITEM} where a.case_id = $1 order by a.added_at, a.id", case_id)


async def get_attachment(conn: Connection, attachment: uuid.UUID, *, actor: Actor) -> Any:
    """One; raises NotFound for one of a case that the actor may not know exists."""
    p = Parameters([attachment])
    where = visible_to(actor, p)
    row = await conn.fetchrow(f"{_ITEM} where a.id = $1 and {where}", *p)
    if row is None:
        raise NotFound
    return row


def shown(row: Any, *, actor: Actor, language: str) -> dict[str, Any]:
    """As a reply gives it."""
    return {
        **{name: row[name] for name in _SHOWN}, "purpose_text": PURPOSE_WORDS[Purpose(row["purpose"])].say(language),
        "title": title_of(row), "digest": row["digest"].hex(), "received_digest": row["received_digest"].hex(),
        "salt": row["salt"].hex() if row["salt"] else None, "available_actions": actions_for(actor, row),
    }  # fmt: skip


def title_of(row: Any) -> str | None:
    """The words of its note; None once they were erased."""
    note = {"id": row["note"], "body": row["title"], "sealed": row["title_sealed"], "seal_key": row["title_key"]}
    return opened_note(note)


def may_withdraw(actor: Actor, row: Any) -> bool:
    """Who attached it, or who answers for the file: the head of the lead unit. Nobody else makes evidence go away."""
    added = row["added_by"] == f"{actor.kind}:{actor.id}"
    return actor.may(Permission.CASE_ATTACH) and (added or _answers_for(actor, row))


def why_not_withdrawn(actor: Actor, row: Any) -> Words | None:
    """What speaks against it as the case stands; None when nothing does."""
    return withdraw_refused(
        withdrawn=row["withdrawn_at"] is not None, archived=row["archived"], held=row["held"], proves=row["proves"],
        head=_answers_for(actor, row),
    )  # fmt: skip


def _answers_for(actor: Actor, row: Any) -> bool:
    return row["lead_unit"] in actor.units_with(Permission.FILE_HOLD)


def actions_for(actor: Actor, row: Any) -> list[str]:
    """What this actor may do with an attachment now."""
    found = []
    if may_withdraw(actor, row) and not why_not_withdrawn(actor, row):
        found.append("withdraw")
    still = row["file"] is not None and not row["archived"] and row["media_type"] != "application/pdf"
    return [*found, "redact"] if still and actor.may(Permission.CASE_ATTACH) else found
