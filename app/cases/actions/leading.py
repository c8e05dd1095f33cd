"""The lead passes from one unit to another, and with it who sees the case and as what."""

from app.cases.actions.access import Part, change
from app.cases.actions.offering import grantees
from app.cases.queries.one import LoadedCase
from app.cases.rules import REVIEWS, PetitionClass
from app.messages.actions import queue
from app.reference.actions import ActionContext

# Whoever led before has a duty left where it received the matter first (首接负责), or stands in the same line of areas one
# tier below (it stays responsible) or above (it guides). A unit that passed it on sideways has none.
_STAYS = """
    select coalesce(c.centre = old.code, false) or old.tier <> new.tier and (oa.path @> na.path or na.path @> oa.path)
    from cases c join unit old on old.code = c.lead_unit join unit new on new.code = $2
        join area oa on oa.code = old.area join area na on na.code = new.area
    where c.id = $1
"""
# The matter leaves the line of areas it lies in: the centre of the area that receives it gets to know.
_RECEIVING = """
    select u.code from cases c join unit new on new.code = $2 join area na on na.code = new.area
        join unit u on u.kind = 'centre' and u.area = new.area
    where c.id = $1 and u.code <> new.code and not (na.path @> c.area_path or c.area_path @> na.path)
        and not coalesce(c.barred_units @> u.path, false)
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


async def pass_lead(act: ActionContext, case: LoadedCase, unit: str) -> None:
    """`unit` sees the case as its lead from now on. The lead before steps back first: the database holds one lead a case at
    any instant. It stays as a co-handler while it has a duty left, and otherwise sees the case no more."""
    case_id = case.facts.id
    stays = await act.conn.fetchval(_STAYS, case_id, unit)
    await act.conn.execute(
        "update assignment set part = case when $2 then 'co' else part end, state = case when $2 then state else 'done' end"
        " where case_id = $1 and part = 'lead' and state = 'signed'",
        case_id, stays,
    )  # fmt: skip
    before, after = await grantees(act, case, case.facts.lead_unit), await grantees(act, case, unit)
    receiving = await _receiving_centre(act, case, unit)
    given: set[Part] = {(grantee, "lead") for grantee in after} | {(grantee, "co") for grantee in before if stays}
    if receiving is not None:
        given.add((f"unit:{receiving}", "receiving"))
    taken: list[Part] = [*((grantee, "lead") for grantee in before), *((grantee, "offer") for grantee in after)]
    await change(act.conn, case_id, act.now, given=given, taken=[*taken, (None, "receiving")])
    if receiving is not None:
        await queue(
            act.conn, f"received {case_id} {case.facts.version} unit:{receiving}", "received", now=act.now,
            grantee=f"unit:{receiving}", case_id=case_id, facts={"unit": unit},
        )  # fmt: skip
    await share_reviewed(act, case, unit)


async def _receiving_centre(act: ActionContext, case: LoadedCase, unit: str) -> str | None:
    """It sees the case for as long as a unit of its area leads it; an accusation is told to nobody."""
    if case.facts.petition_class is PetitionClass.ACCUSATION:
        return None
    found: str | None = await act.conn.fetchval(_RECEIVING, case.facts.id, unit)
    return found


async def share_reviewed(act: ActionContext, case: LoadedCase, unit: str) -> None:
    """Who reviews an opinion reads the file it stands in: the case reviewed, and for a re-review the one before it."""
    if case.row.procedure in REVIEWS:
        await act.conn.execute(_SHARE, case.facts.id, f"unit:{unit}")
