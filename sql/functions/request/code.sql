-- One-time codes as they come back: from whom, for which request, at which stage.

create or replace function kentongan.find_code(c kentongan.ctx, p_code text, p_stages text[], out person_id bigint,
                                               out request_id bigint, out stage text, out refused text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_members bigint[] := kentongan.members_of_phone(c.phone_id);
    v_closed bigint;
    v_expires timestamptz;
begin
    if exists (select 1 from kentongan.members where id = any (v_members) and codes_locked_until > c.at) then
        perform kentongan.reply(c, case when exists (select 1 from kentongan.members where id = any (v_members)
                                                       and codes_locked_until = 'infinity')
                                        then 'codes_shut' else 'codes_locked' end);
        refused := 'codes_locked';
        return;
    end if;
    select oc.person_id, oc.request_id, oc.stage, oc.expires_at into person_id, request_id, stage, v_expires
      from kentongan.one_time_codes oc
     where oc.person_id = any (v_members) and oc.closed_at is null and oc.stage = any (p_stages)
       and oc.hash = sha256(oc.salt || convert_to(p_code, 'UTF8'))
       -- The office may have passed on since the code was sent: an officer's word on it, and an officer's own request.
       and (oc.stage <> 'decide' and not (oc.stage = 'confirm' and exists (select 1 from kentongan.requests r
             where r.id = oc.request_id and r.asked_by = oc.person_id))
            or exists (select 1 from kentongan.officers o
             where o.member_id = oc.person_id and o.until is null and o.role <> 'pengawas'));
    if found then
        update kentongan.members set wrong_codes = 0 where id = person_id and wrong_codes > 0;
        if v_expires <= c.at and stage <> 'decide' then
            perform kentongan.reply(c, 'code_old');
            refused := 'code_old';
        end if;
        return;
    end if;
    -- Only of late: in years every number will have been a code once, and a guess must count.
    select oc.request_id into v_closed
      from kentongan.one_time_codes oc
     where oc.person_id = any (v_members) and oc.closed_at > c.at - interval '7 days' and oc.stage = any (p_stages)
       and oc.hash = sha256(oc.salt || convert_to(p_code, 'UTF8'))
     order by oc.closed_at desc limit 1;
    if found then
        refused := kentongan.code_done(c, v_closed);
        return;
    end if;
    refused := kentongan.wrong_code(c, v_members, p_code);
end $$;
comment on function kentongan.find_code(kentongan.ctx, text, text[]) is
    'Which request and stage a one-time code of somebody on this phone belongs to; otherwise answers why not and says so in refused';

create or replace function kentongan.code_done(c kentongan.ctx, p_request bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.reply(c, 'code_done', coalesce(kentongan.member_params(r.member_id), kentongan.group_params(r.group_id))
            || jsonb_build_object('code', r.code, 'status', r.status,
                                  'amount', case when r.status in ('approved', 'posted') then coalesce(r.final_amount, r.amount) end,
                                  'when', kentongan.stamp(coalesce(r.decided_at, r.created_at), r.group_id)))
       from kentongan.requests r where r.id = p_request;
    return 'code_done';
end $$;
comment on function kentongan.code_done(kentongan.ctx, bigint) is 'Answers a code that has done its work, with what became of the request';

create or replace function kentongan.wrong_code(c kentongan.ctx, p_members bigint[], p_code text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m record;
begin
    -- Three tries: on a guess, it is the phone that is counted.
    update kentongan.members
       set wrong_codes = case when wrong_codes >= 2 then 0 else wrong_codes + 1 end,
           -- A second lock within a day is no slip of the fingers: it stays until
           -- officers or the operator lift it.
           codes_locked_until = case when wrong_codes < 2 then codes_locked_until
                                     when codes_locked_until > c.at - interval '1 day' then 'infinity'
                                     else c.at + interval '1 hour' end
     where id = coalesce((select min(member_id) from kentongan.officers where member_id = any (p_members) and until is null),
                         (select min(id) from unnest(p_members) id))
     returning id, group_id, wrong_codes, codes_locked_until into m;
    if m.wrong_codes = 0 then
        perform kentongan.reply(c, case when m.codes_locked_until = 'infinity' then 'codes_shut' else 'codes_locked' end);
        perform kentongan.tell_chair(m.group_id, m.id, 'codes_locked_chair', kentongan.member_params(m.id), c);
        return 'codes_locked';
    end if;
    perform kentongan.reply(c, 'code_wrong', jsonb_build_object('code', p_code, 'left', 3 - m.wrong_codes));
    return 'code_wrong';
end $$;
comment on function kentongan.wrong_code(kentongan.ctx, bigint[], text) is
    'Counts a wrong one-time code; the third in a row locks this phone''s codes for an hour and tells the chair';

create or replace function kentongan.is_officer(c kentongan.ctx) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.officers where member_id = any (kentongan.members_of_phone(c.phone_id))
                                                     and until is null and role <> 'pengawas');
end $$;
comment on function kentongan.is_officer(kentongan.ctx) is 'Whether somebody on this phone may decide: holds an office other than supervisor';

create or replace function kentongan.acting_officer(c kentongan.ctx, p_roles text[] default '{bendahara,ketua,sekretaris}')
returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint;
    v_groups int;
begin
    select (array_agg(o.member_id order by array_position(p_roles, o.role)))[1], count(distinct o.group_id) into v_officer, v_groups
      from kentongan.officers o
     where o.member_id = any (case when c.member_id is not null then array[c.member_id]
                                   else kentongan.members_of_phone(c.phone_id) end)
       and o.until is null and o.role = any (p_roles);
    -- Which group's cash, or whose member, is never guessed.
    if v_groups > 1 then
        perform kentongan.ask_member(c);
        return null;
    elsif v_officer is null then
        perform kentongan.reply(c, 'not_officer');
    end if;
    return v_officer;
end $$;
comment on function kentongan.acting_officer(kentongan.ctx, text[]) is
    'The officer who speaks, holding one of these offices; null, and answered, where nobody on the phone does';
