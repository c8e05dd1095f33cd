"""The file of a case: everything on one record, as it is to be read years later."""

import uuid
from datetime import datetime, tzinfo
from typing import Any

from markupsafe import Markup

from app.cases.queries import notices as notice_queries
from app.cases.queries.one import get_page, open_parties, opened_note
from app.cases.queries.page import step_title
from app.cases.queries.record import list_timeline
from app.cases.queries.registry import FILE_LISTS
from app.cases.rules import PURPOSE_WORDS, STATUS_WORDS, Purpose, Status
from app.core.access import Actor
from app.core.database import Connection
from app.notices.actions import masked_text, opened
from app.notices.actions.filling import page as filled
from app.notices.rules import METHOD_WORDS, STATE_WORDS, TITLES, NoticeKind, NoticeState
from app.reference.queries import Reference

MOST_EVENTS = 10_000
_ROLES = {"petitioner": "信访人、申请人", "representative": "代表人", "agent": "代理人", "respondent": "被申请人",
          "affected": "相关人"}  # fmt: skip
_OTHERS = {"resident": "群众本人", "key": "对接系统", "system": "系统"}
_RETENTION = {"permanent": "永久", "30_years": "三十年", "10_years": "十年"}
_PARTS = (
    ("matter", "反映事项"),
    ("parties", "当事人"),
    ("limits", "期限"),
    ("timeline", "办理经过"),
    ("joint", "协同办理"),
    ("notes", "文字材料"),
    ("attachments", "附件清单"),
)
_ATTACHMENTS = """
    select a.purpose, a.media_type, a.size, a.pages, encode(a.digest, 'hex') as digest, encode(a.salt, 'hex') as salt,
        a.redacts, a.added_at, a.withdrawn_at, n.id, n.body, n.sealed, n.seal_key
    from attachment a join case_note n on n.id = a.note where a.case_id = $1 order by a.added_at, a.id
"""


async def compose_file(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, reference: Reference, clear: bool = False
) -> str:
    """The file as HTML, parties and addressees masked unless `clear`; raises NotFound."""
    page = await get_page(conn, case_id, actor=actor)
    if clear:
        page["parties"] = await open_parties(conn, case_id)
    events = await list_timeline(conn, case_id, actor=actor, after=0, limit=MOST_EVENTS)
    rows = await notice_queries.list_of_case(conn, case_id, actor=actor)
    services = await notice_queries.list_services(conn, [row["id"] for row in rows])
    tz = reference.city.tz
    notices = [_notice(row, services[row["id"]], tz, clear=clear) for row in rows]
    attached = [_attachment(row, tz) for row in await conn.fetch(_ATTACHMENTS, case_id)]
    named = [(f"notice-{n}", notice["title"]) for n, notice in enumerate(notices, 1)]
    return filled(
        "case_file.v1.html", contents=[*_PARTS, *named], notices=notices, attachments=attached,
        **{name: await read(conn, case_id, reference) for name, read in FILE_LISTS.items()},
        parties=[{**p, "role": _ROLES[p["role"]]} for p in page["parties"]],
        events=[_event(event, tz) for event in events], notes=_notes(page["notes"], events, tz),
        clocks=[_clock(clock, tz) for clock in page["clocks"]], **_cover(page, reference),
    )  # fmt: skip


def _cover(page: dict[str, Any], reference: Reference) -> dict[str, Any]:
    category, tz = reference.categories.get(page["category"]), reference.city.tz
    procedure = reference.procedures[page["procedure"], page["procedure_version"]]
    kept = page["archive"]
    until = f"，至 {kept['kept_until']}" if kept and kept["kept_until"] else ""
    return {
        "title": "案卷", "organ": reference.names.get(page["lead_unit"], page["lead_unit"]), "number": page["number"],
        "subject": page["title"] or "", "description": page["description"], "address": page["address"],
        "category": category.name_zh if category else page["category"], "procedure": procedure.name_zh,
        "status": STATUS_WORDS[Status(page["status"])].zh, "received": _at(page["received_at"], tz),
        "closed": _at(page["closed_at"], tz), "held": page["held"],
        "retention": f"{_RETENTION[kept['retention']]}{until}" if kept else None,
    }  # fmt: skip


def _notice(row: Any, services: list[dict[str, Any]], tz: tzinfo, *, clear: bool) -> dict[str, Any]:
    text = opened(row) or "<p>（无文本）</p>"
    told = [
        f"{STATE_WORDS[NoticeState(s['outcome'])]} {METHOD_WORDS[s['method']]} {_at(s['at'], tz)} {s['article'] or ''}".strip()
        for s in services
    ]
    return {
        "title": TITLES[NoticeKind(row["kind"])].zh,
        "service": "；".join(told) or STATE_WORDS[NoticeState(row["state"])],
        "html": Markup(text if clear else masked_text(text)),  # noqa: S704 (made by our own templates, which escape)
    }


def _attachment(row: Any, tz: tzinfo) -> dict[str, Any]:
    copy = "；遮盖件" if row["redacts"] else ""
    gone = f"；{_at(row['withdrawn_at'], tz)} 撤回，内容已清除" if row["withdrawn_at"] else ""
    pages = f"，{row['pages']} 页" if row["pages"] else ""
    return {
        "at": _at(row["added_at"], tz), "title": opened_note(row) or "（已清除）",
        "kind": f"{PURPOSE_WORDS[Purpose(row['purpose'])].zh}{copy}{gone}",
        "what": f"{row['media_type']}，{row['size']} 字节{pages}",
        "digest": row["digest"], "salt": row["salt"] or "（盐值已清除）",
    }  # fmt: skip


def _event(event: Any, tz: tzinfo) -> dict[str, Any]:
    return {"seq": event["seq"], "at": _at(event["at"], tz), "title": step_title(event["kind"], "zh"),
            "actor": event["actor_name"] or _OTHERS.get(event["actor"].split(":")[0], event["actor"]),
            "hash": event["hash"].hex()}  # fmt: skip


def _notes(notes: list[dict[str, Any]], events: list[Any], tz: tzinfo) -> list[dict[str, Any]]:
    """Each under the step that it belongs to."""
    steps = {event["data"].get("note"): step_title(event["kind"], "zh") for event in events}
    return [{**note, "at": _at(note["at"], tz), "step": steps.get(str(note["id"]), "其他材料")} for note in notes]


def _clock(clock: dict[str, Any], tz: tzinfo) -> dict[str, Any]:
    end = clock["met_at"] or clock["stopped_at"]
    ended = "完成" if clock["met_at"] else "停止"
    return {
        "basis": clock["basis"],
        "due": _at(clock["due"], tz),
        "end": f"{ended} {_at(end, tz)}" if end else "进行中",
    }


def _at(instant: datetime | str | None, tz: tzinfo) -> str | None:
    if instant is None:
        return None
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return f"{at.astimezone(tz):%Y-%m-%d %H:%M}"
