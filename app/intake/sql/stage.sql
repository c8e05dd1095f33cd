-- Room for one batch; gone with its transaction.
create temporary table staged (
    n int, id uuid, kind text, petition_class text, category text, channel text, procedure text, procedure_version int,
    title text, description text, address text, sealed bytea, seal_key bytea, lon float8, lat float8, chosen text,
    located_by text, external_id text, at timestamptz, received_at timestamptz, status text, closed_at timestamptz, digest text,
    point geometry generated always as (st_setsrid(st_makepoint(lon, lat), 4326)) stored
) on commit drop;
create temporary table placed (n int, cell text, area text) on commit drop;
create temporary table unplaced (n int, at timestamptz, point geometry) on commit drop;
