-- The digest of what a transaction did: its traces, and the hashes of its events.
-- Owner: checkpoints
create or replace function act_said(of xid8) returns bytea language sql stable as $$
    select sha256(convert_to(coalesce((
            select string_agg(concat_ws(' ', t.done, t.name, t.key, t.case_id, t.xid, t.was), chr(10) order by t.id)
            from trace t where t.txid = of), ''), 'UTF8')
        || coalesce((select string_agg(e.hash, ''::bytea order by e.id) from event e
            where e.epoch = (select max(epoch) from event) and e.txid = of), ''))
$$;
