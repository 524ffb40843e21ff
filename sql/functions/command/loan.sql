-- A member and her loan: PINJAMAN looks, PINJAM asks for one, BAYAR pays it back.

create or replace function kentongan.cmd_pinjaman(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l record;
    o record;
    v_today date := kentongan.today(c.group_id);
    v_renteng bigint;
    v_refused text;
    v_outcome text := 'pinjaman_none';
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    v_refused := kentongan.may_look(c);
    if v_refused is not null then
        return v_refused;
    end if;
    for l in select * from kentongan.loan_state where member_id = c.member_id and n is not null order by number limit 3 loop
        select * into o from kentongan.loan_overdue(l.id, v_today);
        if o.count > 1 then
            perform kentongan.reply(c, 'pinjaman_late', jsonb_build_object(
                'loan', l.number, 'remaining', l.remaining, 'count', o.count, 'since', to_char(o.since, 'DD/MM'),
                'principal', o.principal, 'interest', o.interest, 'fine', nullif(o.fine, 0),
                'total', o.principal + o.interest + o.fine));
        else
            perform kentongan.reply(c, 'pinjaman', jsonb_build_object(
                'loan', l.number, 'remaining', l.remaining, 'n', l.n, 'of', l.instalments, 'principal', l.due_principal,
                'interest', l.due_interest, 'total', l.due_principal + l.due_interest, 'due', to_char(l.due_on, 'DD/MM'),
                'late', case when l.due_on < v_today then v_today - l.due_on end, 'fine', nullif(l.fine_due, 0)));
        end if;
        v_outcome := 'pinjaman';
    end loop;
    v_renteng := kentongan.balance(c.group_id, 'renteng', c.member_id);
    if v_renteng > 0 then
        perform kentongan.reply(c, 'pinjaman_renteng', jsonb_build_object('amount', v_renteng));
        return 'pinjaman';
    end if;
    perform kentongan.reply(c, 'pinjaman_none') where v_outcome = 'pinjaman_none';
    return v_outcome;
end $$;
comment on function kentongan.cmd_pinjaman(kentongan.ctx, jsonb) is
    'PINJAMAN: what is left of each loan, the next instalment or the arrears, and what the group stood in for';

-- --- asking for a loan ---------------------------------------------------------

create or replace function kentongan.cmd_pinjam(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
    v_amount bigint := (a ->> 'amount')::bigint;
    v_count int := (a ->> 'count')::int;
    v_unit text := coalesce(a ->> 'unit', 'month');
    v_refused text;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    select * into strict g from kentongan.groups where id = c.group_id;
    v_refused := case when v_count is null then 'usage_pinjam'
                      when v_amount < g.smallest_amount then 'amount_small'
                      when v_amount > g.loan_largest then 'pinjam_large'
                      when v_count < 1 or v_count > case v_unit when 'week' then g.loan_longest * 52 / 12 else g.loan_longest end
                          then 'pinjam_long' end;
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, jsonb_build_object('amount', v_amount, 'low', g.smallest_amount,
            'high', g.loan_largest, 'months', g.loan_longest));
        return v_refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    v_refused := kentongan.loan_refused(c, c.member_id, null);
    if v_refused is not null then
        return v_refused;
    end if;
    perform kentongan.request_open(c, 'loan', c.group_id, c.member_id, null, v_amount,
        kentongan.loan_terms(v_amount, v_count, v_unit, g.loan_permille, g.loan_method, kentongan.today(c.group_id))
        || jsonb_build_object('savings', kentongan.balance(c.group_id, 'pokok', c.member_id)
                                         + kentongan.balance(c.group_id, 'wajib', c.member_id)
                                         + kentongan.balance(c.group_id, 'sukarela', c.member_id),
                              'owed', nullif(kentongan.loans_left(c.member_id), 0)));
    return 'pinjam';
end $$;
comment on function kentongan.cmd_pinjam(kentongan.ctx, jsonb) is
    'PINJAM amount count [unit]: a loan on the group''s terms, shown before it goes to the officers; refused beyond the group''s limits or with arrears';

create or replace function kentongan.loan_terms(p_amount bigint, p_count int, p_unit text, p_permille int, p_method text, p_day date)
returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select jsonb_build_object('count', p_count, 'unit', p_unit, 'permille', p_permille, 'method', p_method,
                'instalment', max(s.principal + s.interest) filter (where s.n = 1), 'total_interest', sum(s.interest))
              from kentongan.make_schedule(p_amount, p_count, p_unit, p_permille, p_method, p_day) s);
end $$;
comment on function kentongan.loan_terms(bigint, int, text, int, text, date) is
    'The terms of a loan as a request keeps and texts show them: first instalment, interest in all';

create or replace function kentongan.loan_refused(c kentongan.ctx, p_member bigint, p_request bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members;
    l record;
    v_params jsonb := kentongan.member_params(p_member);
begin
    select * into strict m from kentongan.members where id = p_member for no key update;
    if m.withdraw_hold_until > c.at then
        perform kentongan.reply(c, 'pinjam_held', v_params || jsonb_build_object('until', kentongan.stamp(m.withdraw_hold_until, m.group_id)));
        return 'pinjam_held';
    end if;
    if exists (select 1 from kentongan.requests where member_id = p_member and kind = 'loan' and status in ('pending', 'approved')
                                                  and id is distinct from p_request) then
        perform kentongan.reply(c, 'pinjam_waits', v_params);
        return 'pinjam_waits';
    end if;
    if m.status <> 'active' or m.blocked_at is not null then
        perform kentongan.reply(c, 'pinjam_blocked', v_params);
        return 'pinjam_blocked';
    end if;
    select s.number, o.fine + o.interest + o.principal as amount, o.since into l
      from kentongan.loan_state s cross join lateral kentongan.loan_overdue(s.id, kentongan.today(m.group_id)) o
     where s.member_id = p_member and s.status = 'running' and o.count > 0
     order by s.number limit 1;
    if found or kentongan.balance(m.group_id, 'renteng', p_member) > 0 then
        perform kentongan.reply(c, 'pinjam_arrears', v_params || case when kentongan.shows_figures(c, p_member)
            then jsonb_build_object('loan', l.number, 'amount', coalesce(l.amount, nullif(kentongan.balance(m.group_id, 'renteng', p_member), 0)),
                                    'since', to_char(l.since, 'DD/MM')) else '{}' end);
        return 'pinjam_arrears';
    end if;
    return null;
end $$;
comment on function kentongan.loan_refused(kentongan.ctx, bigint, bigint) is
    'Null where this member may get a loan; otherwise answers and returns why not: arrears, a debt to who stood in, another request that waits, a number that is new. Locks the member';

create or replace function kentongan.loan_cashier(r kentongan.requests, p_officer bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select o.member_id
              from kentongan.officers o
              join kentongan.members m on m.id = o.member_id and m.status = 'active' and m.blocked_at is null
             where o.group_id = r.group_id and o.until is null and o.role in ('bendahara', 'ketua', 'sekretaris')
               and o.member_id <> r.member_id
               and not exists (select 1 from kentongan.member_phones mine join kentongan.member_phones hers on hers.phone_id = mine.phone_id
                                where mine.member_id = o.member_id and mine.until is null
                                  and hers.member_id = r.member_id and hers.until is null)
               and kentongan.balance(r.group_id, 'cash', o.member_id) - kentongan.cash_promised(o.member_id, r.id) >= r.amount
             order by o.member_id <> p_officer, array_position(array['bendahara', 'ketua', 'sekretaris'], o.role), o.id
             limit 1);
end $$;
comment on function kentongan.loan_cashier(kentongan.requests, bigint) is
    'Whose cash covers a loan: the officer''s who decides, else the treasurer''s, chair''s, secretary''s; null where nobody''s does';

create or replace function kentongan.may_loan(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cashier bigint;
    v_refused text;
begin
    perform 1 from kentongan.members m
      where m.id = r.member_id or m.id in (select member_id from kentongan.officers where group_id = r.group_id and until is null)
      order by m.id for no key update;
    v_refused := kentongan.loan_refused(c, r.member_id, r.id);
    if v_refused is not null then
        return v_refused;
    end if;
    v_cashier := kentongan.loan_cashier(r, p_officer);
    if v_cashier is null then
        perform kentongan.reply(c, 'pinjam_cash', kentongan.request_params(r));
        return 'pinjam_cash';
    end if;
    update kentongan.requests set cashier_id = v_cashier where id = r.id;
    return null;
end $$;
comment on function kentongan.may_loan(kentongan.ctx, kentongan.requests, bigint) is
    'Null where an officer may agree to a loan now, its cashier chosen; otherwise answers and the request waits on';

create or replace function kentongan.do_loan(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
    v_second bigint := case when r.decided_by <> r.cashier_id then r.decided_by else r.first_officer end;
    v_entry bigint;
begin
    perform 1 from kentongan.members where id in (r.member_id, r.cashier_id, r.first_officer, p_officer) order by id for no key update;
    perform 1 from kentongan.accounts where id = kentongan.account(r.group_id, 'cash', r.cashier_id) for update;
    if kentongan.balance(r.group_id, 'cash', r.cashier_id) < r.final_amount then
        return kentongan.loan_waits(c, r);
    end if;
    l := kentongan.open_loan(r);
    v_entry := kentongan.post(r.group_id, 'loan',
        array[kentongan.account(r.group_id, 'loan', r.member_id, l.id), kentongan.account(r.group_id, 'cash', r.cashier_id)],
        array[l.principal, -l.principal], r.cashier_id, v_second, r.id, c.message_id);
    perform kentongan.loan_receipts(c, r, l, v_entry, v_second);
    return 'ambil';
end $$;
comment on function kentongan.do_loan(kentongan.ctx, kentongan.requests, bigint) is
    'The member has the cash: the loan starts today, out of the cashier''s cash, and everyone involved gets a numbered receipt';

create or replace function kentongan.loan_waits(c kentongan.ctx, r kentongan.requests) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    -- The same code works once the cash is in the books.
    update kentongan.requests set status = 'approved' where id = r.id;
    update kentongan.one_time_codes set closed_at = null where request_id = r.id and stage = 'take';
    perform kentongan.reply(c, 'pinjam_cash', kentongan.request_params(r));
    perform kentongan.tell(r.cashier_id, 'pinjam_cash', kentongan.request_params(r), 'notice', c);
    return 'pinjam_cash';
end $$;
comment on function kentongan.loan_waits(kentongan.ctx, kentongan.requests) is 'Sets an agreed loan back to wait for the cash that pays it';

create or replace function kentongan.open_loan(r kentongan.requests) returns kentongan.loans
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    l kentongan.loans;
begin
    perform 1 from kentongan.groups where id = r.group_id for no key update;
    insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on, method, permille, unit, request_id)
    values (r.group_id, r.member_id, 1 + coalesce((select max(number) from kentongan.loans where group_id = r.group_id), 0),
            r.final_amount, kentongan.today(r.group_id), r.details ->> 'method', (r.details ->> 'permille')::int, r.details ->> 'unit', r.id)
    returning * into l;
    insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest)
    select l.id, s.n, s.due_on, s.principal, s.interest
      from kentongan.make_schedule(l.principal, (r.details ->> 'count')::int, l.unit, l.permille, l.method, l.disbursed_on) s;
    return l;
end $$;
comment on function kentongan.open_loan(kentongan.requests) is 'Writes the loan that was agreed to under the group''s next number, with its schedule from today';

create or replace function kentongan.loan_receipts(c kentongan.ctx, r kentongan.requests, l kentongan.loans, p_entry bigint,
                                                   p_second bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb;
begin
    select kentongan.request_params(r) || kentongan.officer_params(r.cashier_id)
           || jsonb_build_object('loan', l.number, 'when', kentongan.stamp(c.at, r.group_id),
               'second', (select short_name from kentongan.members where id = p_second),
               'instalment', s.due_principal + s.due_interest, 'of', s.instalments, 'due', to_char(s.due_on, 'DD/MM'),
               'cash', kentongan.balance(r.group_id, 'cash', r.cashier_id))
      into v_params from kentongan.loan_state s where s.id = l.id;
    -- The member's first: it answers the message, so it leaves first.
    perform kentongan.receipt(r.member_id, p_entry, 'receipt_loan', v_params, c);
    perform kentongan.receipt(who.id, p_entry, 'receipt_loan_officer', v_params, c)
       from (select x.id from unnest(array[r.cashier_id, r.decided_by, r.first_officer]) with ordinality x(id, n)
              where x.id is not null group by x.id order by min(x.n)) who;
end $$;
comment on function kentongan.loan_receipts(kentongan.ctx, kentongan.requests, kentongan.loans, bigint, bigint) is
    'Receipts of a loan paid out: the member''s with the first instalment, then every officer''s who had a part';

-- --- paying it back --------------------------------------------------------------

create or replace function kentongan.loan_to_pay(c kentongan.ctx, a jsonb, out loan int, out refused text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_open int[];
    v_status text;
begin
    loan := (a ->> 'loan')::int;
    select array_agg(number order by number) into v_open from kentongan.loan_state
     where member_id = c.member_id and n is not null;
    if loan is not null and not loan = any (coalesce(v_open, '{}')) then
        select status into v_status from kentongan.loans where member_id = c.member_id and number = loan;
        refused := case v_status when 'written_off' then 'bayar_written_off' when 'settled' then 'bayar_settled' else 'loan_unknown' end;
    elsif loan is null and cardinality(v_open) > 1 then
        refused := 'bayar_which';
    elsif loan is null and v_open is null and kentongan.balance(c.group_id, 'renteng', c.member_id) = 0 then
        refused := 'bayar_none';
    else
        loan := coalesce(loan, v_open[1]);
        return;
    end if;
    perform kentongan.reply(c, refused, jsonb_build_object('loan', loan, 'amount', (a ->> 'amount')::bigint, 'first_loan', v_open[1],
        'which', (select string_agg('P-' || x.number, ', ' order by x.number) from unnest(v_open[1:5]) x(number))));
end $$;
comment on function kentongan.loan_to_pay(kentongan.ctx, jsonb) is
    'Which of the member''s loans BAYAR means (none where only a debt to who stood in is left); otherwise answers and says why not in refused';

create or replace function kentongan.cmd_bayar(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_amount bigint := (a ->> 'amount')::bigint;
    v_refused text;
    v_which record;
    v_before kentongan.requests;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    v_refused := kentongan.amount_refused(c, c.group_id, v_amount);
    if v_refused is not null then
        return v_refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    -- Two messages of one member at the same time must see each other.
    perform 1 from kentongan.members where id = c.member_id for no key update;
    select * into v_which from kentongan.loan_to_pay(c, a);
    if v_which.refused is not null then
        return v_which.refused;
    end if;
    v_before := kentongan.noted_today(c, 'payment', v_amount, null, v_which.loan);
    if v_before.id is not null then
        perform kentongan.ask_repeat(c, 'BAYAR', jsonb_strip_nulls(jsonb_build_object('amount', v_amount, 'loan', v_which.loan)));
        perform kentongan.reply(c, 'bayar_repeat', jsonb_build_object('loan', v_which.loan, 'amount', v_amount,
                                                                      'code', v_before.code, 'status', v_before.status));
        return 'bayar_repeat';
    end if;
    return kentongan.note_instalment(c, v_which.loan, v_amount);
end $$;
comment on function kentongan.cmd_bayar(kentongan.ctx, jsonb) is
    'BAYAR [loan] amount: a notice that waits for an officer; with several loans asks which, the same sum on the same day is asked about';

create or replace function kentongan.note_instalment(c kentongan.ctx, p_loan int, p_amount bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
    v_officer bigint;
begin
    r := kentongan.request_open(c, 'payment', c.group_id, c.member_id, null, p_amount,
                                jsonb_strip_nulls(jsonb_build_object('loan', p_loan)));
    v_officer := kentongan.request_ask(c, r);
    if v_officer is null then
        update kentongan.requests set status = 'cancelled', decided_at = c.at where id = r.id;
        perform kentongan.reply(c, 'no_officer');
        return 'no_officer';
    end if;
    perform kentongan.reply(c, 'bayar', kentongan.request_params(r) || kentongan.officer_params(v_officer));
    return 'bayar';
end $$;
comment on function kentongan.note_instalment(kentongan.ctx, int, bigint) is 'Writes the pending payment, asks an officer, answers the member with its code';

create or replace function kentongan.do_payment(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cashier bigint := coalesce(r.first_officer, p_officer);
    v_day date := kentongan.today(r.group_id);
    l kentongan.loans;
    p record;
    v_entry bigint;
    v_settled boolean := false;
begin
    -- Whoever stood in gets money too: in the order of ids, as accounts.
    perform 1 from kentongan.members m
      where m.id in (r.member_id, p_officer, r.first_officer)
         or m.id in (select s.member_id from kentongan.stand_ins s join kentongan.loans x on x.id = s.loan_id
                      where x.member_id = r.member_id and s.repaid < s.amount)
      order by m.id for no key update;
    select * into l from kentongan.loans where group_id = r.group_id and number = (r.details ->> 'loan')::int for no key update;
    if l.status = 'written_off' then
        return kentongan.request_impossible(c, r, p_officer, 'the loan was written off', 'bayar_written_off');
    end if;
    select * into p from kentongan.payment_lines(r.member_id, case when l.status = 'running' then l.id end, r.final_amount, v_day);
    v_entry := kentongan.post(r.group_id, 'payment', p.accounts || kentongan.account(r.group_id, 'cash', v_cashier),
        p.amounts || r.final_amount, v_cashier, case when r.first_officer is not null then p_officer end, r.id, c.message_id);
    perform kentongan.payment_receipts(c, r, l, v_entry, p_officer, jsonb_build_object('renteng', nullif(p.renteng, 0),
        'fine', nullif(p.fine, 0), 'interest', nullif(p.interest, 0), 'principal', nullif(p.principal, 0), 'rest', nullif(p.rest, 0)));
    if l.status = 'running' then
        v_settled := kentongan.note_payment(l.id, v_entry, v_day, p.renteng, p.fine, p.interest, p.principal, c);
    elsif p.renteng > 0 then
        perform kentongan.note_renteng(r.member_id, v_entry, p.renteng, c);
    end if;
    perform kentongan.tell(r.member_id, 'loan_settled', kentongan.request_params(r), 'notice', c) where v_settled;
    return 'terima';
end $$;
comment on function kentongan.do_payment(kentongan.ctx, kentongan.requests, bigint) is
    'Posts a confirmed payment to the cash of the officer who has it, divided in the group''s order; what is over is saved. Everyone gets a numbered receipt, a settled loan is told';

create or replace function kentongan.payment_receipts(c kentongan.ctx, r kentongan.requests, l kentongan.loans, p_entry bigint,
                                                      p_officer bigint, p_parts jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cashier bigint := coalesce(r.first_officer, p_officer);
    v_params jsonb;
begin
    v_params := kentongan.member_params(r.member_id) || p_parts || kentongan.officer_params(v_cashier) || jsonb_build_object(
        'when', kentongan.stamp(c.at, r.group_id), 'loan', l.number, 'amount', r.final_amount,
        'noted', nullif(r.amount, r.final_amount), 'code', r.code,
        'second', (select short_name from kentongan.members where id = p_officer and r.first_officer is not null),
        'remaining', case when l.id is not null then kentongan.balance(l.group_id, 'loan', l.member_id, l.id)
                          else kentongan.balance(r.group_id, 'renteng', r.member_id) end,
        'cash', kentongan.balance(r.group_id, 'cash', v_cashier));
    -- The officer's first: it answers the message, so it leaves first.
    perform kentongan.receipt(p_officer, p_entry, 'receipt_payment_officer', v_params, c);
    perform kentongan.receipt(r.member_id, p_entry, 'receipt_payment', v_params, c);
    if r.first_officer is not null then
        perform kentongan.receipt(r.first_officer, p_entry, 'receipt_payment_officer', v_params, c);
    end if;
end $$;
comment on function kentongan.payment_receipts(kentongan.ctx, kentongan.requests, kentongan.loans, bigint, bigint, jsonb) is
    'Receipts of a payment on a loan: how it was divided and what is left';
