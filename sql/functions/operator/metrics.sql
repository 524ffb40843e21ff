create or replace function api.metrics() returns table (name text, labels text, value double precision, help text, kind text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select 'kentongan_outbox_queued', format('class="%s"', class), count(*)::double precision,
           'Messages that wait to be sent', 'gauge'
      from kentongan.outbox where status = 'queued' group by class
    union all
    select 'kentongan_outbox_oldest_seconds', '', kentongan.oldest_waiting(),
           'Age of the oldest message that waits: broadcasts and what waits for the morning don''t count', 'gauge'
    union all
    select 'kentongan_requests_pending', '', count(*)::double precision, 'Notices that wait for an officer', 'gauge'
      from kentongan.requests where status = 'pending'
    union all
    select 'kentongan_channel_ready', format('channel="%s",state="%s"', k.name, k.state),
           (kentongan.channel_works(k))::int::double precision, 'Whether a channel works', 'gauge'
      from kentongan.channels k
    union all
    select 'kentongan_channel_signal_percent', format('channel="%s"', k.name), (k.details ->> 'signal')::double precision,
           'Signal as last sampled', 'gauge'
      from kentongan.channels k where k.details ->> 'signal' ~ '^[0-9.]+$'
    union all
    select 'kentongan_sent_today', format('channel="%s"', key), sum(n)::double precision,
           'SMS sent today', 'gauge'
      from kentongan.daily_counts
     where scope = 'channel' and day = (kentongan.now() at time zone 'Asia/Jakarta')::date group by key
    union all
    select 'kentongan_calls_today', format('channel="%s"', key), sum(n)::double precision,
           'Missed calls today', 'gauge'
      from kentongan.daily_counts
     where scope = 'call' and day = (kentongan.now() at time zone 'Asia/Jakarta')::date group by key
    union all
    select 'kentongan_channel_credit', format('channel="%s"', k.name), k.credit::double precision,
           'Credit of the SIM as the operator last told it', 'gauge'
      from kentongan.channels k where k.credit is not null
    union all
    select 'kentongan_channel_credit_expiry_seconds', format('channel="%s"', k.name),
           extract(epoch from (k.credit_until + 1)::timestamp at time zone 'Asia/Jakarta')::double precision,
           'When the SIM expires (Unix time)', 'gauge'
      from kentongan.channels k where k.credit_until is not null
    union all
    select 'kentongan_channel_credit_low', format('channel="%s"', k.name), kentongan.credit_is_low(k)::int::double precision,
           'Whether the SIM has too little credit or expires soon', 'gauge'
      from kentongan.channels k where k.credit is not null
    union all
    select 'kentongan_channel_parts_total', format('channel="%s"', m.channel), sum(m.parts)::double precision,
           'Message parts sent', 'counter'
      from kentongan.channel_months m group by m.channel
    union all
    select 'kentongan_channel_cost_total', format('channel="%s"', m.channel), sum(m.cost)::double precision,
           'What they cost, by the price of the time', 'counter'
      from kentongan.channel_months m group by m.channel
    union all
    select 'kentongan_timed_failures', '', count(*)::double precision,
           'What of the timed work fails at present', 'gauge'
      from kentongan.timed_failures
    union all
    select 'kentongan_audit_unsealed', '',
           ((select count(*) from kentongan.audit_log where id > coalesce((select max(audit_id) from kentongan.audit_chain), 0)))::double precision,
           'Audit records not yet in the chain', 'gauge'
$$;
comment on function api.metrics() is 'What the Prometheus endpoint shows';
