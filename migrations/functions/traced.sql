-- What a transaction that the service vouches for does to a row: where it did not say so, nothing is written. Arguments: the
-- column that leads to the case ('' for none), the table between (''), the columns of the key.
-- Owner: checkpoints
create or replace function traced() returns trigger language plpgsql security definer
set search_path from current as $$
declare
    it jsonb;
    key text;
    whose uuid;
    near constant bigint := pg_current_xact_id()::text::bigint;
begin
    if tg_op = 'DELETE' then it := to_jsonb(old); else it := to_jsonb(new); end if;
    select string_agg(it->>part, ' ' order by n) into key from unnest(tg_argv[2:]) with ordinality part(part, n);
    if tg_argv[1] <> '' then
        execute format('select case_id from %I where id::text = $1', tg_argv[1]) into whose using it->>tg_argv[0];
    elsif tg_argv[0] <> '' then
        whose := it->>tg_argv[0];
    end if;
    insert into trace (xid, was, done, name, key, case_id)
    values (case when tg_op <> 'DELETE' then full_xid(new.xmin, near) end,
        case when tg_op <> 'INSERT' then full_xid(old.xmin, near) end, lower(tg_op), tg_table_name, key, whose);
    return null;
end
$$;

create or replace trigger traced after insert or update or delete on archive for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'case_id');
create or replace trigger traced after insert or update or delete on assignment for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on attachment for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on case_access for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'case_id', 'grantee', 'part');
create or replace trigger traced after insert or update or delete on case_concern for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on case_link for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on case_note for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on case_text for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'case_id');
create or replace trigger traced after insert or update or delete on cases for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('id', '', 'id');
create or replace trigger traced after insert or update or delete on clock for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on clock_extension for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('clock', 'clock', 'id');
create or replace trigger traced after insert or update or delete on hearing for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on hearing_seat for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('hearing', 'hearing', 'id');
create or replace trigger traced after insert or update or delete on judicial_confirmation for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on legal_hold for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediation for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediation_agreement for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediation_consent for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediation_follow_up for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediation_obligation for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediation_performance for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediation_seat for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('session', 'mediation_session', 'id');
create or replace trigger traced after insert or update or delete on mediation_session for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediation_signature for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on mediator for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on meeting for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on meeting_seat for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('meeting', 'meeting', 'meeting', 'unit');
create or replace trigger traced after insert or update or delete on note_mention for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('note', 'case_note', 'note', 'staff');
create or replace trigger traced after insert or update or delete on notice for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on outside_procedure for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'case_id');
create or replace trigger traced after insert or update or delete on party for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on proxy for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on proxy_authority for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('proxy', 'proxy', 'id');
create or replace trigger traced after insert or update or delete on proxy_errand for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('proxy', 'proxy', 'id');
create or replace trigger traced after insert or update or delete on proxy_paper for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on proxy_passing for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('words', 'case_note', 'id');
create or replace trigger traced after insert or update or delete on rating for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on reopening_request for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on return_visit for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on service_record for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on supervision for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on task for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on task_file for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'task', 'attachment');
create or replace trigger traced after insert or update or delete on whistle for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on whistle_call for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('whistle', 'whistle', 'task');
create or replace trigger traced after insert or update or delete on account for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'login');
create or replace trigger traced after insert or update or delete on api_key for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'id');
create or replace trigger traced after insert or update or delete on post for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'id');
create or replace trigger traced after insert or update or delete on staff for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'id');
create or replace trigger traced after insert or update or delete on unit for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'code');
create or replace trigger traced after insert or update or delete on cell_worker for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'id');
create or replace trigger traced after insert or update or delete on seat_given for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'id');
create or replace trigger traced after insert or update or delete on staff_handover for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'id');
create or replace trigger traced after insert or update or delete on staff_handover_item for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'id');
create or replace trigger traced after insert or update or delete on reveal_lift for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('', '', 'id');
create or replace trigger traced after insert or update or delete on correction for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
create or replace trigger traced after insert or update or delete on tombstone for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'case_id');
create or replace trigger traced after insert or update or delete on erasure_order for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'case_id');
create or replace trigger traced after insert or update or delete on data_request for each row
    when (current_setting('gridcase.act', true) <> '') execute function traced('case_id', '', 'id');
