-- The keys of rows of these tables that the service took away since a snapshot.
select distinct name, key from trace
where txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(txid, $1::text::pg_snapshot)
    and name = any($2::text[]) and done = 'delete'
order by 1, 2
