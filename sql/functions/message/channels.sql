create or replace function api.channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[],
                                             p_cap int, p_price int default null, p_pace int default null,
                                             p_jitter int default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_before text;
begin
    select state into v_before from kentongan.channels where name = p_name;
    insert into kentongan.channels as k (name, state, words, details, prefixes, daily_cap, price, pace_ms, jitter)
    values (p_name, p_state, p_words, coalesce(p_details, '{}'), coalesce(p_prefixes, '{}'), coalesce(p_cap, 0), coalesce(p_price, 0),
            case when p_pace is null then 0 else greatest(p_pace, 1) end, coalesce(p_jitter, 25))
    on conflict (name) do update
       set state = excluded.state, words = excluded.words,
           details = case when p_details is null then k.details else k.details || excluded.details end,
           prefixes = coalesce(p_prefixes, k.prefixes), daily_cap = coalesce(p_cap, k.daily_cap), price = coalesce(p_price, k.price),
           -- Never none: between two it listens (listen_first).
           pace_ms = case when p_pace is null then k.pace_ms else greatest(p_pace, 1) end, jitter = coalesce(p_jitter, k.jitter),
           -- One that was slow before needn't finish its pause.
           next_at = case when p_pace < k.pace_ms then least(k.next_at, clock_timestamp() + p_pace * interval '1 millisecond') else k.next_at end,
           since = case when k.state = excluded.state then k.since else clock_timestamp() end,
           seen_at = clock_timestamp();
    if v_before is distinct from p_state then
        insert into kentongan.audit_log (actor, action, subject, details)
        values (p_name, 'channel.' || p_state, p_name, jsonb_build_object('words', p_words, 'before', v_before));
        -- A second try waits for the sake of the channel that failed: without it, at once.
        if v_before = 'ready' then
            update kentongan.outbox set not_before = '-infinity'
             where status = 'queued' and broadcast_id is null and coalesce(via, '') = p_name and not_before > kentongan.now();
        end if;
        -- Others may now have to send what was this channel's, or this one its own again.
        perform kentongan.wake();
    end if;
    if p_details is not null and p_details <> '{}' then
        insert into kentongan.channel_samples (channel, details) values (p_name, p_details) on conflict do nothing;
    end if;
end $$;
comment on function api.channel_state(text, text, text, jsonb, text[], int, int, int, int) is
    'A channel tells how it is; changes of state are audited, samples kept';

create or replace function kentongan.prefixes_of(p_list text, p_country text) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return array(select case when p like '+%' then p when p like '0%' then '+' || p_country || substr(p, 2) else '+' || p end
                   from regexp_split_to_table(p_list, '[, ]+') p where p <> '');
end $$;
comment on function kentongan.prefixes_of(text, text) is 'What a setting lists ("0811,+62812"), in international form by the calling code';

create or replace function api.operators_set(p_operators jsonb, p_country text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- One service at a time; of two that have a beginning the first named keeps it.
    perform pg_advisory_xact_lock(4716);
    with given as (
        select o.name, o.pace, o.n, coalesce(x.prefix, '') as prefix
          from jsonb_array_elements(p_operators) with ordinality e(value, n),
               jsonb_to_record(e.value) as r(name text, prefixes text, pace int),
               lateral (select r.name, r.pace, e.n) o
          left join lateral unnest(kentongan.prefixes_of(r.prefixes, p_country)) as x(prefix) on true),
    kept as (select distinct on (prefix, case when prefix = '' then name end) * from given order by prefix, case when prefix = '' then name end, n),
    named as (select name, max(pace) as pace, array_remove(array_agg(prefix order by prefix), '') as prefixes
                from (select name, pace, prefix from kept union select name, pace, '' from given) x group by name)
    insert into kentongan.operators as o (name, prefixes, pace_ms)
    select name, prefixes, pace from named
    on conflict (name) do update
       set prefixes = excluded.prefixes, pace_ms = excluded.pace_ms,
           next_at = case when excluded.pace_ms < o.pace_ms then '-infinity' else o.next_at end
     where (o.prefixes, o.pace_ms) is distinct from (excluded.prefixes, excluded.pace_ms);
    -- Messages may be queued for one that is no longer named: it keeps its row.
    update kentongan.operators set prefixes = '{}', pace_ms = 0
     where name not in (select e.value ->> 'name' from jsonb_array_elements(p_operators) e(value)) and (prefixes <> '{}' or pace_ms > 0);
    perform kentongan.wake();
end $$;
comment on function api.operators_set(jsonb, text) is
    'The operators as the configuration has them: [{name, prefixes "0811,+62812", pace in ms}] and the calling code; others lose their numbers and their pace';

create or replace function api.note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    insert into kentongan.audit_log (actor, action, subject, details)
    values (p_peer, 'refused.' || p_verdict, p_peer, jsonb_build_object('count', p_count, 'channel', p_channel))
$$;
comment on function api.note_flood(text, text, bigint, text) is 'One record for the many messages of a flood that were refused in memory';
