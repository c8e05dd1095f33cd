-- Whether a part in a case shows its holder anything that their area does not: always, but for a unit in whose own area a
-- request or an event lies (`areas`, null for whatever is seen by parts alone). One expression, so that it is inlined.
-- Owner: cases
create or replace function outside(grantee text, areas text[]) returns boolean language sql stable parallel safe as $$
    select coalesce((select u.area <> all(areas) from unit u
        where u.code = substr(grantee, 6) and starts_with(grantee, 'unit:')), true)
$$;
