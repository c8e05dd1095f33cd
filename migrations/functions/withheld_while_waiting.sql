-- Whether a case is withheld from a unit: it is barred, or words say whom the case concerns, nobody has named the unit yet,
-- and this one does not stand above all that had it in hand (`waits_above`). One expression, so that it is inlined.
-- Owner: cases
create or replace function withheld_from(barred_units text[], waits_above text, path ltree, tier text)
returns boolean language sql immutable parallel safe as $$
    select withheld_from(barred_units, path) or coalesce(tier_rank(tier) <= tier_rank(waits_above), false)
$$;
