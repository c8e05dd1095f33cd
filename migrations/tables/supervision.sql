-- Supervision of units.
-- Owner: supervision

-- One demand on a unit. Its texts are notes of the case (`note` asks, `answer` is the last answer). `answer_by` is the
-- date ordered and never moves; `due` is when the present answer is owed, later after a return. `ended_at` is null
-- while an answer or its verification is still owed. `version` is served as ETag.
create table supervision (
    id uuid constraint pk_supervision primary key,
    case_id uuid not null constraint fk_supervision_case_id references cases,
    kind text not null,
    level text,
    problem text,
    issuer_unit text not null constraint fk_supervision_issuer_unit references unit,
    issued_by text not null,
    target_unit text not null constraint fk_supervision_target_unit references unit,
    note uuid not null constraint fk_supervision_note references case_note,
    issued_at timestamptz not null,
    answer_by timestamptz not null,
    due timestamptz not null,
    state text not null,
    answer uuid constraint fk_supervision_answer references case_note,
    first_answered_at timestamptz,
    answered_at timestamptz,
    answered_by text,
    verified_at timestamptz,
    verified_by text,
    ended_at timestamptz,
    version int not null default 1,
    constraint ck_supervision_kind check (kind in ('urge', 'supervise', 'correct', 'instruct')),
    constraint ck_supervision_level check (level in ('yellow', 'orange', 'red')),
    constraint ck_supervision_problem check (problem in ('not_registered', 'not_accepted', 'late_notice',
        'late_completion', 'not_by_law', 'buck_passing', 'false_report', 'not_carried_out', 'leak', 'retaliation',
        'urgent_not_reported')),
    constraint ck_supervision_state check (state in ('open', 'answered', 'returned', 'verified', 'withdrawn')),
    constraint ck_supervision_card_of_supervision check ((kind = 'supervise') = (level is not null)),
    constraint ck_supervision_problem_named check (kind not in ('supervise', 'correct') or problem is not null),
    constraint ck_supervision_not_oneself check (issuer_unit <> target_unit),
    constraint ck_supervision_verified_by_another check (verified_by is null or verified_by <> answered_by),
    constraint ck_supervision_due_not_before_ordered check (due >= answer_by)
);
create index ix_supervision_case_id on supervision (case_id);
create index ix_supervision_issuer_unit on supervision (issuer_unit) where ended_at is null;
create index ix_supervision_pending on supervision (due, id) where ended_at is null;
create index ix_supervision_target_unit on supervision (target_unit) where ended_at is null;
