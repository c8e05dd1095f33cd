-- Who is mentioned in a note. The note's text is a note of the case.
-- Owner: notes

-- A member of staff whose attention a note asks for.
create table note_mention (
    note uuid not null constraint fk_note_mention_note references case_note,
    staff uuid not null constraint fk_note_mention_staff references staff,
    constraint pk_note_mention primary key (note, staff)
);
create index ix_note_mention_staff on note_mention (staff);
