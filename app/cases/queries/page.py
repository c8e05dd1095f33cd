"""A case as a page, for staff and for the resident."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.cases.queries.case_page import masked, page_statement
from app.cases.queries.notes import ORIGINAL_TEXT
from app.cases.queries.one import CaseRow, as_facts, facts_statement, told_due
from app.cases.queries.registry import RESIDENT_SECTIONS
from app.cases.rules import Kind, PetitionClass, Status, available_actions
from app.cases.rules.plain import plainly, step_title
from app.cases.schemas.notices import ServedNoticeOut
from app.cases.schemas.page import CaseOut
from app.cases.schemas.resident import (
    ElsewhereOut,
    HearingToldOut,
    QueryOut,
    ReopeningToldOut,
    ReviewToldOut,
    ToldOut,
)
from app.cases.schemas.sealed import OpenedText
from app.core.access import Actor
from app.core.crypto import keys
from app.core.database import Connection, Parameters
from app.core.errors import NotFound
from app.core.rows import fetch_all, fetch_one, part, read_sql
from app.notices.rules import NoticeKind
from app.reference.queries import Reference


@dataclass(frozen=True, slots=True)
class _Judged:
    facts: CaseRow


async def show_case(
    conn: Connection, case_id: uuid.UUID, *, actor: Actor, reference: Reference, language: str, now: datetime
) -> CaseOut:
    """The page with what this caller may do next; raises NotFound."""
    parameters = Parameters([case_id])
    row = await conn.fetchrow(
        f"select page.*, (select to_jsonb(facts) from ({facts_statement()} where c.id = $1) facts) as facts"
        f" from ({page_statement(actor, parameters)}) page",
        *parameters,
    )
    if row is None:
        raise NotFound
    page, facts = masked(part(CaseOut, row)), as_facts(part(_Judged, row).facts, reference)
    category, areas = reference.categories.get(page.category), page.areas
    codes = {areas.city, areas.county, areas.township, areas.community, page.lead_unit, page.routed_unit, page.centre}
    codes |= {a.unit for a in page.assignments}
    reason = reference.reasons.get(page.routing.rule)
    return replace(
        page,
        status_text=page.status.words.say(language),
        category_name=(category.name_en if language == "en" else category.name_zh) if category else None,
        dispute_kind=reference.dispute_kinds.get(page.category) if page.kind == Kind.DISPUTE else None,
        routing=replace(page.routing, reason=reason.say(language) if reason else None),
        names={code: reference.names[code] for code in sorted(filter(None, codes)) if code in reference.names},
        notices=tuple(replace(n, title=n.kind.words.say(language)) for n in page.notices),
        available_actions=tuple(available_actions(facts, actor, now)),
    )


@dataclass(frozen=True, slots=True)
class _Step:
    kind: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Other:
    """The case of a review, or the live case that this one repeats."""

    relation: str
    number: str
    lead_unit: str
    status: Status
    due: datetime | None


@dataclass(frozen=True, slots=True)
class _Own:
    """A case as its resident asks for it; `brought` are the sections of capabilities above."""

    number: str
    status: Status
    lead_unit: str
    petition_class: PetitionClass | None
    due: datetime | None
    steps: tuple[_Step, ...]
    reply: OpenedText
    review_until: datetime | None
    rate_until: datetime | None
    reopening: ReopeningToldOut | None
    review: _Other | None
    repeats: _Other | None
    hearing: HearingToldOut | None
    brought: dict[str, Any]


def _not_found() -> NotFound:
    return NotFound("编号或查询码有误。", "The number or the code is wrong.")


_SERVED = """
    select n.id, n.kind, '' as title, s.at as served_at, jsonb_build_array('notice ' || n.id, 'text',
        encode(n.sealed, 'base64'), encode(key_of(n.seal_key), 'base64')) as html
    from cases c join notice n on n.case_id = c.id and n.state in ('served', 'waived', 'approved')
    join service_record s on s.notice = n.id and s.replaced_at is null
    where c.number = $1 and c.query_hash = $2 and c.petition_class is distinct from 'accusation' order by s.at, n.id
"""


async def ask_for_notices(conn: Connection, number: str, code: str, *, language: str) -> list[ServedNoticeOut]:
    """What the resident was told in writing, as it was; raises NotFound as `ask` does. Of an accusation nothing: its
    desk speaks with its petitioner."""
    hashed = keys().query_hash(code)
    if await conn.fetchval("select id from cases where number = $1 and query_hash = $2", number, hashed) is None:
        raise _not_found()
    served = await fetch_all(conn, ServedNoticeOut, _SERVED, number, hashed)
    return [replace(notice, title=notice.kind.words.say(language)) for notice in served]


async def ask(conn: Connection, number: str, code: str, *, reference: Reference, language: str) -> QueryOut:
    """The resident's own view by number and code; raises NotFound, the same for a wrong number or a wrong code.

    Of an accusation: number and status alone.
    """
    sections = ", ".join(f"'{name}', {section.sql}" for name, section in RESIDENT_SECTIONS.items())
    statement = read_sql(__package__, "own").format(
        due=told_due("c"), other_due=told_due("o"), sections=sections, note=ORIGINAL_TEXT
    )
    own = await fetch_one(conn, _Own, statement, number, keys().query_hash(code))
    if own is None:
        raise _not_found()
    said = own.status.words.say(language)
    if own.petition_class is PetitionClass.ACCUSATION:
        return QueryOut(number=own.number, status=own.status, said=said)
    brought: dict[str, Any] = {}
    for name, section in RESIDENT_SECTIONS.items():
        if own.brought[name] is not None:
            brought |= await section.show(conn, own.brought[name], reference, language)
    return QueryOut(
        number=own.number, status=own.status, said=said, handled_by=reference.names.get(own.lead_unit), due=own.due,
        steps=[told for step in own.steps if (told := _told(step, reference, language))],
        reply=own.reply if own.status in (Status.CONCLUDED, Status.CLOSED) else None,
        review_until=own.review_until, rate_until=own.rate_until, reopening=own.reopening,
        review=ReviewToldOut(
            stage=own.review.relation, number=own.review.number, **_where(own.review, reference, language)
        ) if own.review else None,
        # Where the live case is and until when, not whose it is (XF 19 ¶3).
        handled_elsewhere=ElsewhereOut(**_where(own.repeats, reference, language)) if own.repeats else None,
        hearing=own.hearing, **brought,
    )  # fmt: skip


def _told(step: _Step, reference: Reference, language: str) -> ToldOut | None:
    """One entry of the resident's own timeline."""
    words, data = plainly(step.kind, step.data), step.data
    if words is None:
        return None
    notice = NoticeKind(data["notice"]).words.say(language) if data.get("notice") else ""
    unit = reference.names.get(data.get("unit") or "", "")
    said = words.say(language).format(unit=unit, days=data.get("days"), notice=notice)
    return ToldOut(step=step_title(step.kind, language), at=step.at, said=said)


def _where(other: _Other, reference: Reference, language: str) -> dict[str, Any]:
    """Who handles another case, how far it is, and until when."""
    said = other.status.words.say(language)
    return {"said": said, "handled_by": reference.names.get(other.lead_unit), "due": other.due}
