-- What the service sealed: acts by their transaction, registrations by what they filed ($1: those of one case).
select coalesce((select min(e.case_id::text) from event e where e.txid = a.txid and e.epoch = (select max(epoch) from event)),
        'transaction ' || a.txid) as place, a.xid::text as name, a.nonce, a.seal, a.said as over
from act a where $1::uuid is null
union all
select e.case_id::text, e.filed::text, substr(e.seal, 1, $2), substr(e.seal, $2 + 1), e.hash
from event e where e.seq = 1 and e.seal is not null and ($1::uuid is null or e.case_id = $1)
