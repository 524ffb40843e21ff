-- Missed calls: one SMS as the group's rule has it, counted like any command; an unknown
-- number hears nothing; figures never without the PIN where looking wants it.
begin;
select * from no_plan();
select village.build();
create function pg_temp.rings(p_from int, peer text default null, standing text default 'ok', limits jsonb default '{}',
                              dedupe bytea default null) returns text
language plpgsql as $$
declare
    r record;
    v_sent bigint := floor(extract(epoch from kentongan.now()));
begin
    perform set_config('role', 'kentongan', true);
    select * into strict r from api.handle_message('call', 'desa', coalesce(peer, village.phone(p_from)),
        coalesce(dedupe, uuid_send(gen_random_uuid())), v_sent, '', 1, false, null,
        'ok', 'CALL', '{}', '', null, null, standing, village.limits(limits), false, true);
    perform set_config('role', 'none', true);
    perform set_config('village.message', r.message_id::text, true);
    return r.outcome || coalesce(': ' || nullif(village.answers(), ''), '');
end $$;
create function pg_temp.rule(p_rule text) returns void language sql volatile as $$
    update kentongan.groups set missed_call = p_rule where id = village.group_id()
$$;
create function pg_temp.counted(p_scope text) returns bigint language sql volatile as $$
    select coalesce(sum(n), 0)::bigint from kentongan.daily_counts where scope = p_scope
$$;

-- --- the balance --------------------------------------------------------------------------------------------------
select is(pg_temp.rings(23), 'saldo: 23 reply saldo', 'a member''s call is answered by the balance');
select is(village.param('saldo', 'sukarela'), '1000000', 'her own');
select is((select row(transport, channel, peer, body, problem, command, outcome, member_id)::text from kentongan.messages where id = village.heard()),
          row('call', 'desa', village.phone(23), '', 'ok', 'CALL', 'saldo', village.member(23))::text, 'kept as a message without a text');
select is((select action || ' ' || subject from kentongan.audit_log where message_id = village.heard()), 'message.saldo CALL', 'and audited');
select is(pg_temp.rings(1), 'saldo: 01 reply saldo', 'officers as well');
select is(pg_temp.rings(23, dedupe => '\x00000000000000000000000000000023') || ' + ' ||
          pg_temp.rings(23, dedupe => '\x00000000000000000000000000000023'),
          'saldo: 23 reply saldo + saldo: 23 reply saldo', 'one call that comes twice …');
select is((select count(*) from kentongan.outbox where message_id = village.heard()), 1::bigint, '… is answered once');
select village.says(24, 'STOP');
select is(pg_temp.rings(24), 'saldo: 24 reply saldo', 'who said STOP has asked this herself');
select is(village.says(24, 'MULAI'), 'mulai', '');
select is(pg_temp.rings(25), 'which_member: 25 reply which_member', 'several on one phone: who, as in SALDO');
select is(village.param('which_member', 'command'), 'SALDO', 'and how to ask');
select is(village.says(25, 'SALDO', '{"member": 26}'), 'saldo', 'which answers by itself');

-- --- nobody's number, and who is never answered ----------------------------------------------------------------------
select is(pg_temp.rings(99), 'call_unknown', 'an unknown number gets nothing');
select is(pg_temp.rings(99, standing => 'too_fast'), 'call_unknown', 'nor that it is too fast');
select is(pg_temp.counted('unknown') + pg_temp.counted('unknown_total'), 0::bigint, 'and takes nothing from the answers of those who write');
select is(village.says(99, 'SALDO'), 'unknown_number', 'as it may, then');
select is(pg_temp.rings(0, peer => 'TELKOMSEL', standing => 'alphanumeric'), 'ignored_alphanumeric', 'no number');
insert into kentongan.block_list (peer, reason) values (village.phone(23), 'test');
select is(pg_temp.rings(23), 'ignored_blocked', 'the block list holds');
delete from kentongan.block_list;

-- --- forged callers ---------------------------------------------------------------------------------------------------
savepoint forged;
update kentongan.clock set shift = shift + interval '2 days';
select is((select string_agg(distinct split_part(pg_temp.rings(24), ':', 1), ' ') from generate_series(1, 10)), 'saldo', 'ten a day are answered');
select is(pg_temp.rings(24), 'call_often', 'no eleventh');
select is(village.says(24, 'SALDO'), 'saldo', 'what she writes is');
rollback to forged;

-- --- limits ----------------------------------------------------------------------------------------------------------
select is(pg_temp.rings(23, standing => 'too_fast'), 'too_fast: 23 reply too_fast', 'too fast is said, once an episode');
delete from kentongan.daily_counts;
select is(pg_temp.rings(24, limits => '{"sender": 2}'), 'saldo: 24 reply saldo', 'a call counts …');
select is(village.says(24, 'SALDO', limits => '{"sender": 2}'), 'saldo', '… as a text does');
select is(pg_temp.rings(24, limits => '{"sender": 2}'), 'quota: 24 reply quota', 'the day''s answers are used up');
select is(pg_temp.rings(24, limits => '{"sender": 2}'), 'quota_silent', 'said once');
select is(pg_temp.counted('call'), 3::bigint, 'calls are counted for metrics');
select is((select value from api.metrics() where name = 'kentongan_calls_today'), 3::double precision, 'and shown there');
delete from kentongan.daily_counts;

-- --- the next meeting ------------------------------------------------------------------------------------------------
select pg_temp.rule('meeting');
select is(pg_temp.rings(23), 'call_no_meeting: 23 reply call_no_meeting', 'none called');
select is(pg_temp.rings(25), 'call_no_meeting: 25 reply call_no_meeting', 'whoever of two it was');
select is(village.param('call_no_meeting', 'group'), 'MELATI', 'of their group');
select kentongan.meeting_new(village.group_id(), date_trunc('day', kentongan.now() at time zone 'Asia/Jakarta') at time zone 'Asia/Jakarta' + interval '3 days 14 hours', 'rumah Bu Sri', village.member(2), null);
select is(pg_temp.rings(23), 'call_meeting: 23 reply call_meeting', 'the next one');
select is(village.param('call_meeting', 'time') || ' ' || village.param('call_meeting', 'place'), '14.00 rumah Bu Sri', 'when and where');
select is(village.param('call_meeting', 'with_pin'), null, 'SALDO needs no PIN there');
select is(pg_temp.rings(25), 'call_meeting: 25 reply call_meeting', 'the same for all on a phone');

-- --- where looking wants the PIN ---------------------------------------------------------------------------------------
select pg_temp.rule('balance');
update kentongan.groups set look_pin = true where id = village.group_id();
insert into kentongan.pins (member_id, hash, set_at) values (village.member(23), decode(md5('23'), 'hex'), kentongan.now());
select is(pg_temp.rings(23), 'call_meeting: 23 reply call_meeting', 'no figures: the meeting');
select is(village.param('call_meeting', 'with_pin'), 'true', 'and that SALDO wants the PIN');
select is((select wrong from kentongan.pins where member_id = village.member(23)), 0, 'a call is no wrong PIN');
select village.later('5 days');
select is(pg_temp.rings(23), 'call_pin: 23 reply call_pin', 'and no meeting: how to see the balance');
update kentongan.groups set look_pin = false where id = village.group_id();

-- --- nothing -----------------------------------------------------------------------------------------------------------
select pg_temp.rule('nothing');
select is(pg_temp.rings(23), 'call_nothing', 'a group that wants no answers');
select is(pg_temp.rings(23, standing => 'too_fast'), 'call_nothing', 'nor notices');
select is(pg_temp.rings(25), 'call_nothing', 'nor questions who it was');
select is((select outcome from kentongan.messages where id = village.heard()), 'call_nothing', 'it is on record all the same');

-- --- one person in two groups, two groups on one phone -------------------------------------------------------------------
select api.group_add('test', 'MAWAR', 'UP2K MAWAR', '{"missed_call": "meeting"}');
select api.import_members('test', 'MAWAR', '[
    {"line": 1, "number": 7, "name": "Siti Aminah Rahayu", "msisdn": "+6281200000023"},
    {"line": 2, "number": 8, "name": "Halimah", "msisdn": "+6281200000025"}]', false);
select is(pg_temp.rings(25), 'call_no_meeting: 25 reply call_no_meeting', 'of two groups one gives an answer');
select kentongan.meeting_new(id, kentongan.now() + interval '2 days', 'balai desa', null, null) from kentongan.groups where code = 'MAWAR';
select is(pg_temp.rings(23) || ' ' || village.param('call_meeting', 'group'), 'call_meeting: 23 reply call_meeting MAWAR', 'its meeting');
select pg_temp.rule('meeting');
select kentongan.meeting_new(village.group_id(), kentongan.now() + interval '1 day', 'rumah Bu Sri', village.member(2), null);
select is(pg_temp.rings(23) || ' ' || village.param('call_meeting', 'group'), 'call_meeting: 23 reply call_meeting MELATI', 'the sooner of two');
select pg_temp.rule('balance');
select is(pg_temp.rings(23), 'which_group: 23 reply which_group', 'which group''s balance');
select is(village.says(23, 'SALDO', '{"group": "MAWAR"}'), 'saldo', 'named once …');
select is(pg_temp.rings(23) || ' ' || coalesce(village.param('call_meeting', 'group'), ''), 'call_meeting: 23 reply call_meeting MAWAR', '… a call means that one');

-- --- who sets it -----------------------------------------------------------------------------------------------------------
select is(kentongan.read_setting('miscall', t), j::jsonb, 'ATUR MISCALL ' || t)
  from (values ('saldo', '{"missed_call": "balance"}'), ('Rapat.', '{"missed_call": "meeting"}'), ('tidak', '{"missed_call": "nothing"}'),
               ('diam', '{"missed_call": "nothing"}'), ('ya', '{"missed_call": null}'), ('kapan', '{"missed_call": null}')) v(t, j);
insert into kentongan.pins (member_id, hash, set_at) select village.member(n), decode(md5(n::text), 'hex'), kentongan.now() from unnest(array[1, 2]) n;
select is(village.says(1, 'ATUR', '{"setting": "miscall", "text": "kapan"}'), 'atur_unclear', 'not understood');
select is(village.says(1, 'ATUR', '{"setting": "miscall", "text": "saldo"}'), 'atur_same', 'as it is');
select is(village.says(1, 'ATUR', '{"setting": "miscall", "text": "diam"}'), 'atur_asked', 'an officer wants it changed');
select is((select missed_call from kentongan.groups where id = village.group_id()), 'balance', 'not yet');
select village.says(1, 'KODE', jsonb_build_object('code', village.otp(1)), pin => decode(md5('1'), 'hex'));
select is(village.says(2, 'SAH', jsonb_build_object('code', village.otp(2)), pin => decode(md5('2'), 'hex')), 'setting_done', 'a second agrees');
select is((select missed_call from kentongan.groups where id = village.group_id()), 'nothing', 'done');
select is((select changed -> 'missed_call' from kentongan.group_versions where group_id = village.group_id() order by version desc limit 1),
          '["balance", "nothing"]', 'as a version of the rules');
select lives_ok($$ select api.group_set('test', 'MELATI', '{"missed_call": "meeting"}') $$, 'the operator, too');
select is((select missed_call from api.group_show('MELATI')), 'meeting', 'shown');
select throws_ok($$ select api.group_set('test', 'MELATI', '{"missed_call": "pulsa"}') $$, 'KT400', null, 'nothing else');
select * from finish();
rollback;
