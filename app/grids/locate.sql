with spot as (select st_setsrid(st_makepoint($1, $2), 4326) as point)
select c.code as cell, v.name as cell_name, c.community, c.township, c.county, c.city, c.centre,
    u.name as centre_name, w.staff as worker, s.name as worker_name, a.code as nearest_area
from spot
left join lateral (
    select cell, name from cell_version v
    where st_covers(v.boundary, spot.point) and (v.valid @> $3::timestamptz) is true order by v.cell limit 1
) v on true
left join cell c on c.code = v.cell
left join unit u on u.code = c.centre
left join lateral (
    select staff from cell_worker cw where cw.cell = c.code and cw.during @> $3::timestamptz order by cw.role limit 1
) w on true
left join staff s on s.id = w.staff
left join lateral (
    select a.code from area_version av join area a on a.code = av.area
    where c.code is null and st_covers(av.boundary, spot.point) and (av.valid @> $3::timestamptz) is true
    order by nlevel(a.path) desc, a.code limit 1
) a on true
