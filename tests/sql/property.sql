-- Thousands of random operations, sensible and senseless, by random people with
-- right and wrong codes and PINs, while the clock runs: no invariant of the
-- books ever breaks, no message ends in a fault, and nobody's money moves on
-- that person's own word.
--   psql -v seed=N -v operations=N   play another game; a failure names its own
-- Not in one transaction, as the others: run.sh gives it a database of its own.
\if :{?seed} \else \set seed `od -An -N2 -tu2 /dev/urandom | tr -d ' '` \endif
\if :{?operations} \else \set operations 2500 \endif
select * from no_plan();
select diag('seed ' || :'seed');
select setseed(:seed / 65536.0) \g /dev/null
select village.build();
select api.group_set('test', 'MELATI', '{"wajib_amount": 10000}');
update kentongan.groups set fine_amount = 1000, loan_second_above = 300000, second_officer_above = 400000;

create function pg_temp.pin(p_phone text) returns bytea
language sql immutable as $$ select decode(md5('pin' || p_phone), 'hex') $$;
insert into kentongan.pins (member_id, hash, set_at)
select member_id, pg_temp.pin(p.msisdn), kentongan.now()
  from kentongan.member_phones mp join kentongan.phones p on p.id = mp.phone_id;

create function pg_temp.pick(p_from text[]) returns text
language sql volatile as $$ select p_from[1 + floor(random() * cardinality(p_from))::int] $$;
create function pg_temp.money() returns bigint
language sql volatile as $$ select (pg_temp.pick('{500,1000,7001,10000,25000,99999,150000,410000,1000000,100,60000000}'))::bigint $$;
create function pg_temp.somebody() returns text
language sql volatile as $$ select pg_temp.pick('{1,2,3,4,23,24,25,26,27}') $$;
-- Mostly somebody who is a member, officers more often than others.
create function pg_temp.speaker() returns text
language sql volatile as $$
    select coalesce((select kentongan.phone_of(m.id)
                       from kentongan.members m
                      where m.status = 'active' and kentongan.phone_of(m.id) is not null and random() < 0.93
                      order by random() * case when kentongan.role_of(m.id) is null then 1 else 0.4 end limit 1),
                    village.phone(pg_temp.somebody()::int))
$$;
create function pg_temp.receipt() returns text
language sql volatile as $$ select coalesce((select code from kentongan.requests order by random() limit 1), 'K7M4') $$;

-- Arguments as the parser would hand them over.
create function pg_temp.arguments(p_command text) returns jsonb
language plpgsql volatile as $$
begin
    return jsonb_strip_nulls(case
        when p_command in ('SETOR') then jsonb_build_object('amount', pg_temp.money(), 'product', pg_temp.pick('{pokok,wajib,sukarela,arisan,NULL}'))
        when p_command = 'TARIK' then jsonb_build_object('amount', pg_temp.money(), 'product', pg_temp.pick('{sukarela,shu,wajib,NULL}'))
        when p_command in ('BAYAR') then jsonb_build_object('amount', pg_temp.money(), 'loan', pg_temp.pick('{1,2,NULL,NULL}')::int)
        when p_command = 'PINJAM' then jsonb_build_object('amount', pg_temp.money(), 'count', 1 + floor(random() * 12), 'unit', pg_temp.pick('{month,week,NULL}'))
        when p_command = 'CATAT' then jsonb_build_object('member', pg_temp.somebody()::int, 'amount', pg_temp.money(), 'entry', pg_temp.pick('{wajib,sukarela,arisan,bayar,NULL}'))
        when p_command = 'LUNAS' then jsonb_build_object('list', pg_temp.pick('{"7 12",23,"24 25",NULL}'))
        when p_command = 'HITUNG' then jsonb_build_object('amount', pg_temp.money())
        when p_command = 'SERAH' then jsonb_build_object('amount', pg_temp.money()) || (pg_temp.pick(array['{"role": "ketua"}', '{"role": "bendahara"}', '{"bank": "BANK"}', '{"member": 3}', '{"member": 23}'])::jsonb)
        when p_command = 'TARIKBANK' then jsonb_build_object('amount', pg_temp.money())
        when p_command in ('BIAYA') then jsonb_build_object('amount', pg_temp.money(), 'text', 'buku')
        when p_command = 'KOREKSI' then jsonb_build_object('code', pg_temp.receipt(), 'text', pg_temp.pick(array['keliru', 'keliru', pg_temp.somebody() || ' keliru']))
        when p_command in ('SALAH', 'BATAL') then jsonb_build_object('code', pg_temp.receipt())
        when p_command = 'GANTIHP' then jsonb_build_object('member', pg_temp.somebody()::int, 'phone', village.phone(pg_temp.somebody()::int + 40 * floor(random() * 2)::int))
        when p_command in ('RESETPIN', 'BUKA', 'KOCOK') then jsonb_build_object('member', nullif(pg_temp.somebody(), '27')::int)
        when p_command = 'PENGURUS' then jsonb_build_object('member', pg_temp.somebody()::int, 'role', pg_temp.pick('{bendahara,ketua,sekretaris,pengawas}'), 'ends', pg_temp.pick('{BERHENTI,NULL}'))
        when p_command = 'ATUR' then jsonb_build_object('setting', pg_temp.pick('{wajib,batas,denda,tenor,jasa}'), 'text', pg_temp.pick('{10rb,"400.000",1000,12,"1,5",lima}'))
        when p_command in ('ULUR') then jsonb_build_object('loan', 1 + floor(random() * 4), 'count', 1 + floor(random() * 12))
        when p_command in ('HAPUSPINJAMAN') then jsonb_build_object('loan', 1 + floor(random() * 4), 'text', 'tidak mampu')
        when p_command in ('TANGGUNG') then jsonb_build_object('loan', 1 + floor(random() * 4))
        when p_command = 'JAWAB' then jsonb_build_object('case', 1 + floor(random() * 5), 'text', 'sudah diperiksa')
        when p_command in ('ADUAN') then jsonb_build_object('text', 'uang saya kurang')
        when p_command = 'DAFTAR' then jsonb_build_object('group', pg_temp.pick('{MELATI,MAWAR}'), 'text', pg_temp.pick('{Ani,Budi,Cici}'))
        when p_command = 'NAIK' then jsonb_build_object('grade', pg_temp.pick('{kelompok,pra-koperasi,koperasi}'), 'text', 'BH 1')
        when p_command in ('TERIMA', 'SAH', 'AMBIL', 'TOLAK', 'KODE', 'YA') then
            jsonb_build_object('code', lpad(floor(random() * 10000)::text, 4, '0'), 'text', 'tidak')
        else '{}'
        end)
        -- A shared phone says who; sometimes so do others.
        || case when random() < 0.25 and p_command not in ('CATAT', 'GANTIHP', 'RESETPIN', 'BUKA', 'PENGURUS', 'KOCOK', 'SERAH', 'BLOKIR')
                then jsonb_build_object('member', pg_temp.pick('{25,26,23}')::int) else '{}' end;
end $$;

create table pg_temp.game (n int, peer text, command text, args jsonb, outcome text);

create function pg_temp.say(p_n int, p_peer text, p_command text, p_args jsonb, p_pin bytea default null) returns void
language plpgsql volatile as $$
declare
    v_outcome text := village.says(0, p_command, p_args, peer => p_peer, pin => p_pin, limits => '{"sender": 100000, "group": 1000000, "channel": 1000000, "unknown": 100000, "unknown_total": 1000000}');
begin
    insert into pg_temp.game values (p_n, p_peer, p_command, p_args, v_outcome);
end $$;

-- Somebody answers a code that is open, as we asked (mostly).
create function pg_temp.answer_a_code(p_n int) returns boolean
language plpgsql volatile as $$
declare
    k record;
begin
    select oc.stage, kentongan.phone_of(oc.person_id) as phone, rk.decide, o.params ->> 'otp' as otp, r.kind
      into k
      from kentongan.one_time_codes oc
      join kentongan.requests r on r.id = oc.request_id
      join kentongan.request_kinds rk on rk.kind = r.kind
      join lateral (select params from kentongan.outbox o
                     where o.peer = kentongan.phone_of(oc.person_id) and o.params ->> 'code' = r.code and o.params ? 'otp'
                     order by o.id desc limit 1) o on true
     where oc.closed_at is null
     order by oc.id desc offset (case when random() < 0.6 then 0 else floor(random() * 6)::int end) limit 1;
    if k.phone is null then
        return false;
    end if;
    perform pg_temp.say(p_n, case when random() < 0.93 then k.phone else village.phone(pg_temp.somebody()::int) end,
        case when random() < 0.06 then 'TOLAK'
             when k.stage = 'take' then 'AMBIL'
             when k.stage = 'confirm' then pg_temp.pick('{KODE,YA,SAH}')
             else k.decide end,
        jsonb_build_object('code', k.otp, 'text', 'tidak') || case when random() < 0.05 then jsonb_build_object('amount', pg_temp.money()) else '{}' end,
        case when random() < 0.97 then pg_temp.pin(k.phone) else pg_temp.pin('wrong') end);
    return true;
end $$;

create procedure pg_temp.play(p_operations int)
language plpgsql as $$
declare
    v_command text;
begin
    for n in 1 .. p_operations loop
        if random() < 0.6 and pg_temp.answer_a_code(n) then
            null;
        else
            v_command := pg_temp.pick('{SETOR,SETOR,SETOR,BAYAR,BAYAR,TARIK,TARIK,PINJAM,PINJAM,CATAT,CATAT,CATAT,LUNAS,SELESAI,SELESAI,HITUNG,SERAH,
                TARIKBANK,BIAYA,KOREKSI,KOREKSI,SALAH,ADUAN,BATAL,GANTIHP,RESETPIN,BUKA,PENGURUS,ATUR,ULUR,HAPUSPINJAMAN,TANGGUNG,JAWAB,DAFTAR,NAIK,
                TERIMA,SAH,AMBIL,TOLAK,KODE,YA,TIDAK,LAGI,SALDO,MUTASI,PINJAMAN,SHU,KAS,KASTELAT,LABA,ARISAN,KOCOK,KELUAR,TUTUPBUKU,BLOKIR,PIN,KASUS,CATAT,SELESAI,LUNAS,SETOR,BAYAR,TARIK}');
            perform pg_temp.say(n, pg_temp.speaker(), v_command, pg_temp.arguments(v_command),
                                case when random() < 0.5 then pg_temp.pin('any') end);
        end if;
        if random() < 0.03 then
            perform village.later(pg_temp.pick('{20 minutes,5 hours,1 day,8 days,33 days}')::interval);
            perform set_config('role', 'kentongan', true);
            perform api.timed_work('{}');
            perform set_config('role', 'none', true);
        end if;
        -- The game should go on: locks of the clumsy are lifted now and then.
        if n % 20 = 0 then
            update kentongan.members set codes_locked_until = null, blocked_at = null where status = 'active';
            insert into kentongan.officers (group_id, member_id, role)
            select m.group_id, m.id, o.role from (values ('bendahara', 1), ('ketua', 2), ('sekretaris', 3)) o(role, number)
              join kentongan.members m on m.number = o.number and m.status = 'active' and m.group_id = village.group_id()
                on conflict do nothing;
            update kentongan.pins set locked_until = null, wrong = 0;
            update kentongan.members set withdraw_hold_until = null where status = 'active';
            insert into kentongan.pins (member_id, hash, set_at)
            select mp.member_id, pg_temp.pin(p.msisdn), kentongan.now()
              from kentongan.member_phones mp join kentongan.phones p on p.id = mp.phone_id
              join kentongan.members m on m.id = mp.member_id and m.status = 'active'
             where mp.until is null
            on conflict (member_id) do update set hash = excluded.hash;
        end if;
        commit;
    end loop;
end $$;
call pg_temp.play(:operations);

select is_empty('select command, args, error from kentongan.messages m join lateral (select args from pg_temp.game g where g.outcome = ''error'' and g.command = m.command limit 1) g on true where m.error is not null limit 5',
                'no message ended in a fault');
select is_empty('select * from api.verify_accounts()', 'every balance is the sum of its postings');
select is_empty('select * from api.verify_entries()', 'every entry sums to zero');
select is_empty('select * from api.verify_balances_after()', 'noted balances are right');
select is_empty('select * from api.verify_receipts()', 'receipts have no gap');
select is_empty('select * from api.verify_floors()', 'nothing below its floor');
select is_empty('select * from api.verify_loans()', 'loans are what was lent less what was repaid');
select is_empty('select * from api.verify_requests()', 'requests and entries agree');
select is_empty('select * from api.verify_periods()', 'closed periods add up');
select is_empty($$ select group_id, sum(balance) from kentongan.accounts group by 1 having sum(balance) <> 0 $$, 'each group''s accounts sum to zero');
select is_empty($$ select a.id, a.kind, a.balance from kentongan.accounts a join kentongan.account_kinds k using (kind)
                    where k.floor_zero and a.balance * k.normal < 0 $$, 'no savings below zero');
select is_empty($$
    select e.id, e.kind, m.number
      from kentongan.journal_entries e
      join kentongan.postings p on p.entry_id = e.id
      join kentongan.accounts a on a.id = p.account_id
      join kentongan.account_kinds k on k.kind = a.kind
      join kentongan.members m on m.id = a.member_id
     where k.holder in ('member', 'loan') and a.kind not in ('cash') and e.operator is null
       and not exists (select 1 from unnest(array[e.actor_id, e.second_id]) o where o is not null and o <> m.id)
    $$, 'nobody''s money moved on that person''s own word');
select is_empty($$ select id from kentongan.requests where status = 'posted' and decided_by = member_id and kind <> 'pin' $$, 'nobody decided on the own request');
select is_empty($$ select r.id, r.kind from kentongan.requests r
                    where r.status = 'posted' and r.kind in ('deposit', 'payment', 'withdrawal', 'loan', 'handover', 'banking', 'expense')
                      and not exists (select 1 from kentongan.journal_entries e where e.request_id = r.id) $$, 'what is called posted is posted');
select is_empty($$ select request_id from kentongan.journal_entries where request_id is not null and reverses_id is null
                    group by 1 having count(*) > 1 $$, 'and once');
select is_empty($$ select e.id from kentongan.journal_entries e join kentongan.requests r on r.id = e.request_id where r.status <> 'posted' $$, 'nothing else is');
select ok(count(*) > 20, 'the game moved money in ' || count(*) || ' entries: ' ||
          (select string_agg(kind || ' ' || n, ', ' order by n desc) from (select kind, count(*) n from kentongan.journal_entries group by 1) x))
  from kentongan.journal_entries;
select diag((select string_agg(command || ' ' || outcome || ' ' || n, ', ' order by n desc)
               from (select command, outcome, count(*) n from pg_temp.game group by 1, 2) x));
select * from finish();
