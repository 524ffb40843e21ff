create or replace function api.lessons_load(p_actor text, p_series text, p_title text, p_lessons jsonb) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_n int;
begin
    insert into kentongan.lesson_series (series, title, loaded_at) values (p_series, p_title, kentongan.now())
    on conflict (series) do update set title = excluded.title, loaded_at = excluded.loaded_at;
    delete from kentongan.lessons where series = p_series;
    insert into kentongan.lessons (series, number, title, body)
    select p_series, l.number, l.title, l.text from jsonb_to_recordset(p_lessons) as l(number int, title text, text text);
    get diagnostics v_n = row_count;
    perform api.audit_note('operator:' || p_actor, 'lesson.load', p_series, null, jsonb_build_object('lessons', v_n));
    return v_n;
end $$;
comment on function api.lessons_load(text, text, text, jsonb) is
    'A series as a file has it, in place of what was loaded of it before; groups that take it go on where they are. Returns how many lessons';

create or replace function api.lesson_list()
returns table (series text, title text, lessons bigint, groups bigint, loaded_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select s.series, s.title, (select count(*) from kentongan.lessons l where l.series = s.series),
           (select count(*) from kentongan.groups g where g.lesson_series = s.series), s.loaded_at
      from kentongan.lesson_series s order by s.series
$$;
comment on function api.lesson_list() is 'Series of lessons, and how many groups take each';

create or replace function api.lesson_show(p_series text)
returns table (number int, title text, text text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if not exists (select 1 from kentongan.lesson_series s where s.series = p_series) then
        raise exception 'no series is called %', p_series using errcode = 'KT404', hint = '`kentongan lesson list` shows them';
    end if;
    return query select l.number, l.title, l.body from kentongan.lessons l where l.series = p_series order by l.number;
end $$;
comment on function api.lesson_show(text) is 'A series'' lessons; KT404 where there is none of that name';
