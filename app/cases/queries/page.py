"""A case as a page, for staff and for the resident."""

import uuid
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from app.cases.queries.case_page import CasePage, read_page
from app.cases.queries.one import get_facts
from app.cases.queries.registry import RESIDENT_SECTIONS
from app.cases.rules import STATUS_WORDS, TRANSITIONS, Status, available_actions
from app.cases.rules.plain import plainly
from app.cases.rules.registry import STEP_WORDS as BROUGHT_WORDS
from app.core.access import Actor
from app.core.crypto import keys
from app.core.database import Connection
from app.core.errors import NotFound, Words
from app.core.rows import read_sql
from app.notices.actions import opened
from app.notices.rules import TITLES, NoticeKind
from app.reference.queries import Reference

# Shown under another name, or made of the others.
HIDDEN = {"lon", "lat", "accuracy_m", "located_by", "crs", "cell", "worker_name", "city", "county", "township", "community",
          "rule", "guarded", "address"}  # fmt: skip


async def show_case(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, reference: Reference, language: str, now: datetime
) -> dict[str, Any]:
    """The page with what this caller may do next; raises NotFound."""
    case = await get_facts(conn, case_id, reference, actor=actor)
    page = await read_page(conn, case_id, actor=actor)
    shown = {field.name: getattr(page, field.name) for field in fields(page) if field.name not in HIDDEN}
    return {
        **shown,
        **_in_words(page, reference, language),
        "available_actions": available_actions(case.facts, actor, now),
    }


def _in_words(page: CasePage, reference: Reference, language: str) -> dict[str, Any]:
    """What stands behind the codes of a page, in the caller's language."""
    category = reference.categories.get(page.category)
    codes = (page.city, page.county, page.township, page.community)
    units = {page.lead_unit, page.routed_unit, page.centre, *(a.unit for a in page.assignments)}
    point = None if page.lon is None else {"type": "Point", "coordinates": [page.lon, page.lat]}
    reason = reference.reasons.get(page.rule)
    return {
        "status_text": STATUS_WORDS[Status(page.status)].say(language),
        "category_name": (category.name_en if language == "en" else category.name_zh) if category else None,
        "dispute_kind": reference.dispute_kinds.get(page.category) if page.kind == "dispute" else None,
        "location": {
            "located_by": page.located_by, "crs": page.crs, "accuracy_m": page.accuracy_m, "address": page.address,
            "point": point,
        },
        "cell": {"code": page.cell} if page.cell else None,
        "areas": dict(zip(("city", "county", "township", "community"), codes, strict=True)),
        "worker": {"id": page.worker, "name": page.worker_name} if page.worker else None,
        "routing": {"rule": page.rule, "guarded": page.guarded, "reason": reason.say(language) if reason else None},
        "names": {c: reference.names[c] for c in sorted(c for c in {*codes, *units} if c) if c in reference.names},
        # What a party did not give, or what was erased, is absent.
        "parties": [{k: v for k, v in asdict(party).items() if v is not None} for party in page.parties],
        "notices": [{**asdict(n), "title": TITLES[NoticeKind(n.kind)].say(language)} for n in page.notices],
    }  # fmt: skip


STEP_WORDS = {
    "registered": Words("登记", "registered"), "merged_in": Words("同一事项并入", "another case joined"),
    "handed_over": Words("工作交接", "the work was handed over"),
    "merge_undone": Words("并案撤销", "a joined case left"), "linked": Words("关联原件", "linked to the case before it"),
    "review_applied": Words("已申请复查（复核）", "a review was applied for"),
    "review_not_taken": Words("申请复查未予登记，已说明", "a review was asked for and explained why not"),
    "review_upheld": Words("复查（复核）维持", "the review upheld the opinion"),
    "review_changed": Words("复查（复核）变更了结果", "the review changed the result"),
    "linked_from": Words("另一件关联到本件", "another case was linked to this one"),
    "link_undone": Words("关联撤销", "a link to this one was undone"),
    "redo_ordered": Words("复查（复核）责令重新办理", "the review ordered it to be handled again"),
    "rated": Words("群众已评价", "rated by the resident"),
    "reopening_asked": Words("群众申请重新办理", "the resident asked to have it reopened"), "urge": Words("催办", "urged"),
    "criticise": Words("逾期通报", "criticised for delay"), "supervise": Words("督办", "supervised"),
    "answer_supervision": Words("答复督办", "supervision answered"),
    "emergency_on": Words("应急限时", "faster limit of an emergency"),
    "emergency_off": Words("应急限时解除", "faster limit of an emergency lifted"),
    "limit_recomputed": Words("放假安排公布后重新计算期限", "limit counted again, the days off being published"),
    "verify_supervision": Words("核验督办答复", "answer to supervision verified"),
    "return_supervision": Words("退回督办答复", "answer to supervision returned"),
    "withdraw_supervision": Words("撤销督办", "supervision withdrawn"),
    "attach": Words("添加附件", "attachment added"),
    "withdraw_attachment": Words("撤回附件", "attachment withdrawn"),













}  # fmt: skip


def step_title(kind: str, language: str) -> str:
    """An event kind in words."""
    if kind in BROUGHT_WORDS:
        return BROUGHT_WORDS[kind].title.say(language)
    words = STEP_WORDS.get(kind) or (TRANSITIONS[kind].title if kind in TRANSITIONS else Words(kind, kind))
    return words.say(language)


_OWN = read_sql(__package__, "own")
_BY_CODE = " from cases c where c.number = $1 and c.query_hash = $2"
_SERVED = """
    select n.id, n.kind, n.sealed, n.seal_key, n.drafted_at, s.at as served_at
    from cases c join notice n on n.case_id = c.id and n.state in ('served', 'waived', 'approved')
    join service_record s on s.notice = n.id and s.replaced_at is null
    where c.number = $1 and c.query_hash = $2 order by s.at, n.id
"""


async def ask_for_notices(conn: Connection, number: str, code: str, *, language: str) -> list[dict[str, Any]]:
    """What the resident was told in writing, as it was; raises NotFound as `ask` does. Of an accusation nothing: its
    desk speaks with its petitioner."""
    hashed = keys().query_hash(code)
    found = await conn.fetchrow(
        "select petition_class from cases where number = $1 and query_hash = $2", number, hashed
    )
    if found is None:
        raise NotFound("编号或查询码有误。", "The number or the code is wrong.")
    if found["petition_class"] == "accusation":
        return []
    rows = await conn.fetch(_SERVED, number, hashed)
    return [
        {"id": r["id"], "kind": r["kind"], "title": TITLES[NoticeKind(r["kind"])].say(language),
         "served_at": r["served_at"], "html": opened(r)}
        for r in rows
    ]  # fmt: skip


async def ask(conn: Connection, number: str, code: str, *, reference: Reference, language: str) -> dict[str, Any]:
    """The resident's own view by number and code; raises NotFound, the same for a wrong number or a wrong code.

    Of an accusation: number and status alone.
    """
    brought = "".join(f", {section.sql} as {name}" for name, section in RESIDENT_SECTIONS.items())
    row = await conn.fetchrow(f"{_OWN}{brought}{_BY_CODE}", number, keys().query_hash(code))
    if row is None:
        raise NotFound("编号或查询码有误。", "The number or the code is wrong.")
    status = Status(row["status"])
    said = {"number": row["number"], "status": status.value, "said": STATUS_WORDS[status].say(language)}
    if row["petition_class"] == "accusation":
        return said
    steps = [told for kind, at, data in row["steps"] if (told := _told(kind, at, data, reference, language))]
    reply = row["reply"] if status in (Status.CONCLUDED, Status.CLOSED) else None
    brought_in: dict[str, Any] = {}
    for name, section in RESIDENT_SECTIONS.items():
        if row[name] is not None:
            brought_in |= await section.show(conn, row[name], reference, language)
    return {
        **said, "handled_by": reference.names.get(row["lead_unit"]), "due": row["due"], "steps": steps, "reply": reply,
        **_rights(row, reference, language), **brought_in,
    }  # fmt: skip


def _told(kind: str, at: str, data: dict[str, Any], reference: Reference, language: str) -> dict[str, Any] | None:
    """One entry of the resident's own timeline."""
    words = plainly(kind, data)
    if words is None:
        return None
    notice = TITLES[NoticeKind(data["notice"])].say(language) if data.get("notice") else ""
    unit = reference.names.get(data.get("unit") or "", "")
    said = words.say(language).format(unit=unit, days=data.get("days"), notice=notice)
    return {"step": step_title(kind, language), "at": at, "said": said}


def _rights(row: Any, reference: Reference, language: str) -> dict[str, Any]:
    """What the resident said of it and may still say, and the review that runs or ran: their own case, so by number."""
    found: dict[str, Any] = {}
    if row["rating"] is not None and row["rating"][1] is None:
        found["rate_until"] = row["rating"][0]
    if row["review_until"] is not None:
        found["review_until"] = row["review_until"]
    if row["reopening"] is not None:
        state, note = row["reopening"]
        found["reopening"] = {"state": state, "reason": note if state == "declined" else None}
    if row["review"] is not None:
        relation, number, unit, status, due = row["review"]
        found["review"] = {
            "stage": relation, "number": number, "said": STATUS_WORDS[Status(status)].say(language),
            "handled_by": reference.names.get(unit), "due": due,
        }  # fmt: skip
    if row["repeats"] is not None:  # where the live case is and until when, not whose it is (XF 19 ¶3)
        unit, status, due = row["repeats"]
        words = STATUS_WORDS[Status(status)].say(language)
        found["handled_elsewhere"] = {"handled_by": reference.names.get(unit), "said": words, "due": due}
    if row["hearing"] is not None:
        found["hearing"] = dict(zip(("at", "place"), row["hearing"], strict=True))
    return found
