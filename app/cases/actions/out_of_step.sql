-- Cases whose hands do not follow from whom they concern any more, since units stand elsewhere by now: led by, or offered to,
-- one that is kept out; or with a lead or an offer taken from one that is kept out no more. As hands.sql says of each.
select c.id from cases c join unit l on l.code = c.lead_unit
where (c.barred_units is not null or c.waits_above is not null) and (
    l.kind <> 'intake_desk'
        and withheld_from(c.barred_units, case when c.rule <> 'review' then c.waits_above end, l.path, l.tier)
        and exists (select from assignment a where a.case_id = c.id and a.part = 'lead' and a.state = 'signed')
    or exists (select from assignment a join unit u on u.code = a.unit
        where a.case_id = c.id and a.part = 'lead' and a.state = 'offered'
            and withheld_from(c.barred_units, c.waits_above, u.path, u.tier))
    or exists (select from assignment a join unit u on u.code = a.unit
        where a.case_id = c.id and a.taken_at is not null and (a.state <> 'recalled' or c.status not in ('merged', 'declined'))
            and not withheld_from(c.barred_units, c.waits_above, u.path, u.tier)))
order by c.id
