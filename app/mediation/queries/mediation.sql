select m.id, m.case_id, c.lead_unit, m.channel, m.state, m.procedure_before, m.opened_at, m.started_at, m.version,
    (select coalesce(jsonb_object_agg(p.id, p.role), '{}') from party p
     where p.case_id = m.case_id and p.role in ('petitioner', 'respondent')) as sides,
    (select coalesce(jsonb_agg(jsonb_build_object('staff', a.staff, 'declared_at', a.declared_at) order by a.id), '[]')
     from mediator a where a.mediation = m.id and a.relieved_at is null) as mediators,
    (select jsonb_build_object('id', g.id, 'state', g.state, 'effective_at', g.effective_at, 'confirming',
        exists (select from judicial_confirmation j where j.agreement = g.id and j.state <> 'withdrawn'))
     from mediation_agreement g where g.mediation = m.id and g.state <> 'void') as agreement
from mediation m join cases c on c.id = m.case_id
where m.id = $1
