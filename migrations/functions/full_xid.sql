-- The number of a transaction as a row holds it, in full: the one of these 32 bits that is nearest to `near`.
-- Owner: checkpoints
create or replace function full_xid(raw xid, near bigint) returns xid8 language sql immutable parallel safe as $$
    select (near + ((raw::text::bigint - near + 2147483648) & 4294967295) - 2147483648)::text::xid8
$$;
