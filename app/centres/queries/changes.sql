-- Each row of the place tells of one change when it was made, and of another when it was ended or withdrawn.
with kept as (
    select 'window' as what, id, code || ' ' || name as about, lower(valid) as set_at, set_by,
        upper(valid) as ended_at, ended_by
    from service_window where centre = $1
    union all select 'room', v.id, r.code || ' ' || v.name || ' ' || v.kind || ' ' || v.seats, lower(v.valid), v.set_by,
        upper(v.valid), v.ended_by
    from room r join room_version v on v.room = r.id where r.centre = $1
    union all select 'station', id, unit || ' ' || how, lower(valid), set_by, upper(valid), ended_by
    from station where centre = $1
    union all select 'hours', id, weekday || ' ' || minutes || ' ' || days, set_at, set_by, withdrawn_at, withdrawn_by
    from opening_hours where centre = $1
    union all select 'special_day', id, day || ' ' || minutes, set_at, set_by, withdrawn_at, withdrawn_by
    from special_day where centre = $1
    union all select 'shift', id, unit || ' ' || staff, set_at, set_by, withdrawn_at, withdrawn_by
    from duty_shift where centre = $1
),
told as (
    select what, id, about, 'set' as change, set_at as at, set_by as by, md5('set' || id)::uuid as mark from kept
    union all select what, id, about, 'ended', ended_at, ended_by, md5('ended' || id)::uuid from kept
    where ended_at is not null
)
select what, id, about, change, at, by, mark from told
where $2::timestamptz is null or (at, mark) < ($2, $3::uuid) order by at desc, mark desc limit $4
