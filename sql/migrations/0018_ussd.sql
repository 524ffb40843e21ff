-- USSD: where each session is, so that any host serves its next step.

alter table kentongan.channels drop constraint channels_name_check;
alter table kentongan.channels add constraint channels_name_check check (name ~ '^([a-z]{1,12}:)?[a-z0-9-]{1,32}$');
comment on column kentongan.channels.transport is 'sms: a way out for whatever waits; ussd: shows only the answers to what came in through it';

create table kentongan.ussd_sessions (
    id bigint generated always as identity primary key,
    door text not null,
    session text not null check (length(session) between 1 and 128),
    peer text not null,
    version int not null default 0,
    steps int not null default 0,
    print bytea,
    node text not null default '',
    state jsonb not null default '{}',
    answer text,
    outbox_id bigint,
    started_at timestamptz not null default clock_timestamp(),
    touched_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    unique (door, session)
);
create index ussd_sessions_by_peer on kentongan.ussd_sessions (peer, touched_at) where ended_at is null;
create index ussd_sessions_old on kentongan.ussd_sessions (touched_at);
comment on table kentongan.ussd_sessions is 'USSD sessions under way, and for an hour those that were: only their last answer, for whoever asks again';
comment on column kentongan.ussd_sessions.version is 'Counts the steps that were stored; of two that come from the same one only the first counts';
comment on column kentongan.ussd_sessions.steps is 'How many inputs, or the provider''s number of the step, have been taken';
comment on column kentongan.ussd_sessions.print is 'Keyed hash of the last step''s input, which itself is kept nowhere';
comment on column kentongan.ussd_sessions.state is 'Who speaks, what was chosen and typed so far (never a PIN), the way back; empty once it has ended';
comment on column kentongan.ussd_sessions.answer is 'The last screen; null where it is the text of outbox_id';
