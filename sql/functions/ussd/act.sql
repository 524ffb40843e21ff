-- What a menu's leaf does: the command, as by SMS, and the session's next place in one transaction.

create or replace function kentongan.ussd_reply(p_message bigint, p_peer text) returns kentongan.outbox
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select o from kentongan.outbox o
             where o.message_id = p_message and o.peer = p_peer and o.class in ('reply', 'receipt')
             order by o.class = 'reply' desc, o.id limit 1);
end $$;
comment on function kentongan.ussd_reply(bigint, text) is 'What the screen shows: the reply to who spoke, else the receipt, which goes by SMS as well';

create or replace function kentongan.ussd_next(p_outcome text, p_after jsonb, o kentongan.outbox, p_retry text, p_state jsonb,
                                               out node text, out state jsonb) returns record
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_confirm text := (select confirm from kentongan.request_kinds where kind = o.params ->> 'kind');
begin
    state := p_state - 'refused';
    if p_outcome in ('pin_wanted', 'pin_wrong', 'pin_weak', 'pin_same', 'pin_how', 'look_wrong') then
        node := p_retry;
        state := state || jsonb_build_object('refused', p_outcome);
    elsif o.params ? 'otp' and v_confirm <> 'no' then
        -- Bound to this SIM by the network: the request's own code names it from now on.
        node := '@sure';
        state := state || jsonb_build_object('said', o.params - 'otp', 'confirm', v_confirm);
    elsif p_after ? p_outcome then
        node := p_after ->> p_outcome;
        state := state || jsonb_build_object('said', o.params - 'otp');
    else
        node := '@reply';
    end if;
    state := state || '{"page": 0}';
end $$;
comment on function kentongan.ussd_next(text, jsonb, kentongan.outbox, text, jsonb) is
    'Where the session goes after a command: to the question that came back with a one-time code (@sure), to the PIN once more, to the node that the menu names for this outcome, or to its answer (@reply)';

create or replace function api.ussd_act(
    p_door text, p_session text, p_peer text, p_version int, p_steps int, p_print bytea, p_after jsonb, p_retry text, p_state jsonb,
    p_dedupe bytea, p_body text, p_problem text, p_command text, p_args jsonb, p_heard text, p_pin_hash bytea, p_new_pin_hash bytea,
    p_standing text, p_limits jsonb)
returns table (won boolean, version int, node text, state jsonb, outcome text, message_id bigint, outbox_id bigint, shown boolean,
               template text, params jsonb, lang text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    s kentongan.ussd_sessions;
    m record;
    o kentongan.outbox;
    v_channel text := 'ussd:' || p_door;
begin
    s := kentongan.ussd_hold(p_door, p_session, p_peer, p_version);
    won := s.id is not null;
    if not won then
        return next;
        return;
    end if;
    select h.message_id, h.outcome, h.duplicate into strict m
      from api.handle_message('ussd', v_channel, p_peer, p_dedupe, extract(epoch from kentongan.now())::bigint, p_body, 1, false, null,
                              p_problem, p_command, p_args, p_heard, p_pin_hash, p_new_pin_hash, p_standing, p_limits, false, true) h;
    o := kentongan.ussd_reply(m.message_id, p_peer);
    select n.node, n.state into node, state from kentongan.ussd_next(m.outcome, p_after, o, p_retry, p_state) n;
    template := o.template;
    params := o.params - 'otp';
    lang := o.lang;
    shown := o.class = 'reply' and o.status = 'queued';
    update kentongan.outbox x
       set status = 'sending', channel = v_channel, attempts = x.attempts + 1, claimed_at = clock_timestamp(),
           params = kentongan.masked(x.params)
     where x.id = o.id and shown;
    -- A screen is one text; whatever else is for this phone goes by SMS.
    update kentongan.outbox x set via = kentongan.route(x.peer)
     where x.message_id = m.message_id and x.status = 'queued' and x.via = v_channel;
    if found then
        perform kentongan.wake();
    end if;
    version := p_version + 1;
    outcome := m.outcome;
    message_id := m.message_id;
    outbox_id := o.id;
    update kentongan.ussd_sessions u
       set version = p_version + 1, steps = coalesce(p_steps, u.steps + 1), print = p_print, node = ussd_act.node, state = ussd_act.state,
           answer = null, outbox_id = o.id, touched_at = clock_timestamp()
     where u.id = s.id;
    return next;
end $$;
comment on function api.ussd_act(text, text, text, int, int, bytea, jsonb, text, jsonb, bytea, text, text, text, jsonb, text, bytea, bytea, text, jsonb) is
    'A step that does something: the command by the way that every message goes (handle_message), its reply claimed for the screen, the session moved, all or nothing, once. won is false where another call took the step; shown: the reply is ours to show (ussd_done)';

create or replace function api.ussd_done(p_door text, p_session text, p_version int, p_outbox bigint, p_body text, p_ends boolean,
                                         p_answer text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- Lost in a crash, the answer goes by SMS, too: no harm.
    perform set_config('synchronous_commit', 'off', true);
    perform kentongan.finish(o.id, 'sent', p_body, 1, null)
       from kentongan.outbox o where o.id = p_outbox and o.status = 'sending' and o.channel = 'ussd:' || p_door;
    update kentongan.ussd_sessions
       set ended_at = case when p_ends then clock_timestamp() end, state = case when p_ends then '{}' else state end,
           node = case when p_ends then '' else node end, answer = coalesce(p_answer, answer)
     where door = p_door and session = p_session and version = p_version;
end $$;
comment on function api.ussd_done(text, text, int, bigint, text, boolean, text) is
    'The reply was shown (p_body); p_ends: and with it the session ended. p_answer: the screen, where it isn''t the reply itself';
