-- The same for a remembered answer; with the owner's rights, as in key_apart.
-- Owner: core
create or replace function answer_apart() returns trigger language plpgsql as $$
begin
    new.response_key = put_key_apart(new.response_key, new.case_id);
    return new;
end
$$;

create or replace function answer_gone() returns trigger language plpgsql
security definer set search_path from current as $$
begin
    delete from data_key where id = old.response_key;
    return null;
end
$$;

create or replace trigger answer_apart before insert or update of response_key on idempotency
    for each row when (length(new.response_key) = 80) execute function answer_apart();
create or replace trigger answer_gone after delete on idempotency
    for each row when (old.response_key is not null) execute function answer_gone();
