-- Where the batch lies: the edge rule, by the plan that suits many points. Each boundary is taken once, with the points
-- that the index finds in it (OFFSET 0 keeps the planner from turning that round), and of several the smallest code is
-- kept; what no cell holds goes to the nearest tier that does. A row is placed on the map of its day; a row older than
-- the oldest map is placed on that.
create index on staged using gist (point);
analyze staged;
insert into placed (n, cell)
select s.n, min(v.cell)
from cell_version v
cross join (select min(lower(valid)) as began from cell_version) first
cross join lateral (
    select n, at from staged where point is not null and st_covers(v.boundary, point) offset 0
) s
where v.valid @> greatest(s.at, first.began)
group by s.n;
insert into unplaced (n, at, point)
select n, at, point from staged s where point is not null and not exists (select from placed p where p.n = s.n);
create index on unplaced using gist (point);
analyze unplaced;
insert into placed (n, area)
select distinct on (s.n) s.n, w.area
from area_version w
join area a on a.code = w.area
cross join (select min(lower(valid)) as began from area_version) first
cross join lateral (select n, at from unplaced where st_covers(w.boundary, point) offset 0) s
where w.boundary is not null and w.valid @> greatest(s.at, first.began)
order by s.n, nlevel(a.path) desc, a.code;
analyze placed;
