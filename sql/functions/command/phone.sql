-- GANTIHP and BUKA: what officers do for a member who stands before them. One
-- officer asks, with code and PIN, a second, different one agrees.

create or replace function kentongan.before_officer(c kentongan.ctx, a jsonb, p_roles text[], out officer bigint, out member bigint,
                                                     out refused text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    officer := kentongan.acting_officer(c, p_roles);
    if officer is null then
        refused := 'not_officer';
        return;
    end if;
    c.member_id := officer;
    if kentongan.is_blocked(c) then
        refused := 'blocked';
        return;
    end if;
    select m.id into member from kentongan.members m join kentongan.members o on o.group_id = m.group_id
     where o.id = officer and m.number = (a ->> 'member')::int and m.status = 'active';
    if member is null then
        perform kentongan.reply(c, 'no_such_member', jsonb_build_object('number', (a ->> 'member')::int));
        refused := 'no_such_member';
    elsif member = any (kentongan.members_of_phone(c.phone_id)) then
        perform kentongan.reply(c, 'not_yourself', kentongan.member_params(member));
        refused := 'not_yourself';
    end if;
end $$;
comment on function kentongan.before_officer(kentongan.ctx, jsonb, text[]) is
    'The officer who speaks, holding one of these offices, and the member whom the message names, never one on the officer''s own phone; otherwise answers and says why not in refused';

create or replace function kentongan.users_of(p_msisdn text, p_member bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select case when count(*) = 0 then null
                        -- Who is in another group is nobody's business here.
                        when count(m.id) filter (where m.group_id = her.group_id) = 0 then 'elsewhere'
                        else min(m.short_name) filter (where m.group_id = her.group_id)
                             || coalesce(' +' || nullif(count(*) filter (where m.group_id = her.group_id) - 1, 0), '') end
              from kentongan.members her
              join kentongan.phones p on p.msisdn = p_msisdn
              join kentongan.member_phones mp on mp.phone_id = p.id and mp.until is null
              join kentongan.members m on m.id = mp.member_id and m.status = 'active' and m.id <> her.id
             where her.id = p_member);
end $$;
comment on function kentongan.users_of(text, bigint) is
    'Who uses a number already, as an officer of this member''s group reads it: SITI A +1, people of her group only; elsewhere (a word of the catalogue) where it is used in other groups; null for nobody';

create or replace function kentongan.cmd_gantihp(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k record;
    v_to text := a ->> 'phone';
    v_params jsonb;
begin
    select * into k from kentongan.before_officer(c, a, '{bendahara,ketua,sekretaris}');
    if k.refused is not null then
        return k.refused;
    end if;
    c.member_id := k.officer;
    v_params := kentongan.member_params(k.member) || jsonb_build_object('to', v_to);
    if v_to !~ '^\+[1-9][0-9]{6,14}$' then
        perform kentongan.reply(c, 'usage_gantihp');
        return 'usage';
    elsif v_to = kentongan.phone_of(k.member) then
        perform kentongan.reply(c, 'phone_same', v_params);
        return 'phone_same';
    elsif v_to = c.peer then
        perform kentongan.reply(c, 'phone_yours', v_params);
        return 'phone_yours';
    end if;
    perform kentongan.request_open(c, 'phone', (select group_id from kentongan.members where id = k.officer), k.member, k.officer,
        p_details => jsonb_strip_nulls(jsonb_build_object('to', v_to, 'used_by', kentongan.users_of(v_to, k.member))));
    return 'gantihp';
end $$;
comment on function kentongan.cmd_gantihp(kentongan.ctx, jsonb) is
    'GANTIHP member phone: an officer asks for a member''s new number, face to face; never an officer''s own number';

create or replace function kentongan.do_phone(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_to text := r.details ->> 'to';
    v_old text;
    v_lang text := kentongan.lang_of(r.member_id);
    v_params jsonb;
begin
    perform 1 from kentongan.members where id = r.member_id for no key update;
    v_old := kentongan.phone_of(r.member_id);
    -- Whoever agrees must not be who gets the member's messages.
    if v_to in (c.peer, kentongan.phone_of(r.first_officer))
       or not exists (select 1 from kentongan.members where id = r.member_id and status = 'active') then
        update kentongan.requests set status = 'rejected', reason = 'the new number is an officer''s' where id = r.id;
        v_params := kentongan.request_params(r);
        perform kentongan.reply(c, 'phone_yours', v_params);
        perform kentongan.tell(r.first_officer, 'phone_yours', v_params, 'notice', c);
        return 'phone_yours';
    end if;
    update kentongan.members set decide_hold_until = c.at + interval '7 days' where id = r.member_id;
    perform kentongan.change_phone(r.member_id, v_to, c.at);
    v_params := kentongan.member_params(r.member_id) || jsonb_build_object('to', v_to,
        'officer', (select short_name from kentongan.members where id = r.first_officer),
        'second', (select short_name from kentongan.members where id = p_officer),
        'hold', to_char(c.at + interval '7 days', 'DD/MM'));
    perform kentongan.reply(c, 'phone_done', v_params);
    perform kentongan.enqueue(v_old, 'phone_changed', v_params, v_lang, 'notice', kentongan.route(v_old), c.message_id,
                              r.member_id, r.group_id)
      where v_old is not null and v_old <> v_to;
    perform kentongan.tell(r.member_id, 'phone_welcome', v_params, 'notice', c);
    perform kentongan.tell(r.first_officer, 'phone_done', v_params, 'notice', c);
    return 'phone';
end $$;
comment on function kentongan.do_phone(kentongan.ctx, kentongan.requests, bigint) is
    'The new number is the member''s; the old one is told by whom, the new one is greeted, both officers hear. No money out for a week, no deciding as an officer either (two could make a third one''s word theirs), and a new PIN is needed';

create or replace function kentongan.cmd_buka(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k record;
begin
    select * into k from kentongan.before_officer(c, a, '{ketua,sekretaris,bendahara,pengawas}');
    if k.refused is not null then
        return k.refused;
    end if;
    c.member_id := k.officer;
    if not exists (select 1 from kentongan.members
                    where id = k.member and (blocked_at is not null or codes_locked_until > c.at)) then
        perform kentongan.reply(c, 'unblock_none', kentongan.member_params(k.member));
        return 'unblock_none';
    end if;
    perform kentongan.request_open(c, 'unblock', (select group_id from kentongan.members where id = k.officer), k.member, k.officer);
    return 'buka';
end $$;
comment on function kentongan.cmd_buka(kentongan.ctx, jsonb) is
    'BUKA member: an officer or a supervisor asks to lift BLOKIR and a lock of codes from former times. The second is an officer, else a supervisor, last whoever blocked: so one officer who has blocked the others, or strangers who have blocked all, decide nothing alone. Who is blocked herself lifts nothing; where nobody is left, the operator does (kentongan member unblock)';

create or replace function kentongan.do_unblock(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.member_params(r.member_id) || jsonb_build_object(
        'officer', (select short_name from kentongan.members where id = r.first_officer),
        'second', (select short_name from kentongan.members where id = p_officer));
begin
    update kentongan.members set blocked_at = null, blocked_by = null, codes_locked_until = null
     where id = r.member_id;
    perform kentongan.ask_again(r.group_id);
    perform kentongan.reply(c, 'unblock_done', v_params);
    perform kentongan.tell(r.member_id, 'unblocked', v_params, 'notice', c);
    perform kentongan.tell(r.first_officer, 'unblock_done', v_params, 'notice', c);
    return 'unblock';
end $$;
comment on function kentongan.do_unblock(kentongan.ctx, kentongan.requests, bigint) is
    'Two officers or supervisors have met the member: money may move again, and what only she may decide on is asked of her; member and both officers are told';
