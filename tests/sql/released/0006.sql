--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: api; Type: SCHEMA; Schema: -; Owner: kentongan_owner
--

CREATE SCHEMA api;


ALTER SCHEMA api OWNER TO kentongan_owner;

--
-- Name: SCHEMA api; Type: COMMENT; Schema: -; Owner: kentongan_owner
--

COMMENT ON SCHEMA api IS 'Kentongan: what the service role may call. One business operation, one function.';


--
-- Name: kentongan; Type: SCHEMA; Schema: -; Owner: kentongan_owner
--

CREATE SCHEMA kentongan;


ALTER SCHEMA kentongan OWNER TO kentongan_owner;

--
-- Name: SCHEMA kentongan; Type: COMMENT; Schema: -; Owner: kentongan_owner
--

COMMENT ON SCHEMA kentongan IS 'Kentongan: tables and inner functions. Written only through schema api.';


--
-- Name: claimed; Type: TYPE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TYPE kentongan.claimed AS (
	id bigint,
	peer text,
	template text,
	params jsonb,
	lang text,
	class text,
	attempt integer,
	validity_minutes integer,
	report boolean
);


ALTER TYPE kentongan.claimed OWNER TO kentongan_owner;

--
-- Name: TYPE claimed; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TYPE kentongan.claimed IS 'A row of the outbox as a channel gets it to send';


--
-- Name: ctx; Type: TYPE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TYPE kentongan.ctx AS (
	message_id bigint,
	transport text,
	channel text,
	peer text,
	phone_id bigint,
	member_id bigint,
	group_id bigint,
	lang text,
	at timestamp with time zone,
	late_minutes integer,
	sent_at timestamp with time zone,
	command text,
	pin_hash bytea
);


ALTER TYPE kentongan.ctx OWNER TO kentongan_owner;

--
-- Name: TYPE ctx; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TYPE kentongan.ctx IS 'The message under way, as command functions see it';


--
-- Name: lang; Type: DOMAIN; Schema: kentongan; Owner: kentongan_owner
--

CREATE DOMAIN kentongan.lang AS text
	CONSTRAINT lang_check CHECK ((VALUE = ANY (ARRAY['id'::text, 'en'::text, 'jv'::text, 'mad'::text])));


ALTER DOMAIN kentongan.lang OWNER TO kentongan_owner;

--
-- Name: DOMAIN lang; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON DOMAIN kentongan.lang IS 'A language of the catalogues';


--
-- Name: msisdn; Type: DOMAIN; Schema: kentongan; Owner: kentongan_owner
--

CREATE DOMAIN kentongan.msisdn AS text
	CONSTRAINT msisdn_check CHECK ((VALUE ~ '^\+[1-9][0-9]{6,14}$'::text));


ALTER DOMAIN kentongan.msisdn OWNER TO kentongan_owner;

--
-- Name: DOMAIN msisdn; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON DOMAIN kentongan.msisdn IS 'A telephone number in E.164 form: +628123456789';


--
-- Name: audit_link(integer); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.audit_link(p_batch integer) RETURNS TABLE(sequence bigint, hash bytea)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    v_sequence bigint;
    v_hash bytea;
    v_from bigint;
    v_before bigint;
    r record;
begin
    perform pg_advisory_xact_lock(4712, 2);
    select c.sequence, c.hash into v_sequence, v_hash from kentongan.audit_chain c order by c.sequence desc limit 1;
    v_sequence := coalesce(v_sequence, 0);
    v_hash := coalesce(v_hash, sha256('kentongan audit chain'));
    v_before := v_sequence;
    -- Only rows of transactions that are over for everyone: an older id may
    -- still be under way, a chain that skipped it could never take it in.
    for r in
        select l.id, l.text
          from kentongan.audit_canonical l join kentongan.audit_log a using (id)
         where a.txid < pg_snapshot_xmin(pg_current_snapshot())
           and not exists (select 1 from kentongan.audit_chain c where c.audit_id = l.id)
           and l.id > coalesce((select max(s.audit_id) from kentongan.audit_chain s
                                 where s.sequence <= v_sequence - 10000), 0)
         order by l.id limit p_batch
    loop
        v_sequence := v_sequence + 1;
        v_hash := sha256(v_hash || convert_to(r.text, 'UTF8'));
        insert into kentongan.audit_chain (sequence, audit_id, hash) values (v_sequence, r.id, v_hash);
    end loop;
    -- A head that was linked but not signed (the caller died) comes back too.
    if v_sequence > v_before
       or v_sequence > 0 and not exists (select 1 from kentongan.audit_seals s where s.sequence = v_sequence) then
        return query select v_sequence, v_hash;
    end if;
end $$;


ALTER FUNCTION api.audit_link(p_batch integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION audit_link(p_batch integer); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.audit_link(p_batch integer) IS 'Links the next audit rows into the hash chain, each once; returns the new head for the caller to sign, nothing where all are linked and the head is signed. Rows that commit late are linked late: looks 10,000 links back';


--
-- Name: audit_list(text, text, integer); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.audit_list(p_group text, p_action text, p_limit integer) RETURNS TABLE(id bigint, at timestamp with time zone, actor text, action text, subject text, group_code text, message_id bigint, details jsonb, sealed boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select a.id, a.at, a.actor, a.action, a.subject, g.code, a.message_id, a.details,
           exists (select 1 from kentongan.audit_chain c where c.audit_id = a.id)
      from kentongan.audit_log a left join kentongan.groups g on g.id = a.group_id
     where (p_group is null or a.group_id = (kentongan.group_by_code(p_group)).id)
       and (p_action is null or a.action like p_action || '%')
     order by a.id desc limit p_limit
$$;


ALTER FUNCTION api.audit_list(p_group text, p_action text, p_limit integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION audit_list(p_group text, p_action text, p_limit integer); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.audit_list(p_group text, p_action text, p_limit integer) IS 'The audit log, newest first';


--
-- Name: audit_note(text, text, text, bigint, jsonb); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.audit_note(p_actor text, p_action text, p_subject text, p_group bigint, p_details jsonb) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into kentongan.audit_log (actor, action, subject, group_id, details)
    values (p_actor, p_action, p_subject, p_group, coalesce(p_details, '{}')) returning id
$$;


ALTER FUNCTION api.audit_note(p_actor text, p_action text, p_subject text, p_group bigint, p_details jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION audit_note(p_actor text, p_action text, p_subject text, p_group bigint, p_details jsonb); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.audit_note(p_actor text, p_action text, p_subject text, p_group bigint, p_details jsonb) IS 'One record: for operator''s verbs and the service''s own decisions';


--
-- Name: audit_seal(bigint, text, bytea, bytea); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.audit_seal(p_sequence bigint, p_key_id text, p_public_key bytea, p_signature bytea) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into kentongan.audit_seals (sequence, key_id, public_key, signature)
    values (p_sequence, p_key_id, p_public_key, p_signature) on conflict do nothing
$$;


ALTER FUNCTION api.audit_seal(p_sequence bigint, p_key_id text, p_public_key bytea, p_signature bytea) OWNER TO kentongan_owner;

--
-- Name: FUNCTION audit_seal(p_sequence bigint, p_key_id text, p_public_key bytea, p_signature bytea); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.audit_seal(p_sequence bigint, p_key_id text, p_public_key bytea, p_signature bytea) IS 'Keeps the service''s signature of the chain''s head';


--
-- Name: channel_list(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.channel_list() RETURNS TABLE(name text, state text, works boolean, words text, since timestamp with time zone, seen_at timestamp with time zone, details jsonb, sent_today bigint, daily_cap integer, waiting bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select k.name, k.state, kentongan.channel_works(k), k.words, k.since, k.seen_at, k.details,
           kentongan.counted('channel', k.name), k.daily_cap,
           (select count(*) from kentongan.outbox o where o.status = 'queued' and o.via = k.name)
      from kentongan.channels k order by k.name
$$;


ALTER FUNCTION api.channel_list() OWNER TO kentongan_owner;

--
-- Name: FUNCTION channel_list(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.channel_list() IS 'Modems and other ways out, as they last told';


--
-- Name: channel_state(text, text, text, jsonb, text[], integer); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[], p_cap integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_before text;
begin
    select state into v_before from kentongan.channels where name = p_name;
    insert into kentongan.channels as k (name, state, words, details, prefixes, daily_cap)
    values (p_name, p_state, p_words, coalesce(p_details, '{}'), coalesce(p_prefixes, '{}'), coalesce(p_cap, 0))
    on conflict (name) do update
       set state = excluded.state, words = excluded.words,
           details = case when p_details is null then k.details else k.details || excluded.details end,
           prefixes = coalesce(p_prefixes, k.prefixes), daily_cap = coalesce(p_cap, k.daily_cap),
           since = case when k.state = excluded.state then k.since else clock_timestamp() end,
           seen_at = clock_timestamp();
    if v_before is distinct from p_state then
        insert into kentongan.audit_log (actor, action, subject, details)
        values (p_name, 'channel.' || p_state, p_name, jsonb_build_object('words', p_words, 'before', v_before));
        -- A second try waits for the sake of the channel that failed: without it, at once.
        if v_before = 'ready' then
            update kentongan.outbox set not_before = '-infinity'
             where status = 'queued' and via = p_name and not_before > kentongan.now();
        end if;
        -- Others may now have to send what was this channel's, or this one its own again.
        perform kentongan.wake();
    end if;
    if p_details is not null and p_details <> '{}' then
        insert into kentongan.channel_samples (channel, details) values (p_name, p_details) on conflict do nothing;
    end if;
end $$;


ALTER FUNCTION api.channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[], p_cap integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[], p_cap integer); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[], p_cap integer) IS 'A channel tells how it is; changes of state are audited, samples kept';


--
-- Name: group_add(text, text, text, jsonb); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.group_add(p_actor text, p_code text, p_name text, p_settings jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_id bigint;
begin
    perform kentongan.act_as(p_actor);
    if coalesce(p_settings ->> 'timezone', 'Asia/Jakarta') not in (select name from pg_timezone_names) then
        raise exception 'no time zone is called %', p_settings ->> 'timezone'
            using errcode = 'KT400', hint = 'In Indonesia: Asia/Jakarta, Asia/Makassar, Asia/Jayapura';
    end if;
    insert into kentongan.groups (code, name, kind, kecamatan, timezone, lang, second_officer_above, wajib_amount, pending_hours)
    values (upper(p_code), p_name, coalesce(p_settings ->> 'kind', 'kelompok'), coalesce(p_settings ->> 'kecamatan', ''),
            coalesce(p_settings ->> 'timezone', 'Asia/Jakarta'), coalesce(p_settings ->> 'lang', 'id'),
            coalesce((p_settings ->> 'second_officer_above')::bigint, 5000000), (p_settings ->> 'wajib_amount')::bigint,
            (p_settings ->> 'pending_hours')::int)
    returning id into v_id;
    return v_id;
exception when unique_violation then
    raise exception 'a group with the code % exists already', upper(p_code) using errcode = 'KT409';
end $$;


ALTER FUNCTION api.group_add(p_actor text, p_code text, p_name text, p_settings jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION group_add(p_actor text, p_code text, p_name text, p_settings jsonb); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.group_add(p_actor text, p_code text, p_name text, p_settings jsonb) IS 'A new group; settings it does not name take their defaults';


--
-- Name: group_list(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.group_list() RETURNS TABLE(code text, name text, kind text, kecamatan text, lang text, members bigint, savings bigint, loans bigint, pending bigint, cash bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select g.code, g.name, g.kind, g.kecamatan, g.lang::text,
           (select count(*) from kentongan.members m where m.group_id = g.id and m.status = 'active'),
           -coalesce((select sum(balance) from kentongan.accounts a
                       where a.group_id = g.id and kind in ('pokok', 'wajib', 'sukarela', 'arisan')), 0)::bigint,
           coalesce((select sum(balance) from kentongan.accounts a where a.group_id = g.id and kind = 'loan'), 0)::bigint,
           (select count(*) from kentongan.requests r where r.group_id = g.id and r.status = 'pending'),
           coalesce((select sum(balance) from kentongan.accounts a where a.group_id = g.id and kind in ('cash', 'bank')), 0)::bigint
      from kentongan.groups g order by g.code
$$;


ALTER FUNCTION api.group_list() OWNER TO kentongan_owner;

--
-- Name: FUNCTION group_list(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.group_list() IS 'Groups with their totals';


--
-- Name: group_set(text, text, jsonb); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.group_set(p_actor text, p_code text, p_settings jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    g kentongan.groups := kentongan.group_by_code(p_code);
begin
    perform kentongan.act_as(p_actor);
    update kentongan.groups
       set name = coalesce(p_settings ->> 'name', name), kecamatan = coalesce(p_settings ->> 'kecamatan', kecamatan),
           lang = coalesce(p_settings ->> 'lang', lang),
           second_officer_above = coalesce((p_settings ->> 'second_officer_above')::bigint, second_officer_above),
           smallest_amount = coalesce((p_settings ->> 'smallest_amount')::bigint, smallest_amount),
           largest_amount = coalesce((p_settings ->> 'largest_amount')::bigint, largest_amount),
           wajib_amount = coalesce((p_settings ->> 'wajib_amount')::bigint, wajib_amount),
           pending_hours = coalesce((p_settings ->> 'pending_hours')::int, pending_hours)
     where id = g.id;
end $$;


ALTER FUNCTION api.group_set(p_actor text, p_code text, p_settings jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION group_set(p_actor text, p_code text, p_settings jsonb); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.group_set(p_actor text, p_code text, p_settings jsonb) IS 'Changes a group''s settings; the audit log keeps both values';


--
-- Name: group_show(text); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.group_show(p_code text) RETURNS TABLE(code text, name text, kind text, kecamatan text, lang text, timezone text, currency text, second_officer_above bigint, smallest_amount bigint, largest_amount bigint, wajib_amount bigint, pending_hours integer, created_at timestamp with time zone, members bigint, savings bigint, loans bigint, pending bigint, cash bigint, officers jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select g.code, g.name, g.kind, g.kecamatan, g.lang::text, g.timezone, g.currency, g.second_officer_above,
           g.smallest_amount, g.largest_amount, g.wajib_amount, g.pending_hours, g.created_at,
           l.members, l.savings, l.loans, l.pending, l.cash,
           (select coalesce(jsonb_agg(jsonb_build_object('role', o.role, 'number', m.number, 'name', m.name)
                                      order by array_position(array['bendahara', 'ketua', 'sekretaris', 'pengawas'], o.role), m.number),
                            '[]')
              from kentongan.officers o join kentongan.members m on m.id = o.member_id
             where o.group_id = g.id and o.until is null)
      from kentongan.group_by_code(p_code) g join api.group_list() l on l.code = g.code
$$;


ALTER FUNCTION api.group_show(p_code text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION group_show(p_code text); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.group_show(p_code text) IS 'One group: settings, totals and who holds its offices';


--
-- Name: handle_message(text, text, text, bytea, bigint, text, integer, boolean, bigint, text, text, jsonb, text, bytea, text, jsonb, boolean, boolean); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.handle_message(p_transport text, p_channel text, p_peer text, p_dedupe bytea, p_sent_at bigint, p_body text, p_parts integer, p_incomplete boolean, p_part_set bigint, p_problem text, p_command text, p_args jsonb, p_heard text, p_pin_hash bytea, p_standing text, p_limits jsonb, p_claim boolean, p_drives boolean DEFAULT false) RETURNS TABLE(message_id bigint, duplicate boolean, outcome text, id bigint, peer text, template text, params jsonb, lang text, class text, attempt integer, validity_minutes integer, report boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    c kentongan.ctx;
    v_id bigint;
    v_outcome text;
    v_error text;
    v_waiting boolean;
    -- Whose one-time code stands in it: kept hashed only, it may still be open.
    v_secret text := case when p_command in ('TERIMA', 'TOLAK') then nullif(p_args ->> 'code', '') end;
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
            c := kentongan.context(v_id, p_transport, p_channel, p_peer, p_sent_at, p_command, p_args, p_pin_hash, p_limits);
            case kentongan.within_quota(c, p_limits)
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
                else
                    v_outcome := 'quota_silent';
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
                if kentongan.said_lately(c, 'error') < 3 then
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
                                                 'args', p_args || case when v_secret is null then '{}' else '{"code": "****"}' end::jsonb,
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


ALTER FUNCTION api.handle_message(p_transport text, p_channel text, p_peer text, p_dedupe bytea, p_sent_at bigint, p_body text, p_parts integer, p_incomplete boolean, p_part_set bigint, p_problem text, p_command text, p_args jsonb, p_heard text, p_pin_hash bytea, p_standing text, p_limits jsonb, p_claim boolean, p_drives boolean) OWNER TO kentongan_owner;

--
-- Name: FUNCTION handle_message(p_transport text, p_channel text, p_peer text, p_dedupe bytea, p_sent_at bigint, p_body text, p_parts integer, p_incomplete boolean, p_part_set bigint, p_problem text, p_command text, p_args jsonb, p_heard text, p_pin_hash bytea, p_standing text, p_limits jsonb, p_claim boolean, p_drives boolean); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.handle_message(p_transport text, p_channel text, p_peer text, p_dedupe bytea, p_sent_at bigint, p_body text, p_parts integer, p_incomplete boolean, p_part_set bigint, p_problem text, p_command text, p_args jsonb, p_heard text, p_pin_hash bytea, p_standing text, p_limits jsonb, p_claim boolean, p_drives boolean) IS 'One message, one transaction: stores it once (dedupe), decides, moves money, audits, enqueues the replies; with p_claim hands the first of them to the caller to send. p_drives: the caller is the channel and looks into the outbox by itself, so that only the others need a wake-up';


--
-- Name: import_loan(text, text, integer, bigint, bigint, integer, integer, date); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.import_loan(p_actor text, p_group text, p_number integer, p_principal bigint, p_remaining bigint, p_instalments integer, p_interest_permille integer, p_disbursed date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    m kentongan.members := kentongan.member_by_number(g, p_number);
    v_number int;
    v_loan bigint;
begin
    if p_remaining > p_principal or p_remaining < 0 or p_instalments not between 1 and 120 then
        raise exception 'remaining must lie between 0 and the principal, instalments between 1 and 120' using errcode = 'KT400';
    end if;
    perform kentongan.act_as(p_actor);
    perform 1 from kentongan.groups where id = g.id for no key update;
    v_number := 1 + coalesce((select max(number) from kentongan.loans where group_id = g.id), 0);
    insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on)
    values (g.id, m.id, v_number, p_principal, p_disbursed) returning id into v_loan;
    -- Equal parts; what doesn't divide goes to the first ones.
    insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest)
    select v_loan, n, (p_disbursed + make_interval(months => n))::date,
           p_principal / p_instalments + (n <= p_principal % p_instalments)::int, p_principal * p_interest_permille / 1000
      from generate_series(1, p_instalments) n;
    if p_remaining > 0 then
        perform kentongan.post(g.id, 'opening_loan',
            array[kentongan.account(g.id, 'loan', m.id, v_loan), kentongan.account(g.id, 'opening')],
            array[p_remaining, -p_remaining], null, p_operator => p_actor, p_reason => 'running loan P-' || v_number);
    end if;
    perform api.audit_note('operator:' || p_actor, 'import.loan', g.code || ' P-' || v_number, g.id,
                           jsonb_build_object('member', p_number, 'principal', p_principal, 'remaining', p_remaining));
    return v_number;
end $$;


ALTER FUNCTION api.import_loan(p_actor text, p_group text, p_number integer, p_principal bigint, p_remaining bigint, p_instalments integer, p_interest_permille integer, p_disbursed date) OWNER TO kentongan_owner;

--
-- Name: FUNCTION import_loan(p_actor text, p_group text, p_number integer, p_principal bigint, p_remaining bigint, p_instalments integer, p_interest_permille integer, p_disbursed date); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.import_loan(p_actor text, p_group text, p_number integer, p_principal bigint, p_remaining bigint, p_instalments integer, p_interest_permille integer, p_disbursed date) IS 'A loan that runs already: flat interest in thousandths of the principal a month; returns its number';


--
-- Name: import_members(text, text, jsonb, boolean); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.import_members(p_actor text, p_group text, p_rows jsonb, p_dry_run boolean) RETURNS TABLE(line integer, problem text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    r record;
    v_id bigint;
    v_accounts bigint[];
    v_amounts bigint[];
    v_bad boolean := false;
begin
    perform kentongan.act_as(p_actor);
    perform 1 from kentongan.groups where id = g.id for no key update;
    for r in
        select x.line, x.number, count(*) over (partition by x.number) as twice
          from jsonb_to_recordset(p_rows) as x(line int, number int) order by x.line
    loop
        if r.twice > 1 then
            line := r.line; problem := format('member number %s stands in this file %s times', r.number, r.twice);
            v_bad := true; return next;
        elsif exists (select 1 from kentongan.members where group_id = g.id and number = r.number) then
            line := r.line; problem := format('group %s has a member %s already', g.code, r.number);
            v_bad := true; return next;
        end if;
    end loop;
    if v_bad or p_dry_run then
        return;
    end if;
    for r in
        select * from jsonb_to_recordset(p_rows) as x(line int, number int, name text, msisdn text, lang text, role text,
                                                      pokok bigint, wajib bigint, sukarela bigint)
        order by line
    loop
        insert into kentongan.members (group_id, number, name, short_name, lang)
        values (g.id, r.number, r.name, kentongan.short_name(r.name), r.lang) returning id into v_id;
        if r.msisdn is not null then
            perform kentongan.give_phone(v_id, r.msisdn);
        end if;
        if r.role is not null then
            perform api.officer_set(p_actor, p_group, r.number, r.role, true);
        end if;
        select array_agg(kentongan.account(g.id, k.kind, v_id)), array_agg(-k.amount) into v_accounts, v_amounts
          from (values ('pokok', r.pokok), ('wajib', r.wajib), ('sukarela', r.sukarela)) as k(kind, amount)
         where k.amount > 0;
        if v_accounts is not null then
            perform kentongan.post(g.id, 'opening', v_accounts || kentongan.account(g.id, 'opening'),
                v_amounts || (select -sum(a)::bigint from unnest(v_amounts) a), null, p_operator => p_actor,
                p_reason => 'opening balance of member ' || r.number);
        end if;
    end loop;
    perform api.audit_note('operator:' || p_actor, 'import.members', g.code, g.id,
                           jsonb_build_object('rows', jsonb_array_length(p_rows)));
end $$;


ALTER FUNCTION api.import_members(p_actor text, p_group text, p_rows jsonb, p_dry_run boolean) OWNER TO kentongan_owner;

--
-- Name: FUNCTION import_members(p_actor text, p_group text, p_rows jsonb, p_dry_run boolean); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.import_members(p_actor text, p_group text, p_rows jsonb, p_dry_run boolean) IS 'All rows or none: members with numbers, phones, offices and opening balances. Returns what is wrong, by line; nothing returned and no dry run means done';


--
-- Name: ledger_size(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.ledger_size() RETURNS TABLE(accounts bigint, entries bigint, postings bigint, groups bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select (select count(*) from kentongan.accounts), (select count(*) from kentongan.journal_entries),
           (select count(*) from kentongan.postings), (select count(*) from kentongan.groups)
$$;


ALTER FUNCTION api.ledger_size() OWNER TO kentongan_owner;

--
-- Name: FUNCTION ledger_size(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.ledger_size() IS 'How much `kentongan db verify` has looked at';


--
-- Name: member_add(text, text, integer, text, text, jsonb); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.member_add(p_actor text, p_group text, p_number integer, p_name text, p_msisdn text, p_settings jsonb) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    v_number int;
    v_id bigint;
begin
    perform kentongan.act_as(p_actor);
    perform 1 from kentongan.groups where id = g.id for no key update;
    v_number := coalesce(p_number, 1 + coalesce((select max(number) from kentongan.members where group_id = g.id), 0));
    if exists (select 1 from kentongan.members where group_id = g.id and number = v_number) then
        raise exception 'group % has a member % already', g.code, v_number using errcode = 'KT409';
    end if;
    insert into kentongan.members (group_id, number, name, short_name, lang)
    values (g.id, v_number, p_name, coalesce(p_settings ->> 'short_name', kentongan.short_name(p_name)), p_settings ->> 'lang')
    returning id into v_id;
    if p_msisdn <> '' then
        perform kentongan.give_phone(v_id, p_msisdn);
    end if;
    return v_number;
end $$;


ALTER FUNCTION api.member_add(p_actor text, p_group text, p_number integer, p_name text, p_msisdn text, p_settings jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION member_add(p_actor text, p_group text, p_number integer, p_name text, p_msisdn text, p_settings jsonb); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.member_add(p_actor text, p_group text, p_number integer, p_name text, p_msisdn text, p_settings jsonb) IS 'A new member, under the next number unless one is given; returns the number';


--
-- Name: member_list(text); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.member_list(p_group text) RETURNS TABLE(number integer, name text, short_name text, msisdn text, role text, lang text, status text, blocked boolean, pokok bigint, wajib bigint, sukarela bigint, loan bigint, receipts integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select m.number, m.name, m.short_name, kentongan.phone_of(m.id), kentongan.role_of(m.id), kentongan.lang_of(m.id),
           m.status, m.blocked_at is not null, kentongan.balance(m.group_id, 'pokok', m.id),
           kentongan.balance(m.group_id, 'wajib', m.id), kentongan.balance(m.group_id, 'sukarela', m.id),
           kentongan.loans_left(m.id), m.receipts
      from kentongan.members m where m.group_id = (kentongan.group_by_code(p_group)).id order by m.number
$$;


ALTER FUNCTION api.member_list(p_group text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION member_list(p_group text); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.member_list(p_group text) IS 'A group''s members with their balances';


--
-- Name: member_loans(text, integer); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.member_loans(p_group text, p_number integer) RETURNS TABLE(number integer, principal bigint, remaining bigint, disbursed_on date, instalments bigint, next integer, due_on date, due_principal bigint, due_interest bigint, fine_due bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select s.number, s.principal, s.remaining, l.disbursed_on, s.instalments, s.n, s.due_on, s.due_principal,
           s.due_interest, s.fine_due
      from kentongan.member_by_number(kentongan.group_by_code(p_group), p_number) m
      join kentongan.loan_state s on s.member_id = m.id
      join kentongan.loans l on l.id = s.id
     order by s.number
$$;


ALTER FUNCTION api.member_loans(p_group text, p_number integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION member_loans(p_group text, p_number integer); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.member_loans(p_group text, p_number integer) IS 'A member''s loans with what is left and the next instalment';


--
-- Name: member_phone(text, text, integer, text); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.member_phone(p_actor text, p_group text, p_number integer, p_msisdn text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m kentongan.members := kentongan.member_by_number(kentongan.group_by_code(p_group), p_number);
    v_old text := kentongan.phone_of(m.id);
begin
    perform kentongan.act_as(p_actor);
    perform kentongan.give_phone(m.id, p_msisdn);
    if v_old is distinct from p_msisdn then
        perform kentongan.enqueue(v_old, 'phone_changed', kentongan.member_params(m.id), kentongan.lang_of(m.id), 'notice')
          where v_old is not null;
        perform kentongan.wake();
    end if;
end $$;


ALTER FUNCTION api.member_phone(p_actor text, p_group text, p_number integer, p_msisdn text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION member_phone(p_actor text, p_group text, p_number integer, p_msisdn text); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.member_phone(p_actor text, p_group text, p_number integer, p_msisdn text) IS 'A member''s new number; the old one is told';


--
-- Name: member_show(text, integer); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.member_show(p_group text, p_number integer) RETURNS TABLE(number integer, name text, short_name text, msisdn text, phone_since timestamp with time zone, shares_with text, offices text, lang text, status text, joined_on date, blocked_at timestamp with time zone, blocked_by text, codes_locked_until timestamp with time zone, pokok bigint, wajib bigint, sukarela bigint, loan bigint, pending bigint, receipts integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select m.number, m.name, m.short_name, kentongan.phone_of(m.id), mp.since,
           (select string_agg(g2.code || ' ' || m2.number, ', ' order by g2.code, m2.number)
              from kentongan.member_phones o
              join kentongan.members m2 on m2.id = o.member_id
              join kentongan.groups g2 on g2.id = m2.group_id
             where o.phone_id = mp.phone_id and o.until is null and o.member_id <> m.id),
           (select string_agg(o.role, ', ' order by o.id) from kentongan.officers o
             where o.member_id = m.id and o.until is null),
           kentongan.lang_of(m.id), m.status, m.joined_on, m.blocked_at, m.blocked_by, m.codes_locked_until,
           kentongan.balance(m.group_id, 'pokok', m.id), kentongan.balance(m.group_id, 'wajib', m.id),
           kentongan.balance(m.group_id, 'sukarela', m.id), kentongan.loans_left(m.id),
           (select count(*) from kentongan.requests r where r.member_id = m.id and r.status = 'pending'), m.receipts
      from kentongan.member_by_number(kentongan.group_by_code(p_group), p_number) m
      left join kentongan.member_phones mp on mp.member_id = m.id and mp.until is null
$$;


ALTER FUNCTION api.member_show(p_group text, p_number integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION member_show(p_group text, p_number integer); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.member_show(p_group text, p_number integer) IS 'One member: phone and who else uses it, offices, balances, what stands in the way';


--
-- Name: member_unblock(text, text, integer); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.member_unblock(p_actor text, p_group text, p_number integer) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m kentongan.members := kentongan.member_by_number(kentongan.group_by_code(p_group), p_number);
begin
    perform kentongan.act_as(p_actor);
    update kentongan.members set blocked_at = null, blocked_by = null, codes_locked_until = null where id = m.id;
    perform kentongan.tell(m.id, 'unblocked', kentongan.member_params(m.id));
    perform kentongan.tell_officers(m.group_id, array['ketua'], m.id, 'unblocked', kentongan.member_params(m.id));
    perform kentongan.wake();
end $$;


ALTER FUNCTION api.member_unblock(p_actor text, p_group text, p_number integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION member_unblock(p_actor text, p_group text, p_number integer); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.member_unblock(p_actor text, p_group text, p_number integer) IS 'Lifts BLOKIR and a lock after wrong codes; member and chair are told';


--
-- Name: message_list(text, text, integer); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.message_list(p_peer text, p_group text, p_limit integer) RETURNS TABLE(at timestamp with time zone, direction text, id bigint, peer text, channel text, body text, state text, detail text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select * from (
        select m.received_at as at, 'in' as direction, m.id, m.peer, m.channel, m.body, m.outcome, coalesce(m.error, m.command)
          from kentongan.messages m
         where (p_peer is null or m.peer = p_peer)
           and (p_group is null or m.group_id = (kentongan.group_by_code(p_group)).id)
         order by m.id desc limit p_limit) i
    union all
    select * from (
        select coalesce(o.finished_at, o.created_at), 'out', o.id, o.peer, coalesce(o.channel, o.via), o.body, o.status,
               o.template || coalesce(': ' || o.error, '')
          from kentongan.outbox o
         where (p_peer is null or o.peer = p_peer)
           and (p_group is null or o.group_id = (kentongan.group_by_code(p_group)).id)
         order by o.id desc limit p_limit) u
    order by 1 desc limit p_limit
$$;


ALTER FUNCTION api.message_list(p_peer text, p_group text, p_limit integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION message_list(p_peer text, p_group text, p_limit integer); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.message_list(p_peer text, p_group text, p_limit integer) IS 'Messages in and out, newest first; PINs and one-time codes are masked in what is stored';


--
-- Name: metrics(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.metrics() RETURNS TABLE(name text, labels text, value double precision, help text, kind text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    select 'kentongan_outbox_queued', format('class="%s"', class), count(*)::double precision,
           'Messages that wait to be sent', 'gauge'
      from kentongan.outbox where status = 'queued' group by class
    union all
    select 'kentongan_outbox_oldest_seconds', '', coalesce(extract(epoch from kentongan.now() - min(created_at)), 0),
           'Age of the oldest message that waits', 'gauge'
      from kentongan.outbox where status = 'queued' and not_before <= (select kentongan.now())
    union all
    select 'kentongan_requests_pending', '', count(*)::double precision, 'Notices that wait for an officer', 'gauge'
      from kentongan.requests where status = 'pending'
    union all
    select 'kentongan_channel_ready', format('channel="%s",state="%s"', k.name, k.state),
           (kentongan.channel_works(k))::int::double precision, 'Whether a channel works', 'gauge'
      from kentongan.channels k
    union all
    select 'kentongan_channel_signal_percent', format('channel="%s"', k.name), (k.details ->> 'signal')::double precision,
           'Signal as last sampled', 'gauge'
      from kentongan.channels k where k.details ->> 'signal' ~ '^[0-9.]+$'
    union all
    select 'kentongan_sent_today', format('channel="%s"', key), sum(n)::double precision,
           'SMS sent today', 'gauge'
      from kentongan.daily_counts
     where scope = 'channel' and day = (kentongan.now() at time zone 'Asia/Jakarta')::date group by key
    union all
    select 'kentongan_audit_unsealed', '',
           ((select count(*) from kentongan.audit_log where id > coalesce((select max(audit_id) from kentongan.audit_chain), 0)))::double precision,
           'Audit records not yet in the chain', 'gauge'
$_$;


ALTER FUNCTION api.metrics() OWNER TO kentongan_owner;

--
-- Name: FUNCTION metrics(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.metrics() IS 'What the Prometheus endpoint shows';


--
-- Name: note_flood(text, text, bigint, text); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    insert into kentongan.audit_log (actor, action, subject, details)
    values (p_peer, 'refused.' || p_verdict, p_peer, jsonb_build_object('count', p_count, 'channel', p_channel))
$$;


ALTER FUNCTION api.note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text) IS 'One record for the many messages of a flood that were refused in memory';


--
-- Name: officer_set(text, text, integer, text, boolean); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.officer_set(p_actor text, p_group text, p_number integer, p_role text, p_holds boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    m kentongan.members := kentongan.member_by_number(g, p_number);
begin
    perform kentongan.act_as(p_actor);
    if p_role not in ('bendahara', 'ketua', 'sekretaris', 'pengawas') then
        raise exception 'no office is called %', p_role
            using errcode = 'KT400', hint = 'Offices: bendahara, ketua, sekretaris, pengawas';
    end if;
    if not p_holds then
        update kentongan.officers set until = kentongan.now()
         where group_id = g.id and member_id = m.id and role = p_role and until is null;
        update kentongan.officer_codes set closed_at = kentongan.now()
         where officer_id = m.id and closed_at is null
           and not exists (select 1 from kentongan.officers o
                            where o.member_id = m.id and o.until is null and o.role <> 'pengawas');
        perform kentongan.ask_again(g.id);
        return;
    end if;
    if p_role = 'pengawas' and exists (select 1 from kentongan.officers where member_id = m.id and until is null and role <> 'pengawas')
       or p_role <> 'pengawas' and exists (select 1 from kentongan.officers where member_id = m.id and until is null and role = 'pengawas') then
        raise exception 'a supervisor (pengawas) can''t hold another office'
            using errcode = 'KT409', hint = 'End the other office first: `kentongan member officer … --end`';
    end if;
    insert into kentongan.officers (group_id, member_id, role, since) values (g.id, m.id, p_role, kentongan.now())
    on conflict do nothing;
end $$;


ALTER FUNCTION api.officer_set(p_actor text, p_group text, p_number integer, p_role text, p_holds boolean) OWNER TO kentongan_owner;

--
-- Name: FUNCTION officer_set(p_actor text, p_group text, p_number integer, p_role text, p_holds boolean); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.officer_set(p_actor text, p_group text, p_number integer, p_role text, p_holds boolean) IS 'Gives an office or ends it; open codes of who leaves are closed';


--
-- Name: operator_send(text, text, text); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.operator_send(p_actor text, p_peer text, p_text text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_id bigint;
begin
    v_id := kentongan.enqueue(p_peer, 'operator', jsonb_build_object('text', p_text), 'id', 'notice');
    perform api.audit_note('operator:' || p_actor, 'send', p_peer, null, jsonb_build_object('outbox', v_id));
    perform kentongan.wake();
    return v_id;
end $$;


ALTER FUNCTION api.operator_send(p_actor text, p_peer text, p_text text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION operator_send(p_actor text, p_peer text, p_text text); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.operator_send(p_actor text, p_peer text, p_text text) IS 'One message from the operator (`kentongan send`); returns its id';


--
-- Name: outbox_claim(text); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.outbox_claim(p_channel text) RETURNS TABLE(id bigint, peer text, template text, params jsonb, lang text, class text, attempt integer, validity_minutes integer, report boolean)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select * from kentongan.claim(p_channel)
$$;


ALTER FUNCTION api.outbox_claim(p_channel text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION outbox_claim(p_channel text); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.outbox_claim(p_channel text) IS 'The next message for a channel, now in state `sending`; no row where there is none';


--
-- Name: outbox_delivered(text, text, integer, integer, bigint); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.outbox_delivered(p_channel text, p_peer text, p_reference integer, p_status integer, p_at bigint) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    p record;
    v_at timestamptz := coalesce(to_timestamp(nullif(p_at, 0)), clock_timestamp());
begin
    select op.* into p
      from kentongan.outbox_parts op join kentongan.outbox o on o.id = op.outbox_id
     where op.channel = p_channel and op.reference = p_reference and o.peer = p_peer
       and op.sent_at > clock_timestamp() - interval '4 days'
     -- First one whose last word isn't in yet: 32-63 means that the network still tries.
     order by (coalesce(op.status, 32) between 32 and 63) desc, op.sent_at desc limit 1;
    insert into kentongan.delivery_reports (channel, peer, reference, status, at, outbox_id)
    values (p_channel, p_peer, p_reference, p_status, v_at, p.outbox_id)
    on conflict do nothing;
    if not found or p.outbox_id is null then
        return p.outbox_id;
    end if;
    update kentongan.outbox_parts set status = p_status, reported_at = v_at
     where outbox_id = p.outbox_id and attempt = p.attempt and part = p.part;
    -- TS 23.040 §9.2.3.15: below 32 delivered, 32-63 still trying, above given up.
    update kentongan.outbox o
       set status = case when p_status >= 64 then 'undelivered' else 'delivered' end
     where o.id = p.outbox_id and o.status in ('sent', 'undelivered')
       and (p_status >= 64 or p_status < 32
            and not exists (select 1 from kentongan.outbox_parts x where x.outbox_id = o.id and x.attempt = p.attempt
                             and (x.status is null or x.status >= 32)));
    return p.outbox_id;
end $$;


ALTER FUNCTION api.outbox_delivered(p_channel text, p_peer text, p_reference integer, p_status integer, p_at bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION outbox_delivered(p_channel text, p_peer text, p_reference integer, p_status integer, p_at bigint); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.outbox_delivered(p_channel text, p_peer text, p_reference integer, p_status integer, p_at bigint) IS 'Matches a delivery report by channel, TP-MR, number and time; the SMSC''s clock and zone don''t count. Returns the message, null where none matched';


--
-- Name: outbox_record(text, bigint, text, integer, integer[], text, text, boolean); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.outbox_record(p_channel text, p_id bigint, p_outcome text, p_parts integer, p_references integer[], p_body text, p_error text, p_next boolean) RETURNS TABLE(id bigint, peer text, template text, params jsonb, lang text, class text, attempt integer, validity_minutes integer, report boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    v_attempt int;
begin
    select o.attempts into v_attempt from kentongan.outbox o
     where o.id = p_id and o.channel = p_channel and o.status = 'sending' for update;
    if found then
        case p_outcome
            when 'sent' then
                perform kentongan.finish(p_id, 'sent', p_body, p_parts, p_error);
                insert into kentongan.outbox_parts (outbox_id, attempt, part, channel, reference)
                select p_id, v_attempt, r.n, p_channel, r.mr
                  from unnest(p_references) with ordinality as r(mr, n)
                on conflict do nothing;
                perform kentongan.bump('channel', p_channel) from generate_series(1, greatest(p_parts, 1));
                -- From here on the others send what waits for this channel.
                if kentongan.channel_spent(p_channel) then
                    perform kentongan.wake();
                end if;
            when 'temporary' then perform kentongan.retry(p_id, p_error);
            when 'permanent' then
                perform kentongan.finish(p_id, 'failed', p_body, p_parts, p_error);
                insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
                select p_channel, 'send.failed', o.peer, o.group_id, o.message_id,
                       jsonb_build_object('outbox', o.id, 'template', o.template, 'error', p_error)
                  from kentongan.outbox o where o.id = p_id;
            when 'uncertain' then perform kentongan.settle(p_id, p_error);
            when 'not_tried' then
                update kentongan.outbox o set status = 'queued', channel = null, attempts = greatest(o.attempts - 1, 0)
                 where o.id = p_id;
            else raise exception 'unknown outcome %', p_outcome;
        end case;
    end if;
    if p_next then
        return query select x.* from kentongan.claim(p_channel) x;
    end if;
end $$;


ALTER FUNCTION api.outbox_record(p_channel text, p_id bigint, p_outcome text, p_parts integer, p_references integer[], p_body text, p_error text, p_next boolean) OWNER TO kentongan_owner;

--
-- Name: FUNCTION outbox_record(p_channel text, p_id bigint, p_outcome text, p_parts integer, p_references integer[], p_body text, p_error text, p_next boolean); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.outbox_record(p_channel text, p_id bigint, p_outcome text, p_parts integer, p_references integer[], p_body text, p_error text, p_next boolean) IS 'What became of a claimed message, and the next one in the same round trip. Recording twice does nothing the second time';


--
-- Name: outbox_recover(text); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.outbox_recover(p_channel text) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_id bigint;
    v_n int := 0;
begin
    for v_id in select id from kentongan.outbox where status = 'sending' and channel = p_channel order by id for update loop
        perform kentongan.settle(v_id, 'the gateway stopped while this was being sent');
        -- At once, but one that the gateway dies of mustn't keep the others from leaving.
        update kentongan.outbox
           set not_before = case when attempts <= 8 then '-infinity'
                                 else least(not_before, kentongan.now() + interval '1 minute') end
         where id = v_id and status = 'queued';
        v_n := v_n + 1;
    end loop;
    return v_n;
end $$;


ALTER FUNCTION api.outbox_recover(p_channel text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION outbox_recover(p_channel text); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.outbox_recover(p_channel text) IS 'Resolves what this channel left `sending` when it died; returns how many';


--
-- Name: outbox_state(bigint); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.outbox_state(p_id bigint) RETURNS TABLE(status text, attempts integer, channel text, error text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select status, attempts, channel, error from kentongan.outbox where id = p_id
$$;


ALTER FUNCTION api.outbox_state(p_id bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION outbox_state(p_id bigint); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.outbox_state(p_id bigint) IS 'What became of one message';


--
-- Name: overview(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.overview() RETURNS TABLE(messages_today bigint, queued bigint, oldest_seconds double precision, failed_today bigint, pending bigint, groups bigint, members bigint, unlinked bigint, clock_shift interval)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select (select count(*) from kentongan.messages where received_at > date_trunc('day', clock_timestamp())),
           (select count(*) from kentongan.outbox where status = 'queued'),
           (select coalesce(extract(epoch from kentongan.now() - min(created_at)), 0) from kentongan.outbox where status = 'queued'),
           (select count(*) from kentongan.outbox where status in ('failed', 'undelivered', 'uncertain')
               and finished_at > date_trunc('day', clock_timestamp())),
           (select count(*) from kentongan.requests where status = 'pending'),
           (select count(*) from kentongan.groups),
           (select count(*) from kentongan.members where status = 'active'),
           (select count(*) from kentongan.audit_log l where not exists (select 1 from kentongan.audit_chain c where c.audit_id = l.id)
               and l.id > coalesce((select max(audit_id) - 10000 from kentongan.audit_chain), 0)),
           (select shift from kentongan.clock)
$$;


ALTER FUNCTION api.overview() OWNER TO kentongan_owner;

--
-- Name: FUNCTION overview(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.overview() IS 'The figures on top of `kentongan status`';


--
-- Name: stale_parts(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.stale_parts() RETURNS TABLE(part_set bigint, transport text, channel text, peer text, total integer, sequence integer, sent_at bigint, sealed bytea)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select s.id, s.transport, s.channel, s.peer, s.total, q.sequence, q.sent_at, q.sealed
      from (select * from kentongan.part_sets where message_id is null and due_at < clock_timestamp()
             order by id limit 20) s
      join kentongan.message_parts q on q.set_id = s.id
     order by s.id, q.sequence
$$;


ALTER FUNCTION api.stale_parts() OWNER TO kentongan_owner;

--
-- Name: FUNCTION stale_parts(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.stale_parts() IS 'Parts of messages whose rest never came, or that were complete when the gateway died: to be handled as they are';


--
-- Name: store_part(text, text, text, integer, integer, integer, integer, bigint, bytea, integer); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.store_part(p_transport text, p_channel text, p_peer text, p_reference integer, p_reference_bits integer, p_total integer, p_sequence integer, p_sent_at bigint, p_sealed bytea, p_wait integer) RETURNS TABLE(part_set bigint, complete boolean, sequence integer, sent_at bigint, sealed bytea)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
#variable_conflict use_column
declare
    v_set kentongan.part_sets;
begin
    -- Two modems may receive two parts of one message at the same moment.
    perform pg_advisory_xact_lock(4713, hashtext(p_peer || ':' || p_reference || ':' || p_total));
    -- The same part again, of a message that is waiting or was handled before.
    if exists (select 1 from kentongan.part_sets s join kentongan.message_parts q on q.set_id = s.id
                where s.peer = p_peer and s.reference = p_reference and s.total = p_total
                  and s.reference_bits = p_reference_bits
                  and q.sequence = p_sequence and q.sent_at = p_sent_at and s.message_id is not null) then
        return;
    end if;
    -- The rest of a message that was handled without it: its sender has been told.
    insert into kentongan.message_parts (set_id, sequence, sent_at, sealed)
    select s.id, p_sequence, p_sent_at, null from kentongan.part_sets s
     where s.peer = p_peer and s.reference = p_reference and s.total = p_total
       and s.reference_bits = p_reference_bits and s.message_id is not null
       and (select count(*) from kentongan.message_parts q where q.set_id = s.id) < s.total
       and not exists (select 1 from kentongan.message_parts q
                        where q.set_id = s.id and (q.sequence = p_sequence or abs(q.sent_at - p_sent_at) > 900))
     order by s.id desc limit 1;
    if found then
        return;
    end if;
    select * into v_set from kentongan.part_sets s
     where s.peer = p_peer and s.reference = p_reference and s.total = p_total
       and s.reference_bits = p_reference_bits and s.message_id is null
       -- A phone uses a reference again while an older message still lacks parts: never mix the two.
       and not exists (select 1 from kentongan.message_parts q
                        where q.set_id = s.id
                          and (q.sequence = p_sequence and q.sent_at <> p_sent_at
                               or abs(q.sent_at - p_sent_at) > 3600))
     order by s.id desc limit 1 for update;
    if v_set.id is null then
        insert into kentongan.part_sets (transport, channel, peer, reference, reference_bits, total, due_at)
        values (p_transport, p_channel, p_peer, p_reference, p_reference_bits, p_total,
                clock_timestamp() + make_interval(secs => p_wait))
        returning * into v_set;
    end if;
    insert into kentongan.message_parts (set_id, sequence, sent_at, sealed)
    values (v_set.id, p_sequence, p_sent_at, p_sealed)
    on conflict do nothing;
    return query
    select v_set.id, true, q.sequence, q.sent_at, q.sealed from kentongan.message_parts q
     where q.set_id = v_set.id
       and (select count(*) from kentongan.message_parts n where n.set_id = v_set.id) = v_set.total
     order by q.sequence;
    if not found then
        return query select v_set.id, false, null::int, null::bigint, null::bytea;
    end if;
end $$;


ALTER FUNCTION api.store_part(p_transport text, p_channel text, p_peer text, p_reference integer, p_reference_bits integer, p_total integer, p_sequence integer, p_sent_at bigint, p_sealed bytea, p_wait integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION store_part(p_transport text, p_channel text, p_peer text, p_reference integer, p_reference_bits integer, p_total integer, p_sequence integer, p_sent_at bigint, p_sealed bytea, p_wait integer); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.store_part(p_transport text, p_channel text, p_peer text, p_reference integer, p_reference_bits integer, p_total integer, p_sequence integer, p_sent_at bigint, p_sealed bytea, p_wait integer) IS 'Keeps a part; once all are there returns them in order, so that the caller can join and handle the whole. No row: the part belongs to a message that was handled before';


--
-- Name: timed_work(jsonb); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.timed_work(p_settings jsonb) RETURNS TABLE(expired_requests integer, expired_messages integer, forgotten integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    expired_requests := kentongan.expire_requests();
    expired_messages := kentongan.expire_outbox();
    forgotten := kentongan.forget(coalesce((p_settings ->> 'retention_days')::int, 0));
    if expired_requests > 0 then
        perform kentongan.wake();
    end if;
    return next;
end $$;


ALTER FUNCTION api.timed_work(p_settings jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION timed_work(p_settings jsonb); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.timed_work(p_settings jsonb) IS 'What the leader does every minute: expiry and retention. Harmless when done twice';


--
-- Name: verify_accounts(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.verify_accounts() RETURNS TABLE(account_id bigint, group_code text, kind text, member_number integer, balance bigint, postings bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select a.id, g.code, a.kind, m.number, a.balance, coalesce(p.total, 0)::bigint
      from kentongan.accounts a
      join kentongan.groups g on g.id = a.group_id
      left join kentongan.members m on m.id = a.member_id
      left join (select account_id, sum(amount) as total from kentongan.postings group by 1) p on p.account_id = a.id
     where a.balance <> coalesce(p.total, 0)
     order by a.id
$$;


ALTER FUNCTION api.verify_accounts() OWNER TO kentongan_owner;

--
-- Name: FUNCTION verify_accounts(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.verify_accounts() IS 'Accounts whose balance differs from the sum of their postings: must be none';


--
-- Name: verify_balances_after(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.verify_balances_after() RETURNS TABLE(entry_id bigint, line smallint, account_id bigint, balance_after bigint, recomputed bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select * from (
        select p.entry_id, p.line, p.account_id, p.balance_after,
               sum(p.amount) over (partition by p.account_id order by p.entry_id)::bigint as recomputed
          from kentongan.postings p) s
     where s.balance_after <> s.recomputed
     order by 1, 2
$$;


ALTER FUNCTION api.verify_balances_after() OWNER TO kentongan_owner;

--
-- Name: FUNCTION verify_balances_after(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.verify_balances_after() IS 'Postings whose noted balance differs from the running sum. Entries of one account are ordered by the account lock, which is taken before the entry''s id';


--
-- Name: verify_entries(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.verify_entries() RETURNS TABLE(entry_id bigint, postings bigint, total numeric)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select e.id, count(p.entry_id), coalesce(sum(p.amount), 0)
      from kentongan.journal_entries e left join kentongan.postings p on p.entry_id = e.id
     group by e.id
    having coalesce(sum(p.amount), 0) <> 0 or count(p.entry_id) < 2
     order by e.id
$$;


ALTER FUNCTION api.verify_entries() OWNER TO kentongan_owner;

--
-- Name: FUNCTION verify_entries(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.verify_entries() IS 'Entries that do not balance: must be none';


--
-- Name: verify_receipts(); Type: FUNCTION; Schema: api; Owner: kentongan_owner
--

CREATE FUNCTION api.verify_receipts() RETURNS TABLE(group_code text, member_number integer, last_number integer, kept bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select g.code, m.number, m.receipts, count(r.number)
      from kentongan.members m
      join kentongan.groups g on g.id = m.group_id
      left join kentongan.receipts r on r.member_id = m.id
     group by g.code, m.id
    having m.receipts <> count(r.number) or coalesce(max(r.number), 0) <> m.receipts
     order by 1, 2
$$;


ALTER FUNCTION api.verify_receipts() OWNER TO kentongan_owner;

--
-- Name: FUNCTION verify_receipts(); Type: COMMENT; Schema: api; Owner: kentongan_owner
--

COMMENT ON FUNCTION api.verify_receipts() IS 'Members whose receipts have a gap: must be none';


--
-- Name: account(bigint, text, bigint, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.account(p_group bigint, p_kind text, p_member bigint DEFAULT NULL::bigint, p_loan bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_id bigint;
begin
    select id into v_id from kentongan.accounts
     where group_id = p_group and kind = p_kind
       and coalesce(member_id, 0) = coalesce(p_member, 0) and coalesce(loan_id, 0) = coalesce(p_loan, 0);
    if not found then
        insert into kentongan.accounts (group_id, kind, member_id, loan_id)
        values (p_group, p_kind, p_member, p_loan)
        on conflict do nothing
        returning id into v_id;
        if v_id is null then
            select id into strict v_id from kentongan.accounts
             where group_id = p_group and kind = p_kind
               and coalesce(member_id, 0) = coalesce(p_member, 0) and coalesce(loan_id, 0) = coalesce(p_loan, 0);
        end if;
    end if;
    return v_id;
end $$;


ALTER FUNCTION kentongan.account(p_group bigint, p_kind text, p_member bigint, p_loan bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION account(p_group bigint, p_kind text, p_member bigint, p_loan bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.account(p_group bigint, p_kind text, p_member bigint, p_loan bigint) IS 'The account, opened if it is the first time';


--
-- Name: act_as(text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.act_as(p_actor text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select set_config('kentongan.actor', 'operator:' || p_actor, true)
$$;


ALTER FUNCTION kentongan.act_as(p_actor text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION act_as(p_actor text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.act_as(p_actor text) IS 'Names the operator in what the audit triggers write in this transaction';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: questions; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.questions (
    id bigint NOT NULL,
    peer kentongan.msisdn NOT NULL,
    member_id bigint,
    kind text NOT NULL,
    command text NOT NULL,
    args jsonb NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    CONSTRAINT questions_kind_check CHECK ((kind = ANY (ARRAY['repeat'::text, 'near'::text])))
);


ALTER TABLE kentongan.questions OWNER TO kentongan_owner;

--
-- Name: TABLE questions; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.questions IS 'What we asked a phone and wait to hear YA, TIDAK or LAGI about';


--
-- Name: answer(kentongan.ctx, kentongan.questions); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.answer(c kentongan.ctx, q kentongan.questions) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    update kentongan.questions set answered_at = c.at, args = args - 'code' where id = q.id;
    c.member_id := coalesce(q.member_id, c.member_id);
    c.group_id := coalesce((select group_id from kentongan.members where id = c.member_id), c.group_id);
    c.command := q.command;
    if q.kind = 'near' then
        return kentongan.dispatch(c, q.command, q.args);
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    return kentongan.note_deposit(c, q.args ->> 'product', (q.args ->> 'amount')::bigint);
end $$;


ALTER FUNCTION kentongan.answer(c kentongan.ctx, q kentongan.questions) OWNER TO kentongan_owner;

--
-- Name: FUNCTION answer(c kentongan.ctx, q kentongan.questions); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.answer(c kentongan.ctx, q kentongan.questions) IS 'Does what a question asked about, once';


--
-- Name: ask_again(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.ask_again(p_group bigint) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    r kentongan.requests;
    v_officer bigint;
begin
    for r in select q.* from kentongan.requests q
              where q.group_id = p_group and q.status = 'pending' and q.expires_at > kentongan.now()
                and not exists (select 1 from kentongan.officer_codes oc where oc.request_id = q.id and oc.closed_at is null)
              order by q.id for update loop
        v_officer := kentongan.officer_for(p_group, case when r.first_officer is null
                                                         then array['bendahara', 'ketua', 'sekretaris']
                                                         else array['ketua', 'sekretaris', 'bendahara'] end,
                                           r.member_id, r.first_officer);
        if v_officer is not null
           and not exists (select 1 from kentongan.officer_codes oc where oc.request_id = r.id and oc.officer_id = v_officer) then
            perform kentongan.ask_officer(null, r.id, v_officer,
                case when r.first_officer is null then 'setor_officer' else 'second_officer' end);
        end if;
    end loop;
    perform kentongan.wake();
end $$;


ALTER FUNCTION kentongan.ask_again(p_group bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION ask_again(p_group bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.ask_again(p_group bigint) IS 'Notices whose officer has left are put to the next one; those that nobody may confirm wait for their expiry';


--
-- Name: ask_member(kentongan.ctx); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.ask_member(c kentongan.ctx) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform kentongan.reply(c, 'which_member', jsonb_build_object('command', c.command, 'members',
        (select string_agg(number || ' ' || short_name, ', ' order by number)
           from kentongan.members where id = any (kentongan.members_of_phone(c.phone_id)))));
    return 'which_member';
end $$;


ALTER FUNCTION kentongan.ask_member(c kentongan.ctx) OWNER TO kentongan_owner;

--
-- Name: FUNCTION ask_member(c kentongan.ctx); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.ask_member(c kentongan.ctx) IS 'A phone with several members must put the number in front: 23 SALDO';


--
-- Name: ask_near(kentongan.ctx, jsonb, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.ask_near(c kentongan.ctx, p_args jsonb, p_heard text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    update kentongan.questions set answered_at = c.at where peer = c.peer and kind = 'near' and answered_at is null;
    insert into kentongan.questions (peer, member_id, kind, command, args, asked_at, expires_at)
    values (c.peer, c.member_id, 'near', c.command, p_args, c.at, c.at + interval '30 minutes');
    perform kentongan.reply(c, 'near', jsonb_build_object('heard', p_heard, 'command', c.command,
        'product', p_args ->> 'product', 'amount', (p_args ->> 'amount')::bigint, 'code', p_args ->> 'code'));
    return 'near';
end $$;


ALTER FUNCTION kentongan.ask_near(c kentongan.ctx, p_args jsonb, p_heard text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION ask_near(c kentongan.ctx, p_args jsonb, p_heard text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.ask_near(c kentongan.ctx, p_args jsonb, p_heard text) IS 'A money command one edit away from what was typed: asked, not done. YA within half an hour does it';


--
-- Name: ask_officer(kentongan.ctx, bigint, bigint, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.ask_officer(c kentongan.ctx, p_request bigint, p_officer bigint, p_template text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    r kentongan.requests;
begin
    select * into strict r from kentongan.requests where id = p_request;
    perform kentongan.tell(p_officer, p_template,
        kentongan.member_params(r.member_id) || jsonb_build_object(
            'product', r.product, 'amount', coalesce(r.final_amount, r.amount), 'code', r.code,
            'first', (select short_name from kentongan.members where id = r.first_officer),
            'otp', kentongan.issue_code(p_request, p_officer, r.expires_at)), 'notice', c);
end $$;


ALTER FUNCTION kentongan.ask_officer(c kentongan.ctx, p_request bigint, p_officer bigint, p_template text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION ask_officer(c kentongan.ctx, p_request bigint, p_officer bigint, p_template text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.ask_officer(c kentongan.ctx, p_request bigint, p_officer bigint, p_template text) IS 'Sends an officer the question and the officer''s own one-time code for it';


--
-- Name: ask_repeat(kentongan.ctx, text, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.ask_repeat(c kentongan.ctx, p_command text, p_args jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    update kentongan.questions set answered_at = c.at where peer = c.peer and kind = 'repeat' and answered_at is null;
    insert into kentongan.questions (peer, member_id, kind, command, args, asked_at, expires_at)
    values (c.peer, c.member_id, 'repeat', p_command, p_args, c.at, c.at + interval '12 hours');
end $$;


ALTER FUNCTION kentongan.ask_repeat(c kentongan.ctx, p_command text, p_args jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION ask_repeat(c kentongan.ctx, p_command text, p_args jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.ask_repeat(c kentongan.ctx, p_command text, p_args jsonb) IS 'Remembers what LAGI would mean for this phone';


--
-- Name: requests; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.requests (
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    member_id bigint NOT NULL,
    kind text NOT NULL,
    product text NOT NULL,
    amount bigint NOT NULL,
    code text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    message_id bigint,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    first_officer bigint,
    final_amount bigint,
    decided_by bigint,
    decided_at timestamp with time zone,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT requests_amount_check CHECK ((amount > 0)),
    CONSTRAINT requests_check CHECK (((status <> 'posted'::text) OR ((decided_by IS NOT NULL) AND (final_amount IS NOT NULL)))),
    CONSTRAINT requests_check1 CHECK (((decided_by IS DISTINCT FROM member_id) OR (status = 'cancelled'::text))),
    CONSTRAINT requests_check2 CHECK (((first_officer IS NULL) OR (first_officer <> member_id))),
    CONSTRAINT requests_check3 CHECK (((status <> 'posted'::text) OR (first_officer IS NULL) OR (first_officer <> decided_by))),
    CONSTRAINT requests_code_check CHECK ((code ~ '^[A-HJKMNP-Z2-9]{4}$'::text)),
    CONSTRAINT requests_final_amount_check CHECK ((final_amount > 0)),
    CONSTRAINT requests_kind_check CHECK ((kind = 'deposit'::text)),
    CONSTRAINT requests_product_check CHECK ((product = ANY (ARRAY['pokok'::text, 'wajib'::text, 'sukarela'::text, 'arisan'::text]))),
    CONSTRAINT requests_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'posted'::text, 'rejected'::text, 'cancelled'::text, 'expired'::text])))
);


ALTER TABLE kentongan.requests OWNER TO kentongan_owner;

--
-- Name: TABLE requests; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.requests IS 'A member''s notice of money: pending until an officer confirms, rejects, or it expires';


--
-- Name: COLUMN requests.code; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.requests.code IS 'The member''s receipt code, K7M4; not the officer''s one-time code';


--
-- Name: COLUMN requests.first_officer; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.requests.first_officer IS 'Above the group''s threshold: who confirmed first; another must follow';


--
-- Name: ask_second(kentongan.ctx, kentongan.requests, bigint, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.ask_second(c kentongan.ctx, r kentongan.requests, p_first bigint, p_amount bigint) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_second bigint := kentongan.officer_for(r.group_id, array['ketua', 'sekretaris', 'bendahara'], r.member_id, p_first);
begin
    if v_second is null then
        update kentongan.officer_codes set closed_at = null where request_id = r.id and officer_id = p_first;
        perform kentongan.reply(c, 'no_second', jsonb_build_object('amount', p_amount, 'code', r.code));
        return 'no_second';
    end if;
    update kentongan.requests set first_officer = p_first, final_amount = p_amount where id = r.id;
    perform kentongan.reply(c, 'terima_half', kentongan.member_params(r.member_id) || jsonb_build_object(
        'amount', p_amount, 'code', r.code,
        'second', (select short_name from kentongan.members where id = v_second), 'role', kentongan.role_of(v_second)));
    perform kentongan.ask_officer(c, r.id, v_second, 'second_officer');
    return 'terima_half';
end $$;


ALTER FUNCTION kentongan.ask_second(c kentongan.ctx, r kentongan.requests, p_first bigint, p_amount bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION ask_second(c kentongan.ctx, r kentongan.requests, p_first bigint, p_amount bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.ask_second(c kentongan.ctx, r kentongan.requests, p_first bigint, p_amount bigint) IS 'Holds a large deposit until a second, different officer confirms the same amount';


--
-- Name: audit_change(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.audit_change() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) else '{}' end;
    v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) else '{}' end;
    v_changed jsonb;
begin
    select jsonb_object_agg(k, jsonb_build_array(v_old -> k, v_new -> k)) into v_changed
      from (select jsonb_object_keys(v_old || v_new) as k) keys
     where v_old -> k is distinct from v_new -> k
       and k not in ('receipts', 'wrong_codes');
    if v_changed is not null then
        insert into kentongan.audit_log (actor, action, subject, group_id, details)
        values (coalesce(nullif(current_setting('kentongan.actor', true), ''), session_user),
                lower(tg_op) || '.' || tg_table_name,
                coalesce(v_new ->> 'id', v_old ->> 'id', v_new ->> 'member_id', v_old ->> 'member_id', ''),
                coalesce(v_new ->> 'group_id', v_old ->> 'group_id')::bigint, v_changed);
    end if;
    return null;
end $$;


ALTER FUNCTION kentongan.audit_change() OWNER TO kentongan_owner;

--
-- Name: FUNCTION audit_change(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.audit_change() IS 'Writes what changed in a row of people or settings to the audit log';


--
-- Name: balance(bigint, text, bigint, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.balance(p_group bigint, p_kind text, p_member bigint DEFAULT NULL::bigint, p_loan bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return coalesce((select a.balance * k.normal
                       from kentongan.accounts a join kentongan.account_kinds k using (kind)
                      where a.group_id = p_group and a.kind = p_kind
                        and coalesce(a.member_id, 0) = coalesce(p_member, 0)
                        and coalesce(a.loan_id, 0) = coalesce(p_loan, 0)), 0);
end $$;


ALTER FUNCTION kentongan.balance(p_group bigint, p_kind text, p_member bigint, p_loan bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION balance(p_group bigint, p_kind text, p_member bigint, p_loan bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.balance(p_group bigint, p_kind text, p_member bigint, p_loan bigint) IS 'Balance as people mean it: savings and income positive';


--
-- Name: balance_by_postings_only(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.balance_by_postings_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if tg_op = 'INSERT' and new.balance <> 0 or tg_op = 'UPDATE' and pg_trigger_depth() < 2 then
        raise exception 'a balance changes only by a posting' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;


ALTER FUNCTION kentongan.balance_by_postings_only() OWNER TO kentongan_owner;

--
-- Name: FUNCTION balance_by_postings_only(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.balance_by_postings_only() IS 'Refuses an account that opens with a balance, and any change of it that is not a posting''s';


--
-- Name: bump(text, text, integer); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.bump(p_scope text, p_key text, p_shard integer DEFAULT 0) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_n int;
begin
    insert into kentongan.daily_counts as d (day, scope, key, shard, n)
    values ((kentongan.now() at time zone 'Asia/Jakarta')::date, p_scope, p_key, p_shard, 1)
    on conflict (day, scope, key, shard) do update set n = d.n + 1
    returning n into v_n;
    return v_n;
end $$;


ALTER FUNCTION kentongan.bump(p_scope text, p_key text, p_shard integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION bump(p_scope text, p_key text, p_shard integer); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.bump(p_scope text, p_key text, p_shard integer) IS 'Counts one more today and returns this shard''s count';


--
-- Name: channel_spent(text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.channel_spent(p_channel text) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return exists (select 1 from kentongan.channels where name = p_channel and daily_cap > 0
                      and kentongan.counted('channel', p_channel) >= daily_cap);
end $$;


ALTER FUNCTION kentongan.channel_spent(p_channel text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION channel_spent(p_channel text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.channel_spent(p_channel text) IS 'Whether a channel has sent its day''s share';


--
-- Name: channels; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.channels (
    name text NOT NULL,
    transport text DEFAULT 'sms'::text NOT NULL,
    state text NOT NULL,
    words text DEFAULT ''::text NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    prefixes text[] DEFAULT '{}'::text[] NOT NULL,
    daily_cap integer DEFAULT 0 NOT NULL,
    since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT channels_name_check CHECK ((name ~ '^[a-z0-9-]{1,32}$'::text))
);


ALTER TABLE kentongan.channels OWNER TO kentongan_owner;

--
-- Name: TABLE channels; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.channels IS 'A modem or other way out: its state as its process last told it';


--
-- Name: COLUMN channels.words; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.channels.words IS 'The state in plain words, for `kentongan status`';


--
-- Name: COLUMN channels.prefixes; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.channels.prefixes IS 'Numbers (+62811) that are sent through this channel while it works';


--
-- Name: channel_works(kentongan.channels); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.channel_works(c kentongan.channels) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select c.state = 'ready' and c.seen_at > clock_timestamp() - interval '15 minutes');
end $$;


ALTER FUNCTION kentongan.channel_works(c kentongan.channels) OWNER TO kentongan_owner;

--
-- Name: FUNCTION channel_works(c kentongan.channels); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.channel_works(c kentongan.channels) IS 'A channel that told of itself lately and is ready';


--
-- Name: claim(text, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.claim(p_channel text, p_message bigint DEFAULT NULL::bigint) RETURNS SETOF kentongan.claimed
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_now timestamptz := kentongan.now();
    v_mine text[];
    v_cap int;
    v_sent bigint;
    v_id bigint;
begin
    select daily_cap into v_cap from kentongan.channels where name = p_channel;
    v_sent := case when v_cap > 0 then kentongan.counted('channel', p_channel) else 0 end;
    if v_cap > 0 and v_sent >= v_cap then
        return;
    end if;
    if p_message is not null then
        select id into v_id from kentongan.outbox
         where message_id = p_message and status = 'queued' and (via = p_channel or via is null)
         order by priority, id limit 1 for update skip locked;
    else
        -- A channel that is down, or has sent its day's share, leaves its messages to the others.
        select array_agg(name) into v_mine from kentongan.channels c
         where name = p_channel or not kentongan.channel_works(c)
            or c.daily_cap > 0 and kentongan.counted('channel', c.name) >= c.daily_cap;
        -- The first of each way, by index; of these the most urgent.
        select first.id into v_id
          from unnest(array_append(v_mine, '')) as way(via)
          cross join lateral (
                select id, priority from kentongan.outbox
                 where status = 'queued' and coalesce(via, '') = way.via and not_before <= v_now and expires_at > v_now
                   -- The last tenth of a modem's day belongs to answers and receipts.
                   and (priority < 5 or v_cap is null or v_cap = 0 or v_sent < v_cap * 9 / 10)
                 order by priority, id limit 1 for update skip locked) first
         order by first.priority, first.id limit 1;
    end if;
    return query
    update kentongan.outbox o
       set status = 'sending', channel = p_channel, attempts = o.attempts + 1, claimed_at = clock_timestamp()
     where o.id = v_id
     returning o.id, o.peer, o.template, o.params, o.lang::text, o.class, o.attempts,
               greatest(5, extract(epoch from o.expires_at - v_now) / 60)::int, o.class in ('receipt', 'notice', 'broadcast');
end $$;


ALTER FUNCTION kentongan.claim(p_channel text, p_message bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION claim(p_channel text, p_message bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.claim(p_channel text, p_message bigint) IS 'Takes the most urgent message that this channel may send (of one inbound message where given) and marks it `sending`; skips what others hold';


--
-- Name: cmd_bahasa(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_bahasa(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform set_config('kentongan.actor', c.peer, true);
    update kentongan.members set lang = a ->> 'lang'
     where id = c.member_id or (c.member_id is null and id = any (kentongan.members_of_phone(c.phone_id)));
    c.lang := a ->> 'lang';
    perform kentongan.reply(c, 'bahasa');
    return 'bahasa';
end $$;


ALTER FUNCTION kentongan.cmd_bahasa(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_bahasa(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_bahasa(c kentongan.ctx, a jsonb) IS 'BAHASA ID|JAWA|MADURA|EN: of this member, or of all who share the phone';


--
-- Name: cmd_bantuan(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_bantuan(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_topic text := lower(a ->> 'topic');
begin
    perform kentongan.reply(c, case
        when v_topic in ('saldo', 'mutasi', 'setor', 'batal', 'pinjaman', 'salah', 'blokir', 'bahasa', 'stop', 'terima',
                         'tolak', 'ulang')
            then 'bantuan_' || v_topic
        when c.member_id is not null and kentongan.role_of(c.member_id) in ('bendahara', 'ketua', 'sekretaris')
            then 'bantuan_officer'
        else 'bantuan' end);
    return 'bantuan';
end $$;


ALTER FUNCTION kentongan.cmd_bantuan(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_bantuan(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_bantuan(c kentongan.ctx, a jsonb) IS 'BANTUAN [command]: how to, for members or officers';


--
-- Name: cmd_batal(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_batal(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    r kentongan.requests;
    v_params jsonb;
begin
    select * into r from kentongan.requests
     where code = upper(a ->> 'code') and member_id = any (kentongan.members_of_phone(c.phone_id))
     for update;
    if not found then
        perform kentongan.reply(c, 'code_unknown', jsonb_build_object('code', upper(a ->> 'code')));
        return 'code_unknown';
    end if;
    v_params := kentongan.member_params(r.member_id) || jsonb_build_object('product', r.product, 'amount', r.amount,
                                                                          'code', r.code, 'status', r.status);
    if r.status <> 'pending' then
        perform kentongan.reply(c, 'batal_late', v_params);
        return 'batal_late';
    end if;
    update kentongan.requests set status = 'cancelled', decided_by = r.member_id, decided_at = c.at where id = r.id;
    perform kentongan.reply(c, 'batal', v_params);
    perform kentongan.tell(oc.officer_id, 'batal_officer', v_params, 'notice', c)
       from kentongan.officer_codes oc
      where oc.request_id = r.id and (oc.closed_at is null or oc.officer_id = r.first_officer);
    update kentongan.officer_codes set closed_at = c.at where request_id = r.id and closed_at is null;
    return 'batal';
end $$;


ALTER FUNCTION kentongan.cmd_batal(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_batal(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_batal(c kentongan.ctx, a jsonb) IS 'BATAL code: the member takes a notice back while it waits; the officer is told';


--
-- Name: cmd_blokir(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_blokir(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    -- A misspelt group isn't the sender's own: the wrong member would be blocked.
    v_group bigint := case when a ? 'group' then (select id from kentongan.groups where code = upper(a ->> 'group'))
                           else c.group_id end;
    v_targets bigint[];
    m bigint;
begin
    if a ? 'member' and v_group is not null then
        select array_agg(id) into v_targets from kentongan.members
         where group_id = v_group and number = (a ->> 'member')::int and status = 'active';
    elsif c.phone_id is not null and not a ? 'member' then
        v_targets := kentongan.members_of_phone(c.phone_id);
    end if;
    if v_targets is null then
        perform kentongan.reply(c, 'blokir_who');
        return 'blokir_who';
    end if;
    perform set_config('kentongan.actor', c.peer, true);
    foreach m in array v_targets loop
        update kentongan.members set blocked_at = c.at, blocked_by = c.peer where id = m and blocked_at is null;
        if found then
            -- Always to the owner too: who blocks for mischief is seen at once.
            perform kentongan.tell(m, 'blokir', kentongan.member_params(m), 'notice', c)
              where kentongan.phone_of(m) is distinct from c.peer;
            perform kentongan.tell_officers((select group_id from kentongan.members where id = m),
                array['ketua', 'bendahara'], m, 'blokir_officer',
                kentongan.member_params(m) || jsonb_build_object('peer', c.peer), c);
        end if;
    end loop;
    perform kentongan.reply(c, 'blokir', kentongan.member_params(v_targets[1]));
    return 'blokir';
end $$;


ALTER FUNCTION kentongan.cmd_blokir(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_blokir(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_blokir(c kentongan.ctx, a jsonb) IS 'BLOKIR: stops money moving from this phone, or from a named member''s from any phone; officers and owner are told. Only officers lift it';


--
-- Name: cmd_lagi(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_lagi(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    q kentongan.questions;
begin
    select * into q from kentongan.questions
     where peer = c.peer and kind = 'repeat' and answered_at is null and expires_at > c.at
     order by id desc limit 1 for update;
    if not found then
        perform kentongan.reply(c, 'lagi_none');
        return 'lagi_none';
    end if;
    return kentongan.answer(c, q);
end $$;


ALTER FUNCTION kentongan.cmd_lagi(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_lagi(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_lagi(c kentongan.ctx, a jsonb) IS 'LAGI: yes, I really paid the same sum once more';


--
-- Name: cmd_mulai(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_mulai(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select kentongan.set_reminders(c, true)
$$;


ALTER FUNCTION kentongan.cmd_mulai(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_mulai(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_mulai(c kentongan.ctx, a jsonb) IS 'MULAI: reminders again';


--
-- Name: cmd_mutasi(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_mutasi(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_page int := greatest(1, least(coalesce((a ->> 'count')::int, 1), 999));
    v_lines jsonb;
    v_more boolean;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    select jsonb_agg(jsonb_build_object('day', x.day, 'amount', x.amount, 'minus', x.minus, 'product', x.kind)
                     order by x.n) filter (where x.n <= v_page * 3),
           count(*) > 3
      into v_lines, v_more
      from (select row_number() over (order by p.entry_id desc, p.line) as n,
                   to_char(e.occurred_on, 'DD/MM') as day, abs(p.amount) as amount,
                   case when -p.amount < 0 then '-' else '+' end as minus, ac.kind
              from kentongan.accounts ac
              join kentongan.postings p on p.account_id = ac.id
              join kentongan.journal_entries e on e.id = p.entry_id
             where ac.member_id = c.member_id and ac.kind in ('pokok', 'wajib', 'sukarela', 'arisan')
             order by p.entry_id desc, p.line
            offset (v_page - 1) * 3 limit 4) x;
    if v_lines is null then
        perform kentongan.reply(c, 'mutasi_none', jsonb_build_object('page', v_page));
        return 'mutasi_none';
    end if;
    perform kentongan.reply(c, 'mutasi', jsonb_build_object('lines', v_lines, 'next', case when v_more then v_page + 1 end));
    return 'mutasi';
end $$;


ALTER FUNCTION kentongan.cmd_mutasi(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_mutasi(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_mutasi(c kentongan.ctx, a jsonb) IS 'MUTASI [page]: three movements of savings a page, newest first';


--
-- Name: cmd_pinjaman(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_pinjaman(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    l record;
    v_n int := 0;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    for l in select * from kentongan.loan_state where member_id = c.member_id and remaining > 0 order by number limit 3 loop
        v_n := v_n + 1;
        perform kentongan.reply(c, 'pinjaman', jsonb_build_object(
            'loan', l.number, 'remaining', l.remaining, 'n', l.n, 'of', l.instalments, 'principal', l.due_principal,
            'interest', l.due_interest, 'total', l.due_principal + l.due_interest, 'due', to_char(l.due_on, 'DD/MM'),
            'late', case when l.due_on < kentongan.today(c.group_id) then kentongan.today(c.group_id) - l.due_on end,
            'fine', l.fine_due));
    end loop;
    if v_n = 0 then
        perform kentongan.reply(c, 'pinjaman_none');
        return 'pinjaman_none';
    end if;
    return 'pinjaman';
end $$;


ALTER FUNCTION kentongan.cmd_pinjaman(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_pinjaman(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_pinjaman(c kentongan.ctx, a jsonb) IS 'PINJAMAN: what is left of each loan, the next instalment and its due date';


--
-- Name: cmd_salah(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_salah(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_members bigint[] := kentongan.members_of_phone(c.phone_id);
    r kentongan.requests;
    v_member bigint;
    k kentongan.cases;
    v_params jsonb;
begin
    select * into r from kentongan.requests
     where code = upper(a ->> 'code')
       and (member_id = any (v_members) or decided_by = any (v_members) or first_officer = any (v_members))
     order by id desc limit 1;
    if not found then
        perform kentongan.reply(c, 'code_unknown', jsonb_build_object('code', upper(a ->> 'code')));
        return 'code_unknown';
    end if;
    v_member := case when r.member_id = any (v_members) then r.member_id
                     when r.decided_by = any (v_members) then r.decided_by else r.first_officer end;
    -- One number after another in a group, also when two complain at once.
    perform 1 from kentongan.groups where id = r.group_id for no key update;
    select * into k from kentongan.cases where request_id = r.id and member_id = v_member and status = 'open';
    if not found then
        insert into kentongan.cases (group_id, number, member_id, request_id, text, opened_at, due_at)
        values (r.group_id, 1 + coalesce((select max(number) from kentongan.cases where group_id = r.group_id), 0),
                v_member, r.id, left(coalesce(a ->> 'text', ''), 300), c.at, c.at + interval '7 days')
        returning * into k;
        v_params := kentongan.member_params(v_member) || jsonb_build_object('case', k.number, 'code', r.code,
            'amount', coalesce(r.final_amount, r.amount), 'due', to_char(k.due_at at time zone
                (select timezone from kentongan.groups where id = r.group_id), 'DD/MM'),
            'text', left(nullif(k.text, ''), 30));
        perform kentongan.tell_officers(r.group_id, array['ketua', 'pengawas'], v_member, 'salah_officer', v_params, c);
    end if;
    perform kentongan.reply(c, 'salah', jsonb_build_object('case', k.number, 'code', r.code,
        'due', to_char(k.due_at at time zone (select timezone from kentongan.groups where id = r.group_id), 'DD/MM')));
    return 'salah';
end $$;


ALTER FUNCTION kentongan.cmd_salah(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_salah(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_salah(c kentongan.ctx, a jsonb) IS 'SALAH code [text]: opens a case with number and deadline; chair and supervisors are told. Money stays where it is until two people correct it';


--
-- Name: cmd_saldo(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_saldo(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_pending record;
    v_has record;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    -- What is asked most often: one look at all accounts, savings being owed to the member.
    select coalesce(-sum(balance) filter (where kind = 'pokok'), 0)::bigint as pokok,
           coalesce(-sum(balance) filter (where kind = 'wajib'), 0)::bigint as wajib,
           coalesce(-sum(balance) filter (where kind = 'sukarela'), 0)::bigint as sukarela,
           coalesce(sum(balance) filter (where kind = 'loan'), 0)::bigint as loan
      into v_has
      from kentongan.accounts where member_id = c.member_id;
    select sum(amount)::bigint as amount, min(code) as code, count(*) as n into v_pending
      from kentongan.requests where member_id = c.member_id and status = 'pending';
    perform kentongan.reply(c, 'saldo', jsonb_build_object(
        'now', kentongan.stamp(c.at, c.group_id),
        'pokok', v_has.pokok, 'wajib', v_has.wajib, 'sukarela', v_has.sukarela, 'loan', v_has.loan,
        'pending', v_pending.amount,
        'pending_code', case when v_pending.n = 1 then v_pending.code when v_pending.n > 1 then v_pending.n || 'x' end));
    return 'saldo';
end $$;


ALTER FUNCTION kentongan.cmd_saldo(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_saldo(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_saldo(c kentongan.ctx, a jsonb) IS 'SALDO: savings, loans and what waits';


--
-- Name: cmd_setor(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_setor(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_product text := coalesce(a ->> 'product', 'sukarela');
    v_amount bigint := (a ->> 'amount')::bigint;
    v_limits record;
    v_before record;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    select smallest_amount as low, largest_amount as high into v_limits from kentongan.groups where id = c.group_id;
    if v_amount < v_limits.low or v_amount > v_limits.high then
        perform kentongan.reply(c, case when v_amount < v_limits.low then 'amount_small' else 'amount_large' end,
            jsonb_build_object('amount', v_amount, 'low', v_limits.low, 'high', v_limits.high));
        return 'amount_out_of_range';
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    -- Two messages of one member at the same time must see each other.
    perform 1 from kentongan.members where id = c.member_id for no key update;
    select code, status into v_before from kentongan.requests
     where member_id = c.member_id and product = v_product and amount = v_amount
       and status in ('pending', 'posted') and created_at > c.at - interval '24 hours'
       and kentongan.same_day(created_at, c.at, c.group_id)
     order by id desc limit 1;
    if found then
        perform kentongan.ask_repeat(c, 'SETOR', a || jsonb_build_object('product', v_product));
        perform kentongan.reply(c, 'setor_repeat', jsonb_build_object('product', v_product, 'amount', v_amount,
                                                                      'code', v_before.code, 'status', v_before.status));
        return 'setor_repeat';
    end if;
    return kentongan.note_deposit(c, v_product, v_amount);
end $$;


ALTER FUNCTION kentongan.cmd_setor(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_setor(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_setor(c kentongan.ctx, a jsonb) IS 'SETOR [product] amount: a notice that waits for an officer; the same sum on the same day is asked about, never dropped or doubled';


--
-- Name: cmd_stop(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_stop(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select kentongan.set_reminders(c, false)
$$;


ALTER FUNCTION kentongan.cmd_stop(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_stop(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_stop(c kentongan.ctx, a jsonb) IS 'STOP: no more reminders';


--
-- Name: cmd_terima(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_terima(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    k record;
    r kentongan.requests;
    g kentongan.groups;
    v_amount bigint;
begin
    select * into k from kentongan.code_request(c, a ->> 'code');
    if k.refused is not null then
        return k.refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    select * into strict r from kentongan.requests where id = k.request_id for update;
    select * into strict g from kentongan.groups where id = r.group_id;
    if r.status <> 'pending' then
        return kentongan.code_done(c, r.id);
    end if;
    -- Expired but not yet swept: the answer must not depend on the sweeper.
    if r.expires_at <= c.at then
        perform kentongan.reply(c, 'code_expired', kentongan.member_params(r.member_id) || jsonb_build_object('code', r.code));
        return 'code_expired';
    end if;
    -- The beneficiary, or the first officer, may have come to this phone since.
    if kentongan.members_of_phone(c.phone_id) && array[r.member_id, r.first_officer] then
        perform kentongan.reply(c, 'not_officer');
        return 'not_officer';
    end if;
    v_amount := coalesce((a ->> 'amount')::bigint, r.final_amount, r.amount);
    if v_amount < g.smallest_amount or v_amount > g.largest_amount then
        perform kentongan.reply(c, case when v_amount < g.smallest_amount then 'amount_small' else 'amount_large' end,
            jsonb_build_object('amount', v_amount, 'low', g.smallest_amount, 'high', g.largest_amount));
        return 'amount_out_of_range';
    end if;
    if r.first_officer is not null and v_amount <> r.final_amount then
        perform kentongan.reply(c, 'second_differs', jsonb_build_object('amount', r.final_amount, 'code', r.code));
        return 'second_differs';
    end if;
    update kentongan.officer_codes set closed_at = c.at where request_id = r.id and officer_id = k.officer_id;
    if v_amount > g.second_officer_above and r.first_officer is null then
        return kentongan.ask_second(c, r, k.officer_id, v_amount);
    end if;
    return kentongan.post_deposit(c, r, k.officer_id, v_amount);
end $$;


ALTER FUNCTION kentongan.cmd_terima(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_terima(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_terima(c kentongan.ctx, a jsonb) IS 'TERIMA code [amount]: an officer has the money; posts it, or asks a second officer above the group''s threshold';


--
-- Name: cmd_tidak(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_tidak(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_outcome text;
begin
    update kentongan.questions set answered_at = c.at where peer = c.peer and answered_at is null and expires_at > c.at;
    v_outcome := case when found then 'tidak' else 'ya_none' end;
    perform kentongan.reply(c, v_outcome);
    return v_outcome;
end $$;


ALTER FUNCTION kentongan.cmd_tidak(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_tidak(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_tidak(c kentongan.ctx, a jsonb) IS 'TIDAK: drops what we asked; nothing was done';


--
-- Name: cmd_tolak(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_tolak(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    k record;
    r kentongan.requests;
    v_params jsonb;
begin
    select * into k from kentongan.code_request(c, a ->> 'code');
    if k.refused is not null then
        return k.refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    select * into strict r from kentongan.requests where id = k.request_id for update;
    if r.status <> 'pending' then
        return kentongan.code_done(c, r.id);
    end if;
    if r.expires_at <= c.at then
        perform kentongan.reply(c, 'code_expired', kentongan.member_params(r.member_id) || jsonb_build_object('code', r.code));
        return 'code_expired';
    end if;
    update kentongan.requests set status = 'rejected', decided_by = k.officer_id, decided_at = c.at,
                                  reason = left(coalesce(a ->> 'text', ''), 200)
     where id = r.id;
    update kentongan.officer_codes set closed_at = c.at where request_id = r.id and closed_at is null;
    v_params := kentongan.member_params(r.member_id) || jsonb_build_object(
        'product', r.product, 'amount', r.amount, 'code', r.code, 'reason', left(a ->> 'text', 30),
        'officer', (select short_name from kentongan.members where id = k.officer_id), 'role', kentongan.role_of(k.officer_id));
    perform kentongan.reply(c, 'tolak', v_params);
    perform kentongan.tell(r.member_id, 'tolak_member', v_params, 'notice', c);
    perform kentongan.tell(r.first_officer, 'tolak', v_params, 'notice', c)
      where r.first_officer is not null and r.first_officer <> k.officer_id;
    return 'tolak';
end $$;


ALTER FUNCTION kentongan.cmd_tolak(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_tolak(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_tolak(c kentongan.ctx, a jsonb) IS 'TOLAK code reason: the money was not received; the member learns why';


--
-- Name: cmd_ulang(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_ulang(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    o kentongan.outbox;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    select ob.* into o from kentongan.receipts r join kentongan.outbox ob on ob.id = r.outbox_id
     where r.member_id = c.member_id order by r.number desc limit 1;
    if not found then
        perform kentongan.reply(c, 'ulang_none');
        return 'ulang_none';
    end if;
    -- The same text: same figures, same number. Only the lateness is today's.
    perform kentongan.enqueue(c.peer, o.template, o.params - 'late_sent' - 'late_noted', o.lang, 'reply', c.channel,
                              c.message_id, c.member_id, c.group_id);
    return 'ulang';
end $$;


ALTER FUNCTION kentongan.cmd_ulang(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_ulang(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_ulang(c kentongan.ctx, a jsonb) IS 'ULANG: the last receipt again, unchanged';


--
-- Name: cmd_ya(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.cmd_ya(c kentongan.ctx, a jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    q kentongan.questions;
    v_n int;
begin
    select count(*) into v_n from kentongan.questions where peer = c.peer and answered_at is null and expires_at > c.at;
    if v_n = 0 then
        perform kentongan.reply(c, 'ya_none');
        return 'ya_none';
    elsif v_n > 1 then
        perform kentongan.reply(c, 'ya_which');
        return 'ya_which';
    end if;
    select * into strict q from kentongan.questions
     where peer = c.peer and answered_at is null and expires_at > c.at for update;
    return kentongan.answer(c, q);
end $$;


ALTER FUNCTION kentongan.cmd_ya(c kentongan.ctx, a jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION cmd_ya(c kentongan.ctx, a jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.cmd_ya(c kentongan.ctx, a jsonb) IS 'YA: to the one open question of this phone; with several, asks which';


--
-- Name: code_done(kentongan.ctx, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.code_done(c kentongan.ctx, p_request bigint) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform kentongan.reply(c, 'code_done', kentongan.member_params(r.member_id) || jsonb_build_object('code', r.code,
                'status', r.status, 'amount', r.final_amount, 'when', kentongan.stamp(coalesce(r.decided_at, r.created_at), r.group_id)))
       from kentongan.requests r where r.id = p_request;
    return 'code_done';
end $$;


ALTER FUNCTION kentongan.code_done(c kentongan.ctx, p_request bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION code_done(c kentongan.ctx, p_request bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.code_done(c kentongan.ctx, p_request bigint) IS 'Answers a code that has done its work, with what became of the request';


--
-- Name: code_request(kentongan.ctx, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.code_request(c kentongan.ctx, p_code text, OUT officer_id bigint, OUT request_id bigint, OUT refused text) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_members bigint[] := kentongan.members_of_phone(c.phone_id);
    v_closed bigint;
begin
    if not exists (select 1 from kentongan.officers
                    where member_id = any (v_members) and until is null and role <> 'pengawas') then
        perform kentongan.reply(c, 'not_officer');
        refused := 'not_officer';
        return;
    end if;
    if exists (select 1 from kentongan.members where id = any (v_members) and codes_locked_until > c.at) then
        perform kentongan.reply(c, case when exists (select 1 from kentongan.members where id = any (v_members)
                                                       and codes_locked_until = 'infinity')
                                        then 'codes_shut' else 'codes_locked' end);
        refused := 'codes_locked';
        return;
    end if;
    select oc.officer_id, oc.request_id into officer_id, request_id
      from kentongan.officer_codes oc
     where oc.officer_id = any (v_members) and oc.closed_at is null
       and oc.hash = sha256(oc.salt || convert_to(p_code, 'UTF8'))
       -- The office may have passed on since the code was sent.
       and exists (select 1 from kentongan.officers o
                    where o.member_id = oc.officer_id and o.until is null and o.role <> 'pengawas');
    if found then
        update kentongan.members set wrong_codes = 0 where id = officer_id and wrong_codes > 0;
        return;
    end if;
    -- Only of late: in years every number will have been a code once, and a guess must count.
    select oc.request_id into v_closed
      from kentongan.officer_codes oc
     where oc.officer_id = any (v_members) and oc.closed_at > c.at - interval '7 days'
       and oc.hash = sha256(oc.salt || convert_to(p_code, 'UTF8'))
     order by oc.closed_at desc limit 1;
    if found then
        refused := kentongan.code_done(c, v_closed);
        return;
    end if;
    refused := kentongan.wrong_code(c, v_members, p_code);
end $$;


ALTER FUNCTION kentongan.code_request(c kentongan.ctx, p_code text, OUT officer_id bigint, OUT request_id bigint, OUT refused text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION code_request(c kentongan.ctx, p_code text, OUT officer_id bigint, OUT request_id bigint, OUT refused text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.code_request(c kentongan.ctx, p_code text, OUT officer_id bigint, OUT request_id bigint, OUT refused text) IS 'Which request an officer''s one-time code belongs to; otherwise answers why not and says so in refused';


--
-- Name: context(bigint, text, text, text, bigint, text, jsonb, bytea, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.context(p_message bigint, p_transport text, p_channel text, p_peer text, p_sent_at bigint, p_command text, p_args jsonb, p_pin_hash bytea, p_limits jsonb) RETURNS kentongan.ctx
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    c kentongan.ctx;
    v_members bigint[];
    v_age int;
begin
    c.message_id := p_message;
    c.transport := p_transport;
    c.channel := p_channel;
    c.peer := p_peer;
    c.command := p_command;
    c.pin_hash := p_pin_hash;
    c.at := kentongan.now();
    perform set_config('kentongan.pending_hours', p_limits ->> 'pending', true);
    c.sent_at := to_timestamp(p_sent_at);
    v_age := extract(epoch from c.at - c.sent_at) / 60;
    c.late_minutes := case when v_age > (p_limits ->> 'late')::int and v_age < 60 * 24 * 60 then v_age else 0 end;
    select id into c.phone_id from kentongan.phones where msisdn = p_peer;
    v_members := kentongan.members_of_phone(c.phone_id);
    if cardinality(v_members) = 0 then
        c.phone_id := null;
        c.lang := coalesce(p_limits ->> 'lang', 'id');
        return c;
    end if;
    if p_args ? 'member' and (cardinality(v_members) > 1 or p_command <> 'BLOKIR') then
        -- `7 SETOR 50rb` from the phone of 23 alone is not 23's deposit.
        select id into c.member_id from kentongan.members
         where id = any (v_members) and number = (p_args ->> 'member')::int;
    elsif cardinality(v_members) = 1 then
        c.member_id := v_members[1];
    end if;
    select group_id, kentongan.lang_of(id) into c.group_id, c.lang
      from kentongan.members where id = coalesce(c.member_id, v_members[1]);
    return c;
end $$;


ALTER FUNCTION kentongan.context(p_message bigint, p_transport text, p_channel text, p_peer text, p_sent_at bigint, p_command text, p_args jsonb, p_pin_hash bytea, p_limits jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION context(p_message bigint, p_transport text, p_channel text, p_peer text, p_sent_at bigint, p_command text, p_args jsonb, p_pin_hash bytea, p_limits jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.context(p_message bigint, p_transport text, p_channel text, p_peer text, p_sent_at bigint, p_command text, p_args jsonb, p_pin_hash bytea, p_limits jsonb) IS 'Who is speaking: phone, member (null where a shared phone must say which), group, language, lateness';


--
-- Name: counted(text, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.counted(p_scope text, p_key text) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select coalesce(sum(n), 0) from kentongan.daily_counts
             where day = (kentongan.now() at time zone 'Asia/Jakarta')::date and scope = p_scope and key = p_key);
end $$;


ALTER FUNCTION kentongan.counted(p_scope text, p_key text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION counted(p_scope text, p_key text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.counted(p_scope text, p_key text) IS 'Today''s count over all shards';


--
-- Name: dispatch(kentongan.ctx, text, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.dispatch(c kentongan.ctx, p_command text, p_args jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    v_outcome text;
begin
    execute format('select kentongan.%I($1, $2)', 'cmd_' || lower(p_command)) into v_outcome using c, p_args;
    return v_outcome;
end $_$;


ALTER FUNCTION kentongan.dispatch(c kentongan.ctx, p_command text, p_args jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION dispatch(c kentongan.ctx, p_command text, p_args jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.dispatch(c kentongan.ctx, p_command text, p_args jsonb) IS 'Runs cmd_<command>(ctx, args): a new command is a new function of that form. It returns the outcome''s name';


--
-- Name: enqueue(text, text, jsonb, text, text, text, bigint, bigint, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.enqueue(p_peer text, p_template text, p_params jsonb, p_lang text, p_class text, p_via text DEFAULT NULL::text, p_message bigint DEFAULT NULL::bigint, p_member bigint DEFAULT NULL::bigint, p_group bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_now timestamptz := kentongan.now();
    v_id bigint;
begin
    insert into kentongan.outbox (peer, template, params, lang, class, priority, via, expires_at, created_at,
                                  message_id, member_id, group_id)
    values (p_peer, p_template, jsonb_strip_nulls(p_params), coalesce(p_lang, 'id'), p_class,
            case p_class when 'reply' then 0 when 'receipt' then 0 when 'notice' then 1 when 'reminder' then 5 else 9 end,
            coalesce((select name from kentongan.channels where name = p_via), kentongan.route(p_peer)),
            v_now + case p_class when 'reply' then interval '12 hours' when 'receipt' then interval '14 days'
                                 when 'notice' then interval '3 days' else interval '1 day' end,
            v_now, p_message, p_member, p_group)
    returning id into v_id;
    return v_id;
end $$;


ALTER FUNCTION kentongan.enqueue(p_peer text, p_template text, p_params jsonb, p_lang text, p_class text, p_via text, p_message bigint, p_member bigint, p_group bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION enqueue(p_peer text, p_template text, p_params jsonb, p_lang text, p_class text, p_via text, p_message bigint, p_member bigint, p_group bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.enqueue(p_peer text, p_template text, p_params jsonb, p_lang text, p_class text, p_via text, p_message bigint, p_member bigint, p_group bigint) IS 'Puts one message into the outbox: class sets its priority and how long it stays useful. Wakes nobody';


--
-- Name: entry_balances(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.entry_balances() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_entry bigint := coalesce(to_jsonb(new) ->> 'entry_id', to_jsonb(new) ->> 'id');
    v_sum numeric;
    v_count bigint;
begin
    select coalesce(sum(amount), 0), count(*) into v_sum, v_count
      from kentongan.postings where entry_id = v_entry;
    if v_sum <> 0 or v_count < 2 then
        raise exception 'journal entry % does not balance: % postings, sum %', v_entry, v_count, v_sum
            using errcode = 'integrity_constraint_violation';
    end if;
    if exists (select 1
                 from kentongan.journal_entries e
                 cross join lateral (select p.account_id, sum(p.amount) as left_over from kentongan.postings p
                                      where p.entry_id in (e.id, e.reverses_id) group by p.account_id) x
                where e.id = v_entry and e.reverses_id is not null and x.left_over <> 0) then
        raise exception 'journal entry % is not the mirror of the one that it reverses', v_entry
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;


ALTER FUNCTION kentongan.entry_balances() OWNER TO kentongan_owner;

--
-- Name: FUNCTION entry_balances(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.entry_balances() IS 'An entry has two or more postings that sum to zero, and a reversing entry takes back exactly what it reverses; checked at the end of the transaction';


--
-- Name: expire_outbox(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.expire_outbox() RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_id bigint;
    v_n int := 0;
begin
    for v_id in select id from kentongan.outbox where status = 'queued' and expires_at <= (select kentongan.now())
                 order by id limit 1000 for update skip locked loop
        perform kentongan.finish(v_id, 'expired', null, null, 'too old to be useful');
        v_n := v_n + 1;
    end loop;
    -- What a channel holds that hasn't been heard of: it died and didn't return.
    for v_id in select o.id from kentongan.outbox o left join kentongan.channels k on k.name = o.channel
                 where o.status = 'sending' and o.claimed_at < clock_timestamp() - interval '15 minutes'
                   and (k.name is null or k.seen_at < clock_timestamp() - interval '15 minutes')
                 order by o.id limit 1000 for update of o skip locked loop
        perform kentongan.settle(v_id, 'its modem disappeared while this was being sent');
        v_n := v_n + 1;
    end loop;
    return v_n;
end $$;


ALTER FUNCTION kentongan.expire_outbox() OWNER TO kentongan_owner;

--
-- Name: FUNCTION expire_outbox(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.expire_outbox() IS 'Ends messages too old to be useful and frees what a vanished channel held';


--
-- Name: expire_requests(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.expire_requests() RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    r kentongan.requests;
    v_params jsonb;
    v_n int := 0;
begin
    for r in select * from kentongan.requests where status = 'pending' and expires_at <= (select kentongan.now())
              order by id limit 500 for update skip locked loop
        update kentongan.requests set status = 'expired', decided_at = kentongan.now() where id = r.id;
        update kentongan.officer_codes set closed_at = kentongan.now() where request_id = r.id and closed_at is null;
        v_params := kentongan.member_params(r.member_id) || jsonb_build_object('product', r.product, 'amount', r.amount,
            'code', r.code, 'when', kentongan.stamp(r.created_at, r.group_id));
        perform kentongan.tell(r.member_id, 'expired_member', v_params);
        -- A deposit that nobody confirms may have been pocketed: somebody else must know.
        perform kentongan.tell_chair(r.group_id, r.member_id, 'expired_chair', v_params);
        -- Who confirmed it first holds the cash.
        perform kentongan.tell(r.first_officer, 'expired_chair', v_params) where r.first_officer is not null;
        insert into kentongan.audit_log (actor, action, subject, group_id, details)
        values ('service', 'request.expired', r.code, r.group_id, jsonb_build_object('request', r.id, 'amount', r.amount));
        v_n := v_n + 1;
    end loop;
    return v_n;
end $$;


ALTER FUNCTION kentongan.expire_requests() OWNER TO kentongan_owner;

--
-- Name: FUNCTION expire_requests(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.expire_requests() IS 'Ends notices that waited too long; member and chair are told';


--
-- Name: finish(bigint, text, text, integer, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.finish(p_id bigint, p_status text, p_body text, p_parts integer, p_error text) RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    update kentongan.outbox
       set status = p_status, finished_at = clock_timestamp(), body = nullif(p_body, ''), parts = p_parts,
           error = nullif(p_error, ''), params = kentongan.masked(params)
     where id = p_id
$$;


ALTER FUNCTION kentongan.finish(p_id bigint, p_status text, p_body text, p_parts integer, p_error text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION finish(p_id bigint, p_status text, p_body text, p_parts integer, p_error text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.finish(p_id bigint, p_status text, p_body text, p_parts integer, p_error text) IS 'Ends an outbox row''s life; its one-time code is forgotten';


--
-- Name: forget(integer); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.forget(p_days integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_n int := 0;
begin
    delete from kentongan.channel_samples where at < clock_timestamp() - interval '90 days';
    delete from kentongan.daily_counts where day < current_date - 60;
    delete from kentongan.questions where expires_at < (select kentongan.now()) - interval '30 days';
    if p_days > 0 then
        with old as (select id from kentongan.messages
                      where body is not null and received_at < clock_timestamp() - make_interval(days => p_days)
                      order by received_at limit 5000)
        update kentongan.messages m set body = null from old where m.id = old.id;
        get diagnostics v_n = row_count;
        with old as (select id from kentongan.outbox
                      where body is not null and finished_at < clock_timestamp() - make_interval(days => p_days)
                        and class <> 'receipt' order by finished_at limit 5000)
        update kentongan.outbox o set body = null, params = '{}' from old where o.id = old.id;
    end if;
    with old as (select id from kentongan.part_sets
                  where message_id is not null and first_at < clock_timestamp() - interval '60 days'
                  order by id limit 1000),
         parts as (delete from kentongan.message_parts p using old where p.set_id = old.id)
    delete from kentongan.part_sets s using old where s.id = old.id;
    return v_n;
end $$;


ALTER FUNCTION kentongan.forget(p_days integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION forget(p_days integer); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.forget(p_days integer) IS 'Retention: drops texts (never receipts) and samples that are older than needed';


--
-- Name: give_phone(bigint, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.give_phone(p_member bigint, p_msisdn text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_phone bigint;
begin
    insert into kentongan.phones (msisdn) values (p_msisdn) on conflict do nothing;
    select id into strict v_phone from kentongan.phones where msisdn = p_msisdn;
    if exists (select 1 from kentongan.member_phones where member_id = p_member and until is null and phone_id = v_phone) then
        return;
    end if;
    update kentongan.member_phones set until = kentongan.now() where member_id = p_member and until is null;
    insert into kentongan.member_phones (member_id, phone_id, since) values (p_member, v_phone, kentongan.now());
end $$;


ALTER FUNCTION kentongan.give_phone(p_member bigint, p_msisdn text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION give_phone(p_member bigint, p_msisdn text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.give_phone(p_member bigint, p_msisdn text) IS 'The number that a member uses from now on';


--
-- Name: groups; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.groups (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text DEFAULT 'kelompok'::text NOT NULL,
    kecamatan text DEFAULT ''::text NOT NULL,
    currency text DEFAULT 'IDR'::text NOT NULL,
    timezone text DEFAULT 'Asia/Jakarta'::text NOT NULL,
    lang kentongan.lang DEFAULT 'id'::text NOT NULL,
    second_officer_above bigint DEFAULT 5000000 NOT NULL,
    smallest_amount bigint DEFAULT 500 NOT NULL,
    largest_amount bigint DEFAULT 50000000 NOT NULL,
    wajib_amount bigint,
    pending_hours integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT groups_check CHECK ((largest_amount >= smallest_amount)),
    CONSTRAINT groups_code_check CHECK ((code ~ '^[A-Z0-9]{2,12}$'::text)),
    CONSTRAINT groups_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT groups_kind_check CHECK ((kind = ANY (ARRAY['kelompok'::text, 'pra-koperasi'::text, 'koperasi'::text]))),
    CONSTRAINT groups_name_check CHECK (((length(name) >= 2) AND (length(name) <= 20))),
    CONSTRAINT groups_pending_hours_check CHECK (((pending_hours >= 1) AND (pending_hours <= 720))),
    CONSTRAINT groups_second_officer_above_check CHECK ((second_officer_above > 0)),
    CONSTRAINT groups_smallest_amount_check CHECK ((smallest_amount > 0)),
    CONSTRAINT groups_wajib_amount_check CHECK ((wajib_amount > 0))
);


ALTER TABLE kentongan.groups OWNER TO kentongan_owner;

--
-- Name: TABLE groups; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.groups IS 'A savings group: UP2K group, pre-cooperative or registered cooperative';


--
-- Name: COLUMN groups.name; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.groups.name IS 'As members read it: UP2K MELATI';


--
-- Name: COLUMN groups.second_officer_above; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.groups.second_officer_above IS 'Amounts above this need two different officers';


--
-- Name: COLUMN groups.pending_hours; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.groups.pending_hours IS 'How long a notice waits for an officer; null = the configuration''s';


--
-- Name: group_by_code(text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.group_by_code(p_code text) RETURNS kentongan.groups
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    g kentongan.groups;
begin
    select * into g from kentongan.groups where code = upper(p_code);
    if not found then
        raise exception 'no group has the code %', upper(p_code)
            using errcode = 'KT404', hint = '`kentongan group list` shows them';
    end if;
    return g;
end $$;


ALTER FUNCTION kentongan.group_by_code(p_code text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION group_by_code(p_code text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.group_by_code(p_code text) IS 'The group, or KT404 with a hint';


--
-- Name: is_blocked(kentongan.ctx); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.is_blocked(c kentongan.ctx) RETURNS boolean
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if exists (select 1 from kentongan.members
                where id = any (kentongan.members_of_phone(c.phone_id)) and blocked_at is not null) then
        perform kentongan.reply(c, 'blocked');
        return true;
    end if;
    return false;
end $$;


ALTER FUNCTION kentongan.is_blocked(c kentongan.ctx) OWNER TO kentongan_owner;

--
-- Name: FUNCTION is_blocked(c kentongan.ctx); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.is_blocked(c kentongan.ctx) IS 'True, and answered, where a member of this phone was blocked by BLOKIR';


--
-- Name: issue_code(bigint, bigint, timestamp with time zone); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.issue_code(p_request bigint, p_officer bigint, p_expires timestamp with time zone) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_code text;
    v_salt bytea;
    v_tries int := 0;
    v_sharers bigint[];
begin
    select array_agg(other.member_id) into v_sharers
      from kentongan.member_phones mine
      join kentongan.member_phones other on other.phone_id = mine.phone_id and other.until is null
     where mine.member_id = p_officer and mine.until is null;
    loop
        v_code := lpad(kentongan.random_number(10000)::text, 4, '0');
        -- Neither open nor used lately: TERIMA sent again days later must not hit another request.
        exit when not exists (
            select 1 from kentongan.officer_codes
             where officer_id = any (coalesce(v_sharers, array[p_officer]))
               and (closed_at is null or closed_at > (select kentongan.now()) - interval '7 days')
               and hash = sha256(salt || convert_to(v_code, 'UTF8')));
        v_tries := v_tries + 1;
        if v_tries >= 100 then
            raise exception 'no free code for officer %', p_officer using errcode = 'KT409';
        end if;
    end loop;
    v_salt := uuid_send(gen_random_uuid());
    insert into kentongan.officer_codes (request_id, officer_id, salt, hash, expires_at)
    values (p_request, p_officer, v_salt, sha256(v_salt || convert_to(v_code, 'UTF8')), p_expires);
    return v_code;
end $$;


ALTER FUNCTION kentongan.issue_code(p_request bigint, p_officer bigint, p_expires timestamp with time zone) OWNER TO kentongan_owner;

--
-- Name: FUNCTION issue_code(p_request bigint, p_officer bigint, p_expires timestamp with time zone); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.issue_code(p_request bigint, p_officer bigint, p_expires timestamp with time zone) IS 'A four-digit one-time code that only this officer can use for this request, unlike any that this phone has had open or used within a week; stored hashed. The clear code leaves in one SMS';


--
-- Name: lang_of(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.lang_of(p_member bigint) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select coalesce(m.lang, g.lang)::text from kentongan.members m join kentongan.groups g on g.id = m.group_id
             where m.id = p_member);
end $$;


ALTER FUNCTION kentongan.lang_of(p_member bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION lang_of(p_member bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.lang_of(p_member bigint) IS 'The member''s language, else the group''s';


--
-- Name: loans_left(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.loans_left(p_member bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select coalesce(sum(a.balance), 0)::bigint
              from kentongan.loans l join kentongan.accounts a on a.loan_id = l.id and a.kind = 'loan'
             where l.member_id = p_member);
end $$;


ALTER FUNCTION kentongan.loans_left(p_member bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION loans_left(p_member bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.loans_left(p_member bigint) IS 'Principal that a member still owes over all loans';


--
-- Name: masked(jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.masked(p_params jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select case when p_params ? 'otp' then p_params || '{"otp": "****"}' else p_params end);
end $$;


ALTER FUNCTION kentongan.masked(p_params jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION masked(p_params jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.masked(p_params jsonb) IS 'Parameters without the one-time code: what stays once the message has left';


--
-- Name: members; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.members (
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    number integer NOT NULL,
    name text NOT NULL,
    short_name text NOT NULL,
    lang kentongan.lang,
    status text DEFAULT 'active'::text NOT NULL,
    joined_on date DEFAULT CURRENT_DATE NOT NULL,
    reminders boolean DEFAULT true NOT NULL,
    blocked_at timestamp with time zone,
    blocked_by text,
    receipts integer DEFAULT 0 NOT NULL,
    wrong_codes integer DEFAULT 0 NOT NULL,
    codes_locked_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT members_name_check CHECK (((length(name) >= 1) AND (length(name) <= 40))),
    CONSTRAINT members_number_check CHECK (((number >= 1) AND (number <= 9999))),
    CONSTRAINT members_receipts_check CHECK ((receipts >= 0)),
    CONSTRAINT members_short_name_check CHECK (((length(short_name) >= 1) AND (length(short_name) <= 12))),
    CONSTRAINT members_status_check CHECK ((status = ANY (ARRAY['active'::text, 'left'::text])))
);


ALTER TABLE kentongan.members OWNER TO kentongan_owner;

--
-- Name: TABLE members; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.members IS 'A member (anggota) of one group';


--
-- Name: COLUMN members.short_name; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.members.short_name IS 'As it appears in messages: SITI A';


--
-- Name: COLUMN members.blocked_at; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.members.blocked_at IS 'Set by BLOKIR: nothing moves money from or for this member''s phone until officers lift it';


--
-- Name: COLUMN members.receipts; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.members.receipts IS 'Number of the last receipt sent to this member; a gap shows';


--
-- Name: COLUMN members.wrong_codes; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.members.wrong_codes IS 'Wrong one-time codes in a row; three lock confirmations for an hour';


--
-- Name: member_by_number(kentongan.groups, integer); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.member_by_number(p_group kentongan.groups, p_number integer) RETURNS kentongan.members
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m kentongan.members;
begin
    select * into m from kentongan.members where group_id = p_group.id and number = p_number;
    if not found then
        raise exception 'group % has no member %', p_group.code, p_number
            using errcode = 'KT404', hint = format('`kentongan member list %s` shows them', p_group.code);
    end if;
    return m;
end $$;


ALTER FUNCTION kentongan.member_by_number(p_group kentongan.groups, p_number integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION member_by_number(p_group kentongan.groups, p_number integer); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.member_by_number(p_group kentongan.groups, p_number integer) IS 'The member, or KT404 with a hint';


--
-- Name: member_params(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.member_params(p_member bigint) RETURNS jsonb
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select jsonb_build_object('group', g.code, 'group_name', g.name, 'name', m.short_name, 'number', m.number)
              from kentongan.members m join kentongan.groups g on g.id = m.group_id
             where m.id = p_member);
end $$;


ALTER FUNCTION kentongan.member_params(p_member bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION member_params(p_member bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.member_params(p_member bigint) IS 'What nearly every text says of a member: group, group_name, name, number';


--
-- Name: members_of_phone(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.members_of_phone(p_phone bigint) RETURNS bigint[]
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select coalesce(array_agg(m.id order by m.group_id, m.number), '{}')
              from kentongan.member_phones mp join kentongan.members m on m.id = mp.member_id
             where mp.phone_id = p_phone and mp.until is null and m.status = 'active');
end $$;


ALTER FUNCTION kentongan.members_of_phone(p_phone bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION members_of_phone(p_phone bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.members_of_phone(p_phone bigint) IS 'Active members who use this number now';


--
-- Name: not_understood(kentongan.ctx); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.not_understood(c kentongan.ctx) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if kentongan.said_lately(c, 'not_understood') >= 3 then
        return 'loop_broken';
    end if;
    perform kentongan.reply(c, 'not_understood');
    return 'not_understood';
end $$;


ALTER FUNCTION kentongan.not_understood(c kentongan.ctx) OWNER TO kentongan_owner;

--
-- Name: FUNCTION not_understood(c kentongan.ctx); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.not_understood(c kentongan.ctx) IS 'Help for a text without a command; silent after three within an hour';


--
-- Name: note_deposit(kentongan.ctx, text, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.note_deposit(c kentongan.ctx, p_product text, p_amount bigint) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_officer bigint := kentongan.officer_for(c.group_id, array['bendahara', 'ketua', 'sekretaris'], c.member_id);
    v_code text;
    v_request bigint;
    v_expires timestamptz;
begin
    if v_officer is null then
        perform kentongan.reply(c, 'no_officer');
        return 'no_officer';
    end if;
    v_expires := c.at + make_interval(hours => kentongan.pending_hours(c.group_id));
    v_code := kentongan.receipt_code(c.group_id);
    insert into kentongan.requests (group_id, member_id, kind, product, amount, code, message_id, created_at, expires_at)
    values (c.group_id, c.member_id, 'deposit', p_product, p_amount, v_code, c.message_id, c.at, v_expires)
    returning id into v_request;
    perform kentongan.reply(c, 'setor', jsonb_build_object('product', p_product, 'amount', p_amount, 'code', v_code,
        'officer', (select short_name from kentongan.members where id = v_officer), 'role', kentongan.role_of(v_officer)));
    perform kentongan.ask_officer(c, v_request, v_officer, 'setor_officer');
    return 'setor';
end $$;


ALTER FUNCTION kentongan.note_deposit(c kentongan.ctx, p_product text, p_amount bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION note_deposit(c kentongan.ctx, p_product text, p_amount bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.note_deposit(c kentongan.ctx, p_product text, p_amount bigint) IS 'Writes the pending request, answers the member with its code, asks the officer with another';


--
-- Name: now(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.now() RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select now() + shift from kentongan.clock);
end $$;


ALTER FUNCTION kentongan.now() OWNER TO kentongan_owner;

--
-- Name: FUNCTION now(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.now() IS 'Business time of this transaction: everything that compares or stores a business date uses it';


--
-- Name: officer_for(bigint, text[], bigint, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.officer_for(p_group bigint, p_roles text[], p_beneficiary bigint, p_not bigint DEFAULT NULL::bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select o.member_id
              from kentongan.officers o
              join kentongan.members m on m.id = o.member_id and m.status = 'active' and m.blocked_at is null
              join kentongan.member_phones mp on mp.member_id = o.member_id and mp.until is null
             where o.group_id = p_group and o.until is null and o.role = any (p_roles)
               and o.member_id <> p_beneficiary
               and o.member_id is distinct from p_not
               -- A phone shared with the beneficiary, or with the first officer, is not another pair of eyes.
               and not exists (select 1 from kentongan.member_phones other
                                where other.member_id in (p_beneficiary, p_not) and other.until is null
                                  and other.phone_id = mp.phone_id)
             order by array_position(p_roles, o.role), o.since, o.id
             limit 1);
end $$;


ALTER FUNCTION kentongan.officer_for(p_group bigint, p_roles text[], p_beneficiary bigint, p_not bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION officer_for(p_group bigint, p_roles text[], p_beneficiary bigint, p_not bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.officer_for(p_group bigint, p_roles text[], p_beneficiary bigint, p_not bigint) IS 'Who may confirm for this beneficiary, by order of roles: never the beneficiary, never somebody on the same phone, never the officer named last';


--
-- Name: pending_hours(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.pending_hours(p_group bigint) RETURNS integer
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select coalesce((select pending_hours from kentongan.groups where id = p_group),
                            nullif(current_setting('kentongan.pending_hours', true), '')::int, 72));
end $$;


ALTER FUNCTION kentongan.pending_hours(p_group bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION pending_hours(p_group bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.pending_hours(p_group bigint) IS 'How long a notice waits: the group''s rule, else the configuration''s, else 72';


--
-- Name: phone_of(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.phone_of(p_member bigint) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select p.msisdn::text from kentongan.member_phones mp join kentongan.phones p on p.id = mp.phone_id
             where mp.member_id = p_member and mp.until is null);
end $$;


ALTER FUNCTION kentongan.phone_of(p_member bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION phone_of(p_member bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.phone_of(p_member bigint) IS 'The number that a member''s receipts go to; null where there is none';


--
-- Name: post(bigint, text, bigint[], bigint[], bigint, bigint, bigint, bigint, text, text, bigint, date); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.post(p_group bigint, p_kind text, p_accounts bigint[], p_amounts bigint[], p_actor bigint, p_second bigint DEFAULT NULL::bigint, p_request bigint DEFAULT NULL::bigint, p_message bigint DEFAULT NULL::bigint, p_operator text DEFAULT NULL::text, p_reason text DEFAULT ''::text, p_reverses bigint DEFAULT NULL::bigint, p_occurred date DEFAULT NULL::date) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_entry bigint;
begin
    -- Always in the order of ids, so that two entries never wait for each other.
    perform 1 from kentongan.accounts where id = any (p_accounts) order by id for update;
    insert into kentongan.journal_entries (group_id, kind, occurred_on, posted_at, actor_id, second_id, operator,
                                           request_id, message_id, reverses_id, reason)
    values (p_group, p_kind, coalesce(p_occurred, kentongan.today(p_group)), kentongan.now(), p_actor, p_second,
            p_operator, p_request, p_message, p_reverses, p_reason)
    returning id into v_entry;
    insert into kentongan.postings (entry_id, line, account_id, amount, balance_after)
    select v_entry, row_number() over (order by l.account), l.account, l.amount, 0
      from unnest(p_accounts, p_amounts) as l(account, amount);
    return v_entry;
end $$;


ALTER FUNCTION kentongan.post(p_group bigint, p_kind text, p_accounts bigint[], p_amounts bigint[], p_actor bigint, p_second bigint, p_request bigint, p_message bigint, p_operator text, p_reason text, p_reverses bigint, p_occurred date) OWNER TO kentongan_owner;

--
-- Name: FUNCTION post(p_group bigint, p_kind text, p_accounts bigint[], p_amounts bigint[], p_actor bigint, p_second bigint, p_request bigint, p_message bigint, p_operator text, p_reason text, p_reverses bigint, p_occurred date); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.post(p_group bigint, p_kind text, p_accounts bigint[], p_amounts bigint[], p_actor bigint, p_second bigint, p_request bigint, p_message bigint, p_operator text, p_reason text, p_reverses bigint, p_occurred date) IS 'The one door for money: writes an entry with its postings (debit positive). Locks accounts in id order; the tables'' triggers keep balances and refuse what does not balance or would overdraw (KT001). A request posts once: its id is unique';


--
-- Name: post_deposit(kentongan.ctx, kentongan.requests, bigint, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.post_deposit(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_amount bigint) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_cashier bigint := coalesce(r.first_officer, p_officer);
    v_entry bigint;
    v_params jsonb;
begin
    -- Receipts are numbered in their rows: in the order of ids, as accounts.
    perform 1 from kentongan.members where id in (r.member_id, p_officer, r.first_officer) order by id for no key update;
    update kentongan.requests set status = 'posted', final_amount = p_amount, decided_by = p_officer, decided_at = c.at
     where id = r.id;
    v_entry := kentongan.post(r.group_id, 'deposit',
        array[kentongan.account(r.group_id, 'cash', v_cashier), kentongan.account(r.group_id, r.product, r.member_id)],
        array[p_amount, -p_amount],
        v_cashier, case when r.first_officer is not null then p_officer end, r.id, c.message_id);
    v_params := kentongan.member_params(r.member_id) || jsonb_build_object(
        'when', kentongan.stamp(c.at, r.group_id), 'product', r.product, 'amount', p_amount,
        'noted', nullif(r.amount, p_amount), 'code', r.code,
        'officer', (select short_name from kentongan.members where id = v_cashier), 'role', kentongan.role_of(v_cashier),
        'second', (select short_name from kentongan.members where id = p_officer and r.first_officer is not null));
    -- The officer's first: it answers the message, so it leaves first.
    perform kentongan.receipt(p_officer, v_entry, 'receipt_officer', v_params || jsonb_build_object(
        'cash', kentongan.balance(r.group_id, 'cash', v_cashier)), c);
    perform kentongan.receipt(r.member_id, v_entry, 'receipt_deposit', v_params || jsonb_build_object(
        'balance', kentongan.balance(r.group_id, r.product, r.member_id)), c);
    if r.first_officer is not null then
        perform kentongan.receipt(r.first_officer, v_entry, 'receipt_officer', v_params || jsonb_build_object(
            'cash', kentongan.balance(r.group_id, 'cash', v_cashier)), c);
    end if;
    return 'terima';
end $$;


ALTER FUNCTION kentongan.post_deposit(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_amount bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION post_deposit(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_amount bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.post_deposit(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_amount bigint) IS 'Posts a confirmed deposit to the cash of the officer who has the money and sends every person involved a numbered receipt';


--
-- Name: posting_applies(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.posting_applies() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    a record;
begin
    if not exists (select 1 from kentongan.journal_entries e join kentongan.accounts x on x.id = new.account_id
                   where e.id = new.entry_id and e.group_id = x.group_id
                     and e.txid = pg_current_xact_id_if_assigned()) then
        raise exception 'posting to an entry of another transaction or group'
            using errcode = 'integrity_constraint_violation';
    end if;
    update kentongan.accounts set balance = balance + new.amount
     where id = new.account_id
     returning balance, kind into a;
    new.balance_after := a.balance;
    if (select k.floor_zero and a.balance * k.normal < 0
          from kentongan.account_kinds k where k.kind = a.kind) then
        raise exception 'account % (%) would fall below zero', new.account_id, a.kind
            using errcode = 'KT001';
    end if;
    return new;
end $$;


ALTER FUNCTION kentongan.posting_applies() OWNER TO kentongan_owner;

--
-- Name: FUNCTION posting_applies(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.posting_applies() IS 'Adds a posting to its account''s balance; refuses what would bring savings or a loan below zero (KT001)';


--
-- Name: random_number(integer); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.random_number(p_below integer) RETURNS integer
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select (('x' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 8))::bit(32)::bigint % p_below)::int
$$;


ALTER FUNCTION kentongan.random_number(p_below integer) OWNER TO kentongan_owner;

--
-- Name: FUNCTION random_number(p_below integer); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.random_number(p_below integer) IS 'Uniform from 0, from the server''s strong random source (bias below one in 400,000 for four digits)';


--
-- Name: receipt(bigint, bigint, text, jsonb, kentongan.ctx); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.receipt(p_member bigint, p_entry bigint, p_template text, p_params jsonb, c kentongan.ctx) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_number int;
    v_outbox bigint;
begin
    update kentongan.members set receipts = receipts + 1 where id = p_member returning receipts into strict v_number;
    v_outbox := kentongan.tell(p_member, p_template, p_params || jsonb_build_object('receipt', v_number), 'receipt', c);
    if v_outbox is null then
        update kentongan.members set receipts = receipts - 1 where id = p_member;
        return null;
    end if;
    insert into kentongan.receipts (member_id, number, outbox_id, entry_id, at)
    values (p_member, v_number, v_outbox, p_entry, c.at);
    return v_number;
end $$;


ALTER FUNCTION kentongan.receipt(p_member bigint, p_entry bigint, p_template text, p_params jsonb, c kentongan.ctx) OWNER TO kentongan_owner;

--
-- Name: FUNCTION receipt(p_member bigint, p_entry bigint, p_template text, p_params jsonb, c kentongan.ctx); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.receipt(p_member bigint, p_entry bigint, p_template text, p_params jsonb, c kentongan.ctx) IS 'Sends a receipt under the member''s next number, which it returns (null without a phone)';


--
-- Name: receipt_code(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.receipt_code(p_group bigint) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_letters constant text := 'ABCDEFGHJKMNPQRSTUVWXYZ';
    v_digits constant text := '23456789';
    v_code text;
begin
    loop
        v_code := substr(v_letters, 1 + kentongan.random_number(23), 1)
               || substr(v_digits, 1 + kentongan.random_number(8), 1)
               || substr(v_letters || v_digits, 1 + kentongan.random_number(31), 1)
               || substr(v_letters || v_digits, 1 + kentongan.random_number(31), 1);
        exit when not exists (select 1 from kentongan.requests where group_id = p_group and code = v_code);
    end loop;
    return v_code;
end $$;


ALTER FUNCTION kentongan.receipt_code(p_group bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION receipt_code(p_group bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.receipt_code(p_group bigint) IS 'A code for a member''s request, unique in the group, without look-alikes, never only digits: K7M4';


--
-- Name: refuse_change(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    raise exception 'rows of %.% are never changed or removed', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'A wrong entry is corrected by a reversing entry.';
end $$;


ALTER FUNCTION kentongan.refuse_change() OWNER TO kentongan_owner;

--
-- Name: FUNCTION refuse_change(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.refuse_change() IS 'Guards append-only tables against everyone, the owner included';


--
-- Name: reply(kentongan.ctx, text, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.reply(c kentongan.ctx, p_template text, p_params jsonb DEFAULT '{}'::jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform kentongan.enqueue(c.peer, p_template,
        coalesce(kentongan.member_params(c.member_id), '{}') || p_params
        || case when c.late_minutes > 0
                then jsonb_build_object('late_sent', kentongan.stamp(c.sent_at, c.group_id),
                                        'late_noted', kentongan.stamp(c.at, c.group_id))
                else '{}' end,
        c.lang, 'reply', c.channel, c.message_id, c.member_id, c.group_id);
end $$;


ALTER FUNCTION kentongan.reply(c kentongan.ctx, p_template text, p_params jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION reply(c kentongan.ctx, p_template text, p_params jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.reply(c kentongan.ctx, p_template text, p_params jsonb) IS 'Answers the sender through the channel that the question came in on; says when a late message was sent and noted';


--
-- Name: respond(kentongan.ctx, text, jsonb, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.respond(c kentongan.ctx, p_problem text, p_args jsonb, p_heard text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if c.phone_id is null then
        if p_problem = 'ok' and c.command in ('BLOKIR') then
            return kentongan.dispatch(c, c.command, p_args);
        end if;
        perform kentongan.reply(c, 'unknown_number');
        return 'unknown_number';
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
            perform kentongan.reply(c, 'usage_' || lower(c.command));
            return 'usage';
        when 'incomplete' then
            perform kentongan.reply(c, 'incomplete');
            return 'incomplete';
        else
            return kentongan.not_understood(c);
    end case;
end $$;


ALTER FUNCTION kentongan.respond(c kentongan.ctx, p_problem text, p_args jsonb, p_heard text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION respond(c kentongan.ctx, p_problem text, p_args jsonb, p_heard text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.respond(c kentongan.ctx, p_problem text, p_args jsonb, p_heard text) IS 'What a registered or unknown number gets for what it said';


--
-- Name: retry(bigint, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.retry(p_id bigint, p_error text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    o kentongan.outbox;
    v_pause interval;
begin
    select * into strict o from kentongan.outbox where id = p_id;
    v_pause := least(interval '2 hours', interval '5 seconds' * power(3, least(o.attempts, 8) - 1));
    if kentongan.now() + v_pause >= o.expires_at then
        perform kentongan.finish(p_id, 'expired', o.body, o.parts, p_error);
    else
        update kentongan.outbox set status = 'queued', not_before = kentongan.now() + v_pause, channel = null,
                                    error = nullif(p_error, '')
         where id = p_id;
    end if;
end $$;


ALTER FUNCTION kentongan.retry(p_id bigint, p_error text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION retry(p_id bigint, p_error text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.retry(p_id bigint, p_error text) IS 'Back into the queue after a growing pause (5 s, 15 s, 45 s … 2 h), or expired where that would be too late';


--
-- Name: role_of(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.role_of(p_member bigint) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select role from kentongan.officers where member_id = p_member and until is null
             order by array_position(array['bendahara', 'ketua', 'sekretaris', 'pengawas'], role) limit 1);
end $$;


ALTER FUNCTION kentongan.role_of(p_member bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION role_of(p_member bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.role_of(p_member bigint) IS 'A member''s office, null for none';


--
-- Name: route(text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.route(p_peer text) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select c.name from kentongan.channels c, unnest(c.prefixes) as prefix
             where starts_with(p_peer, prefix) and kentongan.channel_works(c)
             order by length(prefix) desc, c.name limit 1);
end $$;


ALTER FUNCTION kentongan.route(p_peer text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION route(p_peer text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.route(p_peer text) IS 'The working channel that this number''s prefix belongs to; null = any';


--
-- Name: said_lately(kentongan.ctx, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.said_lately(c kentongan.ctx, p_outcome text) RETURNS bigint
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select count(*)
              from (select outcome, at from kentongan.messages where peer = c.peer and id < c.message_id
                     order by id desc limit 20) recent
             where outcome = p_outcome and at > c.at - interval '1 hour');
end $$;


ALTER FUNCTION kentongan.said_lately(c kentongan.ctx, p_outcome text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION said_lately(c kentongan.ctx, p_outcome text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.said_lately(c kentongan.ctx, p_outcome text) IS 'How often within an hour this sender''s messages ended so: two machines answering each other must stop, across restarts too';


--
-- Name: same_day(timestamp with time zone, timestamp with time zone, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.same_day(p_one timestamp with time zone, p_two timestamp with time zone, p_group bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select (p_one at time zone timezone)::date = (p_two at time zone timezone)::date
              from kentongan.groups where id = p_group);
end $$;


ALTER FUNCTION kentongan.same_day(p_one timestamp with time zone, p_two timestamp with time zone, p_group bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION same_day(p_one timestamp with time zone, p_two timestamp with time zone, p_group bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.same_day(p_one timestamp with time zone, p_two timestamp with time zone, p_group bigint) IS 'Whether two moments fall on one calendar day of the group';


--
-- Name: set_reminders(kentongan.ctx, boolean); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.set_reminders(c kentongan.ctx, p_on boolean) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    perform set_config('kentongan.actor', c.peer, true);
    update kentongan.members set reminders = p_on
     where id = c.member_id or (c.member_id is null and id = any (kentongan.members_of_phone(c.phone_id)));
    perform kentongan.reply(c, case when p_on then 'mulai' else 'stop' end);
    return case when p_on then 'mulai' else 'stop' end;
end $$;


ALTER FUNCTION kentongan.set_reminders(c kentongan.ctx, p_on boolean) OWNER TO kentongan_owner;

--
-- Name: FUNCTION set_reminders(c kentongan.ctx, p_on boolean); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.set_reminders(c kentongan.ctx, p_on boolean) IS 'Reminders on or off; receipts always go';


--
-- Name: settle(bigint, text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.settle(p_id bigint, p_error text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if (select class in ('reminder', 'broadcast') from kentongan.outbox where id = p_id) then
        perform kentongan.finish(p_id, 'uncertain', null, null, p_error);
    elsif (select attempts >= 12 from kentongan.outbox where id = p_id) then
        -- Each try may have cost an SMS: somebody must look.
        perform kentongan.finish(p_id, 'failed', null, null, p_error);
        insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
        select coalesce(o.channel, 'service'), 'send.failed', o.peer, o.group_id, o.message_id,
               jsonb_build_object('outbox', o.id, 'template', o.template, 'error', p_error)
          from kentongan.outbox o where o.id = p_id;
    else
        perform kentongan.retry(p_id, p_error);
    end if;
end $$;


ALTER FUNCTION kentongan.settle(p_id bigint, p_error text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION settle(p_id bigint, p_error text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.settle(p_id bigint, p_error text) IS 'A message of which nobody knows whether it left: answers and receipts go again, broadcasts never';


--
-- Name: short_name(text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.short_name(p_name text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select upper(case when length(p_name) <= 12 then p_name
                      else left(split_part(p_name, ' ', 1), 10)
                           || coalesce(' ' || nullif(left(split_part(p_name, ' ', 2), 1), ''), '') end)
$$;


ALTER FUNCTION kentongan.short_name(p_name text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION short_name(p_name text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.short_name(p_name text) IS 'As it appears in messages: Siti Aminah Rahayu → SITI A';


--
-- Name: stamp(timestamp with time zone, bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.stamp(p_at timestamp with time zone, p_group bigint) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select to_char(p_at at time zone coalesce((select timezone from kentongan.groups where id = p_group), 'Asia/Jakarta'),
                           'DD/MM HH24:MI'));
end $$;


ALTER FUNCTION kentongan.stamp(p_at timestamp with time zone, p_group bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION stamp(p_at timestamp with time zone, p_group bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.stamp(p_at timestamp with time zone, p_group bigint) IS 'A time as members read it, in the group''s zone: 12/05 09:14';


--
-- Name: tell(bigint, text, jsonb, text, kentongan.ctx); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.tell(p_member bigint, p_template text, p_params jsonb, p_class text DEFAULT 'notice'::text, c kentongan.ctx DEFAULT NULL::kentongan.ctx) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_peer text := kentongan.phone_of(p_member);
begin
    if v_peer is null then
        return null;
    end if;
    return kentongan.enqueue(v_peer, p_template, p_params, kentongan.lang_of(p_member), p_class,
                             coalesce(kentongan.route(v_peer), c.channel), c.message_id, p_member,
                             (select group_id from kentongan.members where id = p_member));
end $$;


ALTER FUNCTION kentongan.tell(p_member bigint, p_template text, p_params jsonb, p_class text, c kentongan.ctx) OWNER TO kentongan_owner;

--
-- Name: FUNCTION tell(p_member bigint, p_template text, p_params jsonb, p_class text, c kentongan.ctx); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.tell(p_member bigint, p_template text, p_params jsonb, p_class text, c kentongan.ctx) IS 'Sends to a member''s own number in the member''s language; null where the member has no phone';


--
-- Name: tell_chair(bigint, bigint, text, jsonb, kentongan.ctx); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.tell_chair(p_group bigint, p_except bigint, p_template text, p_params jsonb, c kentongan.ctx DEFAULT NULL::kentongan.ctx) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_told int := kentongan.tell_officers(p_group, array['ketua'], p_except, p_template, p_params, c);
begin
    if v_told = 0 then
        v_told := kentongan.tell_officers(p_group, array['pengawas', 'sekretaris'], p_except, p_template, p_params, c);
    end if;
    return v_told;
end $$;


ALTER FUNCTION kentongan.tell_chair(p_group bigint, p_except bigint, p_template text, p_params jsonb, c kentongan.ctx) OWNER TO kentongan_owner;

--
-- Name: FUNCTION tell_chair(p_group bigint, p_except bigint, p_template text, p_params jsonb, c kentongan.ctx); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.tell_chair(p_group bigint, p_except bigint, p_template text, p_params jsonb, c kentongan.ctx) IS 'Tells the chair; where it is about the chair, or there is none, supervisors and secretary';


--
-- Name: tell_officers(bigint, text[], bigint, text, jsonb, kentongan.ctx); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.tell_officers(p_group bigint, p_roles text[], p_except bigint, p_template text, p_params jsonb, c kentongan.ctx DEFAULT NULL::kentongan.ctx) RETURNS integer
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select count(kentongan.tell(o.member_id, p_template, p_params, 'notice', c))::int
      from (select distinct member_id from kentongan.officers
             where group_id = p_group and until is null and role = any (p_roles)
               and member_id is distinct from p_except) o
$$;


ALTER FUNCTION kentongan.tell_officers(p_group bigint, p_roles text[], p_except bigint, p_template text, p_params jsonb, c kentongan.ctx) OWNER TO kentongan_owner;

--
-- Name: FUNCTION tell_officers(p_group bigint, p_roles text[], p_except bigint, p_template text, p_params jsonb, c kentongan.ctx); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.tell_officers(p_group bigint, p_roles text[], p_except bigint, p_template text, p_params jsonb, c kentongan.ctx) IS 'Tells everyone who holds one of these offices, each once; returns how many';


--
-- Name: today(bigint); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.today(p_group bigint) RETURNS date
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return (select (kentongan.now() at time zone coalesce((select timezone from kentongan.groups where id = p_group),
                                                          'Asia/Jakarta'))::date);
end $$;


ALTER FUNCTION kentongan.today(p_group bigint) OWNER TO kentongan_owner;

--
-- Name: FUNCTION today(p_group bigint); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.today(p_group bigint) IS 'The calendar day in the group''s zone';


--
-- Name: wake(); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.wake() RETURNS void
    LANGUAGE sql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    select pg_notify('kentongan_outbox', '')
$$;


ALTER FUNCTION kentongan.wake() OWNER TO kentongan_owner;

--
-- Name: FUNCTION wake(); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.wake() IS 'Wakes the channels: something waits in the outbox';


--
-- Name: within_quota(kentongan.ctx, jsonb); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.within_quota(c kentongan.ctx, p_limits jsonb) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    v_n int;
    v_full boolean;
    v_day date := (c.at at time zone 'Asia/Jakarta')::date;
begin
    if c.phone_id is null then
        -- Who borrows a phone to BLOKIR rarely words it right the first time.
        if kentongan.bump('unknown', c.peer)
               > (p_limits ->> 'unknown')::int + (case when c.command = 'BLOKIR' then 3 else 0 end)
           or kentongan.counted('unknown_total', '') >= (p_limits ->> 'unknown_total')::int then
            return 'silent';
        end if;
        perform kentongan.bump('unknown_total', '');
        return 'ok';
    end if;
    -- Few statements: this stands in the way of every message. The group's count
    -- is sharded by sender, so that members of one group don't queue for it.
    with counted as (
        insert into kentongan.daily_counts as d (day, scope, key, shard, n)
        values (v_day, 'sender', c.peer, 0, 1),
               (v_day, 'group', c.group_id::text, abs(hashtext(c.peer) % 16), 1)
        on conflict (day, scope, key, shard) do update set n = d.n + 1
        returning d.scope, d.n)
    select n into strict v_n from counted where scope = 'sender';
    if v_n > (p_limits ->> 'sender')::int then
        return case when v_n = (p_limits ->> 'sender')::int + 1 then 'notice' else 'silent' end;
    end if;
    select coalesce(sum(n) filter (where scope = 'group'), 0) > (p_limits ->> 'group')::int
           or coalesce(sum(n) filter (where scope = 'channel'), 0) >= (p_limits ->> 'channel')::int
      into v_full
      from kentongan.daily_counts
     where day = v_day and (scope, key) in (('group', c.group_id::text), ('channel', c.channel));
    if v_full then
        -- Each sender hears once that nothing was done: it may have been about money.
        return case when kentongan.bump('told', c.peer) = 1 then 'notice' else 'silent' end;
    end if;
    return 'ok';
end $$;


ALTER FUNCTION kentongan.within_quota(c kentongan.ctx, p_limits jsonb) OWNER TO kentongan_owner;

--
-- Name: FUNCTION within_quota(c kentongan.ctx, p_limits jsonb); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.within_quota(c kentongan.ctx, p_limits jsonb) IS 'The daily limits: ok, notice (say it once) or silent. A flood must not empty the prepaid credit';


--
-- Name: wrong_code(kentongan.ctx, bigint[], text); Type: FUNCTION; Schema: kentongan; Owner: kentongan_owner
--

CREATE FUNCTION kentongan.wrong_code(c kentongan.ctx, p_members bigint[], p_code text) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    m record;
begin
    -- Three tries: on a guess, it is the phone that is counted.
    update kentongan.members
       set wrong_codes = case when wrong_codes >= 2 then 0 else wrong_codes + 1 end,
           -- A second lock within a day is no slip of the fingers: it stays until
           -- the operator lifts it (`kentongan member unblock`).
           codes_locked_until = case when wrong_codes < 2 then codes_locked_until
                                     when codes_locked_until > c.at - interval '1 day' then 'infinity'
                                     else c.at + interval '1 hour' end
     where id = (select member_id from kentongan.officers where member_id = any (p_members) and until is null
                  order by member_id limit 1)
     returning id, group_id, wrong_codes, codes_locked_until into m;
    if m.wrong_codes = 0 then
        perform kentongan.reply(c, case when m.codes_locked_until = 'infinity' then 'codes_shut' else 'codes_locked' end);
        perform kentongan.tell_chair(m.group_id, m.id, 'codes_locked_chair', kentongan.member_params(m.id), c);
        return 'codes_locked';
    end if;
    perform kentongan.reply(c, 'code_wrong', jsonb_build_object('code', p_code, 'left', 3 - m.wrong_codes));
    return 'code_wrong';
end $$;


ALTER FUNCTION kentongan.wrong_code(c kentongan.ctx, p_members bigint[], p_code text) OWNER TO kentongan_owner;

--
-- Name: FUNCTION wrong_code(c kentongan.ctx, p_members bigint[], p_code text); Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON FUNCTION kentongan.wrong_code(c kentongan.ctx, p_members bigint[], p_code text) IS 'Counts a wrong one-time code; the third in a row locks confirmations for an hour and tells the chair';


--
-- Name: account_kinds; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.account_kinds (
    kind text NOT NULL,
    normal smallint NOT NULL,
    class text NOT NULL,
    holder text NOT NULL,
    floor_zero boolean NOT NULL,
    CONSTRAINT account_kinds_class_check CHECK ((class = ANY (ARRAY['asset'::text, 'liability'::text, 'equity'::text, 'income'::text, 'expense'::text]))),
    CONSTRAINT account_kinds_holder_check CHECK ((holder = ANY (ARRAY['group'::text, 'member'::text, 'loan'::text]))),
    CONSTRAINT account_kinds_normal_check CHECK ((normal = ANY (ARRAY[1, '-1'::integer])))
);


ALTER TABLE kentongan.account_kinds OWNER TO kentongan_owner;

--
-- Name: TABLE account_kinds; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.account_kinds IS 'Chart of accounts: side on which a kind grows (+1 debit, -1 credit) and whether it may pass zero';


--
-- Name: accounts; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.accounts (
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    kind text NOT NULL,
    member_id bigint,
    loan_id bigint,
    balance bigint DEFAULT 0 NOT NULL
);


ALTER TABLE kentongan.accounts OWNER TO kentongan_owner;

--
-- Name: TABLE accounts; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.accounts IS 'An account; balance is the sum of its postings, kept by a trigger and proved by `kentongan db verify`';


--
-- Name: accounts_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.accounts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: audit_log; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.audit_log (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    group_id bigint,
    message_id bigint,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    txid xid8 DEFAULT pg_current_xact_id() NOT NULL
);


ALTER TABLE kentongan.audit_log OWNER TO kentongan_owner;

--
-- Name: TABLE audit_log; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.audit_log IS 'Every message, decision, refusal, change of settings and operator''s verb. Append-only';


--
-- Name: COLUMN audit_log.txid; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.audit_log.txid IS 'Writing transaction: the chain links a row only once all older transactions have ended';


--
-- Name: audit_canonical; Type: VIEW; Schema: kentongan; Owner: kentongan_owner
--

CREATE VIEW kentongan.audit_canonical WITH (security_invoker='true') AS
 SELECT audit_log.id,
    concat_ws(''::text, (audit_log.id)::text, to_char((audit_log.at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'::text), audit_log.actor, audit_log.action, audit_log.subject, COALESCE((audit_log.group_id)::text, '-'::text), COALESCE((audit_log.message_id)::text, '-'::text), (audit_log.details)::text) AS text
   FROM kentongan.audit_log;


ALTER TABLE kentongan.audit_canonical OWNER TO kentongan_owner;

--
-- Name: VIEW audit_canonical; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON VIEW kentongan.audit_canonical IS 'The text of a row that the chain hashes: fields joined by the unit separator';


--
-- Name: audit_chain; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.audit_chain (
    sequence bigint NOT NULL,
    audit_id bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_chain_hash_check CHECK ((length(hash) = 32))
);


ALTER TABLE kentongan.audit_chain OWNER TO kentongan_owner;

--
-- Name: TABLE audit_chain; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.audit_chain IS 'hash = SHA-256(hash of the link before || canonical text of the row); links are written in batches, off the hot path';


--
-- Name: audit_log_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: audit_seals; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.audit_seals (
    sequence bigint NOT NULL,
    key_id text NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT audit_seals_public_key_check CHECK ((length(public_key) = 32)),
    CONSTRAINT audit_seals_signature_check CHECK ((length(signature) = 64))
);


ALTER TABLE kentongan.audit_seals OWNER TO kentongan_owner;

--
-- Name: TABLE audit_seals; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.audit_seals IS 'Ed25519 signatures over sequence and hash of the chain''s head';


--
-- Name: block_list; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.block_list (
    peer text NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);


ALTER TABLE kentongan.block_list OWNER TO kentongan_owner;

--
-- Name: TABLE block_list; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.block_list IS 'Senders that are never answered';


--
-- Name: cases; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.cases (
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    number integer NOT NULL,
    member_id bigint NOT NULL,
    request_id bigint,
    text text DEFAULT ''::text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    CONSTRAINT cases_status_check CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))
);


ALTER TABLE kentongan.cases OWNER TO kentongan_owner;

--
-- Name: TABLE cases; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.cases IS 'A member''s complaint (SALAH): chair and supervisors are told and answer by due_at';


--
-- Name: cases_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.cases ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.cases_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: channel_samples; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.channel_samples (
    channel text NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    details jsonb NOT NULL
);


ALTER TABLE kentongan.channel_samples OWNER TO kentongan_owner;

--
-- Name: TABLE channel_samples; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.channel_samples IS 'Signal, network, SIM and storage over time';


--
-- Name: clock; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.clock (
    only_row boolean DEFAULT true NOT NULL,
    shift interval DEFAULT '00:00:00'::interval NOT NULL,
    CONSTRAINT clock_only_row_check CHECK (only_row)
);


ALTER TABLE kentongan.clock OWNER TO kentongan_owner;

--
-- Name: TABLE clock; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.clock IS 'Shift of business time against the server''s clock; zero outside tests.';


--
-- Name: daily_counts; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.daily_counts (
    day date NOT NULL,
    scope text NOT NULL,
    key text NOT NULL,
    shard smallint DEFAULT 0 NOT NULL,
    n integer NOT NULL
);


ALTER TABLE kentongan.daily_counts OWNER TO kentongan_owner;

--
-- Name: TABLE daily_counts; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.daily_counts IS 'What was answered and sent today, for the daily limits; sharded where many write at once';


--
-- Name: delivery_reports; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.delivery_reports (
    channel text NOT NULL,
    peer text NOT NULL,
    reference smallint NOT NULL,
    status integer NOT NULL,
    at timestamp with time zone NOT NULL,
    outbox_id bigint
);


ALTER TABLE kentongan.delivery_reports OWNER TO kentongan_owner;

--
-- Name: TABLE delivery_reports; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.delivery_reports IS 'Reports as received; outbox_id null where none matched';


--
-- Name: groups_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.groups ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: journal_entries; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.journal_entries (
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    kind text NOT NULL,
    occurred_on date NOT NULL,
    posted_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    actor_id bigint,
    second_id bigint,
    operator text,
    request_id bigint,
    message_id bigint,
    reverses_id bigint,
    reason text DEFAULT ''::text NOT NULL,
    txid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT journal_entries_check CHECK (((actor_id IS NOT NULL) OR (operator IS NOT NULL))),
    CONSTRAINT journal_entries_check1 CHECK (((second_id IS DISTINCT FROM actor_id) OR (second_id IS NULL)))
);


ALTER TABLE kentongan.journal_entries OWNER TO kentongan_owner;

--
-- Name: TABLE journal_entries; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.journal_entries IS 'One movement of money. Never changed; a mistake is corrected by an entry that names it in reverses_id';


--
-- Name: journal_entries_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.journal_entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.journal_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: loan_schedule; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.loan_schedule (
    loan_id bigint NOT NULL,
    n integer NOT NULL,
    due_on date NOT NULL,
    principal bigint NOT NULL,
    interest bigint NOT NULL,
    CONSTRAINT loan_schedule_interest_check CHECK ((interest >= 0)),
    CONSTRAINT loan_schedule_n_check CHECK ((n > 0)),
    CONSTRAINT loan_schedule_principal_check CHECK ((principal >= 0))
);


ALTER TABLE kentongan.loan_schedule OWNER TO kentongan_owner;

--
-- Name: TABLE loan_schedule; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.loan_schedule IS 'Instalments (angsuran) of a loan: principal (pokok) and interest (jasa)';


--
-- Name: loans; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.loans (
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    member_id bigint NOT NULL,
    number integer NOT NULL,
    principal bigint NOT NULL,
    disbursed_on date NOT NULL,
    fine_due bigint DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT loans_fine_due_check CHECK ((fine_due >= 0)),
    CONSTRAINT loans_principal_check CHECK ((principal > 0))
);


ALTER TABLE kentongan.loans OWNER TO kentongan_owner;

--
-- Name: TABLE loans; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.loans IS 'A loan (pinjaman) P-number of a member';


--
-- Name: loan_state; Type: VIEW; Schema: kentongan; Owner: kentongan_owner
--

CREATE VIEW kentongan.loan_state WITH (security_invoker='true') AS
 SELECT l.id,
    l.group_id,
    l.member_id,
    l.number,
    l.principal,
    l.fine_due,
    COALESCE(a.balance, (0)::bigint) AS remaining,
    ( SELECT count(*) AS count
           FROM kentongan.loan_schedule s
          WHERE (s.loan_id = l.id)) AS instalments,
    d.n,
    d.due_on,
    d.due_principal,
    d.interest AS due_interest
   FROM ((kentongan.loans l
     LEFT JOIN kentongan.accounts a ON (((a.loan_id = l.id) AND (a.kind = 'loan'::text))))
     LEFT JOIN LATERAL ( SELECT s.n,
            s.due_on,
            s.interest,
            LEAST((s.principal)::numeric, (s.through - ((l.principal - COALESCE(a.balance, (0)::bigint)))::numeric)) AS due_principal
           FROM ( SELECT loan_schedule.n,
                    loan_schedule.due_on,
                    loan_schedule.principal,
                    loan_schedule.interest,
                    sum(loan_schedule.principal) OVER (ORDER BY loan_schedule.n) AS through
                   FROM kentongan.loan_schedule
                  WHERE (loan_schedule.loan_id = l.id)) s
          WHERE (s.through > ((l.principal - COALESCE(a.balance, (0)::bigint)))::numeric)
          ORDER BY s.n
         LIMIT 1) d ON (true));


ALTER TABLE kentongan.loan_state OWNER TO kentongan_owner;

--
-- Name: VIEW loan_state; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON VIEW kentongan.loan_state IS 'Each loan with what is left of it and its next instalment, reckoned from the ledger';


--
-- Name: loans_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.loans ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.loans_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: member_phones; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.member_phones (
    member_id bigint NOT NULL,
    phone_id bigint NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    until timestamp with time zone
);


ALTER TABLE kentongan.member_phones OWNER TO kentongan_owner;

--
-- Name: TABLE member_phones; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.member_phones IS 'Which number a member used when; at most one at a time';


--
-- Name: members_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.members ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.members_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: message_parts; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.message_parts (
    set_id bigint NOT NULL,
    sequence integer NOT NULL,
    sent_at bigint NOT NULL,
    sealed bytea
);


ALTER TABLE kentongan.message_parts OWNER TO kentongan_owner;

--
-- Name: TABLE message_parts; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.message_parts IS 'A part; its text is sealed by the service''s key and dropped once the whole was handled';


--
-- Name: messages; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.messages (
    id bigint NOT NULL,
    dedupe bytea NOT NULL,
    transport text NOT NULL,
    channel text NOT NULL,
    peer text NOT NULL,
    sent_at timestamp with time zone,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    at timestamp with time zone NOT NULL,
    body text,
    parts integer DEFAULT 1 NOT NULL,
    incomplete boolean DEFAULT false NOT NULL,
    problem text NOT NULL,
    command text DEFAULT ''::text NOT NULL,
    outcome text NOT NULL,
    member_id bigint,
    group_id bigint,
    error text,
    CONSTRAINT messages_dedupe_check CHECK ((length(dedupe) = 16))
);


ALTER TABLE kentongan.messages OWNER TO kentongan_owner;

--
-- Name: TABLE messages; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.messages IS 'Every message received and handled, once: dedupe is a keyed hash of what makes it this message';


--
-- Name: COLUMN messages.body; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.messages.body IS 'The text with PINs replaced; null once retention has passed';


--
-- Name: messages_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.messages ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.messages_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: officer_codes; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.officer_codes (
    id bigint NOT NULL,
    request_id bigint NOT NULL,
    officer_id bigint NOT NULL,
    salt bytea NOT NULL,
    hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone
);


ALTER TABLE kentongan.officer_codes OWNER TO kentongan_owner;

--
-- Name: TABLE officer_codes; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.officer_codes IS 'One-time code of one officer for one request, hashed with a salt';


--
-- Name: officer_codes_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.officer_codes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.officer_codes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: officers; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.officers (
    id bigint NOT NULL,
    group_id bigint NOT NULL,
    member_id bigint NOT NULL,
    role text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    until timestamp with time zone,
    CONSTRAINT officers_role_check CHECK ((role = ANY (ARRAY['bendahara'::text, 'ketua'::text, 'sekretaris'::text, 'pengawas'::text])))
);


ALTER TABLE kentongan.officers OWNER TO kentongan_owner;

--
-- Name: TABLE officers; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.officers IS 'Offices (pengurus, pengawas) and who held them when';


--
-- Name: officers_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.officers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.officers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: outbox; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.outbox (
    id bigint NOT NULL,
    peer text NOT NULL,
    template text NOT NULL,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    lang kentongan.lang NOT NULL,
    class text NOT NULL,
    priority smallint NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    via text,
    not_before timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    message_id bigint,
    member_id bigint,
    group_id bigint,
    attempts integer DEFAULT 0 NOT NULL,
    channel text,
    claimed_at timestamp with time zone,
    finished_at timestamp with time zone,
    body text,
    parts integer,
    error text,
    CONSTRAINT outbox_class_check CHECK ((class = ANY (ARRAY['reply'::text, 'receipt'::text, 'notice'::text, 'reminder'::text, 'broadcast'::text]))),
    CONSTRAINT outbox_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'delivered'::text, 'undelivered'::text, 'failed'::text, 'expired'::text, 'uncertain'::text])))
);


ALTER TABLE kentongan.outbox OWNER TO kentongan_owner;

--
-- Name: TABLE outbox; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.outbox IS 'Every message that leaves: template and parameters until sent, then the text itself (one-time codes masked)';


--
-- Name: COLUMN outbox.via; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON COLUMN kentongan.outbox.via IS 'Channel that should carry it; null = any';


--
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: outbox_parts; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.outbox_parts (
    outbox_id bigint NOT NULL,
    attempt integer NOT NULL,
    part integer NOT NULL,
    channel text NOT NULL,
    reference smallint NOT NULL,
    sent_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    status integer,
    reported_at timestamp with time zone
);


ALTER TABLE kentongan.outbox_parts OWNER TO kentongan_owner;

--
-- Name: TABLE outbox_parts; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.outbox_parts IS 'Parts that the network accepted: TP-MR for delivery reports, TP-ST once reported';


--
-- Name: part_sets; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.part_sets (
    id bigint NOT NULL,
    transport text NOT NULL,
    channel text NOT NULL,
    peer text NOT NULL,
    reference integer NOT NULL,
    reference_bits integer NOT NULL,
    total integer NOT NULL,
    first_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    due_at timestamp with time zone NOT NULL,
    message_id bigint,
    CONSTRAINT part_sets_reference_bits_check CHECK ((reference_bits = ANY (ARRAY[8, 16]))),
    CONSTRAINT part_sets_total_check CHECK (((total >= 1) AND (total <= 255)))
);


ALTER TABLE kentongan.part_sets OWNER TO kentongan_owner;

--
-- Name: TABLE part_sets; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.part_sets IS 'A longer message whose parts are being collected, in any order';


--
-- Name: part_sets_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.part_sets ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.part_sets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: phones; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.phones (
    id bigint NOT NULL,
    msisdn kentongan.msisdn NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);


ALTER TABLE kentongan.phones OWNER TO kentongan_owner;

--
-- Name: TABLE phones; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.phones IS 'A telephone number; several members may share it';


--
-- Name: phones_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.phones ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.phones_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: postings; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.postings (
    entry_id bigint NOT NULL,
    line smallint NOT NULL,
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    CONSTRAINT postings_amount_check CHECK ((amount <> 0))
);


ALTER TABLE kentongan.postings OWNER TO kentongan_owner;

--
-- Name: TABLE postings; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.postings IS 'A line of an entry: debit positive, credit negative, in the smallest unit';


--
-- Name: questions_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.questions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.questions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: receipts; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.receipts (
    member_id bigint NOT NULL,
    number integer NOT NULL,
    outbox_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT receipts_number_check CHECK ((number > 0))
);


ALTER TABLE kentongan.receipts OWNER TO kentongan_owner;

--
-- Name: TABLE receipts; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.receipts IS 'Receipts by member and running number: a gap would show';


--
-- Name: requests_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.requests ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: schema_functions; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.schema_functions (
    id bigint NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    applied_by text DEFAULT SESSION_USER NOT NULL
);


ALTER TABLE kentongan.schema_functions OWNER TO kentongan_owner;

--
-- Name: TABLE schema_functions; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.schema_functions IS 'Sets of functions that were applied; the last one holds';


--
-- Name: schema_functions_id_seq; Type: SEQUENCE; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE kentongan.schema_functions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kentongan.schema_functions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: schema_version; Type: TABLE; Schema: kentongan; Owner: kentongan_owner
--

CREATE TABLE kentongan.schema_version (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    applied_by text DEFAULT SESSION_USER NOT NULL
);


ALTER TABLE kentongan.schema_version OWNER TO kentongan_owner;

--
-- Name: TABLE schema_version; Type: COMMENT; Schema: kentongan; Owner: kentongan_owner
--

COMMENT ON TABLE kentongan.schema_version IS 'Migrations that were applied, with the checksum of their text';


--
-- Name: account_kinds account_kinds_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.account_kinds
    ADD CONSTRAINT account_kinds_pkey PRIMARY KEY (kind);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);


--
-- Name: audit_chain audit_chain_audit_id_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.audit_chain
    ADD CONSTRAINT audit_chain_audit_id_key UNIQUE (audit_id);


--
-- Name: audit_chain audit_chain_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.audit_chain
    ADD CONSTRAINT audit_chain_pkey PRIMARY KEY (sequence);


--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);


--
-- Name: audit_seals audit_seals_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.audit_seals
    ADD CONSTRAINT audit_seals_pkey PRIMARY KEY (sequence);


--
-- Name: block_list block_list_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.block_list
    ADD CONSTRAINT block_list_pkey PRIMARY KEY (peer);


--
-- Name: cases cases_group_id_number_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.cases
    ADD CONSTRAINT cases_group_id_number_key UNIQUE (group_id, number);


--
-- Name: cases cases_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.cases
    ADD CONSTRAINT cases_pkey PRIMARY KEY (id);


--
-- Name: channel_samples channel_samples_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.channel_samples
    ADD CONSTRAINT channel_samples_pkey PRIMARY KEY (channel, at);


--
-- Name: channels channels_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.channels
    ADD CONSTRAINT channels_pkey PRIMARY KEY (name);


--
-- Name: clock clock_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.clock
    ADD CONSTRAINT clock_pkey PRIMARY KEY (only_row);


--
-- Name: daily_counts daily_counts_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.daily_counts
    ADD CONSTRAINT daily_counts_pkey PRIMARY KEY (day, scope, key, shard);


--
-- Name: delivery_reports delivery_reports_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.delivery_reports
    ADD CONSTRAINT delivery_reports_pkey PRIMARY KEY (channel, peer, reference, at, status);


--
-- Name: groups groups_code_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.groups
    ADD CONSTRAINT groups_code_key UNIQUE (code);


--
-- Name: groups groups_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (id);


--
-- Name: journal_entries journal_entries_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.journal_entries
    ADD CONSTRAINT journal_entries_pkey PRIMARY KEY (id);


--
-- Name: journal_entries journal_entries_reverses_id_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.journal_entries
    ADD CONSTRAINT journal_entries_reverses_id_key UNIQUE (reverses_id);


--
-- Name: loan_schedule loan_schedule_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.loan_schedule
    ADD CONSTRAINT loan_schedule_pkey PRIMARY KEY (loan_id, n);


--
-- Name: loans loans_group_id_number_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.loans
    ADD CONSTRAINT loans_group_id_number_key UNIQUE (group_id, number);


--
-- Name: loans loans_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.loans
    ADD CONSTRAINT loans_pkey PRIMARY KEY (id);


--
-- Name: member_phones member_phones_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.member_phones
    ADD CONSTRAINT member_phones_pkey PRIMARY KEY (member_id, phone_id, since);


--
-- Name: members members_group_id_id_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.members
    ADD CONSTRAINT members_group_id_id_key UNIQUE (group_id, id);


--
-- Name: members members_group_id_number_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.members
    ADD CONSTRAINT members_group_id_number_key UNIQUE (group_id, number);


--
-- Name: members members_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (id);


--
-- Name: message_parts message_parts_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.message_parts
    ADD CONSTRAINT message_parts_pkey PRIMARY KEY (set_id, sequence);


--
-- Name: messages messages_dedupe_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.messages
    ADD CONSTRAINT messages_dedupe_key UNIQUE (dedupe);


--
-- Name: messages messages_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);


--
-- Name: officer_codes officer_codes_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.officer_codes
    ADD CONSTRAINT officer_codes_pkey PRIMARY KEY (id);


--
-- Name: officer_codes officer_codes_request_id_officer_id_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.officer_codes
    ADD CONSTRAINT officer_codes_request_id_officer_id_key UNIQUE (request_id, officer_id);


--
-- Name: officers officers_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.officers
    ADD CONSTRAINT officers_pkey PRIMARY KEY (id);


--
-- Name: outbox_parts outbox_parts_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.outbox_parts
    ADD CONSTRAINT outbox_parts_pkey PRIMARY KEY (outbox_id, attempt, part);


--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);


--
-- Name: part_sets part_sets_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.part_sets
    ADD CONSTRAINT part_sets_pkey PRIMARY KEY (id);


--
-- Name: phones phones_msisdn_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.phones
    ADD CONSTRAINT phones_msisdn_key UNIQUE (msisdn);


--
-- Name: phones phones_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.phones
    ADD CONSTRAINT phones_pkey PRIMARY KEY (id);


--
-- Name: postings postings_entry_id_account_id_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.postings
    ADD CONSTRAINT postings_entry_id_account_id_key UNIQUE (entry_id, account_id);


--
-- Name: postings postings_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.postings
    ADD CONSTRAINT postings_pkey PRIMARY KEY (entry_id, line);


--
-- Name: questions questions_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.questions
    ADD CONSTRAINT questions_pkey PRIMARY KEY (id);


--
-- Name: receipts receipts_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (member_id, number);


--
-- Name: requests requests_group_id_code_key; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.requests
    ADD CONSTRAINT requests_group_id_code_key UNIQUE (group_id, code);


--
-- Name: requests requests_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (id);


--
-- Name: schema_functions schema_functions_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.schema_functions
    ADD CONSTRAINT schema_functions_pkey PRIMARY KEY (id);


--
-- Name: schema_version schema_version_pkey; Type: CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);


--
-- Name: accounts_by_loan; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX accounts_by_loan ON kentongan.accounts USING btree (loan_id) WHERE (loan_id IS NOT NULL);


--
-- Name: accounts_by_member; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX accounts_by_member ON kentongan.accounts USING btree (member_id);


--
-- Name: accounts_one; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE UNIQUE INDEX accounts_one ON kentongan.accounts USING btree (group_id, kind, COALESCE(member_id, (0)::bigint), COALESCE(loan_id, (0)::bigint));


--
-- Name: audit_log_group; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX audit_log_group ON kentongan.audit_log USING btree (group_id, id);


--
-- Name: journal_entries_group; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX journal_entries_group ON kentongan.journal_entries USING btree (group_id, id);


--
-- Name: journal_entries_request; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE UNIQUE INDEX journal_entries_request ON kentongan.journal_entries USING btree (request_id) WHERE (reverses_id IS NULL);


--
-- Name: loans_by_member; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX loans_by_member ON kentongan.loans USING btree (member_id);


--
-- Name: member_phones_by_phone; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX member_phones_by_phone ON kentongan.member_phones USING btree (phone_id) WHERE (until IS NULL);


--
-- Name: member_phones_current; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE UNIQUE INDEX member_phones_current ON kentongan.member_phones USING btree (member_id) WHERE (until IS NULL);


--
-- Name: messages_by_peer; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX messages_by_peer ON kentongan.messages USING btree (peer, id);


--
-- Name: messages_texts; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX messages_texts ON kentongan.messages USING btree (received_at) WHERE (body IS NOT NULL);


--
-- Name: officer_codes_by_officer; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX officer_codes_by_officer ON kentongan.officer_codes USING btree (officer_id, closed_at);


--
-- Name: officers_by_member; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX officers_by_member ON kentongan.officers USING btree (member_id) WHERE (until IS NULL);


--
-- Name: officers_current; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE UNIQUE INDEX officers_current ON kentongan.officers USING btree (group_id, role, member_id) WHERE (until IS NULL);


--
-- Name: outbox_by_message; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX outbox_by_message ON kentongan.outbox USING btree (message_id);


--
-- Name: outbox_by_peer; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX outbox_by_peer ON kentongan.outbox USING btree (peer, id);


--
-- Name: outbox_parts_match; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX outbox_parts_match ON kentongan.outbox_parts USING btree (channel, reference, sent_at);


--
-- Name: outbox_queue; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX outbox_queue ON kentongan.outbox USING btree (COALESCE(via, ''::text), priority, id) WHERE (status = 'queued'::text);


--
-- Name: outbox_sending; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX outbox_sending ON kentongan.outbox USING btree (channel) WHERE (status = 'sending'::text);


--
-- Name: outbox_texts; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX outbox_texts ON kentongan.outbox USING btree (finished_at) WHERE ((body IS NOT NULL) AND (class <> 'receipt'::text));


--
-- Name: part_sets_open; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX part_sets_open ON kentongan.part_sets USING btree (peer, reference, total) WHERE (message_id IS NULL);


--
-- Name: part_sets_recent; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX part_sets_recent ON kentongan.part_sets USING btree (peer, reference, total, id);


--
-- Name: postings_by_account; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX postings_by_account ON kentongan.postings USING btree (account_id, entry_id);


--
-- Name: questions_open; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX questions_open ON kentongan.questions USING btree (peer) WHERE (answered_at IS NULL);


--
-- Name: requests_by_member; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX requests_by_member ON kentongan.requests USING btree (member_id, created_at);


--
-- Name: requests_due; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX requests_due ON kentongan.requests USING btree (expires_at) WHERE (status = 'pending'::text);


--
-- Name: requests_open; Type: INDEX; Schema: kentongan; Owner: kentongan_owner
--

CREATE INDEX requests_open ON kentongan.requests USING btree (member_id) WHERE (status = 'pending'::text);


--
-- Name: accounts accounts_guard; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER accounts_guard BEFORE INSERT OR UPDATE ON kentongan.accounts FOR EACH ROW EXECUTE FUNCTION kentongan.balance_by_postings_only();


--
-- Name: accounts accounts_kept; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER accounts_kept BEFORE DELETE ON kentongan.accounts FOR EACH ROW EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: audit_chain audit_chain_immutable; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER audit_chain_immutable BEFORE DELETE OR UPDATE ON kentongan.audit_chain FOR EACH ROW EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: audit_chain audit_chain_kept; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER audit_chain_kept BEFORE TRUNCATE ON kentongan.audit_chain FOR EACH STATEMENT EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: audit_log audit_log_immutable; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER audit_log_immutable BEFORE DELETE OR UPDATE ON kentongan.audit_log FOR EACH ROW EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: audit_log audit_log_kept; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER audit_log_kept BEFORE TRUNCATE ON kentongan.audit_log FOR EACH STATEMENT EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: audit_seals audit_seals_immutable; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER audit_seals_immutable BEFORE DELETE OR UPDATE ON kentongan.audit_seals FOR EACH ROW EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: audit_seals audit_seals_kept; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER audit_seals_kept BEFORE TRUNCATE ON kentongan.audit_seals FOR EACH STATEMENT EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: block_list block_list_audit; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER block_list_audit AFTER INSERT OR DELETE OR UPDATE ON kentongan.block_list FOR EACH ROW EXECUTE FUNCTION kentongan.audit_change();


--
-- Name: journal_entries entry_balances; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON kentongan.journal_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kentongan.entry_balances();


--
-- Name: groups groups_audit; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER groups_audit AFTER INSERT OR DELETE OR UPDATE ON kentongan.groups FOR EACH ROW EXECUTE FUNCTION kentongan.audit_change();


--
-- Name: journal_entries journal_entries_immutable; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER journal_entries_immutable BEFORE DELETE OR UPDATE ON kentongan.journal_entries FOR EACH ROW EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: journal_entries journal_entries_kept; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER journal_entries_kept BEFORE TRUNCATE ON kentongan.journal_entries FOR EACH STATEMENT EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: member_phones member_phones_audit; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER member_phones_audit AFTER INSERT OR DELETE OR UPDATE ON kentongan.member_phones FOR EACH ROW EXECUTE FUNCTION kentongan.audit_change();


--
-- Name: members members_audit; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER members_audit AFTER INSERT OR DELETE OR UPDATE ON kentongan.members FOR EACH ROW EXECUTE FUNCTION kentongan.audit_change();


--
-- Name: officers officers_audit; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER officers_audit AFTER INSERT OR DELETE OR UPDATE ON kentongan.officers FOR EACH ROW EXECUTE FUNCTION kentongan.audit_change();


--
-- Name: postings postings_apply; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER postings_apply BEFORE INSERT ON kentongan.postings FOR EACH ROW EXECUTE FUNCTION kentongan.posting_applies();


--
-- Name: postings postings_balance; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE CONSTRAINT TRIGGER postings_balance AFTER INSERT ON kentongan.postings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION kentongan.entry_balances();


--
-- Name: postings postings_immutable; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER postings_immutable BEFORE DELETE OR UPDATE ON kentongan.postings FOR EACH ROW EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: postings postings_kept; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER postings_kept BEFORE TRUNCATE ON kentongan.postings FOR EACH STATEMENT EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: receipts receipts_immutable; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER receipts_immutable BEFORE DELETE OR UPDATE ON kentongan.receipts FOR EACH ROW EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: receipts receipts_kept; Type: TRIGGER; Schema: kentongan; Owner: kentongan_owner
--

CREATE TRIGGER receipts_kept BEFORE TRUNCATE ON kentongan.receipts FOR EACH STATEMENT EXECUTE FUNCTION kentongan.refuse_change();


--
-- Name: accounts accounts_group_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.accounts
    ADD CONSTRAINT accounts_group_id_fkey FOREIGN KEY (group_id) REFERENCES kentongan.groups(id);


--
-- Name: accounts accounts_group_id_member_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.accounts
    ADD CONSTRAINT accounts_group_id_member_id_fkey FOREIGN KEY (group_id, member_id) REFERENCES kentongan.members(group_id, id);


--
-- Name: accounts accounts_kind_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.accounts
    ADD CONSTRAINT accounts_kind_fkey FOREIGN KEY (kind) REFERENCES kentongan.account_kinds(kind);


--
-- Name: accounts accounts_loan_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.accounts
    ADD CONSTRAINT accounts_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES kentongan.loans(id);


--
-- Name: audit_chain audit_chain_audit_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.audit_chain
    ADD CONSTRAINT audit_chain_audit_id_fkey FOREIGN KEY (audit_id) REFERENCES kentongan.audit_log(id);


--
-- Name: audit_seals audit_seals_sequence_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.audit_seals
    ADD CONSTRAINT audit_seals_sequence_fkey FOREIGN KEY (sequence) REFERENCES kentongan.audit_chain(sequence);


--
-- Name: cases cases_group_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.cases
    ADD CONSTRAINT cases_group_id_fkey FOREIGN KEY (group_id) REFERENCES kentongan.groups(id);


--
-- Name: cases cases_member_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.cases
    ADD CONSTRAINT cases_member_id_fkey FOREIGN KEY (member_id) REFERENCES kentongan.members(id);


--
-- Name: cases cases_request_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.cases
    ADD CONSTRAINT cases_request_id_fkey FOREIGN KEY (request_id) REFERENCES kentongan.requests(id);


--
-- Name: channel_samples channel_samples_channel_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.channel_samples
    ADD CONSTRAINT channel_samples_channel_fkey FOREIGN KEY (channel) REFERENCES kentongan.channels(name);


--
-- Name: delivery_reports delivery_reports_outbox_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.delivery_reports
    ADD CONSTRAINT delivery_reports_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES kentongan.outbox(id);


--
-- Name: journal_entries journal_entries_actor_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.journal_entries
    ADD CONSTRAINT journal_entries_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES kentongan.members(id);


--
-- Name: journal_entries journal_entries_group_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.journal_entries
    ADD CONSTRAINT journal_entries_group_id_fkey FOREIGN KEY (group_id) REFERENCES kentongan.groups(id);


--
-- Name: journal_entries journal_entries_message_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.journal_entries
    ADD CONSTRAINT journal_entries_message_id_fkey FOREIGN KEY (message_id) REFERENCES kentongan.messages(id);


--
-- Name: journal_entries journal_entries_request_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.journal_entries
    ADD CONSTRAINT journal_entries_request_id_fkey FOREIGN KEY (request_id) REFERENCES kentongan.requests(id);


--
-- Name: journal_entries journal_entries_reverses_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.journal_entries
    ADD CONSTRAINT journal_entries_reverses_id_fkey FOREIGN KEY (reverses_id) REFERENCES kentongan.journal_entries(id);


--
-- Name: journal_entries journal_entries_second_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.journal_entries
    ADD CONSTRAINT journal_entries_second_id_fkey FOREIGN KEY (second_id) REFERENCES kentongan.members(id);


--
-- Name: loan_schedule loan_schedule_loan_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.loan_schedule
    ADD CONSTRAINT loan_schedule_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES kentongan.loans(id);


--
-- Name: loans loans_group_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.loans
    ADD CONSTRAINT loans_group_id_fkey FOREIGN KEY (group_id) REFERENCES kentongan.groups(id);


--
-- Name: loans loans_group_id_member_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.loans
    ADD CONSTRAINT loans_group_id_member_id_fkey FOREIGN KEY (group_id, member_id) REFERENCES kentongan.members(group_id, id);


--
-- Name: member_phones member_phones_member_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.member_phones
    ADD CONSTRAINT member_phones_member_id_fkey FOREIGN KEY (member_id) REFERENCES kentongan.members(id);


--
-- Name: member_phones member_phones_phone_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.member_phones
    ADD CONSTRAINT member_phones_phone_id_fkey FOREIGN KEY (phone_id) REFERENCES kentongan.phones(id);


--
-- Name: members members_group_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.members
    ADD CONSTRAINT members_group_id_fkey FOREIGN KEY (group_id) REFERENCES kentongan.groups(id);


--
-- Name: message_parts message_parts_set_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.message_parts
    ADD CONSTRAINT message_parts_set_id_fkey FOREIGN KEY (set_id) REFERENCES kentongan.part_sets(id);


--
-- Name: officer_codes officer_codes_officer_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.officer_codes
    ADD CONSTRAINT officer_codes_officer_id_fkey FOREIGN KEY (officer_id) REFERENCES kentongan.members(id);


--
-- Name: officer_codes officer_codes_request_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.officer_codes
    ADD CONSTRAINT officer_codes_request_id_fkey FOREIGN KEY (request_id) REFERENCES kentongan.requests(id);


--
-- Name: officers officers_group_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.officers
    ADD CONSTRAINT officers_group_id_fkey FOREIGN KEY (group_id) REFERENCES kentongan.groups(id);


--
-- Name: officers officers_group_id_member_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.officers
    ADD CONSTRAINT officers_group_id_member_id_fkey FOREIGN KEY (group_id, member_id) REFERENCES kentongan.members(group_id, id);


--
-- Name: outbox_parts outbox_parts_outbox_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.outbox_parts
    ADD CONSTRAINT outbox_parts_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES kentongan.outbox(id);


--
-- Name: part_sets part_sets_message_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.part_sets
    ADD CONSTRAINT part_sets_message_id_fkey FOREIGN KEY (message_id) REFERENCES kentongan.messages(id);


--
-- Name: postings postings_account_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.postings
    ADD CONSTRAINT postings_account_id_fkey FOREIGN KEY (account_id) REFERENCES kentongan.accounts(id);


--
-- Name: postings postings_entry_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.postings
    ADD CONSTRAINT postings_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kentongan.journal_entries(id);


--
-- Name: questions questions_member_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.questions
    ADD CONSTRAINT questions_member_id_fkey FOREIGN KEY (member_id) REFERENCES kentongan.members(id);


--
-- Name: receipts receipts_entry_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.receipts
    ADD CONSTRAINT receipts_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES kentongan.journal_entries(id);


--
-- Name: receipts receipts_member_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.receipts
    ADD CONSTRAINT receipts_member_id_fkey FOREIGN KEY (member_id) REFERENCES kentongan.members(id);


--
-- Name: receipts receipts_outbox_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.receipts
    ADD CONSTRAINT receipts_outbox_id_fkey FOREIGN KEY (outbox_id) REFERENCES kentongan.outbox(id);


--
-- Name: requests requests_decided_by_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.requests
    ADD CONSTRAINT requests_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES kentongan.members(id);


--
-- Name: requests requests_first_officer_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.requests
    ADD CONSTRAINT requests_first_officer_fkey FOREIGN KEY (first_officer) REFERENCES kentongan.members(id);


--
-- Name: requests requests_group_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.requests
    ADD CONSTRAINT requests_group_id_fkey FOREIGN KEY (group_id) REFERENCES kentongan.groups(id);


--
-- Name: requests requests_group_id_member_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.requests
    ADD CONSTRAINT requests_group_id_member_id_fkey FOREIGN KEY (group_id, member_id) REFERENCES kentongan.members(group_id, id);


--
-- Name: requests requests_message_id_fkey; Type: FK CONSTRAINT; Schema: kentongan; Owner: kentongan_owner
--

ALTER TABLE ONLY kentongan.requests
    ADD CONSTRAINT requests_message_id_fkey FOREIGN KEY (message_id) REFERENCES kentongan.messages(id);


--
-- Name: SCHEMA api; Type: ACL; Schema: -; Owner: kentongan_owner
--

GRANT USAGE ON SCHEMA api TO kentongan;


--
-- Name: SCHEMA kentongan; Type: ACL; Schema: -; Owner: kentongan_owner
--

GRANT USAGE ON SCHEMA kentongan TO kentongan;


--
-- Name: FUNCTION audit_link(p_batch integer); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.audit_link(p_batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.audit_link(p_batch integer) TO kentongan;


--
-- Name: FUNCTION audit_list(p_group text, p_action text, p_limit integer); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.audit_list(p_group text, p_action text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.audit_list(p_group text, p_action text, p_limit integer) TO kentongan;


--
-- Name: FUNCTION audit_note(p_actor text, p_action text, p_subject text, p_group bigint, p_details jsonb); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.audit_note(p_actor text, p_action text, p_subject text, p_group bigint, p_details jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.audit_note(p_actor text, p_action text, p_subject text, p_group bigint, p_details jsonb) TO kentongan;


--
-- Name: FUNCTION audit_seal(p_sequence bigint, p_key_id text, p_public_key bytea, p_signature bytea); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.audit_seal(p_sequence bigint, p_key_id text, p_public_key bytea, p_signature bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION api.audit_seal(p_sequence bigint, p_key_id text, p_public_key bytea, p_signature bytea) TO kentongan;


--
-- Name: FUNCTION channel_list(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.channel_list() FROM PUBLIC;
GRANT ALL ON FUNCTION api.channel_list() TO kentongan;


--
-- Name: FUNCTION channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[], p_cap integer); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[], p_cap integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.channel_state(p_name text, p_state text, p_words text, p_details jsonb, p_prefixes text[], p_cap integer) TO kentongan;


--
-- Name: FUNCTION group_add(p_actor text, p_code text, p_name text, p_settings jsonb); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.group_add(p_actor text, p_code text, p_name text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.group_add(p_actor text, p_code text, p_name text, p_settings jsonb) TO kentongan;


--
-- Name: FUNCTION group_list(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.group_list() FROM PUBLIC;
GRANT ALL ON FUNCTION api.group_list() TO kentongan;


--
-- Name: FUNCTION group_set(p_actor text, p_code text, p_settings jsonb); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.group_set(p_actor text, p_code text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.group_set(p_actor text, p_code text, p_settings jsonb) TO kentongan;


--
-- Name: FUNCTION group_show(p_code text); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.group_show(p_code text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.group_show(p_code text) TO kentongan;


--
-- Name: FUNCTION handle_message(p_transport text, p_channel text, p_peer text, p_dedupe bytea, p_sent_at bigint, p_body text, p_parts integer, p_incomplete boolean, p_part_set bigint, p_problem text, p_command text, p_args jsonb, p_heard text, p_pin_hash bytea, p_standing text, p_limits jsonb, p_claim boolean, p_drives boolean); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.handle_message(p_transport text, p_channel text, p_peer text, p_dedupe bytea, p_sent_at bigint, p_body text, p_parts integer, p_incomplete boolean, p_part_set bigint, p_problem text, p_command text, p_args jsonb, p_heard text, p_pin_hash bytea, p_standing text, p_limits jsonb, p_claim boolean, p_drives boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.handle_message(p_transport text, p_channel text, p_peer text, p_dedupe bytea, p_sent_at bigint, p_body text, p_parts integer, p_incomplete boolean, p_part_set bigint, p_problem text, p_command text, p_args jsonb, p_heard text, p_pin_hash bytea, p_standing text, p_limits jsonb, p_claim boolean, p_drives boolean) TO kentongan;


--
-- Name: FUNCTION import_loan(p_actor text, p_group text, p_number integer, p_principal bigint, p_remaining bigint, p_instalments integer, p_interest_permille integer, p_disbursed date); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.import_loan(p_actor text, p_group text, p_number integer, p_principal bigint, p_remaining bigint, p_instalments integer, p_interest_permille integer, p_disbursed date) FROM PUBLIC;
GRANT ALL ON FUNCTION api.import_loan(p_actor text, p_group text, p_number integer, p_principal bigint, p_remaining bigint, p_instalments integer, p_interest_permille integer, p_disbursed date) TO kentongan;


--
-- Name: FUNCTION import_members(p_actor text, p_group text, p_rows jsonb, p_dry_run boolean); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.import_members(p_actor text, p_group text, p_rows jsonb, p_dry_run boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.import_members(p_actor text, p_group text, p_rows jsonb, p_dry_run boolean) TO kentongan;


--
-- Name: FUNCTION ledger_size(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.ledger_size() FROM PUBLIC;
GRANT ALL ON FUNCTION api.ledger_size() TO kentongan;


--
-- Name: FUNCTION member_add(p_actor text, p_group text, p_number integer, p_name text, p_msisdn text, p_settings jsonb); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.member_add(p_actor text, p_group text, p_number integer, p_name text, p_msisdn text, p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.member_add(p_actor text, p_group text, p_number integer, p_name text, p_msisdn text, p_settings jsonb) TO kentongan;


--
-- Name: FUNCTION member_list(p_group text); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.member_list(p_group text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.member_list(p_group text) TO kentongan;


--
-- Name: FUNCTION member_loans(p_group text, p_number integer); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.member_loans(p_group text, p_number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.member_loans(p_group text, p_number integer) TO kentongan;


--
-- Name: FUNCTION member_phone(p_actor text, p_group text, p_number integer, p_msisdn text); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.member_phone(p_actor text, p_group text, p_number integer, p_msisdn text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.member_phone(p_actor text, p_group text, p_number integer, p_msisdn text) TO kentongan;


--
-- Name: FUNCTION member_show(p_group text, p_number integer); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.member_show(p_group text, p_number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.member_show(p_group text, p_number integer) TO kentongan;


--
-- Name: FUNCTION member_unblock(p_actor text, p_group text, p_number integer); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.member_unblock(p_actor text, p_group text, p_number integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.member_unblock(p_actor text, p_group text, p_number integer) TO kentongan;


--
-- Name: FUNCTION message_list(p_peer text, p_group text, p_limit integer); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.message_list(p_peer text, p_group text, p_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.message_list(p_peer text, p_group text, p_limit integer) TO kentongan;


--
-- Name: FUNCTION metrics(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.metrics() FROM PUBLIC;
GRANT ALL ON FUNCTION api.metrics() TO kentongan;


--
-- Name: FUNCTION note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.note_flood(p_peer text, p_verdict text, p_count bigint, p_channel text) TO kentongan;


--
-- Name: FUNCTION officer_set(p_actor text, p_group text, p_number integer, p_role text, p_holds boolean); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.officer_set(p_actor text, p_group text, p_number integer, p_role text, p_holds boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.officer_set(p_actor text, p_group text, p_number integer, p_role text, p_holds boolean) TO kentongan;


--
-- Name: FUNCTION operator_send(p_actor text, p_peer text, p_text text); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.operator_send(p_actor text, p_peer text, p_text text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.operator_send(p_actor text, p_peer text, p_text text) TO kentongan;


--
-- Name: FUNCTION outbox_claim(p_channel text); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.outbox_claim(p_channel text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.outbox_claim(p_channel text) TO kentongan;


--
-- Name: FUNCTION outbox_delivered(p_channel text, p_peer text, p_reference integer, p_status integer, p_at bigint); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.outbox_delivered(p_channel text, p_peer text, p_reference integer, p_status integer, p_at bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION api.outbox_delivered(p_channel text, p_peer text, p_reference integer, p_status integer, p_at bigint) TO kentongan;


--
-- Name: FUNCTION outbox_record(p_channel text, p_id bigint, p_outcome text, p_parts integer, p_references integer[], p_body text, p_error text, p_next boolean); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.outbox_record(p_channel text, p_id bigint, p_outcome text, p_parts integer, p_references integer[], p_body text, p_error text, p_next boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION api.outbox_record(p_channel text, p_id bigint, p_outcome text, p_parts integer, p_references integer[], p_body text, p_error text, p_next boolean) TO kentongan;


--
-- Name: FUNCTION outbox_recover(p_channel text); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.outbox_recover(p_channel text) FROM PUBLIC;
GRANT ALL ON FUNCTION api.outbox_recover(p_channel text) TO kentongan;


--
-- Name: FUNCTION outbox_state(p_id bigint); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.outbox_state(p_id bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION api.outbox_state(p_id bigint) TO kentongan;


--
-- Name: FUNCTION overview(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.overview() FROM PUBLIC;
GRANT ALL ON FUNCTION api.overview() TO kentongan;


--
-- Name: FUNCTION stale_parts(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.stale_parts() FROM PUBLIC;
GRANT ALL ON FUNCTION api.stale_parts() TO kentongan;


--
-- Name: FUNCTION store_part(p_transport text, p_channel text, p_peer text, p_reference integer, p_reference_bits integer, p_total integer, p_sequence integer, p_sent_at bigint, p_sealed bytea, p_wait integer); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.store_part(p_transport text, p_channel text, p_peer text, p_reference integer, p_reference_bits integer, p_total integer, p_sequence integer, p_sent_at bigint, p_sealed bytea, p_wait integer) FROM PUBLIC;
GRANT ALL ON FUNCTION api.store_part(p_transport text, p_channel text, p_peer text, p_reference integer, p_reference_bits integer, p_total integer, p_sequence integer, p_sent_at bigint, p_sealed bytea, p_wait integer) TO kentongan;


--
-- Name: FUNCTION timed_work(p_settings jsonb); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.timed_work(p_settings jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION api.timed_work(p_settings jsonb) TO kentongan;


--
-- Name: FUNCTION verify_accounts(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.verify_accounts() FROM PUBLIC;
GRANT ALL ON FUNCTION api.verify_accounts() TO kentongan;


--
-- Name: FUNCTION verify_balances_after(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.verify_balances_after() FROM PUBLIC;
GRANT ALL ON FUNCTION api.verify_balances_after() TO kentongan;


--
-- Name: FUNCTION verify_entries(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.verify_entries() FROM PUBLIC;
GRANT ALL ON FUNCTION api.verify_entries() TO kentongan;


--
-- Name: FUNCTION verify_receipts(); Type: ACL; Schema: api; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION api.verify_receipts() FROM PUBLIC;
GRANT ALL ON FUNCTION api.verify_receipts() TO kentongan;


--
-- Name: FUNCTION account(p_group bigint, p_kind text, p_member bigint, p_loan bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.account(p_group bigint, p_kind text, p_member bigint, p_loan bigint) FROM PUBLIC;


--
-- Name: FUNCTION act_as(p_actor text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.act_as(p_actor text) FROM PUBLIC;


--
-- Name: TABLE questions; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.questions TO kentongan;


--
-- Name: FUNCTION answer(c kentongan.ctx, q kentongan.questions); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.answer(c kentongan.ctx, q kentongan.questions) FROM PUBLIC;


--
-- Name: FUNCTION ask_again(p_group bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.ask_again(p_group bigint) FROM PUBLIC;


--
-- Name: FUNCTION ask_member(c kentongan.ctx); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.ask_member(c kentongan.ctx) FROM PUBLIC;


--
-- Name: FUNCTION ask_near(c kentongan.ctx, p_args jsonb, p_heard text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.ask_near(c kentongan.ctx, p_args jsonb, p_heard text) FROM PUBLIC;


--
-- Name: FUNCTION ask_officer(c kentongan.ctx, p_request bigint, p_officer bigint, p_template text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.ask_officer(c kentongan.ctx, p_request bigint, p_officer bigint, p_template text) FROM PUBLIC;


--
-- Name: FUNCTION ask_repeat(c kentongan.ctx, p_command text, p_args jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.ask_repeat(c kentongan.ctx, p_command text, p_args jsonb) FROM PUBLIC;


--
-- Name: TABLE requests; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.requests TO kentongan;


--
-- Name: FUNCTION ask_second(c kentongan.ctx, r kentongan.requests, p_first bigint, p_amount bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.ask_second(c kentongan.ctx, r kentongan.requests, p_first bigint, p_amount bigint) FROM PUBLIC;


--
-- Name: FUNCTION audit_change(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.audit_change() FROM PUBLIC;


--
-- Name: FUNCTION balance(p_group bigint, p_kind text, p_member bigint, p_loan bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.balance(p_group bigint, p_kind text, p_member bigint, p_loan bigint) FROM PUBLIC;


--
-- Name: FUNCTION balance_by_postings_only(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.balance_by_postings_only() FROM PUBLIC;


--
-- Name: FUNCTION bump(p_scope text, p_key text, p_shard integer); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.bump(p_scope text, p_key text, p_shard integer) FROM PUBLIC;


--
-- Name: FUNCTION channel_spent(p_channel text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.channel_spent(p_channel text) FROM PUBLIC;


--
-- Name: TABLE channels; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.channels TO kentongan;


--
-- Name: FUNCTION channel_works(c kentongan.channels); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.channel_works(c kentongan.channels) FROM PUBLIC;


--
-- Name: FUNCTION claim(p_channel text, p_message bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.claim(p_channel text, p_message bigint) FROM PUBLIC;


--
-- Name: FUNCTION cmd_bahasa(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_bahasa(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_bantuan(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_bantuan(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_batal(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_batal(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_blokir(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_blokir(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_lagi(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_lagi(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_mulai(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_mulai(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_mutasi(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_mutasi(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_pinjaman(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_pinjaman(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_salah(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_salah(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_saldo(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_saldo(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_setor(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_setor(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_stop(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_stop(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_terima(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_terima(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_tidak(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_tidak(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_tolak(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_tolak(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_ulang(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_ulang(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION cmd_ya(c kentongan.ctx, a jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.cmd_ya(c kentongan.ctx, a jsonb) FROM PUBLIC;


--
-- Name: FUNCTION code_done(c kentongan.ctx, p_request bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.code_done(c kentongan.ctx, p_request bigint) FROM PUBLIC;


--
-- Name: FUNCTION code_request(c kentongan.ctx, p_code text, OUT officer_id bigint, OUT request_id bigint, OUT refused text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.code_request(c kentongan.ctx, p_code text, OUT officer_id bigint, OUT request_id bigint, OUT refused text) FROM PUBLIC;


--
-- Name: FUNCTION context(p_message bigint, p_transport text, p_channel text, p_peer text, p_sent_at bigint, p_command text, p_args jsonb, p_pin_hash bytea, p_limits jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.context(p_message bigint, p_transport text, p_channel text, p_peer text, p_sent_at bigint, p_command text, p_args jsonb, p_pin_hash bytea, p_limits jsonb) FROM PUBLIC;


--
-- Name: FUNCTION counted(p_scope text, p_key text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.counted(p_scope text, p_key text) FROM PUBLIC;


--
-- Name: FUNCTION dispatch(c kentongan.ctx, p_command text, p_args jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.dispatch(c kentongan.ctx, p_command text, p_args jsonb) FROM PUBLIC;


--
-- Name: FUNCTION enqueue(p_peer text, p_template text, p_params jsonb, p_lang text, p_class text, p_via text, p_message bigint, p_member bigint, p_group bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.enqueue(p_peer text, p_template text, p_params jsonb, p_lang text, p_class text, p_via text, p_message bigint, p_member bigint, p_group bigint) FROM PUBLIC;


--
-- Name: FUNCTION entry_balances(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.entry_balances() FROM PUBLIC;


--
-- Name: FUNCTION expire_outbox(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.expire_outbox() FROM PUBLIC;


--
-- Name: FUNCTION expire_requests(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.expire_requests() FROM PUBLIC;


--
-- Name: FUNCTION finish(p_id bigint, p_status text, p_body text, p_parts integer, p_error text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.finish(p_id bigint, p_status text, p_body text, p_parts integer, p_error text) FROM PUBLIC;


--
-- Name: FUNCTION forget(p_days integer); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.forget(p_days integer) FROM PUBLIC;


--
-- Name: FUNCTION give_phone(p_member bigint, p_msisdn text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.give_phone(p_member bigint, p_msisdn text) FROM PUBLIC;


--
-- Name: TABLE groups; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.groups TO kentongan;


--
-- Name: FUNCTION group_by_code(p_code text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.group_by_code(p_code text) FROM PUBLIC;


--
-- Name: FUNCTION is_blocked(c kentongan.ctx); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.is_blocked(c kentongan.ctx) FROM PUBLIC;


--
-- Name: FUNCTION issue_code(p_request bigint, p_officer bigint, p_expires timestamp with time zone); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.issue_code(p_request bigint, p_officer bigint, p_expires timestamp with time zone) FROM PUBLIC;


--
-- Name: FUNCTION lang_of(p_member bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.lang_of(p_member bigint) FROM PUBLIC;


--
-- Name: FUNCTION loans_left(p_member bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.loans_left(p_member bigint) FROM PUBLIC;


--
-- Name: FUNCTION masked(p_params jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.masked(p_params jsonb) FROM PUBLIC;


--
-- Name: TABLE members; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.members TO kentongan;


--
-- Name: FUNCTION member_by_number(p_group kentongan.groups, p_number integer); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.member_by_number(p_group kentongan.groups, p_number integer) FROM PUBLIC;


--
-- Name: FUNCTION member_params(p_member bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.member_params(p_member bigint) FROM PUBLIC;


--
-- Name: FUNCTION members_of_phone(p_phone bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.members_of_phone(p_phone bigint) FROM PUBLIC;


--
-- Name: FUNCTION not_understood(c kentongan.ctx); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.not_understood(c kentongan.ctx) FROM PUBLIC;


--
-- Name: FUNCTION note_deposit(c kentongan.ctx, p_product text, p_amount bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.note_deposit(c kentongan.ctx, p_product text, p_amount bigint) FROM PUBLIC;


--
-- Name: FUNCTION now(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.now() FROM PUBLIC;


--
-- Name: FUNCTION officer_for(p_group bigint, p_roles text[], p_beneficiary bigint, p_not bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.officer_for(p_group bigint, p_roles text[], p_beneficiary bigint, p_not bigint) FROM PUBLIC;


--
-- Name: FUNCTION pending_hours(p_group bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.pending_hours(p_group bigint) FROM PUBLIC;


--
-- Name: FUNCTION phone_of(p_member bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.phone_of(p_member bigint) FROM PUBLIC;


--
-- Name: FUNCTION post(p_group bigint, p_kind text, p_accounts bigint[], p_amounts bigint[], p_actor bigint, p_second bigint, p_request bigint, p_message bigint, p_operator text, p_reason text, p_reverses bigint, p_occurred date); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.post(p_group bigint, p_kind text, p_accounts bigint[], p_amounts bigint[], p_actor bigint, p_second bigint, p_request bigint, p_message bigint, p_operator text, p_reason text, p_reverses bigint, p_occurred date) FROM PUBLIC;


--
-- Name: FUNCTION post_deposit(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_amount bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.post_deposit(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_amount bigint) FROM PUBLIC;


--
-- Name: FUNCTION posting_applies(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.posting_applies() FROM PUBLIC;


--
-- Name: FUNCTION random_number(p_below integer); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.random_number(p_below integer) FROM PUBLIC;


--
-- Name: FUNCTION receipt(p_member bigint, p_entry bigint, p_template text, p_params jsonb, c kentongan.ctx); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.receipt(p_member bigint, p_entry bigint, p_template text, p_params jsonb, c kentongan.ctx) FROM PUBLIC;


--
-- Name: FUNCTION receipt_code(p_group bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.receipt_code(p_group bigint) FROM PUBLIC;


--
-- Name: FUNCTION refuse_change(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.refuse_change() FROM PUBLIC;


--
-- Name: FUNCTION reply(c kentongan.ctx, p_template text, p_params jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.reply(c kentongan.ctx, p_template text, p_params jsonb) FROM PUBLIC;


--
-- Name: FUNCTION respond(c kentongan.ctx, p_problem text, p_args jsonb, p_heard text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.respond(c kentongan.ctx, p_problem text, p_args jsonb, p_heard text) FROM PUBLIC;


--
-- Name: FUNCTION retry(p_id bigint, p_error text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.retry(p_id bigint, p_error text) FROM PUBLIC;


--
-- Name: FUNCTION role_of(p_member bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.role_of(p_member bigint) FROM PUBLIC;


--
-- Name: FUNCTION route(p_peer text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.route(p_peer text) FROM PUBLIC;


--
-- Name: FUNCTION said_lately(c kentongan.ctx, p_outcome text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.said_lately(c kentongan.ctx, p_outcome text) FROM PUBLIC;


--
-- Name: FUNCTION same_day(p_one timestamp with time zone, p_two timestamp with time zone, p_group bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.same_day(p_one timestamp with time zone, p_two timestamp with time zone, p_group bigint) FROM PUBLIC;


--
-- Name: FUNCTION set_reminders(c kentongan.ctx, p_on boolean); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.set_reminders(c kentongan.ctx, p_on boolean) FROM PUBLIC;


--
-- Name: FUNCTION settle(p_id bigint, p_error text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.settle(p_id bigint, p_error text) FROM PUBLIC;


--
-- Name: FUNCTION short_name(p_name text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.short_name(p_name text) FROM PUBLIC;


--
-- Name: FUNCTION stamp(p_at timestamp with time zone, p_group bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.stamp(p_at timestamp with time zone, p_group bigint) FROM PUBLIC;


--
-- Name: FUNCTION tell(p_member bigint, p_template text, p_params jsonb, p_class text, c kentongan.ctx); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.tell(p_member bigint, p_template text, p_params jsonb, p_class text, c kentongan.ctx) FROM PUBLIC;


--
-- Name: FUNCTION tell_chair(p_group bigint, p_except bigint, p_template text, p_params jsonb, c kentongan.ctx); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.tell_chair(p_group bigint, p_except bigint, p_template text, p_params jsonb, c kentongan.ctx) FROM PUBLIC;


--
-- Name: FUNCTION tell_officers(p_group bigint, p_roles text[], p_except bigint, p_template text, p_params jsonb, c kentongan.ctx); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.tell_officers(p_group bigint, p_roles text[], p_except bigint, p_template text, p_params jsonb, c kentongan.ctx) FROM PUBLIC;


--
-- Name: FUNCTION today(p_group bigint); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.today(p_group bigint) FROM PUBLIC;


--
-- Name: FUNCTION wake(); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.wake() FROM PUBLIC;


--
-- Name: FUNCTION within_quota(c kentongan.ctx, p_limits jsonb); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.within_quota(c kentongan.ctx, p_limits jsonb) FROM PUBLIC;


--
-- Name: FUNCTION wrong_code(c kentongan.ctx, p_members bigint[], p_code text); Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

REVOKE ALL ON FUNCTION kentongan.wrong_code(c kentongan.ctx, p_members bigint[], p_code text) FROM PUBLIC;


--
-- Name: TABLE account_kinds; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.account_kinds TO kentongan;


--
-- Name: TABLE accounts; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.accounts TO kentongan;


--
-- Name: TABLE audit_log; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.audit_log TO kentongan;


--
-- Name: TABLE audit_canonical; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.audit_canonical TO kentongan;


--
-- Name: TABLE audit_chain; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.audit_chain TO kentongan;


--
-- Name: TABLE audit_seals; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.audit_seals TO kentongan;


--
-- Name: TABLE block_list; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.block_list TO kentongan;


--
-- Name: TABLE cases; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.cases TO kentongan;


--
-- Name: TABLE channel_samples; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.channel_samples TO kentongan;


--
-- Name: TABLE clock; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.clock TO kentongan;


--
-- Name: TABLE daily_counts; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.daily_counts TO kentongan;


--
-- Name: TABLE delivery_reports; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.delivery_reports TO kentongan;


--
-- Name: TABLE journal_entries; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.journal_entries TO kentongan;


--
-- Name: TABLE loan_schedule; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.loan_schedule TO kentongan;


--
-- Name: TABLE loans; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.loans TO kentongan;


--
-- Name: TABLE loan_state; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.loan_state TO kentongan;


--
-- Name: TABLE member_phones; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.member_phones TO kentongan;


--
-- Name: TABLE message_parts; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.message_parts TO kentongan;


--
-- Name: TABLE messages; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.messages TO kentongan;


--
-- Name: COLUMN officer_codes.id; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT(id) ON TABLE kentongan.officer_codes TO kentongan;


--
-- Name: COLUMN officer_codes.request_id; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT(request_id) ON TABLE kentongan.officer_codes TO kentongan;


--
-- Name: COLUMN officer_codes.officer_id; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT(officer_id) ON TABLE kentongan.officer_codes TO kentongan;


--
-- Name: COLUMN officer_codes.expires_at; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT(expires_at) ON TABLE kentongan.officer_codes TO kentongan;


--
-- Name: COLUMN officer_codes.closed_at; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT(closed_at) ON TABLE kentongan.officer_codes TO kentongan;


--
-- Name: TABLE officers; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.officers TO kentongan;


--
-- Name: TABLE outbox; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.outbox TO kentongan;


--
-- Name: TABLE outbox_parts; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.outbox_parts TO kentongan;


--
-- Name: TABLE part_sets; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.part_sets TO kentongan;


--
-- Name: TABLE phones; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.phones TO kentongan;


--
-- Name: TABLE postings; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.postings TO kentongan;


--
-- Name: TABLE receipts; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.receipts TO kentongan;


--
-- Name: TABLE schema_functions; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.schema_functions TO kentongan;


--
-- Name: TABLE schema_version; Type: ACL; Schema: kentongan; Owner: kentongan_owner
--

GRANT SELECT ON TABLE kentongan.schema_version TO kentongan;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: api; Owner: kentongan_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE kentongan_owner IN SCHEMA api GRANT ALL ON FUNCTIONS  TO kentongan;


--
-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: kentongan; Owner: kentongan_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE kentongan_owner IN SCHEMA kentongan GRANT SELECT ON TABLES  TO kentongan;


--
-- Name: DEFAULT PRIVILEGES FOR FUNCTIONS; Type: DEFAULT ACL; Schema: -; Owner: kentongan_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE kentongan_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;


--
-- PostgreSQL database dump complete
--


--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Data for Name: account_kinds; Type: TABLE DATA; Schema: kentongan; Owner: kentongan_owner
--

COPY kentongan.account_kinds (kind, normal, class, holder, floor_zero) FROM stdin;
cash	1	asset	member	f
bank	1	asset	group	f
loan	1	asset	loan	t
pokok	-1	liability	member	t
wajib	-1	liability	member	t
sukarela	-1	liability	member	t
arisan	-1	liability	member	t
shu_payable	-1	liability	member	t
reserve	-1	equity	group	f
fund	-1	equity	group	f
opening	-1	equity	group	f
interest	-1	income	group	f
fines	-1	income	group	f
over_short	-1	income	group	f
\.


--
-- Data for Name: clock; Type: TABLE DATA; Schema: kentongan; Owner: kentongan_owner
--

COPY kentongan.clock (only_row, shift) FROM stdin;
t	00:00:00
\.


--
-- Data for Name: schema_functions; Type: TABLE DATA; Schema: kentongan; Owner: kentongan_owner
--

COPY kentongan.schema_functions (id, checksum, applied_at, applied_by) FROM stdin;
1	c4a17c640fc21df6199c39a10efbf3a8d1e3579e82dbb7e02363b84e2169f618	2026-11-25 12:36:38.773536+00	postgres
\.


--
-- Data for Name: schema_version; Type: TABLE DATA; Schema: kentongan; Owner: kentongan_owner
--

COPY kentongan.schema_version (version, name, checksum, applied_at, applied_by) FROM stdin;
1	0001_foundation	b35b27fd4650ab642b785b419c3e3ebbeb49c5e24c758bf26dae7ce948316fef	2026-11-25 12:36:38.679881+00	postgres
2	0002_people	e6e29caedcd9b8f22cddd0a0aa71978d13e624dfd98231606ab20876111ca2f8	2026-11-25 12:36:38.696704+00	postgres
3	0003_ledger	ce80e9aa085076201556b9026f69fc7c6c6fcb58c77e4e58a91366bc63d297a5	2026-11-25 12:36:38.714656+00	postgres
4	0004_messages	c0da3eb8b2c9815575037a62bf26840b0a2818e14c39ce3936a2ff0c5a88a13b	2026-11-25 12:36:38.731245+00	postgres
5	0005_requests	5aa9079bf35e549cd4d572bd165f88f7b918a5fe48559d3213442c5cd3311c54	2026-11-25 12:36:38.745505+00	postgres
6	0006_audit	dffbf13ac32b62db781332fd7b1089c515d8f1b31c099a08c40dec0d33842f9f	2026-11-25 12:36:38.752578+00	postgres
\.


--
-- Name: schema_functions_id_seq; Type: SEQUENCE SET; Schema: kentongan; Owner: kentongan_owner
--

SELECT pg_catalog.setval('kentongan.schema_functions_id_seq', 1, true);


--
-- PostgreSQL database dump complete
--


