-- How everybody stands to the case `c`. A case that waits for its place is the business of the city's intake desk.
jsonb_build_object(
    'lead', c.lead_unit,
    'above', array(
        select label from unit l, unnest(string_to_array(ltree2text(l.path), '.')) label
        where l.code = c.lead_unit and label <> l.code
        union select u.code from unit u, unit l
        where l.code = c.lead_unit and u.kind = 'centre' and u.area in (c.township, c.county, c.city)
            and u.code <> l.code and tier_rank(u.tier) >= tier_rank(l.tier)
        union select u.code from case_access x join unit u on x.grantee = 'unit:' || u.code, unit l
        where l.code = c.lead_unit and x.case_id = c.id and x.part = 'co' and x.until is null
            and tier_rank(u.tier) > tier_rank(l.tier)
        union select code from unit where kind = 'intake_desk' and c.queue is not null and code <> c.lead_unit),
    'parts', (select coalesce(jsonb_agg(jsonb_build_object('grantee', x.grantee, 'part', x.part, 'until', x.until)), '[]')
        from case_access x where x.case_id = c.id))
