-- The cases with an event, or a row that the service changed, which a snapshot did not see, by id. From the very beginning:
-- all cases.
select id from (
    select id from cases where $2::text::pg_snapshot is null and ($3::uuid is null or id > $3)
    union
    select case_id from event
    where epoch = $1 and txid >= pg_snapshot_xmin($2::text::pg_snapshot) and not pg_visible_in_snapshot(txid, $2::text::pg_snapshot)
        and ($3::uuid is null or case_id > $3)
    union
    select case_id from trace
    where txid >= pg_snapshot_xmin($2::text::pg_snapshot) and not pg_visible_in_snapshot(txid, $2::text::pg_snapshot)
        and case_id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
) found order by id limit $4
