create or replace function api.group_show(p_code text)
returns table (code text, name text, kind text, kecamatan text, lang text, timezone text, currency text,
               second_officer_above bigint, smallest_amount bigint, largest_amount bigint, wajib_amount bigint,
               pending_hours int, created_at timestamptz, members bigint, savings bigint, loans bigint, pending bigint,
               cash bigint, officers jsonb, legal_number text, pokok_amount bigint, loan_second_above bigint,
               loan_permille int, loan_method text, loan_largest bigint, loan_longest int, fine_amount bigint,
               fine_grace_days int, repayment_order text[], look_pin boolean, shu_percent jsonb, case_days int,
               products text[], duties jsonb, wajib_day int, reminders_off text[], reminder_words jsonb, lesson_series text, missed_call text,
               quiet text, broadcasts_a_day int, broadcast_second_above int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.code, g.name, g.kind, g.kecamatan, g.lang::text, g.timezone, g.currency, g.second_officer_above,
           g.smallest_amount, g.largest_amount, g.wajib_amount, g.pending_hours, g.created_at,
           l.members, l.savings, l.loans, l.pending, l.cash,
           (select coalesce(jsonb_agg(jsonb_build_object('role', o.role, 'number', m.number, 'name', m.name)
                                      order by array_position(array['bendahara', 'ketua', 'sekretaris', 'pengawas'], o.role), m.number),
                            '[]')
              from kentongan.officers o join kentongan.members m on m.id = o.member_id
             where o.group_id = g.id and o.until is null),
           g.legal_number, g.pokok_amount, g.loan_second_above, g.loan_permille, g.loan_method, g.loan_largest,
           g.loan_longest, g.fine_amount, g.fine_grace_days, g.repayment_order, g.look_pin, g.shu_percent, g.case_days,
           g.products, g.duties, g.wajib_day, g.reminders_off, g.reminder_words, g.lesson_series, g.missed_call,
           case when g.quiet_from = g.quiet_until then 'none'
                else to_char(g.quiet_from, 'HH24:MI') || '-' || to_char(g.quiet_until, 'HH24:MI') end,
           g.broadcasts_a_day, g.broadcast_second_above
      from kentongan.group_by_code(p_code) g join api.group_list() l on l.code = g.code
$$;
comment on function api.group_show(text) is 'One group: settings, totals and who holds its offices';

create or replace function api.member_show(p_group text, p_number int)
returns table (number int, name text, short_name text, msisdn text, phone_since timestamptz, shares_with text, offices text,
               lang text, status text, joined_on date, blocked_at timestamptz, blocked_by text, codes_locked_until timestamptz,
               pokok bigint, wajib bigint, sukarela bigint, loan bigint, pending bigint, receipts int)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select m.number, m.name, m.short_name, kentongan.phone_of(m.id), mp.since,
           (select string_agg(g2.code || ' ' || m2.number, ', ' order by g2.code, m2.number)
              from kentongan.member_phones o
              join kentongan.members m2 on m2.id = o.member_id
              join kentongan.groups g2 on g2.id = m2.group_id
             where o.phone_id = mp.phone_id and o.until is null and o.member_id <> m.id),
           (select string_agg(o.role, ', ' order by o.id) from kentongan.officers o
             where o.member_id = m.id and o.until is null),
           kentongan.lang_of(m.id), m.status, m.joined_on, m.blocked_at, m.blocked_by, m.codes_locked_until,
           kentongan.balance(m.group_id, 'pokok', m.id), kentongan.balance(m.group_id, 'wajib', m.id),
           kentongan.balance(m.group_id, 'sukarela', m.id), kentongan.loans_left(m.id),
           (select count(*) from kentongan.requests r where r.member_id = m.id and r.status = 'pending'), m.receipts
      from kentongan.member_by_number(kentongan.group_by_code(p_group), p_number) m
      left join kentongan.member_phones mp on mp.member_id = m.id and mp.until is null
$$;
comment on function api.member_show(text, int) is 'One member: phone and who else uses it, offices, balances, what stands in the way';

create or replace function api.member_loans(p_group text, p_number int)
returns table (number int, principal bigint, remaining bigint, disbursed_on date, instalments bigint, next int, due_on date,
               due_principal bigint, due_interest bigint, fine_due bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select s.number, s.principal, s.remaining, l.disbursed_on, s.instalments, s.n, s.due_on, s.due_principal,
           s.due_interest, s.fine_due
      from kentongan.member_by_number(kentongan.group_by_code(p_group), p_number) m
      join kentongan.loan_state s on s.member_id = m.id
      join kentongan.loans l on l.id = s.id
     order by s.number
$$;
comment on function api.member_loans(text, int) is 'A member''s loans with what is left and the next instalment';
