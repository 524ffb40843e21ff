-- The operator's other systems: who may send and listen by HTTP.

create table kentongan.clients (
    id bigint generated always as identity primary key,
    name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
    token bytea not null unique check (length(token) = 16),
    scopes text[] not null check (scopes <@ '{send,inbox,money}'),
    per_minute int not null default 60 check (per_minute between 1 and 100000),
    per_day int not null default 5000 check (per_day between 1 and 10000000),
    created_at timestamptz not null default clock_timestamp(),
    removed_at timestamptz,
    hook_url text,
    hook_secret bytea,
    minute timestamptz not null default '-infinity',
    minute_count int not null default 0
);
create unique index clients_by_name on kentongan.clients (name) where removed_at is null;
comment on column kentongan.clients.per_minute is 'Requests a minute, of any kind; minute, minute_count: the one that is counted';
comment on column kentongan.clients.per_day is 'SMS a day: a long message counts as many as it takes';
comment on table kentongan.clients is 'Other systems that come in by HTTP, each with a token of its own';
comment on column kentongan.clients.token is 'Keyed hash of the token, which itself is shown once and kept nowhere';
comment on column kentongan.clients.scopes is
    'send: messages and their state, events of these; inbox: events of what members wrote; money: events of what was posted';
comment on column kentongan.clients.hook_url is 'Where its events go; null: nowhere';
comment on column kentongan.clients.hook_secret is 'What its events are signed with, sealed by the service''s key';

-- A request that is sent again finds its message instead of making a second one.
create table kentongan.client_messages (
    client_id bigint not null references kentongan.clients,
    key text not null check (length(key) between 1 and 64),
    print bytea not null,
    outbox_id bigint not null unique references kentongan.outbox,
    created_at timestamptz not null default clock_timestamp(),
    primary key (client_id, key)
);
comment on table kentongan.client_messages is 'A client''s own key for a message; print: a keyed hash of what was asked, so that one key never means two';

alter table kentongan.outbox add column client_id bigint;
comment on column kentongan.outbox.client_id is 'The client that asked for it; its changes of state become events';
create index outbox_by_client on kentongan.outbox (client_id, id) where client_id is not null;

-- No foreign key: nobody removes clients, and each check would lock the client's row
-- in every transaction that tells it something.
create table kentongan.events (
    id bigint generated always as identity primary key,
    client_id bigint not null,
    kind text not null,
    subject bigint not null,
    data jsonb not null,
    at timestamptz not null default clock_timestamp(),
    status text not null default 'queued' check (status in ('queued', 'sending', 'delivered', 'given_up')),
    tries int not null default 0,
    next_at timestamptz not null default clock_timestamp(),
    until timestamptz not null default clock_timestamp() + interval '3 days',
    finished_at timestamptz,
    answer int,
    error text
);
create index events_queue on kentongan.events (client_id, id) where status in ('queued', 'sending');
create index events_under_way on kentongan.events (client_id) where status = 'sending';
create index events_given_up on kentongan.events (client_id) where status = 'given_up';
create index events_old on kentongan.events (finished_at);
comment on column kentongan.events.next_at is 'When it is tried; while it is being sent: when another host may take it over';
comment on column kentongan.events.until is 'A try that fails after this is the last';
comment on table kentongan.events is 'What clients are told, at least once each and in order for each client, until they answered 2xx';
