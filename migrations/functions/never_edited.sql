-- The log of looks is added to and read: nobody changes or empties it, whoever asks.
-- Owner: core
create or replace function never_edited() returns trigger language plpgsql as $$
begin
    raise exception 'the log of looks is only added to' using errcode = 'restrict_violation';
end
$$;

create or replace trigger never_edited before update or delete or truncate on read_log
    for each statement execute function never_edited();
create or replace trigger never_edited before update or delete or truncate on reveal_lift
    for each statement execute function never_edited();
