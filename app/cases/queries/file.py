"""The file of a case: everything on one record, as it is to be read years later."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, tzinfo

from markupsafe import Markup

from app.cases.queries.case_page import read_page
from app.cases.queries.corrections import list_corrections
from app.cases.queries.notices import list_of_case
from app.cases.queries.record import list_timeline
from app.cases.queries.registry import FILE_LISTS
from app.cases.rules.correcting import named
from app.cases.rules.plain import step_title
from app.cases.schemas.correcting import CorrectionOut
from app.cases.schemas.notices import NoticeOut
from app.cases.schemas.page import CaseOut, LimitOut, NoteOut
from app.cases.schemas.shown import EventOut
from app.core.access import Actor
from app.core.database import Connection
from app.notices.actions import masked_text
from app.notices.actions.filling import page as filled
from app.notices.rules import METHOD_WORDS, STATE_WORDS, NoticeState
from app.reference.queries import Reference

MOST_EVENTS = 10_000
_ROLES = {"petitioner": "信访人、申请人", "representative": "代表人", "agent": "代理人", "respondent": "被申请人",
          "affected": "相关人"}  # fmt: skip
_OTHERS = {"resident": "群众本人", "key": "对接系统", "system": "系统"}
_RETENTION = {"permanent": "永久", "30_years": "三十年", "10_years": "十年"}
_PARTS = (
    ("matter", "反映事项"),
    ("parties", "当事人"),
    ("corrections", "更正"),
    ("limits", "期限"),
    ("timeline", "办理经过"),
    ("joint", "协同办理"),
    ("data_requests", "个人信息请求"),
    ("notes", "文字材料"),
    ("attachments", "附件清单"),
)


async def compose_file(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, reference: Reference, clear: bool = False
) -> str:
    """The file as HTML, parties and addressees masked unless `clear`; raises NotFound."""
    page = await read_page(conn, case_id, actor=actor, clear=clear)
    events = await list_timeline(conn, case_id, actor=actor, after=0, limit=MOST_EVENTS)
    tz = reference.city.tz
    notices = [_notice(one, tz, clear=clear) for one in await list_of_case(conn, case_id, actor=actor)]
    named = [(f"notice-{n}", notice["title"]) for n, notice in enumerate(notices, 1)]
    return filled(
        "case_file.v1.html", contents=[*_PARTS, *named], notices=notices,
        **{name: await read(conn, case_id, reference) for name, read in FILE_LISTS.items()},
        corrections=[
            _correction(one, tz) for one in await list_corrections(conn, case_id, actor=actor, clear=clear)
        ],
        parties=[{**asdict(party), "role": _ROLES[party.role]} for party in page.parties],
        events=[_event(event, tz) for event in events], notes=_notes(page.notes, events, tz),
        clocks=[_clock(clock, tz) for clock in page.clocks], **_cover(page, reference),
    )  # fmt: skip


def _cover(page: CaseOut, reference: Reference) -> dict[str, object]:
    category, tz = reference.categories.get(page.category), reference.city.tz
    procedure = reference.procedures[page.procedure, page.procedure_version]
    kept = page.archive
    until = f"，至 {kept.kept_until}" if kept and kept.kept_until else ""
    return {
        "title": "案卷", "organ": reference.names.get(page.lead_unit, page.lead_unit), "number": page.number,
        "subject": page.title or "", "description": page.description, "address": page.location.address,
        "category": category.name_zh if category else page.category, "procedure": procedure.name_zh,
        "status": page.status.words.zh, "received": local(page.received_at, tz),
        "closed": local(page.closed_at, tz), "held": page.held,
        "retention": f"{_RETENTION[kept.retention]}{until}" if kept else None,
    }  # fmt: skip


def _correction(one: CorrectionOut, tz: tzinfo) -> dict[str, object]:
    """The version before, whose it was, and who put it right."""
    before = [str(value) for value in asdict(one.before).values() if value]
    return {
        "at": local(one.at, tz), "by": one.author_name or _OTHERS.get(one.author.split(":")[0], one.author),
        "what": named(one.fields).zh, "before": "；".join(before) or "（原为空）", "reason": one.reason or "",
    }  # fmt: skip


def _notice(notice: NoticeOut, tz: tzinfo, *, clear: bool) -> dict[str, object]:
    text = notice.html or "<p>（无文本）</p>"
    told = [
        f"{STATE_WORDS[NoticeState(s.outcome)]} {METHOD_WORDS[s.method]} {local(s.at, tz)} {s.article or ''}".strip()
        for s in notice.service
    ]
    return {
        "title": notice.kind.words.zh, "service": "；".join(told) or STATE_WORDS[notice.state],
        "html": Markup(text if clear else masked_text(text)),  # noqa: S704 (made by our own templates, which escape)
    }  # fmt: skip


def _event(event: EventOut, tz: tzinfo) -> dict[str, object]:
    return {"seq": event.seq, "at": local(event.at, tz), "title": step_title(event.kind, "zh"),
            "actor": event.actor_name or _OTHERS.get(event.actor.split(":")[0], event.actor),
            "hash": event.hash}  # fmt: skip


def _notes(notes: Iterable[NoteOut], events: Iterable[EventOut], tz: tzinfo) -> list[dict[str, object]]:
    """Each under the step that it belongs to."""
    steps = {event.data.get("note"): step_title(event.kind, "zh") for event in events}
    return [{**asdict(n), "at": local(n.at, tz), "step": steps.get(str(n.id), "其他材料")} for n in notes]


def _clock(clock: LimitOut, tz: tzinfo) -> dict[str, object]:
    end = clock.met_at or clock.stopped_at
    ended = "完成" if clock.met_at else "停止"
    return {
        "basis": clock.basis, "due": local(clock.due, tz), "end": f"{ended} {local(end, tz)}" if end else "进行中"
    }  # fmt: skip


def local(instant: datetime | None, tz: tzinfo) -> str | None:
    """An instant as the file prints it."""
    return f"{instant.astimezone(tz):%Y-%m-%d %H:%M}" if instant else None
