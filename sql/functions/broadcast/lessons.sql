-- Lessons: a series that a group takes, one each Wednesday afternoon.

create or replace function kentongan.next_lesson(p_group bigint, p_series text) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select min(l.number) from kentongan.lessons l
             where l.series = p_series
               and not exists (select 1 from kentongan.lessons_sent s
                                where s.group_id = p_group and s.series = p_series and s.number = l.number));
end $$;
comment on function kentongan.next_lesson(bigint, text) is 'The next lesson of a series that a group hasn''t had; null: it has had all';

create or replace function kentongan.end_lessons(p_group bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform set_config('kentongan.actor', 'service', true);
    update kentongan.groups set lesson_series = null where id = p_group;
    perform set_config('kentongan.actor', '', true);
end $$;
comment on function kentongan.end_lessons(bigint) is 'The series is over: the group takes none; a version of its rules';

create or replace function kentongan.send_lesson(p_group bigint, p_series text, p_number int) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.lessons;
    b kentongan.broadcasts;
    v_last boolean;
begin
    -- Who writes it sends; a second leader waits here, and finds it written.
    insert into kentongan.lessons_sent (group_id, series, number, at) values (p_group, p_series, p_number, kentongan.now())
    on conflict do nothing;
    if not found then
        return 0;
    end if;
    select * into strict l from kentongan.lessons where series = p_series and number = p_number;
    v_last := kentongan.next_lesson(p_group, p_series) is null;
    b := kentongan.broadcast_new(p_group, 'lesson', case when v_last then 'lesson_last' else 'lesson' end,
        jsonb_build_object('title', l.title, 'text', l.body, 'n', l.number,
                           'of', (select count(*) from kentongan.lessons where series = p_series)),
        null, jsonb_build_object('groups', array[p_group]), null, 'service',
        p_ends => kentongan.now() + interval '2 days');
    b := kentongan.broadcast_start(b.id);
    if v_last then
        perform kentongan.end_lessons(p_group);
    end if;
    return greatest(b.total, 1);
end $$;
comment on function kentongan.send_lesson(bigint, text, int) is
    'A lesson to the whole group, once, however many leaders try; the last one says so, and the group takes no series any more';

create or replace function kentongan.lessons_due() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    g record;
    v_n int := 0;
begin
    for g in select c.id, c.lesson_series, kentongan.next_lesson(c.id, c.lesson_series) as number
               from (select x.*, v_now at time zone x.timezone as local from kentongan.groups x where x.lesson_series is not null) c
              where extract(dow from c.local) = 3 and c.local::time >= '16:00' and c.local::time < '19:30'
                and not kentongan.quiet_now(kentongan.quiet_of(array[c.id]), v_now)
                and not exists (select 1 from kentongan.lessons_sent s
                                 where s.group_id = c.id and s.at >= c.local::date::timestamp at time zone c.timezone)
              order by c.id limit 100 loop
        begin
            if g.number is null then
                -- Its file has lost lessons, or the whole series has gone.
                perform kentongan.end_lessons(g.id);
                v_n := v_n + kentongan.tell_officers(g.id, '{bendahara,ketua,sekretaris}', null, 'lesson_over',
                                                     kentongan.group_params(g.id) || jsonb_build_object('series', g.lesson_series));
            else
                v_n := v_n + kentongan.send_lesson(g.id, g.lesson_series, g.number);
            end if;
        exception when others then
            perform kentongan.timed_failed('lessons_due', kentongan.group_params(g.id) ->> 'group', sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.lessons_due() is
    'Wednesday from 16:00 of a group''s own clock until 19:30, outside of its quiet hours: the next lesson of its series, one a week. A hundred groups at a time';
