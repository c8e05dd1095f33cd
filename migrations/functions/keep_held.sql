-- What may be erased of a case otherwise (texts, keys, names) stays in a held file, whoever asks.
-- Owner: cases
create or replace function keep_held() returns trigger language plpgsql as $$
begin
    if exists (select from legal_hold h where h.case_id = old.case_id and h.released_at is null) then
        raise exception 'the file of case % is under legal hold', old.case_id using errcode = 'restrict_violation';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
end
$$;

create or replace trigger keep_held before delete or update of title, description, address, sealed, seal_key on case_text
    for each row execute function keep_held();
create or replace trigger keep_held before delete or update of body, sealed, seal_key on case_note
    for each row execute function keep_held();
create or replace trigger keep_held before delete or update of sealed, seal_key on party
    for each row execute function keep_held();
create or replace trigger keep_held before delete or update of sealed, seal_key on case_concern
    for each row execute function keep_held();
create or replace trigger keep_held before delete or update of sealed, seal_key on notice
    for each row execute function keep_held();
create or replace trigger keep_held before delete or update of file, seal_key, salt, digest on attachment
    for each row execute function keep_held();
create or replace trigger keep_held before update of sealed, seal_key on proxy
    for each row when (old.sealed is not null) execute function keep_held();
create or replace trigger keep_held_row before delete on proxy
    for each row execute function keep_held();
