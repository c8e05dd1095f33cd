-- Intake chooses a cell's worker by what it saw when it began; a hand-over that held the worker is over by the time
-- the reference to staff is checked, which is before this looks again (triggers fire in the order of their names).
-- Owner: handover
create or replace function task_to_present_worker() returns trigger language plpgsql as $$
begin
    if exists (
        select from cases c where c.id = new.case_id and c.worker = new.staff and new.staff is distinct from (
            select w.staff from cell_worker w where w.cell = c.cell and w.during @> greatest(new.offered_at,
                (select max(h.made_at) from staff_handover h where h.staff = new.staff))
            order by w.role limit 1)
    ) then
        raise exception 'the work of the cell was handed over meanwhile' using errcode = 'serialization_failure';
    end if;
    return null;
end
$$;

create or replace trigger task_to_present_worker after insert on assignment for each row
    when (new.part = 'co' and new.state = 'offered' and new.staff is not null)
    execute function task_to_present_worker();
