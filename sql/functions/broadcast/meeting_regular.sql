-- Meetings that a group has anyway: each Saturday, the first of the month, each tenth.

create or replace function kentongan.is_regular(g kentongan.groups) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(g.meeting_weekday, g.meeting_day) is not null and g.meeting_time is not null and g.meeting_place is not null
$$;
comment on function kentongan.is_regular(kentongan.groups) is 'Whether the group has regular meetings';

create or replace function kentongan.week_word(p_week int) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select (array['first', 'second', 'third', 'fourth', 'last'])[p_week]
$$;
comment on function kentongan.week_word(int) is 'The word of the catalogue for the n-th weekday of a month, 5 being the last';

create or replace function kentongan.regular_params(g kentongan.groups) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select jsonb_strip_nulls(jsonb_build_object('weekday', kentongan.weekday_word(g.meeting_weekday),
        'week', kentongan.week_word(g.meeting_week), 'mday', g.meeting_day, 'time', to_char(g.meeting_time, 'HH24.MI'),
        'place', g.meeting_place))
$$;
comment on function kentongan.regular_params(kentongan.groups) is
    'What texts say of regular meetings: weekday, week of the month, or day of the month (mday), time, place';

create or replace function kentongan.regular_next(g kentongan.groups, p_at timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_today date := (p_at at time zone g.timezone)::date;
begin
    return (select min((d + g.meeting_time) at time zone g.timezone)
              from generate_series(0, 62) n, lateral (select v_today + n as d) x,
                   lateral (select extract(day from d)::int as day,
                                   extract(day from date_trunc('month', d) + interval '1 month' - interval '1 day')::int as last) y
             where (d + g.meeting_time) at time zone g.timezone > p_at
               and case when g.meeting_day is not null then day = least(g.meeting_day, last)
                        else extract(dow from d) = g.meeting_weekday
                             and (g.meeting_week is null or g.meeting_week = (day + 6) / 7 and g.meeting_week < 5
                                  or g.meeting_week = 5 and day + 7 > last) end);
end $$;
comment on function kentongan.regular_next(kentongan.groups, timestamptz) is
    'When the next regular meeting is; a day that the month lacks is its last, the fifth weekday the last one';

create or replace function kentongan.regular_due(g kentongan.groups, p_at timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_next timestamptz := kentongan.regular_next(g, p_at);
    v_local timestamp := p_at at time zone g.timezone;
    v_day date := (v_next at time zone g.timezone)::date;
begin
    if v_local < v_day - 4 + time '09:00' or v_local::time < '09:00' or p_at > v_next - interval '2 hours' then
        return null;
    end if;
    -- What officers have called, moved or cancelled of that day is their word on it.
    if exists (select 1 from kentongan.meetings
                where group_id = g.id and status in ('called', 'cancelled')
                  and at >= v_day::timestamp at time zone g.timezone and at < (v_day + 1)::timestamp at time zone g.timezone) then
        return null;
    end if;
    return v_next;
end $$;
comment on function kentongan.regular_due(kentongan.groups, timestamptz) is
    'The regular meeting to be made now: from 09:00 four days before on, never before 09:00, and none for a day of which there is or was a meeting; null where there is none to make';

create or replace function kentongan.regular_meetings_due() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_group bigint;
    g kentongan.groups;
    v_now timestamptz := kentongan.now();
    v_at timestamptz;
    v_n int := 0;
begin
    for v_group in select x.id from kentongan.groups x
                    where kentongan.is_regular(x) and kentongan.regular_due(x, v_now) is not null order by x.id loop
        select * into g from kentongan.groups where id = v_group for no key update skip locked;
        continue when not found or not kentongan.is_regular(g);
        begin
            v_at := kentongan.regular_due(g, v_now);
            if v_at is not null then
                perform kentongan.meeting_call(g.id, v_at, g.meeting_place, null, 'service', null);
                v_n := v_n + 1;
            end if;
        exception when others then
            perform kentongan.timed_failed('regular_meetings_due', kentongan.group_params(g.id) ->> 'group', sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.regular_meetings_due() is
    'Makes the regular meetings whose time has come, with their invitations, each once; returns how many';
