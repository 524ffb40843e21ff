-- The SIM's credit and what sending costs.
begin;
select * from no_plan();
select village.build();

create function pg_temp.told(p_amount bigint, p_until date default null, p_text text default 'Pulsa', p_channel text default 'desa')
returns boolean language plpgsql as $$
declare
    v_low boolean;
begin
    perform set_config('role', 'kentongan', true);
    v_low := api.channel_credit(p_channel, p_amount, p_until, p_text, 10000, 7);
    perform set_config('role', 'none', true);
    return v_low;
end $$;
create function pg_temp.may(p_channel text default 'desa') returns boolean
language sql volatile as $$ select kentongan.channel_may_broadcast(c) from kentongan.channels c where name = p_channel $$;
create function pg_temp.state(p_channel text default 'desa') returns text
language sql volatile as $$ select kentongan.credit_state(c) from kentongan.channels c where name = p_channel $$;
create function pg_temp.day(p_days int) returns date
language sql volatile as $$ select (kentongan.now() at time zone 'Asia/Jakarta')::date + p_days $$;
create function pg_temp.warnings() returns text
language sql volatile as $$
    select coalesce(string_agg(right(peer, 2), ' ' order by id), '') from kentongan.outbox where template = 'credit_low'
$$;
-- N messages of a group that left through a channel.
create function pg_temp.sent(p_group text, p_n int, p_channel text default 'desa') returns void
language plpgsql as $$
begin
    perform kentongan.enqueue('+62811' || n, 'operator', '{}', 'id', 'reply', p_channel, null, null,
                              (select id from kentongan.groups where code = p_group))
       from generate_series(1, p_n) n;
    update kentongan.outbox set status = 'failed', channel = p_channel where status = 'queued';
end $$;
-- A group with a treasurer of the number +62813…NN.
create function pg_temp.group_of(p_code text, p_treasurer int) returns void
language plpgsql as $$
begin
    perform api.group_add('test', p_code, 'UP2K ' || p_code, '{}');
    perform api.import_members('test', p_code, jsonb_build_array(jsonb_build_object('line', 1, 'number', 1, 'name', 'Bendahara',
        'msisdn', '+62813000000' || p_treasurer, 'role', 'bendahara')), false);
end $$;

-- --- nobody asks ------------------------------------------------------------------------------
select is(pg_temp.state(), null, 'where nobody asks there is no state');
select ok(pg_temp.may(), 'and broadcasts may leave');
select ok(kentongan.channel_may_broadcast(null), 'a channel that isn''t known stops none');
select is(api.channel_credit('nonsuch', 5, null, 'x', 10, 7), false, 'a channel that never told of itself');
select is((select count(*)::int from kentongan.channel_credits), 0, 'leaves no trace');

-- --- enough ---------------------------------------------------------------------------------------
select is(pg_temp.told(10000, pg_temp.day(8)), false, 'just enough');
select is((select row(credit, credit_until, credit_text, credit_low, credit_days)::text from kentongan.channels where name = 'desa'),
          row(10000, pg_temp.day(8), 'Pulsa', 10000, 7)::text, 'is stored with what was said and what counts as low');
select is(pg_temp.state(), 'enough', 'is enough');
select ok(pg_temp.may(), 'and broadcasts may leave');
select is((select row(amount, until)::text from kentongan.channel_credits where channel = 'desa'), row(10000, pg_temp.day(8))::text, 'it is in the history');
select is((select count(*)::int from kentongan.audit_log where action like 'channel.credit%'), 0, 'nobody is told');
select village.later('1 minute');
select is(pg_temp.told(null, null, repeat('x', 300)), false, 'an answer that isn''t understood');
select is((select row(credit, length(credit_text))::text from kentongan.channels where name = 'desa'), row(10000, 200)::text, 'changes nothing but the text, of which it keeps 200 characters');
select is(pg_temp.state(), 'strange', 'and is said so');
select is(pg_temp.told(null, null, ''), false, 'no answer');
select is(pg_temp.state(), 'silent', 'is said so, too');
select is((select count(*)::int from kentongan.channel_credits), 1, 'the history has what is known');

-- --- too little ---------------------------------------------------------------------------------------
select pg_temp.group_of('MAWAR', 1), pg_temp.group_of('KENANGA', 2), pg_temp.group_of('DAHLIA', 3), pg_temp.group_of('TERATAI', 4),
       pg_temp.group_of('ANGGREK', 5), pg_temp.group_of('SEROJA', 5);
select pg_temp.sent('MELATI', 9), pg_temp.sent('MAWAR', 8), pg_temp.sent('KENANGA', 7), pg_temp.sent('DAHLIA', 1),
       pg_temp.sent('TERATAI', 6), pg_temp.sent('ANGGREK', 5), pg_temp.sent('SEROJA', 4);
select pg_temp.sent('DAHLIA', 20, 'kota');
update kentongan.groups set reminders_off = '{credit}' where code = 'KENANGA';
select village.later('1 minute');
select is(pg_temp.told(9999, pg_temp.day(100)), true, 'too little');
select is(pg_temp.state(), 'low', 'is low');
select ok(not pg_temp.may(), 'broadcasts wait');
select is(pg_temp.warnings(), '01 01 04 05', 'the treasurers of the five groups with most messages through it are told, each phone once, but who wants no such word');
select is((select row(params, class)::text from kentongan.outbox where template = 'credit_low' limit 1),
          row(jsonb_build_object('channel', 'desa', 'sim_credit', 9999, 'valid_until', to_char(pg_temp.day(100), 'DD/MM/YYYY'), 'paused', 'x'), 'notice')::text,
          'what they are told');
select is((select details ->> 'told' from kentongan.audit_log where action = 'channel.credit_low'), '4', 'it is recorded, with how many were told');
select village.later('1 hour');
select is(pg_temp.told(500, pg_temp.day(3)), false, 'still less');
select is(pg_temp.warnings(), '01 01 04 05', 'nobody is told twice');
select ok(pg_temp.may('kota'), 'other channels go on');
select village.later('1 hour');
select is(pg_temp.told(null, null, ''), false, 'no answer');
select ok(not pg_temp.may(), 'what is known still counts');
select village.later('4 days');
select ok(pg_temp.may(), 'but not for ever');

-- --- topped up ------------------------------------------------------------------------------------------
select is(pg_temp.told(60000, pg_temp.day(30)), false, 'enough again');
select ok(pg_temp.may(), 'broadcasts go on');
select is((select count(*)::int from kentongan.audit_log where action = 'channel.credit_enough'), 1, 'it is recorded');
select is(pg_temp.warnings(), '01 01 04 05', 'nobody is told of it');
select village.later('23 days');
select is(pg_temp.told(60000, pg_temp.day(7)), true, 'near its last day');
select is(pg_temp.state(), 'low', 'it is low');
select is(pg_temp.warnings(), '01 01 04 05 01 01 04 05', 'they are told again');
select is((select params ? 'paused' from kentongan.outbox where template = 'credit_low' order by id desc limit 1), false, 'not that broadcasts wait');
select ok(pg_temp.may(), 'since they don''t');
select village.later('7 days');
select is(pg_temp.told(60000, pg_temp.day(0)), false, 'on its last day');
select ok(pg_temp.may(), 'broadcasts may leave');
select village.later('1 day');
select is(pg_temp.told(60000, pg_temp.day(-1)), false, 'when it is over');
select ok(not pg_temp.may(), 'they wait');
select is(pg_temp.told(60000, null), false, 'an operator that names no day');
select is(pg_temp.state(), 'enough', 'and enough of it');

-- --- nobody asks any more ----------------------------------------------------------------------------------
select is(pg_temp.told(1), true, 'too little');
select village.as_role('kentongan', $$select api.channel_credit_unknown('desa')$$);
select is(pg_temp.state(), null, 'nobody asks any more');
select ok(pg_temp.may(), 'so nothing stops broadcasts');
select is(pg_temp.told(1), true, 'asked again, it is told again');

-- --- who has nothing to do with it ----------------------------------------------------------------------------
delete from kentongan.outbox;
select village.later('1 day');
select is(pg_temp.told(1, null, 'Pulsa', 'kota'), true, 'a channel that nobody has used');
select is(pg_temp.warnings(), '', 'has nobody to tell');

-- --- costs ------------------------------------------------------------------------------------------------------
create function pg_temp.leaves(p_parts int, p_channel text default 'desa', p_outcome text default 'sent') returns void
language plpgsql as $$
declare
    v_id bigint := village.queue(23, 'reply', p_channel);
begin
    perform api.outbox_claim(p_channel);
    perform api.outbox_record(p_channel, v_id, p_outcome, p_parts, array(select 7 from generate_series(1, p_parts)), 'text', '', false);
end $$;
select is((select count(*)::int from api.costs(12)), 0, 'nothing has been sent');
select api.channel_state('desa', 'ready', 'ready', '{}', null, 0, 350);
select pg_temp.leaves(1), pg_temp.leaves(2), pg_temp.leaves(1, 'kota'), pg_temp.leaves(3, 'desa', 'permanent');
select results_eq('select channel, messages, parts, cost from api.costs(1)', $$values ('desa', 2, 3, 1050::bigint), ('kota', 1, 1, 0::bigint)$$,
                  'what left, by channel; what failed costs nothing');
select api.channel_state('desa', 'ready', 'ready', '{}', null, 0, 400);
select pg_temp.leaves(1);
select api.channel_state('desa', 'ready', 'ready', '{}', null, 0);
select pg_temp.leaves(1);
select is((select cost from api.costs(1) where channel = 'desa'), 1850::bigint, 'a new price counts from now on, and stays where none is named');
select is((select row(price, month_parts, month_cost)::text from api.channel_list() where name = 'desa'), row(400, 5, 1850)::text, 'the list of channels has it');
update kentongan.outbox set status = 'delivered' where status = 'sent';
select is((select messages from api.costs(1) where channel = 'desa'), 4, 'delivered is no second time');
select village.later('31 days');
select pg_temp.leaves(2);
select results_eq($$select parts, cost from api.costs(12) where channel = 'desa'$$, $$values (2, 800::bigint), (5, 1850::bigint)$$, 'each month by itself, the newest first');
select is((select count(*)::int from api.costs(1)), 1, 'as many months as are wanted');
select is((select value from api.metrics() where name = 'kentongan_channel_cost_total' and labels = 'channel="desa"'), 2650::float8, 'a counter of all');
select is(pg_temp.told(12345, '2027-12-31'), false, 'enough');
select is((select array_agg(name || ' ' || value order by name) from api.metrics() where name like 'kentongan_channel_credit%' and labels = 'channel="desa"'),
          array['kentongan_channel_credit 12345', 'kentongan_channel_credit_expiry_seconds ' || extract(epoch from timestamptz '2028-01-01 00:00+07')::int,
                'kentongan_channel_credit_low 0'], 'the credit among the metrics');
select village.refused('kentongan', 'update kentongan.channel_months set cost = 0', '42501', 'the service can''t change what was sent');

select * from finish();
rollback;
