select c.id, c.number, c.status, t.title, round(similarity(t.title, mine.title)::numeric, 2)::float8 as likeness,
    round(st_distancesphere(c.point, o.point)::numeric)::int as metres, c.registered_at
from cases o
join case_text mine on mine.case_id = o.id
join cases c on c.category = o.category and c.id <> o.id and c.kind = o.kind
    and c.petition_class is distinct from 'accusation' and c.status <> 'merged'
    and c.registered_at between $2::timestamptz - interval '30 days' and $2::timestamptz
    and (st_dwithin(c.point, o.point, 0.005) and st_distancesphere(c.point, o.point) <= 300
        or (o.point is null or c.point is null) and c.community = o.community)
join case_text t on t.case_id = c.id
where o.id = $1 and o.petition_class is distinct from 'accusation' and {seen}
order by likeness desc, c.registered_at desc, c.id limit 10
