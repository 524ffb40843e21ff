-- Which message of a broadcast leaves when, and by which channel.
begin;
select * from no_plan();
select village.build();
-- Noon in Jakarta: no quiet hours.
update kentongan.clock set shift = (date_trunc('day', now() at time zone 'Asia/Jakarta') + interval '36 hours') at time zone 'Asia/Jakarta' - now();

-- A broadcast to these numbers, running.
create function pg_temp.call_out(variadic p_peers text[]) returns bigint
language plpgsql as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_new(null, 'siaran', 'broadcast', '{}', 'Halo', '{"numbers": true}', null, 'test');
begin
    insert into kentongan.broadcast_numbers (broadcast_id, peer) select b.id, unnest(p_peers);
    perform kentongan.broadcast_start(b.id);
    return b.id;
end $$;
create function pg_temp.claim(p_channel text default 'desa') returns text
language sql volatile as $$ select coalesce(peer, case when wait_ms is not null then 'wait' end) from api.outbox_claim(p_channel) $$;
create function pg_temp.wait(p_channel text default 'desa') returns int
language sql volatile as $$ select wait_ms from api.outbox_claim(p_channel) where id is null $$;
-- What a channel has at the modem ends so; the number that comes next.
create function pg_temp.record(p_outcome text, p_channel text default 'desa', p_next boolean default false) returns text
language sql volatile as $$
    select x.peer from kentongan.outbox o, api.outbox_record(p_channel, o.id, p_outcome, 1, '{7}', 'Halo', 'why', p_next) x
     where o.status = 'sending' and o.channel = p_channel
$$;
create function pg_temp.state(p_broadcast bigint) returns text
language sql volatile as $$ select status from kentongan.broadcasts where id = p_broadcast $$;
create function pg_temp.clean() returns void
language sql volatile as $$
    update kentongan.broadcasts set status = 'cancelled', reported_at = kentongan.now();
    delete from kentongan.outbox_parts;
    delete from kentongan.outbox;
    update kentongan.channels set next_at = '-infinity', pace_ms = 0, jitter = 25;
    update kentongan.operators set next_at = '-infinity', pace_ms = 0
$$;

-- --- behind everything else --------------------------------------------------------------------
select pg_temp.call_out('+6281100000001') as b \gset
select village.queue(23, 'notice') as notice, village.queue(23, 'reply') as reply \gset
select is(pg_temp.claim(), village.phone(23), 'an answer goes first');
select is(pg_temp.claim(), village.phone(23), 'a notice, too');
select is(pg_temp.claim(), '+6281100000001', 'then the broadcast');
select is(pg_temp.claim(), null, 'then nothing');
select pg_temp.clean();

-- --- among broadcasts ----------------------------------------------------------------------------
select pg_temp.call_out('+6281100000001') as lesson, pg_temp.call_out('+6281100000002') as siaran,
       pg_temp.call_out('+6281100000004') as meeting, pg_temp.call_out('+6281100000005') as minutes \gset
update kentongan.broadcasts set kind = 'lesson' where id = :lesson;
update kentongan.broadcasts set kind = 'meeting' where id = :meeting;
update kentongan.broadcasts set kind = 'minutes' where id = :minutes;
select is(pg_temp.claim(), '+6281100000004', 'a meeting goes first');
select ok(kentongan.broadcast_rank('meeting') < kentongan.broadcast_rank('reminder') and kentongan.broadcast_rank('reminder') < kentongan.broadcast_rank('siaran'), 'then reminders');
select is(pg_temp.claim(), '+6281100000002', 'then what was called out, in its order');
select is(pg_temp.claim(), '+6281100000005', 'a meeting''s decisions with them');
select is(pg_temp.claim(), '+6281100000001', 'a lesson last');
select pg_temp.clean();

-- --- how fast ------------------------------------------------------------------------------------
update kentongan.channels set pace_ms = 4000, jitter = 25 where name = 'desa';
select pg_temp.call_out('+6281100000001', '+6281100000002', '+6281100000003') as b \gset
select is(pg_temp.claim(), '+6281100000001', 'with a pace: the first at once');
select cmp_ok(pg_temp.wait(), '>', 2500, 'the next not before pace less jitter');
select cmp_ok(pg_temp.wait(), '<=', 5000, 'nor after pace and jitter');
select is(pg_temp.record('sent'), null, 'the outcome brings no other either');
select is(pg_temp.claim('kota'), '+6281100000002', 'another channel has a pace of its own');
select village.queue(23, 'reply');
select is(pg_temp.claim(), village.phone(23), 'an answer knows no pace');
update kentongan.channels set next_at = clock_timestamp() - interval '1 second' where name = 'desa';
select is(pg_temp.claim(), '+6281100000003', 'when it is time, the next');
select cmp_ok(pg_temp.wait(), '>', 2500, 'with nothing left it still keeps to it');
update kentongan.channels set next_at = clock_timestamp() - interval '1 second' where name = 'desa';
select is(pg_temp.claim(), null, 'and then asks no more');
update kentongan.channels set pace_ms = 100 where name = 'desa';
select is(pg_temp.record('sent'), null, 'after a message');
select cmp_ok(pg_temp.wait(), '>', 200, 'it listens before the next, though its pace is shorter');
select pg_temp.clean();

update kentongan.channels set pace_ms = 1000, jitter = 50 where name = 'desa';
create temp table pauses as select null::float as s where false;
create function pg_temp.many(p_n int) returns void language plpgsql as $$
declare
    v_before timestamptz;
begin
    for i in 1..p_n loop
        v_before := clock_timestamp();
        perform kentongan.pace('desa', null);
        insert into pauses select extract(epoch from next_at - v_before) from kentongan.channels where name = 'desa';
    end loop;
end $$;
select pg_temp.many(200) is null;
select ok(bool_and(s between 0.5 and 1.55), 'two hundred pauses lie within the jitter') from pauses;
select ok(max(s) - min(s) > 0.5 and count(distinct s) > 100 and avg(s) between 0.9 and 1.1, 'never evenly, on the average the pace') from pauses;
select pg_temp.clean();

-- --- operators ---------------------------------------------------------------------------------------
insert into kentongan.operators (name, prefixes, pace_ms)
values ('merah', '{+62811,+62812}', 60000), ('kuning', '{+62815}', 0), ('biru', '{+628117}', 0);
select pg_temp.call_out('+6281100000001', '+6281200000002', '+6281500000003', '+6281700000004', '+6281170000005') as b \gset
select is(string_agg(coalesce(lane, '-'), ' ' order by peer), 'merah biru merah kuning -', 'each number''s operator, by the longest beginning that is known')
  from kentongan.outbox where broadcast_id = :b;
update kentongan.operators set next_at = clock_timestamp() + interval '1 hour' where name = 'merah';
select is(array(select pg_temp.claim() from generate_series(1, 3) order by 1), '{+6281170000005,+6281500000003,+6281700000004}',
          'an operator whose turn it isn''t keeps nobody else from getting theirs');
select is(pg_temp.wait(), 60000, 'it is asked for again, not too seldom');
select pg_temp.call_out('+6281599999999') as b2 \gset
select is(pg_temp.claim(), '+6281599999999', 'nor another broadcast');
update kentongan.operators set next_at = '-infinity' where name = 'merah';
select is(pg_temp.claim(), '+6281100000001', 'in its turn it gets one');
select cmp_ok(pg_temp.wait('kota'), '>', 44000, 'and no channel sends it another before its pace is over');
select is((select count(*)::int from kentongan.operators where next_at between clock_timestamp() + interval '40 s' and clock_timestamp() + interval '75 s'), 1, 'its own pace, with jitter');
update kentongan.operators set pace_ms = 0, next_at = '-infinity';
select is(pg_temp.claim('kota'), '+6281200000002', 'without a pace at once');
select is(pg_temp.wait(), null, 'nothing waits: nobody asks again');
select pg_temp.clean();

-- --- which way -----------------------------------------------------------------------------------------
update kentongan.channels set prefixes = '{+62811}' where name = 'kota';
select pg_temp.call_out('+6281200000001', '+6281200000002', '+6281100000003', '+6281100000004') as b \gset
select is(pg_temp.claim('kota'), '+6281100000003', 'a channel''s own numbers go first');
select is(pg_temp.claim('desa'), '+6281200000001', 'another takes what is anybody''s');
select is(pg_temp.claim('desa'), '+6281200000002', 'all of it');
select is(pg_temp.claim('desa'), null, 'but not what belongs to a working channel');
update kentongan.outbox set status = 'sent' where status = 'sending';
select api.channel_state('kota', 'down', 'unplugged', null, null, null);
select is(pg_temp.claim('desa'), '+6281100000004', 'a failing channel''s share moves');
select is(pg_temp.record('not_tried', 'desa'), null, 'given back');
select api.channel_state('kota', 'ready', 'ready', null, null, null);
select is(pg_temp.claim('desa'), null, 'and back');
update kentongan.channels set credit = 100, credit_low = 1000, credit_at = kentongan.now() where name = 'kota';
select is(pg_temp.claim('kota'), null, 'with too little credit a channel sends none');
select is(pg_temp.claim('desa'), '+6281100000004', 'its share moves, too');
select is(pg_temp.record('not_tried', 'desa'), null, 'given back');
update kentongan.channels set credit = null, daily_cap = 10 where name = 'kota';
update kentongan.outbox set not_before = '-infinity' where status = 'queued';
select count(kentongan.bump('channel', 'kota')) from generate_series(1, 9);
select is(pg_temp.claim('kota'), null, 'a channel''s last tenth of the day is for answers');
select is(pg_temp.claim('desa'), '+6281100000004', 'others send its share');
update kentongan.channels set daily_cap = 0, prefixes = '{}';
select pg_temp.clean();

-- --- when ------------------------------------------------------------------------------------------------
select pg_temp.call_out('+6281100000001') as b \gset
update kentongan.clock set shift = shift + interval '8 hours';
select is(pg_temp.claim(), null, 'in quiet hours nothing leaves');
select is(kentongan.broadcasts_due(), 0, 'nor is anybody woken');
update kentongan.clock set shift = shift + interval '11 hours';
select cmp_ok(kentongan.broadcasts_due(), '>', 0, 'when they are over channels are woken');
update kentongan.broadcasts set ends_at = kentongan.now() where id = :b;
select is(pg_temp.claim(), null, 'not after its end');
update kentongan.broadcasts set ends_at = null where id = :b;
select is(pg_temp.claim(), '+6281100000001', 'before it, in the morning');
select pg_temp.clean();

-- --- paused, cancelled --------------------------------------------------------------------------------------
select pg_temp.call_out('+6281100000001', '+6281100000002') as b \gset
select is(kentongan.broadcast_set(:b, 'paused', 'test'), 'broadcast_paused', 'paused');
select is(pg_temp.claim(), null, 'nothing leaves, nobody asks again');
select is(kentongan.broadcast_set(:b, 'running', 'test'), 'broadcast_running', 'resumed');
select is(pg_temp.claim(), '+6281100000001', 'it goes on');
select is(kentongan.broadcast_set(:b, 'cancelled', 'test'), 'broadcast_cancelled', 'cancelled');
select is(pg_temp.record('sent', p_next => true), null, 'no other leaves');
select pg_temp.clean();

-- --- to the end ------------------------------------------------------------------------------------------------
select pg_temp.call_out('+6281100000001', '+6281100000002', '+6281100000003', '+6281100000004') as b \gset
select is(pg_temp.claim(), '+6281100000001', 'the first');
select is(pg_temp.record('not_tried'), null, 'is given back');
select is(pg_temp.claim(), '+6281100000001', 'and found again');
select is(pg_temp.record('temporary'), null, 'fails for now');
select is(pg_temp.claim(), '+6281100000002', 'the others don''t wait for it');
select is(pg_temp.record('not_tried'), null, 'one that is given back');
select is(pg_temp.claim('kota'), '+6281100000002', 'another takes');
select is(pg_temp.claim(), '+6281100000003', 'the third');
select is(pg_temp.record('sent', p_next => true), '+6281100000004', 'and the fourth with its outcome');
select is(pg_temp.record('permanent', p_next => true), null, 'no more now');
update kentongan.clock set shift = shift + interval '6 seconds';
select is(pg_temp.claim(), '+6281100000001', 'what failed for now comes again');
select is(pg_temp.record('sent', p_next => true), null, 'sent');
select is(pg_temp.state(:b), 'running', 'as long as one is at a modem it isn''t over');
select is(api.outbox_recover('kota'), 1, 'which dies');
select is(pg_temp.state(:b), 'done', 'with the last it is');
select is((select string_agg(status, ' ' order by peer) from kentongan.outbox where broadcast_id = :b), 'sent uncertain sent failed', 'nobody gets it twice: what is uncertain stays so');

-- --- from the configuration ---------------------------------------------------------------------------------------
select pg_temp.clean();
delete from kentongan.operators;
create function pg_temp.operators() returns text
language sql volatile as $$ select string_agg(name || ' ' || array_to_string(prefixes, ',') || ' ' || pace_ms, '; ' order by name) from kentongan.operators $$;
select village.as_role('kentongan', $$select api.operators_set('[{"name": "byu", "prefixes": "0851", "pace": 500},
    {"name": "telkomsel", "prefixes": "0811, 0851,+62812", "pace": 2000}, {"name": "none", "prefixes": "", "pace": 0}]', '62')$$);
select is(pg_temp.operators(), 'byu +62851 500; none  0; telkomsel +62811,+62812 2000', 'operators with their numbers; who is named first keeps one');
update kentongan.operators set next_at = clock_timestamp() + interval '1 hour';
select api.operators_set('[{"name": "telkomsel", "prefixes": "0851", "pace": 1000}, {"name": "byu", "prefixes": "0852", "pace": 900}]', '62');
select is(pg_temp.operators(), 'byu +62852 900; none  0; telkomsel +62851 1000', 'as they are named now');
select is((select string_agg(name, ' ' order by name) from kentongan.operators where next_at > clock_timestamp()), 'byu none', 'who may go faster needn''t wait');
select api.operators_set('[]', '62');
select is(pg_temp.operators(), 'byu  0; none  0; telkomsel  0', 'what is no longer named has no numbers and no pace, but messages may still stand in its queue');
select village.as_role('kentongan', $$select api.channel_state('desa', 'ready', 'ready', null, null, null, null, 2500, 10)$$);
select is((select row(pace_ms, jitter)::text from kentongan.channels where name = 'desa'), '(2500,10)', 'a channel tells its pace');
update kentongan.channels set next_at = clock_timestamp() + interval '1 hour' where name = 'desa';
select api.channel_state('desa', 'ready', 'ready', null, null, null);
select ok(pace_ms = 2500 and jitter = 10 and next_at > clock_timestamp() + interval '59 minutes', 'or leaves it as it was') from kentongan.channels where name = 'desa';
select api.channel_state('desa', 'ready', 'ready', null, null, null, p_pace => 1000);
select ok(pace_ms = 1000 and next_at < clock_timestamp() + interval '2 seconds', 'a shorter one counts at once') from kentongan.channels where name = 'desa';

-- --- by an index ---------------------------------------------------------------------------------------------------
select pg_temp.clean();
select pg_temp.call_out(variadic array(select '+628' || 110000000 + n from generate_series(1, 20000) n)) as b \gset
select is(pg_temp.claim(), '+628110000001', 'with a long queue');
select is((select count(*)::int from kentongan.outbox where broadcast_id = :b and status = 'queued' and xmax <> 0), 0, 'no row is locked that wasn''t taken');
select * from finish();
rollback;
