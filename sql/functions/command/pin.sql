-- PIN, GANTI PIN, RESET PIN: a secret of six digits that each member chooses
-- alone. Only its keyed hash comes here.

create or replace function kentongan.cmd_pin(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.ask_new_pin(c, false);
end $$;
comment on function kentongan.cmd_pin(kentongan.ctx, jsonb) is
    'PIN: the first one of a member. A PIN that was typed with it is not kept: without the code that only this phone gets, anybody could have sent it';

create or replace function kentongan.cmd_gantipin(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.ask_new_pin(c, true);
end $$;
comment on function kentongan.cmd_gantipin(kentongan.ctx, jsonb) is
    'GANTI PIN: another PIN, by the code sent here and the old PIN. PINs typed with it are neither kept nor tried';

create or replace function kentongan.ask_new_pin(c kentongan.ctx, p_change boolean) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_has boolean;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    -- Two messages of one member at the same time must see each other.
    perform 1 from kentongan.members where id = c.member_id for no key update;
    v_has := exists (select 1 from kentongan.pins where member_id = c.member_id);
    if v_has and not p_change then
        perform kentongan.reply(c, 'pin_exists');
        return 'pin_exists';
    end if;
    if c.weak_pin then
        perform kentongan.reply(c, 'pin_easy');
        return 'pin_easy';
    end if;
    -- GANTI PIN of somebody who has none yet is a first one.
    perform kentongan.request_open(c, 'pin', c.group_id, c.member_id, null, null,
                                   case when v_has then '{"change": true}' else '{}' end::jsonb);
    return case when v_has then 'pin_change' else 'pin' end;
end $$;
comment on function kentongan.ask_new_pin(kentongan.ctx, boolean) is
    'Asks the member''s own phone for the new PIN (for another one: behind the old), with a code for ten minutes';

create or replace function kentongan.do_pin(c kentongan.ctx, r kentongan.requests, p_person bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_change boolean := r.details ? 'change';
    v_new bytea := case when v_change then c.new_pin_hash else coalesce(c.new_pin_hash, c.pin_hash) end;
    v_refused text;
begin
    if v_new is null then
        return kentongan.pin_not_saved(c, r, 'pin_how');
    end if;
    if v_change then
        v_refused := kentongan.check_pin(c, p_person, c.pin_hash);
        if v_refused is not null then
            return kentongan.pin_not_saved(c, r, v_refused, false);
        end if;
    end if;
    if c.weak_pin then
        return kentongan.pin_not_saved(c, r, 'pin_weak');
    end if;
    if v_change then
        update kentongan.pins set hash = v_new, set_at = c.at, wrong = 0 where member_id = p_person and hash <> v_new;
        if not found then
            return kentongan.pin_not_saved(c, r, 'pin_same');
        end if;
    else
        insert into kentongan.pins (member_id, hash, set_at) values (p_person, v_new, c.at) on conflict (member_id) do nothing;
        if not found then
            return kentongan.pin_not_saved(c, r, 'pin_exists');
        end if;
    end if;
    insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
    values (c.peer, case when v_change then 'pin.changed' else 'pin.set' end, r.code, r.group_id, c.message_id,
            jsonb_build_object('member', p_person));
    perform kentongan.reply(c, 'pin_saved');
    return 'pin_saved';
end $$;
comment on function kentongan.do_pin(kentongan.ctx, kentongan.requests, bigint) is
    'Saves a first PIN, or another one where the old one is right. Whatever is refused leaves the code open for another try within its ten minutes';

create or replace function kentongan.pin_not_saved(c kentongan.ctx, r kentongan.requests, p_why text, p_say boolean default true)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.requests set status = 'confirming', decided_by = null, decided_at = null where id = r.id;
    update kentongan.one_time_codes set closed_at = null
     where request_id = r.id and person_id = r.member_id and stage = 'confirm';
    if p_say then
        perform kentongan.reply(c, case p_why when 'pin_how' then 'pin_how' when 'pin_weak' then 'pin_weak'
                                              when 'pin_same' then 'pin_same' else 'pin_exists' end,
                                kentongan.request_params(r));
    end if;
    return p_why;
end $$;
comment on function kentongan.pin_not_saved(kentongan.ctx, kentongan.requests, text, boolean) is
    'Says why no PIN was saved, unless that has been said; the request waits on with the same code';

create or replace function kentongan.cmd_resetpin(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint;
    v_group bigint;
    v_member bigint;
begin
    v_officer := kentongan.acting_officer(c);
    if v_officer is null then
        return 'not_officer';
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    select group_id into strict v_group from kentongan.members where id = v_officer;
    c.member_id := v_officer;
    c.group_id := v_group;
    select id into v_member from kentongan.members
     where group_id = v_group and number = (a ->> 'member')::int and status = 'active';
    if not found then
        perform kentongan.reply(c, 'pin_reset_who', kentongan.group_params(v_group));
        return 'pin_reset_who';
    end if;
    if v_member = any (kentongan.members_of_phone(c.phone_id)) then
        perform kentongan.reply(c, 'pin_reset_own');
        return 'pin_reset_own';
    end if;
    if not exists (select 1 from kentongan.pins where member_id = v_member) then
        perform kentongan.reply(c, 'pin_reset_none', kentongan.member_params(v_member));
        return 'pin_reset_none';
    end if;
    perform kentongan.request_open(c, 'pin_reset', v_group, v_member, v_officer);
    return 'pin_reset';
end $$;
comment on function kentongan.cmd_resetpin(kentongan.ctx, jsonb) is
    'RESET PIN member: a forgotten PIN is taken away by two officers who have the member before them; neither owns it nor shares the owner''s phone';

create or replace function kentongan.do_pin_reset(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.request_params(r) || jsonb_build_object('when', kentongan.stamp(c.at, r.group_id),
        'second', (select short_name from kentongan.members where id = p_officer));
begin
    delete from kentongan.pins where member_id = r.member_id;
    -- What asks for the old PIN has nothing to ask for any more.
    with old as (update kentongan.requests set status = 'cancelled', decided_at = c.at
                  where kind = 'pin' and status = 'confirming' and member_id = r.member_id returning id)
    update kentongan.one_time_codes oc set closed_at = c.at from old where oc.request_id = old.id and oc.closed_at is null;
    insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
    values (c.peer, 'pin.reset', r.code, r.group_id, c.message_id,
            jsonb_build_object('member', r.member_id, 'first', r.first_officer, 'second', p_officer));
    perform kentongan.reply(c, 'pin_reset_done', v_params);
    perform kentongan.tell(r.first_officer, 'pin_reset_done', v_params, 'notice', c);
    perform kentongan.tell(r.member_id, 'pin_reset_member', v_params, 'notice', c);
    return 'pin_reset_done';
end $$;
comment on function kentongan.do_pin_reset(kentongan.ctx, kentongan.requests, bigint) is
    'Two officers have agreed: the PIN is gone, with its wrong tries and locks; the member and both officers are told who did it';
