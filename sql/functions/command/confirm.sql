-- TERIMA and TOLAK: the officer's word on cash that a member, or another officer, hands over.

create or replace function kentongan.cmd_terima(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if not kentongan.is_officer(c) then
        perform kentongan.reply(c, 'not_officer');
        return 'not_officer';
    end if;
    return kentongan.act_on_code(c, a, '{decide}');
end $$;
comment on function kentongan.cmd_terima(kentongan.ctx, jsonb) is
    'TERIMA code [amount]: an officer has the money; posts it, or asks a second officer above the group''s threshold';

create or replace function kentongan.received(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_amount bigint)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text;
    v_amount bigint := coalesce(p_amount, r.final_amount, r.amount);
begin
    v_refused := kentongan.amount_refused(c, r.group_id, v_amount);
    if v_refused is not null then
        return v_refused;
    end if;
    -- What was handed over was counted by who gave it: another figure is for both to clear up.
    if r.final_amount is not null and v_amount <> r.final_amount or r.kind = 'handover' and v_amount <> r.amount then
        perform kentongan.reply(c, 'second_differs', jsonb_build_object('amount', coalesce(r.final_amount, r.amount), 'code', r.code));
        return 'second_differs';
    end if;
    if r.first_officer is null and (r.kind <> 'handover' and v_amount > (select second_officer_above from kentongan.groups
                                                                               where id = r.group_id)
                                    or r.kind = 'payment' and kentongan.pays_back_officer(r.member_id, p_officer)) then
        return kentongan.ask_second(c, r, p_officer, v_amount);
    end if;
    update kentongan.requests set final_amount = v_amount where id = r.id returning * into r;
    return kentongan.request_do(c, r, p_officer);
end $$;
comment on function kentongan.received(kentongan.ctx, kentongan.requests, bigint, bigint) is
    'An officer says that the cash is there: the amount must be sensible and what a first officer said';

create or replace function kentongan.pays_back_officer(p_debtor bigint, p_officer bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (
        select 1 from kentongan.stand_ins s join kentongan.loans l on l.id = s.loan_id
         where l.member_id = p_debtor and s.repaid < s.amount and s.member_id = any (kentongan.sharers(p_officer)));
end $$;
comment on function kentongan.pays_back_officer(bigint, bigint) is
    'Whether a member''s payment would give this officer, or who shares her phone, back what was stood in with: then it isn''t hers alone to confirm';

create or replace function kentongan.do_deposit(c kentongan.ctx, r kentongan.requests, p_officer bigint)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cashier bigint := coalesce(r.first_officer, p_officer);
    v_entry bigint;
    v_params jsonb;
begin
    -- Receipts are numbered in their rows: in the order of ids, as accounts.
    perform 1 from kentongan.members where id in (r.member_id, p_officer, r.first_officer) order by id for no key update;
    v_entry := kentongan.post(r.group_id, 'deposit',
        array[kentongan.account(r.group_id, 'cash', v_cashier), kentongan.account(r.group_id, r.product, r.member_id)],
        array[r.final_amount, -r.final_amount],
        v_cashier, case when r.first_officer is not null then p_officer end, r.id, c.message_id);
    v_params := kentongan.member_params(r.member_id) || kentongan.officer_params(v_cashier) || jsonb_build_object(
        'when', kentongan.stamp(c.at, r.group_id), 'product', r.product, 'amount', r.final_amount,
        'noted', nullif(r.amount, r.final_amount), 'code', r.code,
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
comment on function kentongan.do_deposit(kentongan.ctx, kentongan.requests, bigint) is
    'Posts a confirmed deposit to the cash of the officer who has the money and sends every person involved a numbered receipt';

create or replace function kentongan.cmd_tolak(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k record;
    r kentongan.requests;
    v_refused text;
    v_params jsonb;
begin
    if not kentongan.is_officer(c) then
        perform kentongan.reply(c, 'not_officer');
        return 'not_officer';
    end if;
    select * into k from kentongan.find_code(c, a ->> 'code', '{decide}');
    if k.refused is not null then
        return k.refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    select * into strict r from kentongan.requests where id = k.request_id for update;
    v_refused := kentongan.request_refused(c, r, 'decide');
    if v_refused is not null then
        return v_refused;
    end if;
    update kentongan.requests set status = 'rejected', decided_by = k.person_id, decided_at = c.at,
                                  reason = left(coalesce(a ->> 'text', ''), 200)
     where id = r.id;
    update kentongan.one_time_codes set closed_at = c.at where request_id = r.id and closed_at is null;
    v_params := kentongan.request_params(r) || jsonb_build_object(
        'amount', r.amount, 'reason', left(a ->> 'text', 30)) || kentongan.officer_params(k.person_id);
    if r.kind = 'deposit' then
        perform kentongan.reply(c, 'tolak', v_params);
        perform kentongan.tell(r.member_id, 'tolak_member', v_params, 'notice', c);
        perform kentongan.tell(r.first_officer, 'tolak', v_params, 'notice', c)
          where r.first_officer is not null and r.first_officer <> k.person_id;
        return 'tolak';
    end if;
    if r.kind = 'join' then
        return kentongan.join_rejected(c, r, v_params);
    end if;
    perform kentongan.reply(c, 'request_rejected', v_params);
    perform kentongan.tell(who, 'request_rejected', v_params, 'notice', c)
       from unnest(array[r.asked_by, r.first_officer] || case when r.asked_by is null then r.member_id end) who
      where who is not null and who <> k.person_id
      group by who;
    return 'tolak';
end $$;
comment on function kentongan.cmd_tolak(kentongan.ctx, jsonb) is
    'TOLAK code reason: no; everyone who had a part learns why';
