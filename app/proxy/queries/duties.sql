-- Notices of the case that were there, or came, while an authority to receive them stood; not those that the resident had
-- in hand before it. Nothing is kept of a duty before it is met, so that none can be forgotten: `since` is when it began.
select p.id as proxy, p.case_id, p.staff, n.id as notice, n.kind,
    greatest(case when s.method = 'proxy' then s.at else n.drafted_at end, a.since) as since,
    w.at as passed_at, w.method, {words} as words, w.due,
    case when n.state = 'served' and s.method <> 'proxy' then s.at end as served_at
from proxy p
join notice n on n.case_id = p.case_id and n.kind <> 'urging'
left join service_record s on s.notice = n.id and s.replaced_at is null
left join proxy_passing w on w.proxy = p.id and w.notice = n.id
join lateral (
    select min(a.recorded_at) as since from proxy_authority a
    where a.proxy = p.id and 'receive_notices' = any(a.powers) and n.drafted_at < coalesce(a.ended_at, a.valid_until)
        and (s.at is null or s.method = 'proxy' or s.at > a.recorded_at)
) a on a.since is not null
where (n.state not in ('failed', 'replaced') or w.at is not null) and
