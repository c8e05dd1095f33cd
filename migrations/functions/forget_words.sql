-- Empties what was written on erased cases, and replaced by corrections: rows that nobody changes otherwise. With the owner's
-- rights, and only where a tombstone stands, which the service cannot set.
-- Owner: cases
create or replace function forget_words(cases uuid[]) returns void
language plpgsql security definer set search_path from current as $$
begin
    update case_note n set body = null, sealed = coalesce(n.sealed, ''), seal_key = coalesce(n.seal_key, ''), salt = ''
    from tombstone t where t.case_id = n.case_id and n.case_id = any(cases);
    update correction k set salt = '' from tombstone t where t.case_id = k.case_id and k.case_id = any(cases);
end
$$;
