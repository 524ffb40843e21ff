-- TARIK: a member's savings come out. Asked with code and PIN, agreed to by
-- officers with theirs, posted only when the member answers AMBIL: the money is
-- in the hand. What forbids it is looked at at every stage anew.

create or replace function kentongan.product_account(p_product text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return case p_product when 'shu' then 'shu_payable' else p_product end;
end $$;
comment on function kentongan.product_account(text) is 'The kind of account that a product named in a message stands in';

create or replace function kentongan.withdrawals_waiting(p_member bigint, p_product text, p_before bigint default null)
returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(sum(amount), 0)::bigint from kentongan.requests
             where member_id = p_member and kind = 'withdrawal' and product = p_product and id is distinct from p_before
               and (status = 'approved' or status = 'pending' and (p_before is null or id < p_before)));
end $$;
comment on function kentongan.withdrawals_waiting(bigint, text, bigint) is
    'What a member''s other withdrawals of this product hold: those agreed to, and those that wait (half confirmed, too) and came before the one named';

create or replace function kentongan.cash_promised(p_officer bigint, p_not bigint default null) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(sum(coalesce(r.final_amount, r.amount)), 0)::bigint
              from kentongan.requests r join kentongan.request_kinds k on k.kind = r.kind and k.takes
             where r.status = 'approved' and r.cashier_id = p_officer and r.id is distinct from p_not);
end $$;
comment on function kentongan.cash_promised(bigint, bigint) is
    'What an officer has agreed to hand out, or has handed out, and nobody has acknowledged yet: still in the booked cash, but not free';

create or replace function kentongan.cash_short(c kentongan.ctx, r kentongan.requests, p_cashier bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cash bigint;
    v_promised bigint;
begin
    -- Two promises of one officer's cash see each other.
    perform 1 from kentongan.members where id = p_cashier for no key update;
    v_cash := kentongan.balance(r.group_id, 'cash', p_cashier);
    v_promised := kentongan.cash_promised(p_cashier, r.id);
    if v_cash - v_promised >= coalesce(r.final_amount, r.amount) then
        return null;
    end if;
    perform kentongan.reply(c, 'cash_short', kentongan.request_params(r) || jsonb_build_object(
        'officer', (select short_name from kentongan.members where id = p_cashier),
        'cash', v_cash, 'promised', nullif(v_promised, 0)));
    return 'cash_short';
end $$;
comment on function kentongan.cash_short(kentongan.ctx, kentongan.requests, bigint) is
    'Null where the officer''s booked cash, less what is promised already, covers this request; otherwise answers with the figures';

create or replace function kentongan.cmd_tarik(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_product text := coalesce(a ->> 'product', 'sukarela');
    v_amount bigint := (a ->> 'amount')::bigint;
    v_refused text;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    if v_product not in ('sukarela', 'shu') then
        perform kentongan.reply(c, 'tarik_locked', jsonb_build_object('product', v_product));
        return 'tarik_locked';
    end if;
    v_refused := kentongan.tarik_refused(c, v_product, v_amount);
    if v_refused is not null then
        return v_refused;
    end if;
    perform kentongan.request_open(c, 'withdrawal', c.group_id, c.member_id, null, v_amount, '{}', v_product);
    return 'tarik';
end $$;
comment on function kentongan.cmd_tarik(kentongan.ctx, jsonb) is
    'TARIK [sukarela|shu] amount: asks for a member''s own savings; nothing is opened that savings, rules or a missing PIN forbid';

create or replace function kentongan.tarik_refused(c kentongan.ctx, p_product text, p_amount bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text;
begin
    v_refused := kentongan.amount_refused(c, c.group_id, p_amount);
    if v_refused is not null then
        return v_refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    if not exists (select 1 from kentongan.pins where member_id = c.member_id) then
        perform kentongan.reply(c, 'pin_first', jsonb_build_object('command', 'TARIK'));
        return 'pin_first';
    end if;
    return kentongan.withdrawal_refused(c, c.member_id, p_product, p_amount, null, '');
end $$;
comment on function kentongan.tarik_refused(kentongan.ctx, text, bigint) is
    'Null where this member may ask for this withdrawal; otherwise answers and returns why not';

create or replace function kentongan.withdrawal_refused(c kentongan.ctx, p_member bigint, p_product text, p_amount bigint,
                                                        p_request bigint, p_code text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members;
    v_params jsonb;
    v_balance bigint;
    v_waiting bigint;
begin
    -- Two withdrawals of one member, and whatever else wants the savings, see each other.
    select * into strict m from kentongan.members where id = p_member for no key update;
    v_params := kentongan.member_params(p_member)
             || jsonb_build_object('product', p_product, 'amount', p_amount, 'code', nullif(p_code, ''));
    if m.blocked_at is not null then
        perform kentongan.reply(c, 'withdrawal_blocked', v_params);
        return 'withdrawal_blocked';
    end if;
    if m.withdraw_hold_until > c.at then
        perform kentongan.reply(c, 'withdrawal_held', v_params
            || jsonb_build_object('until', kentongan.stamp(m.withdraw_hold_until, m.group_id)));
        return 'withdrawal_held';
    end if;
    v_balance := kentongan.balance(m.group_id, kentongan.product_account(p_product), p_member);
    v_waiting := kentongan.withdrawals_waiting(p_member, p_product, p_request);
    if m.status <> 'active' or v_balance - v_waiting < p_amount then
        perform kentongan.reply(c, 'withdrawal_short', v_params
            || case when kentongan.shows_figures(c, p_member)
                    then jsonb_build_object('balance', v_balance, 'waiting', nullif(v_waiting, 0)) else '{}' end);
        return 'withdrawal_short';
    end if;
    return null;
end $$;
comment on function kentongan.withdrawal_refused(kentongan.ctx, bigint, text, bigint, bigint, text) is
    'Null where a member''s savings, less what other withdrawals hold, cover this one and no block or hold stands against it; locks the member; otherwise answers and returns why not';

create or replace function kentongan.cmd_ambil(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if a ? 'code' then
        return kentongan.act_on_code(c, a, '{take}');
    end if;
    return kentongan.cmd_tarik(c, a);
end $$;
comment on function kentongan.cmd_ambil(kentongan.ctx, jsonb) is
    'AMBIL code: the money is in the member''s hand, which posts it. AMBIL amount is what some say for TARIK';

create or replace function kentongan.may_withdrawal(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cashier bigint := coalesce(r.cashier_id, p_officer);
    v_refused text;
begin
    -- In the order of ids, as receipts and accounts.
    perform 1 from kentongan.members where id in (r.member_id, v_cashier) order by id for no key update;
    v_refused := kentongan.withdrawal_refused(c, r.member_id, r.product, r.amount, r.id, r.code);
    return coalesce(v_refused, kentongan.cash_short(c, r, v_cashier));
end $$;
comment on function kentongan.may_withdrawal(kentongan.ctx, kentongan.requests, bigint) is
    'Null where an officer may agree now: savings and the cashier''s booked cash cover it; otherwise the officer is told the figures and the request waits on';

create or replace function kentongan.do_withdrawal(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_account bigint := kentongan.account(r.group_id, kentongan.product_account(r.product), r.member_id);
    v_cash bigint := kentongan.account(r.group_id, 'cash', r.cashier_id);
    v_second bigint := case when r.first_officer is not null then
                            case when r.cashier_id = p_officer then r.first_officer else p_officer end end;
    v_entry bigint;
    v_refused text;
    v_params jsonb;
begin
    perform 1 from kentongan.members where id in (r.member_id, r.cashier_id, r.first_officer, p_officer)
      order by id for no key update;
    perform 1 from kentongan.accounts where id in (v_account, v_cash) order by id for update;
    v_refused := kentongan.take_refused(c, r, p_officer);
    if v_refused is not null then
        return v_refused;
    end if;
    v_entry := kentongan.post(r.group_id, 'withdrawal', array[v_account, v_cash], array[r.final_amount, -r.final_amount],
                              r.cashier_id, v_second, r.id, c.message_id);
    v_params := kentongan.member_params(r.member_id) || kentongan.officer_params(r.cashier_id) || jsonb_build_object(
        'when', kentongan.stamp(c.at, r.group_id), 'product', r.product, 'amount', r.final_amount, 'code', r.code,
        'second', (select short_name from kentongan.members where id = v_second));
    -- The member's first: it answers the message, so it leaves first.
    perform kentongan.receipt(r.member_id, v_entry, 'receipt_withdrawal', v_params || jsonb_build_object(
        'balance', kentongan.balance(r.group_id, kentongan.product_account(r.product), r.member_id)), c);
    v_params := v_params || jsonb_build_object('cash', kentongan.balance(r.group_id, 'cash', r.cashier_id));
    perform kentongan.receipt(who, v_entry, 'receipt_withdrawal_officer', v_params, c)
       from unnest(array[r.cashier_id, v_second]) with ordinality x(who, n) where who is not null order by n;
    perform kentongan.copy_withdrawal(c, r, v_params);
    return 'ambil';
end $$;
comment on function kentongan.do_withdrawal(kentongan.ctx, kentongan.requests, bigint) is
    'The member has the cash: posts it out of the cashier''s and sends every person involved a numbered receipt. Where it has become impossible nothing is posted and everyone is told';

create or replace function kentongan.take_refused(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members;
    v_cash bigint := kentongan.balance(r.group_id, 'cash', r.cashier_id);
    v_balance bigint := kentongan.balance(r.group_id, kentongan.product_account(r.product), r.member_id);
    v_params jsonb := kentongan.request_params(r) || kentongan.officer_params(r.cashier_id);
begin
    select * into strict m from kentongan.members where id = r.member_id;
    if v_balance < r.final_amount then
        update kentongan.requests set status = 'rejected', reason = 'savings do not cover it' where id = r.id;
        v_params := v_params || jsonb_build_object('balance', v_balance);
        perform kentongan.reply(c, 'take_impossible', v_params);
        perform kentongan.tell(who, 'take_impossible', v_params, 'notice', c)
           from unnest(array[r.cashier_id, p_officer, r.first_officer]) who where who is not null group by who;
        return 'take_impossible';
    end if;
    if m.withdraw_hold_until > c.at or v_cash < r.final_amount then
        -- It waits on: the same code works once the hold is over, or the cash in the books.
        update kentongan.requests set status = 'approved' where id = r.id;
        update kentongan.one_time_codes set closed_at = null where request_id = r.id and stage = 'take';
        if m.withdraw_hold_until > c.at then
            perform kentongan.reply(c, 'withdrawal_held', v_params
                || jsonb_build_object('until', kentongan.stamp(m.withdraw_hold_until, m.group_id)));
            return 'withdrawal_held';
        end if;
        v_params := v_params || jsonb_build_object('cash', v_cash);
        perform kentongan.reply(c, 'take_cash', v_params);
        perform kentongan.tell(r.cashier_id, 'take_cash', v_params, 'notice', c);
        return 'take_cash';
    end if;
    return null;
end $$;
comment on function kentongan.take_refused(kentongan.ctx, kentongan.requests, bigint) is
    'Null where the money may be posted out; otherwise ends the request (savings gone) or sets it back to wait for AMBIL once more (cash not booked, a new number''s hold) and tells who must know';

create or replace function kentongan.copy_withdrawal(c kentongan.ctx, r kentongan.requests, p_params jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    -- Two officers: it was large, or one of several that were together.
    if r.first_officer is null and r.final_amount <= (select second_officer_above from kentongan.groups where id = r.group_id) then
        return;
    end if;
    if kentongan.tell_officers(r.group_id, '{pengawas}', r.member_id, 'withdrawal_copy', p_params, c) = 0 then
        perform kentongan.tell_chair(r.group_id, r.member_id, 'withdrawal_copy', p_params, c);
    end if;
end $$;
comment on function kentongan.copy_withdrawal(kentongan.ctx, kentongan.requests, jsonb) is
    'Supervisors (without one: the chair) hear of every large withdrawal: a fictitious one would need them, too';
