-- Never a proxy for an accusation (信访工作条例 30 ¶3), whatever asks for it.
-- Owner: proxy
create or replace function never_secret() returns trigger language plpgsql as $$
begin
    if exists (select from cases c where c.id = new.case_id and c.petition_class = 'accusation') then
        raise exception 'an accusation has no proxy' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;

create or replace trigger never_secret before insert on proxy for each row execute function never_secret();
