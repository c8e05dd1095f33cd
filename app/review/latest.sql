with recursive down as (
    select $1::uuid as id
    union all
    select l.other from down d join case_link l on l.case_id = d.id and l.opinion_at is not null and l.undone_at is null
), up as (
    select (select d.id from down d where not exists (select from case_link l
        where l.case_id = d.id and l.opinion_at is not null and l.undone_at is null)) as id, 'original' as stage, 0 as n
    union all
    select l.case_id, l.relation, u.n + 1 from up u join cases c on c.id = u.id
        join case_link l on l.other = u.id and l.opinion_at = c.concluded_at and l.undone_at is null
        join cases r on r.id = l.case_id and r.status <> 'withdrawn'
)
select u.id, u.stage, (select o.id from up o where o.n = 0) as original, c.number, c.petition_class, c.status,
    c.procedure, c.procedure_version, c.concluded_at, {due} as due, c.lead_unit, s.outcome,
    s.at as served_at, s.outcome is not null and (s.outcome <> 'attempted' or s.approved_by is not null) as served
from up u join cases c on c.id = u.id
left join notice w on w.case_id = c.id and w.state <> 'replaced' and w.kind = any($2)
left join service_record s on s.notice = w.id and s.replaced_at is null
order by u.n desc limit 1
