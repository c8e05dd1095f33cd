-- Centres: windows, stations, opening hours, shifts, rooms. Nothing is overwritten: a row that no longer holds is ended (`valid`)
-- or withdrawn, with who did it and when, so that the rows themselves are the record of the place. Bookings hold no words.
-- Owner: centres

-- How often the set-up of a centre was changed: its version, served as ETag. No row before the first change.
create table centre (
    unit text constraint pk_centre primary key constraint fk_centre_unit references unit,
    version int not null,
    changed_at timestamptz not null,
    changed_by text not null
);

-- A window of a centre, by the number on its sign.
create table service_window (
    id uuid constraint pk_service_window primary key,
    centre text not null constraint fk_service_window_centre references unit,
    code text not null,
    name text not null,
    valid tstzrange not null,
    set_by text not null,
    ended_by text,
    constraint ex_service_window_one_of_a_number exclude using gist (centre with =, code with =, valid with &&),
    constraint ck_service_window_valid_bounded check (not isempty(valid) and lower(valid) is not null and
        lower_inc(valid) and not upper_inc(valid)),
    constraint ck_service_window_ended_by_somebody check (upper_inf(valid) = (ended_by is null))
);

-- A unit at a centre: resident, rotating (on weekdays, or by rota alone) or on call (and how it is called in).
-- `window_code` is the number of a window of the centre; the window may close without the unit leaving.
create table station (
    id uuid constraint pk_station primary key,
    centre text not null constraint fk_station_centre references unit,
    unit text not null constraint fk_station_unit references unit,
    how text not null,
    weekdays smallint[] not null default '{}',
    window_code text,
    call_in text,
    respond_minutes smallint,
    valid tstzrange not null,
    set_by text not null,
    ended_by text,
    constraint ex_station_once exclude using gist (centre with =, unit with =, valid with &&),
    constraint ck_station_how check (how in ('resident', 'rotating', 'on_call')),
    constraint ck_station_not_itself check (unit <> centre),
    constraint ck_station_weekdays_rotate check (how = 'rotating' or weekdays = '{}'),
    constraint ck_station_weekdays_iso check (weekdays <@ '{1,2,3,4,5,6,7}'),
    constraint ck_station_called_somehow check (how <> 'on_call' or call_in is not null),
    constraint ck_station_respond_minutes check (respond_minutes between 1 and 1440),
    constraint ck_station_valid_bounded check (not isempty(valid) and lower(valid) is not null and lower_inc(valid)
        and not upper_inc(valid)),
    constraint ck_station_ended_by_somebody check (upper_inf(valid) = (ended_by is null))
);
create index ix_station_unit on station (unit);

-- The hours of one ISO weekday over the days from when to when: minutes after midnight, beyond 1440 the next day.
create table opening_hours (
    id uuid constraint pk_opening_hours primary key,
    centre text not null constraint fk_opening_hours_centre references unit,
    weekday smallint not null,
    minutes int4multirange not null,
    days daterange not null,
    set_at timestamptz not null,
    set_by text not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    constraint ex_opening_hours_one_of_a_day exclude using gist (centre with =, weekday with =, days with &&) where
        (withdrawn_at is null),
    constraint ck_opening_hours_weekday check (weekday between 1 and 7),
    constraint ck_opening_hours_minutes check (not isempty(minutes) and lower(minutes) >= 0 and lower(minutes) < 1440
        and upper(minutes) <= 2880),
    constraint ck_opening_hours_days_bounded check (not isempty(days) and lower(days) is not null),
    constraint ck_opening_hours_withdrawn_by_somebody check ((withdrawn_at is null) = (withdrawn_by is null))
);

-- A day that differs from the week and the legal calendar; no minutes: closed. The reason is shown to everybody.
create table special_day (
    id uuid constraint pk_special_day primary key,
    centre text not null constraint fk_special_day_centre references unit,
    day date not null,
    minutes int4multirange not null,
    reason text not null,
    set_at timestamptz not null,
    set_by text not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    constraint ck_special_day_minutes check (isempty(minutes) or (lower(minutes) >= 0 and lower(minutes) < 1440 and
        upper(minutes) <= 2880)),
    constraint ck_special_day_withdrawn_by_somebody check ((withdrawn_at is null) = (withdrawn_by is null))
);
create unique index uq_special_day_once on special_day (centre, day) where withdrawn_at is null;

-- A room of a centre, by the number on its door; what it is like stands in its versions.
create table room (
    id uuid constraint pk_room primary key,
    centre text not null constraint fk_room_centre references unit,
    code text not null,
    valid tstzrange not null,
    set_by text not null,
    ended_by text,
    constraint ex_room_one_of_a_number exclude using gist (centre with =, code with =, valid with &&),
    constraint ck_room_valid_bounded check (not isempty(valid) and lower(valid) is not null and lower_inc(valid) and
        not upper_inc(valid)),
    constraint ck_room_ended_by_somebody check (upper_inf(valid) = (ended_by is null))
);

-- What a room is called, meant for and holds, from when to when.
create table room_version (
    id uuid constraint pk_room_version primary key,
    room uuid not null constraint fk_room_version_room references room,
    name text not null,
    kind text not null,
    seats smallint not null,
    valid tstzrange not null,
    set_by text not null,
    ended_by text,
    constraint ex_room_version_one_at_a_time exclude using gist (room with =, valid with &&),
    constraint ck_room_version_kind check (kind in ('mediation', 'hearing', 'meeting', 'talk')),
    constraint ck_room_version_seats check (seats between 1 and 1000),
    constraint ck_room_version_valid_bounded check (not isempty(valid) and lower(valid) is not null and
        lower_inc(valid) and not upper_inc(valid)),
    constraint ck_room_version_ended_by_somebody check (upper_inf(valid) = (ended_by is null))
);

-- A person of a stationed unit on duty (or on call). Nobody is on two shifts at once, in whatever centre.
create table duty_shift (
    id uuid constraint pk_duty_shift primary key,
    centre text not null constraint fk_duty_shift_centre references unit,
    unit text not null constraint fk_duty_shift_unit references unit,
    staff uuid not null constraint fk_duty_shift_staff references staff,
    window_code text,
    period tstzrange not null,
    set_at timestamptz not null,
    set_by text not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    constraint ex_duty_shift_one_at_a_time exclude using gist (staff with =, period with &&) where (withdrawn_at is
        null),
    constraint ck_duty_shift_period_bounded check (not isempty(period) and lower(period) is not null and
        lower_inc(period) and not upper_inc(period) and upper(period) is not null),
    constraint ck_duty_shift_withdrawn_by_somebody check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index ix_duty_shift_centre on duty_shift using gist (centre, period) where withdrawn_at is null;

-- A room taken for a period: no two overlap. `case_id` is for whoever has a part in the case, and shown nowhere else.
create table room_booking (
    id uuid constraint pk_room_booking primary key,
    room uuid not null constraint fk_room_booking_room references room,
    period tstzrange not null,
    purpose text not null,
    case_id uuid constraint fk_room_booking_case_id references cases,
    unit text not null constraint fk_room_booking_unit references unit,
    booked_at timestamptz not null,
    booked_by text not null,
    released_at timestamptz,
    released_by text,
    version int not null default 1,
    constraint ex_room_booking_one_at_a_time exclude using gist (room with =, period with &&) where (released_at is
        null),
    constraint ck_room_booking_purpose check (purpose in ('mediation', 'hearing', 'meeting', 'talk', 'other')),
    constraint ck_room_booking_period_bounded check (not isempty(period) and lower(period) is not null and
        lower_inc(period) and not upper_inc(period) and upper(period) is not null),
    constraint ck_room_booking_released_by_somebody check ((released_at is null) = (released_by is null))
);
create index ix_room_booking_case_id on room_booking (case_id) where case_id is not null;
