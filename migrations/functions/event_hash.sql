-- What links an event to the one before. Stable so that it is inlined, like event_body.
-- Owner: cases
create or replace function event_hash(prev bytea, body text) returns bytea language sql stable parallel safe as $$
    select sha256(prev || convert_to(body, 'UTF8'))
$$;
