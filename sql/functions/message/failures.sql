-- A part of the timed work that fails: the others go on, it is recorded and tried again.

create or replace function kentongan.raise_again(p_state text, p_error text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if left(p_state, 2) in ('40', '53', '57', '58') then
        raise exception using errcode = p_state, message = p_error;
    end if;
end $$;
comment on function kentongan.raise_again(text, text) is
    'For an exception''s handler: conflicts, a full disk, a shutdown go on up, since all is done again; what comes back is a fault of what failed';

create or replace function kentongan.timed_failed(p_part text, p_item text, p_state text, p_error text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_tries int;
begin
    perform kentongan.raise_again(p_state, p_error);
    insert into kentongan.timed_failures as f (part, item, error) values (p_part, p_item, left(p_error, 200))
    on conflict (part, item) do update set last_at = clock_timestamp(), tries = f.tries + 1, error = excluded.error
    returning tries into v_tries;
    if v_tries = 1 then
        insert into kentongan.audit_log (actor, action, subject, details)
        values ('service', 'timed.failed', p_part, jsonb_build_object('item', p_item, 'error', left(p_error, 200), 'sqlstate', p_state));
    end if;
end $$;
comment on function kentongan.timed_failed(text, text, text, text) is
    'Called by an exception''s handler: records, once, that an item of the timed work fails; what is no fault of the item is raised again';

create or replace function kentongan.timed_part(p_part text, p_argument int default null) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_n int;
begin
    execute format('select kentongan.%I(%s)', p_part, p_argument) into v_n;
    return coalesce(v_n, 0);
exception when others then
    perform kentongan.timed_failed(p_part, '', sqlstate, sqlerrm);
    return 0;
end $$;
comment on function kentongan.timed_part(text, int) is
    'One part of the timed work in a transaction of its own within the whole: returns what it returns, 0 where it fails';

create or replace function kentongan.timed_over(p_began timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    with gone as (delete from kentongan.timed_failures where last_at < p_began returning part, item, tries)
    insert into kentongan.audit_log (actor, action, subject, details)
    select 'service', 'timed.mended', part, jsonb_build_object('item', item, 'tries', tries) from gone order by part, item;
end $$;
comment on function kentongan.timed_over(timestamptz) is 'What didn''t fail any more in the work that began then is no failure any more';

create or replace function api.timed_failures() returns table (failing text, item text, since timestamptz, tries int, error text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select part, item, since, tries, error from kentongan.timed_failures order by since, part, item limit 20
$$;
comment on function api.timed_failures() is 'What of the timed work fails at present, the oldest first; twenty at most';
