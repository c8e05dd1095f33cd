-- Looks with the patterns that they fall into ($1 now, then the measures of rules.py); which ones follows.
select l.at, l.id, s.id as staff, s.name, l.unit, l.role, l.case_id, c.number, split_part(l.what, ' ', 1) as what, l.kind,
    array_remove(array[
        case when {no_act} then 'no_act' end, case when {burst} then 'burst' end,
        case when {outside_part} then 'outside_part' end], null) as patterns
from read_log l join cases c on c.id = l.case_id left join staff s on l.actor = 'staff:' || s.id::text
where c.petition_class is distinct from 'accusation' and l.actor not like 'resident:%'
