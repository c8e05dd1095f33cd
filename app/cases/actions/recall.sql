with up as materialized (
    select c.id, c.procedure, c.procedure_version, a.code as target from cases c left join lateral ({above}) a on true
    where c.id in (select case_id from clock where id = any($1::bigint[]))
        and c.status in ('registered', 'accepted', 'handling') and c.petition_class is distinct from 'accusation'
), recalled as (
    update assignment a set state = 'recalled', answered_by = $3, answered_at = $2
    where a.id = any(array(  -- looked up case by case: a join would read every open offer of the city
        select (select o.id from assignment o where o.case_id = up.id and o.part = 'lead' and o.state = 'offered')
        from up where up.target is not null))
    returning a.case_id, a.unit
), unseen as (
    update case_access x set until = $2 from up
    where up.target is not null and x.case_id = up.id and x.part = 'offer' and x.until is null
        and x.grantee <> 'unit:' || up.target
)
select up.id, up.target, up.procedure, up.procedure_version, r.unit as recalled
from up left join recalled r on r.case_id = up.id
where up.target is not null order by up.id
