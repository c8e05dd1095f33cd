-- The limits that are neither met nor stopped. Paused ones are among them.
-- Owner: deadlines
create or replace view open_clock as select * from clock where met_at is null and stopped_at is null;
