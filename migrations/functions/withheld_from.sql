-- Whether a case is withheld from a unit: it, or a unit above it, is barred. One expression, so that it is inlined.
-- Owner: cases
create or replace function withheld_from(barred_units text[], path ltree)
returns boolean language sql immutable parallel safe as $$
    select coalesce(barred_units && string_to_array(ltree2text(path), '.'), false)
$$;
