create or replace function api.channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[],
                                             p_cap int, p_price int default null) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_before text;
begin
    select state into v_before from kentongan.channels where name = p_name;
    insert into kentongan.channels as k (name, state, words, details, prefixes, daily_cap, price)
    values (p_name, p_state, p_words, coalesce(p_details, '{}'), coalesce(p_prefixes, '{}'), coalesce(p_cap, 0), coalesce(p_price, 0))
    on conflict (name) do update
       set state = excluded.state, words = excluded.words,
           details = case when p_details is null then k.details else k.details || excluded.details end,
           prefixes = coalesce(p_prefixes, k.prefixes), daily_cap = coalesce(p_cap, k.daily_cap), price = coalesce(p_price, k.price),
           since = case when k.state = excluded.state then k.since else clock_timestamp() end,
           seen_at = clock_timestamp();
    if v_before is distinct from p_state then
        insert into kentongan.audit_log (actor, action, subject, details)
        values (p_name, 'channel.' || p_state, p_name, jsonb_build_object('words', p_words, 'before', v_before));
        -- A second try waits for the sake of the channel that failed: without it, at once.
        if v_before = 'ready' then
            update kentongan.outbox set not_before = '-infinity'
             where status = 'queued' and via = p_name and not_before > kentongan.now();
        end if;
        -- Others may now have to send what was this channel's, or this one its own again.
        perform kentongan.wake();
    end if;
    if p_details is not null and p_details <> '{}' then
        insert into kentongan.channel_samples (channel, details) values (p_name, p_details) on conflict do nothing;
    end if;
end $$;
comment on function api.channel_state(text, text, text, jsonb, text[], int, int) is
    'A channel tells how it is; changes of state are audited, samples kept';

create or replace function api.note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    insert into kentongan.audit_log (actor, action, subject, details)
    values (p_peer, 'refused.' || p_verdict, p_peer, jsonb_build_object('count', p_count, 'channel', p_channel))
$$;
comment on function api.note_flood(text, text, bigint, text) is 'One record for the many messages of a flood that were refused in memory';
