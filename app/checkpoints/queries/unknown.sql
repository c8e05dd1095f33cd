-- Cases that were signed and are gone, and what is older than the last signature without being in it.
select l.case_id::text as "where", 'the case is gone' as what, l.n as since
from leaf l left join cases c on c.id = l.case_id
where c.id is null
union all
select c.id::text, 'event ' || e.seq || ' says that it is older than the last checkpoint, which does not know it', l.n
from event e join cases c on c.id = e.case_id left join leaf l on l.case_id = c.id
where e.epoch = $1 and pg_visible_in_snapshot(e.txid, $2::text::pg_snapshot) and e.seq > coalesce(l.seq, 0)
order by 1, 2
