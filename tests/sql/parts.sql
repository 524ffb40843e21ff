-- Longer messages in parts: any order, again, the same reference again.
begin;
select * from no_plan();
select village.build();

-- A part; the answer is "set complete? part=text …" or nothing where it belongs to what was handled before.
create function pg_temp.part(p_sequence int, p_total int default 3, p_reference int default 5, p_from int default 23, p_at bigint default 1000,
                             p_text text default null, p_bits int default 8, p_channel text default 'desa', p_wait int default 600)
returns text
language plpgsql as $$
declare
    v_answer text;
    v_set bigint;
begin
    perform set_config('role', 'kentongan', true);
    select max(part_set), string_agg(case when complete then sequence || '=' || convert_from(sealed, 'UTF8') else 'waits' end, ' ')
      into v_set, v_answer
      from api.store_part('sms', p_channel, village.phone(p_from), p_reference, p_bits, p_total, p_sequence, p_at,
                          convert_to(coalesce(p_text, 't' || p_sequence), 'UTF8'), p_wait);
    perform set_config('role', 'none', true);
    perform set_config('village.set', coalesce(v_set::text, ''), true);
    return v_answer;
end $$;
create function pg_temp.current_set() returns bigint
language sql volatile as $$ select nullif(current_setting('village.set'), '')::bigint $$;
-- The whole is handled, as the gateway does once it is complete.
create function pg_temp.handled(p_dedupe bytea default uuid_send(gen_random_uuid())) returns text
language sql volatile as $$
    select h.outcome || case when h.duplicate then ' again' else '' end
      from api.handle_message('sms', 'desa', village.phone(23), p_dedupe, 1000, 'SALDO', 3, false,
        pg_temp.current_set(), 'ok', 'SALDO', '{}', '', null, null, 'ok', village.limits(), false) h
$$;

select is(pg_temp.part(2), 'waits', 'the second part waits');
select is(pg_temp.part(3), 'waits', 'the third, too');
select is(pg_temp.part(3), 'waits', 'again: as before');
select is(pg_temp.part(1), '1=t1 2=t2 3=t3', 'the first completes them, in order');
select is(pg_temp.part(2), '1=t1 2=t2 3=t3', 'until it is handled, each part brings it again');
\set whole 'decode(md5(''whole''), ''hex'')'
select is(pg_temp.handled(:whole), 'saldo', 'handled');
select is((select count(*)::int from kentongan.message_parts where sealed is not null), 0, 'the parts'' texts are dropped');
select is((select count(*)::int from kentongan.part_sets where message_id is not null), 1, 'the set knows its message');
select is(pg_temp.handled(:whole), 'saldo again', 'handled twice has one effect');
select is(pg_temp.handled(), 'saldo again', 'nor has the leader''s giving up, a moment late');
select is(pg_temp.part(s), null, format('part %s once more belongs to what was handled', s)) from generate_series(1, 3) s;
select is((select count(*)::int from kentongan.part_sets), 1, 'and opens nothing');

select is(pg_temp.part(1, p_at => 9000), 'waits', 'the same reference later is another message');
select is(pg_temp.part(2, p_at => 9001) || '/' || pg_temp.part(3, p_at => 9002), 'waits/1=t1 2=t2 3=t3', 'and becomes whole by itself');
select is(pg_temp.handled(), 'saldo', 'handled');

-- What differs in sender, reference, its width or total is another message.
select is(pg_temp.part(1, p_total => 2, p_reference => 6), 'waits', 'one of two');
select is(pg_temp.part(2, p_total => 2, p_reference => 6, p_from => 24), 'waits', 'another sender''s second isn''t its second');
select is(pg_temp.part(2, p_total => 2, p_reference => 7), 'waits', 'nor another reference''s');
select is(pg_temp.part(2, p_total => 3, p_reference => 6), 'waits', 'nor one of three');
select is(pg_temp.part(2, p_total => 2, p_reference => 6, p_bits => 16), 'waits', 'nor one with a wide reference');
select is(pg_temp.part(2, p_total => 2, p_reference => 6, p_channel => 'kota'), '1=t1 2=t2', 'but its own is, through any modem');
select is(pg_temp.handled(), 'saldo', 'handled');

-- A part never came; the phone uses the reference again.
select is(pg_temp.part(1, 2, 8, p_text => 'SETOR', p_at => 20000), 'waits', 'a first part whose second is lost');
select is(pg_temp.part(1, 2, 8, p_text => 'SALDO', p_at => 20300), 'waits', 'a new message under the same reference');
select is(pg_temp.part(2, 2, 8, p_text => 'ku', p_at => 20302), '1=SALDO 2=ku', 'is put together from its own parts');
select is(pg_temp.handled(), 'saldo', 'and handled');
select is(pg_temp.part(2, 2, 8, p_text => ' 50rb', p_at => 20004), '1=SETOR 2= 50rb', 'the lost part may still come');
select is(pg_temp.handled(), 'saldo', 'and be handled');
select is(pg_temp.part(1, 2, 9, p_at => 30000), 'waits', 'a first part');
select is(pg_temp.part(2, 2, 9, p_at => 40000), 'waits', 'and a second of hours later don''t belong together');

-- Parts that wait too long are handled as they are.
delete from kentongan.message_parts where set_id in (select id from kentongan.part_sets where message_id is null);
delete from kentongan.part_sets where message_id is null;
select is(pg_temp.part(3, p_reference => 11, p_wait => 600), 'waits', 'a part');
select is_empty('select * from api.stale_parts()', 'has time');
select is(pg_temp.part(3, p_reference => 12, p_wait => -1) || pg_temp.part(1, p_reference => 12, p_wait => -1), 'waitswaits', 'two parts whose time is over');
select is((select string_agg(sequence || '=' || convert_from(sealed, 'UTF8') || ' of ' || total, ' ') from api.stale_parts()), '1=t1 of 3 3=t3 of 3', 'are given out, in order');
select is(pg_temp.handled(), 'saldo', 'handled');
select is_empty('select * from api.stale_parts()', 'they are no more');
select is(pg_temp.part(2, p_reference => 12, p_at => 1600), null, 'what comes after that isn''t a message of its own');
select is(pg_temp.part(2, p_reference => 12, p_at => 1600), null, 'nor when it comes again');
select is(pg_temp.part(2, p_total => 2, p_reference => 13, p_wait => -1) || pg_temp.part(1, p_total => 2, p_reference => 13), 'waits1=t1 2=t2', 'complete, but the gateway died');
select is((select count(*)::int from api.stale_parts()), 2, 'comes out as well');
select is(pg_temp.handled(), 'saldo', 'handled');
select is((select count(*)::int from kentongan.part_sets where message_id is null), 1, 'only what has time is open');

-- Old sets are forgotten with their parts, open ones never.
update kentongan.part_sets set first_at = first_at - interval '61 days';
select api.timed_work('{}') as swept \gset
select is((select count(*)::int from kentongan.part_sets) || '/' || (select count(*)::int from kentongan.message_parts), '1/1', 'handled sets are forgotten in time');

select * from finish();
rollback;
