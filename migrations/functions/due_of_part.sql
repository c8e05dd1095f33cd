-- When the case is due of a part that is given. Intake gives it itself, as the case is not there yet.
-- Owner: cases
create or replace function due_of_part() returns trigger language plpgsql as $$
begin
    new.due := (select c.due from cases c where c.id = new.case_id);
    return new;
end
$$;

create or replace trigger due_of_part before insert on case_access
    for each row when (new.due is null) execute function due_of_part();
