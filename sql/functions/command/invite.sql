-- UNDANG: a meeting is called, moved, cancelled; regular ones are arranged.
-- Each is shown first as members will read it and done when the officer has
-- answered YA with the code (do_meeting).

create or replace function kentongan.called_often(p_group bigint, p_at timestamptz) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select count(*) >= 6 from kentongan.broadcasts
             where group_id = p_group and kind = 'meeting' and template in ('meeting_invite', 'meeting_moved')
               and created_by is not null and created_at > p_at - interval '24 hours');
end $$;
comment on function kentongan.called_often(bigint, timestamptz) is
    'Whether officers have called or moved meetings of a group six times within a day: each is an SMS to everybody, and what limits broadcasts doesn''t limit them';

create or replace function kentongan.undang_at(c kentongan.ctx, a jsonb, out at timestamptz, out refused text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_zone text := kentongan.zone_of(c.group_id);
    -- "Tomorrow" is the sender's, also where it arrives after midnight.
    v_seen timestamptz := case when c.sent_at between c.at - interval '1 day' and c.at then c.sent_at else c.at end;
begin
    if not a -> 'when' ? 'hour' then
        refused := 'undang_time';
        perform kentongan.reply(c, 'undang_time');
        return;
    end if;
    at := kentongan.resolve_when(a -> 'when', v_zone, v_seen);
    if at is null then
        refused := 'undang_date';
        perform kentongan.reply(c, 'undang_date');
    elsif at <= c.at then
        refused := 'undang_past';
        perform kentongan.reply(c, 'undang_past', kentongan.moment_params(at, v_zone));
    elsif kentongan.called_often(c.group_id, c.at) then
        refused := 'undang_often';
        perform kentongan.reply(c, 'undang_often', kentongan.group_params(c.group_id));
    elsif at > c.at + interval '92 days' then
        refused := 'undang_far';
        perform kentongan.reply(c, 'undang_far', kentongan.moment_params(at, v_zone)
            || jsonb_build_object('year', to_char(at at time zone v_zone, 'YYYY')));
    end if;
end $$;
comment on function kentongan.undang_at(kentongan.ctx, jsonb) is
    'The time that UNDANG names, in the group''s zone; where it is none, past, or more than 92 days ahead, or the group has called often enough today, it is answered and refused';

create or replace function kentongan.undang_place(c kentongan.ctx, p_typed text, p_else text, out place text, out refused text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    place := coalesce(nullif(regexp_replace(btrim(p_typed, E' \t\n.,;:-'), '\s+', ' ', 'g'), ''), p_else);
    if place is null or length(place) > 40 then
        refused := 'undang_place';
        perform kentongan.reply(c, 'undang_place', jsonb_build_object('long', case when place is not null then 'x' end));
    end if;
end $$;
comment on function kentongan.undang_place(kentongan.ctx, text, text) is
    'The place as members will read it, or what else it would be; asked for, and refused, where there is none or it is too long';

create or replace function kentongan.undang_new(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    w record;
    p record;
    m kentongan.meetings;
begin
    select * into w from kentongan.undang_at(c, a);
    if w.refused is not null then
        return w.refused;
    end if;
    select * into p from kentongan.undang_place(c, a ->> 'text', (select meeting_place from kentongan.groups where id = c.group_id));
    if p.refused is not null then
        return p.refused;
    end if;
    m := kentongan.meeting_at(c.group_id, w.at);
    if m.id is not null then
        perform kentongan.reply(c, 'undang_same', kentongan.meeting_params(m));
        return 'undang_same';
    end if;
    perform kentongan.request_open(c, 'meeting', c.group_id, null, c.member_id,
        p_details => kentongan.moment_params(w.at, kentongan.zone_of(c.group_id))
            || jsonb_build_object('what', 'meeting_call', 'at', w.at, 'place', p.place)
            || kentongan.meeting_reach(c.group_id, w.at, p.place, c.at));
    return 'undang';
end $$;
comment on function kentongan.undang_new(kentongan.ctx, jsonb) is 'UNDANG when place: shown first, with how many get it';

create or replace function kentongan.undang_move(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings := kentongan.meeting_to_change(c.group_id, c.at);
    n kentongan.meetings;
    w record;
    p record;
begin
    if m.id is null then
        perform kentongan.reply(c, 'undang_none', kentongan.group_params(c.group_id));
        return 'undang_none';
    end if;
    select * into w from kentongan.undang_at(c, a);
    if w.refused is not null then
        return w.refused;
    end if;
    select * into p from kentongan.undang_place(c, a ->> 'text', m.place);
    if p.refused is not null then
        return p.refused;
    end if;
    n := kentongan.meeting_at(c.group_id, w.at);
    if n.id <> m.id or n.id = m.id and p.place = m.place then
        perform kentongan.reply(c, 'undang_same', kentongan.meeting_params(n));
        return 'undang_same';
    end if;
    perform kentongan.request_open(c, 'meeting', c.group_id, null, c.member_id,
        p_details => kentongan.moment_params(w.at, kentongan.zone_of(c.group_id))
            || jsonb_build_object('what', 'meeting_move', 'at', w.at, 'place', p.place, 'meeting', m.id, 'was', kentongan.was(m))
            || kentongan.meeting_reach(c.group_id, w.at, p.place, c.at));
    return 'undang';
end $$;
comment on function kentongan.undang_move(kentongan.ctx, jsonb) is 'UNDANG PINDAH when place: of the next meeting; the place stays where none is named';

create or replace function kentongan.undang_cancel(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings := kentongan.meeting_to_change(c.group_id, c.at);
begin
    if m.id is null then
        perform kentongan.reply(c, 'undang_none', kentongan.group_params(c.group_id));
        return 'undang_none';
    end if;
    perform kentongan.request_open(c, 'meeting', c.group_id, null, c.member_id,
        p_details => kentongan.meeting_params(m) || jsonb_build_object('what', 'meeting_cancel', 'meeting', m.id)
            || kentongan.meeting_reach(c.group_id, m.at, m.place, c.at),
        p_reason => coalesce(btrim(a ->> 'text'), ''));
    return 'undang';
end $$;
comment on function kentongan.undang_cancel(kentongan.ctx, jsonb) is 'UNDANG BATAL reason: the next meeting isn''t held';

create or replace function kentongan.undang_regular(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    w jsonb := a -> 'when';
    v_set jsonb;
    p record;
    g kentongan.groups;
begin
    if not w ?| '{weekday,day}' or w ? 'month' or (w ->> 'day')::int not between 1 and 31 then
        perform kentongan.reply(c, 'undang_regular');
        return 'undang_regular';
    elsif not coalesce((w ->> 'hour')::int between 0 and 23, false) then
        perform kentongan.reply(c, 'undang_time');
        return 'undang_time';
    end if;
    select * into g from kentongan.groups where id = c.group_id;
    select * into p from kentongan.undang_place(c, a ->> 'text', g.meeting_place);
    if p.refused is not null then
        return p.refused;
    end if;
    v_set := jsonb_build_object('meeting_weekday', w -> 'weekday', 'meeting_week', case when w ? 'weekday' then a -> 'week' end,
        'meeting_day', case when not w ? 'weekday' then w -> 'day' end,
        'meeting_time', make_time((w ->> 'hour')::int, coalesce((w ->> 'minute')::int, 0), 0), 'meeting_place', p.place);
    perform kentongan.request_open(c, 'meeting', c.group_id, null, c.member_id,
        p_details => kentongan.regular_params(jsonb_populate_record(g, v_set))
            || jsonb_build_object('what', 'meeting_regular', 'set', v_set, 'ahead', 4));
    return 'undang';
end $$;
comment on function kentongan.undang_regular(kentongan.ctx, jsonb) is
    'UNDANG RUTIN: each Saturday, the first of the month, each tenth; meetings make themselves from then on';

create or replace function kentongan.undang_stop(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
begin
    select * into strict g from kentongan.groups where id = c.group_id;
    if not kentongan.is_regular(g) then
        perform kentongan.reply(c, 'undang_regular_none', kentongan.group_params(g.id));
        return 'undang_regular_none';
    end if;
    perform kentongan.request_open(c, 'meeting', c.group_id, null, c.member_id,
        p_details => kentongan.regular_params(g) || jsonb_build_object('what', 'meeting_stop',
            -- The place stays known, for UNDANG without one.
            'set', '{"meeting_weekday": null, "meeting_week": null, "meeting_day": null, "meeting_time": null}'::jsonb));
    return 'undang';
end $$;
comment on function kentongan.undang_stop(kentongan.ctx) is 'UNDANG RUTIN BERHENTI: no more meetings make themselves; one that is called already stays';

create or replace function kentongan.undang_next(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings := kentongan.next_meeting(c.group_id, c.at);
begin
    if c.member_id is null
       and (select count(distinct group_id) > 1 from kentongan.members where id = any (kentongan.members_of_phone(c.phone_id))) then
        return kentongan.ask_member(c);
    elsif m.id is null then
        perform kentongan.reply(c, 'undang_none', kentongan.group_params(c.group_id));
        return 'undang_none';
    end if;
    perform kentongan.reply(c, 'undang_next', kentongan.group_params(m.group_id) || kentongan.meeting_params(m) || kentongan.meeting_counts(m));
    return 'undang_next';
end $$;
comment on function kentongan.undang_next(kentongan.ctx) is 'UNDANG alone: the next meeting and how many come';

create or replace function kentongan.cmd_undang(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if not a ?| '{when,action}' then
        return kentongan.undang_next(c);
    end if;
    c := kentongan.as_acting_officer(c);
    if c.member_id is null then
        return 'not_officer';
    elsif kentongan.duty_refused(c, c.member_id, 'meeting') then
        return 'not_your_duty';
    end if;
    return case a ->> 'action'
        when 'move' then kentongan.undang_move(c, a)
        when 'cancel' then kentongan.undang_cancel(c, a)
        when 'regular' then kentongan.undang_regular(c, a)
        when 'stop' then kentongan.undang_stop(c)
        else kentongan.undang_new(c, a) end;
end $$;
comment on function kentongan.cmd_undang(kentongan.ctx, jsonb) is
    'UNDANG [when place | PINDAH when place | BATAL reason | RUTIN each when place | RUTIN BERHENTI]: by the officers whose duty it is; alone, anybody sees the next meeting';

create or replace function kentongan.meeting_impossible(r kentongan.requests, p_at timestamptz) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_what text := r.details ->> 'what';
    v_at timestamptz := (r.details ->> 'at')::timestamptz;
    v_meeting bigint := (r.details ->> 'meeting')::bigint;
    m kentongan.meetings;
begin
    select * into m from kentongan.meetings where id = v_meeting;
    if v_meeting is not null and m.status <> 'called' then
        return 'gone';
    elsif v_at <= p_at then
        return 'past';
    elsif v_what in ('meeting_call', 'meeting_move') and kentongan.called_often(r.group_id, p_at) then
        return 'often';
    elsif (kentongan.meeting_at(r.group_id, v_at)).id is distinct from (case when m.at = v_at then m.id end) then
        return 'same';
    end if;
    return null;
end $$;
comment on function kentongan.meeting_impossible(kentongan.requests, timestamptz) is
    'Why a meeting can''t be called, moved or cancelled by now: the meeting is gone, the time past, six within a day were, another one is at the same time';

create or replace function kentongan.do_meeting(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_what text := r.details ->> 'what';
    v_why text;
    m kentongan.meetings;
    b kentongan.broadcasts;
begin
    perform 1 from kentongan.groups where id = r.group_id for no key update;
    select * into m from kentongan.meetings where id = (r.details ->> 'meeting')::bigint for no key update;
    if v_what in ('meeting_regular', 'meeting_stop') then
        return kentongan.regular_set(c, r, p_officer);
    end if;
    v_why := kentongan.meeting_impossible(r, c.at);
    if v_why is not null then
        return kentongan.request_impossible(c, r, p_officer, v_why,
            case v_why when 'gone' then 'undang_gone' when 'past' then 'undang_past' when 'often' then 'undang_often' else 'undang_same' end,
            case when v_why = 'same' then kentongan.meeting_params(kentongan.meeting_at(r.group_id, (r.details ->> 'at')::timestamptz))
                 else '{}' end);
    end if;
    case v_what
        when 'meeting_call' then
            b := kentongan.meeting_call(r.group_id, (r.details ->> 'at')::timestamptz, r.details ->> 'place', p_officer, c.peer, r.id);
        when 'meeting_move' then
            b := kentongan.meeting_move(m, (r.details ->> 'at')::timestamptz, r.details ->> 'place', p_officer, c.peer, r.id);
        else
            b := kentongan.meeting_cancel(m, r.reason, p_officer, c.peer, r.id);
    end case;
    perform kentongan.reply(c, 'meeting_done', kentongan.request_params(r) || jsonb_build_object('phones', b.total,
        'later', case when kentongan.quiet_now(b.quiet, c.at) then kentongan.stamp(kentongan.quiet_over(b.quiet, c.at), r.group_id) end));
    return 'meeting_done';
end $$;
comment on function kentongan.do_meeting(kentongan.ctx, kentongan.requests, bigint) is
    'Calls, moves or cancels what the officer has agreed to send, where that still makes sense';

create or replace function kentongan.regular_set(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.groups g
       set (meeting_weekday, meeting_week, meeting_day, meeting_time, meeting_place) =
           (n.meeting_weekday, n.meeting_week, n.meeting_day, n.meeting_time, n.meeting_place)
      from kentongan.groups old, lateral jsonb_populate_record(old, r.details -> 'set') n
     where g.id = r.group_id and old.id = g.id;
    perform kentongan.reply(c, 'meeting_regular', kentongan.request_params(r) || kentongan.officer_params(p_officer));
    perform kentongan.tell_officers(r.group_id, '{bendahara,ketua,sekretaris,pengawas}', p_officer, 'meeting_regular',
        kentongan.request_params(r) || kentongan.officer_params(p_officer), c);
    return 'meeting_regular';
end $$;
comment on function kentongan.regular_set(kentongan.ctx, kentongan.requests, bigint) is
    'Arranges the regular meetings or ends them; every officer hears by whom';
