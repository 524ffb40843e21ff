create or replace function kentongan.dispatch(c kentongan.ctx, p_command text, p_args jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_outcome text;
begin
    execute format('select kentongan.%I($1, $2)', 'cmd_' || lower(p_command)) into v_outcome using c, p_args;
    return v_outcome;
end $$;
comment on function kentongan.dispatch(kentongan.ctx, text, jsonb) is
    'Runs cmd_<command>(ctx, args): a new command is a new function of that form. It returns the outcome''s name';

create or replace function kentongan.names_another(p_command text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select p_command in ('CATAT', 'SERAH', 'GANTIHP', 'RESETPIN', 'BUKA', 'PENGURUS', 'KOCOK')
$$;
comment on function kentongan.names_another(text) is
    'Whether the member whom this command names isn''t who speaks. Who speaks may stand in front then, too: 7 GANTIHP 23 …';

create or replace function kentongan.respond(c kentongan.ctx, p_problem text, p_args jsonb, p_heard text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    -- `23 SALDO 24` names two who might be meant.
    if p_problem in ('ok', 'near') and not kentongan.names_another(c.command) and p_args -> 'speaker' <> p_args -> 'member' then
        p_problem := 'usage';
    end if;
    if c.phone_id is null then
        return kentongan.respond_unknown(c, p_problem, p_args);
    end if;
    -- What looked like a group in front of a command is none of this phone's: `apa saldo` is no question of group APA.
    if p_problem <> 'incomplete' and p_args ? 'group' and c.command not in ('DAFTAR', 'BLOKIR')
       and not kentongan.phone_in_group(c.phone_id, p_args ->> 'group') then
        return kentongan.not_understood(c);
    end if;
    if p_problem in ('ok', 'near') and p_args ? 'speaker' and c.member_id is null and kentongan.names_another(c.command) then
        return kentongan.ask_member(c);
    end if;
    case p_problem
        when 'ok' then
            return kentongan.dispatch(c, c.command, p_args);
        when 'near' then
            return kentongan.ask_near(c, p_args, p_heard);
        when 'amount' then
            perform kentongan.reply(c, 'amount_unclear', jsonb_build_object('heard', p_heard, 'command', c.command));
            return 'amount_unclear';
        when 'usage' then
            if c.command = 'BATAL' and kentongan.consent_open(c) then
                return kentongan.cmd_tidak(c, p_args);
            end if;
            perform kentongan.reply(c, 'usage_' || lower(c.command));
            return 'usage';
        when 'incomplete' then
            perform kentongan.reply(c, 'incomplete');
            return 'incomplete';
        else
            return kentongan.not_understood(c);
    end case;
end $$;
comment on function kentongan.respond(kentongan.ctx, text, jsonb, text) is
    'What a registered or unknown number gets for what it said';

create or replace function kentongan.respond_unknown(c kentongan.ctx, p_problem text, p_args jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if p_problem = 'ok' and c.command in ('BLOKIR', 'DAFTAR') then
        return kentongan.dispatch(c, c.command, p_args);
    elsif p_problem = 'usage' and c.command = 'DAFTAR' then
        perform kentongan.reply(c, 'usage_daftar');
        return 'usage';
    elsif c.command in ('YA', 'TIDAK', 'BATAL') and kentongan.consent_open(c) then
        return case when c.command = 'YA' then kentongan.cmd_ya(c, p_args - 'code') else kentongan.cmd_tidak(c, p_args) end;
    end if;
    perform kentongan.reply(c, 'unknown_number');
    return 'unknown_number';
end $$;
comment on function kentongan.respond_unknown(kentongan.ctx, text, jsonb) is
    'What a number that is nobody''s may do: block a named member, ask to join, and answer our question about that';

create or replace function kentongan.said_lately(c kentongan.ctx, p_outcome text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select count(*)
              from (select outcome, at from kentongan.messages where peer = c.peer and id < c.message_id
                     order by id desc limit 20) recent
             where outcome = p_outcome and at > c.at - interval '1 hour');
end $$;
comment on function kentongan.said_lately(kentongan.ctx, text) is
    'How often within an hour this sender''s messages ended so: two machines answering each other must stop, across restarts too';

create or replace function kentongan.not_understood(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if kentongan.said_lately(c, 'not_understood') >= 3 then
        return 'loop_broken';
    end if;
    perform kentongan.reply(c, 'not_understood');
    return 'not_understood';
end $$;
comment on function kentongan.not_understood(kentongan.ctx) is
    'Help for a text without a command; silent after three within an hour';

create or replace function kentongan.context(p_message bigint, p_transport text, p_channel text, p_peer text,
                                             p_sent_at bigint, p_command text, p_args jsonb, p_pin_hash bytea,
                                             p_new_pin_hash bytea, p_limits jsonb) returns kentongan.ctx
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    c kentongan.ctx;
    v_members bigint[];
    v_last bigint;
    v_age int;
begin
    c.message_id := p_message;
    c.transport := p_transport;
    c.channel := p_channel;
    c.peer := p_peer;
    c.command := p_command;
    c.pin_hash := p_pin_hash;
    c.new_pin_hash := p_new_pin_hash;
    c.weak_pin := p_args ? 'weak';
    c.at := kentongan.now();
    perform set_config('kentongan.pending_hours', p_limits ->> 'pending', true);
    c.sent_at := to_timestamp(p_sent_at);
    v_age := extract(epoch from c.at - c.sent_at) / 60;
    c.late_minutes := case when v_age > (p_limits ->> 'late')::int and v_age < 60 * 24 * 60 then v_age else 0 end;
    select id, last_member_id into c.phone_id, v_last from kentongan.phones where msisdn = p_peer;
    v_members := kentongan.members_of_phone(c.phone_id);
    if cardinality(v_members) = 0 then
        c.phone_id := null;
        c.lang := coalesce(p_limits ->> 'lang', 'id');
        return c;
    end if;
    if cardinality(v_members) = 1 and not p_args ?| '{member,group}' then
        c.member_id := v_members[1];
    else
        c.member_id := kentongan.who_speaks(c.phone_id, v_members, v_last, p_command, p_args);
    end if;
    select group_id, kentongan.lang_of(id) into c.group_id, c.lang
      from kentongan.members where id = coalesce(c.member_id, v_members[1]);
    return c;
end $$;
comment on function kentongan.context(bigint, text, text, text, bigint, text, jsonb, bytea, bytea, jsonb) is
    'Who is speaking: phone, member (null where a shared phone must say which), group, language, lateness';

create or replace function kentongan.who_speaks(p_phone bigint, p_members bigint[], p_last bigint, p_command text,
                                                p_args jsonb) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    -- These name somebody else, or a group that isn't the speaker's.
    v_group text := case when p_command not in ('BLOKIR', 'DAFTAR') then upper(p_args ->> 'group') end;
    v_number int := case when kentongan.names_another(p_command) then (p_args ->> 'speaker')::int
                         when p_command <> 'BLOKIR' or cardinality(p_members) > 1 then (p_args ->> 'member')::int end;
    v_who bigint;
begin
    -- `7 SETOR 50rb` from the phone of 23 alone is not 23's deposit. One person in
    -- several groups is who was named last; several persons must say.
    select case when count(*) = 1 then min(m.id)
                when count(distinct lower(m.name)) = 1 and count(distinct m.group_id) = count(*)
                     and bool_or(m.id = p_last) then p_last end
      into v_who
      from kentongan.members m join kentongan.groups g on g.id = m.group_id
     where m.id = any (p_members) and (v_group is null or g.code = v_group) and (v_number is null or m.number = v_number);
    if v_group is not null and v_who <> coalesce(p_last, 0) and cardinality(p_members) > 1 then
        update kentongan.phones set last_member_id = v_who
         where id = p_phone
           and (select count(distinct lower(name)) from kentongan.members where id = any (p_members)) = 1;
    end if;
    return v_who;
end $$;
comment on function kentongan.who_speaks(bigint, bigint[], bigint, text, jsonb) is
    'The member of this phone that group and number in front of a command mean; null where it isn''t plain. Remembers which group one person in several named last';

create or replace function kentongan.phone_in_group(p_phone bigint, p_group text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.members m join kentongan.groups g on g.id = m.group_id
                    where m.id = any (kentongan.members_of_phone(p_phone)) and g.code = upper(p_group));
end $$;
comment on function kentongan.phone_in_group(bigint, text) is 'Whether somebody on this phone belongs to the group of this code';

create or replace function kentongan.ask_member(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_person boolean;
    v_doubled boolean;
    v_params jsonb;
begin
    select count(*) > 1 and count(distinct lower(m.name)) = 1 and count(distinct m.group_id) = count(*),
           count(distinct m.number) < count(*),
           jsonb_build_object('command', c.command, 'example', min(g.code),
               'groups', string_agg(g.code, ', ' order by g.code),
               'members', string_agg(m.number || ' ' || m.short_name, ', ' order by m.number),
               'group_members', string_agg(g.code || ' ' || m.number || ' ' || m.short_name, ', ' order by g.code, m.number))
      into v_person, v_doubled, v_params
      from kentongan.members m join kentongan.groups g on g.id = m.group_id
     where m.id = any (kentongan.members_of_phone(c.phone_id));
    perform kentongan.reply(c, case when v_person then 'which_group' when v_doubled then 'which_group_member'
                                    else 'which_member' end, v_params);
    return case when v_person then 'which_group' else 'which_member' end;
end $$;
comment on function kentongan.ask_member(kentongan.ctx) is
    'A phone with several members must put the number in front (23 SALDO), and the group, too, where one number stands in two; one person in several groups the group (MELATI SALDO)';

create or replace function api.handle_message(
    p_transport text, p_channel text, p_peer text, p_dedupe bytea, p_sent_at bigint, p_body text, p_parts int,
    p_incomplete boolean, p_part_set bigint, p_problem text, p_command text, p_args jsonb, p_heard text,
    p_pin_hash bytea, p_new_pin_hash bytea, p_standing text, p_limits jsonb, p_claim boolean,
    p_drives boolean default false)
returns table (message_id bigint, duplicate boolean, outcome text, id bigint, peer text, template text, params jsonb,
               lang text, class text, attempt int, validity_minutes int, report boolean, wait_ms int)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    c kentongan.ctx;
    v_id bigint;
    v_outcome text;
    v_error text;
    v_waiting boolean;
    -- Whose one-time code stands in it: kept hashed only, it may still be open.
    v_secret text := case when p_args ->> 'code' ~ '^[0-9]{4}$' then p_args ->> 'code' end;
begin
    if p_part_set is not null then
        -- The leader may give up waiting at the moment when the last part comes.
        select s.message_id into v_id from kentongan.part_sets s where s.id = p_part_set for update;
        if v_id is not null then
            return query select m.id, true, m.outcome, x.* from kentongan.messages m,
                                (select (null::kentongan.claimed).*) x where m.id = v_id;
            return;
        end if;
    end if;
    insert into kentongan.messages (dedupe, transport, channel, peer, sent_at, at, body, parts, incomplete, problem,
                                    command, outcome)
    values (p_dedupe, p_transport, p_channel, p_peer, to_timestamp(p_sent_at), kentongan.now(),
            case when v_secret is null then p_body else replace(p_body, v_secret, '****') end, p_parts,
            p_incomplete, p_problem, p_command, 'handling')
    on conflict (dedupe) do nothing
    returning messages.id into v_id;
    if p_part_set is not null then
        update kentongan.part_sets set message_id = coalesce(v_id, (select m.id from kentongan.messages m where dedupe = p_dedupe))
         where part_sets.id = p_part_set;
        update kentongan.message_parts set sealed = null where set_id = p_part_set;
    end if;
    if v_id is null then
        return query select m.id, true, m.outcome, x.* from kentongan.messages m,
                            (select (null::kentongan.claimed).*) x where m.dedupe = p_dedupe;
        return;
    end if;

    if p_standing not in ('ok', 'too_fast') then
        v_outcome := 'ignored_' || p_standing;
    elsif exists (select 1 from kentongan.block_list b where b.peer = p_peer) then
        v_outcome := 'ignored_blocked';
    else
        -- One message of a phone at a time, through whichever modem: what
        -- counts tries, asks and answers must see what came before.
        perform pg_advisory_xact_lock(4714, hashtext(p_peer));
        begin
            c := kentongan.context(v_id, p_transport, p_channel, p_peer, p_sent_at, p_command, p_args, p_pin_hash, p_new_pin_hash, p_limits);
            if p_transport = 'call' then
                perform kentongan.bump('call', p_channel);
                v_outcome := kentongan.call_unanswered(c);
            end if;
            case coalesce(v_outcome, kentongan.within_quota(c, p_limits))
                when 'ok' then
                    if p_standing = 'too_fast' then
                        perform kentongan.reply(c, 'too_fast');
                        v_outcome := 'too_fast';
                    else
                        v_outcome := kentongan.respond(c, case
                            when not p_incomplete then p_problem
                            -- Machines send long texts, too.
                            when p_problem = 'unknown' and kentongan.said_lately(c, 'incomplete') >= 3 then p_problem
                            else 'incomplete' end, p_args, p_heard);
                    end if;
                when 'notice' then
                    perform kentongan.reply(c, 'quota');
                    v_outcome := 'quota';
                when 'silent' then
                    v_outcome := 'quota_silent';
                else
                    null; -- a call that gets no answer
            end case;
            set constraints all immediate;
        exception
            when serialization_failure or deadlock_detected or lock_not_available or query_canceled
                 or insufficient_resources or operator_intervention or system_error then
                raise;
            when others then
                -- A fault of ours must not block the messages behind it, nor move money.
                get stacked diagnostics v_error = message_text;
                v_error := sqlstate || ' ' || v_error;
                v_outcome := 'error';
                c.message_id := v_id;
                c.channel := p_channel;
                c.peer := p_peer;
                c.at := kentongan.now();
                if kentongan.said_lately(c, 'error') < 3 and (p_transport <> 'call' or c.phone_id is not null) then
                    perform kentongan.reply(c, 'internal_error');
                end if;
        end;
        set constraints all deferred;
    end if;

    update kentongan.messages m set outcome = v_outcome, member_id = c.member_id, group_id = c.group_id, error = v_error
     where m.id = v_id;
    insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
    values (p_peer, 'message.' || v_outcome, p_command, c.group_id, v_id,
            jsonb_strip_nulls(jsonb_build_object('channel', p_channel, 'member', c.member_id,
                                                 'args', (p_args - 'weak') || case when v_secret is null then '{}' else '{"code": "****"}' end::jsonb,
                                                 'problem', nullif(p_problem, 'ok'), 'error', v_error,
                                                 'late', nullif(c.late_minutes, 0))));

    if p_claim then
        return query select v_id, false, v_outcome, x.* from kentongan.claim(p_channel, v_id) x;
    end if;
    if not found or not p_claim then
        return query select v_id, false, v_outcome, x.* from (select (null::kentongan.claimed).*) x;
    end if;
    -- NOTIFY makes commits wait for each other: not for what the caller will see by itself.
    select exists (select 1 from kentongan.outbox o
                    where o.message_id = v_id and o.status = 'queued'
                      and not (p_drives and o.via is not distinct from p_channel
                               and not kentongan.channel_spent(p_channel))) into v_waiting;
    if v_waiting then
        perform kentongan.wake();
    end if;
end $$;
comment on function api.handle_message(text, text, text, bytea, bigint, text, int, boolean, bigint, text, text, jsonb,
                                       text, bytea, bytea, text, jsonb, boolean, boolean) is
    'One message, one transaction: stores it once (dedupe), decides, moves money, audits, enqueues the replies; with p_claim hands the first of them to the caller to send. p_drives: the caller is the channel and looks into the outbox by itself, so that only the others need a wake-up';
