-- Who works, in which post, and how they log in.
-- Owner: staff

-- A member of staff. Never a resident.
create table staff (
    id uuid constraint pk_staff primary key,
    name text not null,
    unit text not null constraint fk_staff_unit references unit,
    full_time boolean not null default true,
    active boolean not null default true,
    constraint uq_staff_id_full_time unique (id, full_time)
);
create index ix_staff_unit on staff (unit);

-- A seat: a role in a unit for an area, held by one person at a time.
create table post (
    id text constraint pk_post primary key,
    role text not null,
    unit text not null constraint fk_post_unit references unit,
    area text not null constraint fk_post_area references area,
    staff uuid constraint fk_post_staff references staff
);
create index ix_post_staff on post (staff);
create index ix_post_unit on post (unit);

-- A local login. The hash is argon2id.
create table account (
    login text constraint pk_account primary key,
    staff uuid not null constraint fk_account_staff references staff,
    password_hash text not null,
    disabled boolean not null default false
);
create index ix_account_staff on account (staff);

-- A machine's key: only its SHA-256 is kept. `source_system` names the system whose ids it may bring.
create table api_key (
    id text constraint pk_api_key primary key,
    name text not null,
    hash bytea not null,
    unit text not null constraint fk_api_key_unit references unit,
    area text not null constraint fk_api_key_area references area,
    scopes text[] not null,
    source_system text,
    expires_at timestamptz,
    disabled boolean not null default false,
    constraint ck_api_key_has_scope check (cardinality(scopes) > 0)
);
