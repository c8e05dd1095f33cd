-- Work of several units on one case: tasks, whistles, meetings.
-- Owner: joint

-- A township calls departments to the spot. `point` is where, when it is not the case's own place.
create table whistle (
    id uuid constraint pk_whistle primary key,
    case_id uuid not null constraint fk_whistle_case_id references cases,
    unit text not null constraint fk_whistle_unit references unit,
    occasion text not null,
    note uuid not null constraint fk_whistle_note references case_note,
    point geometry(point, 4326),
    blown_by text not null,
    blown_at timestamptz not null,
    state text not null,
    settlement uuid constraint fk_whistle_settlement references case_note,
    ended_by text,
    ended_at timestamptz,
    version int not null default 1,
    constraint ck_whistle_occasion check (occasion in ('demand', 'enforcement', 'emergency')),
    constraint ck_whistle_state check (state in ('open', 'settled', 'ended')),
    constraint ck_whistle_settled_in_words check ((state = 'settled') = (settlement is not null)),
    constraint ck_whistle_ended check ((ended_at is null) = (state = 'open'))
);
create index ix_whistle_case_id on whistle (case_id);

-- A joint meeting on one case, in a room that is booked or at a place in words; its decisions are tasks.
create table meeting (
    id uuid constraint pk_meeting primary key,
    case_id uuid not null constraint fk_meeting_case_id references cases,
    unit text not null constraint fk_meeting_unit references unit,
    called_by text not null,
    called_at timestamptz not null,
    at timestamptz not null,
    until timestamptz,
    booking uuid constraint fk_meeting_booking references room_booking,
    place text,
    agenda uuid not null constraint fk_meeting_agenda references case_note,
    state text not null,
    minutes uuid constraint fk_meeting_minutes references case_note,
    ended_by text,
    ended_at timestamptz,
    version int not null default 1,
    constraint ck_meeting_state check (state in ('scheduled', 'held', 'cancelled')),
    constraint ck_meeting_room_or_place check (num_nonnulls(booking, place) = 1),
    constraint ck_meeting_ends_after_it_begins check (until > at),
    constraint ck_meeting_room_until check (booking is null or until is not null),
    constraint ck_meeting_held_with_minutes check ((state = 'held') = (minutes is not null)),
    constraint ck_meeting_ended check ((ended_at is null) = (state = 'scheduled'))
);
create index ix_meeting_case_id on meeting (case_id);

-- One piece of work for one unit. Its texts are notes of the case: `note` asks, `result` is the last answer.
-- `assignment` says whether it was signed for; what the lead does itself (a meeting's decision) has none. `waiver` says
-- why no answer is waited for. `ended_at` is null while it is owed or answered. `version` is the ETag.
create table task (
    id uuid constraint pk_task primary key,
    case_id uuid not null constraint fk_task_case_id references cases,
    assignment bigint constraint fk_task_assignment references assignment,
    source text not null,
    whistle uuid constraint fk_task_whistle references whistle,
    meeting uuid constraint fk_task_meeting references meeting,
    unit text not null constraint fk_task_unit references unit,
    asked_by_unit text not null constraint fk_task_asked_by_unit references unit,
    asked_by text not null,
    asked_at timestamptz not null,
    note uuid not null constraint fk_task_note references case_note,
    due timestamptz not null,
    state text not null,
    result uuid constraint fk_task_result references case_note,
    first_answered_at timestamptz,
    answered_at timestamptz,
    answered_by text,
    waiver uuid constraint fk_task_waiver references case_note,
    ended_at timestamptz,
    version int not null default 1,
    constraint ck_task_source check (source in ('lead', 'whistle', 'meeting')),
    constraint ck_task_state check (state in ('open', 'answered', 'returned', 'waived', 'recalled', 'ended')),
    constraint ck_task_of_its_whistle check ((source = 'whistle') = (whistle is not null)),
    constraint ck_task_of_its_meeting check ((source = 'meeting') = (meeting is not null)),
    constraint ck_task_answered_in_writing check (num_nonnulls(result, answered_at, answered_by) in (0, 3)),
    constraint ck_task_answered_with_result check (state not in ('answered', 'returned') or result is not null),
    constraint ck_task_waived_with_reason check ((state = 'waived') = (waiver is not null)),
    constraint ck_task_ended check ((ended_at is null) = (state in ('open', 'answered', 'returned')))
);
create index ix_task_case_id on task (case_id);
create index ix_task_meeting on task (meeting) where meeting is not null;
create index ix_task_unit_owed on task (unit) where state in ('open', 'returned');
create index ix_task_whistle on task (whistle) where whistle is not null;
create unique index uq_task_assignment on task (assignment);

-- A file of the case that goes with the written result of a task.
create table task_file (
    task uuid not null constraint fk_task_file_task references task,
    attachment uuid not null,
    case_id uuid not null constraint fk_task_file_case_id references cases,
    constraint pk_task_file primary key (task, attachment),
    constraint fk_task_file_attachment_case_id foreign key (attachment, case_id) references attachment (id, case_id)
);

-- One department called: its task holds the result, a clock `arrival` (subject: the task) the time to be there. `ruler`
-- is the centre that rules on its objection.
create table whistle_call (
    task uuid constraint pk_whistle_call primary key constraint fk_whistle_call_task references task,
    whistle uuid not null constraint fk_whistle_call_whistle references whistle,
    unit text not null constraint fk_whistle_call_unit references unit,
    arrived_at timestamptz,
    arrived_by text,
    arrival_point geometry(point, 4326),
    objection uuid constraint fk_whistle_call_objection references case_note,
    objected_at timestamptz,
    objected_by text,
    ruler text constraint fk_whistle_call_ruler references unit,
    ruling text,
    ruling_note uuid constraint fk_whistle_call_ruling_note references case_note,
    ruled_at timestamptz,
    ruled_by text,
    constraint ck_whistle_call_ruling check (ruling in ('upheld', 'dismissed')),
    constraint ck_whistle_call_arrived_by_somebody check (num_nonnulls(arrived_at, arrived_by) in (0, 2)),
    constraint ck_whistle_call_point_of_an_arrival check (arrival_point is null or arrived_at is not null),
    constraint ck_whistle_call_objected_in_writing check (num_nonnulls(objection, objected_at, objected_by, ruler) in
        (0, 4)),
    constraint ck_whistle_call_ruled_in_writing check (num_nonnulls(ruling, ruling_note, ruled_at, ruled_by) in
        (0, 4)),
    constraint ck_whistle_call_ruled_on_an_objection check (ruling is null or objection is not null)
);
create unique index uq_whistle_call_once on whistle_call (whistle, unit);

-- A unit invited, and what it answered.
create table meeting_seat (
    meeting uuid not null constraint fk_meeting_seat_meeting references meeting,
    unit text not null constraint fk_meeting_seat_unit references unit,
    state text not null,
    answered_by text,
    answered_at timestamptz,
    note uuid constraint fk_meeting_seat_note references case_note,
    constraint pk_meeting_seat primary key (meeting, unit),
    constraint ck_meeting_seat_state check (state in ('invited', 'accepted', 'declined')),
    constraint ck_meeting_seat_answered_unless_invited check ((state = 'invited') = (answered_at is null))
);
