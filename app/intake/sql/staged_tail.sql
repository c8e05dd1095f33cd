-- What became of the batch: the rows not filed with their reason, and how many were filed or filed before.
, left_over as (
    select s.n, s.external_id,
        case when p.problem is not null then p.problem
            when e.txid >= $5::text::xid8 then 'twice_in_file'
            when e.data->>'digest' is distinct from s.digest and e.id is not null then 'changed_since'
            when e.id is not null then 'repeated'
            when exists (select from made m where m.external_id = s.external_id) then 'twice_in_file'
            else 'filed_meanwhile' end as why
    from staged s
    left join known k on k.n = s.n
    left join event e on e.case_id = k.case_id and e.seq = 1
    left join spot p on p.n = s.n
    where not exists (select from made m where m.n = s.n)
)
select 'filed' as why, count(*)::int as n, null as external_id from made
union all select 'without_cell', count(*), null from made where cell is null
union all select 'repeated', count(*), null from left_over where why = 'repeated'
union all select why, n, external_id from left_over where why <> 'repeated'
