-- What a correction replaced is sealed as the rest of a case is (key_apart.sql), and stays in a held file (keep_held.sql).
-- Owner: cases
create or replace trigger keep_held before delete or update of sealed, seal_key on correction
    for each row execute function keep_held();
create or replace trigger key_apart before insert or update of seal_key on correction
    for each row when (length(new.seal_key) = 80) execute function key_apart();
create or replace trigger key_gone after update of seal_key on correction
    for each row when (old.seal_key is distinct from new.seal_key) execute function key_gone();
create or replace trigger key_gone_too after delete on correction
    for each row when (old.seal_key is not null) execute function key_gone();
