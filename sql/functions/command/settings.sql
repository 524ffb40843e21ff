-- Language, reminders, blocking, complaints.

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

create or replace function kentongan.cmd_salah(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_members bigint[] := kentongan.members_of_phone(c.phone_id);
    r kentongan.requests;
    v_member bigint;
    k kentongan.cases;
    v_params jsonb;
begin
    select * into r from kentongan.requests
     where code = upper(a ->> 'code')
       and (member_id = any (v_members) or decided_by = any (v_members) or first_officer = any (v_members))
     order by id desc limit 1;
    if not found then
        perform kentongan.reply(c, 'code_unknown', jsonb_build_object('code', upper(a ->> 'code')));
        return 'code_unknown';
    end if;
    v_member := case when r.member_id = any (v_members) then r.member_id
                     when r.decided_by = any (v_members) then r.decided_by else r.first_officer end;
    -- One number after another in a group, also when two complain at once.
    perform 1 from kentongan.groups where id = r.group_id for no key update;
    select * into k from kentongan.cases where request_id = r.id and member_id = v_member and status = 'open';
    if not found then
        insert into kentongan.cases (group_id, number, member_id, request_id, text, opened_at, due_at)
        values (r.group_id, 1 + coalesce((select max(number) from kentongan.cases where group_id = r.group_id), 0),
                v_member, r.id, left(coalesce(a ->> 'text', ''), 300), c.at, c.at + interval '7 days')
        returning * into k;
        v_params := kentongan.member_params(v_member) || jsonb_build_object('case', k.number, 'code', r.code,
            'amount', coalesce(r.final_amount, r.amount), 'due', to_char(k.due_at at time zone
                (select timezone from kentongan.groups where id = r.group_id), 'DD/MM'),
            'text', left(nullif(k.text, ''), 30));
        perform kentongan.tell_officers(r.group_id, array['ketua', 'pengawas'], v_member, 'salah_officer', v_params, c);
    end if;
    perform kentongan.reply(c, 'salah', jsonb_build_object('case', k.number, 'code', r.code,
        'due', to_char(k.due_at at time zone (select timezone from kentongan.groups where id = r.group_id), 'DD/MM')));
    return 'salah';
end $$;
comment on function kentongan.cmd_salah(kentongan.ctx, jsonb) is
    'SALAH code [text]: opens a case with number and deadline; chair and supervisors are told. Money stays where it is until two people correct it';
