"""All that a case holds of one person, for that person: theirs alone, nothing of others."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from app.cases.queries.case_page import open_texts
from app.cases.queries.corrections import read_corrections
from app.cases.queries.file import local
from app.cases.queries.registry import HELD_OF_PERSON
from app.cases.rules import Kind, PetitionClass, Status
from app.cases.rules.correcting import SPEAKERS, named
from app.cases.schemas.correcting import BeforeOut
from app.cases.schemas.page import PartyOut
from app.core.database import Connection
from app.core.errors import Conflict
from app.core.rows import fetch_all, fetch_one
from app.messages.rules import TEMPLATES, Channel
from app.notices.actions.filling import page as filled
from app.notices.rules import NoticeKind
from app.privacy.rules import TURN_TO
from app.reference.queries import Reference

_CASE = """
    select c.number, c.kind, c.petition_class, c.category, c.procedure, c.procedure_version, c.status, c.received_at,
        c.lead_unit, f.retention, f.kept_until
    from cases c left join archive f on f.case_id = c.id and f.taken_out_at is null where c.id = $1
"""
_SERVED = """
    select n.kind, s.at, s.method from notice n join service_record s on s.notice = n.id and s.replaced_at is null
    where n.case_id = $1 and n.state in ('served', 'waived', 'approved') order by s.at, n.id
"""
_SENT = """
    select template, channel, coalesce(sent_at, created_at) as at from message
    where party = $1 and sent_at is not null order by id
"""
_PURPOSE = "受理、办理您反映的事项，送达文书和答复，接受评价与监督"
_BASIS = "为履行法定职责所必需（个人信息保护法第十三条第一款第三项、第三十四条）"
_KINDS = "姓名、电话、住址、邮箱，以及您所写的事项内容和地点；不收集民族、宗教、政治面貌和生物识别信息"
_KEPT = {"permanent": "永久", "30_years": "归档后三十年", "10_years": "归档后十年"}
_ROLES = {"petitioner": "信访人、申请人", "representative": "代表人", "agent": "代理人", "respondent": "被申请人",
          "affected": "相关人"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Case:
    number: str
    kind: Kind
    petition_class: PetitionClass | None
    category: str
    procedure: str
    procedure_version: int
    status: Status
    received_at: datetime
    lead_unit: str
    retention: str | None
    kept_until: date | None


@dataclass(frozen=True, slots=True)
class _Served:
    kind: NoticeKind
    at: datetime
    method: str


@dataclass(frozen=True, slots=True)
class _Sent:
    template: str
    channel: Channel
    at: datetime


async def held_of(
    conn: Connection, case_id: uuid.UUID, party: uuid.UUID, reference: Reference, now: datetime
) -> tuple[str, dict[str, Any], str]:
    """The case's number, what is held as data, and the same as a page. Of who did not bring the matter nothing that they did not
    say themselves: no words of the matter, no course of it. Raises Conflict for data that was erased."""
    found = await fetch_one(conn, _Case, _CASE, case_id)
    assert found is not None  # noqa: S101 (a request belongs to a case)
    written = await open_texts(conn, case_id)
    person = next(one for one in written.items if one.id == party)
    if not (person.name or person.phone):
        raise Conflict("该当事人的信息已删除。", "This person's data was erased.")
    data: dict[str, Any] = {
        "case": found.number,
        "person": _person(person),
        "processing": _processing(found, reference),
    }
    if person.role in SPEAKERS:
        data["matter"] = {
            "title": written.text.title, "description": written.text.description, "address": written.address,
            "category": found.category, "received_at": found.received_at, "status": found.status.words.zh,
        }  # fmt: skip
        served = await fetch_all(conn, _Served, _SERVED, case_id)
        data["notices"] = [{"title": n.kind.words.zh, "at": n.at, "method": n.method} for n in served]
    data["corrections"] = await _corrections(conn, case_id, person)
    sent = await fetch_all(conn, _Sent, _SENT, party)
    data["messages"] = [{"subject": TEMPLATES[m.template].subject.zh, "channel": m.channel, "at": m.at} for m in sent]
    beside = [
        {"title": held.title, "facts": [asdict(fact) for fact in facts]}
        for held in HELD_OF_PERSON.values()
        if (person.role in SPEAKERS or not held.speakers) and (facts := await held.read(conn, case_id, party))
    ]
    if beside:
        data["beside"] = beside
    return found.number, data, _page(data, found, reference, now)


def _person(person: PartyOut) -> dict[str, Any]:
    own = ("name", "phone", "address", "email", "tell_by")
    return {"role": person.role, **{name: value for name in own if (value := getattr(person, name))}}


def _processing(found: _Case, reference: Reference) -> dict[str, Any]:
    """告知 (个人信息保护法 17): who, for what, on which basis, which kinds, how long."""
    kept = _KEPT.get(found.retention or "", "结案归档后按档案保管期限")
    return {
        "handler": reference.names.get(found.lead_unit, found.lead_unit), "purpose": _PURPOSE, "basis": _BASIS,
        "kinds": _KINDS, "kept": f"{kept}{f'，至 {found.kept_until}' if found.kept_until else ''}",
        "seen_by": "谁因何查看过您的信息：凭编号和查询码查询（POST /v1/query/looks），或请窗口代查",
    }  # fmt: skip


async def _corrections(conn: Connection, case_id: uuid.UUID, person: PartyOut) -> list[dict[str, Any]]:
    """What had stood there before: of the matter for who brought it, of a party for that party."""
    found: list[dict[str, Any]] = []
    for one in await read_corrections(conn, case_id):
        before = _own(one.before, own=one.party == person.id, matter=person.role in SPEAKERS)
        if before:
            found.append({"at": one.at, "fields": named(one.fields).zh, "before": before})
    return found


def _own(before: BeforeOut, *, own: bool, matter: bool) -> dict[str, str]:
    of_person = ("name", "phone", "home", "email")
    return {
        name: value for name, value in asdict(before).items() if value and (own if name in of_person else matter)
    }  # fmt: skip


def _page(data: dict[str, Any], found: _Case, reference: Reference, now: datetime) -> str:
    tz = reference.city.tz
    return filled(
        "personal_copy.v1.html", title="个人信息副本", organ=data["processing"]["handler"], number=found.number,
        drafted=f"{now.astimezone(tz):%Y年%m月%d日}", to=[data["person"].get("name", "")],
        role=_ROLES[data["person"]["role"]], turn_to=TURN_TO.zh, local=lambda at: local(at, tz), **data,
    )  # fmt: skip
