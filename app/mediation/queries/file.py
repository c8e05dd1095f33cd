"""The file of a mediation (卷宗) on paper, its documents in the order that mediation files have."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from markupsafe import Markup

from app.cases.queries import notices as notice_queries
from app.cases.queries.case_page import read_page
from app.cases.queries.notes import NOTE, NoteText
from app.cases.rules import Purpose
from app.cases.schemas.notices import NoticeOut
from app.cases.schemas.page import CaseOut
from app.core.access import Actor
from app.core.database import Connection
from app.core.rows import fetch_all
from app.mediation.queries import get_mediation
from app.mediation.rules import yuan
from app.mediation.schemas.shown import MediationOut, ObligationOut, open_guest
from app.notices.actions import masked_text
from app.notices.actions.filling import page as filled
from app.reference.queries import Reference

_ROLES = {"petitioner": "申请人", "respondent": "被申请人", "representative": "代表人", "agent": "代理人",
          "affected": "相关人"}  # fmt: skip
_HOW = {"in_person": "当面", "phone": "电话", "written": "书面", "online": "线上"}
_MANNERS = {
    "cash": "现金", "bank_transfer": "银行转账", "mobile_payment": "移动支付", "in_kind": "实物", "in_person": "当面履行",
    "in_writing": "书面", "other": "其他",
}  # fmt: skip
_KEPT = {"open": "未履行", "partly": "部分履行", "performed": "已履行"}
_COURT = {"applied": "已申请", "confirmed": "确认有效", "refused": "未予确认", "withdrawn": "已撤回"}
_SIGNERS = {"party": "当事人", "mediator": "调解员", "seal": "人民调解委员会（盖章）"}
_RETENTION = {"permanent": "永久", "30_years": "三十年", "10_years": "十年"}
_ATTACHMENTS = """
    select a.purpose, a.added_at, encode(a.digest, 'hex') as digest, {title} as title from attachment a
    where a.case_id = $1 and a.withdrawn_at is null order by a.added_at, a.id
""".format(title=NOTE.format("a.note"))
# What a file must hold; of the rest, what there is.
_MUST = ("申请书、受理登记表", "权利义务告知书", "当事人身份情况", "调解记录", "调解协议书")


@dataclass(slots=True)
class _Section:
    """One document, or several of a kind: a table, texts, printed notices."""

    id: str
    title: str
    rows: list[tuple[str, ...]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    notices: list[Markup] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether the file lacks it."""
        return not (self.rows or self.texts or self.notices)


@dataclass(frozen=True, slots=True)
class _File:
    purpose: Purpose
    added_at: datetime
    digest: str
    title: NoteText  # None once it was erased


@dataclass(frozen=True, slots=True)
class _Source:
    """What the file is made of."""

    page: MediationOut
    case: CaseOut
    names: Mapping[uuid.UUID, str]  # of the parties, as this reader sees them
    guests: Mapping[uuid.UUID, str]  # by session, names in clear where the reader may see them
    units: Mapping[str, str]
    files: Sequence[_File]
    notices: Sequence[NoticeOut]
    tz: tzinfo
    clear: bool

    def attached(self, *purposes: Purpose) -> list[tuple[str, ...]]:
        """The attachments of some purposes."""
        return [
            (_at(file.added_at, self.tz), file.title or "（已清除）", f"SHA-256 {file.digest}")
            for file in self.files
            if file.purpose in purposes
        ]

    def who(self, party: uuid.UUID | None) -> str:
        """A party's role and name."""
        found = next((p for p in self.page.parties if p.id == party), None)
        return f"{_ROLES[found.role]} {self.names.get(found.id) or ''}".strip() if found else "（已清除）"


@dataclass(frozen=True, slots=True)
class _Seat:
    session: uuid.UUID
    staff: uuid.UUID | None
    sealed: bytes | None
    seal_key: bytes | None


_SEATS = """
    select s.session, s.staff, s.sealed, key_of(s.seal_key) as seal_key from mediation_seat s
    join mediation_session t on t.id = s.session
    where t.mediation = $1 order by s.id
"""


async def compose_mediation_file(
    conn: Connection, mediation: uuid.UUID, *, actor: Actor, reference: Reference, now: datetime, clear: bool = False
) -> tuple[uuid.UUID, str]:
    """The case and the file as HTML, names and numbers masked unless `clear`; raises NotFound. What one side said alone is
    not in it."""
    page = await get_mediation(conn, mediation, actor=actor, now=now, language="zh", clear=clear)
    case = await read_page(conn, page.case_id, actor=actor, clear=clear)
    source = _Source(
        page=page,
        case=case,
        names={party.id: party.name or "" for party in case.parties},
        guests=await _guests(conn, page) if clear else _masked_guests(page),
        units=reference.names,
        files=await fetch_all(conn, _File, _ATTACHMENTS, page.case_id),
        notices=await notice_queries.list_of_case(conn, page.case_id, actor=actor),
        tz=reference.city.tz,
        clear=clear,
    )
    sections = list(_sections(source))
    return page.case_id, filled("mediation_file.v1.html", sections=sections, **_cover(source, reference))


async def _guests(conn: Connection, page: MediationOut) -> dict[uuid.UUID, str]:
    found: dict[uuid.UUID, list[str]] = {}
    for seat in await fetch_all(conn, _Seat, _SEATS, page.id):
        name = open_guest(seat.session, seat.sealed, seat.seal_key)
        found.setdefault(seat.session, []).append(name or str(seat.staff))
    return {session: "、".join(names) for session, names in found.items()}


def _masked_guests(page: MediationOut) -> dict[uuid.UUID, str]:
    return {s.id: "、".join(guest.name or str(guest.staff) for guest in s.invited) for s in page.sessions}


def _cover(source: _Source, reference: Reference) -> dict[str, object]:
    page, case = source.page, source.case
    return {
        "organ": reference.names.get(page.unit, page.unit),
        "number": case.number,
        "subject": case.title or "",
        "channel": page.channel.words.zh,
        "parties": [{"role": _ROLES[p.role], "name": p.name} for p in case.parties],
        "mediators": "、".join(m.name for m in page.mediators if m.relation is None),
        "opened": _at(page.opened_at, source.tz),
        "ended": _at(page.ended_at, source.tz),
        "state": page.state.words.zh,
        "retention": _RETENTION[case.archive.retention] if case.archive else None,
    }


def _sections(source: _Source) -> Iterable[_Section]:
    """In the order of a mediation file; what is lacking is said at the end."""
    page = source.page
    found = [
        _application(source),
        _Section("rights", "权利义务告知书", notices=_told(source, "rights_and_duties")),
        _Section("identity", "当事人身份情况", rows=[
            (_ROLES[p.role], p.name or "", p.phone or "", p.address or "") for p in source.case.parties
        ]),
        _Section("authority", "授权委托书", rows=source.attached(Purpose.AUTHORITY)),
        _Section("inquiry", "调查记录、笔录", rows=source.attached(Purpose.MINUTES)),
        _Section("evidence", "证据材料", rows=source.attached(Purpose.EVIDENCE, Purpose.PROOF)),
        _minutes(source),
        _agreement(source),
        _receipts(source),
        _visits(source),
        _court(source),
        _Section("result", "调解结果告知书", notices=_told(source, "mediation_result")),
    ]  # fmt: skip
    yield from found
    lacking = [s.title for s in found if s.title in _MUST and s.empty]
    said = f"缺：{'、'.join(lacking)}。" if lacking else "应有材料齐全。"
    apart = any(s.kind == "separate" and s.state == "held" for s in page.sessions)
    more = "单独谈话的记录由调解员另行保密保管，不入本卷（人民调解法第十五条）。" if apart else ""
    yield _Section("account", "卷宗情况说明", texts=[("", f"本卷共 {len(found)} 类材料。{said}{more}")])
    yield _Section("back", "封底", texts=[("", "立卷人：　　　　　　检查人：　　　　　　立卷日期：")])


def _application(source: _Source) -> _Section:
    page = source.page
    origin = "当事人申请" if page.origin == "application" else "调解组织提议"
    rows: list[tuple[str, ...]] = [
        (source.who(c.party), "同意调解" if c.given else "拒绝调解", _HOW[c.how], _at(c.recorded_at, source.tz))
        for c in page.consents
        if c.about == "mediation"
    ]
    return _Section("application", "申请书、受理登记表", rows=rows, texts=[(origin, page.request or "（已清除）")])


def _told(source: _Source, kind: str) -> list[Markup]:
    texts = [n.html or "<p>（无文本）</p>" for n in source.notices if n.kind == kind and n.state != "replaced"]
    return [Markup(text if source.clear else masked_text(text)) for text in texts]  # noqa: S704 (our own templates escape)


def _minutes(source: _Source) -> _Section:
    texts = []
    for s in source.page.sessions:
        if s.state != "held":
            continue
        where = f"{source.units.get(s.centre or '', s.centre)} {s.room_code}" if s.room else s.place
        invited = source.guests.get(s.id)
        heading = f"{_at(s.since, source.tz)}　{where}{'　受邀：' + invited if invited else ''}"
        apart = f"与{source.who(s.party)}单独谈话，记录另行保管。" if s.kind == "separate" else None
        texts.append((heading, apart or s.minutes or "（已清除）"))
    return _Section("minutes", "调解记录", texts=texts)


def _agreement(source: _Source) -> _Section:
    found = source.page.agreement
    if found is None or found.state != "effective":
        return _Section("agreement", "调解协议书")
    rows: list[tuple[str, ...]] = [("义务人", "权利人", "内容", "期限", "方式")]
    for o in found.obligations:
        what = f"支付 {yuan(o.amount_cents)} 元" if o.amount_cents else o.act or "（已清除）"
        rows.append((source.who(o.debtor), source.who(o.creditor), what, _day(o.due), _MANNERS[o.manner]))
    signed = [
        f"{source.who(s.party) if s.party else _SIGNERS[s.signer]}　{_at(s.signed_at, source.tz)}"
        for s in found.signatures
    ]
    form = "书面协议" if found.form == "written" else "口头协议登记"
    texts = [
        ("主要事实和争议", found.facts or "（已清除）"), ("协议内容", found.terms or "（已清除）"),
        (form, f"{'；'.join(signed) or '口头达成'}。自 {_at(found.effective_at, source.tz)} 起生效。"),
    ]  # fmt: skip
    return _Section("agreement", "调解协议书", rows=rows, texts=texts)


def _obligations(source: _Source) -> list[ObligationOut]:
    return source.page.agreement.obligations if source.page.agreement else []


def _receipts(source: _Source) -> _Section:
    rows: list[tuple[str, ...]] = []
    for o in _obligations(source):
        late = f"；{_at(o.breached_at, source.tz)} 登记到期未履行" if o.breached_at else ""
        for p in o.performances:
            what = f"{yuan(p.amount_cents)} 元" if p.amount_cents else "已办"
            rows.append((f"第 {o.number} 项", _day(p.performed_on), what, "有凭证" if p.receipt else "无凭证"))
        rows.append((f"第 {o.number} 项", _day(o.due), _KEPT[o.state], late.lstrip("；")))
    return _Section("receipts", "履行凭证", rows=[*rows, *(("附件", *row) for row in source.attached(Purpose.RECEIPT))])


def _visits(source: _Source) -> _Section:
    texts = [
        (f"{_at(f.at, source.tz)}　第 {o.number} 项{'' if f.reached else '（未联系上）'}", f.words or "（已清除）")
        for o in _obligations(source)
        for f in o.follow_ups
    ]
    visits = [(_at(n.at, source.tz), n.body or "（已清除）") for n in source.case.notes if n.kind == "return_visit"]
    return _Section("visits", "回访记录", texts=[*texts, *visits])


def _court(source: _Source) -> _Section:
    found = source.page.agreement.confirmation if source.page.agreement else None
    if found is None:
        return _Section("court", "司法确认材料")
    decided = _day(found.decided_on) if found.decided_on else ""
    return _Section("court", "司法确认材料", rows=[
        ("法院", found.court), ("共同申请", _day(found.applied_on)), ("结果", f"{_COURT[found.state]} {decided}"),
    ])  # fmt: skip


def _day(day: date) -> str:
    return day.isoformat()


def _at(instant: datetime | None, tz: tzinfo) -> str:
    return f"{instant.astimezone(tz):%Y-%m-%d %H:%M}" if instant else ""
