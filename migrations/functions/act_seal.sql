-- The seal of the service over a digest and what belongs to it. The key comes in and is kept nowhere.
-- Owner: checkpoints
create or replace function act_seal(key bytea, said bytea, beside text) returns bytea language sql immutable parallel safe as $$
    select sha256(key || said || convert_to(beside, 'UTF8') || key)
$$;
