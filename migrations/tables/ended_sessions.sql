-- Log-ins that were ended before they ran out.
-- Owner: staff

-- One log-in whose token is refused. Kept until nobody could show it any more: 30 days after it would have run out.
create table ended_session (
    id uuid constraint pk_ended_session primary key,
    until timestamptz not null
);
