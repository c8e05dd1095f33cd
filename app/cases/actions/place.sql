with spot as (select case when $2::float8 is not null then st_setsrid(st_makepoint($2, $3), 4326) end as point),
cell_code as (
    select coalesce((select v.cell from cell_version v, spot where st_covers(v.boundary, spot.point)
        and (v.valid @> $5::timestamptz) is true order by v.cell limit 1), $4) as code
)
select c.id, cell.code as cell, coalesce(cell.city, c.city) as city, coalesce(cell.county, a.county) as county,
    coalesce(cell.township, a.township) as township, coalesce(cell.community, a.community) as community,
    coalesce(cell.path, a.path)::text as area_path,
    coalesce(cell.centre, (select u.code from unit u join area ua on ua.code = u.area
        where u.kind = 'centre' and ua.path @> a.path order by nlevel(ua.path) desc limit 1)) as centre,
    (select r.unit from route r where r.area = coalesce(cell.township, a.township, cell.county, a.county, c.city)
        and r.category = c.category and r.kind = c.kind and r.petition_class = coalesce(c.petition_class, '')) as unit,
    (select w.staff from cell_worker w where w.cell = cell.code and w.during @> $5::timestamptz
        and not coalesce(w.staff = any(c.barred_staff), false) order by w.role limit 1) as worker,
    c.worker as worker_before, jsonb_strip_nulls(jsonb_build_object('cell', c.cell,
        'area', coalesce(c.community, c.township, c.county, c.city),
        'point', st_x(c.point) || ', ' || st_y(c.point))) as before,
    c.guarded, (c.barred_units is not null or c.waits_above is not null) as barred, c.point is not null as measured
from cases c cross join cell_code
left join cell on cell.code = cell_code.code
left join lateral (
    select path, case when nlevel(path) > 1 then ltree2text(subpath(path, 1, 1)) end as county,
        case when nlevel(path) > 2 then ltree2text(subpath(path, 2, 1)) end as township,
        case when nlevel(path) > 3 then ltree2text(subpath(path, 3, 1)) end as community
    from area where cell.code is null and area.code = $4
) a on true
where c.id = $1 and (cell.code is not null or a.path is not null)
