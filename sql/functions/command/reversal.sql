-- KOREKSI: what was posted by mistake is taken back by an entry that mirrors it.

create or replace function kentongan.reversal_kinds() returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select '{deposit,payment,withdrawal,loan,batch,handover,banking,expense}'::text[]
$$;
comment on function kentongan.reversal_kinds() is 'What KOREKSI may take back. The rest has consequences that a mirror entry would not undo';

create or replace function kentongan.cmd_koreksi(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint := kentongan.acting_officer(c);
    r kentongan.requests;
    v_entry bigint;
    v_owner bigint;
    v_refused text;
    v_params jsonb;
begin
    if v_officer is null then
        return 'not_officer';
    end if;
    c.member_id := v_officer;
    c.group_id := (select group_id from kentongan.members where id = v_officer);
    select * into r from kentongan.requests where group_id = c.group_id and code = upper(a ->> 'code');
    select e.id into v_entry from kentongan.journal_entries e where e.request_id = r.id and e.reverses_id is null;
    v_owner := coalesce(r.member_id, kentongan.sole_owner(v_entry));
    v_params := jsonb_build_object('code', upper(a ->> 'code'), 'kind', r.kind);
    if r.status = 'posted' and not r.kind = any (kentongan.reversal_kinds()) then
        perform kentongan.reply(c, 'koreksi_kind', v_params);
        return 'koreksi_kind';
    elsif v_entry is null then
        perform kentongan.reply(c, 'koreksi_unknown', v_params);
        return 'koreksi_unknown';
    elsif v_owner = any (kentongan.members_of_phone(c.phone_id)) then
        perform kentongan.reply(c, 'koreksi_own', v_params);
        return 'koreksi_own';
    elsif kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    v_refused := kentongan.irreversible(v_entry);
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, v_params);
        return v_refused;
    end if;
    perform kentongan.request_open(c, 'reversal', c.group_id, v_owner, v_officer,
        p_amount => kentongan.moved(v_entry),
        p_details => jsonb_build_object('of', r.id, 'of_code', r.code, 'of_kind', r.kind, 'of_amount', kentongan.moved(v_entry)),
        p_reason => a ->> 'text');
    return 'koreksi';
end $$;
comment on function kentongan.cmd_koreksi(kentongan.ctx, jsonb) is
    'KOREKSI code reason: an officer wants a posted request taken back; a second officer must agree, neither being whose money it is';

create or replace function kentongan.sole_owner(p_entry bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select case when count(distinct x.owner) = 1 then min(x.owner) end
              from (select coalesce(l.member_id, a.member_id) as owner
                      from kentongan.postings p
                      join kentongan.accounts a on a.id = p.account_id and a.kind <> 'cash'
                      left join kentongan.loans l on l.id = a.loan_id
                     where p.entry_id = p_entry) x);
end $$;
comment on function kentongan.sole_owner(bigint) is
    'Whose money alone an entry moved, as a meeting''s list with one member on it; null where it was nobody''s or several people''s';

create or replace function kentongan.moved(p_entry bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select sum(amount) from kentongan.postings where entry_id = p_entry and amount > 0);
end $$;
comment on function kentongan.moved(bigint) is 'How much an entry moved: the sum of one side';

create or replace function kentongan.savings_promised(a kentongan.accounts) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- The cash may be in the member's hand already.
    return (select coalesce(sum(case when r.kind = 'leave' then abs(a.balance) else coalesce(r.final_amount, r.amount) end), 0)::bigint
              from kentongan.requests r
             where r.member_id = a.member_id and r.status = 'approved'
               and (r.kind = 'leave' or r.kind = 'withdrawal' and kentongan.product_account(r.product) = a.kind));
end $$;
comment on function kentongan.savings_promised(kentongan.accounts) is
    'How much of a member''s account officers have agreed to pay out, and AMBIL has not been answered to yet';

create or replace function kentongan.irreversible(p_entry bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text;
begin
    -- Whoever else moves these accounts waits, or is waited for.
    perform 1 from kentongan.accounts a
      where a.id in (select account_id from kentongan.postings where entry_id = p_entry) order by a.id for update;
    v_refused := case
        when exists (select 1 from kentongan.journal_entries where reverses_id = p_entry) then 'koreksi_twice'
        -- Its loss has been booked from what was left after this payment.
        when exists (select 1 from kentongan.loan_payments lp join kentongan.loans l on l.id = lp.loan_id
                      where lp.entry_id = p_entry and l.status = 'written_off') then 'koreksi_kind'
        when exists (select 1 from kentongan.journal_entries e join kentongan.loans l on l.request_id = e.request_id
                      where e.id = p_entry
                        and (l.status <> 'running' or l.principal <> (select balance from kentongan.accounts where loan_id = l.id and kind = 'loan')
                             or (select coalesce(sum(fine + interest + principal), 0)
                                   from kentongan.loan_payments where loan_id = l.id) <> 0)) then 'koreksi_paid'
        when exists (select 1 from kentongan.postings p
                       join kentongan.accounts a on a.id = p.account_id
                       join kentongan.account_kinds k on k.kind = a.kind
                      where p.entry_id = p_entry and k.floor_zero
                        and (a.balance - p.amount) * k.normal < case when p.amount * k.normal > 0 then kentongan.savings_promised(a) else 0 end)
            then 'koreksi_spent' end;
    return v_refused;
end $$;
comment on function kentongan.irreversible(bigint) is
    'Why an entry can''t be taken back, as the name of the answer, null where it can: taken back already, a loan with payments since, a payment on a loan that was given up since, savings that are no longer there. Locks its accounts';

create or replace function kentongan.do_reversal(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    o kentongan.requests;
    v_entry bigint;
    v_reversal bigint;
    v_refused text;
begin
    select * into strict o from kentongan.requests where id = (r.details ->> 'of')::bigint for update;
    select e.id into strict v_entry from kentongan.journal_entries e where e.request_id = o.id and e.reverses_id is null;
    -- Receipts are numbered in the members' rows: in the order of ids, before the accounts.
    perform 1 from kentongan.members where id = any (kentongan.reversal_sides(v_entry, o, r)) order by id for no key update;
    v_refused := kentongan.irreversible(v_entry);
    if v_refused is not null then
        update kentongan.requests set status = 'rejected', reason = v_refused where id = r.id;
        perform kentongan.reply(c, v_refused, kentongan.request_params(r)
            || jsonb_build_object('code', o.code, 'kind', o.kind));
        perform kentongan.tell(r.first_officer, v_refused, kentongan.request_params(r)
            || jsonb_build_object('code', o.code, 'kind', o.kind), 'notice', c);
        return v_refused;
    end if;
    v_reversal := kentongan.post(r.group_id, 'reversal',
        (select array_agg(account_id order by line) from kentongan.postings where entry_id = v_entry),
        (select array_agg(-amount order by line) from kentongan.postings where entry_id = v_entry),
        r.first_officer, p_officer, r.id, c.message_id, p_reason => r.reason, p_reverses => v_entry);
    perform kentongan.undo_loans(o, v_entry, v_reversal);
    perform kentongan.tell_reversal(c, r, o, v_entry, v_reversal, p_officer);
    insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
    select coalesce(nullif(current_setting('kentongan.actor', true), ''), c.peer), 'case.corrected', k.number::text, k.group_id,
           c.message_id, jsonb_build_object('case', k.id, 'request', o.id, 'reversal', r.id)
      from kentongan.cases k where k.request_id = o.id and k.status = 'open';
    return 'koreksi_done';
end $$;
comment on function kentongan.do_reversal(kentongan.ctx, kentongan.requests, bigint) is
    'Posts the mirror of the entry, today; tells both sides by numbered receipt with the reason and both officers'' names, and the supervisors. An open complaint about it is noted, and still wants an answer';

create or replace function kentongan.undo_loans(o kentongan.requests, p_entry bigint, p_reversal bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.unnote_payments(p_entry, p_reversal);
    update kentongan.loans set status = 'settled', settled_on = kentongan.today(o.group_id) where request_id = o.id;
end $$;
comment on function kentongan.undo_loans(kentongan.requests, bigint, bigint) is
    'What a reversed entry meant for loans: its payments stand again with minus, a loan that was paid out by it is over';

create or replace function kentongan.reversal_sides(p_entry bigint, o kentongan.requests, r kentongan.requests) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return array(select distinct x.id
                   from (select a.member_id as id from kentongan.postings p join kentongan.accounts a on a.id = p.account_id
                          where p.entry_id = p_entry
                         union select l.member_id from kentongan.postings p join kentongan.accounts a on a.id = p.account_id
                                 join kentongan.loans l on l.id = a.loan_id where p.entry_id = p_entry
                         union select unnest(kentongan.concerned(o) || kentongan.concerned(r))) x
                  where x.id is not null);
end $$;
comment on function kentongan.reversal_sides(bigint, kentongan.requests, kentongan.requests) is
    'Who must hear of a reversal: everyone with money in the entry, who had a part in it, and the two officers who take it back';

create or replace function kentongan.tell_reversal(c kentongan.ctx, r kentongan.requests, o kentongan.requests,
                                                   p_entry bigint, p_reversal bigint, p_officer bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_sides bigint[] := kentongan.reversal_sides(p_entry, o, r);
    v_params jsonb := kentongan.request_params(r) || jsonb_build_object(
        'when', kentongan.stamp(c.at, r.group_id),
        'second', (select short_name from kentongan.members where id = p_officer));
    v_own bigint;
    m bigint;
begin
    -- The officer's first: it answers the message, so it leaves first.
    foreach m in array p_officer || array_remove(v_sides, p_officer) loop
        -- In a meeting's batch everyone reads their own part of it.
        v_own := (select sum(bl.amount) from kentongan.batches b join kentongan.batch_lines bl on bl.batch_id = b.id
                   where b.request_id = o.id and bl.member_id = m);
        perform kentongan.receipt(m, p_reversal, 'koreksi_receipt', v_params || case
            when v_own is not null and m <> p_officer then kentongan.member_params(m) || jsonb_build_object('of_amount', v_own)
            else '{}' end, c);
    end loop;
    perform kentongan.tell(q.member_id, 'koreksi_supervisor', v_params, 'notice', c)
       from (select distinct member_id from kentongan.officers
              where group_id = r.group_id and until is null and role = 'pengawas' and not member_id = any (v_sides)) q;
end $$;
comment on function kentongan.tell_reversal(kentongan.ctx, kentongan.requests, kentongan.requests, bigint, bigint, bigint) is
    'Numbered receipts of a reversal to everyone concerned, each their own part; the supervisors are told';
