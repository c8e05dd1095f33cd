-- What opens the sealed contents, apart from them.
-- Owner: core

-- The data key of one sealed content, wrapped under a key of the ring: four bytes say under which. The content's row has
-- the name (`id`) alone. Rotation wraps it anew; erasure leaves it empty. A backup of the rows goes without this table
-- (docs/how-to/backup.md). `id` of a content from before this table is what its row held as a key.
create table data_key (
    id bytea constraint pk_data_key primary key,
    case_id uuid,
    key bytea not null
);
create index ix_data_key_case_id on data_key (case_id) where case_id is not null;

-- Keys of the ring under which nothing may be wrapped any more: whoever still has one in memory is refused.
create table retired_key (
    id bytea constraint pk_retired_key primary key,
    at timestamptz not null
);
