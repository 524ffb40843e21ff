-- Kannel: a way out that holds several messages at once and reports by our own numbers.

comment on column kentongan.channels.transport is
    'sms: a modem, kannel: an operator''s account; both take whatever waits. ussd: shows only the answers to what came in through it';

-- A report may come before our own record of the sending, and for a try of which nobody knew
-- whether it had left: so it is kept, and read when that is decided.
create table kentongan.outbox_reports (
    outbox_id bigint not null references kentongan.outbox,
    attempt int not null,
    channel text not null,
    type smallint not null check (type in (1, 2, 4, 8, 16)),
    at timestamptz not null,
    answer text not null check (length(answer) <= 200),
    received_at timestamptz not null default clock_timestamp(),
    primary key (outbox_id, attempt, channel, type)
);
comment on table kentongan.outbox_reports is 'Delivery reports that name our own message and try, as Kannel''s do, each once';
comment on column kentongan.outbox_reports.type is
    '1 delivered, 2 not delivered, 4 waits at the message centre, 8 the message centre has it, 16 it refused it';

alter table kentongan.outbox add column tried text;
comment on column kentongan.outbox.tried is 'Channel of the last try, where the message went back into the queue after it';
