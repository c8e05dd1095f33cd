-- Corrections of what was registered.
-- Owner: cases

-- What a correction replaced, sealed: the version before stays, for who may see the case. `fields` names what was corrected,
-- `party` whose data; the event has the same with a digest of the sealed text, salted.
create table correction (
    id uuid constraint pk_correction primary key,
    case_id uuid not null constraint fk_correction_case_id references cases,
    party uuid constraint fk_correction_party references party,
    fields text[] not null,
    sealed bytea not null,
    seal_key bytea not null,
    salt bytea not null,
    note uuid constraint fk_correction_note references case_note,
    author text not null,
    at timestamptz not null
);
create index ix_correction_case_id on correction (case_id);
