-- Sealed files of cases.
-- Owner: attachments

-- One file. Its title is a note of the case; `redacts` is the attachment that this is a redacted copy of. `file` names
-- the ciphertext in the store and `seal_key` opens it: without either nothing can be read, and withdrawing drops both.
-- `digest` is of the file as kept, `received_digest` of the file as it came, each SHA-256 with `salt` before it; both
-- stand in the event too. While a hold is open the database keeps all of it (`keep_held`).
create table attachment (
    id uuid constraint pk_attachment primary key,
    case_id uuid not null constraint fk_attachment_case_id references cases,
    purpose text not null,
    note uuid not null constraint fk_attachment_note references case_note,
    media_type text not null,
    size int not null,
    width int,
    height int,
    pages int,
    removed text[] not null,
    redacts uuid,
    digest bytea not null,
    received_digest bytea not null,
    salt bytea,
    file text,
    seal_key bytea,
    added_by text not null,
    added_at timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by text,
    withdrawal uuid constraint fk_attachment_withdrawal references case_note,
    constraint uq_attachment_id_case_id unique (id, case_id),
    constraint fk_attachment_redacts_case_id foreign key (redacts, case_id) references attachment (id, case_id),
    constraint ck_attachment_purpose check (purpose in ('evidence', 'signature', 'authority', 'proof', 'minutes',
        'result', 'receipt', 'other')),
    constraint ck_attachment_media_type check (media_type in ('image/jpeg', 'image/png', 'image/webp',
        'application/pdf')),
    constraint ck_attachment_all_or_nothing check (num_nonnulls(file, seal_key, salt) in (0, 3)),
    constraint ck_attachment_withdrawn_by_somebody check (num_nonnulls(withdrawn_at, withdrawn_by, withdrawal) in
        (0, 3)),
    constraint ck_attachment_withdrawn_is_erased check (withdrawn_at is null or file is null),
    constraint ck_attachment_not_of_itself check (redacts <> id)
);
create index ix_attachment_case_id on attachment (case_id, added_at);
create unique index uq_attachment_file on attachment (file) where file is not null;
