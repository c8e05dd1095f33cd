-- At the end of a transaction that left traces: the service vouches for them, and for its events, with the key it named. The
-- last trace does it; where what else is done at the end leaves another, that one does it again.
-- Owner: checkpoints
create or replace function sealed() returns trigger language plpgsql security definer
set search_path from current as $$
declare
    given constant text[] := string_to_array(current_setting('gridcase.act', true), ':');
    key constant bytea := decode(given[2], 'hex');
    told bytea;
begin
    if exists (select from trace where txid = new.txid and id > new.id) then
        return null;
    end if;
    told := act_said(new.txid);
    insert into act (xid, txid, nonce, said, seal)
    select x, new.txid, decode(given[1], 'hex'), told, act_seal(key, told, x::text)
    from (select distinct coalesce(t.xid, t.txid) as x from trace t where t.txid = new.txid) each
    on conflict (xid) do update set said = excluded.said, seal = excluded.seal;
    return null;
end
$$;

create constraint trigger sealed after insert on trace deferrable initially deferred
    for each row execute function sealed();
