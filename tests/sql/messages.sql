-- One message, one effect, one answer: whatever it says and whoever sends it.
begin;
select * from no_plan();
select village.build();

-- --- the same message again --------------------------------------------------------------
\set again 'decode(md5(''again''), ''hex'')'
select is(village.says(23, 'SETOR', '{"amount": 50000}', dedupe => :again), 'setor', 'a message');
select is(current_setting('village.duplicate'), 'false', 'is new');
select village.heard() as first \gset
select is(village.says(23, 'SETOR', '{"amount": 50000}', dedupe => :again), 'setor', 'read twice it has the same outcome');
select is(current_setting('village.duplicate') || village.heard(), 'true' || :first, 'is known as the same');
select is((select count(*)::int from kentongan.requests), 1, 'is noted once');
select is((select count(*)::int from kentongan.outbox), 2, 'answered once');
select is((select count(*)::int from kentongan.audit_log where message_id = :first), 1, 'audited once');
select is(village.says(23, 'SETOR', '{"amount": 50000}', dedupe => :again, channel => 'kota', claim => true), 'setor', 'also through another modem');
select is(current_setting('village.claimed') || (select count(*) from kentongan.outbox where status <> 'queued'), '0', 'which gets nothing to send');
select is((select sum(n)::int from kentongan.daily_counts where scope = 'sender'), 1, 'it counts once');

-- --- what can't be obeyed ---------------------------------------------------------------------
select is(village.says(23, 'SETOR', '{}', 'amount', '50') || ' ' || village.answers(), 'amount_unclear 23 reply amount_unclear', 'an unclear amount');
select is(village.param('amount_unclear', 'heard') || village.param('amount_unclear', 'command'), '50SETOR', 'is asked back as heard');
select is(village.says(23, x, '{}', 'usage') || ' ' || village.answers(), 'usage 23 reply usage_' || lower(x), x || ' with wrong arguments')
  from unnest(array['SALDO', 'MUTASI', 'SETOR', 'BATAL', 'LAGI', 'ULANG', 'PINJAMAN', 'SALAH', 'BLOKIR', 'STOP', 'MULAI',
                    'BAHASA', 'BANTUAN', 'YA', 'TIDAK', 'TERIMA', 'TOLAK']) x;
select is(village.says(24, '', '{}', 'unknown') || ' ' || village.answers(), 'not_understood 24 reply not_understood', 'an unknown text');
select is(village.says(24, '', '{}', 'empty') || ' ' || village.answers(), 'not_understood 24 reply not_understood', 'an empty one');
select is(village.says(24, 'SETOR', '{"amount": 50000}', p, incomplete => true) || ' ' || village.answers(), 'incomplete 24 reply incomplete', p || ' with parts missing')
  from unnest(array['unknown', 'ok', 'near', 'amount', 'usage']) p;
select is((select count(*)::int from kentongan.requests), 1, 'an incomplete SETOR isn''t noted');
select ok((select incomplete from kentongan.messages where id = village.heard()), 'the message is kept as incomplete');
select is(village.says(24, '', '{}', 'unknown', incomplete => true), 'not_understood', 'often: as what isn''t understood, which ends');

-- --- two machines that answer each other -----------------------------------------------------------
select is(village.says(24, '', '{}', 'unknown') || village.answers(), 'loop_broken', 'the fourth gets no answer');
select is(village.says(24, 'SALDO'), 'saldo', 'a command still does');
select village.later('61 minutes');
select is(village.says(24, '', '{}', 'unknown'), 'not_understood', 'after an hour there is help again');

-- --- numbers that we don't know -----------------------------------------------------------------------
select is(village.says(0, 'SALDO', peer => '+6285550000001') || ' ' || village.answers(), 'unknown_number 01 reply unknown_number', 'an unknown number');
select is((select params from kentongan.outbox where message_id = village.heard()), '{}'::jsonb, 'learns nothing');
select is(village.says(0, 'SALDO', peer => '+6285550000001') || village.answers(), 'quota_silent', 'and is answered once a day');
select is(village.says(0, 'SETOR', '{"amount": 50000}', peer => '+6285550000002'), 'unknown_number', 'another one');
select is(village.says(0, '', '{}', 'unknown', peer => '+6285550000003', limits => '{"unknown_total": 3}'), 'unknown_number', 'and a third');
select is(village.says(0, 'SALDO', peer => '+6285550000004', limits => '{"unknown_total": 3}') || village.answers(), 'quota_silent', 'all together have a limit');
select is(village.says(0, 'BLOKIR', '{"member": 23, "group": "MELATI"}', peer => '+6285550000005', limits => '{"unknown_total": 3}'), 'quota_silent', 'for whatever they say');
select is((select lang::text from kentongan.outbox where template = 'unknown_number' limit 1), 'id', 'in the configured language');
select village.later('24 hours');
select is(village.says(0, 'SALDO', peer => '+6285550000001'), 'unknown_number', 'tomorrow is another day');
update kentongan.members set status = 'left' where id = village.member(24);
select is(village.says(24, 'SALDO'), 'unknown_number', 'who has left isn''t known');
update kentongan.members set status = 'active' where id = village.member(24);

-- --- too many ---------------------------------------------------------------------------------------------
select is(village.says(23, 'SETOR', '{"amount": 70000}', standing => 'too_fast') || ' ' || village.answers(), 'too_fast 23 reply too_fast', 'too fast');
select isnt((village.request()).amount, 70000::bigint, 'is not obeyed');
select is(village.says(0, 'SALDO', standing => 'too_fast', peer => '+6285550000001') || village.answers(), 'quota_silent', 'an unknown number gets no answer to that');
select is(village.says(27, 'SALDO', peer => village.phone(4)) , 'saldo', 'the first of the day');
select is(village.says(4, 'SALDO', limits => '{"sender": 2}'), 'saldo', 'the second');
select is(village.says(4, 'SALDO', limits => '{"sender": 2}') || ' ' || village.answers(), 'quota 04 reply quota', 'the one too many is told');
select is(village.says(4, 'SALDO', limits => '{"sender": 2}') || village.answers(), 'quota_silent', 'the next is not');
select is(village.says(4, 'SETOR', '{"amount": 71000}', limits => '{"sender": 2}') || village.answers(), 'quota_silent', 'and nothing is obeyed');
select is(village.says(3, 'SALDO', limits => '{"sender": 2}'), 'saldo', 'others may go on');
select village.later('24 hours');
select is(village.says(4, 'SALDO', limits => '{"sender": 2}'), 'saldo', 'tomorrow again');
select is(village.says(n, 'SALDO', limits => '{"group": 5}'), case when n < 24 then 'saldo' else 'quota' end, 'a group''s limit, member ' || n)
  from unnest(array[1, 2, 3, 4, 23, 24]) n where n <> 4;
select is(village.says(24, 'SALDO', limits => '{"channel": 0}'), 'quota_silent', 'a modem''s limit: who was told is not told again');
select is(village.says(23, 'TERIMA', '{"code": "7391"}', limits => '{"channel": 0}') || ' ' || village.answers(), 'quota 23 reply quota', 'who was not hears it once');

-- --- senders that are never answered -----------------------------------------------------------------------
select is(village.says(0, 'SALDO', standing => s, peer => 'TELKOMSEL') || village.answers(), 'ignored_' || s, s || ' is ignored')
  from unnest(array['alphanumeric', 'short_code', 'own', 'invalid', 'data', 'fault']) s;
select is((select count(*)::int from kentongan.messages where peer = 'TELKOMSEL'), 6, 'but kept');
select is((select count(*)::int from kentongan.audit_log where actor = 'TELKOMSEL' and action like 'message.ignored%'), 6, 'and audited');
insert into kentongan.block_list (peer, reason) values (village.phone(23), 'test');
select is(village.says(23, 'SALDO') || village.answers(), 'ignored_blocked', 'the block list holds for members, too');
delete from kentongan.block_list;

-- --- late -----------------------------------------------------------------------------------------------------
select village.later('24 hours');
select is(village.says(23, 'SALDO', minutes_old => 15) || coalesce(village.param('saldo', 'late_sent'), ''), 'saldo', 'fifteen minutes are not late');
select is(village.says(23, 'SALDO', minutes_old => 17), 'saldo', 'seventeen are');
select is(village.param('saldo', 'late_sent') || '/' || village.param('saldo', 'late_noted'),
          kentongan.stamp(kentongan.now() - interval '17 minutes', village.group_id()) || '/' || kentongan.stamp(kentongan.now(), village.group_id()),
          'the answer says when it was sent and noted');
select is((select details ->> 'late' from kentongan.audit_log where message_id = village.heard()), '17', 'so does the audit log');
select is(village.says(23, 'SETOR', '{"amount": 72000}', minutes_old => 300) || (village.param('setor', 'late_sent') is not null), 'setortrue', 'money, too');
select is(village.param('setor_officer', 'late_sent'), null, 'the officer''s question is not late');
select is(village.says(23, 'SALDO', minutes_old => -30) || coalesce(village.param('saldo', 'late_sent'), ''), 'saldo', 'a clock that is ahead is not late');
select is(village.says(23, 'SALDO', minutes_old => 60 * 24 * 365) || coalesce(village.param('saldo', 'late_sent'), ''), 'saldo', 'nor one that was never set');

-- --- a fault of ours ---------------------------------------------------------------------------------------------
savepoint faulty;
create or replace function kentongan.cmd_setor(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.note_deposit(c, 'wajib', 33000);
    perform kentongan.post(c.group_id, 'x', array[kentongan.account(c.group_id, 'bank'), kentongan.account(c.group_id, 'wajib', c.member_id)],
                           array[100, -100], c.member_id);
    perform kentongan.reply(c, 'setor');
    return 1 / (a ->> 'zero')::int;
end $$;
select count(*) as requests from kentongan.requests \gset
select is(village.says(23, 'SETOR', '{"zero": 0}') || ' ' || village.answers(), 'error 23 reply internal_error', 'a fault is answered');
select is((select error from kentongan.messages where id = village.heard()), '22012 division by zero', 'kept with the message');
select is((select details ->> 'error' from kentongan.audit_log where message_id = village.heard()), '22012 division by zero', 'and audited');
select is(village.saved(23, 'wajib') || '/' || (select count(*) - :requests from kentongan.requests), '250000/0', 'nothing has moved');
select is(village.says(23, 'SALDO'), 'saldo', 'the next message is served');
select is(village.says(23, 'SETOR', '{"zero": 0}') || village.says(23, 'SETOR', '{"zero": 0}'), 'errorerror', 'two more faults');
select is(village.says(23, 'SETOR', '{"zero": 0}') || village.answers(), 'error', 'after three there is silence: it may be a machine');
rollback to faulty;

-- A fault that shows only at the end of the transaction.
create or replace function kentongan.cmd_setor(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.post(c.group_id, 'x', array[kentongan.account(c.group_id, 'bank')], array[100], c.member_id);
    return 'setor';
end $$;
select is(village.says(23, 'SETOR') || ' ' || village.answers(), 'error 23 reply internal_error', 'an unbalanced entry is a fault');
select matches((select error from kentongan.messages where id = village.heard()), '^23000 journal entry \d+ does not balance', 'that is named');
select is(kentongan.balance(village.group_id(), 'bank'), 0::bigint, 'nothing has moved');
rollback to faulty;

-- Faults that pass: the message must come again.
create or replace function kentongan.cmd_setor(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'later' using errcode = a ->> 'state';
end $$;
select throws_ok(format($$ select village.says(23, 'SETOR', '{"state": "%s"}') $$, s), s, null, s || ' goes back to the caller')
  from unnest(array['40001', '40P01', '55P03', '57P01', '53100', '53200', '58030']) s;
select is((select count(*)::int from kentongan.messages where outcome in ('handling', 'error')), 0, 'and leaves no message');
rollback to faulty;
select is(village.says(23, 'NONSUCH') || ' ' || village.answers(), 'error 23 reply internal_error', 'a command that the database doesn''t know');
select is(village.says(23, 'SALDO', '{"member": 99999999999}') || ' ' || village.answers(), 'error 23 reply internal_error', 'an argument that doesn''t fit');

-- --- the answer in the same round trip ------------------------------------------------------------------------
select is(village.says(23, 'SETOR', '{"amount": 73000}', claim => true), 'setor', 'with a claim');
select is((select template || ' ' || status || ' ' || channel from kentongan.outbox where id = current_setting('village.claimed')::bigint), 'setor sending desa', 'the sender''s answer is claimed');
select is((select string_agg(template, ', ') from kentongan.outbox where message_id = village.heard() and status = 'queued'), 'setor_officer', 'the rest waits');
select is(village.says(23, 'SALDO', claim => true, standing => 'own') || current_setting('village.claimed'), 'ignored_own', 'no answer, no claim');

select * from finish();
rollback;
