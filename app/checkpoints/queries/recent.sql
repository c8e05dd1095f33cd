-- Traces that a snapshot did not see: of rows that were written past the service before it changed them; and acts that do
-- not say what their transaction did, or are missing.
with recent as materialized (
    select t.* from trace t
    where t.txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(t.txid, $1::text::pg_snapshot)
), told as (
    select a.txid, a.said from act a
    where a.txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(a.txid, $1::text::pg_snapshot)
), astray as (
    select t.txid, 'what the service did in transaction ' || t.txid || ' is not what it said' as what from told t
    where t.said <> act_said(t.txid)
    union
    select t.txid, 'nobody vouches for transaction ' || t.txid from recent t
    where not exists (select from act a where a.xid = coalesce(t.xid, t.txid))
), of_case as (
    select r.txid, r.case_id from recent r where r.case_id is not null
    union
    select e.txid, e.case_id from event e join astray x on x.txid = e.txid where e.epoch = (select max(epoch) from event)
)
select coalesce(r.case_id::text, r.name) as "where", r.name || ' ' || r.key || ' had been written past the service' as what,
    null::int as since
from recent r
where r.was is not null and ($3::uuid is null or r.case_id = $3)
    and not pg_visible_in_snapshot(r.was, $2::text::pg_snapshot)
    and not exists (select from act a where a.xid = r.was)
    and not exists (select from event f where f.case_id = r.case_id and f.seq = 1
        and f.filed[1] = r.was::text::bigint & 4294967295)
union
select coalesce(o.case_id::text, 'transaction ' || x.txid), x.what, null
from astray x left join of_case o on o.txid = x.txid
where $3::uuid is null or o.case_id = $3
order by 1, 2
