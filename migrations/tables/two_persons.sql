-- What two persons decide, and who was given a seat.
-- Owner: handover

-- What one of two persons has said, until the other says the same.
create table first_word (
    what text not null,
    subject text not null,
    staff uuid not null constraint fk_first_word_staff references staff,
    said jsonb not null,
    said_at timestamptz not null,
    constraint pk_first_word primary key (what, subject, staff),
    constraint ck_first_word_what check (what in ('handover', 'seat'))
);
create index ix_first_word_staff on first_word (staff);

-- A seat that was given to somebody; `asked_by` the first of two persons.
create table seat_given (
    id uuid constraint pk_seat_given primary key,
    post text not null constraint fk_seat_given_post references post,
    staff uuid not null constraint fk_seat_given_staff references staff,
    asked_by text,
    given_by text not null,
    given_at timestamptz not null
);
create index ix_seat_given_post on seat_given (post);
create index ix_seat_given_staff on seat_given (staff);
