-- The areas to which the case of a part is open. Intake gives them itself, as the case is not there yet.
-- Owner: cases
create or replace function area_of_part() returns trigger language plpgsql as $$
begin
    select array[c.city, c.county, c.township, c.community] into new.areas
    from cases c where c.id = new.case_id and c.kind in ('request', 'event') and c.waits_above is null;
    new.outside := outside(new.grantee, new.areas);
    return new;
end
$$;

create or replace trigger area_of_part before insert on case_access
    for each row when (new.outside is null) execute function area_of_part();
