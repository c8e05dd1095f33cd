-- Keeps the data key that comes with a sealed content (name, then wrapped key: 80 bytes), and gives its name for the row.
-- Owner: core
create or replace function put_key_apart(key bytea, case_id uuid) returns bytea language plpgsql as $$
begin
    if exists (select from retired_key r where r.id = substr(put_key_apart.key, 17, 4)) then
        raise exception 'sealed under key %, which is retired: read the ring anew', encode(substr(put_key_apart.key, 17, 4), 'hex')
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into data_key (id, case_id, key)
    values (substr(put_key_apart.key, 1, 16), put_key_apart.case_id, substr(put_key_apart.key, 17));
    return substr(put_key_apart.key, 1, 16);
end
$$;
