select m.id, m.case_id, c.number, c.lead_unit, m.channel, m.origin, m.state, m.unit, m.opened_by, m.opened_at,
    m.consented_at, m.started_at, m.ended_at, m.refused_by, m.version, m.procedure_before,
    {request} as request, {reason} as reason,
    (select coalesce(jsonb_object_agg(p.id, p.role), '{{}}') from party p
     where p.case_id = m.case_id and p.role in ('petitioner', 'respondent')) as sides,
    (select coalesce(jsonb_agg(jsonb_build_object('about', k.about, 'party', k.party, 'given', k.given, 'how', k.how,
        'evidence', k.evidence, 'recorded_at', k.recorded_at) order by k.id), '[]')
     from mediation_consent k where k.mediation = m.id) as consents,
    (select coalesce(jsonb_agg(jsonb_build_object('staff', a.staff, 'name', s.name, 'how', a.how,
        'assigned_at', a.assigned_at, 'declared_at', a.declared_at, 'relation', a.relation, 'relieved_at', a.relieved_at)
        order by a.id), '[]')
     from mediator a join staff s on s.id = a.staff where a.mediation = m.id) as mediators,
    (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'kind', t.kind, 'party', t.party, 'state', t.state,
        'since', t.since, 'until', t.until, 'place', t.place, 'centre', r.centre, 'room', b.room, 'room_code', r.code,
        'began_at', t.began_at, 'ended_at', t.ended_at, 'withheld', t.minutes is not null and apart.hidden,
        'minutes', case when not apart.hidden then {minutes} end,
        'invited', (select coalesce(jsonb_agg(jsonb_build_object('role', g.role, 'staff', g.staff,
            'name', jsonb_build_array(g.session, encode(g.sealed, 'hex'), encode(key_of(g.seal_key), 'hex'))) order by g.id), '[]')
            from mediation_seat g where g.session = t.id)) order by t.since, t.id), '[]')
     from mediation_session t left join room_booking b on b.id = t.booking left join room r on r.id = b.room,
        lateral (select t.kind = 'separate' and not (c.lead_unit = any($3::text[]) or exists (select from mediator a
            where a.mediation = m.id and a.staff = $2::uuid and a.relieved_at is null)) as hidden) apart
     where t.mediation = m.id) as sessions,
    (select jsonb_build_object('id', g.id, 'form', g.form, 'state', g.state, 'facts', {facts}, 'terms', {terms},
        'drafted_by', g.drafted_by, 'drafted_at', g.drafted_at, 'effective_at', g.effective_at,
        'confirm_until', (select k.due from clock k where k.case_id = g.case_id and k.kind = 'confirmation'
            and k.subject = g.id::text and k.due >= $4
            and not exists (select from judicial_confirmation j where j.agreement = g.id) order by k.id desc limit 1),
        'obligations', (select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'number', o.number, 'debtor', o.debtor,
            'creditor', o.creditor, 'duty', o.duty, 'amount_cents', o.amount_cents, 'currency', o.currency, 'act', {act},
            'due', o.due, 'manner', o.manner, 'paid_cents', o.paid_cents, 'performed_at', o.performed_at,
            'breached_at', o.breached_at,
            'performances', (select coalesce(jsonb_agg(jsonb_build_object('amount_cents', p.amount_cents,
                'performed_on', p.performed_on, 'receipt', p.receipt, 'recorded_by', p.recorded_by,
                'recorded_at', p.recorded_at) order by p.id), '[]')
                from mediation_performance p where p.obligation = o.id),
            'follow_ups', (select coalesce(jsonb_agg(jsonb_build_object('method', f.method, 'reached', f.reached,
                'words', {words}, 'visitor', f.visitor, 'at', f.at) order by f.id), '[]')
                from mediation_follow_up f where f.obligation = o.id)) order by o.number), '[]')
            from mediation_obligation o where o.agreement = g.id),
        'signatures', (select coalesce(jsonb_agg(jsonb_build_object('signer', x.signer, 'party', x.party,
            'staff', x.staff, 'evidence', x.evidence, 'signed_at', x.signed_at) order by x.id), '[]')
            from mediation_signature x where x.agreement = g.id),
        'confirmation', (select jsonb_build_object('id', j.id, 'court', j.court, 'state', j.state,
            'evidence', j.evidence, 'ruling', j.ruling, 'applied_on', j.applied_on, 'decided_on', j.decided_on)
            from judicial_confirmation j where j.agreement = g.id order by j.recorded_at desc limit 1))
     from mediation_agreement g where g.mediation = m.id and g.state <> 'void') as agreement
from mediation m join cases c on c.id = m.case_id
where m.id = $1
