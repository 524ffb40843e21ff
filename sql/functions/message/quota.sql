create or replace function kentongan.bump(p_scope text, p_key text, p_shard int default 0) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_n int;
begin
    insert into kentongan.daily_counts as d (day, scope, key, shard, n)
    values ((kentongan.now() at time zone 'Asia/Jakarta')::date, p_scope, p_key, p_shard, 1)
    on conflict (day, scope, key, shard) do update set n = d.n + 1
    returning n into v_n;
    return v_n;
end $$;
comment on function kentongan.bump(text, text, int) is 'Counts one more today and returns this shard''s count';

create or replace function kentongan.count_sent(p_channel text, p_parts int, p_mass boolean) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.bump('channel', p_channel) from generate_series(1, p_parts);
    -- What nobody asked for uses up nobody's answers (within_quota).
    if p_mass then
        perform kentongan.bump('mass', p_channel) from generate_series(1, p_parts);
    end if;
end $$;
comment on function kentongan.count_sent(text, int, boolean) is
    'So many SMS have left through a channel today; mass: a broadcast''s or another system''s';

create or replace function kentongan.counted(p_scope text, p_key text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(sum(n), 0) from kentongan.daily_counts
             where day = (kentongan.now() at time zone 'Asia/Jakarta')::date and scope = p_scope and key = p_key);
end $$;
comment on function kentongan.counted(text, text) is 'Today''s count over all shards';

create or replace function kentongan.within_quota(c kentongan.ctx, p_limits jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_n int;
    v_full boolean;
    v_day date := (c.at at time zone 'Asia/Jakarta')::date;
begin
    if c.phone_id is null then
        -- Who borrows a phone to BLOKIR rarely words it right the first time; joining takes a question and its answer.
        if kentongan.bump('unknown', c.peer)
               > (p_limits ->> 'unknown')::int + (case when c.command in ('BLOKIR', 'DAFTAR', 'YA', 'TIDAK', 'BATAL') then 3 else 0 end)
           or kentongan.counted('unknown_total', '') >= (p_limits ->> 'unknown_total')::int then
            return 'silent';
        end if;
        perform kentongan.bump('unknown_total', '');
        return 'ok';
    end if;
    -- Few statements: this stands in the way of every message. The group's count
    -- is sharded by sender, so that members of one group don't queue for it.
    with counted as (
        insert into kentongan.daily_counts as d (day, scope, key, shard, n)
        values (v_day, 'sender', c.peer, 0, 1),
               (v_day, 'group', c.group_id::text, abs(hashtext(c.peer) % 16), 1)
        on conflict (day, scope, key, shard) do update set n = d.n + 1
        returning d.scope, d.n)
    select n into strict v_n from counted where scope = 'sender';
    if v_n > (p_limits ->> 'sender')::int then
        return case when v_n = (p_limits ->> 'sender')::int + 1 then 'notice' else 'silent' end;
    end if;
    select coalesce(sum(n) filter (where scope = 'group'), 0) > (p_limits ->> 'group')::int
           -- Broadcasts and other systems have limits of their own.
           or coalesce(sum(n) filter (where scope = 'channel'), 0) - coalesce(sum(n) filter (where scope = 'mass'), 0)
              >= (p_limits ->> 'channel')::int
      into v_full
      from kentongan.daily_counts
     where day = v_day and (scope, key) in (('group', c.group_id::text), ('channel', c.channel), ('mass', c.channel));
    if v_full then
        -- Each sender hears once that nothing was done: it may have been about money.
        return case when kentongan.bump('told', c.peer) = 1 then 'notice' else 'silent' end;
    end if;
    return 'ok';
end $$;
comment on function kentongan.within_quota(kentongan.ctx, jsonb) is
    'The daily limits: ok, notice (say it once) or silent. A flood must not empty the prepaid credit';
