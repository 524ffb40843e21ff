-- What leaves: order, ways, pace, outcomes, delivery reports.
begin;
select * from no_plan();
select village.build();
-- Nobody is reminded of anything while the clock is moved.
update kentongan.groups set reminders_off = array(select kind from kentongan.reminder_kinds);

create function pg_temp.claim(p_channel text default 'desa') returns bigint
language sql volatile as $$ select id from api.outbox_claim(p_channel) $$;
create function pg_temp.record(p_id bigint, p_outcome text, p_parts int default 1, p_references int[] default '{7}',
                               p_error text default '', p_next boolean default false, p_channel text default 'desa',
                               p_body text default 'text') returns bigint
language sql volatile as $$
    select id from api.outbox_record(p_channel, p_id, p_outcome, p_parts, p_references, p_body, p_error, p_next)
$$;
create function pg_temp.state(p_id bigint) returns text
language sql volatile as $$ select status from kentongan.outbox where id = p_id $$;
-- Seconds until it may be tried again.
create function pg_temp.pause(p_id bigint) returns int
language sql volatile as $$ select extract(epoch from not_before - kentongan.now())::int from kentongan.outbox where id = p_id $$;
create function pg_temp.report(p_status int, p_reference int default 7, p_to int default 23, p_at int default 100, p_channel text default 'desa')
returns bigint
language sql volatile as $$ select api.outbox_delivered(p_channel, village.phone(p_to), p_reference, p_status, p_at) $$;

-- --- order -------------------------------------------------------------------------------------
select village.queue(23, 'broadcast') as broadcast, village.queue(23, 'reminder') as reminder, village.queue(23, 'notice') as notice,
       village.queue(23, 'receipt') as receipt, village.queue(23, 'reply') as reply, village.queue(24, 'receipt') as later \gset
select is(pg_temp.claim(), :receipt::bigint, 'receipts and replies first, in their order');
select is(pg_temp.claim(), :reply::bigint, 'the second');
select is(pg_temp.claim(), :later::bigint, 'the third');
select is(pg_temp.claim(), :notice::bigint, 'then notices');
select is(pg_temp.claim(), :reminder::bigint, 'then reminders');
select is(pg_temp.claim(), :broadcast::bigint, 'then broadcasts');
select is(pg_temp.claim(), null, 'then nothing');
select is((select row(status, channel, attempts)::text from kentongan.outbox where id = :reply), row('sending', 'desa', 1)::text, 'what is claimed is marked so');
select is((select row(template, lang, class, attempt, report)::text from api.outbox_claim('desa')), null, 'nothing is claimed twice');
delete from kentongan.outbox;

select village.queue(23, 'receipt') as id \gset
select is((select row(peer, template, params, lang, class, attempt, validity_minutes, report)::text from api.outbox_claim('desa')),
          row(village.phone(23), 'operator', '{}'::jsonb, 'id', 'receipt', 1, 14 * 24 * 60, true)::text, 'what the channel gets');
select is(pg_temp.record(:id, 'not_tried'), null, 'given back');
select is((select row(status, channel, attempts)::text from kentongan.outbox where id = :id), row('queued', null::text, 0)::text, 'is as before');
select village.queue(24, 'reply') as reply \gset
select is((select report from api.outbox_claim('desa')), true, 'a receipt wants a delivery report');
select is((select report from api.outbox_claim('desa')), false, 'a reply doesn''t');
delete from kentongan.outbox;

-- --- which way --------------------------------------------------------------------------------------
select village.queue(23, 'reply', 'kota') as id \gset
select is(pg_temp.claim('desa'), null, 'a working channel''s message is left to it');
select is(pg_temp.claim('kota'), :id::bigint, 'which takes it');
select is(pg_temp.record(:id, 'not_tried', p_channel => 'kota'), null, 'and gives it back');
select api.channel_state('kota', 'down', 'unplugged', null, null, null);
select is(pg_temp.claim('desa'), :id::bigint, 'a dead channel''s message is taken by others');
select is(pg_temp.record(:id, 'not_tried'), null, 'and given back');
select api.channel_state('kota', 'ready', 'ready', null, null, null);
select is(pg_temp.claim('desa'), null, 'not any more once it works');
update kentongan.channels set seen_at = seen_at - interval '16 minutes' where name = 'kota';
select is(pg_temp.claim('desa'), :id::bigint, 'a channel that was not heard of for 15 minutes is dead');
delete from kentongan.outbox;
select village.queue(23, 'reply', 'nonsuch') as id \gset
select is(pg_temp.claim('desa'), :id::bigint, 'a channel that never was is anybody''s');
delete from kentongan.outbox;

select api.channel_state('kota', 'ready', 'ready', null, array['+628120000', '+62855'], null);
select api.channel_state('desa', 'ready', 'ready', null, array['+6281200000023', '+62812'], null);
select is(kentongan.route('+628559999999'), 'kota', 'a prefix has its channel');
select is(kentongan.route(village.phone(23)), 'desa', 'the longest counts');
select is(kentongan.route(village.phone(24)), 'kota', 'for each number');
select is(kentongan.route('+6277000000'), null, 'a number without one goes any way');
select api.channel_state('kota', 'down', '', null, null, null);
select is(kentongan.route(village.phone(24)), 'desa', 'a dead channel is passed over');
select is(kentongan.route('+628559999999'), null, 'or none is left');
select api.channel_state('kota', 'ready', 'ready', null, null, null);
select village.says(24, 'SETOR', '{"amount": 50000}', channel => 'desa') = 'setor' as noted \gset
select is((select string_agg(template || ' ' || via, ', ' order by id) from kentongan.outbox), 'setor desa, setor_officer kota', 'an answer goes back as it came, a notice by its prefix');
select api.channel_state(c, 'ready', 'ready', null, '{}', null) from unnest(array['desa', 'kota']) c;
update kentongan.outbox set status = 'failed';

-- --- a modem's day ---------------------------------------------------------------------------------------
select api.channel_state('desa', 'ready', 'ready', null, null, 10);
select is(pg_temp.record(pg_temp.claim(), 'sent', 9, '{1,2,3,4,5,6,7,8,9}'), null, 'nine parts of ten are sent')
  from village.queue(23, 'reply');
select is(kentongan.counted('channel', 'desa'), 9::bigint, 'and counted');
select village.queue(23, 'broadcast') as broadcast, village.queue(23, 'reminder') as reminder \gset
select is(pg_temp.claim(), null, 'the last tenth isn''t for broadcasts and reminders');
select village.queue(23, 'notice') as notice \gset
select is(pg_temp.claim(), :notice::bigint, 'but for what matters');
select is(pg_temp.record(:notice, 'sent'), null, 'the tenth');
select village.queue(23, 'receipt', 'desa') as receipt \gset
select is(pg_temp.claim(), null, 'then the day is over');
select is(pg_temp.claim('kota'), :receipt::bigint, 'another channel takes what was its');
select is(village.says(23, 'SALDO', claim => true) || current_setting('village.claimed'), 'saldo', 'a question is answered, but not at once');
select is((select count(*)::int from kentongan.outbox where message_id = village.heard() and status = 'queued'), 1, 'the answer waits');
select is((select template from api.outbox_claim('kota')), 'saldo', 'for another channel');
select village.later('24 hours');
select village.queue(23, 'broadcast') as tomorrow \gset
select is(pg_temp.claim(), :tomorrow::bigint, 'tomorrow is another day');
select api.channel_state('desa', 'ready', 'ready', null, null, 0);
update kentongan.outbox set status = 'failed';

-- --- outcomes ------------------------------------------------------------------------------------------------
select village.queue(23, 'receipt') as id \gset
select is((select array_agg(p.pause) from (select pg_temp.claim() as id from generate_series(1, 10)) c,
           lateral (select pg_temp.record(c.id, 'temporary', p_error => 'CMS 38') is null as recorded) r,
           lateral (select pg_temp.pause(c.id) as pause, village.later('2 hours') from (select r.recorded offset 0) x) p),
          array[5, 15, 45, 135, 405, 1215, 3645, 7200, 7200, 7200], 'pauses grow, up to two hours');
select is((select row(status, channel, error, attempts)::text from kentongan.outbox where id = :id), row('queued', null::text, 'CMS 38', 10)::text, 'it waits with what was wrong');
select is(pg_temp.claim(), :id::bigint, 'and is tried again');
select is(pg_temp.record(:id, 'temporary', p_error => 'CMS 38'), null, 'in vain');
select is(pg_temp.claim(), null, 'not before its time');
update kentongan.outbox set expires_at = kentongan.now() + interval '1 hour', not_before = '-infinity' where id = :id;
select is(pg_temp.claim(), :id::bigint, 'once more');
select is(pg_temp.record(:id, 'temporary', p_error => 'CMS 38'), null, 'a pause that would outlive it');
select is(pg_temp.state(:id), 'expired', 'ends it');

select village.queue(23, 'receipt') as id \gset
select is(pg_temp.claim(), :id::bigint, 'claimed');
select is(pg_temp.record(:id, 'permanent', p_error => 'CMS 1: unassigned number'), null, 'a permanent error');
select is((select row(status, error)::text from kentongan.outbox where id = :id), row('failed', 'CMS 1: unassigned number')::text, 'ends it');
select is((select row(actor, subject, details ->> 'error')::text from kentongan.audit_log where action = 'send.failed'),
          row('desa', village.phone(23), 'CMS 1: unassigned number')::text, 'and is audited');
select is(pg_temp.claim(), null, 'it isn''t tried again');

select is(pg_temp.record(pg_temp.claim(), 'uncertain', p_error => 'no answer'), null, 'the answer to a ' || class || ' was lost')
  from unnest(array['reply', 'receipt', 'notice', 'reminder', 'broadcast']) class, village.queue(23, class);
select is((select string_agg(class || ' ' || status, ', ' order by id) from (select * from kentongan.outbox order by id desc limit 5) o),
          'reply queued, receipt queued, notice queued, reminder uncertain, broadcast uncertain',
          'what must arrive goes again, what may not come twice doesn''t');
update kentongan.outbox set not_before = '-infinity', attempts = 11 where class = 'receipt' and status = 'queued';
update kentongan.outbox set status = 'failed' where class <> 'receipt' and status = 'queued';
select is(pg_temp.record(pg_temp.claim(), 'uncertain', p_error => 'no answer'), null, 'lost a twelfth time');
select is((select status from kentongan.outbox where class = 'receipt' and attempts = 12 order by finished_at desc limit 1), 'failed', 'somebody must look');
select is((select details ->> 'error' from kentongan.audit_log where action = 'send.failed' order by id desc limit 1), 'no answer', 'the audit log says so');
update kentongan.outbox set status = 'failed';

select village.queue(23, 'receipt') as one, village.queue(24, 'receipt') as two \gset
select is(pg_temp.claim(), :one::bigint, 'claimed');
select is(pg_temp.record(:one, 'sent', 2, '{7,8}', p_next => true), :two::bigint, 'recording claims the next');
select is(pg_temp.state(:one), 'sent', 'it is sent');
select is((select array_agg(part || ':' || reference order by part) from kentongan.outbox_parts where outbox_id = :one), array['1:7', '2:8'], 'with its parts'' references');
select is((select body from kentongan.outbox where id = :one), 'text', 'and its text');
select is(pg_temp.record(:one, 'temporary'), null, 'recorded twice');
select is(pg_temp.state(:one) || kentongan.counted('channel', 'desa'), 'sent2', 'only the first counts');
select is(pg_temp.record(:two, 'sent', p_channel => 'kota'), null, 'recorded by another channel');
select is(pg_temp.state(:two), 'sending', 'has no effect');
select throws_ok(format('select pg_temp.record(%s, ''perhaps'')', :two), 'P0001', null, 'an outcome that there isn''t');
select is(pg_temp.record(:two, 'sent'), null, 'done');

-- --- one-time codes ------------------------------------------------------------------------------------------
select village.queue(1, 'notice', null, '{"otp": "1234", "amount": 5}') as id \gset
select is((select params ->> 'otp' from api.outbox_claim('desa')), '1234', 'the channel gets the one-time code');
select is(pg_temp.record(:id, 'uncertain'), null, 'if it must go again');
select is((select params ->> 'otp' from kentongan.outbox where id = :id), '1234', 'the code is kept');
update kentongan.outbox set not_before = '-infinity' where id = :id;
select is(pg_temp.record(pg_temp.claim(), 'sent'), null, 'once sent');
select is((select params from kentongan.outbox where id = :id), '{"otp": "****", "amount": 5}'::jsonb, 'it is forgotten');

-- --- a life that ended --------------------------------------------------------------------------------------
update kentongan.outbox set status = 'failed';
select village.queue(23, 'receipt') as receipt, village.queue(23, 'broadcast') as broadcast, village.queue(24, 'reply') as other \gset
select is(pg_temp.claim() || '/' || pg_temp.claim('kota'), :receipt || '/' || :other, 'two channels send');
select is(pg_temp.claim(), :broadcast::bigint, 'and die');
select is(api.outbox_recover('desa'), 2, 'one returns');
select is(pg_temp.state(:receipt) || ' ' || pg_temp.state(:broadcast) || ' ' || pg_temp.state(:other), 'queued uncertain sending', 'its own are resolved');
select is(pg_temp.claim(), :receipt::bigint, 'and sent again at once');
select is(api.outbox_recover('desa') + api.outbox_recover('desa'), 1, 'each once');
update kentongan.outbox set attempts = 8 where id = :receipt;
select village.queue(24, 'notice') as behind \gset
select is(pg_temp.claim(), :receipt::bigint, 'one that the channel dies of each time');
select is(api.outbox_recover('desa'), 1, 'comes back');
select is(pg_temp.claim(), :behind::bigint, 'but lets those behind it pass');
select is(pg_temp.record(:behind, 'sent'), null, 'in the end');
update kentongan.outbox set claimed_at = claimed_at - interval '16 minutes' where id = :other;
select is((select expired_messages from api.timed_work('{}')), 0, 'a channel that is heard of keeps its own');
update kentongan.channels set seen_at = seen_at - interval '16 minutes' where name = 'kota';
select is((select expired_messages from api.timed_work('{}')) || pg_temp.state(:other), '1queued', 'what a vanished channel held is freed');
select is((select error from kentongan.outbox where id = :other), 'its modem disappeared while this was being sent', 'and says why');
select api.channel_state('kota', 'ready', 'ready', null, null, null);

-- --- too old -------------------------------------------------------------------------------------------------
update kentongan.outbox set status = 'failed';
select village.queue(23, class) as queued from unnest(array['reply', 'receipt', 'notice', 'reminder']) class \g (format=unaligned tuples_only) /dev/null
create function pg_temp.waiting() returns text
language sql volatile as $$ select string_agg(class, ' ' order by id) from kentongan.outbox where status = 'queued' $$;
select village.later('12 hours');
select is((select expired_messages from api.timed_work('{}')) || pg_temp.waiting(), '1receipt notice reminder', 'a reply is of use for twelve hours');
select village.later('12 hours');
select is((select expired_messages from api.timed_work('{}')) || pg_temp.waiting(), '1receipt notice', 'a reminder for a day');
select village.later('48 hours');
select is((select class from api.outbox_claim('desa')), 'receipt', 'what is too old isn''t sent, swept or not');
select is(pg_temp.claim(), null, 'nothing else is');
select is((select expired_messages from api.timed_work('{}')), 1, 'a notice for three days');
select is((select error from kentongan.outbox where class = 'notice' and status = 'expired' order by id desc limit 1), 'too old to be useful', 'and says why');

-- --- delivery reports -------------------------------------------------------------------------------------------
update kentongan.outbox set status = 'failed';
delete from kentongan.outbox_parts;
select village.queue(23, 'receipt') as id \gset
select pg_temp.record(pg_temp.claim(), 'sent', 2, '{7,8}') as sent \gset
select is(pg_temp.report(0, 9), null, 'a report that matches nothing');
select is(pg_temp.report(0, 7, 24), null, 'nor one of another number');
select is(pg_temp.report(0, 7, p_channel => 'kota'), null, 'nor of another channel');
select is((select count(*)::int from kentongan.delivery_reports where outbox_id is null), 3, 'they are kept');
select is(pg_temp.report(0, 7) || pg_temp.state(:id), :id || 'sent', 'one part has arrived');
select is(pg_temp.report(32, 8) || pg_temp.state(:id), :id || 'sent', 'the other is on its way');
select is(pg_temp.report(0, 8) || pg_temp.state(:id), :id || 'delivered', 'now both have');
select is(pg_temp.report(0, 8), :id::bigint, 'the same report again');
select is((select count(*)::int from kentongan.delivery_reports where outbox_id = :id), 3, 'is kept once');
select is(pg_temp.report(64, 8, p_at => 200) || pg_temp.state(:id), :id || 'delivered', 'delivered stays delivered');

select village.queue(23, 'receipt') as id \gset
select pg_temp.record(pg_temp.claim(), 'sent') as sent \gset
select is(pg_temp.report(70) || pg_temp.state(:id), :id || 'undelivered', 'given up by the network');
select is(pg_temp.report(0, p_at => 300) || pg_temp.state(:id), :id || 'delivered', 'then delivered after all');

-- The same reference again (there are 256).
select village.queue(23, 'receipt') as old \gset
select pg_temp.record(pg_temp.claim(), 'sent') as sent \gset
update kentongan.outbox_parts set sent_at = sent_at - interval '1 hour' where outbox_id = :old;
select village.queue(23, 'receipt') as new \gset
select pg_temp.record(pg_temp.claim(), 'sent') as sent \gset
select is(pg_temp.report(32, p_at => 400), :new::bigint, 'the newest is meant');
select is(pg_temp.report(0, p_at => 401) || pg_temp.state(:new), :new || 'delivered', 'also after it was said to be on its way');
select is(pg_temp.report(0, p_at => 402) || pg_temp.state(:old), :old || 'delivered', 'the next report is the older one''s');
select is(pg_temp.report(0, p_at => 0), :new::bigint, 'a report without a time');
update kentongan.outbox_parts set sent_at = sent_at - interval '4 days';
select is(pg_temp.report(0, p_at => 403), null, 'after four days nothing is matched');

-- A second attempt has its own references.
update kentongan.outbox set status = 'failed';
delete from kentongan.outbox_parts;
select village.queue(23, 'receipt') as id \gset
select pg_temp.record(pg_temp.claim(), 'temporary') as failed \gset
update kentongan.outbox set not_before = '-infinity' where id = :id;
select pg_temp.record(pg_temp.claim(), 'sent', 1, '{21}') as sent \gset
select is((select row(attempt, part, reference)::text from kentongan.outbox_parts where outbox_id = :id), row(2, 1, 21)::text, 'an attempt''s parts are its own');
select is(pg_temp.report(0, 21) || pg_temp.state(:id), :id || 'delivered', 'and reported so');

select * from finish();
rollback;
