-- A case ($1) and all that are merged together with it, locked in the order of their ids.
with recursive joined as (
    select $1::uuid as id
    union
    select next.id from joined j join cases c on c.id = j.id cross join lateral (
        select c.merged_into as id where c.merged_into is not null
        union all select m.id from cases m where m.merged_into = c.id
    ) next
)
select c.id from cases c where c.id in (select id from joined) order by c.id for update
