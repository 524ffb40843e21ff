-- Timed work: what fails for one is nobody else's trouble, and is seen.

create table kentongan.timed_failures (
    part text not null,
    item text not null,
    since timestamptz not null default clock_timestamp(),
    last_at timestamptz not null default clock_timestamp(),
    tries int not null default 1,
    error text not null,
    primary key (part, item)
);
comment on table kentongan.timed_failures is
    'What of the timed work fails at present, each minute anew: its row goes when it no longer does';

-- A broadcast that nobody lets go on is over after a while.
alter table kentongan.broadcasts add column paused_at timestamptz;
comment on column kentongan.broadcasts.paused_at is 'Since when it has stood still';
update kentongan.broadcasts set paused_at = greatest(starts_at, enqueued_at) where status = 'paused';

-- Quiet hours that leave no time to send in would hold everything back for ever.
update kentongan.groups set quiet_from = '20:00', quiet_until = '06:00'
 where mod(1440 + (extract(epoch from quiet_until - quiet_from) / 60)::int, 1440) > 1200;
alter table kentongan.groups add constraint groups_quiet_hours_leave_some
    check (mod(1440 + (extract(epoch from quiet_until - quiet_from) / 60)::int, 1440) <= 1200);
