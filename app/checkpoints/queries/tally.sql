-- Cases that were registered since a snapshot, and no longer have as many rows as were filed with them and came by steps.
select e.case_id::text as "where", 'rows of ' || k.name || ' were taken away past the service' as what, null::int as since
from event e
cross join lateral (values
    ('case_text', 1, (select count(*) from case_text x where x.case_id = e.case_id)),
    ('party', e.filed[2], (select count(*) from party x where x.case_id = e.case_id)),
    ('case_concern', e.filed[3], (select count(*) from case_concern x where x.case_id = e.case_id)),
    ('case_access', e.filed[4], (select count(*) from case_access x where x.case_id = e.case_id)),
    ('assignment', e.filed[5], (select count(*) from assignment x where x.case_id = e.case_id)),
    ('clock', e.filed[6], (select count(*) from clock x where x.case_id = e.case_id))
) k(name, filed, now)
where e.epoch = (select max(epoch) from event) and e.seq = 1 and e.filed is not null and ($2::uuid is null or e.case_id = $2)
    and e.txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(e.txid, $1::text::pg_snapshot)
    and not exists (select from trace t where t.txid = e.txid)  -- with other steps: each row has a trace
    and k.now <> k.filed + coalesce((select sum(case t.done when 'insert' then 1 when 'delete' then -1 else 0 end) from trace t
        where t.txid <> e.txid and t.case_id = e.case_id and t.name = k.name), 0)
union
select i.case_id::text, 'the case is gone, to which an answer was given', null
from idempotency i
where i.case_id is not null and ($2::uuid is null or i.case_id = $2) and not exists (select from cases c where c.id = i.case_id)
union
select e.case_id::text, 'the case is gone', null
from event e
where e.epoch = (select max(epoch) from event) and e.seq = 1 and ($2::uuid is null or e.case_id = $2)
    and e.txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not exists (select from cases c where c.id = e.case_id)
order by 1, 2
