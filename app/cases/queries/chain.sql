-- The facts of a limit that was computed anew once held the kind of its clock, in the place of the event's own.
with chained as (
    select e.case_id, e.seq, e.hash, e.prev_hash, e.body, (e.data->>'case', e.data->>'seq',
            case when e.kind = 'limit_recomputed' and e.data ?& '{rule, before, due}' and not e.data ? 'clock' then e.kind
                else e.data->>'kind' end, e.data->>'actor', (e.data->>'at')::numeric)
            is not distinct from (e.case_id::text, e.seq::text, e.kind, e.actor, extract(epoch from e.at)) as told,
        lag(e.hash, 1, ''::bytea) over (partition by e.case_id order by e.seq) as before,
        row_number() over (partition by e.case_id order by e.seq) as place,
        lead(e.seq) over (partition by e.case_id order by e.seq) is null as last
    from event e where $1::uuid is null or e.case_id = $1
)
select x.case_id, x.seq, case
    when x.place <> x.seq then 'an event is missing'
    when x.prev_hash <> x.before then 'the link to the event before is broken'
    when event_hash(x.prev_hash, x.body) <> x.hash then 'the content was changed'
    when not x.told then 'kind, time or actor is not what the content says'
    else 'the head of the case is not the last event' end as broken
from chained x join cases c on c.id = x.case_id
where x.place <> x.seq or x.prev_hash <> x.before or event_hash(x.prev_hash, x.body) <> x.hash or not x.told
    or x.last and (c.head_seq <> x.seq or c.head_hash <> x.hash)
union all
select c.id, 0, 'the case has no events' from cases c
where ($1::uuid is null or c.id = $1) and not exists (select from event e where e.case_id = c.id)
order by 1, 2 limit $2
