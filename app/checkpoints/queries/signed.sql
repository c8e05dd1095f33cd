-- The next cases that the newest checkpoint saw, with what was signed of them.
select l.case_id, l.seq, l.head, l.tables, l.written, l.counts, l.n
from leaf l join cases c on c.id = l.case_id
where $1::uuid is null or l.case_id > $1
order by l.case_id limit $2
