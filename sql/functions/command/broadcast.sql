-- SIARAN, HASIL, and what steers what is under way: JEDA, LANJUT, BATAL. The code
-- is that of the request by which an officer sent it.

create or replace function kentongan.cmd_siaran(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_starts timestamptz;
begin
    c := kentongan.as_acting_officer(c);
    if c.member_id is null then
        return 'not_officer';
    elsif kentongan.duty_refused(c, c.member_id, 'broadcast') then
        return 'not_your_duty';
    elsif coalesce(btrim(a ->> 'text'), '') = '' then
        return kentongan.broadcasts_lately(c);
    end if;
    if a ? 'when' then
        v_starts := kentongan.resolve_when(a -> 'when', kentongan.zone_of(c.group_id),
            -- "Tomorrow" is the sender's, also where it arrives after midnight.
            case when c.sent_at between c.at - interval '1 day' and c.at then c.sent_at else c.at end);
        if v_starts is null or v_starts <= c.at or v_starts > c.at + interval '60 days' then
            perform kentongan.reply(c, 'siaran_when', jsonb_build_object(
                'starts', kentongan.stamp(v_starts, c.group_id), 'past', case when v_starts <= c.at then 'x' end,
                'far', case when v_starts > c.at then 'x' end));
            return 'siaran_when';
        end if;
    end if;
    if a ->> 'action' = 'test' then
        return kentongan.broadcast_try(c, a ->> 'text');
    end if;
    return kentongan.broadcast_ask(c, 'siaran', a ->> 'text', jsonb_build_object('groups', array[c.group_id])
        || case a ->> 'audience' when 'officers' then '{"roles": ["ketua", "sekretaris", "bendahara"]}'::jsonb
                                 when 'late' then '{"late": true}' else '{}' end,
        jsonb_build_object('asker', (select short_name from kentongan.members where id = c.member_id)), v_starts);
end $$;
comment on function kentongan.cmd_siaran(kentongan.ctx, jsonb) is
    'SIARAN [PENGURUS | TELAT] [when] text: shown first with how many get it and what it costs, sent after YA with the code. SIARAN COBA text: to the officer alone. Without a text: the last three';

create or replace function kentongan.cmd_hasil(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_zone text;
    v_day timestamptz;
begin
    c := kentongan.as_acting_officer(c);
    if c.member_id is null then
        return 'not_officer';
    elsif kentongan.duty_refused(c, c.member_id, 'broadcast') then
        return 'not_your_duty';
    elsif coalesce(btrim(a ->> 'text'), '') = '' then
        perform kentongan.reply(c, 'usage_hasil');
        return 'usage';
    end if;
    v_zone := kentongan.zone_of(c.group_id);
    v_day := coalesce((select max(at) from kentongan.meetings
                        where group_id = c.group_id and status = 'called' and at between c.at - interval '14 days' and c.at), c.at);
    return kentongan.broadcast_ask(c, 'minutes', a ->> 'text', jsonb_build_object('groups', array[c.group_id]),
        jsonb_build_object('day', to_char(v_day at time zone v_zone, 'DD/MM'),
                           'asker', (select short_name from kentongan.members where id = c.member_id)), null);
end $$;
comment on function kentongan.cmd_hasil(kentongan.ctx, jsonb) is
    'HASIL text: what the meeting decided, to all members: of the last meeting within two weeks, else of today; asked and confirmed as SIARAN';

create or replace function kentongan.wording_refused(c kentongan.ctx, p_wording text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_fields text[] := kentongan.fields_of(p_wording);
    v_unknown text := (select string_agg(f, ', ') from unnest(v_fields) f where f <> all (kentongan.field_names()));
begin
    if v_unknown is not null then
        perform kentongan.reply(c, 'siaran_field', jsonb_build_object('heard', left(v_unknown, 20),
                                                                     'fields', array_to_string(kentongan.field_names(), ' ')));
        return 'siaran_field';
    elsif v_fields && kentongan.field_names(true) and (select look_pin from kentongan.groups where id = c.group_id) then
        perform kentongan.reply(c, 'siaran_private');
        return 'siaran_private';
    end if;
    return null;
end $$;
comment on function kentongan.wording_refused(kentongan.ctx, text) is
    'Null where a wording''s fields exist and the group lets its books be told so: not where looking wants the PIN. Otherwise answers and returns why not';

create or replace function kentongan.broadcast_try(c kentongan.ctx, p_text text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_wording text := kentongan.plain_fields(btrim(p_text));
    v_refused text := kentongan.wording_refused(c, v_wording);
    v_params jsonb := kentongan.member_params(c.member_id);
    v_whole text;
begin
    if v_refused is not null then
        return v_refused;
    end if;
    v_whole := kentongan.whole_text('siaran', v_params
        || jsonb_build_object('asker', v_params ->> 'name', 'text', kentongan.fill(v_wording, c.member_id)));
    if kentongan.sms_parts(v_whole) > 3 then
        perform kentongan.reply(c, 'siaran_long', jsonb_build_object('sms', kentongan.sms_parts(v_whole)));
        return 'siaran_long';
    end if;
    if kentongan.bump('siaran_try', c.member_id::text) > 10 then
        perform kentongan.reply(c, 'siaran_tries');
        return 'siaran_tries';
    end if;
    perform kentongan.reply(c, 'siaran_try', jsonb_build_object('text', v_whole, 'sms', kentongan.sms_parts(v_whole)));
    return 'siaran_try';
end $$;
comment on function kentongan.broadcast_try(kentongan.ctx, text) is 'What members would read, to the officer alone, said to be a trial; ten a day';

create or replace function kentongan.broadcast_ask(c kentongan.ctx, p_kind text, p_text text, p_audience jsonb, p_params jsonb,
                                                   p_starts timestamptz) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_wording text := kentongan.plain_fields(btrim(p_text));
    v_refused text;
    b kentongan.broadcasts;
    p record;
    r kentongan.requests;
    v_begins timestamptz;
begin
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    v_refused := kentongan.wording_refused(c, v_wording);
    if v_refused is not null then
        return v_refused;
    elsif length(v_wording) > 1000 then
        perform kentongan.reply(c, 'siaran_long', jsonb_build_object('sms', kentongan.sms_parts(v_wording)));
        return 'siaran_long';
    end if;
    b := kentongan.broadcast_new(c.group_id, p_kind, case p_kind when 'minutes' then 'minutes' else 'siaran' end, p_params, v_wording,
                                 p_audience, c.member_id, c.peer, p_starts);
    select * into p from kentongan.broadcast_preview(b);
    if p.longest > 3 or p.recipients = 0 then
        delete from kentongan.broadcasts where id = b.id;
        return kentongan.broadcast_refused(c, p.recipients, p.skipped, p.longest);
    end if;
    v_begins := kentongan.broadcast_begins(b);
    r := kentongan.request_open(c, case when p.recipients > (select broadcast_second_above from kentongan.groups where id = c.group_id)
                                        then 'broadcast_large' else 'broadcast' end,
        c.group_id, null, c.member_id, p_details => jsonb_build_object(
            'broadcast', b.id, 'people', p.recipients, 'sms', p.parts, 'cost', p.cost, 
            'text', kentongan.whole_text(b.template, kentongan.member_params(c.member_id) || b.params
                || jsonb_build_object('text', v_wording)),
            'about', case when p.at_most then 'x' end, 'skips', (select sum(value::int) from jsonb_each_text(p.skipped)),
            'at_once', case when v_begins <= c.at then 'x' end,
            'starts', case when v_begins > c.at then kentongan.stamp(v_begins, c.group_id) end,
            'lines', case when kentongan.has_fields(v_wording) then kentongan.broadcast_examples(p.examples) else '[]' end));
    update kentongan.broadcasts set request_id = r.id where id = b.id;
    -- What they owe and own is nothing to keep with the request.
    update kentongan.requests set details = details - 'lines' where id = r.id;
    return p_kind;
end $$;
comment on function kentongan.broadcast_ask(kentongan.ctx, text, text, jsonb, jsonb, timestamptz) is
    'Prepares a broadcast of a group and asks the officer: to how many, how many SMS, what it costs, when; with fields, how the first three read. Above the group''s size it wants a second officer. Refused: what is longer than three SMS, or would reach nobody';

create or replace function kentongan.broadcast_examples(p_examples jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select coalesce(jsonb_agg(jsonb_build_object('who', coalesce((e.value ->> 'name') || '(' || (e.value ->> 'number') || ')', e.value ->> 'peer'),
                                                 'text', case when length(e.value ->> 'text') > 80 then left(e.value ->> 'text', 78) || '..'
                                                              else e.value ->> 'text' end) order by e.n), '[]')
      from jsonb_array_elements(p_examples) with ordinality e (value, n)
$$;
comment on function kentongan.broadcast_examples(jsonb) is 'The examples of a preview as the echo shows them, each cut at 80 characters';

create or replace function kentongan.broadcast_refused(c kentongan.ctx, p_recipients int, p_skipped jsonb, p_longest int) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_text text;
begin
    v_text := case when p_recipients > 0 then 'siaran_long' when p_skipped ? 'same' then 'siaran_same' else 'siaran_nobody' end;
    perform kentongan.reply(c, v_text, jsonb_build_object('sms', p_longest, 'same', p_skipped -> 'same', 'stopped', p_skipped -> 'stop',
                                                          'often', p_skipped -> 'often', 'nophone', p_skipped -> 'phone'));
    return v_text;
end $$;
comment on function kentongan.broadcast_refused(kentongan.ctx, int, jsonb, int) is
    'Answers why a broadcast isn''t even asked about: too long, everybody has had this text today, or nobody is left to get it';

create or replace function kentongan.broadcasts_lately(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_lines jsonb;
begin
    select jsonb_agg(jsonb_build_object('code', kentongan.broadcast_code(x.b), 'day', to_char((x.b).created_at at time zone
                         kentongan.zone_of(c.group_id), 'DD/MM'), 'state', 'state_' || (x.b).status, 'sent', n.sent + n.delivered + n.undelivered,
                         'people', (x.b).total) order by (x.b).id desc) into v_lines
      from (select b from kentongan.broadcasts b
             where b.group_id = c.group_id and b.kind in ('siaran', 'minutes')
               and not exists (select 1 from kentongan.requests r
                                where r.id = b.request_id and r.status in ('cancelled', 'expired', 'rejected'))
             order by b.id desc limit 3) x, kentongan.broadcast_counted((x.b).id) n;
    perform kentongan.reply(c, case when v_lines is null then 'siaran_none' else 'siaran_list' end,
                            jsonb_build_object('lines', coalesce(v_lines, '[]')));
    return 'siaran_list';
end $$;
comment on function kentongan.broadcasts_lately(kentongan.ctx) is 'SIARAN alone: the group''s last three and how far they are';

create or replace function kentongan.do_broadcast(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_id bigint := (r.details ->> 'broadcast')::bigint;
    b kentongan.broadcasts;
    v_begins timestamptz;
    v_params jsonb;
begin
    perform 1 from kentongan.broadcasts where id = v_id and status = 'draft' for update;
    if not found then
        return kentongan.request_impossible(c, r, p_officer, 'gone', 'siaran_gone');
    end if;
    select * into strict b from kentongan.broadcasts where id = v_id;
    -- Others may have joined since it was asked.
    if kentongan.broadcast_too_large(b) then
        update kentongan.broadcasts set status = 'cancelled', finished_at = c.at where id = v_id;
        return kentongan.request_impossible(c, r, p_officer, 'grown', 'siaran_grown');
    end if;
    b := kentongan.broadcast_start(v_id);
    if b.status = 'done' then
        -- Nobody was left to get it; the report has told who asked.
        return case when p_officer = r.asked_by then 'siaran_nobody'
                    else kentongan.broadcast_refused(c, 0, kentongan.broadcast_skipped(b.id), 0) end;
    end if;
    v_begins := kentongan.broadcast_begins(b);
    v_params := kentongan.request_params(r) || jsonb_build_object(
        'people', case when b.enqueued_at is null then r.details -> 'people' else to_jsonb(b.total) end,
        'at_once', case when v_begins <= c.at then 'x' end,
        'starts', case when v_begins > c.at then kentongan.stamp(v_begins, r.group_id) end);
    perform kentongan.reply(c, 'broadcast_started', v_params);
    perform kentongan.tell(r.asked_by, 'broadcast_started', v_params, 'notice', c) where r.asked_by <> p_officer;
    return 'broadcast_started';
end $$;
comment on function kentongan.do_broadcast(kentongan.ctx, kentongan.requests, bigint) is
    'Sends what was agreed to, or leaves it to its time; every officer who had a part learns the code that stops it';

create or replace function kentongan.do_broadcast_large(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.do_broadcast(c, r, p_officer)
$$;
comment on function kentongan.do_broadcast_large(kentongan.ctx, kentongan.requests, bigint) is 'As do_broadcast: two officers have agreed';

-- --- under way -------------------------------------------------------------------

create or replace function kentongan.broadcast_steer(c kentongan.ctx, p_code text, p_status text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_people bigint[] := case when c.member_id is not null then array[c.member_id] else kentongan.members_of_phone(c.phone_id) end;
    b kentongan.broadcasts;
    v_officer bigint;
    v_set text;
    v_text text;
    v_meant bigint;
    v_params jsonb;
begin
    select x.* into b from kentongan.broadcasts x join kentongan.requests r on r.id = x.request_id
     where r.code = upper(p_code) and r.status = 'posted' and x.kind in ('siaran', 'minutes')
       and x.group_id in (select group_id from kentongan.members where id = any (v_people))
     order by x.id desc limit 1;
    if not found then
        return null;
    end if;
    v_officer := (select member_id from kentongan.officers
                   where group_id = b.group_id and member_id = any (v_people) and until is null and role <> 'pengawas'
                   order by member_id = b.created_by desc, id limit 1);
    if v_officer is null then
        perform kentongan.reply(c, 'not_officer');
        return 'not_officer';
    end if;
    c := kentongan.as_officer(c, v_officer);
    if kentongan.is_blocked(c) then
        return 'blocked';
    elsif p_status = 'running' and kentongan.decides_not(c, v_officer) then
        return 'officer_held';
    elsif kentongan.duty_refused(c, v_officer, 'broadcast') then
        return 'not_your_duty';
    end if;
    v_set := kentongan.broadcast_set(b.id, p_status, c.peer);
    if v_set = 'broadcast_over' then
        select * into strict b from kentongan.broadcasts where id = b.id;
    end if;
    v_text := case v_set when 'broadcast_over' then 'siaran_over' when 'broadcast_same' then 'siaran_as_was'
                         else case p_status when 'paused' then 'siaran_paused' when 'running' then 'siaran_resumed' else 'siaran_stopped' end end;
    v_meant := case when b.enqueued_at is not null then b.total
                    else (select (details ->> 'people')::bigint from kentongan.requests where id = b.request_id) end;
    v_params := kentongan.group_params(b.group_id) || kentongan.officer_params(v_officer) || (
        select jsonb_build_object('code', upper(p_code), 'state', 'state_' || b.status, 'people', v_meant,
                                  'sent', n.sending + n.sent + n.delivered + n.undelivered + n.failed + n.uncertain,
                                  'unsent', case when b.enqueued_at is null then v_meant else n.queued end)
          from kentongan.broadcast_counted(b.id) n);
    perform kentongan.reply(c, v_text, v_params);
    perform kentongan.tell(b.created_by, v_text, v_params, 'notice', c)
      where b.created_by <> v_officer and v_set not in ('broadcast_over', 'broadcast_same');
    return v_text;
end $$;
comment on function kentongan.broadcast_steer(kentongan.ctx, text, text) is
    'An officer whose duty it is pauses, resumes or cancels what is under way by its code: after the answer nothing leaves but what a modem holds. Who sent it is told. Null, and nothing answered, where this code is no broadcast of a group of this phone';

create or replace function kentongan.steer_or_say(c kentongan.ctx, p_code text, p_status text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_outcome text := kentongan.broadcast_steer(c, p_code, p_status);
begin
    if v_outcome is null then
        perform kentongan.reply(c, 'code_unknown', jsonb_build_object('code', upper(p_code)));
        return 'code_unknown';
    end if;
    return v_outcome;
end $$;
comment on function kentongan.steer_or_say(kentongan.ctx, text, text) is 'broadcast_steer, which says so where the code is no broadcast''s';

create or replace function kentongan.cmd_jeda(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.steer_or_say(c, a ->> 'code', 'paused')
$$;
comment on function kentongan.cmd_jeda(kentongan.ctx, jsonb) is 'JEDA code: a broadcast stands still';

create or replace function kentongan.cmd_lanjut(c kentongan.ctx, a jsonb) returns text
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select kentongan.steer_or_say(c, a ->> 'code', 'running')
$$;
comment on function kentongan.cmd_lanjut(kentongan.ctx, jsonb) is 'LANJUT code: a broadcast that stood still goes on';
