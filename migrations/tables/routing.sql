-- What cases are about, and who gets them.
-- Owner: routing

-- A subject matter, with the department function that answers for it.
create table category (
    code text constraint pk_category primary key,
    name_zh text not null,
    name_en text not null,
    kinds text[] not null,
    urgency text,
    complexity text,
    function text not null,
    hotline text,
    constraint ck_category_urgency check (urgency in ('emergency', 'utility', 'ordinary', 'difficult')),
    constraint ck_category_complexity check (complexity in ('simple', 'ordinary', 'complex'))
);

-- How disputes of some categories are mediated, as `DisputeKind` of the rules.
create table dispute_kind (
    code text constraint pk_dispute_kind primary key,
    rank int not null,
    definition jsonb not null,
    constraint uq_dispute_kind_rank unique (rank)
);

-- One ordered rule: the first that fits sends the case, and is named on it.
create table routing_rule (
    id text constraint pk_routing_rule primary key,
    rank int not null,
    reason_zh text not null,
    reason_en text not null,
    definition jsonb not null,
    constraint uq_routing_rule_rank unique (rank)
);

-- A compiled answer: for this area, kind, class and category, that unit by that rule.
create table route (
    area text not null constraint fk_route_area references area,
    category text not null constraint fk_route_category references category,
    kind text not null,
    petition_class text not null,
    unit text not null constraint fk_route_unit references unit,
    rule text not null constraint fk_route_rule references routing_rule,
    constraint pk_route primary key (area, category, kind, petition_class)
);
create index ix_route_unit on route (unit);
