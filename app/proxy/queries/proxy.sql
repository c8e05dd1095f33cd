select t.id, t.case_id, c.number, c.kind as case_kind, c.status, c.lead_unit,
    coalesce(c.petition_class = 'accusation', false) as secret, t.state, {standing} as standing, {wish} as wish, t.requested_by, t.requested_at,
    t.authority_due, t.filing_due, t.staff, s.name as staff_name, s.unit as staff_unit, t.capacity, t.sealed,
    key_of(t.seal_key) as seal_key,
    t.offered_by, t.offered_at,
    array(select p.unit from post p where 'staff:' || p.staff in (t.requested_by, t.offered_by)) as arranged_in, t.filing_number, t.filed_at, t.ended_at, t.version, a.valid_until,
    coalesce(a.powers, '{{}}') as powers,
    (select min(f.recorded_at) from proxy_authority f where f.proxy = t.id) as first_recorded_at,
    exists (select from legal_hold h where h.case_id = t.case_id and h.released_at is null) as held
from proxy t
join cases c on c.id = t.case_id
left join staff s on s.id = t.staff
left join lateral (
    select f.powers, f.valid_until from proxy_authority f where f.proxy = t.id order by f.recorded_at desc, f.id desc limit 1
) a on true
