-- What sending costs, and what is left on the SIM to pay it.

alter table kentongan.channels
    add column price int not null default 0 check (price >= 0),
    add column credit bigint,
    add column credit_until date,
    add column credit_at timestamptz,
    add column credit_asked_at timestamptz,
    add column credit_text text check (length(credit_text) <= 200),
    add column credit_low bigint not null default 0,
    add column credit_days int not null default 0,
    add column credit_warned_at timestamptz;
comment on column kentongan.channels.price is 'What a part costs that is sent through it; 0 = not known';
comment on column kentongan.channels.credit is 'What was left on the SIM at credit_at; null = not known';
comment on column kentongan.channels.credit_until is 'The SIM''s last day, where the operator tells it';
comment on column kentongan.channels.credit_asked_at is 'The operator''s last answer, or silence; later than credit_at where it wasn''t understood';
comment on column kentongan.channels.credit_text is 'That answer as it came; empty = there was none';
comment on column kentongan.channels.credit_low is 'Less than this is too little, credit_days before the last day is late: then treasurers are told, once';
comment on column kentongan.channels.credit_warned_at is 'When they were told; null again once there is enough';

create table kentongan.channel_credits (
    channel text not null references kentongan.channels,
    at timestamptz not null default clock_timestamp(),
    amount bigint not null,
    until date,
    primary key (channel, at)
);
comment on table kentongan.channel_credits is 'Credit of the SIMs over time, as their operators told it';

-- Kept by a trigger, so that the month's figures cost nothing to read and a new
-- price changes nothing in what was sent before.
create table kentongan.channel_months (
    channel text not null references kentongan.channels,
    month date not null check (extract(day from month) = 1),
    messages int not null,
    parts int not null,
    cost bigint not null,
    primary key (channel, month)
);
comment on table kentongan.channel_months is 'What left through each channel in each month, and what that cost by the price of the time';
insert into kentongan.channel_months (channel, month, messages, parts, cost)
select o.channel, date_trunc('month', o.finished_at at time zone 'Asia/Jakarta')::date, count(*), sum(o.parts), 0
  from kentongan.outbox o join kentongan.channels k on k.name = o.channel
 where o.status in ('sent', 'delivered', 'undelivered') and o.parts is not null and o.finished_at is not null
 group by 1, 2;

create function kentongan.message_costs() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    insert into kentongan.channel_months as m (channel, month, messages, parts, cost)
    select k.name, date_trunc('month', kentongan.now() at time zone 'Asia/Jakarta')::date, 1, greatest(new.parts, 1),
           greatest(new.parts, 1) * k.price::bigint
      from kentongan.channels k where k.name = new.channel
    on conflict (channel, month) do update
       set messages = m.messages + 1, parts = m.parts + excluded.parts, cost = m.cost + excluded.cost;
    return null;
end $$;
comment on function kentongan.message_costs() is 'Counts a message that left, with what it cost, in its channel''s month';
create trigger outbox_costs after update of status on kentongan.outbox
    for each row when (old.status = 'sending' and new.status = 'sent') execute function kentongan.message_costs();
