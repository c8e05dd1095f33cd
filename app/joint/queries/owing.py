"""What units owe a case together, read with the case."""

from app.cases.rules.registry import Fact
from app.joint.rules.cases import as_owing, refuses_of_case

OWING = Fact(
    "owing",
    """(select jsonb_build_array(
        (select array_agg(distinct t.unit order by t.unit) from task t
            where t.case_id = c.id and t.state in ('open', 'returned')),
        (select array_agg(distinct w.unit order by w.unit) from whistle w where w.case_id = c.id and w.state = 'open'),
        (select array_agg(distinct t.unit) from task t where t.case_id = c.id and not exists (
            select from task o join assignment a on a.id = o.assignment where o.case_id = c.id and o.unit = t.unit
            and a.state in ('signed', 'done') and o.state in ('open', 'returned', 'answered', 'ended'))),
        (select array_agg(m.booking) from meeting m
            where m.case_id = c.id and m.state = 'scheduled' and m.booking is not null)))""",
    as_owing,
    refuses_of_case,
)
