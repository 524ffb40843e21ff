-- A meeting's list becomes money: one entry, a receipt for everybody in it.

create or replace function kentongan.do_batch(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches;
    v_why text;
    v_entry bigint;
    v_cash bigint;
begin
    select * into strict b from kentongan.batches where request_id = r.id and status = 'counting' for update;
    c := kentongan.as_officer(c, p_officer);
    -- Receipts are numbered in their rows: in the order of ids, as accounts.
    perform 1 from kentongan.members
      where id in (b.officer_id, p_officer) or id in (select member_id from kentongan.batch_lines where batch_id = b.id)
      order by id for no key update;
    perform 1 from kentongan.loans
      where status = 'running' and member_id in (select member_id from kentongan.batch_lines where batch_id = b.id and entry = 'bayar')
      order by id for no key update;
    v_why := kentongan.batch_refused(c, b, r, p_officer);
    if v_why is not null then
        return v_why;
    end if;
    v_cash := coalesce(b.counted, r.final_amount);
    v_entry := kentongan.post_batch(c, b, r, v_cash);
    update kentongan.batches set status = 'posted', entry_id = v_entry where id = b.id;
    insert into kentongan.cash_counts (group_id, officer_id, at, booked, counted, batch_id, entry_id)
    values (b.group_id, b.officer_id, c.at, r.final_amount, v_cash, b.id, v_entry);
    perform kentongan.batch_receipts(c, b, r, v_entry, p_officer);
    return 'batch';
end $$;
comment on function kentongan.do_batch(kentongan.ctx, kentongan.requests, bigint) is
    'Posts a confirmed list whole, the cash as it was counted (a second officer has agreed where it differs by much), and sends everybody in it a receipt';

create or replace function kentongan.batch_refused(c kentongan.ctx, b kentongan.batches, r kentongan.requests,
                                                   p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_sharers bigint[] := kentongan.sharers(b.officer_id);
    v_bad record;
    v_why text;
begin
    -- Since the list was written people may have left, or come to the officer's phone; a loan may be settled, or others
    -- have stood in for it.
    select m.id, m.status <> 'active' or m.id = any (v_sharers) as gone, kentongan.pays_back_officer(m.id, b.officer_id) as pays_back
      into v_bad
      from kentongan.batch_lines l join kentongan.members m on m.id = l.member_id
     where l.batch_id = b.id
       and (m.status <> 'active' or m.id = any (v_sharers)
            or l.entry = 'bayar' and (1 <> (select count(*) from kentongan.loans where member_id = m.id and status = 'running')
                                      or kentongan.pays_back_officer(m.id, b.officer_id)))
     order by m.id limit 1;
    v_why := case
        when not exists (select 1 from kentongan.officers where member_id = b.officer_id and until is null and role <> 'pengawas')
            then 'not_officer'
        when v_bad.gone then 'batch_line_bad'
        when v_bad.pays_back then 'catat_renteng'
        when v_bad.id is not null then 'batch_loan_bad' end;
    if v_why is null then
        return null;
    end if;
    update kentongan.batches set status = 'open', counted = null, request_id = null where id = b.id;
    return kentongan.request_impossible(c, r, p_officer, v_why, v_why, coalesce(kentongan.member_params(v_bad.id), '{}'));
end $$;
comment on function kentongan.batch_refused(kentongan.ctx, kentongan.batches, kentongan.requests, bigint) is
    'Null where every line of the list may still be posted by its officer; otherwise opens it again, answers and returns why not';

create or replace function kentongan.post_batch(c kentongan.ctx, b kentongan.batches, r kentongan.requests, p_cash bigint) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_day date := kentongan.today(b.group_id);
    v_accounts bigint[];
    v_amounts bigint[];
    v_payments jsonb := '[]';
    v_entry bigint;
    l record;
    p record;
begin
    select coalesce(array_agg(kentongan.account(b.group_id, s.entry, s.member_id)), '{}'), coalesce(array_agg(-s.amount), '{}')
      into v_accounts, v_amounts
      from (select * from kentongan.batch_lines where batch_id = b.id and entry <> 'bayar' order by member_id, entry) s;
    for l in select lo.id as loan, bl.amount from kentongan.batch_lines bl
               join kentongan.loans lo on lo.member_id = bl.member_id and lo.status = 'running'
              where bl.batch_id = b.id and bl.entry = 'bayar' order by lo.id loop
        select * into strict p from kentongan.loan_payment(l.loan, l.amount, v_day);
        v_accounts := v_accounts || p.accounts;
        v_amounts := v_amounts || p.amounts;
        v_payments := v_payments || (to_jsonb(p) - 'accounts' - 'amounts' || jsonb_build_object('loan', l.loan));
    end loop;
    v_accounts := v_accounts || kentongan.account(b.group_id, 'cash', b.officer_id) || kentongan.account(b.group_id, 'over_short');
    v_amounts := v_amounts || p_cash || (r.final_amount - p_cash);
    select array_agg(x.account), array_agg(x.amount) into v_accounts, v_amounts
      from (select u.account, sum(u.amount)::bigint as amount from unnest(v_accounts, v_amounts) as u(account, amount)
             group by u.account having sum(u.amount) <> 0) x;
    v_entry := kentongan.post(b.group_id, 'batch', v_accounts, v_amounts, b.officer_id,
                              case when r.first_officer is not null then r.decided_by end, r.id, c.message_id);
    perform kentongan.note_payment((x ->> 'loan')::bigint, v_entry, v_day, (x ->> 'renteng')::bigint, (x ->> 'fine')::bigint,
                                   (x ->> 'interest')::bigint, (x ->> 'principal')::bigint, c)
       from jsonb_array_elements(v_payments) x;
    return v_entry;
end $$;
comment on function kentongan.post_batch(kentongan.ctx, kentongan.batches, kentongan.requests, bigint) is
    'One entry for the list: the cash that is there, every member''s savings, instalments divided as any payment on a loan, and what is missing or too much to over_short';

create or replace function kentongan.batch_receipts(c kentongan.ctx, b kentongan.batches, r kentongan.requests, p_entry bigint,
                                                    p_officer bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m record;
    v_params jsonb := kentongan.group_params(b.group_id) || r.details || jsonb_build_object('when', kentongan.stamp(c.at, b.group_id),
        'code', r.code, 'officer', (select short_name from kentongan.members where id = b.officer_id),
        'role', kentongan.role_of(b.officer_id),
        'second', (select short_name from kentongan.members where id = p_officer and r.first_officer is not null));
begin
    -- First of all who answered: the officer, or the second one.
    perform kentongan.receipt(who, p_entry, 'receipt_batch_officer', v_params || jsonb_build_object(
                'amount', r.final_amount, 'cash', kentongan.balance(b.group_id, 'cash', b.officer_id),
                'silent', (select nullif(count(distinct member_id), 0) from kentongan.batch_lines
                            where batch_id = b.id and kentongan.phone_of(member_id) is null)), c)
       from (select x.who from unnest(array[p_officer, b.officer_id]) with ordinality x(who, n) group by x.who order by min(x.n)) y;
    for m in select l.member_id, jsonb_agg(jsonb_build_object('product', kentongan.entry_word(l.entry), 'amount', l.amount,
                        'balance', case when l.entry <> 'bayar' then kentongan.balance(b.group_id, l.entry, l.member_id) end,
                        'rest', case when l.entry = 'bayar' then kentongan.loans_left(l.member_id) end) order by l.id) as lines
               from kentongan.batch_lines l where l.batch_id = b.id group by l.member_id order by l.member_id loop
        perform kentongan.receipt(m.member_id, p_entry, 'receipt_batch',
                                  v_params || kentongan.member_params(m.member_id) || jsonb_build_object('lines', m.lines), c);
    end loop;
    if r.details ? 'gap' then
        v_params := v_params || jsonb_build_object('amount', r.final_amount);
        if kentongan.tell_officers(b.group_id, array['ketua', 'pengawas'], b.officer_id, 'batch_difference', v_params, c) = 0 then
            perform kentongan.tell_officers(b.group_id, array['sekretaris', 'bendahara'], b.officer_id, 'batch_difference', v_params, c);
        end if;
    end if;
end $$;
comment on function kentongan.batch_receipts(kentongan.ctx, kentongan.batches, kentongan.requests, bigint, bigint) is
    'Receipts of a posted list: the officers'', then one a member for all her lines; chair and supervisors (where there is none but the officer herself: secretary and treasurer) hear of every difference in the cash';
