-- Rows that were added to these cases, less those taken away, by what a snapshot did not see. Events are in the chain.
select case_id, name, sum(case done when 'insert' then 1 when 'delete' then -1 else 0 end)::int as more
from trace
where txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(txid, $1::text::pg_snapshot)
    and case_id = any($2::uuid[])
group by 1, 2
