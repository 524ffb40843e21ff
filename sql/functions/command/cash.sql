-- The officers' cash: SERAH hands it on, TARIK BANK fetches it, BIAYA spends it, KAS and KASTELAT show it.

create or replace function kentongan.money_asked(c kentongan.ctx, p_amount bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text := kentongan.amount_refused(c, c.group_id, p_amount);
begin
    if v_refused is not null then
        return v_refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    if not exists (select 1 from kentongan.pins where member_id = c.member_id) then
        perform kentongan.reply(c, 'pin_first', jsonb_build_object('command', c.command));
        return 'pin_first';
    end if;
    return null;
end $$;
comment on function kentongan.money_asked(kentongan.ctx, bigint) is
    'Null where the officer who speaks may ask for so much to be moved; otherwise answers and returns why not';

create or replace function kentongan.cash_asked(c kentongan.ctx, p_amount bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text := kentongan.money_asked(c, p_amount);
    v_cash bigint;
    v_promised bigint;
begin
    if v_refused is not null then
        return v_refused;
    end if;
    perform 1 from kentongan.members where id = c.member_id for no key update;
    v_cash := kentongan.balance(c.group_id, 'cash', c.member_id);
    v_promised := kentongan.cash_promised(c.member_id);
    if v_cash - v_promised < p_amount then
        perform kentongan.reply(c, 'cash_less', jsonb_build_object(
            'amount', p_amount, 'cash', v_cash, 'promised', nullif(v_promised, 0)));
        return 'cash_less';
    end if;
    return null;
end $$;
comment on function kentongan.cash_asked(kentongan.ctx, bigint) is
    'Null where the officer who speaks may give so much out of her booked cash; otherwise answers and returns why not';

create or replace function kentongan.cash_receiver(p_group bigint, p_giver bigint, a jsonb) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    if a ? 'role' then
        -- A supervisor checks the books and holds none of their cash.
        return kentongan.officer_for(p_group, array_remove(array[a ->> 'role'], 'pengawas'), p_giver);
    end if;
    return (select m.id from kentongan.members m
             where m.group_id = p_group and m.number = (a ->> 'member')::int and m.id <> p_giver
               and m.status = 'active' and m.blocked_at is null
               and exists (select 1 from kentongan.officers
                            where member_id = m.id and until is null and role <> 'pengawas')
               and kentongan.phone_of(m.id) <> kentongan.phone_of(p_giver));
end $$;
comment on function kentongan.cash_receiver(bigint, bigint, jsonb) is
    'The officer to whom cash may be handed, by office or member''s number: another one, with a phone of another''s; null where there is none';

create or replace function kentongan.cmd_serah(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_amount bigint := (a ->> 'amount')::bigint;
    v_to bigint;
    v_refused text;
begin
    c := kentongan.as_acting_officer(c);
    if c.member_id is null then
        return 'not_officer';
    end if;
    if not a ? 'bank' then
        v_to := kentongan.cash_receiver(c.group_id, c.member_id, a);
        if v_to is null then
            perform kentongan.reply(c, 'serah_who');
            return 'serah_who';
        end if;
    elsif kentongan.duty_refused(c, c.member_id, 'banking') then
        return 'not_your_duty';
    end if;
    v_refused := kentongan.cash_asked(c, v_amount);
    if v_refused is not null then
        return v_refused;
    end if;
    if v_to is null then
        perform kentongan.request_open(c, 'banking', c.group_id, null, c.member_id, v_amount);
    else
        perform kentongan.request_open(c, 'handover', c.group_id, null, c.member_id, v_amount, jsonb_build_object(
            'to', v_to, 'receiver', (select short_name from kentongan.members where id = v_to)));
    end if;
    return 'serah';
end $$;
comment on function kentongan.cmd_serah(kentongan.ctx, jsonb) is
    'SERAH amount to an officer (who answers TERIMA) or to the bank (a second officer agrees): not more than the booked cash';

create or replace function kentongan.cmd_tarikbank(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_amount bigint := (a ->> 'amount')::bigint;
    v_bank bigint;
    v_refused text;
begin
    c := kentongan.as_acting_officer(c);
    if c.member_id is null then
        return 'not_officer';
    elsif kentongan.duty_refused(c, c.member_id, 'unbanking') then
        return 'not_your_duty';
    end if;
    v_refused := kentongan.money_asked(c, v_amount);
    if v_refused is not null then
        return v_refused;
    end if;
    v_bank := kentongan.balance(c.group_id, 'bank');
    if v_bank < v_amount then
        perform kentongan.reply(c, 'bank_less', jsonb_build_object('amount', v_amount, 'bank', v_bank));
        return 'bank_less';
    end if;
    perform kentongan.request_open(c, 'unbanking', c.group_id, null, c.member_id, v_amount);
    return 'tarikbank';
end $$;
comment on function kentongan.cmd_tarikbank(kentongan.ctx, jsonb) is
    'TARIK BANK amount: an officer fetches the group''s money from the bank; a second officer agrees. Not more than the books have there';

create or replace function kentongan.cmd_biaya(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_amount bigint := (a ->> 'amount')::bigint;
    v_refused text;
begin
    c := kentongan.as_acting_officer(c);
    if c.member_id is null then
        return 'not_officer';
    end if;
    if coalesce(btrim(a ->> 'text'), '') = '' then
        perform kentongan.reply(c, 'usage_biaya');
        return 'usage';
    elsif kentongan.duty_refused(c, c.member_id, 'expense') then
        return 'not_your_duty';
    end if;
    v_refused := kentongan.cash_asked(c, v_amount);
    if v_refused is not null then
        return v_refused;
    end if;
    perform kentongan.request_open(c, 'expense', c.group_id, null, c.member_id, v_amount, '{}', null, a ->> 'text');
    return 'biaya';
end $$;
comment on function kentongan.cmd_biaya(kentongan.ctx, jsonb) is
    'BIAYA amount text: an expense of the group, paid from the officer''s cash; a second officer agrees';

-- --- what was agreed is done ---------------------------------------------------

create or replace function kentongan.move_cash(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_account bigint)
returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cash bigint := kentongan.account(r.group_id, 'cash', r.asked_by);
    v_has bigint;
begin
    perform 1 from kentongan.members where id in (r.asked_by, p_officer) order by id for no key update;
    perform 1 from kentongan.accounts where id in (v_cash, p_account) order by id for update;
    v_has := kentongan.balance(r.group_id, 'cash', r.asked_by);
    if v_has - kentongan.cash_promised(r.asked_by) < r.final_amount then
        perform kentongan.request_impossible(c, r, p_officer, 'the booked cash does not cover it', 'cash_gone',
                                             jsonb_build_object('cash', v_has));
        return null;
    end if;
    return kentongan.post(r.group_id, r.kind, array[p_account, v_cash], array[r.final_amount, -r.final_amount],
                          r.asked_by, p_officer, r.id, c.message_id, null, r.reason);
end $$;
comment on function kentongan.move_cash(kentongan.ctx, kentongan.requests, bigint, bigint) is
    'Posts an officer''s cash to the account; null, the request ended and both told, where the booked cash no longer covers it';

create or replace function kentongan.cash_params(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.request_params(r) || jsonb_build_object(
        'when', kentongan.stamp(c.at, r.group_id),
        'officer', (select short_name from kentongan.members where id = p_officer),
        'cash', kentongan.balance(r.group_id, 'cash', r.asked_by));
end $$;
comment on function kentongan.cash_params(kentongan.ctx, kentongan.requests, bigint) is
    'What receipts say of moved cash: request_params, the officer who agreed, when, and the asker''s cash after it';

create or replace function kentongan.do_handover(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_entry bigint;
begin
    if r.asked_by = any (kentongan.members_of_phone(c.phone_id)) then
        -- The giver has come to the receiver's phone since: that isn't another's word.
        update kentongan.requests set status = 'pending', decided_by = null, decided_at = null where id = r.id;
        update kentongan.one_time_codes set closed_at = null where request_id = r.id and stage = 'decide';
        perform kentongan.reply(c, 'not_officer');
        return 'not_officer';
    end if;
    v_entry := kentongan.move_cash(c, r, p_officer, kentongan.account(r.group_id, 'cash', p_officer));
    if v_entry is null then
        return 'cash_gone';
    end if;
    perform kentongan.receipt(p_officer, v_entry, 'receipt_handover', kentongan.cash_params(c, r, p_officer)
        || jsonb_build_object('holder', (select short_name from kentongan.members where id = p_officer),
                              'cash', kentongan.balance(r.group_id, 'cash', p_officer)), c);
    perform kentongan.receipt(r.asked_by, v_entry, 'receipt_handover', kentongan.cash_params(c, r, p_officer)
        || jsonb_build_object('holder', (select short_name from kentongan.members where id = r.asked_by)), c);
    return 'handover';
end $$;
comment on function kentongan.do_handover(kentongan.ctx, kentongan.requests, bigint) is
    'The receiver has counted the cash: it is the receiver''s from now on; receipts to both';

create or replace function kentongan.do_banking(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_entry bigint := kentongan.move_cash(c, r, p_officer, kentongan.account(r.group_id, 'bank'));
begin
    if v_entry is null then
        return 'cash_gone';
    end if;
    perform kentongan.receipt(who, v_entry, 'receipt_banking', kentongan.cash_params(c, r, p_officer)
        || jsonb_build_object('bank', kentongan.balance(r.group_id, 'bank')), c)
       from unnest(array[p_officer, r.asked_by]) with ordinality x(who, n) order by n;
    return 'banking';
end $$;
comment on function kentongan.do_banking(kentongan.ctx, kentongan.requests, bigint) is
    'Two officers agree that cash went to the bank; receipts to both';

create or replace function kentongan.do_unbanking(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_bank bigint := kentongan.account(r.group_id, 'bank');
    v_cash bigint := kentongan.account(r.group_id, 'cash', r.asked_by);
    v_entry bigint;
begin
    perform 1 from kentongan.members where id in (r.asked_by, p_officer) order by id for no key update;
    perform 1 from kentongan.accounts where id in (v_bank, v_cash) order by id for update;
    if kentongan.balance(r.group_id, 'bank') < r.final_amount then
        return kentongan.request_impossible(c, r, p_officer, 'the bank''s booked money does not cover it', 'bank_gone',
                                            jsonb_build_object('bank', kentongan.balance(r.group_id, 'bank')));
    elsif not exists (select 1 from kentongan.officers where member_id = r.asked_by and until is null and role <> 'pengawas') then
        -- Who holds no office any more gets no cash.
        return kentongan.request_impossible(c, r, p_officer, 'who asked holds no office any more', 'unbanking_who');
    end if;
    v_entry := kentongan.post(r.group_id, 'unbanking', array[v_cash, v_bank], array[r.final_amount, -r.final_amount],
                              r.asked_by, p_officer, r.id, c.message_id);
    perform kentongan.receipt(who, v_entry, 'receipt_unbanking', kentongan.cash_params(c, r, p_officer)
        || jsonb_build_object('bank', kentongan.balance(r.group_id, 'bank')), c)
       from unnest(array[p_officer, r.asked_by]) with ordinality x(who, n) order by n;
    return 'unbanking';
end $$;
comment on function kentongan.do_unbanking(kentongan.ctx, kentongan.requests, bigint) is
    'Two officers agree that money came from the bank: it is in the asker''s cash from now on; receipts to both';

create or replace function kentongan.do_expense(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_entry bigint := kentongan.move_cash(c, r, p_officer, kentongan.account(r.group_id, 'expenses'));
begin
    if v_entry is null then
        return 'cash_gone';
    end if;
    perform kentongan.receipt(who, v_entry, 'receipt_expense', kentongan.cash_params(c, r, p_officer), c)
       from unnest(array[p_officer, r.asked_by]) with ordinality x(who, n) order by n;
    return 'expense';
end $$;
comment on function kentongan.do_expense(kentongan.ctx, kentongan.requests, bigint) is
    'Two officers agree to an expense: out of the asker''s cash, with its reason in the entry; receipts to both';

-- --- looking -----------------------------------------------------------------------

create or replace function kentongan.cmd_kas(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_own record;
    v_waits record;
begin
    c := kentongan.as_acting_officer(c, '{ketua,pengawas,bendahara,sekretaris}');
    if c.member_id is null then
        return 'not_officer';
    end if;
    if exists (select 1 from kentongan.officers where member_id = c.member_id and until is null and role in ('ketua', 'pengawas')) then
        return kentongan.kas_all(c);
    end if;
    select coalesce(sum(p.amount) filter (where p.amount > 0), 0)::bigint as came,
           coalesce(-sum(p.amount) filter (where p.amount < 0), 0)::bigint as went into v_own
      from kentongan.accounts x
      join kentongan.postings p on p.account_id = x.id
      join kentongan.journal_entries e on e.id = p.entry_id
                                      and e.posted_at > c.at - interval '2 days'
                                      and kentongan.same_day(e.posted_at, c.at, c.group_id)
     where x.member_id = c.member_id and x.kind = 'cash' and e.kind <> 'opening';
    select count(*) as n, coalesce(sum(r.amount), 0)::bigint as total into v_waits
      from kentongan.one_time_codes oc join kentongan.requests r on r.id = oc.request_id and r.status = 'pending'
     where oc.person_id = c.member_id and oc.stage = 'decide' and oc.closed_at is null and r.expires_at > c.at;
    perform kentongan.reply(c, 'kas', jsonb_build_object(
        'now', kentongan.stamp(c.at, c.group_id), 'cash', kentongan.balance(c.group_id, 'cash', c.member_id),
        'came', v_own.came, 'went', v_own.went, 'promised', nullif(kentongan.cash_promised(c.member_id), 0),
        'count', nullif(v_waits.n, 0), 'waiting', v_waits.total));
    return 'kas';
end $$;
comment on function kentongan.cmd_kas(kentongan.ctx, jsonb) is
    'KAS: an officer''s booked cash, what came and went today, what waits for the officer''s word; chair and supervisors see everybody''s and the bank';

create or replace function kentongan.kas_all(c kentongan.ctx) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_lines jsonb;
    v_waits record;
begin
    select jsonb_agg(jsonb_build_object('name', m.short_name, 'amount', x.balance) order by m.number) into v_lines
      from kentongan.members m
      join lateral (select kentongan.balance(m.group_id, 'cash', m.id) as balance) x on true
     where m.group_id = c.group_id
       and (x.balance <> 0 or exists (select 1 from kentongan.officers
                                       where member_id = m.id and until is null and role <> 'pengawas'));
    select count(*) as n, coalesce(sum(amount), 0)::bigint as total into v_waits
      from kentongan.requests where group_id = c.group_id and status in ('pending', 'approved') and expires_at > c.at;
    perform kentongan.reply(c, 'kas_all', jsonb_build_object(
        'now', kentongan.stamp(c.at, c.group_id), 'lines', coalesce(v_lines, '[]'),
        'bank', kentongan.balance(c.group_id, 'bank'), 'count', nullif(v_waits.n, 0), 'waiting', v_waits.total));
    return 'kas';
end $$;
comment on function kentongan.kas_all(kentongan.ctx) is 'Every officer''s booked cash (and whoever else still holds some), the bank, and what waits';

create or replace function kentongan.cmd_kastelat(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_notices record;
    v_late record;
begin
    c := kentongan.as_acting_officer(c, '{ketua,pengawas,bendahara,sekretaris}');
    if c.member_id is null then
        return 'not_officer';
    end if;
    select count(*) as n, sum(amount)::bigint as total, (array_agg(code order by created_at, id))[1] as code,
           (array_agg(kentongan.stamp(created_at, group_id) order by created_at, id))[1] as since into v_notices
      from kentongan.requests
     where group_id = c.group_id and status in ('pending', 'approved') and created_at <= c.at - interval '1 day';
    select count(*) as n, (array_agg(s.number order by s.due_on, s.id))[1] as loan,
           (array_agg(m.short_name || '(' || m.number || ')' order by s.due_on, s.id))[1] as who,
           to_char(min(s.due_on), 'DD/MM') as due into v_late
      from kentongan.loan_state s join kentongan.members m on m.id = s.member_id
     where s.group_id = c.group_id and s.remaining > 0 and s.due_on < kentongan.today(c.group_id);
    if v_notices.n + v_late.n = 0 then
        perform kentongan.reply(c, 'kas_telat_none');
        return 'kas_telat';
    end if;
    perform kentongan.reply(c, 'kas_telat', jsonb_build_object(
        'count', nullif(v_notices.n, 0), 'waiting', coalesce(v_notices.total, 0), 'code', v_notices.code, 'when', v_notices.since,
        'overdue', nullif(v_late.n, 0), 'loan_number', v_late.loan, 'borrower', v_late.who, 'due', v_late.due));
    return 'kas_telat';
end $$;
comment on function kentongan.cmd_kastelat(kentongan.ctx, jsonb) is
    'KAS TELAT: requests that have waited for more than a day and instalments past their day: how many, and the oldest of each';
