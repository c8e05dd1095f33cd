-- What a newer checkpoint no longer has of a case, and the heads that its chain does not have; then the newer word is kept.
-- A correction writes rows anew that are written once otherwise: its event says how many, and shows that it was done.
with lost as (
    select i.case_id, l.n as since, case
        when i.seq < l.seq then 'events were taken away'
        when not exists (select from erased x where x.case_id = i.case_id and x.seq > l.seq and x.seq <= i.seq)
            and cardinality(array(select unnest(l.written) except select unnest(i.written))) > coalesce((
            select sum((e.data->>'replaced')::int) from event e
            where e.case_id = i.case_id and e.seq > l.seq and e.seq <= i.seq and e.kind = 'correct'), 0)
            then 'a row that is written once was changed or taken away' end as what
    from incoming i join leaf l using (case_id)
), fewer as (  -- the events of a case are counted by its chain
    select i.case_id, l.n as since, 'rows of ' || k.name || ' came or went by no step' as what
    from incoming i join leaf l using (case_id)
    cross join lateral jsonb_object_keys(l.counts || i.counts::jsonb) k(name)
    where l.counts <> '{}' and i.counts <> '{}' and k.name <> 'event'
        and coalesce((i.counts::jsonb->k.name->>0)::int, 0) - coalesce((i.counts::jsonb->k.name->>1)::int, 0)
            <> coalesce((l.counts->k.name->>0)::int, 0)
), astray as (
    select i.case_id, i.n as since, 'event ' || i.seq || ' is not the one that was signed' as what
    from incoming i join cases c on c.id = i.case_id
    left join event e on e.case_id = i.case_id and e.seq = i.seq
    where e.hash is distinct from decode(i.head, 'hex')
), kept as (
    insert into leaf select case_id, seq, head, tables::jsonb, written, counts::jsonb, n from incoming
    on conflict (case_id) do update set seq = excluded.seq, head = excluded.head, tables = excluded.tables,
        written = excluded.written, counts = excluded.counts, n = excluded.n
)
select case_id::text as "where", what, since from lost where what is not null
union all select case_id::text, what, since from fewer
union all select case_id::text, what, since from astray
order by 1, 2
