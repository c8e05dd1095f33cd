-- A part in a case carries when the case is due, so that somebody's parts are read in the order of their lists. When the due
-- instant moves, it is carried on at the end of the transaction, in which parts may still be given and taken.
-- Owner: cases
create or replace function due_of_parts() returns trigger language plpgsql as $$
begin
    update case_access a set due = c.due from cases c
    where c.id = new.id and a.case_id = c.id and a.due is distinct from c.due;
    return null;
end
$$;

drop trigger if exists due_of_parts on cases;
create constraint trigger due_of_parts after update of due on cases deferrable initially deferred
    for each row when (new.due is distinct from old.due) execute function due_of_parts();
