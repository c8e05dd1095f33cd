-- The same for the reason of a look, and of a raised bound: key and body stand in one text, in base64, a dot between.
-- Owner: core
create or replace function reason_apart() returns trigger language plpgsql as $$
declare
    key bytea := decode(split_part(new.reason, '.', 1), 'base64');
begin
    if length(key) = 80 then
        new.reason = encode(put_key_apart(key, (to_jsonb(new)->>'case_id')::uuid), 'base64') || '.' || split_part(new.reason, '.', 2);
    end if;
    return new;
end
$$;

create or replace trigger reason_apart before insert on read_log for each row execute function reason_apart();
create or replace trigger reason_apart before insert on reveal_lift for each row execute function reason_apart();
