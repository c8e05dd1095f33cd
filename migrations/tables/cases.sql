-- Cases, their texts, parties and notes, who may see them and who handles them.
-- Owner: cases

create sequence case_number;

-- A matter from registration to settlement. It keeps the cell and area path it was filed in; `lead_unit` moves.
-- `head_seq`/`head_hash` are the head of the case's event chain; `head_seq` is also the version served as ETag. `due`
-- is the nearest due instant of the authorities' open clocks, `infinity` when none runs. `escalated_to` is the highest
-- tier that the case was ever taken up to.
create table cases (
    id uuid constraint pk_cases primary key,
    number text not null,
    kind text not null,
    petition_class text,
    category text not null constraint fk_cases_category references category,
    channel text not null,
    procedure text not null,
    procedure_version int not null,
    status text not null,
    located_by text not null,
    crs text,
    point geometry(point, 4326),
    accuracy_m real,
    cell text constraint fk_cases_cell references cell,
    city text not null constraint fk_cases_city references area,
    county text constraint fk_cases_county references area,
    township text constraint fk_cases_township references area,
    community text constraint fk_cases_community references area,
    area_path ltree not null,
    queue text,
    worker uuid constraint fk_cases_worker references staff,
    centre text constraint fk_cases_centre references unit,
    lead_unit text not null constraint fk_cases_lead_unit references unit,
    routed_unit text not null constraint fk_cases_routed_unit references unit,
    rule text not null,
    guarded boolean not null,
    barred_units ltree[],
    barred_staff uuid[],
    due timestamptz not null default 'infinity',
    received_at timestamptz not null,
    registered_at timestamptz not null,
    accepted_at timestamptz,
    concluded_at timestamptz,
    closed_at timestamptz,
    updated_at timestamptz not null,
    result text,
    reopened smallint not null default 0,
    escalated_to text,
    merged_into uuid constraint fk_cases_merged_into references cases,
    source_system text,
    external_id text,
    registrar text not null,
    query_hash bytea,
    query_issue smallint not null default 1,
    imported boolean not null default false,
    head_seq int not null,
    head_hash bytea not null,
    constraint fk_cases_procedure_procedure_version foreign key (procedure, procedure_version) references procedure,
    constraint ck_cases_kind check (kind in ('petition', 'dispute', 'request', 'event')),
    constraint ck_cases_status check (status in ('registered', 'accepted', 'handling', 'concluded', 'closed',
        'declined', 'referred', 'withdrawn', 'merged')),
    constraint ck_cases_petition_class check (petition_class in ('suggestion', 'accusation', 'appeal')),
    constraint ck_cases_petition_has_class check ((kind = 'petition') = (petition_class is not null)),
    constraint ck_cases_located_by check (located_by in ('point', 'person', 'address')),
    constraint ck_cases_point_when_located_by_point check ((located_by = 'point') = (point is not null)),
    constraint ck_cases_merged_into_when_merged check ((status = 'merged') = (merged_into is not null)),
    constraint ck_cases_not_merged_into_itself check (merged_into <> id),
    constraint ck_cases_escalated_to check (escalated_to in ('township', 'county', 'city')),
    constraint ck_cases_accusation_is_sealed check (petition_class is distinct from 'accusation' or (worker is null
        and centre is null and cell is null and point is null))
);
create index ix_cases_cell on cases (cell, category, registered_at);
create index ix_cases_centre on cases (centre, status);
create index ix_cases_community on cases (community, status, due, id);
create index ix_cases_county on cases (county, status, due, id);
create index ix_cases_lead_unit on cases (lead_unit, status, due, id);
create index ix_cases_merged_into on cases (merged_into) where merged_into is not null;
create index ix_cases_point on cases using gist (point);
create index ix_cases_queue on cases (queue, city) where queue is not null;
create index ix_cases_status on cases (status, due, id);
create index ix_cases_township on cases (township, status, due, id);
create unique index uq_cases_number on cases (number);
create unique index uq_cases_source on cases (source_system, external_id) where source_system is not null;

-- The report as written. An accusation's is sealed and so never searchable.
create table case_text (
    case_id uuid constraint pk_case_text primary key constraint fk_case_text_case_id references cases,
    title text,
    description text,
    address text,
    sealed bytea,
    seal_key bytea,
    bigrams text[] generated always as (bigrams(title || ' ' || coalesce(address, ''))) stored,
    constraint ck_case_text_plain_or_sealed check ((sealed is null) <> (title is null)),
    constraint ck_case_text_sealed_with_key check ((sealed is null) = (seal_key is null))
);
create index ix_case_text_bigrams on case_text using gin (bigrams);

-- A text written while the case was worked: a reply, a reason, a proof. Events refer to it by id and digest.
create table case_note (
    id uuid constraint pk_case_note primary key,
    case_id uuid not null constraint fk_case_note_case_id references cases,
    kind text not null,
    body text,
    sealed bytea,
    seal_key bytea,
    salt bytea not null,
    author text not null,
    at timestamptz not null,
    constraint ck_case_note_plain_or_sealed check ((sealed is null) <> (body is null))
);
create index ix_case_note_case_id on case_note (case_id);

-- Someone the case is about or from. Name, phone and address lie sealed under a key of the party's own.
create table party (
    id uuid constraint pk_party primary key,
    case_id uuid not null constraint fk_party_case_id references cases,
    role text not null,
    sealed bytea not null,
    seal_key bytea not null,
    phone_index bytea,
    constraint ck_party_role check (role in ('petitioner', 'representative', 'agent', 'respondent', 'affected'))
);
create index ix_party_case_id on party (case_id);
create index ix_party_phone_index on party (phone_index) where phone_index is not null;

-- Whom the matter is about, or who must not be involved (`not_to`): a unit, a member of staff, or words, sealed. A
-- member of staff counts as every unit they hold a post in: one row for each.
create table case_concern (
    id bigint generated by default as identity constraint pk_case_concern primary key,
    case_id uuid not null constraint fk_case_concern_case_id references cases,
    relation text not null,
    unit text constraint fk_case_concern_unit references unit,
    staff uuid constraint fk_case_concern_staff references staff,
    sealed bytea,
    seal_key bytea,
    constraint ck_case_concern_relation check (relation in ('concerns', 'not_to')),
    constraint ck_case_concern_unit_or_words check (num_nonnulls(unit, sealed) = 1)
);
create index ix_case_concern_case_id on case_concern (case_id);

-- A file that is kept: its class, and the last day of keeping (null: for ever). Reopening takes it out again.
create table archive (
    case_id uuid constraint pk_archive primary key constraint fk_archive_case_id references cases,
    retention text not null,
    kept_until date,
    archived_at timestamptz not null,
    archived_by text not null,
    taken_out_at timestamptz,
    constraint ck_archive_retention check (retention in ('permanent', '30_years', '10_years')),
    constraint ck_archive_for_ever_if_permanent check ((retention = 'permanent') = (kept_until is null))
);
create index ix_archive_kept_until on archive (kept_until) where taken_out_at is null;

-- Somebody needs the file as it is. While a hold is open the database lets nothing of it be erased (`keep_held`).
create table legal_hold (
    id bigint generated by default as identity constraint pk_legal_hold primary key,
    case_id uuid not null constraint fk_legal_hold_case_id references cases,
    note uuid not null constraint fk_legal_hold_note references case_note,
    placed_by text not null,
    placed_at timestamptz not null,
    released_by text,
    released_at timestamptz,
    constraint ck_legal_hold_released_by_somebody check (num_nonnulls(released_at, released_by) in (0, 2))
);
create unique index uq_legal_hold_open on legal_hold (case_id) where released_at is null;

-- Who sees a case, and as what. Written in the statement that registers it or moves responsibility. `grantee` is
-- `unit:CODE`, `post:ID`, `staff:UUID` or `key:ID`; `until` ends the access.
create table case_access (
    case_id uuid not null constraint fk_case_access_case_id references cases,
    grantee text not null,
    part text not null,
    until timestamptz,
    constraint pk_case_access primary key (case_id, grantee, part),
    constraint ck_case_access_grantee check (grantee ~ '^(unit|post|staff|key):')
);
create index ix_case_access_grantee on case_access (grantee, case_id);

-- Responsibility offered, signed for, refused, recalled or done. One open offer to lead and one lead at a time. An
-- offer that was returned (退单, `returned_at`) stays open until the unit that sent it, `ruled_by`, has ruled: the return
-- is `upheld`, or `rejected`. `designated`: it could no longer be returned, and was ruled without a return.
create table assignment (
    id bigint generated by default as identity constraint pk_assignment primary key,
    case_id uuid not null constraint fk_assignment_case_id references cases,
    unit text not null constraint fk_assignment_unit references unit,
    staff uuid constraint fk_assignment_staff references staff,
    part text not null,
    state text not null,
    offered_by text not null,
    offered_at timestamptz not null,
    answered_by text,
    answered_at timestamptz,
    note uuid constraint fk_assignment_note references case_note,
    returned_at timestamptz,
    ruling text,
    ruled_by text,
    constraint ck_assignment_part check (part in ('lead', 'co')),
    constraint ck_assignment_state check (state in ('offered', 'signed', 'refused', 'recalled', 'done')),
    constraint ck_assignment_answered_unless_offered check ((state = 'offered') = (answered_at is null)),
    constraint ck_assignment_ruling check (ruling in ('upheld', 'rejected', 'designated')),
    constraint ck_assignment_ruled_by_somebody check (num_nonnulls(ruling, ruled_by) in (0, 2)),
    constraint ck_assignment_ruling_on_a_return check (ruling is null or state <> 'offered' and (returned_at is null)
        = (ruling = 'designated'))
);
create index ix_assignment_case_id on assignment (case_id);
create index ix_assignment_staff_open on assignment (staff) where staff is not null and state in ('offered', 'signed');
create index ix_assignment_unit_open on assignment (unit) where state in ('offered', 'signed');
create unique index uq_assignment_one_lead on assignment (case_id) where part = 'lead' and state = 'signed';
create unique index uq_assignment_one_offer on assignment (case_id) where part = 'lead' and state = 'offered';
