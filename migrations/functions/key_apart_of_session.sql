-- The same for the name of who is invited to a session.
-- Owner: mediation
create or replace function key_apart_of_session() returns trigger language plpgsql as $$
begin
    new.seal_key = put_key_apart(new.seal_key, (select s.case_id from mediation_session s where s.id = new.session));
    return new;
end
$$;

create or replace trigger key_apart before insert or update of seal_key on mediation_seat
    for each row when (length(new.seal_key) = 80) execute function key_apart_of_session();
