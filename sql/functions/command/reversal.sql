-- KOREKSI: what was posted by mistake is taken back by an entry that mirrors it.

create or replace function kentongan.reversal_kinds() returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select '{deposit,payment,withdrawal,loan,batch,handover,banking,unbanking,expense,arisan}'::text[]
$$;
comment on function kentongan.reversal_kinds() is 'What KOREKSI may take back. The rest has consequences that a mirror entry would not undo';

create or replace function kentongan.cmd_koreksi(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
    v_entry bigint;
    v_owner bigint;
    v_line text[];
    v_refused text;
    v_params jsonb;
begin
    c := kentongan.as_acting_officer(c);
    if c.member_id is null then
        return 'not_officer';
    end if;
    select * into r from kentongan.requests where group_id = c.group_id and code = upper(a ->> 'code');
    select e.id into v_entry from kentongan.journal_entries e where e.request_id = r.id and e.reverses_id is null;
    -- Of a meeting's list one member's part: her number in front of the reason.
    v_line := case when r.kind = 'batch' then regexp_match(a ->> 'text', '^(?:no\.? |nomor )?([0-9]{1,4}) +(\S.*)$', 'i') end;
    v_owner := case when v_line is null then coalesce(r.member_id, kentongan.sole_owner(v_entry))
                    else (select id from kentongan.members where group_id = c.group_id and number = v_line[1]::int) end;
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
    if v_line is not null then
        return kentongan.ask_line_back(c, r, v_entry, v_owner, v_line);
    end if;
    v_refused := kentongan.irreversible(v_entry);
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, v_params);
        return v_refused;
    end if;
    perform kentongan.request_open(c, 'reversal', c.group_id, v_owner, c.member_id,
        p_amount => kentongan.moved(v_entry),
        p_details => jsonb_build_object('of', r.id, 'of_code', r.code, 'of_kind', r.kind, 'of_amount', kentongan.moved(v_entry)),
        p_reason => a ->> 'text');
    return 'koreksi';
end $$;
comment on function kentongan.cmd_koreksi(kentongan.ctx, jsonb) is
    'KOREKSI code reason: an officer wants a posted request taken back; a second officer must agree, neither being whose money it is. KOREKSI code 23 reason: of a meeting''s list only what stands there of member 23';

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
        when exists (select 1 from kentongan.batches b join kentongan.batch_lines l on l.batch_id = b.id and l.taken_back is not null
                      where b.entry_id = p_entry) then 'koreksi_lines'
        when kentongan.touches_leaver(p_entry) then 'koreksi_left'
        when exists (select 1 from kentongan.journal_entries e join kentongan.arisan_rounds x on x.request_id = e.request_id
                       join kentongan.arisan_rounds later on later.group_id = x.group_id and later.number > x.number
                      where e.id = p_entry) then 'koreksi_round'
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
    'Why an entry can''t be taken back, as the name of the answer, null where it can: taken back already, whole or in part, money of somebody who has left, an arisan with a later one, a loan with payments since, a payment on a loan that was given up since, savings that are no longer there. Locks its accounts';

create or replace function kentongan.touches_leaver(p_entry bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.postings p
                     join kentongan.accounts a on a.id = p.account_id
                     left join kentongan.loans l on l.id = a.loan_id
                     join kentongan.members m on m.id = coalesce(l.member_id, a.member_id) and m.status <> 'active'
                    where p.entry_id = p_entry);
end $$;
comment on function kentongan.touches_leaver(bigint) is
    'Whether an entry moved money of somebody who is no member any more: she was paid all that was hers, and what came to her account now nobody could take out';

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
    perform 1 from kentongan.groups where id = r.group_id and o.kind = 'arisan' for no key update;
    perform 1 from kentongan.members where id = any (kentongan.reversal_sides(v_entry, o, r)) order by id for no key update;
    if r.details ? 'line' then
        return kentongan.take_line_back(c, r, o, v_entry, p_officer);
    end if;
    v_refused := kentongan.irreversible(v_entry);
    if v_refused is not null then
        return kentongan.request_impossible(c, r, p_officer, v_refused, v_refused, jsonb_build_object('code', o.code, 'kind', o.kind));
    end if;
    v_reversal := kentongan.post(r.group_id, 'reversal',
        (select array_agg(account_id order by line) from kentongan.postings where entry_id = v_entry),
        (select array_agg(-amount order by line) from kentongan.postings where entry_id = v_entry),
        r.first_officer, p_officer, r.id, c.message_id, p_reason => r.reason, p_reverses => v_entry);
    perform kentongan.undo_loans(o, v_entry, v_reversal);
    -- The turn is open again: whose it was hasn't had the pot.
    delete from kentongan.arisan_rounds where request_id = o.id;
    perform kentongan.tell_reversal(c, r, o, v_entry, v_reversal, p_officer);
    perform kentongan.note_case(c, r, o);
    return 'koreksi_done';
end $$;
comment on function kentongan.do_reversal(kentongan.ctx, kentongan.requests, bigint) is
    'Posts the mirror of the entry, today; tells both sides by numbered receipt with the reason and both officers'' names, and the supervisors. An open complaint about it is noted, and still wants an answer';

create or replace function kentongan.note_case(c kentongan.ctx, r kentongan.requests, o kentongan.requests) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
    select coalesce(nullif(current_setting('kentongan.actor', true), ''), c.peer), 'case.corrected', k.number::text, k.group_id,
           c.message_id, jsonb_build_object('case', k.id, 'request', o.id, 'reversal', r.id)
      from kentongan.cases k where k.request_id = o.id and k.status = 'open';
end $$;
comment on function kentongan.note_case(kentongan.ctx, kentongan.requests, kentongan.requests) is
    'Notes with an open complaint about a request that it was corrected';

create or replace function kentongan.undo_loans(o kentongan.requests, p_entry bigint, p_reversal bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.unnote_payments(p_entry, p_reversal);
    update kentongan.loans set status = 'reversed', settled_on = kentongan.today(o.group_id) where request_id = o.id;
end $$;
comment on function kentongan.undo_loans(kentongan.requests, bigint, bigint) is
    'What a reversed entry meant for loans: its payments stand again with minus, a loan that was paid out by it was never lent';

create or replace function kentongan.reversal_sides(p_entry bigint, o kentongan.requests, r kentongan.requests) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return array(select distinct x.id
                   from (select a.member_id as id from kentongan.postings p join kentongan.accounts a on a.id = p.account_id
                          where p.entry_id = p_entry
                         union select l.member_id from kentongan.postings p join kentongan.accounts a on a.id = p.account_id
                                 join kentongan.loans l on l.id = a.loan_id where p.entry_id = p_entry
                         union select unnest(kentongan.concerned(o) || kentongan.concerned(r))) x
                  where x.id is not null order by x.id);
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
        -- Of a meeting's list, and of the arisan, everyone reads their own part.
        v_own := case o.kind
            when 'batch' then (select sum(bl.amount) from kentongan.batches b join kentongan.batch_lines bl on bl.batch_id = b.id
                                where b.request_id = o.id and bl.member_id = m)
            when 'arisan' then (select sum(p.amount) from kentongan.postings p join kentongan.accounts a on a.id = p.account_id
                                 where p.entry_id = p_entry and a.kind = 'arisan' and a.member_id = m and m <> o.member_id) end;
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

-- --- one member's part of a meeting's list -------------------------------------

create or replace function kentongan.line_params(o kentongan.requests, p_member bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select jsonb_build_object('of', o.id, 'of_code', o.code, 'of_kind', o.kind, 'of_amount', sum(l.amount), 'line', true)
              from kentongan.batches b join kentongan.batch_lines l on l.batch_id = b.id
             where b.request_id = o.id and l.member_id = p_member having count(*) > 0);
end $$;
comment on function kentongan.line_params(kentongan.requests, bigint) is
    'What a request says that takes back a member''s part of a list; null where she doesn''t stand on it';

create or replace function kentongan.ask_line_back(c kentongan.ctx, o kentongan.requests, p_entry bigint, p_member bigint, p_line text[])
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_details jsonb := kentongan.line_params(o, p_member);
    v_refused text;
begin
    v_refused := case when v_details is null then 'koreksi_no_line' else kentongan.line_irreversible(p_entry, p_member) end;
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, jsonb_build_object('code', o.code, 'kind', o.kind, 'number', p_line[1]::int));
        return v_refused;
    end if;
    perform kentongan.request_open(c, 'reversal', c.group_id, p_member, c.member_id, (v_details ->> 'of_amount')::bigint, v_details,
                                   p_reason => p_line[2]);
    return 'koreksi';
end $$;
comment on function kentongan.ask_line_back(kentongan.ctx, kentongan.requests, bigint, bigint, text[]) is
    'Asks to take back one member''s part of a posted list; otherwise answers and returns why not';

create or replace function kentongan.line_postings(p_entry bigint, p_member bigint)
returns table (account_id bigint, kind text, amount bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches;
begin
    select * into strict b from kentongan.batches x where x.entry_id = p_entry;
    return query
        with lines as (select l.entry, l.amount from kentongan.batch_lines l where l.batch_id = b.id and l.member_id = p_member),
             paid as (select lp.loan_id, lp.fine, lp.interest, lp.principal
                        from kentongan.loan_payments lp join kentongan.loans lo on lo.id = lp.loan_id
                       where lp.entry_id = p_entry and lo.member_id = p_member),
             parts as (select 'cash' as kind, b.officer_id as member, null::bigint as loan, -sum(l.amount) as amount from lines l
                       union all select l.entry, p_member, null, l.amount from lines l where l.entry <> 'bayar'
                       union all select 'fines', null, null, p.fine from paid p
                       union all select 'interest', null, null, p.interest from paid p
                       union all select 'loan', p_member, p.loan_id, p.principal from paid p
                       -- What was over on the loan had been saved.
                       union all select 'sukarela', p_member, null, l.amount - coalesce((select sum(p.fine + p.interest + p.principal) from paid p), 0)
                                   from lines l where l.entry = 'bayar')
        select kentongan.account(b.group_id, x.kind, x.member, x.loan), x.kind, sum(x.amount)::bigint
          from parts x group by x.kind, x.member, x.loan having sum(x.amount) <> 0;
end $$;
comment on function kentongan.line_postings(bigint, bigint) is
    'What takes back a member''s part of a list, out of its officer''s cash; sums to zero. Not where a payment brought money back to who stood in (line_irreversible)';

create or replace function kentongan.line_irreversible(p_entry bigint, p_member bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches;
    v_refused text;
begin
    select * into strict b from kentongan.batches where entry_id = p_entry;
    perform 1 from kentongan.accounts a
      where a.id in (select account_id from kentongan.line_postings(p_entry, p_member)) order by a.id for update;
    v_refused := case
        when exists (select 1 from kentongan.journal_entries where reverses_id = p_entry)
             or exists (select 1 from kentongan.batch_lines where batch_id = b.id and member_id = p_member and taken_back is not null)
            then 'koreksi_twice'
        when exists (select 1 from kentongan.members where id in (p_member, b.officer_id) and status <> 'active') then 'koreksi_left'
        -- Others got a part of it: only the whole list can be taken back.
        when exists (select 1 from kentongan.stand_in_returns s join kentongan.stand_ins i on i.id = s.stand_in_id
                       join kentongan.loans l on l.id = i.loan_id where s.entry_id = p_entry and l.member_id = p_member)
             or exists (select 1 from kentongan.loan_payments lp join kentongan.loans l on l.id = lp.loan_id
                         where lp.entry_id = p_entry and l.member_id = p_member and l.status = 'written_off') then 'koreksi_kind'
        when exists (select 1 from kentongan.line_postings(p_entry, p_member) p
                       join kentongan.accounts a on a.id = p.account_id
                       join kentongan.account_kinds k on k.kind = a.kind
                      where k.floor_zero and p.amount * k.normal < 0
                        and (a.balance + p.amount) * k.normal < kentongan.savings_promised(a)) then 'koreksi_spent' end;
    return v_refused;
end $$;
comment on function kentongan.line_irreversible(bigint, bigint) is
    'Why a member''s part of a list can''t be taken back alone, as the name of the answer; null where it can. Locks its accounts';

create or replace function kentongan.take_line_back(c kentongan.ctx, r kentongan.requests, o kentongan.requests, p_entry bigint,
                                                    p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches;
    v_reversal bigint;
    v_refused text;
    v_params jsonb;
begin
    select * into strict b from kentongan.batches where entry_id = p_entry for update;
    v_refused := kentongan.line_irreversible(p_entry, r.member_id);
    if v_refused is not null then
        return kentongan.request_impossible(c, r, p_officer, v_refused, v_refused, jsonb_build_object('code', o.code, 'kind', o.kind));
    end if;
    v_reversal := kentongan.post(r.group_id, 'reversal',
        (select array_agg(account_id order by account_id) from kentongan.line_postings(p_entry, r.member_id)),
        (select array_agg(amount order by account_id) from kentongan.line_postings(p_entry, r.member_id)),
        r.first_officer, p_officer, r.id, c.message_id, p_reason => r.reason);
    perform kentongan.unnote_payments(p_entry, v_reversal, r.member_id);
    update kentongan.batch_lines set taken_back = v_reversal where batch_id = b.id and member_id = r.member_id;
    v_params := kentongan.request_params(r) || jsonb_build_object('when', kentongan.stamp(c.at, r.group_id),
        'second', (select short_name from kentongan.members where id = p_officer));
    -- The officer's first: it answers the message, so it leaves first.
    perform kentongan.receipt(who.id, v_reversal, 'koreksi_receipt', v_params, c)
       from (select x.id from unnest(array[p_officer, r.member_id, r.first_officer, b.officer_id]) with ordinality x(id, n)
              group by x.id order by min(x.n)) who;
    perform kentongan.tell_officers(r.group_id, '{pengawas}', r.member_id, 'koreksi_supervisor', v_params, c);
    perform kentongan.note_case(c, r, o);
    return 'koreksi_done';
end $$;
comment on function kentongan.take_line_back(kentongan.ctx, kentongan.requests, kentongan.requests, bigint, bigint) is
    'Takes back a member''s part of a posted list: her savings and payments against the cash of the list''s officer; the other lines stand. She, both officers and whose cash it is get receipts, the supervisors are told';
