"""What the resident reads of an agreement that mediation led to: what is owed, what is paid, what they may still do."""

import uuid
from typing import Any

from app.cases.queries.one import opened_note
from app.core.database import Connection
from app.core.errors import Words

_AGREEMENT = """
    select g.form, g.effective_at, j.state as court,
        (select k.due from clock k where k.case_id = g.case_id and k.kind = 'confirmation' and k.subject = g.id::text
            and k.met_at is null and k.stopped_at is null order by k.id desc limit 1) as confirm_until
    from mediation_agreement g
    left join judicial_confirmation j on j.agreement = g.id and j.state <> 'withdrawn'
    where g.id = $1
"""
_OWED = """
    select p.role, o.duty, o.amount_cents, o.paid_cents, o.due, o.performed_at, o.breached_at, n.id, n.body, n.sealed,
        n.seal_key
    from mediation_obligation o join party p on p.id = o.debtor left join case_note n on n.id = o.act
    where o.agreement = $1 order by o.number
"""
_FORMS = {"written": Words("书面协议", "written"), "oral": Words("口头协议", "oral")}
_ROLES = {"petitioner": Words("申请人", "the petitioner"), "respondent": Words("被申请人", "the respondent")}
_COURT = {
    "applied": Words("已共同申请司法确认，等待法院决定", "both sides applied to the court, which has not decided yet"),
    "confirmed": Words("法院已确认协议有效，可以申请强制执行", "the court confirmed it; it may be enforced"),
    "refused": Words("法院未予确认，可以就协议的履行另行起诉", "the court did not confirm it; it may still be sued on"),
}
_PERFORMED = Words("已履行", "performed")
_LATE = Words("到期未履行", "not performed in time")
_PARTLY = Words("部分履行", "partly performed")
_OPEN = Words("尚未到期", "not due yet")
ADVICE = Words(
    "到期未履行的，您可以就协议的履行向人民法院提起诉讼；经司法确认的，可以申请强制执行。",
    "What was not performed in time you may bring before the court; a confirmed agreement may be enforced there.",
)


async def tell_agreement(conn: Connection, agreement: uuid.UUID, language: str) -> dict[str, Any]:
    """In plain words and by roles, without names."""
    (row,) = await conn.fetch(_AGREEMENT, agreement)
    owed = await conn.fetch(_OWED, agreement)
    late = any(o["breached_at"] is not None and o["performed_at"] is None for o in owed)
    found: dict[str, Any] = {
        "since": row["effective_at"], "form": _FORMS[row["form"]].say(language),
        "obligations": [_told(o, language) for o in owed],
    }  # fmt: skip
    if row["court"] is not None:
        found["confirmation"] = _COURT[row["court"]].say(language)
    else:
        found["confirm_until"] = row["confirm_until"]
    if late:
        found["advice"] = ADVICE.say(language)
    return found


def _told(owed: Any, language: str) -> dict[str, Any]:
    pays = owed["duty"] == "pay"
    what = _yuan(owed["amount_cents"], language) if pays else opened_note(owed) or ""
    if owed["performed_at"] is not None:
        said = _PERFORMED
    elif owed["breached_at"] is not None:
        said = _LATE
    else:
        said = _PARTLY if owed["paid_cents"] else _OPEN
    paid = {"paid": _yuan(owed["paid_cents"], language)} if pays else {}
    return {
        "owed_by": _ROLES[owed["role"]].say(language), "what": what, "due": owed["due"], **paid,
        "said": said.say(language),
    }  # fmt: skip


def _yuan(cents: int, language: str) -> str:
    amount = f"{cents // 100}.{cents % 100:02d}"
    return Words(f"{amount}元", f"{amount} yuan").say(language)
