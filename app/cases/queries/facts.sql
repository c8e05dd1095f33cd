select c.id, c.number, c.kind, c.petition_class, c.category, c.status, c.lead_unit, c.routed_unit, c.centre, c.head_seq,
    c.queue, c.procedure, c.procedure_version, c.merged_into, c.received_at, c.registered_at, c.accepted_at, c.concluded_at,
    c.updated_at, c.query_issue, c.registrar, c.worker, c.township, c.county, c.city, c.result,
    (select coalesce(jsonb_agg(jsonb_build_array(a.id, a.unit, a.staff, a.part, a.note,
        a.offered_at, a.returned_at is not null) order by a.id), '[]')
     from assignment a where a.case_id = c.id and a.state = 'offered'
        and (a.part = 'lead' or a.staff is not null)) as offers,
    (select coalesce(jsonb_agg(jsonb_build_array(n.id, n.kind, n.state, n.meets, s.recorded_by)
        order by n.drafted_at, n.id), '[]')
     from notice n left join service_record s on s.notice = n.id and s.replaced_at is null
     where n.case_id = c.id and n.state <> 'replaced') as notices,
    (select array_agg(a.unit) from assignment a
     where a.case_id = c.id and a.state = 'refused' and a.part = 'lead') as refused_by,
    (select array_agg(a.unit) from assignment a
     where a.case_id = c.id and a.returned_at is not null) as returned_by,
    exists (select from assignment a join unit u on u.code = a.unit where a.case_id = c.id and a.part = 'lead'
        and a.state = 'offered' and u.kind = 'centre' and u.tier = c.escalated_to) as came_up,
    (select a.ruled_by from assignment a
     where a.case_id = c.id and a.part = 'lead' and a.state = 'signed') as ruled_by,
    (select k.subject from open_clock k where k.case_id = c.id and k.kind = 'competence') as superior,
    exists (select from open_clock k where k.case_id = c.id and k.kind = 'report') as reporting,
    exists (select from archive f where f.case_id = c.id and f.taken_out_at is null) as archived,
    exists (select from legal_hold h where h.case_id = c.id and h.released_at is null) as held,
    c.escalated_to, {above} as above, {below} as below,
    exists (select from reopening_request q where q.case_id = c.id and q.state = 'open') as asked,
    (select array_agg(distinct split_part(e.actor, ':', 2)) from event e where e.case_id = c.id
     and e.kind in ('conclude', 'decide_review', 'serve', 'close')) as worked_by,
    (select h.state from hearing h where h.case_id = c.id and h.state in ('scheduled', 'opened')) as hearing,
    (select l.relation from case_link l where l.case_id = c.id and l.undone_at is null) as linked,
    k.id as clock_id, k.rule as clock_rule, k.start as clock_start, k.due as clock_due, k.due_unrolled as clock_due_unrolled,
    k.provisional as clock_provisional, k.extensions as clock_extensions
