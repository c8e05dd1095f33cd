-- Procedures and the calendar.

create table procedure (
    code text not null,
    version int not null,
    valid_from date not null,
    withdrawn_from date,
    definition jsonb not null,
    constraint pk_procedure primary key (code, version)
);

create table calendar_year (
    calendar text not null,
    year int not null,
    source text not null,
    constraint pk_calendar_year primary key (calendar, year)
);

create table calendar_day (
    calendar text not null,
    day date not null,
    is_workday boolean not null,
    name text not null,
    constraint pk_calendar_day primary key (calendar, day)
);
