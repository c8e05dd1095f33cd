-- How high a tier of areas and units stands, counted from below. One expression, so that it is inlined.
-- Owner: areas
create or replace function tier_rank(tier text) returns int language sql immutable parallel safe as $$
    select case tier when 'community' then 1 when 'township' then 2 when 'county' then 3 when 'city' then 4 end
$$;
