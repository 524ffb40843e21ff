-- Calling the village together: meetings, broadcasts, reminders, lessons.

alter table kentongan.groups
    add column quiet_from time not null default '20:00',
    add column quiet_until time not null default '06:00',
    add column broadcast_second_above int not null default 200 check (broadcast_second_above > 0),
    add column broadcasts_a_day int not null default 4 check (broadcasts_a_day between 1 and 50),
    add column wajib_day int not null default 25 check (wajib_day between 1 and 28),
    add column meeting_weekday int check (meeting_weekday between 0 and 6),
    add column meeting_week int check (meeting_week between 1 and 5),
    add column meeting_day int check (meeting_day between 1 and 31),
    add column meeting_time time,
    add column meeting_place text check (length(meeting_place) between 1 and 40),
    add column reminders_off text[] not null default '{}',
    add column reminder_words jsonb not null default '{}',
    add column lesson_series text,
    add constraint groups_regular check (meeting_weekday is null or meeting_day is null);
comment on column kentongan.groups.quiet_from is 'From here to quiet_until, in the group''s zone, nothing leaves but replies, receipts and notices';
comment on column kentongan.groups.broadcast_second_above is 'A broadcast to more numbers than this needs a second officer';
comment on column kentongan.groups.broadcasts_a_day is 'Broadcasts and reminders that one number gets at most in a day; meetings don''t count';
comment on column kentongan.groups.wajib_day is 'Day of the month on which who hasn''t paid the simpanan wajib is reminded';
comment on column kentongan.groups.meeting_weekday is 'Regular meetings: 0 = Sunday; each week, or the meeting_week-th of the month (5 = the last)';
comment on column kentongan.groups.meeting_day is 'Regular meetings on a day of the month instead; the last where the month is shorter';
comment on column kentongan.groups.reminders_off is 'Kinds of reminders that the group doesn''t want: see reminder_kinds';
comment on column kentongan.groups.reminder_words is 'Kind of reminder to a wording of the group''s own, with fields';
comment on column kentongan.groups.lesson_series is 'The series of lessons that the group gets, one a week';

create table kentongan.meetings (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    at timestamptz not null,
    place text not null check (length(place) between 1 and 40),
    status text not null default 'asked' check (status in ('asked', 'called', 'cancelled')),
    called_by bigint references kentongan.members,
    request_id bigint references kentongan.requests,
    created_at timestamptz not null,
    told_before timestamptz,
    told_morning timestamptz,
    reason text not null default ''
);
create index meetings_next on kentongan.meetings (group_id, at) where status = 'called';
create unique index meetings_one on kentongan.meetings (group_id, at) where status = 'called';
comment on table kentongan.meetings is 'A meeting: asked until the officer has answered the echo, then called; a regular one is made by the leader';
comment on column kentongan.meetings.told_before is 'When the reminder of the day before went out; never twice';

create table kentongan.meeting_answers (
    meeting_id bigint not null references kentongan.meetings,
    member_id bigint not null references kentongan.members,
    coming boolean not null,
    reason text not null default '',
    at timestamptz not null,
    primary key (meeting_id, member_id)
);
comment on table kentongan.meeting_answers is 'HADIR or TIDAK, the last word counts';

create table kentongan.broadcasts (
    id bigint generated always as identity primary key,
    group_id bigint references kentongan.groups,
    kind text not null check (kind in ('siaran', 'meeting', 'minutes', 'reminder', 'lesson')),
    class text not null default 'broadcast' check (class in ('broadcast', 'reminder')),
    template text not null,
    params jsonb not null default '{}',
    wording text check (length(wording) between 1 and 1000),
    audience jsonb not null,
    status text not null default 'draft'
        check (status in ('draft', 'waiting', 'running', 'paused', 'done', 'cancelled')),
    created_at timestamptz not null,
    created_by bigint references kentongan.members,
    actor text not null,
    request_id bigint references kentongan.requests,
    meeting_id bigint references kentongan.meetings,
    starts_at timestamptz not null,
    ends_at timestamptz check (ends_at > starts_at),
    quiet jsonb not null default '[]',
    total int not null default 0,
    skipped int not null default 0,
    enqueued_at timestamptz,
    finished_at timestamptz,
    reported_at timestamptz
);
create index broadcasts_live on kentongan.broadcasts (id) where status in ('waiting', 'running', 'paused');
create index broadcasts_by_group on kentongan.broadcasts (group_id, id);
create index broadcasts_by_day on kentongan.broadcasts (enqueued_at);
create index broadcasts_by_request on kentongan.broadcasts (request_id);
comment on table kentongan.broadcasts is 'One text to many: who, what, when, and how far it is. Its messages stand in outbox';
comment on column kentongan.broadcasts.template is 'Text of the catalogue; a wording stands in its {text}';
comment on column kentongan.broadcasts.wording is 'The text as somebody wrote it, with fields like {nama}, filled for each recipient when it leaves';
comment on column kentongan.broadcasts.audience is
    'groups (ids), kecamatan, roles, late, members (ids), except (ids): all that are named must hold; numbers: those of broadcast_numbers instead';
comment on column kentongan.broadcasts.status is
    'draft: being prepared; waiting: agreed to, not yet enqueued; running; paused; done: nothing of it waits; cancelled';
comment on column kentongan.broadcasts.quiet is 'The quiet hours of those it goes to: a list of {zone, from, until}; while any of them holds nothing leaves';

create table kentongan.broadcast_numbers (
    broadcast_id bigint not null references kentongan.broadcasts,
    peer text not null,
    fields jsonb not null default '{}',
    primary key (broadcast_id, peer)
);
comment on table kentongan.broadcast_numbers is 'Numbers of a file to which a broadcast goes, with what the file says for its fields';

create table kentongan.broadcast_skips (
    broadcast_id bigint not null references kentongan.broadcasts,
    peer text not null,
    member_id bigint,
    reason text not null check (reason in ('stop', 'often', 'same', 'phone'))
);
create index broadcast_skips_by_broadcast on kentongan.broadcast_skips (broadcast_id);
comment on table kentongan.broadcast_skips is
    'Who was not sent it: stop: wants none; often: had as many today as the group allows; same: had this text today; phone: has no number';

create table kentongan.reminder_kinds (
    kind text primary key,
    template text not null,
    hour int not null check (hour between 0 and 23),
    sort int not null
);
comment on table kentongan.reminder_kinds is 'Reminders that go out by themselves, the hour of the day in the group''s zone from which they do';
insert into kentongan.reminder_kinds (kind, template, hour, sort) values
    ('due_soon',  'remind_due_soon',  8, 1),
    ('due_today', 'remind_due_today', 7, 2),
    ('due_late',  'remind_due_late',  9, 3),
    ('wajib',     'remind_wajib',     9, 4),
    ('pending',   'remind_pending',  16, 5),
    ('credit',    'credit_low',       8, 6);

create table kentongan.reminders_sent (
    kind text not null references kentongan.reminder_kinds,
    member_id bigint not null references kentongan.members,
    what text not null,
    at timestamptz not null,
    primary key (kind, member_id, what)
);
comment on table kentongan.reminders_sent is 'What somebody was reminded of: an instalment, a month. Written before it is sent, so nobody is reminded twice';
create table kentongan.reminder_days (
    group_id bigint not null references kentongan.groups,
    kind text not null references kentongan.reminder_kinds,
    day date not null,
    primary key (group_id, kind)
);
comment on table kentongan.reminder_days is 'The last day, by the group''s clock, on which it was looked who is to be reminded';

create table kentongan.lesson_series (
    series text primary key check (series ~ '^[a-z0-9-]{2,20}$'),
    title text not null check (length(title) between 1 and 40),
    loaded_at timestamptz not null
);
comment on table kentongan.lesson_series is 'Series of lessons that groups can take';
create table kentongan.lessons (
    series text not null references kentongan.lesson_series,
    number int not null check (number > 0),
    title text not null,
    body text not null check (length(body) between 1 and 1000),
    primary key (series, number)
);
comment on table kentongan.lessons is 'Short lessons, a series from a file each; one a week to the groups that take them';
create table kentongan.lessons_sent (
    group_id bigint not null references kentongan.groups,
    series text not null,
    number int not null,
    at timestamptz not null,
    primary key (group_id, series, number)
);
comment on table kentongan.lessons_sent is 'Which lessons a group has had';

-- The networks' numbers: how often one network may get a broadcast's message.
create table kentongan.operators (
    name text primary key check (name ~ '^[a-z0-9-]{1,32}$'),
    prefixes text[] not null,
    pace_ms int not null default 0 check (pace_ms >= 0),
    next_at timestamptz not null default '-infinity'
);
comment on table kentongan.operators is 'Telephone operators by prefix (+62811), as the configuration names them; a broadcast sends one message to each at most every pace_ms';

alter table kentongan.channels
    add column pace_ms int not null default 0,
    add column jitter int not null default 25,
    add column next_at timestamptz not null default '-infinity';
comment on column kentongan.channels.pace_ms is 'Pause between two messages of broadcasts, on the average; jitter: varied by so many percent';
comment on column kentongan.channels.next_at is 'Not before this a broadcast''s message through this channel (real time)';

alter table kentongan.outbox
    add column broadcast_id bigint,
    add column lane text,
    drop constraint outbox_status_check,
    add constraint outbox_status_check
        check (status in ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'expired', 'uncertain', 'cancelled'));
comment on column kentongan.outbox.broadcast_id is 'The broadcast that it belongs to: such rows have a queue of their own, behind everything else';
comment on column kentongan.outbox.lane is 'The operator of the number, for the pace of broadcasts; null where none is known';
drop index kentongan.outbox_queue;
create index outbox_queue on kentongan.outbox (coalesce(via, ''), priority, id) where status = 'queued' and broadcast_id is null;
create index outbox_broadcast on kentongan.outbox (broadcast_id, coalesce(via, ''), coalesce(lane, ''), not_before, id)
    where status = 'queued' and broadcast_id is not null;
create index outbox_broadcast_sending on kentongan.outbox (broadcast_id) where status = 'sending' and broadcast_id is not null;
create index outbox_broadcast_ended on kentongan.outbox (broadcast_id, status, id)
    where broadcast_id is not null and status in ('undelivered', 'failed', 'expired', 'uncertain');
drop index kentongan.outbox_by_message;
create index outbox_by_message on kentongan.outbox (message_id) where message_id is not null;

alter type kentongan.claimed add attribute wait_ms int;

insert into kentongan.request_kinds (kind, confirm, officers, decide, takes, asked_by, roles, duty) values
    ('meeting',   'code', 'one', 'SAH', false, 'officer', '{}', 'call'),
    ('broadcast', 'code', 'one', 'SAH', false, 'officer', '{}', 'call'),
    ('broadcast_large', 'code', 'two', 'SAH', false, 'officer', '{ketua,sekretaris,bendahara}', 'call'),
    ('lesson',    'code', 'one', 'SAH', false, 'officer', '{}', 'call');
