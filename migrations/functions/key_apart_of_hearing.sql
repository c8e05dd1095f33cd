-- The same for the name of who sits in a hearing.
-- Owner: cases
create or replace function key_apart_of_hearing() returns trigger language plpgsql as $$
begin
    new.seal_key = put_key_apart(new.seal_key, (select h.case_id from hearing h where h.id = new.hearing));
    return new;
end
$$;

create or replace trigger key_apart before insert or update of seal_key on hearing_seat
    for each row when (length(new.seal_key) = 80) execute function key_apart_of_hearing();
