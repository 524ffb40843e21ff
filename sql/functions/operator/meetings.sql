-- Meetings, for the operator to look at and, where no officer can, to call or cancel.

create or replace function kentongan.local_time(p_at timestamptz, p_zone text) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
    select to_char(p_at at time zone p_zone, 'YYYY-MM-DD HH24:MI')
$$;
comment on function kentongan.local_time(timestamptz, text) is 'A moment as the operator writes and reads it, by a group''s clock: 2027-05-15 14:00';

create or replace function kentongan.meeting_of(g kentongan.groups, p_id bigint) returns kentongan.meetings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
begin
    if p_id is null then
        m := kentongan.meeting_to_list(g.id, kentongan.now());
    else
        select * into m from kentongan.meetings where id = p_id and group_id = g.id;
    end if;
    if m.id is null then
        raise exception '%', case when p_id is null then format('group %s has no meeting ahead', g.code)
                                  else format('group %s has no meeting %s', g.code, p_id) end
            using errcode = 'KT404', hint = format('`kentongan meeting list %s --all` shows them', g.code);
    end if;
    return m;
end $$;
comment on function kentongan.meeting_of(kentongan.groups, bigint) is
    'A group''s meeting by its number, the next (or one of the last week) without; or KT404 with a hint';

create or replace function api.meeting_list(p_group text, p_all boolean)
returns table (id bigint, at text, zone text, place text, status text, called_by text, coming int, absent int, silent int, reason text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.id, kentongan.local_time(m.at, g.timezone), g.timezone, m.place, m.status, b.name,
           (k.c ->> 'coming')::int, (k.c ->> 'absent')::int, (k.c ->> 'silent')::int, nullif(m.reason, '')
      from kentongan.group_by_code(p_group) g
      join kentongan.meetings m on m.group_id = g.id
      left join kentongan.members b on b.id = m.called_by,
           lateral (select kentongan.meeting_counts(m) as c) k
     where p_all or m.status = 'called' and m.at > kentongan.now() - interval '3 hours'
     order by m.at, m.id
$$;
comment on function api.meeting_list(text, boolean) is 'A group''s meetings ahead, or all there were; at is by the group''s clock';

create or replace function api.meeting_show(p_group text, p_id bigint)
returns table (id bigint, at text, zone text, place text, status text, called_by text, called_at timestamptz, reason text,
               coming int, absent int, silent int, told_before timestamptz, told_morning timestamptz, sent int, waiting int, failed int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.id, kentongan.local_time(m.at, g.timezone), g.timezone, m.place, m.status, b.name, m.created_at, nullif(m.reason, ''),
           (k.c ->> 'coming')::int, (k.c ->> 'absent')::int, (k.c ->> 'silent')::int, m.told_before, m.told_morning,
           o.sent, o.waiting, o.failed
      from kentongan.group_by_code(p_group) g, lateral kentongan.meeting_of(g, p_id) m
      left join kentongan.members b on b.id = m.called_by,
           lateral (select kentongan.meeting_counts(m) as c) k,
           lateral (select (count(*) filter (where x.status in ('sent', 'delivered')))::int as sent,
                           (count(*) filter (where x.status in ('queued', 'sending')))::int as waiting,
                           (count(*) filter (where x.status in ('failed', 'undelivered', 'uncertain', 'expired')))::int as failed
                      from kentongan.outbox x
                     where x.broadcast_id in (select id from kentongan.broadcasts where meeting_id = m.id)) o
$$;
comment on function api.meeting_show(text, bigint) is 'One meeting, its answers in numbers and how its messages fared';

create or replace function api.meeting_answers(p_group text, p_id bigint)
returns table (member int, name text, answer text, reason text, at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select x.number, x.name, case when a.coming then 'coming' when not a.coming then 'absent' end, nullif(a.reason, ''), a.at
      from kentongan.group_by_code(p_group) g, lateral kentongan.meeting_of(g, p_id) m
      join kentongan.members x on x.group_id = m.group_id
      left join kentongan.meeting_answers a on a.meeting_id = m.id and a.member_id = x.id
     where x.status = 'active' or a.member_id is not null
     order by x.number
$$;
comment on function api.meeting_answers(text, bigint) is 'Who comes to a meeting, who doesn''t and why, who hasn''t said';

create or replace function api.meeting_call(p_actor text, p_group text, p_at text, p_place text)
returns table (id bigint, phones int, later text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    v_local text[] := regexp_match(btrim(p_at), '^(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2})[:.](\d{2})$');
    v_at timestamptz := kentongan.resolve_when(jsonb_build_object('year', v_local[1]::int, 'month', v_local[2]::int,
                            'day', v_local[3]::int, 'hour', v_local[4]::int, 'minute', v_local[5]::int), g.timezone, kentongan.now());
    v_place text := regexp_replace(btrim(p_place), '\s+', ' ', 'g');
    v_now timestamptz := kentongan.now();
    b kentongan.broadcasts;
begin
    if v_at is null then
        raise exception 'that is no day and time: %', p_at using errcode = 'KT400', hint = 'By the group''s clock, like "2027-05-15 14:00"';
    elsif v_at <= v_now or v_at > v_now + interval '92 days' then
        raise exception '% is %', kentongan.local_time(v_at, g.timezone), case when v_at <= v_now then 'past' else 'more than 92 days ahead' end
            using errcode = 'KT400';
    elsif length(v_place) not between 1 and 40 then
        raise exception 'the place has 1 to 40 letters' using errcode = 'KT400';
    end if;
    perform 1 from kentongan.groups x where x.id = g.id for no key update;
    if (kentongan.meeting_at(g.id, v_at)).id is not null then
        raise exception 'group % has a meeting at that time already', g.code
            using errcode = 'KT409', hint = format('`kentongan meeting list %s` shows it', g.code);
    end if;
    b := kentongan.meeting_call(g.id, v_at, v_place, null, 'operator:' || p_actor, null);
    return query select b.meeting_id, b.total,
        case when kentongan.quiet_now(b.quiet, v_now) then kentongan.local_time(kentongan.quiet_over(b.quiet, v_now), g.timezone) end;
end $$;
comment on function api.meeting_call(text, text, text, text) is
    'Calls a meeting by the group''s clock and invites everybody; later: from when the invitations leave';

create or replace function api.meeting_cancel(p_actor text, p_group text, p_id bigint, p_reason text) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    m kentongan.meetings;
begin
    perform 1 from kentongan.groups x where x.id = g.id for no key update;
    m := kentongan.meeting_of(g, p_id);
    perform 1 from kentongan.meetings x where x.id = m.id for no key update;
    if m.status <> 'called' or m.at < kentongan.now() - interval '3 hours' then
        raise exception 'meeting % is over or cancelled', p_id using errcode = 'KT409';
    end if;
    return (kentongan.meeting_cancel(m, coalesce(btrim(p_reason), ''), null, 'operator:' || p_actor, null)).total;
end $$;
comment on function api.meeting_cancel(text, text, bigint, text) is 'Cancels a meeting and tells everybody; returns how many phones';
