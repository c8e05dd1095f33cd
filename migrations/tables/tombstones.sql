-- What was erased, when, by whom and on which ground.
-- Owner: cases

-- The personal data of this case is erased: its data keys are destroyed, what lay in clear is emptied. `seq` is the event
-- that says so; `mark` is made of the rest with a key that the database does not have, so that nobody passes a loss off as
-- an erasure.
create table tombstone (
    case_id uuid constraint pk_tombstone primary key constraint fk_tombstone_case_id references cases,
    seq int not null,
    at timestamptz not null,
    by text not null,
    basis text not null,
    mark bytea not null,
    constraint ck_tombstone_basis check (basis in ('retention', 'request', 'order'))
);

-- What is to be erased once the case has ended and is not held. `mark` as of a tombstone: the runner erases nothing else.
create table erasure_order (
    case_id uuid constraint pk_erasure_order primary key constraint fk_erasure_order_case_id references cases,
    at timestamptz not null,
    by text not null,
    basis text not null,
    mark bytea not null,
    constraint ck_erasure_order_basis check (basis in ('retention', 'request', 'order'))
);
