-- Schemas, rights and the few things that everything else leans on.
--
-- kentongan holds tables and inner functions; api holds what the service role
-- may call. The service reads tables and calls api; it writes nowhere itself.

create schema api;
comment on schema kentongan is 'Kentongan: tables and inner functions. Written only through schema api.';
comment on schema api is 'Kentongan: what the service role may call. One business operation, one function.';

alter default privileges revoke execute on functions from public;
alter default privileges in schema api grant execute on functions to kentongan;
alter default privileges in schema kentongan grant select on tables to kentongan;
grant usage on schema kentongan, api to kentongan;
grant select on kentongan.schema_version, kentongan.schema_functions to kentongan;

create domain kentongan.msisdn as text
    check (value ~ '^\+[1-9][0-9]{6,14}$');
comment on domain kentongan.msisdn is 'A telephone number in E.164 form: +628123456789';

create domain kentongan.lang as text
    check (value in ('id', 'en', 'jv', 'mad'));
comment on domain kentongan.lang is 'A language of the catalogues';

-- Business time. Only the owner may move it, for tests that live through a
-- year; `kentongan check` warns where the shift isn't zero.
create table kentongan.clock (
    only_row boolean primary key default true check (only_row),
    shift interval not null default '0'
);
insert into kentongan.clock default values;
comment on table kentongan.clock is 'Shift of business time against the server''s clock; zero outside tests.';

-- What a command function is told about the message that it serves.
create type kentongan.ctx as (
    message_id bigint,
    transport text,
    channel text,
    peer text,
    phone_id bigint,
    member_id bigint,       -- null: unknown number, or a shared phone that must say who
    group_id bigint,
    lang text,
    at timestamptz,
    late_minutes int,       -- how old the message was when handled, 0 if on time
    sent_at timestamptz,
    command text,
    pin_hash bytea
);
comment on type kentongan.ctx is 'The message under way, as command functions see it';
