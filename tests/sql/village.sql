-- What the tests stand on: a village that is made anew in each test's
-- transaction, and short words to play with it. Everything that the service
-- does is done as the service's role.
create schema village;

create function village.phone(p_number int) returns text
language sql immutable as $$ select '+628120000' || lpad(p_number::text, 4, '0') $$;

-- Group MELATI: 1 treasurer, 2 chair, 3 secretary, 4 supervisor, 23 and 24
-- members, 25 and 26 share the phone of 25, 27 has none.
create function village.build() returns void
language plpgsql as $$
begin
    perform api.channel_state('desa', 'ready', 'ready', '{}', null, 0);
    perform api.channel_state('kota', 'ready', 'ready', '{}', null, 0);
    perform api.group_add('test', 'MELATI', 'UP2K MELATI', '{"second_officer_above": 1000000}');
    perform api.import_members('test', 'MELATI', '[
        {"line": 1, "number": 1, "name": "Sri Wahyuni", "msisdn": "+6281200000001", "role": "bendahara"},
        {"line": 2, "number": 2, "name": "Kartini", "msisdn": "+6281200000002", "role": "ketua"},
        {"line": 3, "number": 3, "name": "Ratna Dewi", "msisdn": "+6281200000003", "role": "sekretaris"},
        {"line": 4, "number": 4, "name": "Umi Kulsum", "msisdn": "+6281200000004", "role": "pengawas"},
        {"line": 5, "number": 23, "name": "Siti Aminah Rahayu", "msisdn": "+6281200000023", "pokok": 100000, "wajib": 250000, "sukarela": 1000000},
        {"line": 6, "number": 24, "name": "Dewi", "msisdn": "+6281200000024"},
        {"line": 7, "number": 25, "name": "Aminah", "msisdn": "+6281200000025", "sukarela": 25000},
        {"line": 8, "number": 26, "name": "Fatimah", "msisdn": "+6281200000025", "sukarela": 26000},
        {"line": 9, "number": 27, "name": "Halimah"}]', false);
end $$;

-- Another group, ANGGREK: 1 treasurer, 2 chair, 7 a member, on the phones of 51, 52 and 57.
create function village.build_other() returns void
language plpgsql as $$
begin
    perform api.group_add('test', 'ANGGREK', 'UP2K ANGGREK', '{}');
    perform api.import_members('test', 'ANGGREK', '[
        {"line": 1, "number": 1, "name": "Wati", "msisdn": "+6281200000051", "role": "bendahara"},
        {"line": 2, "number": 2, "name": "Yuni", "msisdn": "+6281200000052", "role": "ketua"},
        {"line": 3, "number": 7, "name": "Tutik", "msisdn": "+6281200000057"}]', false);
end $$;

create function village.group_of(p_code text) returns bigint
language sql volatile as $$ select id from kentongan.groups where code = p_code $$;

-- A trigger's: rows of ANGGREK can't be written.
create function village.refuse() returns trigger
language plpgsql as $$
begin
    if new.group_id = village.group_of('ANGGREK') then
        raise exception 'this group is broken';
    end if;
    return new;
end $$;

-- The leader's minute; what it brings out, by group.
create function village.minute(p_group text default null) returns text
language plpgsql as $$
declare
    v_before bigint := coalesce((select max(id) from kentongan.outbox), 0);
begin
    perform pg_sleep(0.002); -- what failed in the last minute is older than this one
    perform api.timed_work('{}');
    return (select coalesce(string_agg(distinct g.code || ' ' || o.template, ', '), '')
              from kentongan.outbox o join kentongan.groups g on g.id = o.group_id
             where o.id > v_before and (p_group is null or g.code = p_group));
end $$;

create function village.group_id() returns bigint
language sql volatile as $$ select id from kentongan.groups where code = 'MELATI' $$;

create function village.member(p_number int) returns bigint
language sql volatile as $$ select id from kentongan.members where number = p_number and group_id = village.group_id() $$;

create function village.saved(p_number int, p_product text default 'sukarela') returns bigint
language sql volatile as $$ select kentongan.balance(village.group_id(), p_product, village.member(p_number)) $$;

create function village.cash(p_number int) returns bigint
language sql volatile as $$ select kentongan.balance(village.group_id(), 'cash', village.member(p_number)) $$;

create function village.limits(p_other jsonb default '{}') returns jsonb
language sql immutable as $$
    select '{"sender": 100, "unknown": 1, "unknown_total": 50, "group": 2000, "channel": 3000, "late": 15,
             "lang": "id", "pending": 72}'::jsonb || p_other
$$;

-- A message arrives; returns its outcome. What is known of it afterwards: heard().
create function village.says(p_from int, p_command text, p_args jsonb default '{}', problem text default 'ok',
                             word text default '', standing text default 'ok', minutes_old int default 0,
                             incomplete boolean default false, limits jsonb default '{}', dedupe bytea default null,
                             claim boolean default false, channel text default 'desa', peer text default null,
                             pin bytea default null, new_pin bytea default null)
returns text
language plpgsql as $$
declare
    r record;
    v_sent bigint := floor(extract(epoch from kentongan.now())) - minutes_old * 60;
begin
    perform set_config('role', 'kentongan', true);
    select * into strict r from api.handle_message('sms', channel, coalesce(peer, village.phone(p_from)),
        coalesce(dedupe, uuid_send(gen_random_uuid())),
        v_sent, p_command, 1, incomplete, null, problem, p_command, p_args, word, pin, new_pin,
        standing, village.limits(limits), claim) limit 1;
    perform set_config('role', 'none', true);
    perform set_config('village.message', r.message_id::text, true);
    perform set_config('village.duplicate', r.duplicate::text, true);
    perform set_config('village.claimed', coalesce(r.id::text, ''), true);
    return r.outcome;
end $$;

-- Does STATEMENT as a role; an error takes the role back too.
create function village.as_role(p_role text, p_statement text) returns void
language plpgsql as $$
begin
    perform set_config('role', p_role, true);
    execute p_statement;
    perform set_config('role', 'none', true);
end $$;

create function village.refused(p_role text, p_statement text, p_state text, p_name text) returns text
language sql as $$
    select pgtap.throws_ok(format('select village.as_role(%L, %L)', p_role, p_statement), p_state, null, p_name)
$$;

create function village.heard() returns bigint
language sql volatile as $$ select current_setting('village.message')::bigint $$;

-- What the last message brought into the outbox: "23 reply saldo, 01 notice …".
create function village.answers() returns text
language sql volatile as $$
    select coalesce(string_agg(format('%s %s %s', right(peer, 2), class, template), ', ' order by id), '')
      from kentongan.outbox where message_id = village.heard()
$$;

-- A parameter of what the last message brought out.
create function village.param(p_template text, p_name text) returns text
language sql volatile as $$
    select params ->> p_name from kentongan.outbox
     where message_id = village.heard() and template = p_template order by id limit 1
$$;

create function village.otp(p_number int) returns text
language sql volatile as $$
    select params ->> 'otp' from kentongan.outbox
     where peer = village.phone(p_number) and params ? 'otp' order by id desc limit 1
$$;

-- One that the officer has not.
create function village.wrong_otp(p_number int) returns text
language sql volatile as $$
    select lpad(n::text, 4, '0') from generate_series(0, 9999) n
     where not exists (select 1 from kentongan.one_time_codes
                        where person_id = village.member(p_number)
                          and hash = sha256(salt || convert_to(lpad(n::text, 4, '0'), 'UTF8')))
     order by random() limit 1
$$;

create function village.request() returns kentongan.requests
language sql volatile as $$ select * from kentongan.requests order by id desc limit 1 $$;

create function village.later(p_how_long interval) returns void
language sql volatile as $$ update kentongan.clock set shift = shift + p_how_long $$;

-- A message for the outbox that no inbound message asked for.
create function village.queue(p_to int, p_class text, p_via text default null, p_params jsonb default '{}') returns bigint
language sql volatile as $$
    select kentongan.enqueue(village.phone(p_to), 'operator', p_params, 'id', p_class, p_via)
$$;

grant usage on schema village to public;
grant execute on all functions in schema village to public;
