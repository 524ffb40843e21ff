-- What comes in, what goes out, and the channels that carry it.

create table kentongan.channels (
    name text primary key check (name ~ '^[a-z0-9-]{1,32}$'),
    transport text not null default 'sms',
    state text not null,
    words text not null default '',
    details jsonb not null default '{}',
    prefixes text[] not null default '{}',
    daily_cap int not null default 0,
    since timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp()
);
comment on table kentongan.channels is 'A modem or other way out: its state as its process last told it';
comment on column kentongan.channels.words is 'The state in plain words, for `kentongan status`';
comment on column kentongan.channels.prefixes is 'Numbers (+62811) that are sent through this channel while it works';

create table kentongan.channel_samples (
    channel text not null references kentongan.channels,
    at timestamptz not null default clock_timestamp(),
    details jsonb not null,
    primary key (channel, at)
);
comment on table kentongan.channel_samples is 'Signal, network, SIM and storage over time';

-- No foreign keys from messages and outbox to people: nobody removes those, and
-- each check would lock the group's row in every transaction.
create table kentongan.messages (
    id bigint generated always as identity primary key,
    dedupe bytea not null unique check (length(dedupe) = 16),
    transport text not null,
    channel text not null,
    peer text not null,
    sent_at timestamptz,
    received_at timestamptz not null default clock_timestamp(),
    at timestamptz not null,
    body text,
    parts int not null default 1,
    incomplete boolean not null default false,
    problem text not null,
    command text not null default '',
    outcome text not null,
    member_id bigint,
    group_id bigint,
    error text
);
create index messages_by_peer on kentongan.messages (peer, id);
create index messages_texts on kentongan.messages (received_at) where body is not null;
comment on table kentongan.messages is 'Every message received and handled, once: dedupe is a keyed hash of what makes it this message';
comment on column kentongan.messages.body is 'The text with PINs replaced; null once retention has passed';

create table kentongan.part_sets (
    id bigint generated always as identity primary key,
    transport text not null,
    channel text not null,
    peer text not null,
    reference int not null,
    reference_bits int not null check (reference_bits in (8, 16)),
    total int not null check (total between 1 and 255),
    first_at timestamptz not null default clock_timestamp(),
    due_at timestamptz not null,
    message_id bigint references kentongan.messages
);
create index part_sets_open on kentongan.part_sets (peer, reference, total) where message_id is null;
create index part_sets_recent on kentongan.part_sets (peer, reference, total, id);

create table kentongan.message_parts (
    set_id bigint not null references kentongan.part_sets,
    sequence int not null,
    sent_at bigint not null,
    sealed bytea,
    primary key (set_id, sequence)
);
comment on table kentongan.part_sets is 'A longer message whose parts are being collected, in any order';
comment on table kentongan.message_parts is 'A part; its text is sealed by the service''s key and dropped once the whole was handled';

create table kentongan.outbox (
    id bigint generated always as identity primary key,
    peer text not null,
    template text not null,
    params jsonb not null default '{}',
    lang kentongan.lang not null,
    class text not null check (class in ('reply', 'receipt', 'notice', 'reminder', 'broadcast')),
    priority smallint not null,
    status text not null default 'queued'
        check (status in ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'expired', 'uncertain')),
    via text,
    not_before timestamptz not null default '-infinity',
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    message_id bigint,
    member_id bigint,
    group_id bigint,
    attempts int not null default 0,
    channel text,
    claimed_at timestamptz,
    finished_at timestamptz,
    body text,
    parts int,
    error text
);
-- By way first: a channel must not wade through another's broadcasts.
create index outbox_queue on kentongan.outbox (coalesce(via, ''), priority, id) where status = 'queued';
create index outbox_sending on kentongan.outbox (channel) where status = 'sending';
create index outbox_by_message on kentongan.outbox (message_id);
create index outbox_by_peer on kentongan.outbox (peer, id);
create index outbox_texts on kentongan.outbox (finished_at) where body is not null and class <> 'receipt';
comment on table kentongan.outbox is 'Every message that leaves: template and parameters until sent, then the text itself (one-time codes masked)';
comment on column kentongan.outbox.via is 'Channel that should carry it; null = any';

create table kentongan.outbox_parts (
    outbox_id bigint not null references kentongan.outbox,
    attempt int not null,
    part int not null,
    channel text not null,
    reference smallint not null,
    sent_at timestamptz not null default clock_timestamp(),
    status int,
    reported_at timestamptz,
    primary key (outbox_id, attempt, part)
);
create index outbox_parts_match on kentongan.outbox_parts (channel, reference, sent_at);
comment on table kentongan.outbox_parts is 'Parts that the network accepted: TP-MR for delivery reports, TP-ST once reported';

create table kentongan.delivery_reports (
    channel text not null,
    peer text not null,
    reference smallint not null,
    status int not null,
    at timestamptz not null,
    outbox_id bigint references kentongan.outbox,
    primary key (channel, peer, reference, at, status)
);
comment on table kentongan.delivery_reports is 'Reports as received; outbox_id null where none matched';

create table kentongan.daily_counts (
    day date not null,
    scope text not null,
    key text not null,
    shard smallint not null default 0,
    n int not null,
    primary key (day, scope, key, shard)
);
comment on table kentongan.daily_counts is 'What was answered and sent today, for the daily limits; sharded where many write at once';

create table kentongan.block_list (
    peer text primary key,
    reason text not null,
    at timestamptz not null default clock_timestamp()
);
comment on table kentongan.block_list is 'Senders that are never answered';

create type kentongan.claimed as (
    id bigint,
    peer text,
    template text,
    params jsonb,
    lang text,
    class text,
    attempt int,
    validity_minutes int,
    report boolean
);
comment on type kentongan.claimed is 'A row of the outbox as a channel gets it to send';
