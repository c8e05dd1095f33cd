-- The next cases that stand where the newest checkpoint saw them, with the digests that were signed.
select l.case_id, l.seq, l.head, l.tables, l.written, l.n
from leaf l join cases c on c.id = l.case_id
where c.head_seq = l.seq and ($1::uuid is null or l.case_id > $1)
order by l.case_id limit $2
