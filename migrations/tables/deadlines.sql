-- Procedures and the calendar.
-- Owner: deadlines

-- One version of a procedure; a case keeps the version it started under, also after `withdrawn_from`.
create table procedure (
    code text not null,
    version int not null,
    valid_from date not null,
    withdrawn_from date,
    definition jsonb not null,
    constraint pk_procedure primary key (code, version)
);

-- A published year of a calendar and where it was published.
create table calendar_year (
    calendar text not null,
    year int not null,
    source text not null,
    constraint pk_calendar_year primary key (calendar, year)
);

-- A day that differs from Monday-to-Friday: a holiday, or a weekend day worked in its place (调休).
create table calendar_day (
    calendar text not null,
    day date not null,
    is_workday boolean not null,
    name text not null,
    constraint pk_calendar_day primary key (calendar, day)
);
