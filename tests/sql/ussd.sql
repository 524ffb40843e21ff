-- USSD sessions: each step stored once, what a leaf does done once, nothing that
-- an SMS wouldn't be allowed.
begin;
select * from no_plan();
select village.build();
select api.ussd_door('at');

create function village.entered(p_from int, p_session text, p_steps int, p_print text default 'x') returns text
language plpgsql as $$
declare
    r record;
begin
    perform set_config('role', 'kentongan', true);
    select * into strict r from api.ussd_enter('at', p_session, village.phone(p_from), p_steps, decode(md5(p_print), 'hex'));
    perform set_config('role', 'none', true);
    return concat_ws(' ', r.status, r.version, nullif(r.node, ''), case when r.ended then 'ended' end,
                     'members', (select string_agg(m ->> 'number', ',') from jsonb_array_elements(r.members) m),
                     r.interrupted ->> 'node', r.answer);
end $$;

create function village.stored(p_from int, p_session text, p_version int, p_steps int, p_node text, p_state jsonb default '{}',
                               p_ends boolean default false) returns boolean
language plpgsql as $$
declare
    v boolean;
begin
    perform set_config('role', 'kentongan', true);
    v := api.ussd_store('at', p_session, village.phone(p_from), p_version, p_steps, decode(md5('x'), 'hex'), p_node, p_state,
                        'screen ' || p_node, p_ends);
    perform set_config('role', 'none', true);
    return v;
end $$;

create function village.acted(p_from int, p_session text, p_version int, p_steps int, p_command text, p_args jsonb,
                              pin bytea default null, after jsonb default '{}', limits jsonb default '{}') returns text
language plpgsql as $$
declare
    r record;
begin
    perform set_config('role', 'kentongan', true);
    select * into strict r from api.ussd_act('at', p_session, village.phone(p_from), p_version, p_steps, decode(md5('x'), 'hex'),
        after, '@sure', '{"who": 1}', decode(md5(p_session || p_steps), 'hex'), p_command, 'ok', p_command, p_args, '', pin, null,
        'ok', village.limits(limits));
    perform set_config('role', 'none', true);
    perform set_config('village.message', coalesce(r.message_id::text, ''), true);
    perform set_config('village.outbox', r.outbox_id::text, true) where r.won;
    perform set_config('village.said', coalesce(r.params::text, ''), true);
    return concat_ws(' ', case when r.won then 'won' else 'lost' end, r.version, r.node, r.outcome, r.template,
                     case when r.shown then 'shown' end);
end $$;

create function village.done(p_session text, p_version int, p_ends boolean) returns void
language plpgsql as $$
begin
    perform set_config('role', 'kentongan', true);
    perform api.ussd_done('at', p_session, p_version, current_setting('village.outbox')::bigint, 'what was shown', p_ends, null);
    perform set_config('role', 'none', true);
end $$;
grant execute on all functions in schema village to public;

-- --- steps ------------------------------------------------------------------------
select is(village.entered(23, 's1', 0), 'new 0 members 23', 'a session that nobody knows is new');
select is(village.entered(25, 's2', 0), 'new 0 members 25,26', 'a shared phone has several');
select is(village.entered(99, 's3', 0), 'new 0 members', 'an unknown number has nobody');
select ok(village.stored(23, 's1', 0, 0, 'root'), 'its first step is stored');
select ok(not village.stored(23, 's1', 0, 0, 'root'), 'the same step a second time isn''t');
select is(village.entered(23, 's1', 0), 'again 1 root members 23 screen root', 'and gets the same answer');
select is(village.entered(23, 's1', 1), 'go 1 root members 23 screen root', 'the next one goes on from there');
select ok(village.stored(23, 's1', 1, 1, 'setor', '{"who": 1, "about": "deposit"}'), 'it is stored');
select ok(not village.stored(23, 's1', 1, 1, 'tarik'), 'of two from the same place the first counts');
select is(village.entered(23, 's1', 1), 'again 2 setor members 23 screen setor', 'the second reads the first one''s answer');
select is(village.entered(23, 's1', 0), 'again 2 setor members 23 screen setor', 'a late repeat does nothing');
select is(village.entered(24, 's1', 2), 'foreign members 24', 'nobody goes on in another phone''s session');
select ok(not village.stored(24, 's1', 2, 2, 'root'), 'nor is it stored');
select is((select count(*)::int from kentongan.ussd_sessions), 1, 'one session was kept');

-- Providers that count nothing.
select is(village.entered(23, 's1', null), 'again 2 setor members 23 screen setor', 'the same input at once is the same step');
select is(village.entered(23, 's1', null, 'y'), 'go 2 setor members 23 screen setor', 'another one isn''t');
update kentongan.ussd_sessions set touched_at = clock_timestamp() - interval '3 seconds';
select is(village.entered(23, 's1', null), 'go 2 setor members 23 screen setor', 'nor the same after a while');
update kentongan.ussd_sessions set state = state || '{"chosen": true}';
select is(village.entered(23, 's1', null), 'again 2 setor members 23 screen setor', 'the number of a line that comes once more is no Yes');
update kentongan.ussd_sessions set touched_at = clock_timestamp() - interval '11 seconds';
select is(village.entered(23, 's1', null), 'go 2 setor members 23 screen setor', 'but for who has had the time to read');
update kentongan.ussd_sessions set touched_at = clock_timestamp() - interval '3 seconds', state = state - 'chosen' || '{"refused": "pin_wrong"}';
select is(village.entered(23, 's1', null), 'again 2 setor members 23 screen setor', 'but for a wrong PIN');

-- --- what was interrupted -----------------------------------------------------------
select is(village.entered(23, 's4', 0), 'new 0 members 23 setor', 'a new session hears what was interrupted');
select is(village.entered(24, 's5', 0), 'new 0 members 24', 'not another phone''s');
update kentongan.ussd_sessions set touched_at = clock_timestamp() - interval '6 minutes';
select is(village.entered(23, 's4', 0), 'new 0 members 23', 'nor what is older than five minutes');
select ok(village.stored(23, 's4', 0, 0, 'root'), 'the new session is stored');
select is((select string_agg(session, ',') from kentongan.ussd_sessions), 's4', 'the old one is forgotten');
select ok(village.stored(23, 's4', 1, 1, 'root', '{"who": 1}', true), 'a session ends');
select is((select row(node, state, answer, ended_at is not null)::text from kentongan.ussd_sessions where session = 's4'),
          '("",{},"screen root",t)', 'and keeps nothing but its last answer');
select is(village.entered(23, 's4', 7), 'again 2 ended members 23 screen root', 'which is all that it says from then on');
select ok(not village.stored(23, 's4', 2, 2, 'root'), 'nothing is stored in it any more');

-- --- doing something ------------------------------------------------------------------
select is(village.acted(23, 'd1', 0, 2, 'SETOR', '{"product": "sukarela", "amount": 50000}'), 'won 1 @reply setor setor shown',
          'a leaf does what the SMS would');
select is((select row(status, channel, via)::text from kentongan.outbox where id = current_setting('village.outbox')::bigint),
          '(sending,ussd:at,ussd:at)', 'its reply is claimed for the screen');
select is((select string_agg(template || ' ' || coalesce(via, 'any'), ', ' order by id) from kentongan.outbox
            where message_id = village.heard() and id <> current_setting('village.outbox')::bigint),
          'setor_officer any', 'the officer''s notice goes by SMS');
select is(village.acted(23, 'd1', 0, 2, 'SETOR', '{"product": "sukarela", "amount": 50000}'), 'lost', 'the same step again does nothing');
select is((select count(*)::int from kentongan.requests), 1, 'there is one request');
select village.done('d1', 1, true);
select is((select row(status, body)::text from kentongan.outbox o join kentongan.ussd_sessions u on u.outbox_id = o.id where u.session = 'd1'),
          '(sent,"what was shown")', 'what was shown is recorded as sent');
delete from kentongan.ussd_sessions;
select is(village.acted(23, 'd1', 0, 2, 'SETOR', '{"product": "sukarela", "amount": 50000}'), 'won 1 @reply setor setor',
          'long after, when the session is forgotten: the same answer, and nothing is done');
select is((select count(*)::int from kentongan.requests), 1, 'still one request');
select is((select count(*)::int from kentongan.messages where transport = 'ussd'), 1, 'and one message');
select is(village.acted(23, 'd2', 0, 2, 'SETOR', '{"product": "sukarela", "amount": 50000}', after => '{"setor_repeat": "setor_lagi"}'),
          'won 1 setor_lagi setor_repeat setor_repeat shown', 'an outcome may lead to another node');

-- --- codes: the session is the SIM's ------------------------------------------------------
insert into kentongan.pins (member_id, hash, set_at) values (village.member(23), decode(md5('482915'), 'hex'), now()),
                                                            (village.member(1), decode(md5('739264'), 'hex'), now());
select is(village.acted(23, 'w1', 0, 2, 'TARIK', '{"product": "sukarela", "amount": 100000}'),
          'won 1 @sure tarik withdrawal_confirm shown', 'what wants to be confirmed leads to the question');
select ok(not current_setting('village.said')::jsonb ? 'otp' and current_setting('village.said')::jsonb ? 'code',
          'no one-time code leaves the database');
select is((select params ->> 'otp' from kentongan.outbox where id = current_setting('village.outbox')::bigint), '****', 'nor stays in it');
select is((select state ->> 'confirm' from kentongan.ussd_sessions where session = 'w1'), 'pin', 'it wants the PIN');
select is((select count(*)::int from kentongan.ussd_sessions where state::text ~ 'otp'), 0, 'the session holds no code either');
create function village.code() returns text language sql as $$ select (village.request()).code $$;
grant execute on function village.code() to public;
select is(village.says(23, 'YA', jsonb_build_object('code', village.code()), pin => decode(md5('482915'), 'hex')), 'code_wrong',
          'by SMS the request''s own code opens nothing');
select is(village.acted(24, 'x1', 0, 1, 'YA', jsonb_build_object('code', village.code()), decode(md5('482915'), 'hex')),
          'won 1 @reply code_wrong code_wrong shown', 'nor on another phone');
select is(village.acted(23, 'w1', 1, 3, 'YA', jsonb_build_object('code', village.code())),
          'won 2 @sure pin_wanted pin_wanted shown', 'without the PIN it is asked for');
select is(village.acted(23, 'w1', 2, 4, 'YA', jsonb_build_object('code', village.code()), decode(md5('111111'), 'hex')),
          'won 3 @sure pin_wrong pin_wrong shown', 'with a wrong one again');
select is((select wrong::int from kentongan.pins where member_id = village.member(23)), 1, 'which counts');
select is(village.acted(23, 'w1', 3, 5, 'YA', jsonb_build_object('code', village.code()), decode(md5('482915'), 'hex')),
          'won 4 @reply request_waits request_waits shown', 'with the right one it goes to the officers');
select is((select jsonb_agg(x ->> 'code') from jsonb_array_elements(api.ussd_list('agree', village.member(1))) x),
          jsonb_build_array(village.code()), 'it stands in the treasurer''s list');
select is(api.ussd_list('agree', village.member(2)), '[]', 'and in nobody else''s');
select is(api.ussd_list('receive', village.member(1)) -> 0 ->> 'kind', 'deposit', 'the deposit stands in the list of what is received');
select is(village.acted(2, 'x2', 0, 1, 'SAH', jsonb_build_object('code', village.code()), decode(md5('739264'), 'hex')),
          'won 1 @reply code_wrong code_wrong shown', 'an officer who wasn''t asked can''t agree');
select is(village.acted(1, 'a1', 0, 4, 'SAH', jsonb_build_object('code', village.code()), decode(md5('739264'), 'hex')),
          'won 1 @reply cash_short cash_short shown', 'the treasurer''s cash is looked at');
select is(village.acted(1, 'a2', 0, 3, 'TERIMA', jsonb_build_object('code', (select code from kentongan.requests where kind = 'deposit'))),
          'won 1 @reply terima receipt_officer', 'TERIMA shows the receipt, which goes by SMS as well');
select is(village.saved(23), 1050000::bigint, 'the deposit is posted');
select is(village.acted(1, 'a2', 0, 3, 'TERIMA', jsonb_build_object('code', (select code from kentongan.requests where kind = 'deposit'))),
          'lost', 'once');
select is(village.acted(1, 'a3', 0, 3, 'TERIMA', jsonb_build_object('code', (select code from kentongan.requests where kind = 'deposit'))),
          'won 1 @reply code_done code_done shown', 'in another session it hears that this is done');
select is(village.saved(23), 1050000::bigint, 'and posted it stays once');
select is(api.ussd_list('nothing', village.member(1)), '[]', 'a list that isn''t known is empty');

-- --- limits, and what nobody saw ---------------------------------------------------------------
select is(village.acted(24, 'q1', 0, 1, 'SALDO', '{}', limits => '{"sender": 1}'), 'won 1 @reply quota quota shown',
          'the day''s answers count as by SMS');
select is(village.acted(24, 'q2', 0, 1, 'SALDO', '{}', limits => '{"sender": 1}'), 'won 1 @reply quota_silent', 'and then nothing is said');
select is(village.acted(24, 'q3', 0, 1, 'SALDO', '{}'), 'won 1 @reply saldo saldo shown', 'an answer');
update kentongan.outbox set claimed_at = clock_timestamp() - interval '3 minutes' where id = current_setting('village.outbox')::bigint;
select cmp_ok(kentongan.ussd_tidy(), '>=', 1, 'of which nobody knows whether it was seen');
select is((select row(status, via, attempts)::text from kentongan.outbox where id = current_setting('village.outbox')::bigint),
          '(queued,,0)', 'goes by SMS');
update kentongan.ussd_sessions set touched_at = clock_timestamp() - interval '2 hours';
select is(kentongan.ussd_tidy(), 0, 'nothing else waits');
select is((select count(*)::int from kentongan.ussd_sessions), 0, 'after an hour sessions are forgotten');
insert into kentongan.block_list (peer, reason) values (village.phone(24), 'test');
select is(village.entered(24, 'b1', 0), 'new 0 members', 'who is blocked by the operator is nobody');
select * from finish();
rollback;
