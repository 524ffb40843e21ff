-- Meetings: called, moved, cancelled, reminded of. All their messages are
-- broadcasts of kind meeting. Locks: the group, then the meeting, then its broadcasts.

create or replace function kentongan.zone_of(p_group bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select timezone from kentongan.groups where id = p_group);
end $$;
comment on function kentongan.zone_of(bigint) is 'The zone that a group''s clocks show';

create or replace function kentongan.meeting_params(m kentongan.meetings) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.moment_params(m.at, kentongan.zone_of(m.group_id)) || jsonb_build_object('place', m.place);
end $$;
comment on function kentongan.meeting_params(kentongan.meetings) is 'What texts say of a meeting: weekday, day, time, place';

create or replace function kentongan.meeting_counts(m kentongan.meetings) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select jsonb_build_object('coming', count(*) filter (where a.coming), 'absent', count(*) filter (where not a.coming),
                                      'silent', count(*) filter (where a.coming is null))
              from kentongan.members x
              left join kentongan.meeting_answers a on a.meeting_id = m.id and a.member_id = x.id
             where x.group_id = m.group_id and x.status = 'active');
end $$;
comment on function kentongan.meeting_counts(kentongan.meetings) is
    'How many members come, don''t, and haven''t said: coming, absent, silent';

create or replace function kentongan.next_meeting(p_group bigint, p_at timestamptz) returns kentongan.meetings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
begin
    select * into m from kentongan.meetings
     where group_id = p_group and status = 'called' and at > p_at - interval '3 hours' order by at limit 1;
    return m;
end $$;
comment on function kentongan.next_meeting(bigint, timestamptz) is
    'The group''s next called meeting, the one going on until three hours after its start; null where there is none';

create or replace function kentongan.meeting_to_change(p_group bigint, p_at timestamptz) returns kentongan.meetings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
begin
    select * into m from kentongan.meetings
     where group_id = p_group and status = 'called' and at > p_at - interval '3 hours' order by at <= p_at, at limit 1;
    return m;
end $$;
comment on function kentongan.meeting_to_change(bigint, timestamptz) is
    'Which meeting PINDAH and BATAL mean: the next one ahead, else the one going on; null where there is none';

create or replace function kentongan.meeting_at(p_group bigint, p_at timestamptz) returns kentongan.meetings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
begin
    select * into m from kentongan.meetings where group_id = p_group and at = p_at and status = 'called';
    return m;
end $$;
comment on function kentongan.meeting_at(bigint, timestamptz) is 'The meeting called for just that time; null where there is none';

-- --- telling -------------------------------------------------------------------------

create or replace function kentongan.meeting_quiet(p_group bigint, p_meeting timestamptz, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_quiet jsonb := kentongan.quiet_of(array[p_group]);
    v_latest timestamptz := p_meeting - interval '2 hours';
begin
    return case when p_at >= v_latest or kentongan.quiet_now(v_quiet, p_at) and kentongan.quiet_over(v_quiet, p_at) > v_latest
                then '[]' else v_quiet end;
end $$;
comment on function kentongan.meeting_quiet(bigint, timestamptz, timestamptz) is
    'The quiet hours that news of a meeting waits for: the group''s; none where less than two hours before it would remain';

create or replace function kentongan.meeting_reach(p_group bigint, p_meeting timestamptz, p_place text, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_quiet jsonb := kentongan.meeting_quiet(p_group, p_meeting, p_at);
    v_phones int := (select count(*) from kentongan.recipients(jsonb_populate_record(null::kentongan.broadcasts,
                        jsonb_build_object('group_id', p_group, 'kind', 'meeting', 'audience', jsonb_build_object('groups', array[p_group]))))
                      where skip is null);
    -- The texts are one SMS wide; only the place may hold what makes it more.
    v_sms int := v_phones * kentongan.sms_parts(rpad('', 110, 'x') || p_place);
begin
    return jsonb_strip_nulls(jsonb_build_object('phones', v_phones, 'sms', v_sms, 'cost', v_sms * kentongan.price_of_sms(),
        'later', case when kentongan.quiet_now(v_quiet, p_at) then kentongan.stamp(kentongan.quiet_over(v_quiet, p_at), p_group) end,
        'at_once', case when v_quiet = '[]' and kentongan.quiet_now(kentongan.quiet_of(array[p_group]), p_at) then 'x' end));
end $$;
comment on function kentongan.meeting_reach(bigint, timestamptz, text, timestamptz) is
    'What sending news of a meeting to the group means: phones, SMS, their cost where known; from when (later), or at_once where that breaks the quiet hours';

create or replace function kentongan.meeting_tell(m kentongan.meetings, p_template text, p_params jsonb, p_audience jsonb,
    p_ends timestamptz, p_officer bigint, p_actor text, p_request bigint, p_class text default 'broadcast') returns kentongan.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_new(m.group_id, 'meeting', p_template, kentongan.meeting_params(m) || p_params, null,
        jsonb_build_object('groups', array[m.group_id]) || p_audience, p_officer, p_actor, null, p_ends, p_class);
begin
    update kentongan.broadcasts
       set meeting_id = m.id, request_id = p_request,
           quiet = case when p_class = 'reminder' then quiet else kentongan.meeting_quiet(m.group_id, m.at, kentongan.now()) end
     where id = b.id;
    return kentongan.broadcast_start(b.id);
end $$;
comment on function kentongan.meeting_tell(kentongan.meetings, text, jsonb, jsonb, timestamptz, bigint, text, bigint, text) is
    'A text about a meeting to the group or those of it whom the audience names, as a broadcast that starts now; a reminder never in quiet hours';

create or replace function kentongan.meeting_audit(m kentongan.meetings, p_action text, p_actor text, p_details jsonb) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    insert into kentongan.audit_log (actor, action, subject, group_id, details)
    values (p_actor, 'meeting.' || p_action, m.id::text, m.group_id,
            jsonb_strip_nulls(jsonb_build_object('at', m.at, 'place', m.place) || p_details))
$$;
comment on function kentongan.meeting_audit(kentongan.meetings, text, text, jsonb) is 'Notes what became of a meeting, and who did it';

-- --- called, moved, cancelled ----------------------------------------------------------

create or replace function kentongan.meeting_new(p_group bigint, p_at timestamptz, p_place text, p_officer bigint, p_request bigint)
returns kentongan.meetings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
begin
    insert into kentongan.meetings (group_id, at, place, status, called_by, request_id, created_at)
    values (p_group, p_at, p_place, 'called', p_officer, p_request, kentongan.now()) returning * into m;
    return m;
end $$;
comment on function kentongan.meeting_new(bigint, timestamptz, text, bigint, bigint) is
    'A called meeting; the caller holds the group and has seen that there is none at that time';

create or replace function kentongan.meeting_call(p_group bigint, p_at timestamptz, p_place text, p_officer bigint, p_actor text,
                                                  p_request bigint) returns kentongan.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings := kentongan.meeting_new(p_group, p_at, p_place, p_officer, p_request);
begin
    perform kentongan.meeting_audit(m, 'called', p_actor, '{}');
    return kentongan.meeting_tell(m, 'meeting_invite', '{}', '{}', m.at, p_officer, p_actor, p_request);
end $$;
comment on function kentongan.meeting_call(bigint, timestamptz, text, bigint, text, bigint) is
    'Calls a meeting and sends the invitation; the group is locked and has none at that time';

create or replace function kentongan.meeting_end(m kentongan.meetings, p_reason text, p_actor text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.meetings set status = 'cancelled', reason = left(p_reason, 200) where id = m.id;
    perform kentongan.broadcast_set(id, 'cancelled', p_actor)
       from (select id from kentongan.broadcasts
              where meeting_id = m.id and status in ('waiting', 'running', 'paused') order by id) b;
end $$;
comment on function kentongan.meeting_end(kentongan.meetings, text, text) is
    'The meeting isn''t held then: nothing more of its invitations and reminders leaves';

create or replace function kentongan.meeting_cancel(m kentongan.meetings, p_reason text, p_officer bigint, p_actor text,
                                                    p_request bigint) returns kentongan.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.meeting_end(m, p_reason, p_actor);
    perform kentongan.meeting_audit(m, 'cancelled', p_actor, jsonb_build_object('reason', nullif(p_reason, '')));
    return kentongan.meeting_tell(m, 'meeting_cancelled', jsonb_strip_nulls(jsonb_build_object('reason', nullif(left(p_reason, 30), ''))),
                                  '{}', greatest(m.at, kentongan.now()) + interval '3 hours', p_officer, p_actor, p_request);
end $$;
comment on function kentongan.meeting_cancel(kentongan.meetings, text, bigint, text, bigint) is
    'Cancels a meeting and tells everybody, who said TIDAK as well: they may have changed their mind';

create or replace function kentongan.meeting_move(m kentongan.meetings, p_at timestamptz, p_place text, p_officer bigint,
                                                  p_actor text, p_request bigint) returns kentongan.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    n kentongan.meetings;
    v_to text := to_char(p_at at time zone kentongan.zone_of(m.group_id), 'YYYY-MM-DD HH24:MI');
begin
    perform kentongan.meeting_end(m, 'moved to ' || v_to, p_actor);
    n := kentongan.meeting_new(m.group_id, p_at, p_place, p_officer, p_request);
    perform kentongan.meeting_audit(n, 'moved', p_actor, jsonb_build_object('from', m.id));
    return kentongan.meeting_tell(n, 'meeting_moved', jsonb_build_object('was', kentongan.was(m)), '{}', n.at, p_officer, p_actor, p_request);
end $$;
comment on function kentongan.meeting_move(kentongan.meetings, timestamptz, text, bigint, text, bigint) is
    'Another time or place: the old meeting ends, a new one without answers begins, everybody is told and asked anew';

create or replace function kentongan.was(m kentongan.meetings) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return to_char(m.at at time zone kentongan.zone_of(m.group_id), 'DD/MM HH24.MI');
end $$;
comment on function kentongan.was(kentongan.meetings) is 'When a meeting that is moved was to be, shortly: 17/05 14.00';

-- --- reminders ---------------------------------------------------------------------------

create or replace function kentongan.invited_lately(m kentongan.meetings, p_at timestamptz) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- What was sent in quiet hours left when they were over.
    return exists (select 1 from kentongan.broadcasts
                    where meeting_id = m.id and template in ('meeting_invite', 'meeting_moved') and status <> 'cancelled'
                      and kentongan.quiet_over(quiet, greatest(starts_at, coalesce(enqueued_at, starts_at))) > p_at - interval '6 hours');
end $$;
comment on function kentongan.invited_lately(kentongan.meetings, timestamptz) is
    'Whether the invitation went out less than six hours before';

create or replace function kentongan.meeting_remind(m kentongan.meetings, p_soon text, p_ends timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_soon jsonb := jsonb_build_object('soon', p_soon);
    v_silent bigint[];
    v_coming bigint[];
begin
    if kentongan.invited_lately(m, v_now) then
        return 0;
    end if;
    select array_agg(x.id order by x.id) filter (where a.coming is null), array_agg(x.id order by x.id) filter (where a.coming)
      into v_silent, v_coming
      from kentongan.members x left join kentongan.meeting_answers a on a.meeting_id = m.id and a.member_id = x.id
     where x.group_id = m.group_id and x.status = 'active';
    -- A phone with somebody who hasn't answered gets that question only.
    v_coming := array(select id from unnest(v_coming) id
                       where not exists (select 1 from unnest(v_silent) s where id = any (kentongan.sharers(s))));
    if v_silent is not null then
        perform kentongan.meeting_tell(m, 'meeting_remind', v_soon, jsonb_build_object('members', v_silent), p_ends, null, 'service', null, 'reminder');
    end if;
    if v_coming <> '{}' then
        perform kentongan.meeting_tell(m, 'meeting_remind_coming', v_soon, jsonb_build_object('members', v_coming), p_ends, null, 'service', null, 'reminder');
    end if;
    return 1;
end $$;
comment on function kentongan.meeting_remind(kentongan.meetings, text, timestamptz) is
    'Reminds who hasn''t said TIDAK: asks who hasn''t answered, only reminds who comes. Nobody, where the invitation has hardly arrived; returns whether it did';

create or replace function kentongan.meeting_reminders(m kentongan.meetings) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    v_zone text := kentongan.zone_of(m.group_id);
    v_local timestamp := m.at at time zone v_zone;
    v_midnight timestamptz := v_local::date::timestamp at time zone v_zone;
    v_before timestamptz := (v_local::date - 1 + time '16:00') at time zone v_zone;
    v_morning timestamptz := case when v_local::time < '08:30' then greatest(m.at - interval '2 hours', v_midnight)
                                  else (v_local::date + time '06:30') at time zone v_zone end;
    v_n int := 0;
begin
    if m.told_before is null and v_now >= v_before then
        update kentongan.meetings set told_before = v_now where id = m.id;
        if v_now < v_midnight then
            v_n := kentongan.meeting_remind(m, 'tomorrow', v_midnight);
        end if;
    end if;
    if m.told_morning is null and v_now >= v_morning then
        update kentongan.meetings set told_morning = v_now where id = m.id;
        v_n := v_n + kentongan.meeting_remind(m, 'today', m.at);
    end if;
    return v_n;
end $$;
comment on function kentongan.meeting_reminders(kentongan.meetings) is
    'The day before at 16:00, and on the day at 06:30, or two hours before one that begins before 08:30, by the group''s clock: each decided once. One that comes too late says nothing false: no "tomorrow" on the day itself';

create or replace function kentongan.meetings_due() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.meetings;
    v_now timestamptz := kentongan.now();
    v_n int := kentongan.regular_meetings_due();
begin
    for m in select * from kentongan.meetings
              where status = 'called' and at > v_now and at < v_now + interval '40 hours' and told_morning is null
              order by id for no key update skip locked loop
        begin
            v_n := v_n + kentongan.meeting_reminders(m);
        exception when others then
            perform kentongan.timed_failed('meetings_due', m.id::text, sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.meetings_due() is
    'Each minute: makes regular meetings, reminds of those ahead; returns more than 0 where channels must look. In several sessions at once nothing twice';
