"""What a mediation holds of one party, for the copy of their data: what they said and signed, what they owe and are owed.

The words of talks are of all who spoke there: they are read at the mediating unit.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from app.cases.queries.notes import ORIGINAL, NoteText
from app.cases.queries.registry import Held, HeldFact
from app.core.database import Connection
from app.core.rows import fetch_all
from app.mediation.rules import yuan

_DONE = """
    select recorded_at as at, case when given then '同意' else '不同意' end
            || case about when 'mediation' then '调解' else '延长调解期限' end as what
    from mediation_consent where case_id = $1 and party = $2
    union all
    select since, case when party is null then '各方参加的调解会' else '单独谈话' end from mediation_session
    where case_id = $1 and state = 'held' and (party is null or party = $2)
        and exists (select from mediation_consent s where s.case_id = $1 and s.party = $2)
    union all
    select signed_at, '在调解协议上签字' from mediation_signature where case_id = $1 and party = $2
    order by 1
"""
_OWED = """
    select g.effective_at as at, o.debtor = $2 as owes, o.amount_cents, o.paid_cents, o.due, o.performed_at is not null as done,
        {act} as act
    from mediation_obligation o join mediation_agreement g on g.id = o.agreement and g.state = 'effective'
    where o.case_id = $1 and $2 in (o.debtor, o.creditor) order by o.number
""".format(act=ORIGINAL.format("o.act"))


@dataclass(frozen=True, slots=True)
class _Owed:
    at: datetime
    owes: bool
    amount_cents: int | None
    paid_cents: int
    due: date
    done: bool
    act: NoteText

    @property
    def what(self) -> str:
        """In words for who owes it or is owed it."""
        whose = "协议约定您" if self.owes else "协议约定对方"
        if self.amount_cents is None:
            return f"{whose}于 {self.due} 前履行：{self.act or ''}{'（已履行）' if self.done else ''}"
        return f"{whose}于 {self.due} 前支付 {yuan(self.amount_cents)} 元，已支付 {yuan(self.paid_cents)} 元"


async def _read(conn: Connection, case_id: uuid.UUID, party: uuid.UUID) -> list[HeldFact]:
    done = await fetch_all(conn, HeldFact, _DONE, case_id, party)
    return done + [HeldFact(one.at, one.what) for one in await fetch_all(conn, _Owed, _OWED, case_id, party)]


HELD = Held("调解（谈话笔录请向调解组织查阅）", speakers=False, read=_read)
