-- Cases that may be the same matter as case $1, of those that are seen: among the open ones near it for a request or an
-- event, for whatever else among the caller's own parts alone.
with mine as materialized (
    select o.*, t.title from cases o join case_text t on t.case_id = o.id
    where o.id = $1 and o.petition_class is distinct from 'accusation'
), near as (
    select c.* from mine o cross join lateral (
        select c.* from cases c where st_dwithin(c.point, o.point, 0.005) and {in_areas}
        union all
        select c.* from cases c where (o.point is null or c.point is null) and c.community = o.community and {in_areas}
    ) c
    union all
    select c.* from {in_parts}
)
select c.id, c.number, c.status, t.title, round(similarity(t.title, o.title)::numeric, 2)::float8 as likeness,
    round(st_distancesphere(c.point, o.point)::numeric)::int as metres, c.registered_at
from mine o cross join near c join case_text t on t.case_id = c.id
where c.category = o.category and c.id <> o.id and c.kind = o.kind
    and c.petition_class is distinct from 'accusation' and c.status <> 'merged'
    and c.registered_at between $2::timestamptz - interval '30 days' and $2::timestamptz
    and (st_distancesphere(c.point, o.point) <= 300 or (o.point is null or c.point is null) and c.community = o.community)
order by likeness desc, c.registered_at desc, c.id limit 10
