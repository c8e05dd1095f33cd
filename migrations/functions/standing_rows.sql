-- The rows that say who may act: table, key, a tag of what the row says, and the transaction that wrote it. For who signs the
-- record, and reads no password's hash. Instants are written in the session's zone: the caller sets it.
-- Owner: checkpoints
create or replace function standing_rows() returns table (name text, key text, tag text, xid xid)
language plpgsql stable security definer set search_path from current as $$
declare
    it text[];
begin
    foreach it slice 1 in array array[['account', 'login'], ['api_key', 'id'], ['cell_worker', 'id'], ['post', 'id'],
        ['reveal_lift', 'id'], ['seat_given', 'id'], ['staff', 'id'], ['staff_handover', 'id'], ['staff_handover_item', 'id'],
        ['unit', 'code']]
    loop
        return query execute format($each$
            select %L::text, t.%I::text, rtrim(encode(substr(sha256(convert_to(
                jsonb_strip_nulls(to_jsonb(t))::text, 'UTF8')), 1, 12), 'base64'), '='), t.xmin from %I t
        $each$, it[1], it[2], it[1]);
    end loop;
end
$$;
