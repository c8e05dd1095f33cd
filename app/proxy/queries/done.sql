select
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', a.id, 'staff', a.staff, 'matter', {matter}, 'powers', a.powers,
            'powers_text', array(select $2::jsonb ->> power from unnest(a.powers) power), 'evidence', a.evidence,
            'valid_from', a.valid_from, 'valid_until', a.valid_until, 'recorded_at', a.recorded_at,
            'ended_at', a.ended_at, 'ended_as', a.ended_as, 'papers', (
                select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'purpose', f.purpose, 'media_type', f.media_type,
                    'withdrawn', f.withdrawn_at is not null) order by r.id), '[]')
                from proxy_paper r join attachment f on f.id = r.attachment where r.authority = a.id
            )) order by a.recorded_at, a.id), '[]')
        from proxy_authority a where a.proxy = $1
    ) as authorities,
    (
        select coalesce(jsonb_agg(jsonb_build_object(
            'id', e.id, 'kind', e.kind, 'kind_text', $3::jsonb ->> e.kind, 'state', e.state, 'unit', e.unit, 'plan', {plan}, 'planned_at', e.planned_at,
            'done_at', e.done_at, 'recorded_at', e.recorded_at, 'crs', e.crs,
            'point', case when e.point is not null then jsonb_build_object('type', 'Point', 'coordinates',
                jsonb_build_array(st_x(e.point), st_y(e.point))) end,
            'words', {words}, 'reply', {reply}, 'papers', (
                select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'purpose', f.purpose, 'media_type', f.media_type,
                    'withdrawn', f.withdrawn_at is not null) order by r.id), '[]')
                from proxy_paper r join attachment f on f.id = r.attachment where r.errand = e.id
            )) order by e.planned_at, e.id), '[]')
        from proxy_errand e where e.proxy = $1
    ) as errands
