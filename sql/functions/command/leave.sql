-- KELUAR: a member leaves for good. Everything saved is paid out by the
-- meeting's decision, which two officers stand for; the journal stays.

create or replace function kentongan.leave_parts(p_member bigint, out pokok bigint, out wajib bigint, out sukarela bigint,
                                                 out arisan bigint, out shu bigint, out total bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- Savings are owed to the member: they stand negative.
    select coalesce(-sum(balance) filter (where kind = 'pokok'), 0), coalesce(-sum(balance) filter (where kind = 'wajib'), 0),
           coalesce(-sum(balance) filter (where kind = 'sukarela'), 0), coalesce(-sum(balance) filter (where kind = 'arisan'), 0),
           coalesce(-sum(balance) filter (where kind = 'shu_payable'), 0)
      into pokok, wajib, sukarela, arisan, shu
      from kentongan.accounts where member_id = p_member;
    total := pokok + wajib + sukarela + arisan + shu;
end $$;
comment on function kentongan.leave_parts(bigint) is 'What a member gets who leaves now, by parts';

create or replace function kentongan.leave_debt(p_member bigint, p_day date) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(sum(l.remaining + d.fine + d.interest), 0)::bigint
              from kentongan.loan_state l cross join lateral kentongan.loan_due(l.id, p_day) d
             where l.member_id = p_member and l.status = 'running')
         + (select coalesce(sum(balance), 0)::bigint from kentongan.accounts where member_id = p_member and kind = 'renteng');
end $$;
comment on function kentongan.leave_debt(bigint, date) is
    'What a member still owes: what is left of loans with interest and fines due, and what others stood in with';

create or replace function kentongan.leave_open(p_member bigint, p_request bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.requests
                    where (member_id = p_member or asked_by = p_member) and id is distinct from p_request
                      and status in ('confirming', 'pending', 'approved') and expires_at > (select kentongan.now())
                      and (kind <> 'leave' or status <> 'confirming'))
        or exists (select 1 from kentongan.batch_lines l join kentongan.batches b on b.id = l.batch_id
                    where l.member_id = p_member and b.status in ('open', 'counting'));
end $$;
comment on function kentongan.leave_open(bigint, bigint) is
    'Whether something of a member''s still waits: a request other than this one, a line of a meeting''s list';

create or replace function kentongan.leave_refused(c kentongan.ctx, p_member bigint, p_request bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members;
    v_debt bigint;
    v_waits bigint;
    v_shown boolean := kentongan.shows_figures(c, p_member);
    v_params jsonb := kentongan.member_params(p_member);
begin
    select * into strict m from kentongan.members where id = p_member for no key update;
    if m.status <> 'active' then
        perform kentongan.reply(c, 'leave_impossible', v_params);
        return 'leave_impossible';
    end if;
    if m.blocked_at is not null then
        perform kentongan.reply(c, 'leave_blocked', v_params);
        return 'leave_blocked';
    end if;
    if exists (select 1 from kentongan.officers where member_id = p_member and until is null)
       or kentongan.balance(m.group_id, 'cash', p_member) <> 0 then
        perform kentongan.reply(c, 'leave_office', v_params);
        return 'leave_office';
    end if;
    if m.withdraw_hold_until > c.at then
        perform kentongan.reply(c, 'leave_held', v_params || jsonb_build_object('until', kentongan.stamp(m.withdraw_hold_until, m.group_id)));
        return 'leave_held';
    end if;
    v_debt := kentongan.leave_debt(p_member, kentongan.today(m.group_id));
    if v_debt > 0 then
        perform kentongan.reply(c, 'leave_debt', v_params || case when v_shown then jsonb_build_object('remaining', v_debt,
            'amount', (select total from kentongan.leave_parts(p_member))) else '{}' end);
        return 'leave_debt';
    end if;
    v_waits := kentongan.balance(m.group_id, 'renteng_due', p_member);
    if v_waits > 0 then
        perform kentongan.reply(c, 'leave_stood_in', v_params || jsonb_build_object('amount', case when v_shown then v_waits end));
        return 'leave_stood_in';
    end if;
    if kentongan.leave_open(p_member, p_request) then
        perform kentongan.reply(c, 'leave_open', v_params);
        return 'leave_open';
    end if;
    return null;
end $$;
comment on function kentongan.leave_refused(kentongan.ctx, bigint, bigint) is
    'Null where nothing keeps a member from leaving; otherwise answers: a block, an office or its cash, a new number''s hold, debts (with figures), money stood in with, things that wait. Locks the member';

create or replace function kentongan.cmd_keluar(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text;
    v_has record;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    v_refused := kentongan.leave_refused(c, c.member_id, null);
    if v_refused is not null then
        return v_refused;
    end if;
    if not exists (select 1 from kentongan.pins where member_id = c.member_id) then
        perform kentongan.reply(c, 'pin_none');
        return 'pin_none';
    end if;
    select * into strict v_has from kentongan.leave_parts(c.member_id);
    perform kentongan.request_open(c, 'leave', c.group_id, c.member_id, null, nullif(v_has.total, 0),
        jsonb_strip_nulls(jsonb_build_object('total', case when kentongan.shows_figures(c, c.member_id) then nullif(v_has.total, 0) end)));
    return 'keluar';
end $$;
comment on function kentongan.cmd_keluar(kentongan.ctx, jsonb) is
    'KELUAR: a member asks to leave and be paid everything saved; nothing is opened while anything keeps the member';

create or replace function kentongan.may_leave(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cashier bigint := coalesce(r.cashier_id, p_officer);
    v_refused text;
begin
    -- In the order of ids, as receipts and accounts.
    perform 1 from kentongan.members where id in (r.member_id, v_cashier) order by id for no key update;
    v_refused := kentongan.leave_refused(c, r.member_id, r.id);
    if v_refused is null and r.amount is not null then
        v_refused := kentongan.cash_short(c, r, v_cashier);
    end if;
    return v_refused;
end $$;
comment on function kentongan.may_leave(kentongan.ctx, kentongan.requests, bigint) is
    'Null where an officer may agree now: nothing keeps the member, and the cashier''s booked cash covers it; otherwise the officer is told and the request waits on';

create or replace function kentongan.do_leave(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_second bigint := case when r.cashier_id = r.first_officer then p_officer else r.first_officer end;
    v_has record;
    v_refused text;
    v_params jsonb;
    v_entry bigint;
begin
    perform 1 from kentongan.members where id in (r.member_id, r.cashier_id, r.first_officer, p_officer)
      order by id for no key update;
    perform 1 from kentongan.accounts
      where member_id = r.member_id or group_id = r.group_id and kind = 'cash' and member_id = r.cashier_id
      order by id for update;
    select * into strict v_has from kentongan.leave_parts(r.member_id);
    v_params := kentongan.request_params(r) || kentongan.officer_params(r.cashier_id)
        || jsonb_build_object('when', kentongan.stamp(c.at, r.group_id),
        'second', (select short_name from kentongan.members where id = v_second));
    v_refused := kentongan.leave_stopped(c, r, v_has.total, v_params);
    if v_refused is not null then
        return v_refused;
    end if;
    v_params := v_params || jsonb_build_object('pokok', v_has.pokok, 'wajib', v_has.wajib, 'sukarela', v_has.sukarela,
        'arisan_part', nullif(v_has.arisan, 0), 'shu_part', nullif(v_has.shu, 0));
    if v_has.total > 0 then
        v_entry := kentongan.pay_leaver(c, r, v_has.total, v_second);
        perform kentongan.receipt(r.member_id, v_entry, 'receipt_leave', v_params, c);
        perform kentongan.receipt(who, v_entry, 'receipt_leave_officer', v_params || jsonb_build_object(
                    'cash', kentongan.balance(r.group_id, 'cash', r.cashier_id)), c)
           from unnest(array[r.cashier_id, v_second]) with ordinality x(who, n) where who is not null order by n;
    else
        perform kentongan.tell(who, 'leave_done', v_params, 'notice', c)
           from unnest(array[r.member_id, r.cashier_id, v_second]) with ordinality x(who, n) where who is not null order by n;
    end if;
    perform kentongan.end_membership(r.member_id, c.at);
    return 'leave';
end $$;
comment on function kentongan.do_leave(kentongan.ctx, kentongan.requests, bigint) is
    'A member has left: everything saved is posted out of the cashier''s cash in one entry, member and both officers get receipts with all parts, then the membership ends. Where figures or debts are others by now, nothing is done and all are told';

create or replace function kentongan.leave_stopped(c kentongan.ctx, r kentongan.requests, p_total bigint, p_params jsonb)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text := kentongan.leave_refused(c, r.member_id, r.id);
    v_cash bigint := kentongan.balance(r.group_id, 'cash', r.cashier_id);
begin
    if v_refused is null and p_total = coalesce(r.final_amount, 0) and (p_total = 0 or v_cash >= p_total) then
        return null;
    end if;
    if v_refused is null and p_total = r.final_amount then
        -- It waits on: the same code works once the cash is in the books.
        update kentongan.requests set status = 'approved' where id = r.id;
        update kentongan.one_time_codes set closed_at = null where request_id = r.id and stage = 'take';
        perform kentongan.reply(c, 'take_cash', p_params || jsonb_build_object('cash', v_cash));
        perform kentongan.tell(r.cashier_id, 'take_cash', p_params || jsonb_build_object('cash', v_cash), 'notice', c);
        return 'take_cash';
    end if;
    update kentongan.requests set status = 'rejected', reason = 'what is owed has changed' where id = r.id;
    p_params := p_params || jsonb_build_object('balance', p_total);
    if v_refused is null then
        perform kentongan.reply(c, 'leave_changed', p_params);
    end if;
    perform kentongan.tell(who, 'leave_changed', p_params, 'notice', c)
       from unnest(array[r.member_id, r.cashier_id, r.first_officer, r.decided_by]) who
      where who is not null and kentongan.phone_of(who) is distinct from c.peer group by who order by who;
    return coalesce(v_refused, 'leave_changed');
end $$;
comment on function kentongan.leave_stopped(kentongan.ctx, kentongan.requests, bigint, jsonb) is
    'Null where the member may be paid what was agreed; otherwise ends the request (other figures, a debt) or lets it wait for booked cash, and tells who must know';

create or replace function kentongan.pay_leaver(c kentongan.ctx, r kentongan.requests, p_total bigint, p_second bigint) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_accounts bigint[];
    v_amounts bigint[];
begin
    select array_agg(id), array_agg(-balance) into v_accounts, v_amounts
      from kentongan.accounts
     where member_id = r.member_id and balance <> 0 and kind in ('pokok', 'wajib', 'sukarela', 'arisan', 'shu_payable');
    return kentongan.post(r.group_id, 'leave', v_accounts || kentongan.account(r.group_id, 'cash', r.cashier_id),
                          v_amounts || -p_total, r.cashier_id, p_second, r.id, c.message_id);
end $$;
comment on function kentongan.pay_leaver(kentongan.ctx, kentongan.requests, bigint, bigint) is
    'Posts everything that a member has saved out of the cashier''s cash; returns the entry';

create or replace function kentongan.end_membership(p_member bigint, p_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.one_time_codes set closed_at = p_at where person_id = p_member and closed_at is null;
    update kentongan.member_phones set until = p_at where member_id = p_member and until is null;
    update kentongan.phones set last_member_id = null where last_member_id = p_member;
    delete from kentongan.pins where member_id = p_member;
    -- Who asked to join under which name and number is nobody's business any more.
    update kentongan.requests set details = details - 'applicant' - 'phone', peer = null where member_id = p_member and kind = 'join';
    update kentongan.members set status = 'left', left_on = kentongan.today(group_id), name = 'Anggota ' || number,
                                 short_name = 'ANGGOTA ' || number, lang = null
     where id = p_member;
end $$;
comment on function kentongan.end_membership(bigint, timestamptz) is
    'A member is one no more: no phone, no PIN, a number for a name; what was posted stays as it is';
