"""What each step of a case writes, as SQL over the relation `act`: one row a case that takes the step now.

The set-wise twin of app/cases/actions: the table of transitions gives states and clocks, this gives the rest. A test
plays the same lives both ways and compares every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.notices.rules import CLOSING

# One row a step that is to be taken in this round, all of one action (COPY).
SENT = """
    create temp table sent (
        case_id uuid, at timestamptz, note uuid, body text, sealed bytea, seal_key bytea, salt bytea, digest text,
        route text, result text, outcome text, method text, article text, unit text, into_case uuid, days int,
        clocks text, kind text
    ) on commit drop
"""
SENT_COLUMNS = (
    "case_id", "at", "note", "body", "sealed", "seal_key", "salt", "digest", "route", "result", "outcome", "method",
    "article", "unit", "into_case", "days", "clocks", "kind",
)  # fmt: skip
# The same with what the case says of it: the lead and status before, the open offer, who takes the step, the notice
# that is served, and the kind of clock that waits for the notice which the step drafted.
ACT = """
    create temp table act (
        like sent, lead text, before text, secret boolean, offer bigint, offer_unit text, offer_note uuid, staff uuid,
        served uuid, served_kind text, served_meets text, waits text, more jsonb not null default '{}'
    ) on commit drop
"""
# The cases as they go through their lives. Their own table, which many indexes and foreign keys guard, is written once.
LIFE_COLUMNS = (
    "status", "lead_unit", "head_seq", "head_hash", "updated_at", "due", "accepted_at", "concluded_at", "closed_at",
    "result", "reopened", "merged_into", "barred_units", "barred_staff",
)  # fmt: skip
LIFE = f"""
    create temp table life on commit drop as
    select id, number, received_at, kind, petition_class, procedure, procedure_version, city, county, township,
        community, area_path, centre, routed_unit, {", ".join(LIFE_COLUMNS)}
    from cases
"""
LIVED = f"""
    update cases c set {", ".join(f"{name} = l.{name}" for name in LIFE_COLUMNS)}
    from life l where l.id = c.id and l.head_seq <> c.head_seq
"""
# Who may take which step in which unit: one person each, by the permissions of their post.
DOER = """
    create temp table doer (
        action text, unit text, grantee text, area text, sworn boolean, staff uuid, primary key (action, unit)
    ) on commit drop
"""


def instant(expression: str) -> str:
    """An instant as events hold it: seconds since 1970 as a decimal, 1793500000.0 or 1793500000.25."""
    epoch = f"extract(epoch from {expression})"
    return f"case when {epoch} = trunc({epoch}) then round({epoch}, 1) else trim_scale({epoch}) end"


def _grantees(unit: str) -> str:
    """How a unit is named in `case_access`: as itself, or for an accusation as its sworn posts."""
    return (
        f"(select a.case_id, a.at, 'unit:' || {unit} as grantee from act a where not a.secret"
        f" union all select a.case_id, a.at, 'post:' || p.id from act a join post p on p.unit = {unit}"
        " and p.role in ('discipline_officer', 'coordinator') where a.secret)"
    )


def _grant(unit: str, part: str, when: str = "true") -> str:
    return (
        f"insert into case_access (case_id, grantee, part) select g.case_id, g.grantee, '{part}' from {_grantees(unit)} g"
        f" join act a on a.case_id = g.case_id where {when}"
        " on conflict (case_id, grantee, part) do update set until = null"
    )


def _end(unit: str, part: str) -> str:
    return (
        f"update case_access x set until = g.at from {_grantees(unit)} g where x.case_id = g.case_id"
        f" and x.grantee = g.grantee and x.part = '{part}' and x.until is null"
    )


def _answer(state: str) -> str:
    return (
        f"update assignment x set state = '{state}', answered_by = a.staff::text, answered_at = a.at,"
        " note = coalesce(a.note, x.note) from act a where x.id = a.offer"
    )


# As app/cases/actions/leading.py has it: who led before stays while it has a duty left.
_STAYS = (
    "exists (select from life c join unit old on old.code = a.lead join unit new on new.code = a.offer_unit"
    " join area oa on oa.code = old.area join area na on na.code = new.area where c.id = a.case_id"
    " and (c.centre = old.code or old.tier <> new.tier and (oa.path @> na.path or na.path @> oa.path)))"
)
_STEP_BACK = (
    f"update assignment x set part = case when {_STAYS} then 'co' else x.part end,"
    f" state = case when {_STAYS} then x.state else 'done' end from act a"
    " where x.case_id = a.case_id and x.part = 'lead' and x.state = 'signed'"
)
_RECEIVED = (
    "update case_access x set until = a.at from act a"
    " where x.case_id = a.case_id and x.part = 'receiving' and x.until is null",
    "insert into case_access (case_id, grantee, part) select c.id, 'unit:' || u.code, 'receiving' from act a"
    " join life c on c.id = a.case_id join unit new on new.code = a.offer_unit join area na on na.code = new.area"
    " join unit u on u.kind = 'centre' and u.area = new.area where not a.secret and u.code <> new.code"
    " and not (na.path @> c.area_path or c.area_path @> na.path) and not coalesce(c.barred_units @> u.path, false)"
    " on conflict (case_id, grantee, part) do update set until = null",
)
_OFFER = (
    "insert into assignment (case_id, unit, part, state, offered_by, offered_at, note)"
    " select case_id, unit, 'lead', 'offered', staff::text, at, note from act order by at, case_id"
)
_END_ASSIGNMENTS = (
    "update assignment x set state = case x.state when 'offered' then 'recalled' else 'done' end,"
    " answered_at = coalesce(x.answered_at, a.at), answered_by = coalesce(x.answered_by, a.staff::text)"
    " from act a where x.case_id = a.case_id and (x.state = 'offered' or x.state = 'signed' and x.part = 'co')"
)
_END_OFFERED_SIGHT = (
    "update case_access x set until = a.at from act a"
    " where x.case_id = a.case_id and x.part = 'offer' and x.until is null"
)
_END_THE_WORK = (_END_ASSIGNMENTS, _END_OFFERED_SIGHT)
_CLOSING = ", ".join(f"'{kind.value}'" for kind in sorted(CLOSING))
_SERVED_BEFORE = (
    "update service_record x set replaced_at = a.at from act a where x.notice = a.served and x.replaced_at is null"
)
_SERVE = (
    "insert into service_record (case_id, notice, outcome, method, at, article, note, recorded_by)"
    " select case_id, served, outcome, method, at, article, note, staff::text from act order by at, case_id"
)
_SERVED = "update notice n set state = a.outcome from act a where n.id = a.served"
_APPROVE = (
    "update service_record x set approved_by = a.staff::text, approved_at = a.at"
    " from act a where x.notice = a.served and x.replaced_at is null"
)
_APPROVED = "update notice n set state = 'approved' from act a where n.id = a.served"


def _replace(which: str) -> tuple[str, str]:
    """Notices that count no more, and how they were served."""
    return (
        "update service_record x set replaced_at = a.at from act a join notice n on n.case_id = a.case_id"
        f" where x.notice = n.id and n.state <> 'replaced' and {which} and x.replaced_at is null",
        "update notice n set state = 'replaced' from act a"
        f" where n.case_id = a.case_id and n.state <> 'replaced' and {which}",
    )


_NO_LONGER_CLOSING = _replace(f"n.kind in ({_CLOSING})")
_NO_LONGER_ACCEPTED = _replace(
    "n.kind in ('acceptance', 'rights_and_duties') and n.state in ('drafted', 'failed', 'attempted')"
)
_INVITE = (
    "insert into rating (case_id, invited_at, window_ends) select a.case_id, a.at, k.due from act a"
    " cross join lateral jsonb_to_recordset(a.clocks::jsonb) k(due timestamptz) order by a.at, a.case_id"
)
_SUPERSEDE_RATING = (
    "update rating x set superseded_at = a.at from act a where x.case_id = a.case_id and x.superseded_at is null"
)
_BAR_FROM_BOTH = """
    update life o set
        barred_units = nullif(array(select distinct p
            from unnest(coalesce(o.barred_units, '{}') || coalesce(c.barred_units, '{}')) p), '{}'),
        barred_staff = nullif(array(select distinct p
            from unnest(coalesce(o.barred_staff, '{}') || coalesce(c.barred_staff, '{}')) p), '{}')
    from act a join life c on c.id = a.case_id where o.id = a.into_case
"""
_NO_OFFER, _AN_OFFER = "o.id is null", "o.id is not null"


@dataclass(frozen=True, slots=True)
class Move:
    """`guard`: a condition on s (sent), c (case), o (open offer to lead), v (the notice
    that is served: the closing one, or of the kind named), d (doer). `columns`: of
    the case, as SQL on a (act) and c. `facts`: jsonb for the event. `note`: the kind of its text."""

    note: str | None = None
    guard: str = "true"
    writes: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    facts: str = "'{}'"


_HEIGHT = "array_position(array['community', 'township', 'county', 'city'], {})"
_UNIT_MAY_LEAD = (
    f"{_NO_OFFER} and exists (select from unit u where u.code = s.unit and u.code <> c.lead_unit"
    " and (c.barred_units is null or not c.barred_units @> u.path)"
    " and (c.petition_class is distinct from 'accusation' or u.kind = 'discipline_desk' and"
    f" {_HEIGHT.format('u.tier')} > coalesce((select max({_HEIGHT.format('about.tier')}) from case_concern k"
    " join unit about on about.code = k.unit where k.case_id = c.id and k.relation = 'concerns'), 0)))"
)
_TARGET_TAKES_IT = (
    "c.petition_class is distinct from 'accusation' and s.into_case <> c.id and exists (select from life t"
    " where t.id = s.into_case and t.kind = c.kind and t.petition_class is distinct from 'accusation'"
    " and t.status in ('registered', 'accepted', 'handling', 'concluded') and ("
    "   t.kind in ('request', 'event') and d.area in (t.community, t.township, t.county, t.city)"
    "   or exists (select from case_access x where x.case_id = t.id and x.grantee = 'unit:' || d.unit and x.until is null))"
    " and not exists (select from unit u where u.code in (t.lead_unit, t.routed_unit) and c.barred_units @> u.path))"
)
_CLOSED = {"closed_at": "a.at"}
_ROUTE = "jsonb_build_object('route', a.route)"
_OFFERED = "jsonb_build_object('part', 'lead', 'unit', a.offer_unit)"

MOVES: Mapping[str, Move] = {
    "offer": Move("offer_reason", _UNIT_MAY_LEAD, (_OFFER, _grant("a.unit", "offer")),
                  facts="jsonb_build_object('unit', a.unit)"),
    "sign_for": Move(
        guard=_AN_OFFER,
        writes=(_STEP_BACK, _answer("signed"), _grant("a.lead", "co", _STAYS), _end("a.lead", "lead"),
                _grant("a.offer_unit", "lead"), _end("a.offer_unit", "offer"), *_RECEIVED),
        columns={"lead_unit": "a.offer_unit"}, facts=_OFFERED,
    ),
    # Of petitions: what else is given back waits for the dispatcher's ruling.
    "refuse": Move("refusal_reason", f"{_AN_OFFER} and c.kind = 'petition'",
                   (_answer("refused"), _end("a.offer_unit", "offer")),
                   facts=f"{_OFFERED} || jsonb_build_object('returned', false)"),
    "recall": Move(None, _AN_OFFER, (_answer("recalled"), _end("a.offer_unit", "offer")),
                   facts="jsonb_build_object('unit', a.offer_unit)"),
    "accept": Move(columns={"accepted_at": "a.at"}),
    "decline": Move("decline_reason", writes=(*_END_THE_WORK, *_NO_LONGER_ACCEPTED), columns=_CLOSED, facts=_ROUTE),
    "refer": Move("referral_reason", writes=(*_END_THE_WORK, *_NO_LONGER_ACCEPTED), columns=_CLOSED, facts=_ROUTE),
    "handle": Move(),
    "extend": Move("extension_reason"),
    "conclude": Move("reply", _NO_OFFER, columns={"result": "a.result", "concluded_at": "a.at"}),
    "serve": Move(
        "service_proof",
        "s.at >= v.drafted_at and (v.state in ('drafted', 'attempted')"
        f" or c.status = 'concluded' and v.kind in ({_CLOSING}) and v.state <> 'failed')",
        (_SERVED_BEFORE, _SERVE, _SERVED),
        facts="jsonb_build_object('outcome', a.outcome, 'method', a.method, 'at_service', "
              f"{instant('a.at')}, 'article', a.article, 'notice', a.served_kind, 'notice_id', a.served)",
    ),
    "approve_attempt": Move(guard="v.state = 'attempted'", writes=(_APPROVE, _APPROVED),
                            facts="jsonb_build_object('notice', a.served_kind, 'notice_id', a.served)"),
    "close": Move(
        guard="v.id is not null and not exists (select from notice w where w.case_id = c.id"
              " and w.state in ('drafted', 'failed', 'attempted'))",
        writes=(*_END_THE_WORK, _INVITE), columns=_CLOSED,
    ),
    "reopen": Move(
        "reopening_reason", writes=(*_NO_LONGER_CLOSING, _SUPERSEDE_RATING),
        columns={"closed_at": "null::timestamptz", "concluded_at": "null::timestamptz", "result": "null::text",
                 "reopened": "c.reopened + 1"},
    ),
    "withdraw": Move("withdrawal_reason", writes=_END_THE_WORK, columns=_CLOSED),
    "merge": Move("merge_reason", _TARGET_TAKES_IT, (_BAR_FROM_BOTH, *_END_THE_WORK), columns={"merged_into": "a.into_case"},
                  facts="jsonb_build_object('into', a.into_case, 'before', a.before)"),
}  # fmt: skip


# Who takes a step that only the lead takes, the unit with the offer, or anyone who sees the case: then rather the
# lead, then another unit with a part in it, then whoever's area it lies in. A sealed case knows sworn posts alone.
_SWORN = " and (d.sworn or c.petition_class is distinct from 'accusation')"
LEAD = f"select d.staff, d.unit, d.area from doer d where d.action = $1 and d.unit = c.lead_unit{_SWORN}"
OFFERED = f"select d.staff, d.unit, d.area from doer d where d.action = $1 and d.unit = o.unit{_SWORN}"
SIGHT = f"""
    select x.staff, x.unit, x.area from (
        select d.*, 0 as near from doer d where d.action = $1 and d.unit = c.lead_unit{_SWORN}
        union all
        select d.*, 1 from case_access ca join doer d on d.action = $1 and d.grantee = ca.grantee
        where ca.case_id = c.id and ca.until is null
        union all
        select d.*, 1 + array_position(array[c.community, c.township, c.county, c.city], d.area) from doer d
        where d.action = $1 and c.kind in ('request', 'event') and d.area in (c.community, c.township, c.county, c.city)
    ) x join unit u on u.code = x.unit
    where x.staff::text is distinct from v.recorded_by
        and (c.barred_units is null or not c.barred_units @> u.path)
        and (c.barred_staff is null or not x.staff = any(c.barred_staff))
    order by x.near, x.unit limit 1
"""
TAKE = f"""
    insert into act
    select s.*, c.lead_unit, c.status, c.petition_class is not distinct from 'accusation', o.id, o.unit, o.note, d.staff,
        v.id, v.kind, v.meets
    from sent s join life c on c.id = s.case_id
    left join lateral (  -- by index, case by case: what the planner knows of these tables is old by now (OFFSET 0)
        select id, unit, note from assignment where case_id = c.id and part = 'lead' and state = 'offered' offset 0
    ) o on true
    left join lateral (
        select n.id, n.kind, n.state, n.meets, n.drafted_at, r.recorded_by
        from notice n left join service_record r on r.notice = n.id and r.replaced_at is null
        where n.case_id = c.id and n.state <> 'replaced'
            and case when s.kind is null then n.kind in ({_CLOSING}) else n.kind = s.kind end offset 0
    ) v on true
    cross join lateral ({{doer}}) d
    where c.status = any($2::text[]) and {{guard}}
"""
NOTE = """
    insert into case_note (id, case_id, kind, body, sealed, seal_key, salt, author, at)
    select note, case_id, $1, body, sealed, seal_key, salt, 'staff:' || staff, at from act
"""
MEET = """
    update clock k set met_at = a.at, breached_at = case when a.at > k.due then k.due end from act a
    where k.case_id = a.case_id and k.kind = $1 and a.waits is distinct from $1 and k.met_at is null
        and k.stopped_at is null
"""
MEET_SERVED = """
    update clock k set met_at = a.at, breached_at = case when a.at > k.due then k.due end from act a
    where k.case_id = a.case_id and k.kind = a.served_meets and k.met_at is null and k.stopped_at is null
        and a.outcome is distinct from 'attempted'
"""
STOP = """
    update clock k set stopped_at = a.at, breached_at = case when a.at > k.due then k.due end from act a
    where k.case_id = a.case_id and k.met_at is null and k.stopped_at is null
        and k.kind is distinct from coalesce(a.waits, $1)
"""
# Nobody waits for a signature any more.
STOP_WAITING = """
    update clock k set stopped_at = a.at from act a
    where k.case_id = a.case_id and k.kind = 'sign_for' and k.met_at is null and k.stopped_at is null
"""
# A result that is served anew gives the time to ask for a review anew.
STOP_APPLYING = f"""
    update clock k set stopped_at = a.at from act a
    where k.case_id = a.case_id and k.kind = 'apply_review' and a.served_kind in ({_CLOSING}) and k.met_at is null
        and k.stopped_at is null
"""
START = """
    insert into clock (case_id, kind, rule, version, basis, start, due, due_unrolled, provisional, owner, subject, level,
        next_at)
    select a.case_id, k.kind, k.rule, k.version, k.basis, a.at, k.due, k.due_unrolled, k.provisional, k.owner,
        case k.kind when 'sign_for' then a.unit else '' end, k.level, k.next_at
    from act a cross join lateral jsonb_to_recordset(a.clocks::jsonb) k(kind text, rule text, version int, basis text,
        owner text, due timestamptz, due_unrolled timestamptz, provisional boolean, level smallint, next_at timestamptz)
    order by a.at, a.case_id
"""
# As migrations/functions/append_events.sql has it, for many cases at once. `key` is the column of `act` that names the case told.
RECORD = """
    with old as materialized (
        select c.id, c.head_seq + 1 as seq, c.head_hash as prev, a.at, 'staff:' || a.staff as who,
            event_body(c.id, c.head_seq + 1, $1, a.at, 'staff:' || a.staff,
                jsonb_build_object('set', jsonb_build_object({said})) || $2::jsonb || {facts}) as body
        from act a join life c on c.id = a.{key}
    ), changed as (
        update life c set head_seq = n.seq, head_hash = event_hash(n.prev, n.body), updated_at = n.at,
            due = coalesce((select min(k.due) from clock k
                where k.case_id = c.id and k.met_at is null and k.stopped_at is null and k.paused_at is null
                    and k.owner = 'organ'), 'infinity'){columns}
        from old n join act a on a.{key} = n.id where c.id = n.id
        returning c.id, c.head_hash
    )
    insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)
    select n.id, n.seq, $1, n.at, n.who, n.body, n.prev, changed.head_hash from old n join changed using (id)
    order by n.at, n.id
"""


def record(columns: Mapping[str, str], facts: str, *, key: str = "case_id") -> str:
    """The statement that changes `columns` and appends the event; $1 kind, $2 what the transition table says."""
    said = ", ".join(
        f"'{name}', {instant(value) if name.endswith('_at') else value}" for name, value in columns.items()
    )
    changes = "".join(f", {name} = {value}" for name, value in columns.items())
    return RECORD.format(said=said, facts=facts, key=key, columns=changes)
