-- A request's way: asked (confirm) → officers (decide) → taken (AMBIL) → done.
-- What is done stands in do_<kind>(ctx, request, officer), which posts and sends
-- the receipts; texts are <kind>_confirm, <kind>_officer, <kind>_take.

create or replace function kentongan.group_params(p_group bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- No name: in a reply the speaker's would stand there as if it concerned her.
    return (select jsonb_build_object('group', code, 'group_name', name, 'name', null, 'number', null)
              from kentongan.groups where id = p_group);
end $$;
comment on function kentongan.group_params(bigint) is 'What texts say of a group: group, group_name';

create or replace function kentongan.request_params(r kentongan.requests) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return coalesce(kentongan.member_params(r.member_id), kentongan.group_params(r.group_id)) || r.details
        || jsonb_build_object('kind', r.kind, 'product', r.product, 'amount', coalesce(r.final_amount, r.amount), 'code', r.code,
            'reason', left(nullif(r.reason, ''), 30),
            'asker', (select short_name from kentongan.members where id = r.asked_by),
            'first', (select short_name from kentongan.members where id = r.first_officer),
            'when', kentongan.stamp(r.created_at, r.group_id));
end $$;
comment on function kentongan.request_params(kentongan.requests) is
    'What texts may say of a request: whose, what, how much, its code, asker and first officer, and every field of its details';

create or replace function kentongan.request_open(c kentongan.ctx, p_kind text, p_group bigint, p_member bigint,
    p_asker bigint, p_amount bigint default null, p_details jsonb default '{}', p_product text default null,
    p_reason text default '') returns kentongan.requests
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
    k kentongan.request_kinds;
    v_person bigint := coalesce(p_asker, p_member);
begin
    select * into strict k from kentongan.request_kinds where kind = p_kind;
    if k.confirm <> 'no' then
        -- Asking again replaces what was asked before and not yet confirmed.
        with old as (update kentongan.requests set status = 'cancelled', decided_at = c.at, decided_by = null
                      where kind = p_kind and status = 'confirming' and group_id = p_group
                        and coalesce(asked_by, member_id) = v_person returning id)
        update kentongan.one_time_codes oc set closed_at = c.at from old where oc.request_id = old.id and oc.closed_at is null;
    end if;
    insert into kentongan.requests (group_id, member_id, kind, product, amount, code, status, message_id, created_at,
                                    expires_at, details, asked_by, peer, reason)
    values (p_group, p_member, p_kind, p_product, p_amount, kentongan.receipt_code(p_group),
            case when k.confirm = 'no' then 'pending' else 'confirming' end, c.message_id, c.at,
            case when k.confirm = 'no' then c.at + make_interval(hours => kentongan.pending_hours(p_group))
                 else c.at + interval '10 minutes' end,
            p_details, p_asker, c.peer, left(p_reason, 200))
    returning * into r;
    if k.confirm <> 'no' then
        perform kentongan.reply(c, r.kind || '_confirm', kentongan.request_params(r)
            || jsonb_build_object('otp', kentongan.issue_code(r.id, v_person, r.expires_at, 'confirm')));
    end if;
    return r;
end $$;
comment on function kentongan.request_open(kentongan.ctx, text, bigint, bigint, bigint, bigint, jsonb, text, text) is
    'Writes a request. Where its kind wants who asked to say so again, sends <kind>_confirm with a one-time code for ten minutes; else it is pending at once and the caller asks an officer (request_ask)';

create or replace function kentongan.request_ask(c kentongan.ctx, r kentongan.requests, p_not bigint default null) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint := kentongan.decider_for(r.group_id, r.kind, coalesce(r.member_id, p_not, 0), p_not);
begin
    if v_officer is not null then
        perform kentongan.ask_officer(c, r.id, v_officer);
    end if;
    return v_officer;
end $$;
comment on function kentongan.request_ask(kentongan.ctx, kentongan.requests, bigint) is
    'Puts a request to the next officer who may decide on it (never whom it concerns, never the one named) with a code of the officer''s own; returns whom, null where there is nobody';

create or replace function kentongan.ask_officer(c kentongan.ctx, p_request bigint, p_officer bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
    v_template text;
begin
    select * into strict r from kentongan.requests where id = p_request;
    v_template := case when r.kind <> 'deposit' then r.kind || '_officer'
                       when r.first_officer is null then 'setor_officer' else 'second_officer' end;
    perform kentongan.tell(p_officer, v_template, kentongan.request_params(r)
        || jsonb_build_object('otp', kentongan.issue_code(p_request, p_officer, r.expires_at, 'decide')), 'notice', c);
end $$;
comment on function kentongan.ask_officer(kentongan.ctx, bigint, bigint) is
    'Sends an officer the question and the officer''s own one-time code for it';

create or replace function kentongan.request_confirmed(c kentongan.ctx, r kentongan.requests, p_person bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.request_kinds;
    v_officer bigint;
begin
    select * into strict k from kentongan.request_kinds where kind = r.kind;
    update kentongan.one_time_codes set closed_at = c.at where request_id = r.id and person_id = p_person and stage = 'confirm';
    if k.roles = '{}' or r.kind = 'batch' and not kentongan.count_wants_second(r) then
        return kentongan.request_do(c, r, p_person);
    end if;
    update kentongan.requests
       set status = 'pending', expires_at = c.at + make_interval(hours => kentongan.pending_hours(r.group_id)),
           first_officer = case when k.asked_by = 'officer' and k.officers <> 'one' then p_person end,
           cashier_id = case when k.asked_by = 'officer' then p_person end,
           final_amount = case when k.asked_by = 'officer' and k.officers <> 'one' then r.amount end,
           -- The only one on a list doesn't agree to it.
           member_id = coalesce(member_id, case when r.kind = 'batch' then kentongan.sole_line(r.id) end)
     where id = r.id returning * into r;
    if r.kind = 'handover' then
        v_officer := (r.details ->> 'to')::bigint;
        perform kentongan.ask_officer(c, r.id, v_officer);
    else
        v_officer := kentongan.request_ask(c, r, case when k.asked_by = 'officer' then p_person end);
    end if;
    if v_officer is null then
        update kentongan.requests set status = 'cancelled', decided_at = c.at where id = r.id;
        perform kentongan.reply(c, 'request_nobody', kentongan.request_params(r));
        return 'request_nobody';
    end if;
    perform kentongan.reply(c, 'request_waits', kentongan.request_params(r) || kentongan.officer_params(v_officer));
    return 'request_waits';
end $$;
comment on function kentongan.request_confirmed(kentongan.ctx, kentongan.requests, bigint) is
    'Who asked has said so again with code (and PIN): done at once where nobody else is needed, else put to an officer. An officer who asked is the first of two';

create or replace function kentongan.request_decided(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.request_kinds;
    v_above bigint;
    v_refused text;
begin
    select * into strict k from kentongan.request_kinds where kind = r.kind;
    -- may_<kind> answers and says why not where savings, cash or the member forbid it by now.
    v_refused := case r.kind
        when 'withdrawal' then kentongan.may_withdrawal(c, r, p_officer)
        when 'loan' then kentongan.may_loan(c, r, p_officer)
        when 'leave' then kentongan.may_leave(c, r, p_officer)
    end;
    if v_refused is not null then
        return v_refused;
    end if;
    select case when r.kind = 'loan' then loan_second_above else second_officer_above end into v_above
      from kentongan.groups where id = r.group_id;
    if r.first_officer is null and (k.officers = 'two' or k.officers = 'above' and kentongan.sum_of_day(c, r) > v_above) then
        return kentongan.ask_second(c, r, p_officer, r.amount);
    end if;
    update kentongan.one_time_codes set closed_at = c.at where request_id = r.id and stage = 'decide' and closed_at is null;
    update kentongan.requests set decided_by = p_officer, decided_at = c.at, final_amount = coalesce(final_amount, amount),
                                  cashier_id = coalesce(cashier_id, p_officer)
     where id = r.id returning * into r;
    -- Who leaves with nothing saved takes nothing.
    if k.takes and r.amount is not null then
        return kentongan.request_approved(c, r);
    end if;
    return kentongan.request_do(c, r, p_officer);
end $$;
comment on function kentongan.request_decided(kentongan.ctx, kentongan.requests, bigint) is
    'An officer agrees (SAH): asks a second where the kind or the amount wants one, else lets the money be taken or does it. Checks of who may stand with the caller (request_refused)';

create or replace function kentongan.sum_of_day(c kentongan.ctx, r kentongan.requests) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- Cash that comes in is in the officer's books, however it is split; what goes out is what a threshold guards.
    return r.amount + (select coalesce(sum(coalesce(q.final_amount, q.amount)), 0)::bigint
                         from kentongan.requests q
                        where q.member_id = r.member_id and q.kind = r.kind and q.id <> r.id and r.kind in ('withdrawal', 'loan')
                          and q.status in ('approved', 'posted') and q.first_officer is null
                          and q.approved_at > c.at - interval '24 hours');
end $$;
comment on function kentongan.sum_of_day(kentongan.ctx, kentongan.requests) is
    'What a threshold is held against: this request and, for withdrawals and loans, what one officer alone agreed to for the same member within 24 hours, so that a sum can''t be split';

create or replace function kentongan.ask_second(c kentongan.ctx, r kentongan.requests, p_first bigint, p_amount bigint)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_second bigint := kentongan.officer_for(r.group_id, array['ketua', 'sekretaris', 'bendahara'], r.member_id, p_first);
    v_decide text := (select decide from kentongan.request_kinds where kind = r.kind);
begin
    if v_second is null then
        perform kentongan.reply(c, 'no_second', jsonb_build_object('amount', p_amount, 'code', r.code));
        return 'no_second';
    end if;
    update kentongan.one_time_codes set closed_at = c.at where request_id = r.id and person_id = p_first and stage = 'decide';
    update kentongan.requests set first_officer = p_first, final_amount = p_amount, cashier_id = coalesce(cashier_id, p_first)
     where id = r.id returning * into r;
    perform kentongan.reply(c, case when r.kind = 'deposit' then 'terima_half' else 'request_waits' end,
        kentongan.request_params(r) || kentongan.officer_params(v_second)
        || jsonb_build_object('second', (select short_name from kentongan.members where id = v_second)));
    perform kentongan.ask_officer(c, r.id, v_second);
    return case v_decide when 'TERIMA' then 'terima_half' else 'request_half' end;
end $$;
comment on function kentongan.ask_second(kentongan.ctx, kentongan.requests, bigint, bigint) is
    'Holds what one officer agreed to, or received, until a second, different one agrees to the same amount';

create or replace function kentongan.request_approved(c kentongan.ctx, r kentongan.requests) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb;
begin
    update kentongan.requests set status = 'approved', approved_at = c.at, expires_at = c.at + interval '7 days'
     where id = r.id returning * into r;
    v_params := kentongan.request_params(r) || kentongan.officer_params(r.cashier_id);
    perform kentongan.reply(c, 'request_hand_over', v_params);
    perform kentongan.tell(r.cashier_id, 'request_hand_over', v_params, 'notice', c)
      where kentongan.phone_of(r.cashier_id) is distinct from c.peer;
    perform kentongan.tell(r.member_id, r.kind || '_take', v_params
        || jsonb_build_object('otp', kentongan.issue_code(r.id, r.member_id, r.expires_at, 'take')), 'notice', c);
    return 'request_approved';
end $$;
comment on function kentongan.request_approved(kentongan.ctx, kentongan.requests) is
    'The officers agree that money is handed out: it is posted when the member answers AMBIL with the code sent here, within 7 days';

create or replace function kentongan.request_do(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_outcome text;
begin
    perform set_config('kentongan.actor', coalesce(kentongan.phone_of(p_officer), c.peer), true);
    perform set_config('kentongan.request', r.id::text, true);
    update kentongan.requests set status = 'posted', decided_by = p_officer, decided_at = c.at,
                                  final_amount = coalesce(final_amount, amount)
     where id = r.id returning * into r;
    update kentongan.one_time_codes set closed_at = c.at where request_id = r.id and closed_at is null;
    execute format('select kentongan.%I($1, $2, $3)', 'do_' || r.kind) into v_outcome using c, r, p_officer;
    return v_outcome;
end $$;
comment on function kentongan.request_do(kentongan.ctx, kentongan.requests, bigint) is
    'Does what was agreed: do_<kind>(ctx, request, officer), which returns the outcome''s name. A do_ function that finds it impossible sets the request back itself and answers';

create or replace function kentongan.request_impossible(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_reason text,
                                                        p_text text, p_params jsonb default '{}') returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.request_params(r) || p_params;
begin
    -- Nobody said no.
    update kentongan.requests set status = 'rejected', reason = p_reason, decided_by = null where id = r.id;
    perform kentongan.reply(c, p_text, v_params);
    perform kentongan.tell(who, p_text, v_params, 'notice', c)
       from unnest(array[coalesce(r.asked_by, r.member_id), r.first_officer]) who
      where who is not null and who is distinct from p_officer group by who order by who;
    return p_text;
end $$;
comment on function kentongan.request_impossible(kentongan.ctx, kentongan.requests, bigint, text, text, jsonb) is
    'For a do_ function that finds that what was agreed to can''t be done: ends the request, tells the officer who speaks, who asked and the first officer; returns the text''s name as outcome';

create or replace function kentongan.request_refused(c kentongan.ctx, r kentongan.requests, p_stage text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if r.status <> (case p_stage when 'confirm' then 'confirming' when 'decide' then 'pending' else 'approved' end) then
        return kentongan.code_done(c, r.id);
    end if;
    -- Expired but not yet swept: the answer must not depend on the sweeper.
    if r.expires_at <= c.at then
        perform kentongan.reply(c, 'code_expired', kentongan.request_params(r));
        return 'code_expired';
    end if;
    -- The beneficiary, or the first officer, may have come to this phone since.
    if p_stage = 'decide' and kentongan.members_of_phone(c.phone_id) && array[r.member_id, r.first_officer] then
        perform kentongan.reply(c, 'not_officer');
        return 'not_officer';
    end if;
    return null;
end $$;
comment on function kentongan.request_refused(kentongan.ctx, kentongan.requests, text) is
    'Null where the request is at this stage and this phone may speak; otherwise answers and returns why not';

create or replace function kentongan.act_on_code(c kentongan.ctx, a jsonb, p_stages text[]) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k record;
    r kentongan.requests;
    q kentongan.request_kinds;
    v_refused text;
begin
    select * into k from kentongan.find_code(c, a ->> 'code', p_stages);
    if k.refused is not null then
        return k.refused;
    end if;
    select * into strict r from kentongan.requests where id = k.request_id for update;
    select * into strict q from kentongan.request_kinds where kind = r.kind;
    c.member_id := k.person_id;
    c.group_id := r.group_id;
    v_refused := kentongan.request_refused(c, r, k.stage);
    if v_refused is not null then
        return v_refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    if k.stage = 'decide' and q.decide = 'TERIMA' then
        return kentongan.received(c, r, k.person_id, (a ->> 'amount')::bigint);
    end if;
    if k.stage = 'decide' or k.stage = 'confirm' and q.confirm = 'pin' then
        v_refused := kentongan.check_pin(c, k.person_id, c.pin_hash);
        if v_refused is not null then
            return v_refused;
        end if;
    end if;
    return case k.stage when 'confirm' then kentongan.request_confirmed(c, r, k.person_id)
                        when 'decide' then kentongan.request_decided(c, r, k.person_id)
                        else kentongan.request_do(c, r, r.decided_by) end;
end $$;
comment on function kentongan.act_on_code(kentongan.ctx, jsonb, text[]) is
    'A one-time code came back: does what its stage means, once. What officers agree to, and whatever takes money out, wants the PIN with it';
