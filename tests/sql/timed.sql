-- What the leader does every minute, the channels' states, the figures.
-- Expiry of notices: confirming.sql; of messages: outbox.sql.
begin;
select * from no_plan();
select village.build();

-- --- retention ------------------------------------------------------------------------------
select village.says(23, 'SETOR', '{"amount": 50000}') || village.says(1, 'TERIMA', jsonb_build_object('code', village.otp(1))) as done \gset
do $$
declare
    v_id bigint;
begin
    loop
        select id into v_id from api.outbox_claim('desa');
        exit when not found;
        perform api.outbox_record('desa', v_id, 'sent', 1, '{1}', 'the text', '', false);
    end loop;
end $$;
select is((select count(*)::int from kentongan.outbox where body is not null), 4, 'four messages were sent');
select is((select forgotten from api.timed_work('{"retention_days": 0}')), 0, 'without retention nothing is forgotten');
select is((select forgotten from api.timed_work('{"retention_days": 30}')), 0, 'nothing is old enough');
update kentongan.messages set received_at = received_at - interval '31 days';
update kentongan.outbox set finished_at = finished_at - interval '31 days';
select is((select forgotten from api.timed_work('{"retention_days": 0}')), 0, 'still nothing without retention');
select is((select forgotten from api.timed_work('{"retention_days": 30}')), 2, 'with it the texts go');
select is((select count(*)::int from kentongan.messages where body is not null), 0, 'of what came');
select is((select string_agg(distinct class, ' ' order by class) from kentongan.outbox where body is not null), 'receipt', 'and of what left, but not of receipts');
select is((select string_agg(distinct class, ' ' order by class) from kentongan.outbox where params <> '{}'), 'receipt', 'with what was in them');
select is((select count(*)::int from kentongan.messages), 2, 'the messages themselves stay');
select is(village.says(23, 'ULANG') || village.param('receipt_deposit', 'amount'), 'ulang50000', 'ULANG still works');

-- --- channels -----------------------------------------------------------------------------------
select api.channel_state('desa', 'down', 'The modem is unplugged.', '{"signal": "70"}', null, null);
select is((select row(state, works, words)::text from api.channel_list() where name = 'desa'), row('down', false, 'The modem is unplugged.')::text, 'a channel''s state is kept');
select is((select details ->> 'before' from kentongan.audit_log where action = 'channel.down' and subject = 'desa'), 'ready', 'its change is audited');
select count(*) as audited from kentongan.audit_log \gset
select api.channel_state('desa', 'down', 'The modem is unplugged.', '{"network": "TELKOMSEL"}', null, null);
select is((select count(*) - :audited from kentongan.audit_log), 0::bigint, 'the same state again is not');
select is((select details from kentongan.channels where name = 'desa'), '{"signal": "70", "network": "TELKOMSEL"}'::jsonb, 'details are added to');
select is((select count(*)::int from kentongan.channel_samples where channel = 'desa'), 2, 'and sampled');
update kentongan.channel_samples set at = at - interval '91 days';
select api.timed_work('{}') as swept \gset
select is((select count(*)::int from kentongan.channel_samples), 0, 'for ninety days');
select api.channel_state('desa', 'ready', 'ready', null, array['+62811'], 500);
select api.channel_state('desa', 'ready', 'ready', null, null, null);
select is((select row(prefixes, daily_cap)::text from kentongan.channels where name = 'desa'), row(array['+62811'], 500)::text, 'what isn''t told stays');

select api.note_flood(village.phone(23), 'too_fast', 17, 'desa');
select is((select row(actor, action, details)::text from kentongan.audit_log order by id desc limit 1),
          row(village.phone(23), 'refused.too_fast', '{"count": 17, "channel": "desa"}'::jsonb)::text, 'a flood is one record');

-- --- counts of days that are over ------------------------------------------------------------------
insert into kentongan.daily_counts values (current_date - 61, 'sender', 'x', 0, 1), (current_date - 59, 'sender', 'x', 0, 1);
select api.timed_work('{}') as swept \gset
select is((select count(*)::int from kentongan.daily_counts where key = 'x'), 1, 'old counts go after sixty days');

-- --- figures ------------------------------------------------------------------------------------------
create function pg_temp.metric(p_name text, p_labels text default '') returns double precision
language sql volatile as $$ select value from api.metrics() where name = 'kentongan_' || p_name and labels = p_labels $$;
select village.says(23, 'SETOR', '{"amount": 52000}') as noted \gset
select is(pg_temp.metric('outbox_queued', 'class="reply"'), (select count(*)::double precision from kentongan.outbox where status = 'queued' and class = 'reply'), 'messages that wait');
select is(pg_temp.metric('requests_pending'), 1::double precision, 'notices that wait');
select is(pg_temp.metric('channel_ready', 'channel="desa",state="ready"'), 1::double precision, 'a channel that works');
select is(pg_temp.metric('channel_signal_percent', 'channel="desa"'), 70::double precision, 'its signal');
select is(pg_temp.metric('sent_today', 'channel="desa"'), 4::double precision, 'what was sent today');
select is(pg_temp.metric('audit_unsealed'), (select count(*)::double precision from kentongan.audit_log), 'audit records that aren''t linked');
select is((select pending::int || '/' || queued || '/' || members || '/' || groups from api.overview()), '1/' || (select count(*) from kentongan.outbox where status = 'queued') || '/9/1', 'the overview has the same');
select is_empty($$ select name, labels from api.metrics() group by 1, 2 having count(*) > 1 or bool_or(value is null) $$, 'no figure twice, none empty');
select is_empty($$ select name from api.metrics() group by 1 having count(distinct help) > 1 or count(distinct kind) > 1 $$, 'each has one meaning');

-- --- fines ------------------------------------------------------------------------------------------
update kentongan.groups set fine_amount = 1000, fine_grace_days = 3 where id = village.group_id();
select api.import_loan('test', 'MELATI', 24, 100000, 100000, 2, 10, (kentongan.today(village.group_id()) - 35)) as loan \gset
select is((select count(*)::int from kentongan.loan_fines), 0, 'an instalment is overdue');
select api.timed_work('{}') as swept \gset
select is((select count(*)::int from kentongan.loan_fines), 1, 'the day''s first sweep charges it');
insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest) select id, 9, kentongan.today(group_id) - 30, 0, 500 from kentongan.loans;
select api.timed_work('{}') as swept \gset
select is((select count(*)::int from kentongan.loan_fines), 1, 'the others of that day don''t look');
select village.later('1 day');
select api.timed_work('{}') as swept \gset
select is((select count(*)::int from kentongan.loan_fines), 2, 'the next day''s does');
select is((select day from kentongan.fine_days), kentongan.today(village.group_id()), 'and says so');

select * from finish();
rollback;
