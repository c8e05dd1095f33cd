-- What became of the batch: the rows not filed with their reason, and how many were filed or filed before.
, left_over as (
    select s.n, s.external_id,
        case when p.problem is not null then p.problem
            when e.txid >= $5::text::xid8 then 'twice_in_file'
            when e.digest <> s.digest then 'changed_since'
            when e.txid is not null then 'repeated'
            when exists (select from made m where m.external_id = s.external_id) then 'twice_in_file'
            else 'filed_meanwhile' end as why
    from staged s
    left join known k on k.n = s.n
    left join lateral (
        select txid, data->>'digest' as digest from event where case_id = k.case_id and seq = 1 offset 0
    ) e on true
    left join spot p on p.n = s.n
    where not exists (select from made m where m.n = s.n)
)
select 'filed' as why, count(*)::int as n, null as external_id from made
union all select 'without_cell', count(*), null from made where cell is null
union all select 'repeated', count(*), null from left_over where why = 'repeated'
union all select why, n, external_id from left_over where why <> 'repeated'
