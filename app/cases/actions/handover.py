"""Moving responsibility: offered, signed for, refused, recalled. It moves when the next unit signs, not when sent."""

import uuid

from app.cases.actions.step import GRANT, NOTHING_OWED, Act, advance, begin, write_note
from app.cases.actions.tell import Words, tell
from app.cases.queries.one import Loaded, opened_note
from app.cases.rules import REVIEWS, Offer, PetitionClass, answers
from app.core import errors

_END = "update case_access set until = now() where case_id = $1 and grantee = any($2::text[]) and part = $3 and until is null"

# `above`: in a higher tier than every unit that the matter is about (an accusation goes to no desk beside them)
_TARGET = """
    select u.kind, coalesce(c.barred_units @> u.path, false) as barred,
        array_position(array['community', 'township', 'county', 'city'], u.tier) > coalesce((
            select max(array_position(array['community', 'township', 'county', 'city'], about.tier))
            from case_concern k join unit about on about.code = k.unit
            where k.case_id = c.id and k.relation = 'concerns'), 0) as above,
        u.tier = (select l.tier from unit l where l.code = c.lead_unit) as beside
    from unit u, cases c where u.code = $1 and c.id = $2
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


async def offer(act: Act, case_id: uuid.UUID, *, unit: str, reason: str) -> None:
    """Offer the lead to another unit; it sees the case from now on, and the present lead stays responsible."""
    case = await begin(act, case_id, "offer")
    secret = case.facts.petition_class is PetitionClass.ACCUSATION
    row = await act.conn.fetchrow(_TARGET, unit, case_id)
    if row is None or (secret and not (row["kind"] == "discipline_desk" and row["above"])):
        raise errors.Invalid(
            "没有可派的这个单位。", "There is no such unit to offer this case to.", pointer="#/body/unit"
        )
    if unit == case.facts.lead_unit:
        raise errors.Invalid("该单位已是主办单位。", "This unit leads the case already.", pointer="#/body/unit")
    if row["barred"]:
        raise errors.Conflict(
            "该事项涉及此单位或其上级，应予回避。", "The matter concerns this unit or one above it: recusal."
        )
    if case.row["procedure"] in REVIEWS and not row["beside"]:
        raise errors.Conflict(
            "复查、复核由作出处理意见机关的上一级机关办理，只能派给同级单位。",
            "A review is led one tier above the opinion: offer it to a unit of the same tier.",
        )
    note, said = await write_note(act, case, "offer_reason", reason)
    await act.conn.execute(
        "insert into assignment (case_id, unit, part, state, offered_by, offered_at, note)"
        " values ($1, $2, 'lead', 'offered', $3, $4, $5)",
        case_id, unit, act.actor.id, act.now, note,
    )  # fmt: skip
    for grantee in await _grantees(act, case, unit):
        await act.conn.execute(GRANT, case_id, grantee, "offer")
    await advance(act, case, "offer", facts={"unit": unit, **said})


async def sign_for(act: Act, case_id: uuid.UUID) -> None:
    """Take what was offered. The lead moves to the signing unit; the unit before stays as co-handler."""
    case = await begin(act, case_id, "sign_for")
    found = _own_offer(act, case)
    if found.part != "lead":
        await _answer(act, found, "signed")
        await advance(act, case, "sign_for", facts={"part": found.part, "unit": found.unit})
        return
    await step_back(act, case)
    await _answer(act, found, "signed")
    await pass_sight(act, case, found.unit)
    owing = await tell(act, case, "sign_for", await _transferred(act, found)) if found.note else NOTHING_OWED
    facts = {"part": "lead", "unit": found.unit}
    await advance(act, case, "sign_for", columns={"lead_unit": found.unit}, facts=facts, owing=owing)


async def step_back(act: Act, case: Loaded) -> None:
    """The lead becomes a co-handler. It does so first: the database holds one lead a case at any instant."""
    await act.conn.execute(
        "update assignment set part = 'co' where case_id = $1 and part = 'lead' and state = 'signed'", case.facts.id
    )


async def pass_sight(act: Act, case: Loaded, unit: str) -> None:
    """`unit` sees the case as its lead from now on, and the lead before as a co-handler."""
    case_id = case.facts.id
    for grantee in await _grantees(act, case, case.facts.lead_unit):
        await act.conn.execute(GRANT, case_id, grantee, "co")
        await act.conn.execute(_END, case_id, [grantee], "lead")
    for grantee in await _grantees(act, case, unit):
        await act.conn.execute(GRANT, case_id, grantee, "lead")
        await act.conn.execute(_END, case_id, [grantee], "offer")
    await share_reviewed(act, case, unit)


async def share_reviewed(act: Act, case: Loaded, unit: str) -> None:
    """Who reviews an opinion reads the file it stands in: the case reviewed, and for a re-review the one before it."""
    if case.row["procedure"] in REVIEWS:
        await act.conn.execute(_SHARE, case.facts.id, f"unit:{unit}")


async def refuse(act: Act, case_id: uuid.UUID, *, reason: str) -> None:
    """Give an offer back with the reason; the present lead stays, and the refusing side no longer sees the case."""
    case = await begin(act, case_id, "refuse")
    found = _own_offer(act, case)
    note, said = await write_note(act, case, "refusal_reason", reason)
    await _answer(act, found, "refused", note)
    await _withdraw_sight(act, case, found)
    await advance(act, case, "refuse", facts={"part": found.part, "unit": found.unit, **said})


async def recall(act: Act, case_id: uuid.UUID) -> None:
    """Take the open offer back before it is signed for."""
    case = await begin(act, case_id, "recall")
    found = case.facts.lead_offer
    if found is None:
        raise errors.ActionRefused("没有待签收的派单。", "No offer is open.")
    await _answer(act, found, "recalled")
    await _withdraw_sight(act, case, found)
    await advance(act, case, "recall", facts={"unit": found.unit})


async def _transferred(act: Act, found: Offer) -> Words:
    """Another organ took over what one had offered it for a reason: the petitioner is told (信访工作条例 23). The first
    routing has none: it is the registration itself."""
    (row,) = await act.conn.fetch("select id, body, sealed, seal_key from case_note where id = $1", found.note)
    return Words(found.note, opened_note(row), {"organ": found.unit})


def _own_offer(act: Act, case: Loaded) -> Offer:
    """The offer this actor answers; the lead before a task."""
    mine = [offer for offer in case.facts.offers if answers(offer, act.actor)]
    return sorted(mine, key=lambda offer: (offer.part != "lead", offer.id))[0]


async def _answer(act: Act, found: Offer, state: str, note: uuid.UUID | None = None) -> None:
    await act.conn.execute(
        "update assignment set state = $2, answered_by = $3, answered_at = $4, note = coalesce($5, note) where id = $1",
        found.id, state, act.actor.id, act.now, note,
    )  # fmt: skip


async def _withdraw_sight(act: Act, case: Loaded, found: Offer) -> None:
    if found.staff is not None:
        await act.conn.execute(_END, case.facts.id, [f"staff:{found.staff}"], "task")
    else:
        await act.conn.execute(_END, case.facts.id, await _grantees(act, case, found.unit), "offer")


async def _grantees(act: Act, case: Loaded, unit: str) -> list[str]:
    """How a unit is named in `case_access`: as itself, or for an accusation as its sworn posts."""
    if case.facts.petition_class is not PetitionClass.ACCUSATION:
        return [f"unit:{unit}"]
    rows = await act.conn.fetch(
        "select id from post where unit = $1 and role in ('discipline_officer', 'coordinator')", unit
    )
    return [f"post:{row['id']}" for row in rows]
