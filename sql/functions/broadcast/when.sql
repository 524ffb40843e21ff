-- Times as people write them: a weekday, a date, tomorrow; in the group's zone.

create or replace function kentongan.date_or_null(p_year int, p_month int, p_day int) returns date
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    if p_year between 1 and 9998 and p_month between 1 and 12
       and p_day between 1 and extract(day from make_date(p_year, p_month, 1) + interval '1 month' - interval '1 day') then
        return make_date(p_year, p_month, p_day);
    end if;
    return null;
end $$;
comment on function kentongan.date_or_null(int, int, int) is 'The date; null where the calendar has none (31/2)';

create or replace function kentongan.resolve_when(p_when jsonb, p_zone text, p_at timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamp := p_at at time zone p_zone;
    v_today date := v_now::date;
    v_hour int := (p_when ->> 'hour')::int;
    v_minute int := coalesce((p_when ->> 'minute')::int, 0);
    v_day int := (p_when ->> 'day')::int;
    v_month int := (p_when ->> 'month')::int;
    v_year int := (p_when ->> 'year')::int;
    v_time time;
    -- A day without a year, or without a month, is the next that is still ahead.
    v_first date;
    v_date date;
begin
    if not coalesce(v_hour between 0 and 23 and v_minute between 0 and 59, false) then
        return null;
    end if;
    v_time := make_time(v_hour, v_minute, 0);
    v_first := v_today + (v_time <= v_now::time)::int;
    if p_when ? 'in' then
        v_date := v_today + (p_when ->> 'in')::int;
    elsif p_when ? 'weekday' then
        v_date := v_first + ((p_when ->> 'weekday')::int - extract(dow from v_first)::int + 7) % 7;
    elsif v_year is not null then
        v_date := kentongan.date_or_null(case when v_year < 100 then 2000 + v_year else v_year end, v_month, v_day);
    elsif v_month is not null then
        select min(d) into v_date
          from generate_series(0, 8) n, kentongan.date_or_null(extract(year from v_today)::int + n, v_month, v_day) d
         where d >= v_first;
    else
        select min(d) into v_date
          from generate_series(date_trunc('month', v_first::timestamp), date_trunc('month', v_first::timestamp) + interval '2 months',
                               interval '1 month') m,
               kentongan.date_or_null(extract(year from m)::int, extract(month from m)::int, v_day) d
         where d >= v_first;
    end if;
    return (v_date + v_time) at time zone p_zone;
end $$;
comment on function kentongan.resolve_when(jsonb, text, timestamptz) is
    'What was written as a time ({weekday} | {in} | {day, month, year?} | {day}, with hour and minute), seen from a moment in a zone: the next such time, today only while it is ahead; a date with its year, and in days, as they are, past or not. Null without an hour, and where there is no such date';

create or replace function kentongan.weekday_word(p_day int) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select (array['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'])[p_day + 1]
$$;
comment on function kentongan.weekday_word(int) is 'The word of the catalogue for a day of the week, 0 = Sunday';

create or replace function kentongan.moment_params(p_at timestamptz, p_zone text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_local timestamp := p_at at time zone p_zone;
begin
    return jsonb_build_object('weekday', kentongan.weekday_word(extract(dow from v_local)::int),
                              'day', to_char(v_local, 'DD/MM'), 'time', to_char(v_local, 'HH24.MI'));
end $$;
comment on function kentongan.moment_params(timestamptz, text) is
    'A moment as texts say it, in a zone: weekday (a word of the catalogue), day, time';
