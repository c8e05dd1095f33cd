-- Locks people until the transaction ends: `alone`, as who hands over all that they hold; else beside others, as who gives
-- them work. With the owner's rights: a lock asks for the right to change, and nobody who works on cases changes people.
-- Owner: staff
create or replace function hold_staff(people uuid[], alone boolean) returns void
language plpgsql security definer set search_path from current as $$
begin
    if alone then
        perform from staff where id = any(people) order by id for update;
    else
        perform from staff where id = any(people) order by id for key share;
    end if;
end
$$;
