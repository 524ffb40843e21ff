-- BELAJAR: the lessons that a group takes.

create or replace function kentongan.series_there() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select jsonb_build_object('list', left(string_agg(series, ', ' order by series), 40), 'example', upper(min(series)))
              from kentongan.lesson_series);
end $$;
comment on function kentongan.series_there() is 'The series that there are, as texts name them, and one of them as an example; nulls for none';

create or replace function kentongan.cmd_belajar(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
    v_officer bigint;
    v_stop boolean := coalesce(a ->> 'action' = 'stop', false);
    v_series text := lower(btrim(a ->> 'series', E' \t.,;!'));
    v_params jsonb;
    v_refused text;
begin
    if not v_stop and v_series is null then
        return kentongan.show_lessons(c);
    end if;
    v_officer := kentongan.acting_officer(c);
    if v_officer is null then
        return 'not_officer';
    end if;
    c.member_id := v_officer;
    select * into strict g from kentongan.groups where id = (select group_id from kentongan.members where id = v_officer);
    c.group_id := g.id;
    v_params := kentongan.group_params(g.id) || jsonb_build_object('series', coalesce(v_series, g.lesson_series),
        'heard', left(v_series, 20)) || kentongan.series_there();
    v_refused := case when v_stop and g.lesson_series is null then 'belajar_none'
                      when not v_stop and g.lesson_series = v_series then 'belajar_same'
                      when not v_stop and not exists (select 1 from kentongan.lesson_series where series = v_series)
                          then 'belajar_unknown' end;
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, v_params);
        return v_refused;
    elsif kentongan.duty_refused(c, v_officer, 'lesson') then
        return 'not_your_duty';
    elsif kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    perform kentongan.request_open(c, 'lesson', g.id, null, v_officer, p_details => jsonb_strip_nulls(jsonb_build_object(
        'series', v_params ->> 'series', 'starting', case when not v_stop then 'x' end, 'ending', case when v_stop then 'x' end,
        'count', (select count(*) from kentongan.lessons where series = v_series),
        'people', (select count(*) from kentongan.members where group_id = g.id and status = 'active' and reminders))));
    return 'belajar';
end $$;
comment on function kentongan.cmd_belajar(kentongan.ctx, jsonb) is
    'BELAJAR: what the group takes and what there is. BELAJAR series, BELAJAR BERHENTI: an officer wants it, by code';

create or replace function kentongan.show_lessons(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
    v_number int;
    v_text text;
begin
    select * into g from kentongan.groups where id = c.group_id;
    v_number := kentongan.next_lesson(g.id, g.lesson_series);
    v_text := case when g.lesson_series is not null then 'belajar' when exists (select 1 from kentongan.lesson_series)
                   then 'belajar_free' else 'belajar_empty' end;
    perform kentongan.reply(c, v_text, kentongan.group_params(g.id) || kentongan.series_there() || jsonb_build_object(
        'series', g.lesson_series, 'n', v_number,
        'of', (select count(*) from kentongan.lessons where series = g.lesson_series)));
    return v_text;
end $$;
comment on function kentongan.show_lessons(kentongan.ctx) is 'Which series the group takes, its next lesson, and which series there are';

create or replace function kentongan.do_lesson(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_series text := case when r.details ? 'starting' then r.details ->> 'series' end;
    v_params jsonb := kentongan.request_params(r) || kentongan.officer_params(p_officer);
begin
    -- A file loaded meanwhile may have taken its place.
    if v_series is not null and not exists (select 1 from kentongan.lesson_series where series = v_series) then
        return kentongan.request_impossible(c, r, p_officer, 'no such series', 'belajar_unknown',
            jsonb_build_object('heard', v_series) || kentongan.series_there());
    end if;
    -- A group that has had it all begins anew; one that stopped goes on where it was.
    if kentongan.next_lesson(r.group_id, v_series) is null then
        delete from kentongan.lessons_sent where group_id = r.group_id and series = v_series;
    end if;
    update kentongan.groups set lesson_series = v_series where id = r.group_id;
    perform kentongan.reply(c, 'belajar_done', v_params);
    perform kentongan.tell_officers(r.group_id, '{bendahara,ketua,sekretaris,pengawas}', p_officer, 'belajar_done', v_params, c);
    return 'belajar_done';
end $$;
comment on function kentongan.do_lesson(kentongan.ctx, kentongan.requests, bigint) is
    'The group takes the series, or none any more; every officer hears it';
