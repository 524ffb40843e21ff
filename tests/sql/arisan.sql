-- The arisan: who may draw, the lot, its two officers, whose turn is left.
begin;
select * from no_plan();
select village.build();
insert into kentongan.pins (member_id, hash, set_at)
select id, sha256(convert_to('pin' || number, 'UTF8')), now() from kentongan.members where group_id = village.group_id() and number <= 4;

create function pg_temp.pin(p_number int) returns bytea
language sql immutable as $$ select sha256(convert_to('pin' || p_number, 'UTF8')) $$;
create function pg_temp.confirm(p_from int, p_command text default 'KODE') returns text
language sql as $$
    select village.says(p_from, p_command, jsonb_build_object('code', village.otp(p_from)), pin => pg_temp.pin(p_from))
$$;
create function pg_temp.kocok(p_from int, p_member int default null) returns text
language sql as $$
    select village.says(p_from, 'KOCOK', jsonb_strip_nulls(jsonb_build_object('member', p_member)), limits => '{"sender": 1000, "group": 9000, "channel": 9000}')
$$;
create function pg_temp.back(p_from int) returns text
language sql as $$
    select village.says(p_from, 'BATAL', jsonb_build_object('code', (village.request()).code), limits => '{"sender": 1000, "group": 9000, "channel": 9000}')
$$;
-- Everybody named pays 20.000 at a meeting of the treasurer's; who is an officer there, at the chair's.
create function pg_temp.pay(p_members int[]) returns void
language plpgsql as $$
declare
    n int;
begin
    foreach n in array p_members loop
        perform village.says(case when n = 1 then 2 else 1 end, 'CATAT', jsonb_build_object('member', n, 'entry', 'arisan', 'amount', 20000));
    end loop;
    for n in 1..2 loop
        if village.says(n, 'SELESAI') = 'selesai' then
            perform pg_temp.confirm(n);
        end if;
    end loop;
end $$;
create function pg_temp.winner() returns int
language sql volatile as $$ select m.number from kentongan.members m where m.id = (select member_id from kentongan.requests where kind = 'arisan' order by id desc limit 1) $$;

-- --- who, and when -------------------------------------------------------------------------
select is(village.says(23, 'ARISAN'), 'arisan', 'anybody may look');
select is(village.param('arisan', 'pot') || ' ' || village.param('arisan', 'paid') || coalesce(village.param('arisan', 'had'), '') || coalesce(village.param('arisan', 'turns'), ''), '0 0', 'there is nothing');
select is(pg_temp.kocok(23) || ' ' || pg_temp.kocok(4), 'not_officer not_officer', 'only officers draw');
select is(pg_temp.kocok(3), 'kocok_none', 'there is nothing to draw for');
select pg_temp.pay('{23, 24, 27}');
select is(village.says(25, 'ARISAN'), 'arisan', 'a shared phone needn''t say who asks');
select is(village.param('arisan', 'pot') || ' ' || village.param('arisan', 'paid') || ' ' || village.param('arisan', 'turns'), '60000 3 23 24 27', 'the pot and who waits for it');

-- --- the lot -------------------------------------------------------------------------------
select is(pg_temp.kocok(3), 'kocok', 'the secretary draws');
select is(village.answers(), '03 reply arisan_confirm', 'and is asked');
select is(village.param('arisan_confirm', 'drawn') || ' ' || village.param('arisan_confirm', 'candidates') || ' ' || village.param('arisan_confirm', 'round') || ' ' || village.param('arisan_confirm', 'amount'),
          'lot 3 1 60000', 'with how many there were and how much it is');
select ok(pg_temp.winner() in (23, 24, 27), 'one of those who paid');
select pg_temp.winner() as first \gset
select is((select details ->> 'candidates' from kentongan.audit_log where action = 'arisan.drawn' and message_id = village.heard()), '3', 'it is in the audit log');
select is((select array_agg(distinct pg_temp.kocok(3) || pg_temp.winner()) from generate_series(1, 20)), array['kocok' || :'first'], 'drawing again gives the same winner');
select is(pg_temp.kocok(2) || pg_temp.winner(), 'kocok' || :'first', 'to whoever asks');
select is((select count(*) from kentongan.requests where kind = 'arisan' and status = 'confirming'), 1::bigint, 'only one waits');
select is(pg_temp.confirm(3), 'code_done', 'the secretary''s code is void');
select is((select count(*) from kentongan.outbox where template = 'kocok_again'), 0::bigint, 'that is no second draw');
select village.later('11 minutes');
select is(pg_temp.kocok(3) || pg_temp.winner(), 'kocok' || :'first', 'nor when nobody confirmed in time');
select is(pg_temp.confirm(3), 'request_waits', 'confirmed with code and PIN');
select is(village.answers(), '02 notice arisan_officer, 03 reply request_waits', 'the second officer is asked');
select is(pg_temp.kocok(2), 'kocok_waits', 'while that waits nothing is drawn');
select is(kentongan.pot(village.group_id()), 60000::bigint, 'nothing has moved');
select is(village.says(3, 'SAH', jsonb_build_object('code', village.otp(2)), pin => pg_temp.pin(3)), 'code_wrong', 'who drew can''t be the second');
select kentongan.balance(village.group_id(), 'sukarela', id) as before from kentongan.members where group_id = village.group_id() and number = :first \gset
select is(pg_temp.confirm(2, 'SAH'), 'arisan', 'the second agrees');
select is(kentongan.pot(village.group_id()) || ' ' || (village.saved(:first) - :before), '0 60000', 'the pot is the winner''s');
select is((select count(*) from kentongan.accounts where kind = 'arisan' and balance <> 0), 0::bigint, 'nobody has anything left in it');
select is((select row(e.kind, e.actor_id, e.second_id)::text from kentongan.journal_entries e order by id desc limit 1),
          row('arisan', village.member(3), village.member(2))::text, 'in one entry of both officers');
select is((select row(number, member_id, drawn_by, cycle)::text from kentongan.arisan_rounds), row(1, village.member(:first), 'lot', 1)::text, 'the round is noted');
select is(regexp_replace(village.answers(), '(23|24) receipt receipt_arisan, ', ''), '02 receipt receipt_arisan_officer, 03 receipt receipt_arisan_officer', 'receipts for both officers and the winner');

-- --- agreed; taken back --------------------------------------------------------------------------
select village.later('7 days');
select pg_temp.pay('{23, 24, 27}');
select is(pg_temp.kocok(3, :first), 'kocok_not', 'nobody has it twice in a cycle');
select is(pg_temp.kocok(3, 25) || pg_temp.kocok(3, 99), 'kocok_notkocok_not', 'nor without paying, nor being a member');
select is(village.says(24, 'ARISAN') || ' ' || village.param('arisan', 'had') || ' ' || (village.param('arisan', 'turns') = case :first when 23 then '24 27' when 24 then '23 27' else '23 24' end),
          'arisan ' || :first || ' true', 'ARISAN says whose turns are left');
select case :first when 23 then 24 else 23 end as second, case :first when 27 then 24 else 27 end as third \gset
select is(pg_temp.kocok(3, :second) || pg_temp.winner(), 'kocok' || :second, 'agreed instead of drawn');
select is(village.param('arisan_confirm', 'drawn'), 'agreed', 'and says so');
select is(pg_temp.kocok(3, :third), 'kocok', 'another is agreed on');
select is(village.answers(), '02 notice kocok_again, 04 notice kocok_again, 03 reply arisan_confirm', 'chair and supervisor hear of it');
select is(pg_temp.kocok(3), 'kocok', 'now by lot after all');
select pg_temp.winner() as lot \gset
select is(village.says(3, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'and taken back by who drew');
select is((select array_agg(distinct pg_temp.kocok(3) || pg_temp.winner()) from generate_series(1, 10)), array['kocok' || :'lot'], 'that draws nothing anew');
select village.later('3 days');
select is((select array_agg(distinct pg_temp.kocok(3) || pg_temp.winner()) from generate_series(1, 10)), array['kocok' || :'lot'], 'not days later either');
select is(pg_temp.kocok(3, case when :lot = :second then :third else :second end) || pg_temp.kocok(3) || pg_temp.winner(), 'kocokkocok' || :lot, 'nor behind one agreed on that came to nothing');
select is(pg_temp.confirm(3) || village.says(2, 'TOLAK', jsonb_build_object('code', village.otp(2), 'text', 'tidak')), 'request_waitstolak', 'when another officer says no, too');
select is((select count(distinct w) from (select pg_temp.kocok(3) as k, pg_temp.winner() as w, pg_temp.back(3) as b, pg_temp.kocok(2) as k2, pg_temp.back(2) as b2
                                            from generate_series(1, 40)) x), 2::bigint, 'it is drawn anew: two are candidates');
select is(pg_temp.kocok(3), 'kocok', 'drawn again');
select is(village.answers(), '02 notice kocok_again, 04 notice kocok_again, 03 reply arisan_confirm', 'is told, whoever it is');
select is(pg_temp.kocok(3, :second) || pg_temp.confirm(3), 'kocokrequest_waits', 'agreed and confirmed');
select pg_temp.pay('{3}');
select is(pg_temp.confirm(2, 'SAH'), 'kocok_changed', 'somebody paid in since: not the pot that both saw');
select is(village.param('kocok_changed', 'amount') || ' ' || village.param('kocok_changed', 'pot') || ' ' || kentongan.pot(village.group_id()), '60000 80000 80000', 'nothing has moved');
select is(pg_temp.kocok(3, :second) || pg_temp.confirm(3) || pg_temp.confirm(2, 'SAH'), 'kocokrequest_waitsarisan', 'asked anew it goes through');
select is((select row(number, member_id, drawn_by, cycle)::text from kentongan.arisan_rounds order by number desc limit 1), row(2, village.member(:second), 'agreed', 1)::text, 'as agreed');

-- --- an officer's turn, a new cycle ----------------------------------------------------------------
select village.later('7 days');
select pg_temp.pay('{3}');
select is(pg_temp.kocok(3), 'kocok', 'the lot falls on who draws');
select is(village.answers(), '03 reply kocok_yours, 02 reply arisan_confirm', 'another officer is asked in her place');
select is(pg_temp.confirm(2), 'request_waits', 'who confirms');
select is(village.answers(), '01 notice arisan_officer, 02 reply request_waits', 'and a third agrees');
select is(pg_temp.confirm(1, 'SAH'), 'arisan', 'a third may');
select is(village.saved(3), 20000::bigint, 'then it is hers');
select village.later('7 days');
select pg_temp.pay('{23, 24, 27}');
select is(pg_temp.kocok(3) || pg_temp.winner(), 'kocok' || :third, 'one of three is left');
select is(village.param('arisan_confirm', 'candidates'), '1', 'the only candidate');
select is(pg_temp.confirm(3) || pg_temp.confirm(2, 'SAH'), 'request_waitsarisan', 'and has it');
select village.later('7 days');
select pg_temp.pay('{23, 24, 27}');
select is(pg_temp.kocok(3) || village.param('arisan_confirm', 'candidates'), 'kocok3', 'then all are candidates again');
select is(pg_temp.confirm(3) || pg_temp.confirm(2, 'SAH'), 'request_waitsarisan', 'and one has it');
select is((select max(cycle) from kentongan.arisan_rounds), 2, 'in a second cycle');
select village.later('7 days');
select pg_temp.pay('{2}');
select api.officer_set('test', 'MELATI', 1, 'bendahara', false);
select is(pg_temp.kocok(3), 'kocok_nobody', 'two officers besides the winner are needed');

-- --- taken back ------------------------------------------------------------------------------------------
select api.officer_set('test', 'MELATI', 1, 'bendahara', true);
select r.code as last, m.number as had, kentongan.balance(m.group_id, 'sukarela', m.id) as saved, l.amount as pot
  from kentongan.arisan_rounds x join kentongan.requests r on r.id = x.request_id join kentongan.members m on m.id = x.member_id
  join kentongan.requests l on l.id = r.id order by x.number desc limit 1 \gset
select code as before from kentongan.requests where kind = 'arisan' and status = 'posted' order by id limit 1 \gset
create function pg_temp.correct(p_code text) returns text
language sql as $$ select village.says(2, 'KOREKSI', jsonb_build_object('code', p_code, 'text', 'salah orang')) $$;
select is(pg_temp.correct(:'before'), 'koreksi_round', 'an arisan with a later one stays');
select is(pg_temp.correct(:'last') || pg_temp.confirm(2), 'koreksirequest_waits', 'the last one can be taken back');
select kentongan.pot(village.group_id()) as in_pot, (select count(*) from kentongan.arisan_rounds) as rounds, kentongan.arisan_cycle(village.group_id()) as cycle \gset
select is(pg_temp.confirm((select m.number from kentongan.one_time_codes oc join kentongan.members m on m.id = oc.person_id
                            where oc.request_id = (village.request()).id and oc.stage = 'decide' and oc.closed_at is null), 'SAH'), 'koreksi_done', 'by two officers');
select is(kentongan.pot(village.group_id()) - :in_pot || ' ' || (:saved - village.saved(:had)) || ' ' || (:rounds - (select count(*) from kentongan.arisan_rounds)), :pot || ' ' || :pot || ' 1',
          'the money is in the pot again, the turn open');
select is(village.param('koreksi_receipt', 'of_kind'), 'arisan', 'and all who paid hear of it');
select is((select array_agg(distinct params ->> 'of_amount' order by params ->> 'of_amount') from kentongan.outbox
            where message_id = village.heard() and template = 'koreksi_receipt'), array['20000', '60000'], 'each her own part');
select is(kentongan.had_pot(village.group_id(), :cycle, village.member(:had)), false, 'she hasn''t had it');

-- --- the lot is a lot --------------------------------------------------------------------------------------
select is((select count(distinct n) from (select kentongan.random_number(3) as n from generate_series(1, 200)) x), 3::bigint, 'every number comes up');
select is_empty('select * from api.verify_accounts()', 'balances agree');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
select * from finish();
rollback;
