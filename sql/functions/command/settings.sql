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

create or replace function kentongan.set_reminders(c kentongan.ctx, p_on boolean) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform set_config('kentongan.actor', c.peer, true);
    update kentongan.members set reminders = p_on
     where id = c.member_id or (c.member_id is null and id = any (kentongan.members_of_phone(c.phone_id)));
    perform kentongan.reply(c, case when p_on then 'mulai' else 'stop' end);
    return case when p_on then 'mulai' else 'stop' end;
end $$;
comment on function kentongan.set_reminders(kentongan.ctx, boolean) is 'Reminders on or off; receipts always go';

create or replace function kentongan.cmd_stop(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.set_reminders(c, false)
$$;
comment on function kentongan.cmd_stop(kentongan.ctx, jsonb) is 'STOP: no more reminders';

create or replace function kentongan.cmd_mulai(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.set_reminders(c, true)
$$;
comment on function kentongan.cmd_mulai(kentongan.ctx, jsonb) is 'MULAI: reminders again';

create or replace function kentongan.cmd_blokir(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    -- A misspelt group isn't the sender's own: the wrong member would be blocked.
    v_group bigint := case when a ? 'group' then (select id from kentongan.groups where code = upper(a ->> 'group'))
                           else c.group_id end;
    v_targets bigint[];
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
    end if;
    perform set_config('kentongan.actor', c.peer, true);
    foreach m in array v_targets loop
        update kentongan.members set blocked_at = c.at, blocked_by = c.peer where id = m and blocked_at is null;
        if found then
            -- Always to the owner too: who blocks for mischief is seen at once.
            perform kentongan.tell(m, 'blokir', kentongan.member_params(m), 'notice', c)
              where kentongan.phone_of(m) is distinct from c.peer;
            perform kentongan.tell_officers((select group_id from kentongan.members where id = m),
                array['ketua', 'bendahara'], m, 'blokir_officer',
                kentongan.member_params(m) || jsonb_build_object('peer', c.peer), c);
        end if;
    end loop;
    perform kentongan.reply(c, 'blokir', kentongan.member_params(v_targets[1]));
    return 'blokir';
end $$;
comment on function kentongan.cmd_blokir(kentongan.ctx, jsonb) is
    'BLOKIR: stops money moving from this phone, or from a named member''s from any phone; officers and owner are told. Only officers lift it';
