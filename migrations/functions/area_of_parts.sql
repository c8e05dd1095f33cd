-- A request or an event that is found to lie elsewhere is open to other areas, and to none while words say whom it concerns;
-- a unit that is moved has another area. It is carried on to parts at the end of the transaction, in which parts may still be
-- given and taken.
-- Owner: cases
create or replace function area_of_parts() returns trigger language plpgsql as $$
begin
    update case_access a set areas = o.areas, outside = outside(a.grantee, o.areas)
    from cases c cross join lateral (select case when c.waits_above is null then
        array[c.city, c.county, c.township, c.community] end as areas) o
    where c.id = new.id and a.case_id = c.id;
    return null;
end
$$;

create or replace function area_of_unit() returns trigger language plpgsql as $$
begin
    update case_access set outside = true where grantee = 'unit:' || new.code and not outside;
    return null;
end
$$;

drop trigger if exists area_of_parts on cases;
create constraint trigger area_of_parts after update of county, township, community, waits_above on cases
    deferrable initially deferred for each row
    when (new.kind in ('request', 'event') and (new.county, new.township, new.community, new.waits_above)
        is distinct from (old.county, old.township, old.community, old.waits_above))
    execute function area_of_parts();
create or replace trigger area_of_unit after update of area on unit
    for each row when (new.area is distinct from old.area) execute function area_of_unit();
