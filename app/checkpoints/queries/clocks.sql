-- What the runner writes on a clock follows from the rest of it: a missed limit is marked, one that was kept is not, and
-- one that is missed now has somebody who is pressed.
select k.case_id::text as "where", 'clock ' || k.id || ' (' || k.kind || '): ' || case
    when k.breached_at is null and k.next_at is null then 'it is missed, and nobody will be pressed'
    when k.breached_at is null then 'it was missed, and is not marked as missed'
    else 'it was kept, and is marked as missed' end as what, null::int as since
from clock k
where ($2::uuid is null or k.case_id = $2) and k.owner <> 'resident' and case
    when k.met_at is null and k.stopped_at is null then
        k.paused_at is null and k.due < $1 and k.breached_at is null and k.next_at is null
    when k.breached_at is null then least(k.met_at, k.stopped_at, k.paused_at) > k.due
    else least(k.met_at, k.stopped_at) < k.breached_at end
order by k.id
