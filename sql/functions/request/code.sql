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
        perform kentongan.reply(c, 'codes_shut');
        refused := 'codes_shut';
        return;
    end if;
    select oc.person_id, oc.request_id, oc.stage, oc.expires_at into person_id, request_id, stage, v_expires
      from kentongan.one_time_codes oc
     where oc.person_id = any (v_members) and oc.closed_at is null and oc.stage = any (p_stages)
       and (oc.hash = sha256(oc.salt || convert_to(p_code, 'UTF8')) or kentongan.names_request(c, p_code, oc.request_id, oc.person_id))
       -- The office may have passed on since the code was sent: an officer's word on it, and an officer's own request.
       and (oc.stage <> 'decide' and not (oc.stage = 'confirm' and exists (select 1 from kentongan.requests r
             where r.id = oc.request_id and r.asked_by = oc.person_id))
            or exists (select 1 from kentongan.officers o
                         join kentongan.requests r on r.id = oc.request_id join kentongan.request_kinds k on k.kind = r.kind
                        where o.member_id = oc.person_id and o.until is null
                          and (o.role <> 'pengawas' or o.role = any (k.roles))));
    if found then
        if v_expires <= c.at and stage <> 'decide' then
            perform kentongan.reply(c, 'code_old');
            refused := 'code_old';
        elsif (stage = 'decide' or exists (select 1 from kentongan.requests where id = request_id and asked_by = person_id))
              and kentongan.decides_not(c, person_id) then
            refused := 'officer_held';
        end if;
        return;
    end if;
    -- Only of late: in years every number will have been a code once, and a guess must count.
    select oc.request_id into v_closed
      from kentongan.one_time_codes oc
     where oc.person_id = any (v_members) and oc.closed_at > c.at - interval '7 days' and oc.stage = any (p_stages)
       and (oc.hash = sha256(oc.salt || convert_to(p_code, 'UTF8')) or kentongan.names_request(c, p_code, oc.request_id, oc.person_id))
     order by oc.closed_at desc limit 1;
    if found then
        -- A block has closed what was open on its phone.
        refused := case when kentongan.is_blocked(c) then 'blocked' else kentongan.code_done(c, v_closed) end;
        return;
    end if;
    refused := kentongan.wrong_code(c, v_members, p_code, p_stages);
end $$;
comment on function kentongan.find_code(kentongan.ctx, text, text[]) is
    'Which request and stage a one-time code of somebody on this phone belongs to; otherwise answers why not and says so in refused';

create or replace function kentongan.names_request(c kentongan.ctx, p_code text, p_request bigint, p_person bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return c.transport = 'ussd' and p_code !~ '^[0-9]{4}$' and coalesce(c.member_id, p_person) = p_person
       and exists (select 1 from kentongan.requests where id = p_request and code = p_code);
end $$;
comment on function kentongan.names_request(kentongan.ctx, text, bigint, bigint) is
    'Within a USSD session the network vouches for the SIM, which is what a one-time code is for: there the request''s own code (K7M4) names it, to the person who was asked and to nobody else';

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

create or replace function kentongan.wrong_code(c kentongan.ctx, p_members bigint[], p_code text, p_stages text[]) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_guesses int;
begin
    -- A request's row before its codes, as whoever decides on it.
    perform 1 from kentongan.requests r
      where r.id in (select request_id from kentongan.one_time_codes
                      where person_id = any (p_members) and closed_at is null and stage = any (p_stages) and expires_at > c.at)
      order by r.id for update;
    with hit as (update kentongan.one_time_codes set guesses = guesses + 1
                  where person_id = any (p_members) and closed_at is null and stage = any (p_stages) and expires_at > c.at
                 returning guesses)
    select max(guesses) into v_guesses from hit;
    if v_guesses >= 3 then
        return kentongan.void_codes(c, p_members, p_code);
    end if;
    perform kentongan.reply(c, 'code_wrong', jsonb_build_object('code', p_code, 'left', 3 - v_guesses));
    return 'code_wrong';
end $$;
comment on function kentongan.wrong_code(kentongan.ctx, bigint[], text, text[]) is
    'Counts a wrong one-time code against each open one that it might have hit, the third ends those (void_codes). Where none is open there is nothing to guess, and nothing is counted. Senders can be feigned: no number of guesses locks a phone';

create or replace function kentongan.void_codes(c kentongan.ctx, p_members bigint[], p_code text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_times int := kentongan.bump('guessed', c.phone_id::text);
    v_renew timestamptz := c.at + case v_times when 1 then interval '0' when 2 then interval '1 hour' else interval '3 hours' end;
    v_owner bigint := coalesce((select min(member_id) from kentongan.officers where member_id = any (p_members) and until is null),
                               (select min(id) from unnest(p_members) id));
    v_gone bigint;
    v_renewed bigint;
begin
    if v_times > 1 then
        -- Not at night; what is said here is when it comes.
        v_renew := coalesce(kentongan.quiet_over(kentongan.quiet_of(array(select group_id from kentongan.members where id = v_owner)), v_renew), v_renew);
    end if;
    with shut as (update kentongan.one_time_codes
                     set closed_at = c.at, renew_at = case when stage <> 'confirm' then v_renew end
                   where person_id = any (p_members) and closed_at is null and guesses >= 3
                  returning request_id, stage),
         gone as (update kentongan.requests r set status = 'cancelled', decided_at = c.at
                    from shut where shut.stage = 'confirm' and r.id = shut.request_id and r.status = 'confirming')
    select count(*) filter (where stage = 'confirm'), count(*) filter (where stage <> 'confirm') into v_gone, v_renewed from shut;
    perform kentongan.reply(c, 'codes_void', jsonb_build_object('code', p_code,
        'again', case when v_gone > 0 then 'x' end,
        'until', case when v_renewed = 0 then null when v_renew > c.at then kentongan.stamp(v_renew, c.group_id) else 'soon' end));
    if v_times = 2 then
        perform kentongan.tell_chair((select group_id from kentongan.members where id = v_owner), v_owner, 'codes_guessed_chair',
                                     kentongan.member_params(v_owner), c);
    end if;
    perform kentongan.renew_codes();
    return 'codes_void';
end $$;
comment on function kentongan.void_codes(kentongan.ctx, bigint[], text) is
    'Three guesses have ended a code: what was only asked is cancelled and may be asked again, what waits for an officer''s word or for AMBIL is asked anew under another code: at once, the second time in a day after an hour, then after three. So a code is hit with 3 in 10,000, and who guesses gets few. The second time the chair hears';

create or replace function kentongan.renew_codes_of(p_group bigint, p_now timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
    v_person bigint;
    v_n int := 0;
begin
    for r in select q.* from kentongan.requests q
              where q.group_id = p_group
                and q.id in (select request_id from kentongan.one_time_codes where renew_at <= p_now)
              order by q.id for update loop
        update kentongan.one_time_codes set renew_at = null where request_id = r.id and renew_at <= p_now and stage = 'take'
          returning person_id into v_person;
        if found and r.status = 'approved' then
            perform kentongan.tell(v_person, r.kind || '_take', kentongan.request_params(r) || kentongan.officer_params(r.cashier_id)
                || jsonb_build_object('otp', kentongan.issue_code(r.id, v_person, r.expires_at, 'take')));
        end if;
        update kentongan.one_time_codes set renew_at = null where request_id = r.id and renew_at <= p_now;
        v_n := v_n + 1;
    end loop;
    perform kentongan.ask_again(p_group);
    return v_n;
end $$;
comment on function kentongan.renew_codes_of(bigint, timestamptz) is 'One group''s part of renew_codes';

create or replace function kentongan.renew_codes() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_group bigint;
    v_n int := 0;
begin
    -- By id, as everybody who holds several requests.
    perform 1 from kentongan.requests q
      where q.id in (select request_id from kentongan.one_time_codes where renew_at <= v_now)
      order by q.id for update;
    for v_group in select distinct q.group_id from kentongan.one_time_codes oc join kentongan.requests q on q.id = oc.request_id
                    where oc.renew_at <= v_now
                      -- At night nobody answers, but who is awake: the code is made when it can be read.
                      and kentongan.day_comes(q.group_id, v_now) = '0'
                    order by 1 loop
        begin
            v_n := v_n + kentongan.renew_codes_of(v_group, v_now);
        exception when others then
            perform kentongan.timed_failed('renew_codes', kentongan.group_params(v_group) ->> 'group', sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.renew_codes() is
    'What guesses ended is asked anew where it still waits and the time has come, not at night; returns how many requests that was';

create or replace function kentongan.is_officer(c kentongan.ctx) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.officers o
                    where o.member_id = any (kentongan.members_of_phone(c.phone_id)) and o.until is null
                      and (o.role <> 'pengawas'
                           or exists (select 1 from kentongan.one_time_codes oc
                                       where oc.person_id = o.member_id and oc.stage = 'decide' and oc.closed_at is null)));
end $$;
comment on function kentongan.is_officer(kentongan.ctx) is
    'Whether somebody on this phone may decide: holds an office; a supervisor only where one was asked (BUKA)';

create or replace function kentongan.decides_not(c kentongan.ctx, p_officer bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_until timestamptz := (select decide_hold_until from kentongan.members where id = p_officer);
begin
    if v_until > c.at then
        perform kentongan.reply(c, 'officer_held', kentongan.member_params(p_officer)
            || jsonb_build_object('until', kentongan.stamp(v_until, c.group_id)));
        return true;
    end if;
    return false;
end $$;
comment on function kentongan.decides_not(kentongan.ctx, bigint) is
    'True, and answered with the date, where two officers have changed this officer''s number within a week: whoever holds it now could be theirs. Strict, also where fewer than two officers remain then: what needs two waits, BUKA can be a supervisor''s, and the operator can change a number without this hold';

create or replace function kentongan.acting_officer(c kentongan.ctx, p_roles text[] default '{bendahara,ketua,sekretaris}')
returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint;
    v_groups int;
begin
    select (array_agg(o.member_id order by (m.decide_hold_until > c.at) is true, array_position(p_roles, o.role)))[1],
           count(distinct o.group_id)
      into v_officer, v_groups
      from kentongan.officers o join kentongan.members m on m.id = o.member_id
     where o.member_id = any (case when c.member_id is not null then array[c.member_id]
                                   else kentongan.members_of_phone(c.phone_id) end)
       and o.until is null and o.role = any (p_roles);
    -- Which group's cash, or whose member, is never guessed.
    if v_groups > 1 then
        perform kentongan.ask_member(c);
        return null;
    elsif v_officer is null then
        perform kentongan.reply(c, 'not_officer');
    elsif kentongan.decides_not(c, v_officer) then
        return null;
    end if;
    return v_officer;
end $$;
comment on function kentongan.acting_officer(kentongan.ctx, text[]) is
    'The officer who speaks, holding one of these offices; null, and answered, where nobody on the phone does, or the officer''s number is too new (decides_not)';
