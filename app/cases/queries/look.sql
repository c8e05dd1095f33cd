-- What a step looks at first, once: whether it was taken before; else the case, locked; with its text, its parties, why its
-- lead was offered, and the unit named ($4), else the one that is offered the lead, as it stands to the case. A case that
-- somebody else holds is left out, and `seen` is the version that all but its own row was read at: see looking.py.
with {before}, found as materialized (
    {facts}
    where c.id = $3 and {visible} and (select got from tried) and not exists (select from answered)
    for update of c skip locked
)
select tried.got, answered.*, found.*,
    (select c.head_seq from cases c where c.id = found.id) as seen,
    {text} as text,
    {parties} as parties,
    {why} as why_offered,
    (select jsonb_build_object('code', u.code, 'kind', u.kind,
        'barred', withheld_from(c.barred_units, c.waits_above, u.path, u.tier),
        'above_concerned', tier_rank(u.tier) > coalesce((
            select max(tier_rank(about.tier)) from case_concern k join unit about on about.code = k.unit
            where k.case_id = c.id and k.relation = 'concerns' and k.ended_at is null), 0),
        'beside_lead', u.tier = l.tier, 'above_lead', tier_rank(u.tier) > tier_rank(l.tier),
        'of_its_areas', coalesce(u.area in (c.township, c.county, c.city), false),
        'lead_stays', coalesce(c.centre = l.code, false)
            or u.tier <> l.tier and coalesce(la.path @> ua.path or ua.path @> la.path, false),
        'receiving', (select r.code from unit r where r.kind = 'centre' and r.area = u.area and r.code <> u.code
            and not (ua.path @> c.area_path or c.area_path @> ua.path)
            and not withheld_from(c.barred_units, c.waits_above, r.path, r.tier)))
     from cases c join unit l on l.code = c.lead_unit left join area la on la.code = l.area,
        unit u left join area ua on ua.code = u.area
     where c.id = found.id and u.code = coalesce($4, (select a.unit from assignment a
        where a.case_id = found.id and a.state = 'offered' and a.part = 'lead'))) as unit
from tried left join answered on true left join found on true
