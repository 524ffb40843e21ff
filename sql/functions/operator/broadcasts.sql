-- Broadcasts from the operator's desk: `kentongan broadcast`. Prepared, given
-- numbers where they come from a file, looked at, tried, sent; and whatever is
-- under way, whoever sent it.

create or replace function kentongan.broadcast_by_id(p_id bigint) returns kentongan.broadcasts
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts;
begin
    select * into b from kentongan.broadcasts where id = p_id;
    if not found then
        raise exception 'there is no broadcast %', p_id using errcode = 'KT404', hint = '`kentongan broadcast list` shows them';
    end if;
    return b;
end $$;
comment on function kentongan.broadcast_by_id(bigint) is 'The broadcast, or KT404 with a hint';

create or replace function kentongan.broadcast_draft_by_id(p_id bigint) returns kentongan.broadcasts
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_by_id(p_id);
begin
    select * into b from kentongan.broadcasts where id = p_id for update;
    if b.status <> 'draft' or b.request_id is not null then
        raise exception 'broadcast % is no draft of yours: it is %', p_id, b.status
            using errcode = 'KT409', hint = 'Prepare another with `kentongan broadcast`';
    end if;
    return b;
end $$;
comment on function kentongan.broadcast_draft_by_id(bigint) is
    'A broadcast that the operator prepares, locked; KT409 for one that is sent already or is an officer''s';

create or replace function kentongan.broadcast_audience(p_settings jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_audience jsonb := '{}';
    v_roles jsonb := coalesce(p_settings -> 'roles', '[]');
begin
    if (p_settings ->> 'numbers')::boolean then
        if coalesce(p_settings -> 'groups', '[]') <> '[]' or p_settings ->> 'kecamatan' <> '' or v_roles <> '[]'
           or (p_settings ->> 'late')::boolean then
            raise exception 'numbers from a file go with no group' using errcode = 'KT400', hint = 'Send two broadcasts';
        end if;
        return '{"numbers": true}';
    end if;
    if coalesce(p_settings -> 'groups', '[]') <> '[]' then
        v_audience := jsonb_build_object('groups', array(
            select distinct (kentongan.group_by_code(code)).id from jsonb_array_elements_text(p_settings -> 'groups') code order by 1));
    elsif p_settings ->> 'kecamatan' <> '' then
        if not exists (select 1 from kentongan.groups where lower(kecamatan) = lower(p_settings ->> 'kecamatan')) then
            raise exception 'no group is in kecamatan %', p_settings ->> 'kecamatan'
                using errcode = 'KT404', hint = '`kentongan group list` shows where they are';
        end if;
        v_audience := jsonb_build_object('kecamatan', p_settings ->> 'kecamatan');
    elsif not coalesce((p_settings ->> 'all')::boolean, false) then
        raise exception 'to whom?' using errcode = 'KT400', hint = 'Name groups, a kecamatan, a file of numbers, or all';
    end if;
    if v_roles <> '[]' then
        if not v_roles <@ '["bendahara", "ketua", "sekretaris", "pengawas"]' then
            raise exception 'no office is called so: %', v_roles using errcode = 'KT400', hint = 'bendahara, ketua, sekretaris, pengawas';
        end if;
        v_audience := v_audience || jsonb_build_object('roles', v_roles);
    end if;
    return v_audience || case when (p_settings ->> 'late')::boolean then '{"late": true}'::jsonb else '{}' end;
end $$;
comment on function kentongan.broadcast_audience(jsonb) is
    'Whom the operator''s settings mean, as broadcasts keep it; KT400, KT404 where they mean nobody that there is';

create or replace function kentongan.groups_meant(p_audience jsonb) returns bigint[]
language sql stable set search_path = pg_catalog, pg_temp as $$
    select array(select g.id from kentongan.groups g
                  where not p_audience ? 'numbers'
                    and (not p_audience ? 'groups' or g.id = any (array(select jsonb_array_elements_text(p_audience -> 'groups')::bigint)))
                    and (not p_audience ? 'kecamatan' or lower(g.kecamatan) = lower(p_audience ->> 'kecamatan')) order by g.id)
$$;
comment on function kentongan.groups_meant(jsonb) is 'The groups whose members an audience is drawn from; none for numbers from a file';

create or replace function kentongan.moment_typed(p_typed text, p_zone text, p_what text) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return nullif(p_typed, '')::timestamp at time zone p_zone;
exception when invalid_datetime_format or datetime_field_overflow then
    raise exception '% is no time: %', p_what, p_typed using errcode = 'KT400', hint = 'Write it as 2026-12-24 07:00, by the clocks of the group';
end $$;
comment on function kentongan.moment_typed(text, text, text) is 'A time as the operator types it, in a zone; KT400 where it is none';

create or replace function api.broadcast_draft(p_actor text, p_settings jsonb) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_audience jsonb := kentongan.broadcast_audience(p_settings);
    v_groups bigint[] := kentongan.groups_meant(v_audience);
    v_wording text := kentongan.plain_fields(btrim(coalesce(p_settings ->> 'text', '')));
    v_zone text := coalesce((select min(timezone) from kentongan.groups where id = any (v_groups) having count(distinct timezone) = 1),
                            'Asia/Jakarta');
    v_starts timestamptz := kentongan.moment_typed(p_settings ->> 'starts', v_zone, 'the start');
    v_ends timestamptz := kentongan.moment_typed(p_settings ->> 'ends', v_zone, 'the end');
    b kentongan.broadcasts;
begin
    if v_wording = '' or length(v_wording) > 1000 then
        raise exception 'a broadcast has a text, of 1,000 characters at most' using errcode = 'KT400';
    elsif coalesce(p_settings ->> 'kind', 'siaran') not in ('siaran', 'minutes') then
        raise exception 'no broadcast is of the kind %', p_settings ->> 'kind' using errcode = 'KT400', hint = 'siaran or minutes';
    elsif v_starts < kentongan.now() - interval '1 minute' or v_starts > kentongan.now() + interval '366 days' then
        raise exception 'the start is past, or more than a year ahead: %', p_settings ->> 'starts' using errcode = 'KT400';
    elsif v_ends <= coalesce(v_starts, kentongan.now()) then
        raise exception 'the end comes before the start: %', p_settings ->> 'ends' using errcode = 'KT400';
    end if;
    perform kentongan.check_fields(v_wording, v_audience, v_groups);
    b := kentongan.broadcast_new(case when cardinality(v_groups) = 1 then v_groups[1] end, coalesce(p_settings ->> 'kind', 'siaran'),
        'operator', '{}', v_wording, v_audience, null, 'operator:' || p_actor, v_starts, v_ends);
    perform api.audit_note('operator:' || p_actor, 'broadcast.draft', 'S-' || b.id, null,
                           jsonb_build_object('audience', v_audience, 'starts', v_starts, 'ends', v_ends));
    return b.id;
end $$;
comment on function api.broadcast_draft(text, jsonb) is
    'Prepares a broadcast; returns its number. Settings: groups (codes) or kecamatan or all or numbers (from a file: broadcast_numbers), roles, late, text, starts, ends (2026-12-24 07:00, by the groups'' clocks), kind (siaran, minutes). KT400, KT404 where they make no sense';

create or replace function kentongan.check_fields(p_wording text, p_audience jsonb, p_groups bigint[]) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_fields text[] := kentongan.fields_of(p_wording);
    v_bad text;
begin
    if p_audience ? 'numbers' then
        v_bad := (select string_agg(f, ', ') from unnest(v_fields) f where f !~ '^[a-z_]{1,32}$');
    else
        v_bad := (select string_agg(f, ', ') from unnest(v_fields) f where f <> all (kentongan.field_names()));
    end if;
    if v_bad is not null then
        raise exception 'the text has fields that don''t exist: %', v_bad
            using errcode = 'KT400', hint = 'There are ' || array_to_string(kentongan.field_names(), ', ') || '; with a file of numbers also its columns';
    end if;
    v_bad := (select string_agg(code, ', ' order by code) from kentongan.groups where id = any (p_groups) and look_pin);
    if v_fields && kentongan.field_names(true) and v_bad is not null then
        raise exception 'in % looking at one''s figures wants the PIN: no text may tell them', v_bad
            using errcode = 'KT400', hint = 'Leave out ' || array_to_string(kentongan.field_names(true), ', ');
    end if;
end $$;
comment on function kentongan.check_fields(text, jsonb, bigint[]) is
    'KT400 where a wording has fields that don''t exist, or tells figures in a group that wants the PIN for them';

create or replace function api.broadcast_numbers(p_id bigint, p_peers text[], p_fields jsonb[]) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_draft_by_id(p_id);
    v_bad text := (select p from unnest(p_peers) p where p is null or p !~ '^\+[1-9][0-9]{6,14}$' limit 1);
    v_lacks text;
    v_n int;
begin
    if not b.audience ? 'numbers' then
        raise exception 'broadcast % goes to members, not to numbers', p_id using errcode = 'KT409';
    elsif v_bad is not null or array_position(p_peers, null) is not null then
        raise exception 'that is no number: %', v_bad using errcode = 'KT400', hint = 'Numbers with their country: +6281234567890';
    end if;
    select p.peer || ' {' || f || '}' into v_lacks
      from unnest(p_peers, p_fields) p (peer, fields), unnest(kentongan.fields_of(b.wording)) f
     where not coalesce(p.fields, '{}') ? f
       -- Whose number it is the members' list says; the books' figures are a member's, not a number's.
       and not (f = any (kentongan.field_names(false))
                and exists (select 1 from kentongan.phones h join kentongan.member_phones mp on mp.phone_id = h.id and mp.until is null
                             where h.msisdn = p.peer))
     limit 1;
    if v_lacks is not null then
        raise exception 'the file has no such column: %', v_lacks using errcode = 'KT400', hint = 'Every field of the text is a column of the file; of members also nama, nomor, kelompok are known';
    end if;
    insert into kentongan.broadcast_numbers (broadcast_id, peer, fields)
    select p_id, p.peer, coalesce(p.fields, '{}') from unnest(p_peers, p_fields) p (peer, fields)
    on conflict do nothing;
    get diagnostics v_n = row_count;
    return v_n;
end $$;
comment on function api.broadcast_numbers(bigint, text[], jsonb[]) is
    'Numbers of a file, some at a time, with what the file says for fields; returns how many were new. KT400 for one that isn''t +62…, or lacks a field of the text';

create or replace function api.broadcast_preview(p_id bigint)
returns table (recipients int, skipped jsonb, parts bigint, longest int, at_most boolean, cost bigint, begins timestamptz,
               second_above boolean, peer text, name text, number int, body text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_by_id(p_id);
    p record;
begin
    select * into p from kentongan.broadcast_preview(b);
    return query
    select p.recipients, p.skipped, p.parts, p.longest, p.at_most, p.cost, kentongan.broadcast_begins(b),
           p.recipients > coalesce((select broadcast_second_above from kentongan.groups where id = b.group_id), 200),
           e.value ->> 'peer', e.value ->> 'name', (e.value ->> 'number')::int, e.value ->> 'text'
      from (select 1) one left join jsonb_array_elements(p.examples) with ordinality e (value, n) on true
     order by e.n;
end $$;
comment on function api.broadcast_preview(bigint) is
    'What would be sent: to how many, whom not (reason: how many), SMS in sum and for the longest text (at_most: reckoned from a part), cost (null: no price known), when it begins; a row for each of the first three recipients, one without where there is nobody';

create or replace function api.broadcast_test(p_id bigint, p_to text) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_by_id(p_id);
    w record;
    v_id bigint;
begin
    if p_to !~ '^\+[1-9][0-9]{6,14}$' then
        raise exception 'that is no number: %', p_to using errcode = 'KT400', hint = 'Numbers with their country: +6281234567890';
    end if;
    select r.member_id, r.peer into w from kentongan.recipients(b) r where r.skip is null order by r.member_id, r.peer limit 1;
    v_id := kentongan.enqueue(p_to, 'operator', jsonb_build_object('text', coalesce(kentongan.broadcast_text(b, w.member_id, w.peer), b.wording)),
                              'id', 'notice');
    perform api.audit_note(b.actor, 'broadcast.test', 'S-' || b.id, null, jsonb_build_object('to', p_to, 'outbox', v_id));
    perform kentongan.wake();
    return v_id;
end $$;
comment on function api.broadcast_test(bigint, text) is 'Sends what the first recipient would read to one number; returns the message''s id';

create or replace function api.broadcast_send(p_id bigint)
returns table (status text, total int, skipped int, begins timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_draft_by_id(p_id);
begin
    if b.ends_at <= kentongan.now() then
        raise exception 'the end of broadcast % has passed', p_id using errcode = 'KT409', hint = 'Prepare another';
    end if;
    if kentongan.broadcast_begins(b) is null then
        raise exception 'broadcast % could never leave: the quiet hours of these groups'' zones together take the whole day', p_id
            using errcode = 'KT409', hint = 'Send one broadcast to the groups of each zone';
    end if;
    b := kentongan.broadcast_start(p_id);
    if b.enqueued_at is not null and b.total = 0 then
        raise exception 'nobody would get broadcast %', p_id using errcode = 'KT409', hint = '`kentongan broadcast preview` says why';
    end if;
    perform api.audit_note(b.actor, 'broadcast.send', 'S-' || b.id, null,
                           jsonb_build_object('total', b.total, 'skipped', b.skipped, 'starts', b.starts_at));
    return query select b.status, b.total, b.skipped, kentongan.broadcast_begins(b);
end $$;
comment on function api.broadcast_send(bigint) is
    'Sends a draft of the operator''s now or at its time: all its messages in one statement. KT409 where it isn''t one, or nobody would get it';

create or replace function kentongan.broadcast_drop(p_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform 1 from kentongan.broadcasts where id = p_id and status = 'draft' and request_id is null for update;
    if found then
        delete from kentongan.broadcast_numbers where broadcast_id = p_id;
        delete from kentongan.broadcasts where id = p_id;
    end if;
end $$;
comment on function kentongan.broadcast_drop(bigint) is 'Deletes a draft that nobody has agreed to, with its numbers; what the audit says of it stays';

create or replace function api.broadcast_discard(p_id bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_draft_by_id(p_id);
begin
    perform api.audit_note(b.actor, 'broadcast.discard', 'S-' || b.id, null, '{}');
    perform kentongan.broadcast_drop(p_id);
end $$;
comment on function api.broadcast_discard(bigint) is 'A draft of the operator''s that was looked at only, or not wanted: it is gone. KT409 where it isn''t one';

create or replace function api.broadcast_set(p_actor text, p_id bigint, p_status text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_by_id(p_id);
begin
    if p_status not in ('paused', 'running', 'cancelled') then
        raise exception 'a broadcast can''t be set to %', p_status using errcode = 'KT400', hint = 'paused, running, cancelled';
    end if;
    case kentongan.broadcast_set(p_id, p_status, 'operator:' || p_actor)
        when 'broadcast_over' then
            raise exception 'broadcast % is over: %', p_id, b.status using errcode = 'KT409';
        when 'broadcast_same' then
            raise exception 'broadcast % is % already', p_id, b.status using errcode = 'KT409';
        else null;
    end case;
    return (select status from kentongan.broadcasts where id = p_id);
end $$;
comment on function api.broadcast_set(text, bigint, text) is
    'paused, running (again), cancelled, whoever sent it: nothing leaves after it but what a modem holds. Returns the state; KT409 where it is so already or over';

create or replace function api.broadcast_list(p_group text)
returns table (id bigint, code text, at timestamptz, group_code text, kind text, actor text, status text, starts_at timestamptz,
               total int, skipped int, waiting bigint, sent bigint, delivered bigint, failed bigint, body text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select x.id, kentongan.broadcast_code(x), x.created_at, g.code, x.kind, x.actor, x.status, x.starts_at, x.total, x.skipped,
           n.queued + n.sending, n.sent + n.delivered + n.undelivered, n.delivered, n.undelivered + n.failed + n.expired + n.uncertain, x.wording
      from (select * from kentongan.broadcasts b
             where p_group is null or b.group_id = (kentongan.group_by_code(p_group)).id
             order by b.id desc limit 50) x
      left join kentongan.groups g on g.id = x.group_id
     cross join lateral kentongan.broadcast_counted(x.id) n
     order by x.id desc
$$;
comment on function api.broadcast_list(text) is 'The last fifty broadcasts, of one group or all, newest first, and how far they are';

create or replace function kentongan.broadcasts_held() returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_ready boolean;
    v_may boolean;
begin
    select bool_or(kentongan.channel_works(k)), bool_or(kentongan.channel_works(k) and kentongan.channel_may_broadcast(k))
      into v_ready, v_may from kentongan.channels k where k.transport <> 'ussd';
    return case when v_ready is not true then 'no modem is ready'
                when not v_may then 'what the SIMs have left is kept for answers' end;
end $$;
comment on function kentongan.broadcasts_held() is 'Why no broadcast leaves at present, whatever the hour; null where they do';

create or replace function api.broadcast_show(p_id bigint)
returns table (id bigint, code text, group_code text, kind text, actor text, status text, body text, audience jsonb,
               created_at timestamptz, starts_at timestamptz, ends_at timestamptz, enqueued_at timestamptz, finished_at timestamptz,
               resumes_at timestamptz, total int, waiting bigint, sent bigint, delivered bigint, undelivered bigint, failed bigint,
               expired bigint, uncertain bigint, cancelled bigint, skipped jsonb, per_minute double precision, seconds_left bigint,
               held text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.broadcasts := kentongan.broadcast_by_id(p_id);
    n record;
    v_now timestamptz := kentongan.now();
    v_rate double precision;
begin
    select * into n from kentongan.broadcast_counted(p_id);
    -- A second's worth: the first message alone tells nothing.
    select sum(c.n) / greatest(extract(epoch from clock_timestamp() - min(c.at)), 1) into v_rate
      from kentongan.broadcast_counts c
     where c.broadcast_id = p_id and c.at > clock_timestamp() - interval '10 minutes' and c.was = 'sending' and c.became = 'sent';
    return query
    select b.id, kentongan.broadcast_code(b), (select g.code from kentongan.groups g where g.id = b.group_id), b.kind, b.actor, b.status,
           b.wording, b.audience, b.created_at, b.starts_at, b.ends_at, b.enqueued_at, b.finished_at,
           case when b.status in ('waiting', 'running') and kentongan.broadcast_begins(b) > v_now then kentongan.broadcast_begins(b) end,
           b.total, n.queued + n.sending, n.sent + n.delivered + n.undelivered, n.delivered, n.undelivered, n.failed, n.expired,
           n.uncertain, n.cancelled,
           kentongan.broadcast_skipped(p_id),
           v_rate * 60, case when b.status = 'running' and v_rate > 0 then ceil((n.queued + n.sending) / v_rate)::bigint end,
           case when b.status in ('waiting', 'running') then kentongan.broadcasts_held() end;
end $$;
comment on function api.broadcast_show(bigint) is
    'One broadcast and how far it is: sent is what left (delivered and undelivered among them), resumes_at when it may leave again (start, quiet hours), per_minute over the last ten minutes, seconds_left at that pace, held why none can leave now. Cheap enough to be asked each second, however large it is';

create or replace function api.broadcast_failures(p_id bigint)
returns table (peer text, group_code text, name text, number int, why text, error text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select f.peer, g.code, m.short_name, m.number, f.why, f.error
      from (select f.peer, f.member_id, f.why, f.error, 1 as part from kentongan.broadcast_failed((kentongan.broadcast_by_id(p_id)).id) f
            union all
            select nullif(s.peer, ''), s.member_id, 'skipped: ' || s.reason, null, 2 from kentongan.broadcast_skips s where s.broadcast_id = p_id) f
      left join kentongan.members m on m.id = f.member_id
      left join kentongan.groups g on g.id = m.group_id
     order by f.part, f.why, g.code, m.number, f.peer
$$;
comment on function api.broadcast_failures(bigint) is
    'Who didn''t get it and why: failed, undelivered, expired, uncertain (nobody knows), skipped with the reason';
