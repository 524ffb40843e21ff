create or replace function kentongan.short_name(p_name text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select upper(case when length(p_name) <= 12 then p_name
                      else left(split_part(p_name, ' ', 1), 10)
                           || coalesce(' ' || nullif(left(split_part(p_name, ' ', 2), 1), ''), '') end)
$$;
comment on function kentongan.short_name(text) is 'As it appears in messages: Siti Aminah Rahayu → SITI A';

create or replace function kentongan.give_phone(p_member bigint, p_msisdn text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_phone bigint;
begin
    insert into kentongan.phones (msisdn) values (p_msisdn) on conflict do nothing;
    select id into strict v_phone from kentongan.phones where msisdn = p_msisdn;
    if exists (select 1 from kentongan.member_phones where member_id = p_member and until is null and phone_id = v_phone) then
        return;
    end if;
    update kentongan.member_phones set until = kentongan.now() where member_id = p_member and until is null;
    insert into kentongan.member_phones (member_id, phone_id, since) values (p_member, v_phone, kentongan.now());
    -- A PIN's hash holds the number, too.
    delete from kentongan.pins where member_id = p_member;
end $$;
comment on function kentongan.give_phone(bigint, text) is 'The number that a member uses from now on; a changed one needs a new PIN';

create or replace function kentongan.change_phone(p_member bigint, p_msisdn text, p_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.give_phone(p_member, p_msisdn);
    update kentongan.members set withdraw_hold_until = p_at + interval '7 days' where id = p_member;
    -- What whoever held the old number asked for and hasn't confirmed is no wish of the new one's.
    with gone as (update kentongan.requests set status = 'cancelled', decided_at = p_at
                   where coalesce(asked_by, member_id) = p_member and status = 'confirming' returning id)
    update kentongan.one_time_codes oc set closed_at = p_at from gone where oc.request_id = gone.id and oc.closed_at is null;
    -- An officer's codes went to the old number: void there, and what waits is asked anew.
    update kentongan.one_time_codes set closed_at = p_at where person_id = p_member and stage = 'decide' and closed_at is null;
    if found then
        perform kentongan.ask_again((select group_id from kentongan.members where id = p_member));
    end if;
end $$;
comment on function kentongan.change_phone(bigint, text, timestamptz) is
    'A member''s other number: no money out for a week, so that the owner of the old one can speak up. What waits for an officer''s word is put to the new number, or to the next officer';

create or replace function api.member_add(p_actor text, p_group text, p_number int, p_name text, p_msisdn text,
                                          p_settings jsonb) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    v_number int;
    v_id bigint;
begin
    perform kentongan.act_as(p_actor);
    perform 1 from kentongan.groups where id = g.id for no key update;
    v_number := coalesce(p_number, 1 + coalesce((select max(number) from kentongan.members where group_id = g.id), 0));
    if exists (select 1 from kentongan.members where group_id = g.id and number = v_number) then
        raise exception 'group % has a member % already', g.code, v_number using errcode = 'KT409';
    end if;
    insert into kentongan.members (group_id, number, name, short_name, lang)
    values (g.id, v_number, p_name, coalesce(p_settings ->> 'short_name', kentongan.short_name(p_name)), p_settings ->> 'lang')
    returning id into v_id;
    if p_msisdn <> '' then
        perform kentongan.give_phone(v_id, p_msisdn);
    end if;
    return v_number;
end $$;
comment on function api.member_add(text, text, int, text, text, jsonb) is 'A new member, under the next number unless one is given; returns the number';

create or replace function api.member_phone(p_actor text, p_group text, p_number int, p_msisdn text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members := kentongan.member_by_number(kentongan.group_by_code(p_group), p_number);
    v_old text := kentongan.phone_of(m.id);
begin
    perform kentongan.act_as(p_actor);
    if v_old is distinct from p_msisdn then
        perform kentongan.change_phone(m.id, p_msisdn, kentongan.now());
        perform kentongan.enqueue(v_old, 'phone_changed', kentongan.member_params(m.id), kentongan.lang_of(m.id), 'notice')
          where v_old is not null;
        perform kentongan.wake();
    end if;
end $$;
comment on function api.member_phone(text, text, int, text) is 'A member''s new number; the old one is told';

create or replace function api.member_unblock(p_actor text, p_group text, p_number int) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members := kentongan.member_by_number(kentongan.group_by_code(p_group), p_number);
begin
    perform kentongan.act_as(p_actor);
    update kentongan.members set blocked_at = null, blocked_by = null, codes_locked_until = null where id = m.id;
    perform kentongan.ask_again(m.group_id);
    perform kentongan.tell(m.id, 'unblocked', kentongan.member_params(m.id));
    perform kentongan.tell_officers(m.group_id, array['ketua'], m.id, 'unblocked', kentongan.member_params(m.id));
    perform kentongan.wake();
end $$;
comment on function api.member_unblock(text, text, int) is 'Lifts BLOKIR and a lock after wrong codes; member and chair are told';

create or replace function kentongan.ask_again(p_group bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
    v_officer bigint;
begin
    for r in select q.* from kentongan.requests q
              where q.group_id = p_group and q.status = 'pending' and q.expires_at > kentongan.now()
                and not exists (select 1 from kentongan.one_time_codes oc
                                 where oc.request_id = q.id and oc.stage = 'decide'
                                   and (oc.closed_at is null or oc.renew_at > kentongan.now()))
              order by q.id for update loop
        v_officer := case
            -- Who was given cash, and nobody else, says whether it came.
            when r.kind = 'handover' then (
                select o.member_id from kentongan.officers o
                  join kentongan.members m on m.id = o.member_id and m.status = 'active' and m.blocked_at is null
                 where o.member_id = (r.details ->> 'to')::bigint and o.until is null and o.role <> 'pengawas' limit 1)
            when r.first_officer is null
                then kentongan.decider_for(p_group, r.kind, coalesce(r.member_id, r.asked_by, 0), r.asked_by)
            else coalesce(
                kentongan.officer_for(p_group, '{ketua,sekretaris,bendahara}', coalesce(r.member_id, r.asked_by, 0), r.first_officer),
                kentongan.decider_for(p_group, r.kind, coalesce(r.member_id, r.asked_by, 0), r.first_officer)) end;
        if v_officer is not null then
            perform kentongan.ask_officer(null, r.id, v_officer);
        end if;
    end loop;
    perform kentongan.wake();
end $$;
comment on function kentongan.ask_again(bigint) is
    'Notices whose officer has left are put to the next one; those that nobody may confirm wait for their expiry';

create or replace function api.officer_set(p_actor text, p_group text, p_number int, p_role text, p_holds boolean) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    m kentongan.members := kentongan.member_by_number(g, p_number);
begin
    perform kentongan.act_as(p_actor);
    if p_role not in ('bendahara', 'ketua', 'sekretaris', 'pengawas') then
        raise exception 'no office is called %', p_role
            using errcode = 'KT400', hint = 'Offices: bendahara, ketua, sekretaris, pengawas';
    end if;
    if not p_holds then
        perform kentongan.end_office(g.id, m.id, p_role);
    elsif kentongan.give_office(g.id, m.id, p_role) = 'office_both' then
        raise exception 'a supervisor (pengawas) can''t hold another office'
            using errcode = 'KT409', hint = 'End the other office first: `kentongan member officer … --end`';
    end if;
end $$;
comment on function api.officer_set(text, text, int, text, boolean) is 'Gives an office or ends it; open codes of who leaves are closed';

create or replace function api.member_list(p_group text)
returns table (number int, name text, short_name text, msisdn text, role text, lang text, status text, blocked boolean,
               pokok bigint, wajib bigint, sukarela bigint, loan bigint, receipts int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.number, m.name, m.short_name, kentongan.phone_of(m.id), kentongan.role_of(m.id), kentongan.lang_of(m.id),
           m.status, m.blocked_at is not null, kentongan.balance(m.group_id, 'pokok', m.id),
           kentongan.balance(m.group_id, 'wajib', m.id), kentongan.balance(m.group_id, 'sukarela', m.id),
           kentongan.loans_left(m.id), m.receipts
      from kentongan.members m where m.group_id = (kentongan.group_by_code(p_group)).id order by m.number
$$;
comment on function api.member_list(text) is 'A group''s members with their balances';
