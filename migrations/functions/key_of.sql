-- The wrapped key of a sealed content, by what its row holds: the name of a data key, or the wrapped key itself.
-- Owner: core
create or replace function key_of(name bytea) returns bytea language plpgsql stable strict parallel safe as $$
begin
    return coalesce((select k.key from data_key k where k.id = name), name);
end
$$;
