-- PINs: chosen, changed, tried, locked, set back by two officers.
begin;
select * from no_plan();
select village.build();

create function pg_temp.pin(p_text text) returns bytea
language sql immutable as $$ select decode(md5(p_text), 'hex') $$;
create function pg_temp.code(p_number int) returns jsonb
language sql volatile as $$ select jsonb_build_object('code', village.otp(p_number)) $$;
create function pg_temp.member(p_number int) returns jsonb
language sql immutable as $$ select jsonb_build_object('member', p_number) $$;
create function pg_temp.hash_of(p_number int) returns bytea
language sql volatile as $$ select hash from kentongan.pins where member_id = village.member(p_number) $$;
-- Somebody changes a PIN: the question, then the answer.
create function pg_temp.changes(p_number int, p_old text, p_new text, p_args jsonb default '{}') returns text
language plpgsql as $$
begin
    perform village.says(p_number, 'GANTIPIN');
    return village.says(p_number, 'KODE', jsonb_build_object('code', village.otp(p_number)) || p_args,
                        pin => decode(md5(p_old), 'hex'), new_pin => decode(md5(p_new), 'hex'));
end $$;

-- --- the first one ---------------------------------------------------------------------------
select is(village.says(23, 'PIN', new_pin => pg_temp.pin('482915')), 'pin', 'a first PIN');
select is(village.answers(), '23 reply pin_confirm', 'is asked for by the code sent here');
select is(village.param('pin_confirm', 'change'), null, 'without an old one');
select is(pg_temp.hash_of(23), null, 'what was typed with it is not kept: anybody could have sent it');
select is(village.says(23, 'KODE', pg_temp.code(23)), 'pin_how', 'a code without a PIN');
select is(village.answers(), '23 reply pin_how', 'is told how');
select is(village.says(23, 'KODE', pg_temp.code(23) || '{"weak": true}', pin => pg_temp.pin('123456')), 'pin_weak', 'a weak PIN');
select is(pg_temp.hash_of(23), null, 'is not saved');
select is((village.request()).status || ' ' || coalesce((village.request()).decided_by::text, ''), 'confirming ', 'and the request waits on');
select is(village.says(23, 'KODE', jsonb_build_object('code', village.wrong_otp(23)), pin => pg_temp.pin('482915')), 'code_wrong', 'nothing without the code');
select is(village.says(24, 'KODE', pg_temp.code(23), pin => pg_temp.pin('482915')), 'code_wrong', 'nor from another phone');
select village.otp(23) as otp \gset
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('482915')), 'pin_saved', 'a good one');
select is(village.answers(), '23 reply pin_saved', 'is saved, and says so');
select is(pg_temp.hash_of(23), pg_temp.pin('482915'), 'as its hash');
select is((village.request()).status, 'posted', 'the request is done');
select is(village.says(23, 'KODE', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin('999111')), 'code_done', 'the code works once');
select is(pg_temp.hash_of(23), pg_temp.pin('482915'), 'and changes nothing more');
select is((select array_agg(action order by id) from kentongan.audit_log where action like 'pin.%'), array['pin.set'], 'audited');
select is(village.says(23, 'PIN'), 'pin_exists', 'once there is one, PIN');
select is(village.answers(), '23 reply pin_exists', 'points to GANTI PIN');
select is(village.says(24, 'PIN', '{"weak": true}', new_pin => pg_temp.pin('123456')), 'pin_easy', 'a weak one is said at once');
select is(village.answers(), '24 reply pin_easy', 'without a code');
select is(village.says(24, 'PIN') || village.says(24, 'PIN'), 'pinpin', 'asking twice');
select is((select array_agg(status order by id) from kentongan.requests where member_id = village.member(24)), array['cancelled', 'confirming'], 'replaces the first question');
select village.later('11 minutes');
select is(village.says(24, 'KODE', pg_temp.code(24), pin => pg_temp.pin('482915')), 'code_old', 'the code is good for ten minutes');
select is(pg_temp.hash_of(24), null, 'then nothing is saved');
select is((select expired_requests from api.timed_work('{}')), 0, 'a question that nobody answered ends in silence');
select is((village.request()).status, 'expired', 'but it ends');

-- Two questions at once can't leave two PINs.
select is(village.says(24, 'GANTIPIN', '{}', pin => pg_temp.pin('1'), new_pin => pg_temp.pin('2')), 'pin', 'who has none and wants to change it gets a first one');
select village.otp(24) as otp \gset
insert into kentongan.pins (member_id, hash, set_at) values (village.member(24), pg_temp.pin('555222'), now());
select is(village.says(24, 'KODE', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin('482915')), 'pin_exists', 'a first PIN never replaces one that is there');
select is(pg_temp.hash_of(24), pg_temp.pin('555222'), 'which stays');

-- --- who can't -------------------------------------------------------------------------------
select is(village.says(0, 'PIN', peer => '+6281299999999'), 'unknown_number', 'an unknown number has no PIN');
select is(village.says(25, 'PIN'), 'which_member', 'a shared phone says for whom');
select is(village.says(25, 'PIN', pg_temp.member(26)), 'pin', 'each member has an own one');
select is(village.says(25, 'KODE', pg_temp.code(25), pin => pg_temp.pin('482915')), 'pin_saved', 'by the code');
select is(village.says(25, 'PIN', pg_temp.member(25)), 'pin', 'the other one');
select is(village.says(25, 'KODE', pg_temp.code(25), pin => pg_temp.pin('482915')), 'pin_saved', 'may choose the same');
select is((select array_agg(m.number order by m.number) from kentongan.pins p join kentongan.members m on m.id = p.member_id where p.hash = pg_temp.pin('482915')),
          array[23, 25, 26], 'each has it');
select is(village.says(3, 'PIN'), 'pin', 'asked for');
select village.otp(3) as otp \gset
select is(village.says(3, 'BLOKIR'), 'blokir', 'and then blocked');
select is(village.says(3, 'KODE', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin('482915')), 'blocked', 'saves nothing');
select is(village.says(3, 'PIN') || village.says(3, 'GANTIPIN'), 'blockedblocked', 'and asks for nothing');
select is(pg_temp.hash_of(3), null, 'no PIN');
select api.member_unblock('test', 'MELATI', 3);

-- --- another one ------------------------------------------------------------------------------
select is(village.says(23, 'GANTIPIN', pin => pg_temp.pin('482915'), new_pin => pg_temp.pin('739264')), 'pin_change', 'GANTI PIN');
select is(village.answers() || village.param('pin_confirm', 'change'), '23 reply pin_confirmtrue', 'asks for old and new by a code');
select is(pg_temp.hash_of(23), pg_temp.pin('482915'), 'what was typed with it does nothing');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('482915')), 'pin_how', 'the old one alone');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('482915'), new_pin => pg_temp.pin('482915')), 'pin_same', 'the old one again');
select is(village.says(23, 'KODE', pg_temp.code(23) || '{"weak": true}', pin => pg_temp.pin('482915'), new_pin => pg_temp.pin('111111')), 'pin_weak', 'a weak one');
select is((select wrong from kentongan.pins where member_id = village.member(23)), 0, 'none of which is a wrong PIN');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('000001'), new_pin => pg_temp.pin('739264')), 'pin_wrong', 'a wrong old one');
select is(village.answers() || village.param('pin_wrong', 'left'), '23 reply pin_wrong4', 'is counted, and said once');
select is(village.says(23, 'KODE', pg_temp.code(23) || '{"weak": true}', pin => pg_temp.pin('000002'), new_pin => pg_temp.pin('111111')), 'pin_wrong', 'with a weak new one, too');
select is(pg_temp.hash_of(23), pg_temp.pin('482915'), 'nothing has changed');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('482915'), new_pin => pg_temp.pin('739264')), 'pin_saved', 'old and new');
select is(pg_temp.hash_of(23), pg_temp.pin('739264'), 'saved');
select is((select wrong from kentongan.pins where member_id = village.member(23)), 0, 'the wrong ones are forgotten');
select is((select action from kentongan.audit_log where action like 'pin.%' order by id desc limit 1), 'pin.changed', 'audited');
select is(pg_temp.changes(23, '482915', '135246'), 'pin_wrong', 'the one before is a wrong one now');
select is(pg_temp.changes(23, '739264', '482915'), 'pin_saved', 'changed back');

-- --- five wrong ones --------------------------------------------------------------------------
select is(village.says(23, 'GANTIPIN'), 'pin_change', 'a question');
select village.otp(23) as otp \gset
select is(array_agg(village.says(23, 'GANTIPIN', pin => pg_temp.pin('bad'), new_pin => pg_temp.pin('x'))), array_fill('pin_change'::text, array[6]), 'who only pretends to have this number')
  from generate_series(1, 6);
select is((select wrong || ' ' || coalesce(locked_until::text, 'open') from kentongan.pins where member_id = village.member(23)), '0 open', 'can''t spend the tries');
select is(village.says(23, 'KODE', jsonb_build_object('code', :'otp'::text), pin => pg_temp.pin('482915'), new_pin => pg_temp.pin('x')), 'code_done', 'a replaced question''s code is over');
select is(array_agg(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('bad' || n), new_pin => pg_temp.pin('x'))),
          array['pin_wrong', 'pin_wrong', 'pin_wrong', 'pin_wrong', 'pin_locked'], 'four wrong ones, then the lock')
  from generate_series(1, 5) n;
select is(village.answers(), '23 reply pin_locked, 02 notice pin_locked_chair', 'owner and chair are told');
select isnt(village.param('pin_locked', 'until'), null, 'until when');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('482915'), new_pin => pg_temp.pin('x')), 'pin_locked', 'not even the right one works now');
select is(village.answers(), '23 reply pin_locked', 'the chair isn''t told again');
select village.later('23 hours 59 minutes');
select is(pg_temp.changes(23, '482915', '135246'), 'pin_locked', 'for a day');
select village.later('2 minutes');
select is(pg_temp.changes(23, '482915', '246135'), 'pin_saved', 'then it opens by itself');
select is(array_agg(pg_temp.changes(23, 'bad' || n, 'x')), array['pin_wrong', 'pin_wrong', 'pin_wrong', 'pin_wrong', 'pin_locked'], 'a second lock within 30 days')
  from generate_series(1, 5) n;
select is(village.param('pin_locked', 'until'), null, 'names no end');
select village.later('60 days');
select is(pg_temp.changes(23, '246135', '135246'), 'pin_locked', 'and has none');
-- The chair's own lock goes to somebody else.
insert into kentongan.pins (member_id, hash, set_at) values (village.member(2), pg_temp.pin('222222'), now());
select is((array_agg(pg_temp.changes(2, 'bad' || n, 'x') order by n))[5], 'pin_locked', 'the chair''s own') from generate_series(1, 5) n;
select is(village.answers(), '02 reply pin_locked, 03 notice pin_locked_chair, 04 notice pin_locked_chair', 'is told to secretary and supervisor');
select village.later('25 hours');
select village.later('30 days');
select is((array_agg(pg_temp.changes(2, 'bad' || n, 'x') order by n))[5], 'pin_locked', 'a lock more than 30 days after the last') from generate_series(1, 5) n;
select isnt(village.param('pin_locked', 'until'), null, 'is for a day again');
delete from kentongan.pins where member_id = village.member(2);

-- --- set back by two officers -----------------------------------------------------------------
insert into kentongan.pins (member_id, hash, set_at)
select village.member(n), pg_temp.pin('officer' || n), now() from unnest(array[1, 2]) n;
select is(village.says(24, 'RESETPIN', pg_temp.member(23)), 'not_officer', 'a member sets no PIN back');
select is(village.says(4, 'RESETPIN', pg_temp.member(23)), 'not_officer', 'nor a supervisor');
select is(village.says(1, 'RESETPIN', pg_temp.member(1)), 'pin_reset_own', 'nobody sets back the own');
select is(village.says(1, 'RESETPIN', pg_temp.member(77)), 'pin_reset_who', 'nor one of nobody');
select is(village.says(1, 'RESETPIN', pg_temp.member(27)), 'pin_reset_none', 'nor one that isn''t there');
select is(village.says(1, 'RESETPIN', pg_temp.member(23)), 'pin_reset', 'the treasurer asks for another''s');
select is(village.answers(), '01 reply pin_reset_confirm', 'and is asked');
select is(village.says(1, 'KODE', pg_temp.code(1)), 'pin_wanted', 'by code and PIN');
select is(village.says(1, 'KODE', pg_temp.code(1), pin => pg_temp.pin('officer2')), 'pin_wrong', 'the own one');
select is(village.says(1, 'KODE', pg_temp.code(1), pin => pg_temp.pin('officer1')), 'request_waits', 'then a second officer is asked');
select is(village.answers(), '02 notice pin_reset_officer, 01 reply request_waits', 'the chair');
select is(village.says(1, 'SAH', pg_temp.code(2), pin => pg_temp.pin('officer1')), 'code_wrong', 'the first can''t be the second');
select isnt(pg_temp.hash_of(23), null, 'nothing has happened yet');
select is(village.says(2, 'SAH', pg_temp.code(2)), 'pin_wanted', 'the second needs the PIN, too');
select is(village.says(2, 'SAH', pg_temp.code(2), pin => pg_temp.pin('officer2')), 'pin_reset_done', 'and agrees');
select is(village.answers(), '02 reply pin_reset_done, 01 notice pin_reset_done, 23 notice pin_reset_member', 'both officers and the member are told');
select is(village.param('pin_reset_member', 'first') || '+' || village.param('pin_reset_member', 'second'), 'SRI WAHYUNI+KARTINI', 'who did it');
select is(pg_temp.hash_of(23), null, 'the PIN is gone');
select is((select details - 'x' from kentongan.audit_log where action = 'pin.reset'),
          jsonb_build_object('member', village.member(23), 'first', village.member(1), 'second', village.member(2)), 'audited with both');
select is(village.says(23, 'PIN'), 'pin', 'the member makes a new one');
select is(village.says(23, 'KODE', pg_temp.code(23), pin => pg_temp.pin('777123')), 'pin_saved', 'without the old');
select is(pg_temp.changes(23, 'bad', 'x'), 'pin_wrong', 'its locks are forgotten with it');

select is(village.says(1, 'RESETPIN', pg_temp.member(23)), 'pin_reset', 'once more');
select is(village.says(1, 'KODE', pg_temp.code(1), pin => pg_temp.pin('officer1')), 'request_waits', 'asked');
select is(village.says(2, 'TOLAK', pg_temp.code(2) || '{"text": "orangnya tidak ada"}'), 'tolak', 'the second says no');
select is(village.answers(), '02 reply request_rejected, 01 notice request_rejected', 'the first hears it');
select isnt(pg_temp.hash_of(23), null, 'the PIN stays');

-- An officer's own PIN: two others. The one who owns it is never asked.
select is(village.says(1, 'RESETPIN', pg_temp.member(2)), 'pin_reset', 'the chair''s');
select is(village.says(1, 'KODE', pg_temp.code(1), pin => pg_temp.pin('officer1')), 'request_waits', 'asked');
select is(village.answers(), '03 notice pin_reset_officer, 01 reply request_waits', 'the secretary, not the chair');
select is(village.says(1, 'BATAL', jsonb_build_object('code', (village.request()).code)), 'batal', 'taken back');
select is(village.answers(), '01 reply request_cancelled, 03 notice request_cancelled', 'and said so');
-- A phone shared with the member is no second pair of eyes.
select api.officer_set('test', 'MELATI', 25, 'sekretaris', true);
select is(village.says(25, 'RESETPIN', pg_temp.member(26)), 'pin_reset_own', 'nor does somebody on the same phone');

-- --- another number ------------------------------------------------------------------------------
select isnt(pg_temp.hash_of(24), null, 'a member with a PIN');
select api.member_phone('test', 'MELATI', 24, '+6281200000099');
select is(pg_temp.hash_of(24), null, 'who gets a new number needs a new PIN');
select is(village.says(24, 'GANTIPIN'), 'unknown_number', 'the old number asks for nothing any more');
select is(village.says(99, 'PIN'), 'pin', 'the new one does');

-- --- what the service may see -------------------------------------------------------------------
select village.refused('kentongan', 'select hash from kentongan.pins', '42501', 'the service''s role reads no hash');
select village.refused('kentongan', 'delete from kentongan.pins', '42501', 'nor deletes one');
select is_empty($$ select id from kentongan.requests where kind in ('pin', 'pin_reset') and details - 'change' <> '{}' $$, 'no request holds a PIN');
select is_empty($$ select id from kentongan.outbox o, kentongan.pins p where o.params::text like '%' || encode(p.hash, 'hex') || '%' $$, 'nor does a message');
select is_empty($$ select id from kentongan.audit_log a, kentongan.pins p where a.details::text like '%' || encode(p.hash, 'hex') || '%' $$, 'nor the audit log');

select * from finish();
rollback;
