"""What the resident reads of an agreement that holds: what is owed, what is paid, what they may still do."""

from dataclasses import dataclass
from datetime import date, datetime

from app.cases.queries.notes import ORIGINAL, NoteText
from app.core.database import Connection
from app.core.errors import Words
from app.core.rows import fetch_all, fetch_one
from app.mediation.rules import ConfirmationState, yuan
from app.reference.queries import Reference

_AGREEMENT = """
    select g.form, g.effective_at, j.state as court,
        (select k.due from open_clock k where k.case_id = g.case_id and k.kind = 'confirmation'
            and k.subject = g.id::text order by k.id desc limit 1) as confirm_until
    from mediation_agreement g
    left join judicial_confirmation j on j.agreement = g.id and j.state <> 'withdrawn'
    where g.id = $1
"""
_OWED = """
    select p.role, o.amount_cents, o.paid_cents, o.due, o.performed_at, o.breached_at, {act} as act
    from mediation_obligation o join party p on p.id = o.debtor where o.agreement = $1 order by o.number
""".format(act=ORIGINAL.format("o.act"))
_FORMS = {"written": Words("书面协议", "written"), "oral": Words("口头协议", "oral")}
_ROLES = {"petitioner": Words("申请人", "the petitioner"), "respondent": Words("被申请人", "the respondent")}
_COURT = {
    ConfirmationState.APPLIED: Words(
        "已共同申请司法确认，等待法院决定", "both sides applied to the court, which has not decided yet"
    ),
    ConfirmationState.CONFIRMED: Words(
        "法院已确认协议有效，可以申请强制执行", "the court confirmed it; it may be enforced"
    ),
    ConfirmationState.REFUSED: Words(
        "法院未予确认，可以就协议的履行另行起诉", "the court did not confirm it; it may still be sued on"
    ),
}
ADVICE = Words(
    "到期未履行的，您可以就协议的履行向人民法院提起诉讼；经司法确认的，可以申请强制执行。",
    "What was not performed in time you may bring before the court; a confirmed agreement may be enforced there.",
)


@dataclass(frozen=True, slots=True)
class _Agreement:
    form: str
    effective_at: datetime
    court: ConfirmationState | None
    confirm_until: datetime | None


@dataclass(frozen=True, slots=True)
class _Owed:
    role: str
    amount_cents: int | None
    paid_cents: int
    due: date
    performed_at: datetime | None
    breached_at: datetime | None
    act: NoteText

    @property
    def said(self) -> Words:
        """How far it is kept."""
        if self.performed_at is not None:
            return Words("已履行", "performed")
        if self.breached_at is not None:
            return Words("到期未履行", "not performed in time")
        return Words("部分履行", "partly performed") if self.paid_cents else Words("尚未到期", "not due yet")


async def tell_agreement(conn: Connection, agreement: str, _: Reference, language: str) -> dict[str, object]:
    """In plain words and by roles, without names."""
    found = await fetch_one(conn, _Agreement, _AGREEMENT, agreement)
    assert found is not None  # noqa: S101 (an agreement is never deleted)
    owed = await fetch_all(conn, _Owed, _OWED, agreement)
    told: dict[str, object] = {
        "since": found.effective_at,
        "form": _FORMS[found.form].say(language),
        "obligations": [_told(one, language) for one in owed],
    }
    if found.court is not None:
        told["confirmation"] = _COURT[found.court].say(language)
    else:
        told["confirm_until"] = found.confirm_until
    if any(one.breached_at is not None and one.performed_at is None for one in owed):
        told["advice"] = ADVICE.say(language)
    return {"agreement": told}


def _told(owed: _Owed, language: str) -> dict[str, object]:
    told: dict[str, object] = {
        "owed_by": _ROLES[owed.role].say(language),
        "due": owed.due,
        "said": owed.said.say(language),
    }
    if owed.amount_cents is None:
        return {**told, "what": owed.act or ""}
    return {**told, "what": _money(owed.amount_cents, language), "paid": _money(owed.paid_cents, language)}


def _money(cents: int, language: str) -> str:
    return Words(f"{yuan(cents)}元", f"{yuan(cents)} yuan").say(language)
