-- Requests about one's own data.
-- Owner: privacy

-- What somebody of a case (`party`) asks about their own data; `relative`: what they are to the dead person whose data it is.
-- Asked with the query code (`online`) or at a window by `taken_by`; decided in the unit `decider`. Words and answer are notes of the case. `due` never
-- moves. A copy is given once, until `fetch_until`. `restricts`: it was refused because the data must be kept, so nothing but
-- storing and protecting is done with it. `version` is served as ETag.
create table data_request (
    id uuid constraint pk_data_request primary key,
    number text not null,
    case_id uuid not null constraint fk_data_request_case_id references cases,
    party uuid not null constraint fk_data_request_party references party,
    asked text not null,
    relative text,
    state text not null,
    online boolean not null,
    taken_by text not null,
    decider text not null constraint fk_data_request_decider references unit,
    note uuid not null constraint fk_data_request_note references case_note,
    asked_at timestamptz not null,
    due timestamptz not null,
    ground text,
    restricts boolean not null default false,
    answer uuid constraint fk_data_request_answer references case_note,
    decided_at timestamptz,
    decided_by uuid constraint fk_data_request_decided_by references staff,
    fetch_until timestamptz,
    fetched_at timestamptz,
    served_at timestamptz,
    served_how text,
    version int not null default 1,
    constraint ck_data_request_asked check (asked in ('copy', 'correct', 'erase', 'explain')),
    constraint ck_data_request_relative check (relative in ('spouse', 'parent', 'child', 'sibling', 'grandparent', 'grandchild')),
    constraint ck_data_request_state check (state in ('open', 'granted', 'refused', 'withdrawn')),
    constraint ck_data_request_decided_by_somebody check ((state in ('granted', 'refused')) = (decided_at is not null)
        and num_nonnulls(decided_at, decided_by, answer) in (0, 3)),
    constraint ck_data_request_refused_on_a_ground check ((state = 'refused') = (ground is not null)),
    constraint ck_data_request_ground check (ground in ('case_runs', 'retention', 'hold', 'accurate', 'secrecy',
        'not_the_person')),
    constraint ck_data_request_served_somehow check ((served_at is null) = (served_how is null)),
    constraint ck_data_request_served_how check (served_how in ('online', 'in_person', 'letter', 'posted')),
    constraint ck_data_request_not_taken_and_decided check (taken_by <> 'staff:' || decided_by)
);
create index ix_data_request_case_id on data_request (case_id);
create index ix_data_request_open on data_request (due, id) where state = 'open';
create unique index uq_data_request_number on data_request (number);
create unique index uq_data_request_one_open on data_request (case_id, party, asked) where state = 'open';
