-- The limits on which time counts now.
-- Owner: deadlines
create or replace view running_clock as select * from open_clock where paused_at is null;
