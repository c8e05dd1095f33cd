-- Every table of the city: the columns that are made from others, those that hold shapes, and the keys of one column by
-- which its rows lead to rows of another table.
select c.relname::text as name,
    array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated <> '') as made,
    array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and a.atttypid = 'geometry'::regtype) as shapes,
    array(select a.attname::text from pg_constraint k cross join unnest(k.conkey) with ordinality part(n, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = part.n
        where k.conrelid = c.oid and k.contype = 'p' order by part.place) as keys,
    exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = 'traced' and g.tgenabled = 'O') as traced,
    exists (select from pg_attribute a
        where a.attrelid = c.oid and a.attname = 'case_id' and not a.attisdropped) as has_case,
    (select coalesce(jsonb_agg(jsonb_build_array(a.attname, f.relname, b.attname) order by k.conname), '[]')
        from pg_constraint k
        join pg_class f on f.oid = k.confrelid
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
        join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
        where k.contype = 'f' and k.conrelid = c.oid and cardinality(k.conkey) = 1 and a.attnotnull) as leads
from pg_class c
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
order by 1
