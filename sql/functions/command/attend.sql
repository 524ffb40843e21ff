-- HADIR, TIDAK, DAFTAR HADIR: who comes to the meeting.

create or replace function kentongan.asked_meeting(p_group bigint, p_peer text, p_at timestamptz) returns kentongan.meetings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
begin
    select x.* into m
      from (select id, broadcast_id, status from kentongan.outbox where peer = p_peer order by id desc limit 500) o
      join kentongan.broadcasts b on b.id = o.broadcast_id and b.group_id = p_group
      join kentongan.meetings x on x.id = b.meeting_id and x.status = 'called' and x.at > p_at - interval '3 hours'
     where o.status in ('sending', 'sent', 'delivered', 'undelivered') order by o.id desc limit 1;
    return case when m.id is null then kentongan.next_meeting(p_group, p_at) else m end;
end $$;
comment on function kentongan.asked_meeting(bigint, text, timestamptz) is
    'The meeting of a group that this number was asked about last, invited to or reminded of, while it is ahead or on; without any the next one; null where there is none';

create or replace function kentongan.attending(c kentongan.ctx, a jsonb, out members bigint[], out meeting_id bigint, out refused text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    v_persons int;
    v_invited int;
    v_all int;
begin
    with candidates as (
        select x.id, lower(x.name) as name, n.id as meeting, n.created_at
          from kentongan.members x join kentongan.groups g on g.id = x.group_id
          left join lateral kentongan.asked_meeting(x.group_id, c.peer, c.at) n on true
         where x.id = any (kentongan.members_of_phone(c.phone_id))
           and (not a ? 'member' or x.number = (a ->> 'member')::int)
           and (not a ? 'group' or g.code = upper(a ->> 'group'))),
    last as (select meeting from candidates where meeting is not null order by created_at desc, meeting desc limit 1)
    select (select array_agg(k.id order by k.id) from candidates k, last where k.meeting = last.meeting), (select meeting from last),
           (select count(distinct name) from candidates), (select count(distinct meeting) from candidates),
           (select count(*) from candidates)
      into members, meeting_id, v_persons, v_invited, v_all;
    if v_all = 0 or v_invited > 1 and v_persons > 1 then
        refused := kentongan.ask_member(c);
    end if;
end $$;
comment on function kentongan.attending(kentongan.ctx, jsonb) is
    'For whom a phone answers and to which meeting, of a group''s the one that this phone was asked about last: the number or group in front says it; otherwise all who share the phone and are invited; one person in several groups answers the invitation that came last. Several persons, invited to several meetings, are asked (refused). No meeting: meeting_id is null';

create or replace function kentongan.member_list(p_members bigint[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select string_agg(number || ' ' || short_name, ', ' order by number) filter (where n <= 3)
                   || case when count(*) > 3 then ' +' || count(*) - 3 else '' end
              from (select number, short_name, row_number() over (order by number) as n
                      from kentongan.members where id = any (p_members)) x);
end $$;
comment on function kentongan.member_list(bigint[]) is 'Members as texts name them, three at most: 14 ROMLAH, 15 TUMINI';

create or replace function kentongan.note_answer(c kentongan.ctx, p_meeting bigint, p_members bigint[], p_coming boolean, p_text text)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
    v_params jsonb;
begin
    select * into strict m from kentongan.meetings where id = p_meeting;
    insert into kentongan.meeting_answers (meeting_id, member_id, coming, reason, at)
    select m.id, who, p_coming, left(coalesce(btrim(p_text), ''), 100), c.at from unnest(p_members) who order by who
    on conflict (meeting_id, member_id) do update set coming = excluded.coming, reason = excluded.reason, at = excluded.at;
    v_params := kentongan.group_params(m.group_id) || kentongan.meeting_params(m)
        || jsonb_build_object('members', kentongan.member_list(p_members),
            'one', case when cardinality(p_members) > 1 then (select number from kentongan.members where id = p_members[1]) end);
    if p_coming then
        perform kentongan.reply(c, 'hadir', v_params);
        return 'hadir';
    end if;
    perform kentongan.reply(c, 'hadir_not', v_params);
    return 'hadir_not';
end $$;
comment on function kentongan.note_answer(kentongan.ctx, bigint, bigint[], boolean, text) is
    'Notes who comes or doesn''t, the last word counts, and says what is noted for whom, for which meeting and how to change it';

create or replace function kentongan.attend(c kentongan.ctx, a jsonb, p_coming boolean) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    t record;
begin
    select * into t from kentongan.attending(c, a);
    if t.refused is not null then
        return t.refused;
    elsif t.meeting_id is null then
        perform kentongan.reply(c, 'hadir_none');
        return 'hadir_none';
    end if;
    return kentongan.note_answer(c, t.meeting_id, t.members, p_coming, a ->> 'text');
end $$;
comment on function kentongan.attend(kentongan.ctx, jsonb, boolean) is
    'Notes the answer of those on the phone who are meant (attending), or says that there is no meeting';

create or replace function kentongan.is_invited(c kentongan.ctx) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.members x, kentongan.next_meeting(x.group_id, c.at) n
                    where x.id = any (kentongan.members_of_phone(c.phone_id)) and n.id is not null);
end $$;
comment on function kentongan.is_invited(kentongan.ctx) is 'Whether a meeting is ahead for somebody on this phone';

create or replace function kentongan.cmd_hadir(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.attend(c, a, true)
$$;
comment on function kentongan.cmd_hadir(kentongan.ctx, jsonb) is 'HADIR: comes to the next meeting; also who has stopped the invitations';

create or replace function kentongan.answer_no(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    return case when kentongan.is_invited(c) then kentongan.attend(c, a, false) end;
end $$;
comment on function kentongan.answer_no(kentongan.ctx, jsonb) is
    'TIDAK where no question is open: doesn''t come to the next meeting. Null where nobody on the phone is invited to one';

create or replace function kentongan.answer_yes(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    t record;
    v_silent bigint[];
begin
    if not kentongan.is_invited(c) then
        return null;
    end if;
    select * into t from kentongan.attending(c, a);
    if t.refused is not null then
        return t.refused;
    end if;
    v_silent := array(select id from unnest(t.members) id
                       where not exists (select 1 from kentongan.meeting_answers x where x.meeting_id = t.meeting_id and x.member_id = id));
    if v_silent = '{}' then
        return null;
    end if;
    return kentongan.note_answer(c, t.meeting_id, v_silent, true, null);
end $$;
comment on function kentongan.answer_yes(kentongan.ctx, jsonb) is
    'YA where no question is open: who hasn''t answered yet comes to the next meeting. Null where everybody has, or there is none';

-- --- the list ------------------------------------------------------------------------

create or replace function kentongan.meeting_to_list(p_group bigint, p_at timestamptz) returns kentongan.meetings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings := kentongan.next_meeting(p_group, p_at);
begin
    if m.id is null then
        select * into m from kentongan.meetings
         where group_id = p_group and status = 'called' and at between p_at - interval '7 days' and p_at order by at desc limit 1;
    end if;
    return m;
end $$;
comment on function kentongan.meeting_to_list(bigint, timestamptz) is 'The next meeting, else the last one for a week after it';

create or replace function kentongan.names_of_meeting(m kentongan.meetings, p_width int) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (with everybody as (
                select case when not a.coming then 1 when a.coming is null then 2 else 3 end as part, x.number,
                       x.number || ' ' || x.short_name as label
                  from kentongan.members x
                  left join kentongan.meeting_answers a on a.meeting_id = m.id and a.member_id = x.id
                 where x.group_id = m.group_id and x.status = 'active'),
            wide as (select *, sum(length(label) + 2) over (order by part, number) <= p_width as fits from everybody)
            select jsonb_strip_nulls(jsonb_build_object(
                       'absent_names', string_agg(label, ', ' order by number) filter (where fits and part = 1),
                       'silent_names', string_agg(label, ', ' order by number) filter (where fits and part = 2),
                       'coming_names', string_agg(label, ', ' order by number) filter (where fits and part = 3),
                       'more', nullif(count(*) filter (where not fits), 0)))
              from wide);
end $$;
comment on function kentongan.names_of_meeting(kentongan.meetings, int) is
    'Who doesn''t come, hasn''t said, comes: by member number, as many as so many characters hold, and how many more';

create or replace function kentongan.cmd_daftarhadir(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_here bigint[] := case when c.member_id is not null then array[c.member_id] else kentongan.members_of_phone(c.phone_id) end;
    v_officer boolean;
    m kentongan.meetings;
begin
    if (select count(distinct group_id) <> 1 from kentongan.members where id = any (v_here)) then
        return kentongan.ask_member(c);
    end if;
    v_officer := exists (select 1 from kentongan.officers where member_id = any (v_here) and until is null);
    m := kentongan.meeting_to_list(c.group_id, c.at);
    if m.id is null then
        perform kentongan.reply(c, 'hadir_none');
        return 'hadir_none';
    elsif v_officer and a ? 'names' then
        perform kentongan.reply(c, 'daftar_hadir_names', kentongan.group_params(m.group_id) || kentongan.meeting_params(m)
            || kentongan.meeting_counts(m) || kentongan.names_of_meeting(m, 360));
        return 'daftar_hadir_names';
    end if;
    perform kentongan.reply(c, 'daftar_hadir', kentongan.group_params(m.group_id) || kentongan.meeting_params(m)
        || kentongan.meeting_counts(m) || jsonb_build_object('names', case when v_officer then 'x' end));
    return 'daftar_hadir';
end $$;
comment on function kentongan.cmd_daftarhadir(kentongan.ctx, jsonb) is
    'DAFTAR HADIR [NAMA]: how many come; officers get the names, too, those who don''t come or haven''t said first';
