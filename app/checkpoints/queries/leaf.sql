-- The tombstones that are true: what was emptied before the event of each is no loss.
create temp table erased (case_id uuid primary key, seq int) on commit drop;
-- What the checkpoints say of each case, the newest word last; filled while they are read, dropped at the end.
create temp table incoming (case_id uuid, seq int, head text, tables text, written text[], counts text, n int) on commit drop;
create temp table leaf (case_id uuid primary key, seq int, head text, tables jsonb, written text[], counts jsonb, n int)
    on commit drop;
