"""The lead passes from one unit to another, and with it who sees the case and as what."""

from app.cases.actions.access import Part, change
from app.cases.actions.offering import grantees
from app.cases.queries.looking import LookedCase
from app.cases.queries.one import LoadedCase
from app.cases.rules import REVIEWS
from app.core.gathering import OTHER_ROWS
from app.messages.actions import queue
from app.reference.actions import ActionContext

_STEP_BACK = """
    update assignment set part = case when $2 then 'co' else part end, state = case when $2 then state else 'done' end
    where case_id = $1 and part = 'lead' and state = 'signed'
"""
_LEAD = """
    insert into assignment (case_id, unit, part, state, offered_by, offered_at, answered_by, answered_at)
    values ($1, $2, 'lead', 'signed', $3, $4, $3, $4)
"""
_SIGN = f"""{OTHER_ROWS}
    update assignment set state = 'signed', answered_by = $2, answered_at = $3 where id = $1
"""
_SHARE = """
    with recursive before as (
        select other from case_link where case_id = $1 and opinion_at is not null and undone_at is null
        union
        select l.other from before b join case_link l on l.case_id = b.other
        where l.opinion_at is not null and l.undone_at is null
    )
    insert into case_access (case_id, grantee, part) select other, $2, 'reviewer' from before
    on conflict (case_id, grantee, part) do update set until = null
"""


async def pass_lead(act: ActionContext, case: LookedCase, offer: int | None = None) -> None:
    """The unit that the step is about leads the case and sees it from now on, by the `offer` it was made or by a ruling.

    The lead before steps back first: the database holds one lead a case at any instant. It stays as a co-handler while it
    has a duty left, and otherwise sees the case no more. Where the matter leaves the line of areas it lies in, the centre
    of the area that receives it sees it as long as a unit there leads it; an accusation is told to nobody.
    """
    case_id, unit = case.facts.id, case.unit
    assert unit is not None  # noqa: S101 (offered, or looked for by the caller)
    await act.conn.execute(_STEP_BACK, case_id, unit.lead_stays)
    if offer is None:
        await act.conn.execute(_LEAD, case_id, unit.code, act.actor.id, act.now)
    else:
        await act.conn.execute(_SIGN, offer, act.actor.id, act.now)
    before, after = await grantees(act, case, case.facts.lead_unit), await grantees(act, case, unit.code)
    receiving = None if case.secret else unit.receiving
    given: set[Part] = {(grantee, "lead") for grantee in after} | {
        (grantee, "co") for grantee in before if unit.lead_stays
    }
    if receiving is not None:
        given.add((f"unit:{receiving}", "receiving"))
    taken: list[Part] = [*((grantee, "lead") for grantee in before), *((grantee, "offer") for grantee in after)]
    await change(act.conn, case_id, act.now, given=given, taken=[*taken, (None, "receiving")])
    if receiving is not None:
        await queue(
            act.conn, f"received {case_id} {case.facts.version} unit:{receiving}", "received", now=act.now,
            grantee=f"unit:{receiving}", case_id=case_id, facts={"unit": unit.code},
        )  # fmt: skip
    await share_reviewed(act, case, unit.code)


async def share_reviewed(act: ActionContext, case: LoadedCase, unit: str) -> None:
    """Who reviews an opinion reads the file it stands in: the case reviewed, and for a re-review the one before it."""
    if case.row.procedure in REVIEWS:
        await act.conn.execute(_SHARE, case.facts.id, f"unit:{unit}")
