select a.id, a.case_id, a.purpose, a.media_type, a.size, a.width, a.height, a.pages, a.removed, a.redacts, a.digest,
    a.received_digest, a.salt, a.file, key_of(a.seal_key) as seal_key, a.added_by, a.added_at, a.withdrawn_at, a.withdrawn_by,
    a.note, n.body as title, n.sealed as sealed_title, key_of(n.seal_key) as title_key, {standing} as standing,
    exists (select from archive f where f.case_id = c.id and f.taken_out_at is null) as archived,
    exists (select from legal_hold h where h.case_id = c.id and h.released_at is null) as held,
    array_remove(array[{relied_on}]::text[], null) as relied_on
from attachment a join cases c on c.id = a.case_id join case_note n on n.id = a.note
