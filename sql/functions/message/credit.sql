-- What is left on the SIMs, and what sending costs.

create or replace function kentongan.channel_may_broadcast(c kentongan.channels) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz;
begin
    if c.credit is null then
        return true;
    end if;
    v_now := kentongan.now();
    -- It is asked daily: what is older than three days is no longer known.
    return c.credit_at < v_now - interval '3 days'
        or c.credit >= c.credit_low
           and coalesce(c.credit_until >= (v_now at time zone 'Asia/Jakarta')::date, true);
end $$;
comment on function kentongan.channel_may_broadcast(kentongan.channels) is
    'False where the SIM''s credit is known and too low, or the SIM has expired: what is left is for answers';

create or replace function kentongan.credit_is_low(c kentongan.channels) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return c.credit is not null
       and (c.credit < c.credit_low
            or coalesce(c.credit_until - (kentongan.now() at time zone 'Asia/Jakarta')::date <= c.credit_days, false));
end $$;
comment on function kentongan.credit_is_low(kentongan.channels) is 'Too little credit, or the SIM''s last day is near';

create or replace function kentongan.credit_state(c kentongan.channels) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return case when c.credit_asked_at is null then null
                when c.credit_text = '' then 'silent'
                when c.credit_at is distinct from c.credit_asked_at then 'strange'
                when kentongan.credit_is_low(c) then 'low'
                else 'enough' end;
end $$;
comment on function kentongan.credit_state(kentongan.channels) is
    'How the last question for credit went: silent (no answer), strange (not understood), low, enough; null where nobody asks';

create or replace function kentongan.warn_of_credit(c kentongan.channels) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_groups bigint[];
    v_params jsonb;
    v_told int;
begin
    -- Lately: of the last messages of all channels, so that a long history costs nothing.
    v_groups := array(
        select o.group_id
          from (select group_id, channel from kentongan.outbox order by id desc limit 20000) o
          join kentongan.groups g on g.id = o.group_id
         where o.channel = c.name and kentongan.reminder_on(g.id, 'credit')
         group by o.group_id order by count(*) desc, o.group_id limit 5);
    v_params := jsonb_build_object(
        'channel', c.name, 'sim_credit', c.credit, 'valid_until', to_char(c.credit_until, 'DD/MM/YYYY'),
        'paused', case when not kentongan.channel_may_broadcast(c) then 'x' end);
    -- A SIM that runs low at two at night is topped up in the morning.
    perform kentongan.by_day(true);
    v_told := (select count(kentongan.tell(t.member_id, 'credit_low', v_params))
              from (select distinct on (kentongan.phone_of(o.member_id)) o.member_id
                      from kentongan.officers o
                     where o.group_id = any (v_groups) and o.role = 'bendahara' and o.until is null
                       and kentongan.phone_of(o.member_id) is not null
                     order by kentongan.phone_of(o.member_id), o.member_id) t);
    perform kentongan.by_day(false);
    return v_told;
end $$;
comment on function kentongan.warn_of_credit(kentongan.channels) is
    'Tells the treasurers of the five groups with most of the channel''s messages lately, each phone once; returns how many';

create or replace function api.channel_credit(p_name text, p_amount bigint, p_until date, p_text text, p_low bigint, p_days int)
returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    c kentongan.channels;
    v_told int;
begin
    update kentongan.channels
       set credit_low = p_low, credit_days = p_days, credit_text = left(p_text, 200), credit_asked_at = v_now,
           credit = coalesce(p_amount, credit),
           credit_until = case when p_amount is null then credit_until else p_until end,
           credit_at = case when p_amount is null then credit_at else v_now end
     where name = p_name returning * into c;
    if not found or p_amount is null then
        return false;
    end if;
    insert into kentongan.channel_credits (channel, at, amount, until) values (p_name, v_now, p_amount, p_until)
    on conflict do nothing;
    delete from kentongan.channel_credits where channel = p_name and at < v_now - interval '2 years';
    if kentongan.credit_is_low(c) = (c.credit_warned_at is not null) then
        return false;
    end if;
    -- Warned once, until there is enough again.
    update kentongan.channels set credit_warned_at = case when c.credit_warned_at is null then v_now end where name = p_name;
    if c.credit_warned_at is null then
        v_told := kentongan.warn_of_credit(c);
    end if;
    insert into kentongan.audit_log (actor, action, subject, details)
    values (p_name, case when c.credit_warned_at is null then 'channel.credit_low' else 'channel.credit_enough' end, p_name,
            jsonb_strip_nulls(jsonb_build_object('credit', p_amount, 'until', p_until, 'told', v_told)));
    -- The warnings, or the broadcasts that have waited.
    perform kentongan.wake();
    return c.credit_warned_at is null;
end $$;
comment on function api.channel_credit(text, bigint, date, text, bigint, int) is
    'The operator''s answer to a channel''s question for its credit (amount null: not understood; text empty: none came). True where it is low and nobody was told yet: treasurers are now';

create or replace function api.channel_credit_unknown(p_name text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    update kentongan.channels
       set credit = null, credit_until = null, credit_at = null, credit_asked_at = null, credit_text = null,
           credit_warned_at = null
     where name = p_name and credit_asked_at is not null
$$;
comment on function api.channel_credit_unknown(text) is
    'Nobody asks for this channel''s credit any more: what was known once must stop no broadcast';

create or replace function api.costs(p_months int)
returns table (month text, channel text, messages int, parts int, cost bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select to_char(m.month, 'YYYY-MM'), m.channel, m.messages, m.parts, m.cost
      from kentongan.channel_months m
     where m.month > date_trunc('month', kentongan.now() at time zone 'Asia/Jakarta') - make_interval(months => p_months)
     order by m.month desc, m.channel
$$;
comment on function api.costs(int) is
    'What left through each channel in the last months, the newest first, and what that cost by the price of the time';
