-- Appends an event to each of these cases and gives their versions: the only place where a chain grows (the first event
-- of a case is filed with it). What an event says under `set` becomes the row, which is the fold of its events; when a
-- case is due follows from its clocks. Whoever calls holds the locks of the cases' rows.
-- PL/pgSQL keeps the plan for the session; a function in SQL would be planned in every statement that calls it.
-- Owner: cases
create or replace function append_events(case_ids uuid[], kind text, at timestamptz, actor text, facts jsonb[])
returns setof int language plpgsql as $$
declare
    appended int;
begin
    if exists (select from unnest(facts) said where said ?| '{case, seq, kind, at, actor}') then
        raise exception 'a fact is named like a column of its event: %', facts using errcode = 'duplicate_column';
    end if;
    return query
    with changed as (
        update cases c set head_seq = old.head_seq + 1, head_hash = event_hash(old.head_hash, text.body),
            updated_at = append_events.at,
            due = coalesce((select min(k.due) from running_clock k
                where k.case_id = c.id and k.owner = 'organ'), 'infinity'),
            status = new.status, petition_class = new.petition_class, category = new.category,
            procedure = new.procedure, procedure_version = new.procedure_version, located_by = new.located_by,
            crs = new.crs, cell = new.cell, county = new.county, township = new.township, community = new.community,
            area_path = new.area_path, queue = new.queue, worker = new.worker, centre = new.centre,
            lead_unit = new.lead_unit, routed_unit = new.routed_unit, result = new.result, reopened = new.reopened,
            escalated_to = new.escalated_to, merged_into = new.merged_into, query_issue = new.query_issue,
            received_at = new.received_at, accepted_at = new.accepted_at, concluded_at = new.concluded_at, closed_at = new.closed_at
        from unnest(case_ids, facts) said(id, facts)
        join cases old on old.id = said.id
        cross join lateral (select event_body(old.id, old.head_seq + 1, append_events.kind, append_events.at,
            append_events.actor, said.facts) as body offset 0) text  -- offset 0: made once, used twice
        cross join lateral case_changed(old, said.facts->'set') new
        where c.id = said.id
        returning c.id, c.head_seq, text.body, old.head_hash as prev, c.head_hash
    )
    insert into event (case_id, seq, kind, at, actor, body, prev_hash, hash)
    select c.id, c.head_seq, append_events.kind, append_events.at, append_events.actor, c.body, c.prev, c.head_hash
    from changed c order by c.id
    returning event.seq;
    get diagnostics appended = row_count;
    if appended <> cardinality(case_ids) then
        raise exception '% events for % cases', appended, cardinality(case_ids);
    end if;
end
$$;
