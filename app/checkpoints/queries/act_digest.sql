-- One digest of the seals of the transactions that a snapshot did not see, and another does.
select coalesce(encode(sha256(string_agg(seal, ''::bytea order by xid)), 'hex'), '') from act
where pg_visible_in_snapshot(txid, $2::text::pg_snapshot) and txid < pg_snapshot_xmax($2::text::pg_snapshot)
    and ($1::text is null
        or txid >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(txid, $1::text::pg_snapshot))
