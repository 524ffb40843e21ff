-- The other commands: looking, settings, blocking, complaints, answers to what we asked.
begin;
select * from no_plan();
select village.build();

-- --- looking ----------------------------------------------------------------------------
select is(village.says(23, 'SALDO'), 'saldo', 'SALDO');
select is(village.answers(), '23 reply saldo', 'is answered');
select is((select params - 'now' from kentongan.outbox where message_id = village.heard()),
          '{"group": "MELATI", "group_name": "UP2K MELATI", "name": "SITI A", "number": 23, "pokok": 100000, "wajib": 250000, "sukarela": 1000000, "loan": 0}'::jsonb,
          'with the member''s figures, and nothing waiting');
select is(village.param('saldo', 'now'), to_char(now() at time zone 'Asia/Jakarta', 'DD/MM HH24:MI'), 'at the group''s time');
select is((select row(via, lang, member_id, group_id, priority)::text from kentongan.outbox where message_id = village.heard()),
          row('desa', 'id', village.member(23), village.group_id(), 0)::text, 'through the channel that the question came in on');
select is((select row(outcome, command, member_id, group_id, error)::text from kentongan.messages where id = village.heard()),
          row('saldo', 'SALDO', village.member(23), village.group_id(), null::text)::text, 'the message is kept with its outcome');
select is((select row(actor, action, subject)::text from kentongan.audit_log where message_id = village.heard()),
          row(village.phone(23), 'message.saldo', 'SALDO')::text, 'and audited');
select is(village.says(24, 'SALDO') || village.param('saldo', 'sukarela'), 'saldo0', 'a member without savings has none');
select village.says(23, 'SETOR', '{"amount": 20000}') || village.says(23, 'SETOR', '{"amount": 30000}') as noted \gset
select is(village.says(23, 'SALDO') || village.param('saldo', 'pending') || village.param('saldo', 'pending_code'), 'saldo500002x', 'what waits is summed');

select is(village.says(23, 'MUTASI'), 'mutasi', 'MUTASI');
select is(village.answers(), '23 reply mutasi', 'is answered');
select is((select array_agg(l ->> 'product' || ' ' || (l ->> 'minus') || (l ->> 'amount')) from kentongan.outbox, jsonb_array_elements(params -> 'lines') l
            where message_id = village.heard()), array['pokok +100000', 'wajib +250000', 'sukarela +1000000'], 'with the movements');
select is(village.param('mutasi', 'next'), null, 'there is no next page');
select village.says(1, 'TERIMA', jsonb_build_object('code', village.otp(1))) as confirmed \gset
select is(village.says(23, 'MUTASI') || village.param('mutasi', 'next'), 'mutasi2', 'with four there is one');
select is((select params #>> '{lines,0,amount}' from kentongan.outbox where message_id = village.heard()), '30000', 'the newest stands first');
select is(village.says(23, 'MUTASI', '{"count": 2}'), 'mutasi', 'the next page');
select is(jsonb_array_length(village.param('mutasi', 'lines')::jsonb), 1, 'has the rest');
select is(village.says(23, 'MUTASI', '{"count": 3}'), 'mutasi_none', 'then there is nothing');
select is(village.answers() || village.param('mutasi_none', 'page'), '23 reply mutasi_none3', 'and that is said');
select is(village.says(24, 'MUTASI'), 'mutasi_none', 'nor for who has none');

select is(village.says(23, 'PINJAMAN'), 'pinjaman_none', 'PINJAMAN without a loan');
select is(village.answers(), '23 reply pinjaman_none', 'is answered');
select api.import_loan('test', 'MELATI', 23, 1000000, 700000, 10, 10, (kentongan.today(village.group_id()) - interval '4 months')::date);
select is(village.says(23, 'PINJAMAN'), 'pinjaman', 'with one');
select is((select params - 'group' - 'group_name' - 'name' - 'number' from kentongan.outbox where message_id = village.heard()),
          jsonb_build_object('loan', 1, 'remaining', 700000, 'n', 4, 'of', 10, 'principal', 100000, 'interest', 10000, 'total', 110000,
              'due', to_char(kentongan.today(village.group_id()) - interval '4 months' + interval '4 months', 'DD/MM')),
          'what is left and the instalment that is next') where extract(day from kentongan.today(village.group_id())) < 28;
select is(village.says(23, 'SALDO') || village.param('saldo', 'loan'), 'saldo700000', 'SALDO shows it');
select api.import_loan('test', 'MELATI', 23, 500000, 450000, 5, 10, (kentongan.today(village.group_id()) - interval '3 months')::date);
select is(village.says(23, 'PINJAMAN'), 'pinjaman', 'two loans');
select is(village.answers(), '23 reply pinjaman, 23 reply pinjaman_late', 'are two answers');
-- Due before today: all but 50,000 of the first, and the second.
select is(village.param('pinjaman_late', 'principal') || ' ' || village.param('pinjaman_late', 'count'), '150000 2', 'arrears: a part that is paid is taken off');
select is(village.param('pinjaman_late', 'since'), to_char(kentongan.today(village.group_id()) - interval '3 months' + interval '1 month', 'DD/MM'), 'and it says since when')
 where extract(day from kentongan.today(village.group_id())) < 28;

select is(village.says(24, 'ULANG'), 'ulang_none', 'ULANG without a receipt');
select is(village.answers(), '24 reply ulang_none', 'is answered');
select is(village.says(23, 'ULANG'), 'ulang', 'ULANG with one');
select is(village.answers(), '23 reply receipt_deposit', 'is the receipt again');
select is((select params from kentongan.outbox where message_id = village.heard()),
          (select o.params from kentongan.receipts r join kentongan.outbox o on o.id = r.outbox_id where r.member_id = village.member(23)),
          'the very same');
select is((select count(*)::int from kentongan.receipts where member_id = village.member(23)), 1, 'without a new number');

select is(village.says(23, 'BANTUAN') || ' ' || village.answers(), 'bantuan 23 reply bantuan', 'BANTUAN');
select is(village.says(1, 'BANTUAN') || ' ' || village.answers(), 'bantuan 01 reply bantuan_officer', 'is another for officers');
select is(village.says(4, 'BANTUAN') || ' ' || village.answers(), 'bantuan 04 reply bantuan', 'but not for supervisors');
select is(village.says(23, 'BANTUAN', '{"topic": "SETOR"}') || ' ' || village.answers(), 'bantuan 23 reply bantuan_setor', 'BANTUAN SETOR');
select is(village.says(23, 'BANTUAN', '{"topic": "XYZ"}') || ' ' || village.answers(), 'bantuan 23 reply bantuan', 'BANTUAN with nonsense');

-- --- language and reminders ------------------------------------------------------------------
select is(village.says(23, 'BAHASA', '{"lang": "jv"}') || ' ' || village.answers(), 'bahasa 23 reply bahasa', 'BAHASA JAWA');
select is((select lang::text from kentongan.outbox where message_id = village.heard()), 'jv', 'is answered in it already');
select is(village.says(23, 'SALDO') , 'saldo', 'and so is what follows');
select is((select lang::text from kentongan.outbox where message_id = village.heard()), 'jv', 'in Javanese');
select is((select actor || ' ' || (details ->> 'lang') from kentongan.audit_log where action = 'update.members' order by id desc limit 1),
          village.phone(23) || ' [null, "jv"]', 'the change is audited with who asked');
select is(village.says(23, 'STOP') || ' ' || village.answers(), 'stop 23 reply stop', 'STOP');
select is((select reminders from kentongan.members where id = village.member(23)), false, 'no reminders');
select is(village.says(23, 'MULAI') || ' ' || village.answers(), 'mulai 23 reply mulai', 'MULAI');
select is((select reminders from kentongan.members where id = village.member(23)), true, 'reminders again');

-- --- a phone that two members share ----------------------------------------------------------------
select is(village.says(25, 'SALDO') || ' ' || village.answers(), 'which_member 25 reply which_member', 'SALDO from a shared phone');
select is(village.param('which_member', 'members') || '/' || village.param('which_member', 'command'), '25 AMINAH, 26 FATIMAH/SALDO', 'asks who is asking');
select is(c, 'which_member', 'the same') from unnest(array['MUTASI', 'PINJAMAN', 'ULANG']) x, village.says(25, x) c;
select is(village.says(25, 'SETOR', '{"amount": 5000}'), 'which_member', 'SETOR too');
select is(village.says(25, 'SALDO', '{"member": 26}') || village.param('saldo', 'sukarela'), 'saldo26000', '26 SALDO');
select is(village.says(25, 'SALDO', '{"member": 25}') || village.param('saldo', 'sukarela'), 'saldo25000', '25 SALDO');
select is(village.says(25, 'SALDO', '{"member": 23}') || ' ' || village.answers(), 'which_member 25 reply which_member', 'nobody else''s');
select is(village.says(23, 'SALDO', '{"member": 24}') || ' ' || village.answers(), 'which_member 23 reply which_member', 'nor from a phone of one');
select is(village.says(23, 'SETOR', '{"member": 24, "amount": 61000}'), 'which_member', 'a deposit under another''s number isn''t the phone owner''s');
select is(village.says(23, 'SALDO', '{"member": 23}'), 'saldo', 'one''s own number does no harm');
select is(village.says(25, 'SETOR', '{"member": 26, "amount": 5000}') || ' ' || village.answers(), 'setor 25 reply setor, 01 notice setor_officer', '26 SETOR 5rb');
select is((village.request()).member_id, village.member(26), 'is 26''s');
select is(village.says(25, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'BATAL needs no number, the code tells');
select is(village.says(25, 'STOP'), 'stop', 'STOP from a shared phone');
select is((select array_agg(number order by number) from kentongan.members where not reminders), array[25, 26], 'is for all who share it');
select is(village.answers() || ' ' || village.param('stop_all', 'whom') || '; ' || village.param('stop_all', 'front'),
          '25 reply stop_all 25 ' || (select short_name from kentongan.members where id = village.member(25)) || ', 26 '
          || (select short_name from kentongan.members where id = village.member(26)) || '; 25', 'the answer says for whom, and whose number goes in front');
select is(village.says(25, 'MULAI', '{"member": 26}') || ' ' || village.answers(), 'mulai 25 reply mulai_one', 'MULAI with a number');
select is((select array_agg(number order by number) from kentongan.members where not reminders), array[25], 'is for that one');
select is(village.says(25, 'MULAI') || ' ' || village.answers(), 'mulai 25 reply mulai_all', 'MULAI alone');
select is((select array_agg(number order by number) from kentongan.members where not reminders), null, 'is for both');
select is(village.says(25, 'STOP', '{"member": 26}') || ' ' || village.answers() || ' ' || village.param('stop_one', 'number'), 'stop 25 reply stop_one 26', 'STOP with a number');
select is((select array_agg(number order by number) from kentongan.members where not reminders), array[26], 'is for that one');
select is(village.says(25, 'STOP', '{"member": 23}') || ' ' || village.answers(), 'which_member 25 reply which_member', 'a number of nobody who shares it stops nobody');
select is(village.says(23, 'STOP', '{"member": 24}') || ' ' || village.answers(), 'which_member 23 reply which_member', 'nor from a phone of one');
select is((select array_agg(number order by number) from kentongan.members where not reminders), array[26], 'all is as it was');
select is(village.says(25, 'BAHASA', '{"lang": "mad", "member": 26}'), 'bahasa', 'BAHASA with a number');
select is((select array_agg(number) from kentongan.members where lang = 'mad'), array[26], 'is for that one');

-- --- what we asked -----------------------------------------------------------------------------------
select is(village.says(24, 'YA') || ' ' || village.answers(), 'ya_none 24 reply ya_none', 'YA to nothing');
select is(village.says(24, 'TIDAK') || ' ' || village.answers(), 'ya_none 24 reply ya_none', 'TIDAK to nothing');
select is(village.says(24, 'SETOR', '{"amount": 62000}', 'near', 'setir'), 'near', 'nearly SETOR');
select is(village.answers() || ' ' || village.param('near', 'heard') || village.param('near', 'command') || village.param('near', 'amount'),
          '24 reply near setirSETOR62000', 'is asked about');
select isnt((village.request()).amount, 62000::bigint, 'and not done');
select is(village.says(24, 'YA') || ' ' || village.answers(), 'setor 24 reply setor, 01 notice setor_officer', 'YA does it');
select is((village.request()).amount, 62000::bigint, 'as it was');
select is(village.says(24, 'YA'), 'ya_none', 'once');
select is(village.says(24, 'SETOR', '{"amount": 63000}', 'near', 'setir') || village.says(24, 'TIDAK'), 'neartidak', 'TIDAK drops it');
select is(village.answers() || ' ' || village.says(24, 'YA'), '24 reply tidak ya_none', 'for good');
select is(village.says(24, 'SETOR', '{"amount": 64000}', 'near', 'setir'), 'near', 'asked again');
select village.later('31 minutes');
select is(village.says(24, 'YA'), 'ya_none', 'a question is open for half an hour');
select is(village.says(24, 'SETOR', '{"amount": 65000}', 'near', 'setir') || village.says(24, 'SETOR', '{"amount": 66000}', 'near', 'setir'), 'nearnear', 'two questions of a kind');
select is(village.says(24, 'YA') || (village.request()).amount, 'setor66000', 'the later one counts');
select is(village.says(24, 'SETOR', '{"amount": 66000}') || village.says(24, 'SETOR', '{"amount": 67000}', 'near', 'setir'), 'setor_repeatnear', 'two of different kinds');
select is(village.says(24, 'YA') || ' ' || village.answers(), 'ya_which 24 reply ya_which', 'YA to which?');
select is(village.says(24, 'LAGI') || (village.request()).amount, 'setor66000', 'LAGI is clear');
select is(village.says(24, 'YA') || (village.request()).amount, 'setor67000', 'then YA is, too');
select is(village.says(24, 'SETOR', '{"amount": 67000}'), 'setor_repeat', 'a repeat');
select is(village.says(24, 'YA') || (village.request()).amount, 'setor67000', 'may be answered by YA as well');
select is(village.says(24, 'BATAL', jsonb_build_object('code', (village.request()).code), 'near', 'batel') || village.says(24, 'YA'), 'nearbatal', 'nearly BATAL, YA');
select is(village.says(25, 'SETOR', '{"member": 26, "amount": 68000}', 'near', 'setir') || village.says(25, 'YA'), 'nearsetor', 'on a shared phone YA is for who was meant');
select is((village.request()).member_id, village.member(26), 'for 26');
select is(village.says(24, 'SETOR', '{"amount": 69000}', 'near', 'setir') || village.says(23, 'YA'), 'nearya_none', 'nobody answers for another phone');

-- --- SALAH -----------------------------------------------------------------------------------------------
select code as receipt from kentongan.requests where status = 'posted' and member_id = village.member(23) limit 1 \gset
select is(village.says(24, 'SALAH', jsonb_build_object('code', :'receipt'::text)) || ' ' || village.answers(), 'code_unknown 24 reply code_unknown', 'SALAH with somebody else''s code');
select is(village.says(23, 'SALAH', jsonb_build_object('code', lower(:'receipt'::text), 'text', 'uang saya 60rb')), 'salah', 'SALAH with one''s own');
select is(village.answers(), '02 notice salah_officer, 04 notice salah_officer, 23 reply salah', 'chair and supervisor are told');
select is(village.param('salah', 'case') || village.param('salah_officer', 'text'), '1uang saya 60rb', 'with number and words');
select is(village.param('salah', 'due'), to_char((kentongan.now() + interval '7 days') at time zone 'Asia/Jakarta', 'DD/MM'), 'to be answered within a week');
select is(village.says(23, 'SALAH', jsonb_build_object('code', :'receipt'::text)) || ' ' || village.answers(), 'salah 23 reply salah', 'once more');
select is(village.param('salah', 'case'), '1', 'is the same case');
select is(village.says(1, 'SALAH', jsonb_build_object('code', :'receipt'::text)) || village.param('salah', 'case'), 'salah2', 'the officer may complain, too');

-- --- BLOKIR ----------------------------------------------------------------------------------------------
select is(village.says(23, 'BLOKIR'), 'blokir', 'BLOKIR from one''s own phone');
select is(village.answers(), '01 notice blokir_officer, 02 notice blokir_officer, 23 reply blokir', 'officers are told');
select is((select blocked_by from kentongan.members where id = village.member(23)), village.phone(23), 'by whom is kept');
select is(village.says(23, 'BLOKIR') || ' ' || village.answers(), 'blokir 23 reply blokir', 'again: nobody is told again');
select is(village.says(23, 'SALDO'), 'saldo', 'one may still look');
select is(village.says(23, 'LAGI'), 'lagi_none', 'and no more than that');
select is(village.says(23, 'BLOKIR', '{"member": 24}'), 'blokir', 'BLOKIR 24 from another''s phone');
select is(village.answers(), '24 notice blokir, 01 notice blokir_officer, 02 notice blokir_officer, 23 reply blokir', 'its owner is told as well');
select is(village.says(0, 'BLOKIR', '{"member": 25, "group": "melati"}', peer => '+6285551234567'), 'blokir', 'from an unknown phone');
select is(village.answers(), '25 notice blokir, 01 notice blokir_officer, 02 notice blokir_officer, 67 reply blokir', 'with the group''s code');
select is((select array_agg(number order by number) from kentongan.members where blocked_at is not null), array[23, 24, 25], 'three are blocked');
select is(village.says(25, 'SETOR', '{"member": 26, "amount": 9000}'), 'blocked', 'a phone with a blocked member notes no deposits');
select is(village.says(24, 'SETOR', '{"amount": 9000}', 'near', 'setir') || village.says(24, 'YA'), 'nearblocked', 'not by YA either');
select is(village.says(0, 'BLOKIR', peer => '+6285551234568') || ' ' || village.answers(), 'blokir_who 68 reply blokir_who', 'an unknown phone must say who');
select is(village.says(0, 'BLOKIR', '{"member": 99, "group": "MELATI"}', peer => '+6285551234568'), 'blokir_who', 'and may try again on the same day');
select is(village.says(0, 'SALDO', peer => '+6285551234568'), 'quota_silent', 'which holds for BLOKIR only');
select is(village.says(0, 'BLOKIR', '{"member": 99, "group": "MELATI"}', peer => '+6285551234569'), 'blokir_who', 'a member that there is');
select is(village.says(23, 'BLOKIR', '{"member": 4, "group": "MELTI"}') || (select count(*) from kentongan.members where number = 4 and blocked_at is not null),
          'blokir_who0', 'a misspelt group isn''t one''s own');
select is(village.says(23, 'BLOKIR', '{"member": 99}'), 'blokir_who', 'from a known one, too');
select village.says(24, 'SETOR', '{"amount": 9100}') as refused \gset
select api.member_unblock('test', 'MELATI', 24);
select is((select string_agg(right(peer, 2), ', ' order by id) from kentongan.outbox where template = 'unblocked'), '24, 02', 'lifting it is told to member and chair');
select is(:'refused'::text || village.says(24, 'SETOR', '{"amount": 9200}'), 'blockedsetor', 'then deposits are noted again');

select * from finish();
rollback;
