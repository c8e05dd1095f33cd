-- What hangs on a request or an event carries `by_area`: lists that begin with it find nothing of the matters that are seen
-- by a part alone. The kind of a case never changes. Intake gives it itself, as the case is not there yet.
-- Owner: cases
create or replace function by_area() returns trigger language plpgsql as $$
begin
    new.by_area := (select c.kind in ('request', 'event') from cases c where c.id = new.case_id);
    return new;
end
$$;

create or replace trigger by_area before insert on case_text
    for each row when (new.by_area is null) execute function by_area();
create or replace trigger by_area before insert on party
    for each row when (new.by_area is null) execute function by_area();
create or replace trigger by_area before insert on assignment
    for each row when (new.by_area is null) execute function by_area();
create or replace trigger by_area before insert on rating
    for each row when (new.by_area is null) execute function by_area();
create or replace trigger by_area before insert on reopening_request
    for each row when (new.by_area is null) execute function by_area();
create or replace trigger by_area before insert on notice
    for each row when (new.by_area is null) execute function by_area();
create or replace trigger by_area before insert on supervision
    for each row when (new.by_area is null) execute function by_area();
create or replace trigger by_area before insert on clock
    for each row when (new.kind = 'emergency' and new.by_area is null) execute function by_area();
