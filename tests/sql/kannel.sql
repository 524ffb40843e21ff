-- Kannel's channel: its state, several messages at once, reports by our own message and try.
begin;
select * from no_plan();
select village.build();
update kentongan.groups set reminders_off = array(select kind from kentongan.reminder_kinds);

create function pg_temp.told(p_state text default 'ready', p_pace int default 0) returns void
language sql volatile as $$ select api.kannel_state('kannel:indosat', p_state, 'Kannel answers', '0814, +62815 0816', '62', 0, 300, p_pace, 25) $$;
create function pg_temp.claim(p_channel text default 'kannel:indosat') returns bigint
language sql volatile as $$ select id from api.outbox_claim(p_channel) $$;
create function pg_temp.record(p_id bigint, p_outcome text, p_error text default '', p_channel text default 'kannel:indosat') returns bigint
language sql volatile as $$
    select id from api.outbox_record(p_channel, p_id, p_outcome, 1, '{}', 'text', p_error, false)
$$;
create function pg_temp.report(p_id bigint, p_type int, p_attempt int default 1, p_channel text default 'kannel:indosat',
                               p_answer text default '') returns text
language sql volatile as $$ select api.outbox_reported(p_channel, p_id, p_attempt, p_type, 1764102000, p_answer) $$;
create function pg_temp.state(p_id bigint) returns text
language sql volatile as $$ select status from kentongan.outbox where id = p_id $$;
-- One that is claimed.
create function pg_temp.sending(p_class text default 'receipt') returns bigint
language plpgsql volatile as $$
declare
    v_id bigint := village.queue(23, p_class, 'kannel:indosat');
begin
    perform pg_temp.claim();
    return v_id;
end $$;
create function pg_temp.failures(p_id bigint) returns bigint
language sql volatile as $$ select count(*) from kentongan.audit_log where action = 'send.failed' and details ->> 'outbox' = p_id::text $$;

-- --- the channel ---------------------------------------------------------------------------------
select pg_temp.told();
select is((select row(transport, state, words, prefixes, price, pace_ms)::text from kentongan.channels where name = 'kannel:indosat'),
          row('kannel', 'ready', 'Kannel answers', '{+62814,+62815,+62816}'::text[], 300, 0)::text, 'what it tells is kept, its numbers in international form');
select is(kentongan.route('+6281500000001'), 'kannel:indosat', 'its numbers go through it');
select pg_temp.told('unreachable');
select is(kentongan.route('+6281500000001'), null, 'not while it is away');
select pg_temp.told();
select ok(exists (select 1 from kentongan.audit_log where action = 'channel.unreachable' and subject = 'kannel:indosat'), 'its changes are audited');
select is((select kentongan.channel_may_broadcast(k) from kentongan.channels k where name = 'kannel:indosat'), true, 'it may send broadcasts');
select ok((select works from api.channel_list() where name = 'kannel:indosat'), 'and stands in the list of channels');

-- --- several at once -------------------------------------------------------------------------------
select village.queue(23, 'receipt', 'kannel:indosat') as a, village.queue(24, 'receipt', 'kannel:indosat') as b \gset
select is(pg_temp.claim(), :a::bigint, 'the first');
select is(pg_temp.claim(), :b::bigint, 'the second while the first is out');
select pg_temp.record(:b, 'sent');
select is(pg_temp.state(:a), 'sending', 'each has its own outcome');
select pg_temp.record(:a, 'not_tried');
select is((select row(status, channel, attempts, tried)::text from kentongan.outbox where id = :a), row('queued', null::text, 0, null::text)::text,
          'what was given back is as before');
delete from kentongan.outbox;

-- The day's share counts what is out.
-- One of three was sent above.
update kentongan.channels set daily_cap = 3 where name = 'kannel:indosat';
select village.queue(23, 'receipt', 'kannel:indosat') as a, village.queue(24, 'receipt', 'kannel:indosat') as b,
       village.queue(25, 'receipt', 'kannel:indosat') as c \gset
select is(pg_temp.claim(), :a::bigint, 'two more today: the first');
select is(pg_temp.claim(), :b::bigint, 'the second');
select is(pg_temp.claim(), null, 'no third while both are out');
select pg_temp.record(:a, 'permanent');
select is(pg_temp.claim(), :c::bigint, 'but where one of them didn''t leave');
update kentongan.channels set daily_cap = 0 where name = 'kannel:indosat';
delete from kentongan.outbox;

-- --- the try before ---------------------------------------------------------------------------------
select pg_temp.sending() as id \gset
select pg_temp.record(:id, 'uncertain');
select village.later('1 minute');
select is(pg_temp.claim(), :id::bigint, 'nobody knew whether it left: it goes again');
select is(pg_temp.report(:id, 8, 1), 'sending', 'now a report tells that it did');
select pg_temp.record(:id, 'not_tried');
select is(pg_temp.state(:id), 'sent', 'so the second try, which came to nothing, is the last');
select is(pg_temp.claim(), null, 'it doesn''t go a third time');
delete from kentongan.outbox_reports;
delete from kentongan.outbox;
select pg_temp.sending() as id \gset
select is(api.outbox_recover('kannel:indosat'), 1, 'killed while it was out');
select is(pg_temp.claim(), null, 'it doesn''t go again at once');
select is(pg_temp.report(:id, 8, 1), 'sent', 'a report may tell that it left');
delete from kentongan.outbox_reports;
delete from kentongan.outbox;
select pg_temp.sending() as id \gset
select is(api.outbox_recover('kannel:indosat'), 1, 'another');
select village.later('21 seconds');
select is(pg_temp.claim(), :id::bigint, 'without one it goes again after some seconds');
delete from kentongan.outbox;

-- --- reports ------------------------------------------------------------------------------------------
select pg_temp.sending() as id \gset
select pg_temp.record(:id, 'sent');
select is(pg_temp.report(:id, 8), 'sent', 'the message centre has it: it is sent');
select is(pg_temp.report(:id, 4), 'sent', 'it waits there');
select is(pg_temp.report(:id, 2), 'undelivered', 'not delivered');
select is(pg_temp.report(:id, 1), 'delivered', 'delivered after all');
select is(pg_temp.report(:id, 2), 'delivered', 'what came before changes nothing when it comes again');
select is(pg_temp.report(:id, 16), 'delivered', 'what was delivered stays so');
select is(pg_temp.report(:id, 1), 'delivered', 'again: nothing');
select is((select count(*) from kentongan.outbox_reports where outbox_id = :id), 5::bigint, 'each kind is kept once');
select is(pg_temp.failures(:id), 0::bigint, 'no failure is told of it');

select pg_temp.sending() as id \gset
select pg_temp.record(:id, 'sent');
select is(pg_temp.report(:id, 16, p_answer => 'NACK/11/Invalid Destination Address'), 'failed', 'refused by the message centre: failed');
select is((select error from kentongan.outbox where id = :id), 'the message centre refused it: NACK/11/Invalid Destination Address', 'with its words');
select is(pg_temp.failures(:id), 1::bigint, 'and audited');
select is(pg_temp.report(:id, 16), 'failed', 'again');
select is(pg_temp.failures(:id), 1::bigint, 'once');

select is(pg_temp.report(999999999, 1), null, 'an unknown message');
select is(pg_temp.report(:id, 1, 2), null, 'another try');
select is(pg_temp.report(:id, 1, 1, 'kannel:xl'), null, 'another account');
select is(pg_temp.state(:id), 'failed', 'change nothing');
select is((select count(*) from kentongan.outbox_reports where outbox_id = :id), 1::bigint, 'and aren''t kept');

-- A report that is faster than our record.
select pg_temp.sending() as id \gset
select is(pg_temp.report(:id, 1), 'sending', 'a report before the outcome is stored');
select pg_temp.record(:id, 'sent');
select is(pg_temp.state(:id), 'delivered', 'counts once that is');
select pg_temp.sending() as id \gset
select pg_temp.report(:id, 16);
select pg_temp.record(:id, 'sent');
select is(pg_temp.state(:id), 'failed', 'a refusal, too');

-- --- nobody knows whether it left ---------------------------------------------------------------------
select pg_temp.sending() as id \gset
select pg_temp.record(:id, 'uncertain', 'no answer');
select is(pg_temp.state(:id), 'queued', 'a receipt goes again');
select is(pg_temp.report(:id, 8), 'sent', 'unless the message centre says that it has it');
select is((select row(channel, body, parts)::text from kentongan.outbox where id = :id), row('kannel:indosat', 'text', 1)::text, 'with the text that left');
select is(pg_temp.report(:id, 1), 'delivered', 'and then it was delivered');
update kentongan.outbox set not_before = '-infinity' where status = 'queued';
select is(pg_temp.claim(), null, 'nothing goes twice');

select pg_temp.sending() as id \gset
select pg_temp.report(:id, 1);
select pg_temp.record(:id, 'uncertain', 'no answer');
select is(pg_temp.state(:id), 'delivered', 'the report came before we gave up: it doesn''t go again');

select pg_temp.sending() as id \gset
select pg_temp.record(:id, 'uncertain', 'no answer');
select is(pg_temp.report(:id, 16), 'queued', 'refused: it goes again');
update kentongan.outbox set not_before = '-infinity' where id = :id;
select is(pg_temp.claim('desa'), null, 'through the account while that works');
select is(pg_temp.claim(), :id::bigint, 'as its second try');
select is(pg_temp.report(:id, 1), 'sending', 'a late report of the first is none of the second');
select is(pg_temp.report(:id, 8, 2), 'sending', 'the second has its own');
select api.outbox_recover('kannel:indosat');
select is(pg_temp.state(:id), 'sent', 'also where the service died while it was being sent');

select pg_temp.sending() as id \gset
select is(api.outbox_recover('kannel:indosat'), 1, 'without a report');
select is(pg_temp.state(:id), 'queued', 'a receipt goes again');
delete from kentongan.outbox_reports;
delete from kentongan.outbox;

select pg_temp.sending('reminder') as id \gset
select pg_temp.record(:id, 'uncertain', 'no answer');
select is(pg_temp.state(:id), 'uncertain', 'a reminder doesn''t go again');
select is(pg_temp.report(:id, 8), 'sent', 'a report tells that it did go');
select pg_temp.sending('reminder') as id \gset
select pg_temp.record(:id, 'uncertain', 'no answer');
select is(pg_temp.report(:id, 16), 'failed', 'or that it didn''t');
select is(pg_temp.failures(:id), 1::bigint, 'which is audited');

-- What left is counted, however we learned of it.
select pg_temp.sending() as id \gset
select messages as before from kentongan.channel_months where channel = 'kannel:indosat' \gset
select pg_temp.record(:id, 'uncertain', 'no answer');
select pg_temp.report(:id, 1);
select is((select messages - :before from kentongan.channel_months where channel = 'kannel:indosat'), 1, 'what is known to have left only by its report is paid for, too');

-- --- broadcasts ------------------------------------------------------------------------------------------
-- Noon in Jakarta: no quiet hours.
update kentongan.clock set shift = (date_trunc('day', now() at time zone 'Asia/Jakarta') + interval '36 hours') at time zone 'Asia/Jakarta' - now();
select pg_temp.told();
delete from kentongan.outbox_reports;
delete from kentongan.outbox;
create function pg_temp.call_out(variadic p_peers text[]) returns bigint
language plpgsql as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_new(null, 'siaran', 'broadcast', '{}', 'Halo', '{"numbers": true}', null, 'test');
begin
    insert into kentongan.broadcast_numbers (broadcast_id, peer) select b.id, unnest(p_peers);
    perform kentongan.broadcast_start(b.id);
    return b.id;
end $$;
-- Whether the counts say what the outbox holds.
create function pg_temp.counted(p_broadcast bigint) returns boolean
language sql volatile as $$
    with said as (select s.status, sum(s.n) as n
                    from (select became as status, n from kentongan.broadcast_counts where broadcast_id = p_broadcast
                          union all select was, -n from kentongan.broadcast_counts where broadcast_id = p_broadcast and was is not null) s
                   group by 1 having sum(s.n) <> 0),
         held as (select status, count(*) as n from kentongan.outbox where broadcast_id = p_broadcast group by 1)
    select not exists (select status, n from said except select status, n from held)
       and not exists (select status, n from held except select status, n from said)
$$;
select pg_temp.call_out('+6281400000001', '+6281400000002', '+6281400000003', '+6281400000004') as b \gset
select pg_temp.claim() as one, pg_temp.claim() as two, pg_temp.claim() as three, pg_temp.claim() as four \gset
select ok(:one::bigint > 0 and :four::bigint > 0, 'four at once, with no pause between them');
select pg_temp.record(:one, 'sent');
select pg_temp.record(:two, 'sent');
select pg_temp.record(:three, 'uncertain');
select is((select status from kentongan.broadcasts where id = :b), 'running', 'it isn''t over while one is out');
select pg_temp.record(:four, 'permanent');
select is((select status from kentongan.broadcasts where id = :b), 'done', 'but then');
select ok(pg_temp.counted(:b), 'each is counted');
select is(pg_temp.report(:one, 1), 'delivered', 'delivered');
select is(pg_temp.report(:two, 16), 'failed', 'refused');
select is(pg_temp.report(:three, 1), 'delivered', 'one of which nobody knew');
select ok(pg_temp.counted(:b), 'the counts follow the reports');
select is((select jsonb_object_agg(status, n) from (select status, count(*) as n from kentongan.outbox where broadcast_id = :b group by 1) x),
          '{"delivered": 2, "failed": 2}', 'and say this');
select is((select pace_ms from kentongan.channels where name = 'kannel:indosat'), 0, 'without a pace it has none');
select pg_temp.told('ready', 250);
select is((select pace_ms from kentongan.channels where name = 'kannel:indosat'), 250, 'with one it has it');

-- --- what it cost ----------------------------------------------------------------------------------
-- Three SMS long: no word of sendsms, then a report.
select pg_temp.sending() as id, kentongan.counted('channel', 'kannel:indosat') as before \gset
select * from api.outbox_record('kannel:indosat', :id, 'uncertain', 3, '{}', 'text', 'no answer', false);
select is(kentongan.counted('channel', 'kannel:indosat'), :before::bigint, 'nothing is counted while nobody knows');
select is(pg_temp.report(:id, 8), 'sent', 'its report tells that it left');
select is(kentongan.counted('channel', 'kannel:indosat') - :before, 3::bigint, 'and each of its SMS counts in the day''s share');
select pg_temp.report(:id, 1);
select is(kentongan.counted('channel', 'kannel:indosat') - :before, 3::bigint, 'once');

select * from finish();
rollback;
