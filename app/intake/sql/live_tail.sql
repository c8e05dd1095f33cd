-- The reply: what was filed now, what an earlier request filed, or why not. A row with neither lost a race and is run
-- again by the caller.
, remembered as (  -- only what the caller is given: a claim to somebody else's case must be refused again, not replayed
    insert into idempotency (caller, key, request_hash, status, case_id, created_at)
    select s.caller, s.idem_key, s.request_hash, 201, coalesce(m.id, k.case_id), s.at
    from sent s
    left join made m on m.n = s.n
    left join lateral (
        select case_id, how from known k where k.n = s.n and k.how in ('id', 'source') order by how limit 1
    ) k on true
    left join cases c on c.id = k.case_id
    left join event e on e.case_id = k.case_id and e.seq = 1
    where s.idem_key is not null
        and (m.id is not null or c.registrar = s.registrar and (k.how = 'source' or e.data->>'digest' = s.digest))
        and not exists (select from known o where o.n = s.n and o.how in ('key', 'key_reused', 'in_flight'))
)
select s.n, coalesce(k.how, case when m.id is not null then 'filed' end, r.problem) as how,
    coalesce((m.body::jsonb)->'receipt', e.data->'receipt')::text as receipt,
    e.data->>'digest' as digest, c.registrar
from sent s
left join lateral (
    select case_id, how from known k where k.n = s.n
    order by case how when 'key_reused' then 0 when 'key' then 1 when 'in_flight' then 2 when 'id' then 3 else 4 end limit 1
) k on true
left join made m on m.n = s.n
left join spot r on r.n = s.n
left join event e on e.case_id = k.case_id and e.seq = 1
left join cases c on c.id = k.case_id
order by s.n
