-- Language, reminders, blocking.

create or replace function kentongan.cmd_bahasa(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform set_config('kentongan.actor', c.peer, true);
    update kentongan.members set lang = a ->> 'lang'
     where id = c.member_id or (c.member_id is null and id = any (kentongan.members_of_phone(c.phone_id)));
    c.lang := a ->> 'lang';
    perform kentongan.reply(c, 'bahasa');
    return 'bahasa';
end $$;
comment on function kentongan.cmd_bahasa(kentongan.ctx, jsonb) is 'BAHASA ID|JAWA|MADURA|EN: of this member, or of all who share the phone';

create or replace function kentongan.whose_reminders(c kentongan.ctx, a jsonb) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return array(select m.id from kentongan.members m join kentongan.groups g on g.id = m.group_id
                  where m.id = any (kentongan.members_of_phone(c.phone_id)) and (c.member_id is null or m.id = c.member_id)
                    and (not a ? 'member' or m.number = (a ->> 'member')::int)
                    and (not a ? 'group' or g.code = upper(a ->> 'group'))
                  order by g.code, m.number);
end $$;
comment on function kentongan.whose_reminders(kentongan.ctx, jsonb) is
    'Whom STOP and MULAI mean: who speaks, on a shared phone all who share it, or those that the number or group in front names';

create or replace function kentongan.sharers_params(p_members bigint[]) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_groups boolean := (select count(distinct group_id) > 1 from kentongan.members where id = any (p_members));
begin
    return (select jsonb_build_object(
                'whom', case when v_groups then string_agg(g.code || ' ' || m.number, ', ' order by x.n) filter (where x.n <= 3)
                                                || case when count(*) > 3 then ' +' || count(*) - 3 else '' end
                             else kentongan.member_list(p_members) end,
                'front', min(case when v_groups then g.code || ' ' else '' end || m.number) filter (where x.n = 1))
              from unnest(p_members) with ordinality x(id, n)
              join kentongan.members m on m.id = x.id join kentongan.groups g on g.id = m.group_id);
end $$;
comment on function kentongan.sharers_params(bigint[]) is
    'Who shares a phone, and what the first of them puts in front (front): 14, or MELATI 14 where they are of several groups';

create or replace function kentongan.unqueue_unwanted(p_peer text, p_members bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_other bigint := (select min(m.id) from kentongan.phones p
                         join kentongan.members m on m.id = any (kentongan.members_of_phone(p.id)) and m.reminders
                        where p.msisdn = p_peer);
begin
    -- What says the same to all who share the phone goes to who still wants it.
    update kentongan.outbox o set member_id = v_other, group_id = (select group_id from kentongan.members where id = v_other)
      from kentongan.broadcasts b
     where v_other is not null and o.peer = p_peer and o.status = 'queued' and o.member_id = any (p_members)
       and b.id = o.broadcast_id and b.kind <> 'reminder' and not kentongan.has_fields(b.wording)
       and (b.group_id is null or b.group_id = (select group_id from kentongan.members where id = v_other));
    update kentongan.outbox set status = 'cancelled', finished_at = clock_timestamp()
     where peer = p_peer and status = 'queued' and (class in ('broadcast', 'reminder') or client_id is not null)
       and (member_id = any (p_members) or member_id is null and v_other is null);
end $$;
comment on function kentongan.unqueue_unwanted(text, bigint[]) is
    'Takes broadcasts and reminders to members who have sent STOP out of the queue; what others at this number want stays';

create or replace function kentongan.set_reminders(c kentongan.ctx, a jsonb, p_on boolean) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_word text := case when p_on then 'mulai' else 'stop' end;
    v_members bigint[] := kentongan.whose_reminders(c, a);
begin
    if v_members = '{}' then
        return kentongan.ask_member(c);
    end if;
    perform set_config('kentongan.actor', c.peer, true);
    update kentongan.members set reminders = p_on where id = any (v_members);
    if not p_on then
        -- What waits already is no longer wanted either.
        perform kentongan.unqueue_unwanted(c.peer, v_members);
    end if;
    if cardinality(v_members) > 1 then
        perform kentongan.reply(c, case when p_on then 'mulai_all' else 'stop_all' end, kentongan.sharers_params(v_members));
    elsif cardinality(kentongan.members_of_phone(c.phone_id)) > 1 then
        perform kentongan.reply(c, case when p_on then 'mulai_one' else 'stop_one' end, kentongan.member_params(v_members[1]));
    else
        perform kentongan.reply(c, case when p_on then 'mulai' else 'stop' end);
    end if;
    return v_word;
end $$;
comment on function kentongan.set_reminders(kentongan.ctx, jsonb, boolean) is
    'Reminders on or off; receipts always go. On a shared phone the answer says for whom, and how to do it for one of them';

create or replace function kentongan.cmd_stop(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.set_reminders(c, a, false)
$$;
comment on function kentongan.cmd_stop(kentongan.ctx, jsonb) is
    'STOP: no more reminders, to anybody at this phone; 23 STOP: to one of them';

create or replace function kentongan.cmd_mulai(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.set_reminders(c, a, true)
$$;
comment on function kentongan.cmd_mulai(kentongan.ctx, jsonb) is 'MULAI: reminders again, to all at this phone; 23 MULAI: to one of them';

create or replace function kentongan.block_refused(c kentongan.ctx, p_member bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.member_params(p_member) || jsonb_build_object('peer', c.peer);
    v_n int;
begin
    if p_member = any (kentongan.members_of_phone(c.phone_id))
       or exists (select 1 from kentongan.members where id = p_member and blocked_at is not null) then
        return false;
    end if;
    v_n := kentongan.bump('blokir', c.peer);
    if v_n <= 3 then
        return false;
    end if;
    perform kentongan.reply(c, 'blokir_many', v_params);
    perform kentongan.tell_chair((select group_id from kentongan.members where id = p_member), p_member, 'blokir_many_chair', v_params, c)
      where v_n = 4;
    return true;
end $$;
comment on function kentongan.block_refused(kentongan.ctx, bigint) is
    'True, and answered, where this phone has blocked three others today: whoever wants to choose who is left to decide would go on. The chair hears it once a day';

create or replace function kentongan.tell_held(c kentongan.ctx, b kentongan.broadcasts, p_not bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officers bigint[];
    v_theirs bigint[];
begin
    select array_agg(distinct o.member_id),
           array_agg(distinct o.member_id) filter (where g.duties -> 'call' ? o.role)
      into v_officers, v_theirs
      from kentongan.officers o join kentongan.members m on m.id = o.member_id join kentongan.groups g on g.id = o.group_id
     where o.group_id = b.group_id and o.until is null and o.role <> 'pengawas'
       and m.blocked_at is null and m.id <> all (p_not);
    perform kentongan.tell(who, 'siaran_held', kentongan.group_params(b.group_id) || jsonb_build_object(
                'code', kentongan.broadcast_code(b), 'asker', (select short_name from kentongan.members where id = b.created_by)),
                'notice', c)
       from unnest(coalesce(v_theirs, v_officers)) who order by who;
end $$;
comment on function kentongan.tell_held(kentongan.ctx, kentongan.broadcasts, bigint[]) is
    'Tells those whose duty broadcasts are, where none of them is left every officer, that one stands still because of a block, and how it goes on or ends; never these members';

create or replace function kentongan.block(c kentongan.ctx, p_member bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    -- A block stops everybody on the phone, so what any of them asked for or agreed to stops.
    v_people bigint[] := kentongan.members_of_phone((select phone_id from kentongan.member_phones
                                                      where member_id = p_member and until is null)) || p_member;
    r kentongan.requests;
begin
    if exists (select 1 from kentongan.members where id = p_member and blocked_at is not null) then
        return false;
    end if;
    for r in select q.* from kentongan.requests q
              where q.status in ('confirming', 'pending')
                and (q.status = 'confirming' and coalesce(q.asked_by, q.member_id) = any (v_people)
                     or q.asked_by = any (v_people) or q.first_officer = any (v_people)
                     or q.kind = 'handover' and (q.details ->> 'to')::bigint = any (v_people))
              order by q.id for update loop
        if r.first_officer = any (v_people) and not coalesce(r.asked_by = any (v_people), false) then
            update kentongan.requests set first_officer = null, final_amount = null, cashier_id = null where id = r.id;
        else
            update kentongan.requests set status = 'cancelled', decided_at = c.at where id = r.id;
            perform kentongan.tell(who, 'request_cancelled', kentongan.request_params(r), 'notice', c)
               from (select person_id as who from kentongan.one_time_codes
                      where request_id = r.id and stage = 'decide' and closed_at is null
                     union select r.asked_by) x
              where who is not null and not who = any (v_people);
        end if;
        update kentongan.one_time_codes set closed_at = coalesce(closed_at, c.at), renew_at = null
         where request_id = r.id and (closed_at is null or renew_at is not null);
    end loop;
    update kentongan.one_time_codes set closed_at = coalesce(closed_at, c.at), renew_at = null
     where person_id = any (v_people) and stage = 'decide' and (closed_at is null or renew_at is not null);
    -- What goes out in their names stands still until an officer says LANJUT.
    perform kentongan.tell_held(c, b, v_people)
       from (select x as b from kentongan.broadcasts x
              where created_by = any (v_people) and kind in ('siaran', 'minutes') and status in ('waiting', 'running') order by id) w
      where kentongan.broadcast_set((w.b).id, 'paused', c.peer) = 'broadcast_paused';
    update kentongan.members set blocked_at = c.at, blocked_by = c.peer where id = p_member;
    perform kentongan.ask_again(g) from (select distinct group_id as g from kentongan.members where id = any (v_people)) x;
    return true;
end $$;
comment on function kentongan.block(kentongan.ctx, bigint) is
    'Blocks a member; false where she is already. What it ends: what she, or somebody on her phone, has only asked for, and as an officer has asked others for, is cancelled (who was asked is told); where she was the first of two, the request begins anew without her word; what waits for her is put to the next officer. A broadcast of hers that is under way or waits is paused (tell_held). A member''s own notice waits on, and money agreed to isn''t taken while blocked (act_on_code)';

create or replace function kentongan.cmd_blokir(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    -- A misspelt group isn't the sender's own: the wrong member would be blocked.
    v_group bigint := case when a ? 'group' then (select id from kentongan.groups where code = upper(a ->> 'group'))
                           else c.group_id end;
    v_targets bigint[];
    v_office boolean;
    m bigint;
begin
    if a ? 'member' and v_group is not null then
        select array_agg(id) into v_targets from kentongan.members
         where group_id = v_group and number = (a ->> 'member')::int and status = 'active';
    elsif c.phone_id is not null and not a ? 'member' then
        v_targets := kentongan.members_of_phone(c.phone_id);
    end if;
    if v_targets is null then
        perform kentongan.reply(c, 'blokir_who');
        return 'blokir_who';
    elsif kentongan.block_refused(c, v_targets[1]) then
        return 'blokir_many';
    end if;
    perform set_config('kentongan.actor', c.peer, true);
    foreach m in array v_targets loop
        if kentongan.block(c, m) then
            -- Always to the owner too: who blocks for mischief is seen at once.
            perform kentongan.tell(m, 'blokir', kentongan.member_params(m), 'notice', c)
              where kentongan.phone_of(m) is distinct from c.peer;
            v_office := exists (select 1 from kentongan.officers where member_id = m and until is null);
            perform kentongan.tell_officers((select group_id from kentongan.members where id = m), case when v_office
                then '{ketua,bendahara,sekretaris,pengawas}'::text[] else '{ketua,bendahara}' end, m, 'blokir_officer',
                kentongan.member_params(m) || jsonb_build_object('peer', c.peer, 'role', kentongan.role_of(m)), c);
        end if;
    end loop;
    perform kentongan.reply(c, 'blokir', kentongan.member_params(v_targets[1]));
    return 'blokir';
end $$;
comment on function kentongan.cmd_blokir(kentongan.ctx, jsonb) is
    'BLOKIR: stops money moving from this phone, or from a named member''s from any phone; officers and owner are told. Only officers lift it. An officer may be blocked so, too (her phone may be stolen, and TERIMA needs no PIN): every officer and supervisor hears at once from which number, no phone blocks more than three others a day, what needs two officers still does, and BUKA can be asked for and agreed to by supervisors (cmd_buka)';
