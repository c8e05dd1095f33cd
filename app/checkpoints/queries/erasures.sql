-- Erasures that are none: an event or destroyed keys without a true tombstone ($1 the cases that have one), a tombstone
-- without its event.
select distinct x.case_id::text as "where", x.what, null::int as since from (
    select e.case_id, 'event ' || e.seq || ' says that it was erased, and it has no tombstone' as what from event e
    where e.kind = 'erase'
    union all
    select k.case_id, 'its data keys are destroyed, and it has no tombstone' from data_key k where k.key = ''
    union all
    select t.case_id, 'its tombstone names an event that does not say so' from tombstone t
    where not exists (select from event e where e.case_id = t.case_id and e.seq = t.seq and e.kind = 'erase')
) x
where x.case_id is not null and ($1::uuid is null or x.case_id = $1)
    and (x.what like 'its tombstone%' or not exists (select from erased g where g.case_id = x.case_id))
order by 1, 2
