-- The bodies that work on cases.
-- Owner: units

-- A unit that can answer for a case. `function` is what it is competent for; `path` its line of superiors.
create table unit (
    code text constraint pk_unit primary key,
    kind text not null,
    function text,
    tier text not null,
    area text not null constraint fk_unit_area references area,
    parent text constraint fk_unit_parent references unit,
    path ltree not null,
    name text not null,
    name_en text not null,
    constraint ck_unit_kind check (kind in ('centre', 'department', 'petition_office', 'discipline_desk',
        'mediation_committee', 'intake_desk')),
    constraint ck_unit_tier check (tier in ('city', 'county', 'township', 'community')),
    constraint ck_unit_department_has_function check ((kind = 'department') = (function is not null))
);
create index ix_unit_area on unit (area);
create index ix_unit_parent on unit (parent);
create index ix_unit_path on unit using gist (path);
create unique index uq_unit_one_centre_an_area on unit (area) where kind = 'centre';
create unique index uq_unit_one_intake_desk on unit (kind) where kind = 'intake_desk';
