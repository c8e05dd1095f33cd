-- The digits of the case that came `serial`-th: those of a number as long (seven at least), in an order that only the key
-- knows, so that two numbers do not tell how many cases came between them. A Feistel network over two halves, of which
-- each is moved in turn by what the other hashes to: every serial has digits of its own.
-- Owner: cases
create or replace function case_digits(serial bigint, key bytea) returns text language plpgsql immutable strict parallel safe as $$
declare
    places constant int := greatest(7, length(serial::text));
    low constant bigint := 10 ^ (places / 2);
    high constant bigint := 10 ^ (places - places / 2);
    a bigint := serial % low;
    b bigint := serial / low;
begin
    for round in 1..4 loop
        a := (a + ('x' || encode(substr(sha256(key || convert_to(2 * round || ' ' || b, 'UTF8')), 1, 7), 'hex'))::bit(56)::bigint)
            % low;
        b := (b + ('x' || encode(substr(sha256(key || convert_to(2 * round + 1 || ' ' || a, 'UTF8')), 1, 7), 'hex'))::bit(56)::bigint)
            % high;
    end loop;
    return lpad((b * low + a)::text, places, '0');
end
$$;
