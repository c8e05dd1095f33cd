-- The data key of what is sealed in a row of a case goes to `data_key`; with the content it goes there too. That is done
-- with the owner's rights: who works on cases destroys no key but with its content.
-- Owner: core
create or replace function key_apart() returns trigger language plpgsql as $$
begin
    new.seal_key = put_key_apart(new.seal_key, new.case_id);
    return new;
end
$$;

create or replace function key_gone() returns trigger language plpgsql
security definer set search_path from current as $$
begin
    delete from data_key where id = old.seal_key;
    return null;
end
$$;

create or replace trigger key_apart before insert or update of seal_key on case_text
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_apart before insert or update of seal_key on case_note
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_apart before insert or update of seal_key on party
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_apart before insert or update of seal_key on case_concern
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_apart before insert or update of seal_key on rating
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_apart before insert or update of seal_key on reopening_request
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_apart before insert or update of seal_key on notice
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_apart before insert or update of seal_key on attachment
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_apart before insert or update of seal_key on proxy
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_gone after update of seal_key on case_text
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on case_text
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on case_note
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on case_note
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on party
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on party
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on case_concern
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on case_concern
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on rating
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on rating
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on reopening_request
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on reopening_request
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on notice
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on notice
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on attachment
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on attachment
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on proxy
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on proxy
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on hearing_seat
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on hearing_seat
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_gone after update of seal_key on mediation_seat
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on mediation_seat
    for each row when (old.seal_key is not null) execute function key_gone();
create or replace trigger key_apart before insert or update of seal_key on message
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_gone after update of seal_key on message
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on message
    for each row when (old.seal_key is not null) execute function key_gone();
