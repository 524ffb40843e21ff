-- To whom a broadcast goes: one source for what is counted, shown and sent.

create or replace function kentongan.has_fields(p_wording text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(p_wording ~ '\{[a-z_]+\}', false)
$$;
comment on function kentongan.has_fields(text) is 'Whether a wording says something else to each recipient';

create or replace function kentongan.audience(b kentongan.broadcasts)
returns table (member_id bigint, group_id bigint, peer text, lang text, reminders boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    a jsonb := b.audience;
begin
    if a ? 'numbers' then
        -- A number that is some member's: her wish for no more reminders counts, and her language.
        return query
        select m.id, m.group_id, n.peer, coalesce(m.lang, g.lang)::text, coalesce(m.reminders, true)
          from kentongan.broadcast_numbers n
          left join kentongan.phones p on p.msisdn = n.peer
          left join lateral (select x.* from kentongan.member_phones mp join kentongan.members x on x.id = mp.member_id and x.status = 'active'
                              where mp.phone_id = p.id and mp.until is null order by x.reminders, x.id limit 1) m on true
          left join kentongan.groups g on g.id = m.group_id
         where n.broadcast_id = b.id;
        return;
    end if;
    return query
    select m.id, m.group_id, p.msisdn::text, coalesce(m.lang, g.lang)::text, m.reminders
      from kentongan.members m
      join kentongan.groups g on g.id = m.group_id
      left join kentongan.member_phones mp on mp.member_id = m.id and mp.until is null
      left join kentongan.phones p on p.id = mp.phone_id
     where m.status = 'active'
       and (not a ? 'groups' or m.group_id = any (array(select jsonb_array_elements_text(a -> 'groups')::bigint)))
       and (not a ? 'kecamatan' or lower(g.kecamatan) = lower(a ->> 'kecamatan'))
       and (not a ? 'roles' or exists (select 1 from kentongan.officers o where o.member_id = m.id and o.until is null
                                          and o.role = any (array(select jsonb_array_elements_text(a -> 'roles')))))
       and (not a ? 'late' or kentongan.is_late(m.id))
       and (not a ? 'members' or m.id = any (array(select jsonb_array_elements_text(a -> 'members')::bigint)))
       and (not a ? 'except' or m.id <> all (array(select jsonb_array_elements_text(a -> 'except')::bigint)));
end $$;
comment on function kentongan.audience(kentongan.broadcasts) is
    'Everybody whom a broadcast means, with or without a phone, wanting it or not';

create or replace function kentongan.is_late(p_member bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.loans l, kentongan.loan_overdue(l.id, kentongan.today(l.group_id)) o
                    where l.member_id = p_member and l.status = 'running' and o.interest + o.principal > 0);
end $$;
comment on function kentongan.is_late(bigint) is 'Whether a member has an instalment in arrears';

create or replace function kentongan.messages_of(p_broadcasts bigint[], p_peers text[])
returns table (peer text, member_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    if p_broadcasts = '{}' then
        return;
    elsif p_peers is not null then
        return query select m.peer, m.member_id from kentongan.messages_to(p_broadcasts, p_peers) m;
        return;
    end if;
    return query
    select o.peer::text, o.member_id from kentongan.outbox o
     where o.broadcast_id = any (p_broadcasts) and o.status not in ('cancelled', 'expired');
end $$;
comment on function kentongan.messages_of(bigint[], text[]) is
    'Messages of these broadcasts to these numbers (null: to all), but for those that never left';

create or replace function kentongan.messages_to(p_broadcasts bigint[], p_peers text[])
returns table (peer text, member_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp
-- A plan that was made while the outbox was small must do for millions of rows.
set enable_seqscan = off as $$
#variable_conflict use_column
begin
    return query
    select o.peer::text, o.member_id
      from (select distinct unnest(p_peers) as peer) p
      cross join lateral (
            select x.peer, x.member_id, x.broadcast_id, x.status from kentongan.outbox x where x.peer = p.peer offset 0) o
     where o.broadcast_id = any (p_broadcasts) and o.status not in ('cancelled', 'expired');
end $$;
comment on function kentongan.messages_to(bigint[], text[]) is 'The same by number: each one''s own messages and no others are looked at';

create or replace function kentongan.recipients(b kentongan.broadcasts)
returns table (member_id bigint, group_id bigint, peer text, lang text, skip text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    v_personal boolean := kentongan.has_fields(b.wording) or b.kind = 'reminder';
    v_since timestamptz := date_trunc('day', kentongan.now() at time zone coalesce((select timezone from kentongan.groups where id = b.group_id), 'Asia/Jakarta'))
                           at time zone coalesce((select timezone from kentongan.groups where id = b.group_id), 'Asia/Jakarta');
    -- What went out today, and what of it was this text.
    v_today bigint[] := array(select id from kentongan.broadcasts where enqueued_at >= v_since and id <> b.id and kind <> 'meeting');
    v_same bigint[] := array(select id from kentongan.broadcasts x
                              where x.enqueued_at >= v_since and x.id <> b.id and x.wording = b.wording and x.template = b.template);
    -- One group's are few: what each had is found by number. Else by what was sent today, at once.
    v_peers text[] := case when b.group_id is not null then array(
        select p.msisdn::text from kentongan.members m join kentongan.member_phones mp on mp.member_id = m.id and mp.until is null
          join kentongan.phones p on p.id = mp.phone_id where m.group_id = b.group_id) end;
    v_least int := case when b.kind = 'meeting' then 1000000
                        else coalesce((select broadcasts_a_day from kentongan.groups where id = b.group_id),
                                      least(4, (select min(broadcasts_a_day) from kentongan.groups))) end;
begin
    return query
    with meant as (
        select a.*, row_number() over (partition by a.peer, case when v_personal then a.member_id end order by a.reminders desc, a.member_id) as n
          from kentongan.audience(b) a),
    often as (
        select o.peer, count(*) as n from kentongan.messages_of(v_today, v_peers) o group by o.peer having count(*) >= v_least),
    same as (
        select distinct o.peer, o.member_id from kentongan.messages_of(v_same, v_peers) o)
    select m.member_id, m.group_id, m.peer, coalesce(m.lang, 'id'),
           case when m.peer is null then 'phone'
                when not m.reminders then 'stop'
                when same.peer is not null then 'same'
                -- Each group's own measure; four for who is in none.
                when often.peer is not null and often.n >= case when b.kind = 'meeting' then v_least
                                     else coalesce((select g.broadcasts_a_day from kentongan.groups g where g.id = m.group_id), 4) end then 'often' end
      from meant m
      left join often on often.peer = m.peer
      left join same on same.peer = m.peer and (not v_personal or same.member_id is not distinct from m.member_id)
     -- Who shares a phone reads it once, unless it says something of each; whoever wants it stands for all.
     where m.n = 1 or m.peer is null;
end $$;
comment on function kentongan.recipients(kentongan.broadcasts) is
    'Who gets a broadcast, each number once, and who doesn''t for what reason (skip: stop, often, same, phone)';

create or replace function kentongan.is_unwanted(p_outbox bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    o kentongan.outbox;
begin
    select * into o from kentongan.outbox where id = p_outbox;
    if o.member_id is null
       or exists (select 1 from kentongan.members m
                    join kentongan.member_phones mp on mp.member_id = m.id and mp.until is null
                    join kentongan.phones p on p.id = mp.phone_id
                   where m.id = o.member_id and m.status = 'active' and m.reminders and p.msisdn = o.peer) then
        return false;
    end if;
    update kentongan.outbox set status = 'cancelled', finished_at = clock_timestamp(), error = 'no longer wanted at this number'
     where id = p_outbox;
    return true;
end $$;
comment on function kentongan.is_unwanted(bigint) is
    'True, and cancelled, where a broadcast''s message waited too long: the member has another number by now (what it says of her is nobody else''s), has left, or has sent STOP while a modem had it';
