-- Of a held file no data key is destroyed; wrapping it anew is no loss.
-- Owner: cases
create or replace trigger keep_held before update of key on data_key
    for each row when (new.key = '') execute function keep_held();
create or replace trigger keep_held_row before delete on data_key
    for each row when (old.case_id is not null) execute function keep_held();
