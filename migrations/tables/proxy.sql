-- Proxies of residents, their authorities and errands.
-- Owner: proxy

-- One relation, from the resident's wish to its end; a case has one at a time, an accusation none (`never_secret`).
-- `staff` is who acts here; of a lawyer, who has no login, the name lies sealed beside it. `authority_due` and
-- `filing_due` are D1. `version` is served as ETag.
create table proxy (
    id uuid constraint pk_proxy primary key,
    case_id uuid not null constraint fk_proxy_case_id references cases,
    state text not null,
    wish uuid constraint fk_proxy_wish references case_note,
    requested_by text not null,
    requested_at timestamptz not null,
    authority_due timestamptz not null,
    filing_due timestamptz not null,
    staff uuid constraint fk_proxy_staff references staff,
    capacity text,
    sealed bytea,
    seal_key bytea,
    offered_by text,
    offered_at timestamptz,
    filing_number text,
    filed_at timestamptz,
    ended_at timestamptz,
    version int not null default 1,
    constraint ck_proxy_state check (state in ('requested', 'offered', 'authorised', 'reporting', 'closed',
        'declined', 'stepped_down', 'withdrawn_by_resident', 'authority_expired', 'conflict_of_interest')),
    constraint ck_proxy_capacity check (capacity in ('grid_worker', 'village_cadre', 'centre_clerk', 'lawyer')),
    constraint ck_proxy_ended_unless_live check ((ended_at is null) = (state in ('requested', 'offered', 'authorised',
        'reporting'))),
    constraint ck_proxy_somebody_is_named check (state not in ('offered', 'authorised', 'reporting') or staff is not
        null),
    constraint ck_proxy_offered_by_somebody check (num_nonnulls(staff, capacity, offered_by, offered_at) in (0, 4)),
    constraint ck_proxy_sealed_with_key check (num_nonnulls(sealed, seal_key) in (0, 2)),
    constraint ck_proxy_lawyer_is_named check ((capacity is not distinct from 'lawyer') = (sealed is not null)),
    constraint ck_proxy_filed_with_number check (num_nonnulls(filing_number, filed_at) in (0, 2)),
    constraint ck_proxy_reporting_is_filed check (state <> 'reporting' or filed_at is not null)
);
create index ix_proxy_case_id on proxy (case_id);
create index ix_proxy_live on proxy (id) where ended_at is null;
create index ix_proxy_staff on proxy (staff) where ended_at is null;
create unique index uq_proxy_one_of_a_case on proxy (case_id) where ended_at is null;

-- One written authority; a change is a new one that takes its place. `matter` is a note of the case.
create table proxy_authority (
    id uuid constraint pk_proxy_authority primary key,
    proxy uuid not null constraint fk_proxy_authority_proxy references proxy,
    staff uuid not null constraint fk_proxy_authority_staff references staff,
    matter uuid not null constraint fk_proxy_authority_matter references case_note,
    powers text[] not null,
    evidence text not null,
    valid_from timestamptz not null,
    valid_until timestamptz not null,
    recorded_at timestamptz not null,
    recorded_by text not null,
    ended_at timestamptz,
    ended_as text,
    constraint ck_proxy_authority_powers check (powers <@ array['submit_materials', 'enquire', 'receive_notices',
        'attend_sessions', 'accept_service']::text[] and cardinality(powers) > 0),
    constraint ck_proxy_authority_service_is_passed_on check (not 'accept_service' = any(powers) or 'receive_notices'
        = any(powers)),
    constraint ck_proxy_authority_evidence check (evidence in ('paper', 'recorded_consent', 'query_code')),
    constraint ck_proxy_authority_period check (valid_from <= recorded_at and recorded_at < valid_until),
    constraint ck_proxy_authority_not_by_the_proxy check (recorded_by <> 'staff:' || staff::text),
    constraint ck_proxy_authority_ended_as_something check (num_nonnulls(ended_at, ended_as) in (0, 2)),
    constraint ck_proxy_authority_ended_as check (ended_as in ('renewed', 'revoked', 'expired', 'stepped_down',
        'conflict', 'closed'))
);
create index ix_proxy_authority_proxy on proxy_authority (proxy);
create index ix_proxy_authority_valid_until on proxy_authority (valid_until) where ended_at is null;
create unique index uq_proxy_authority_one on proxy_authority (proxy) where ended_at is null;

-- One thing done for the resident, with its proof: one point (never a track), a time, words, the unit's reply.
create table proxy_errand (
    id uuid constraint pk_proxy_errand primary key,
    proxy uuid not null constraint fk_proxy_errand_proxy references proxy,
    kind text not null,
    state text not null,
    unit text constraint fk_proxy_errand_unit references unit,
    plan uuid constraint fk_proxy_errand_plan references case_note,
    planned_at timestamptz not null,
    done_at timestamptz,
    recorded_at timestamptz,
    point geometry(point, 4326),
    crs text,
    words uuid constraint fk_proxy_errand_words references case_note,
    reply uuid constraint fk_proxy_errand_reply references case_note,
    constraint ck_proxy_errand_kind check (kind in ('file', 'ask', 'accompany', 'urge', 'fetch_reply', 'report_back')),
    constraint ck_proxy_errand_state check (state in ('planned', 'doing', 'done', 'dropped')),
    constraint ck_proxy_errand_done_at_a_time check ((state = 'done') = (done_at is not null)),
    constraint ck_proxy_errand_done_is_told check (state <> 'done' or words is not null),
    constraint ck_proxy_errand_point_with_crs check ((point is null) = (crs is null)),
    constraint ck_proxy_errand_crs check (crs in ('WGS84', 'CGCS2000', 'GCJ02', 'BD09'))
);
create index ix_proxy_errand_proxy on proxy_errand (proxy);

-- A notice of the case that the proxy passed on: when, how, in which words, and by when it was owed (D2).
create table proxy_passing (
    id bigint generated by default as identity constraint pk_proxy_passing primary key,
    proxy uuid not null constraint fk_proxy_passing_proxy references proxy,
    notice uuid not null constraint fk_proxy_passing_notice references notice,
    method text not null,
    at timestamptz not null,
    due timestamptz not null,
    words uuid not null constraint fk_proxy_passing_words references case_note,
    recorded_at timestamptz not null,
    constraint uq_proxy_passing_proxy_notice unique (proxy, notice),
    constraint ck_proxy_passing_method check (method in ('in_person', 'phone', 'message', 'letter'))
);
create index ix_proxy_passing_notice on proxy_passing (notice);

-- A file of the case that proves an authority or an errand: the signed paper, a photo.
create table proxy_paper (
    id bigint generated by default as identity constraint pk_proxy_paper primary key,
    case_id uuid not null,
    attachment uuid not null,
    authority uuid constraint fk_proxy_paper_authority references proxy_authority,
    errand uuid constraint fk_proxy_paper_errand references proxy_errand,
    constraint uq_proxy_paper_authority_attachment unique (authority, attachment),
    constraint uq_proxy_paper_errand_attachment unique (errand, attachment),
    constraint fk_proxy_paper_attachment_case_id foreign key (attachment, case_id) references attachment (id, case_id),
    constraint ck_proxy_paper_proves_one_thing check (num_nonnulls(authority, errand) = 1)
);
create index ix_proxy_paper_attachment on proxy_paper (attachment);
