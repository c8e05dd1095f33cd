-- A case as the rules judge its steps, with what capabilities above registered; which one follows. The centre it is taken up
-- to next is `above`; `below` is the unit that had it last beneath the tier of the present lead, where it was taken up.
select c.id, c.number, c.kind, c.petition_class, c.category, c.status, c.lead_unit, c.head_seq as version, c.queue, c.procedure,
    c.procedure_version, c.received_at, c.registered_at, c.accepted_at, c.query_issue, encode(c.query_hash, 'hex') as query_hash, c.escalated_to, c.result, c.reopened,
    (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'unit', a.unit, 'staff', a.staff, 'part', a.part,
        'note', a.note, 'returned', a.returned_at is not null) order by a.id), '[]')
     from assignment a where a.case_id = c.id and a.state = 'offered' and (a.part = 'lead' or a.staff is not null)) as offers,
    (select a.offered_at from assignment a where a.case_id = c.id and a.state = 'offered' and a.part = 'lead') as offered_at,
    (select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'state', n.state, 'meets', n.meets,
        'recorded_by', s.recorded_by, 'drafted_at', n.drafted_at) order by n.drafted_at, n.id), '[]')
     from notice n left join service_record s on s.notice = n.id and s.replaced_at is null
     where n.case_id = c.id and n.state <> 'replaced') as notices,
    array(select a.unit from assignment a where a.case_id = c.id and a.state = 'refused' and a.part = 'lead') as refused_by,
    array(select a.unit from assignment a where a.case_id = c.id and a.returned_at is not null) as returned_by,
    exists (select from assignment a join unit u on u.code = a.unit where a.case_id = c.id and a.part = 'lead'
        and a.state = 'offered' and u.kind = 'centre' and u.tier = c.escalated_to) as came_up,
    (select a.ruled_by from assignment a where a.case_id = c.id and a.part = 'lead' and a.state = 'signed') as ruled_by,
    (select k.subject from open_clock k where k.case_id = c.id and k.kind = 'competence') as superior,
    exists (select from open_clock k where k.case_id = c.id and k.kind = 'report') as reporting,
    exists (select from archive f where f.case_id = c.id and f.taken_out_at is null) as archived,
    (select h.placed_by from legal_hold h where h.case_id = c.id and h.released_at is null) as held_by,
    {standing} as standing,
    up.code as above, up.tier as above_tier,
    (select u.code from assignment a join unit u on u.code = a.unit join unit l on l.code = c.lead_unit
     where a.case_id = c.id and a.part = 'co' and a.state = 'signed' and a.staff is null and c.escalated_to is not null
        and not exists (select from case_note n where n.id = a.note and n.kind = 'task')
        and l.kind = 'centre' and tier_rank(u.tier) < tier_rank(l.tier)
        and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier)
     order by a.answered_at desc limit 1) as below,
    exists (select from reopening_request q where q.case_id = c.id and q.state = 'open') as asked,
    array(select distinct split_part(e.actor, ':', 2) from event e where e.case_id = c.id
        and e.kind in ('conclude', 'decide_review', 'serve', 'close')) as worked_by,
    (select h.state from hearing h where h.case_id = c.id and h.state in ('scheduled', 'opened')) as hearing,
    (select l.relation from case_link l where l.case_id = c.id and l.undone_at is null) as linked,
    (select jsonb_build_object('id', k.id, 'start', k.start, 'due', k.due, 'due_unrolled', k.due_unrolled,
        'provisional', k.provisional, 'extensions', k.extensions,
        'granted_days', (select coalesce(sum(x.days), 0) from clock_extension x where x.clock = k.id))
     from open_clock k where k.case_id = c.id and k.kind = 'completion') as clock,
    array(select k.kind from clock k where k.case_id = c.id and k.met_at is not null and k.stopped_at is null) as clocks_met,
    c.waits_above is not null as waits,
    exists (select from case_concern k where k.case_id = c.id and k.relation = 'concerns' and k.unit is not null
        and k.ended_at is null) as concerns,
    array(select u.code from unit u cross join (
            select coalesce(max(tier_rank(about.tier)), 0) as most from case_concern k join unit about on about.code = k.unit
            where k.case_id = c.id and k.ended_at is null and k.relation = 'concerns') height
        where (u.code = c.lead_unit or c.petition_class is distinct from 'accusation' and u.kind = 'centre'
                and u.area in (c.township, c.county, c.city) and not withheld_from(c.barred_units, u.path))
            and (tier_rank(u.tier) > height.most or u.code = c.lead_unit and u.tier = 'city'
                and u.kind in ('centre', 'discipline_desk', 'intake_desk'))) as namers,
    jsonb_build_object({brought}) as brought
from cases c left join lateral ({above}) up on true
