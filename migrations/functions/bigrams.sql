-- Pairs of neighbouring characters: two-character Chinese words have no trigram, so titles are searched by these.
-- Owner: cases
create or replace function bigrams(t text) returns text[] language plpgsql immutable strict parallel safe as $$
declare
    characters text := lower(regexp_replace(t, '\s+', '', 'g'));
    pairs text[] := array[left(characters, 2)];
begin
    for i in 2..length(characters) - 1 loop
        pairs[i] := substr(characters, i, 2);
    end loop;
    return pairs;
end
$$;
