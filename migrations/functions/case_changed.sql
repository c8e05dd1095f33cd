-- A case's row with the columns changed that an event names under `set`.
-- Owner: cases
create or replace function case_changed(old cases, changes jsonb) returns cases language plpgsql stable as $$
declare
    instants constant text[] := '{received_at, accepted_at, concluded_at, closed_at}';  -- an event holds these as epoch
    plain constant text[] := '{status, petition_class, category, procedure, procedure_version, located_by, crs, cell,
        county, township, community, area_path, queue, worker, centre, lead_unit, routed_unit, result, reopened,
        escalated_to, merged_into, query_issue}';
    new cases := jsonb_populate_record(old, changes - instants);
begin
    if changes - plain - instants <> '{}' then
        raise exception 'an event cannot set these columns of a case: %', changes using errcode = 'undefined_column';
    end if;
    if changes ? 'received_at' then new.received_at := to_timestamp((changes->>'received_at')::float8); end if;
    if changes ? 'accepted_at' then new.accepted_at := to_timestamp((changes->>'accepted_at')::float8); end if;
    if changes ? 'concluded_at' then new.concluded_at := to_timestamp((changes->>'concluded_at')::float8); end if;
    if changes ? 'closed_at' then new.closed_at := to_timestamp((changes->>'closed_at')::float8); end if;
    return new;
end
$$;
