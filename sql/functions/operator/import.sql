create or replace function api.import_members(p_actor text, p_group text, p_rows jsonb, p_dry_run boolean)
returns table (line int, problem text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    r record;
    v_id bigint;
    v_accounts bigint[];
    v_amounts bigint[];
    v_bad boolean := false;
begin
    perform kentongan.act_as(p_actor);
    perform 1 from kentongan.groups where id = g.id for no key update;
    for r in
        select x.line, x.number, count(*) over (partition by x.number) as twice
          from jsonb_to_recordset(p_rows) as x(line int, number int) order by x.line
    loop
        if r.twice > 1 then
            line := r.line; problem := format('member number %s stands in this file %s times', r.number, r.twice);
            v_bad := true; return next;
        elsif exists (select 1 from kentongan.members where group_id = g.id and number = r.number) then
            line := r.line; problem := format('group %s has a member %s already', g.code, r.number);
            v_bad := true; return next;
        end if;
    end loop;
    if v_bad or p_dry_run then
        return;
    end if;
    for r in
        select * from jsonb_to_recordset(p_rows) as x(line int, number int, name text, msisdn text, lang text, role text,
                                                      pokok bigint, wajib bigint, sukarela bigint)
        order by line
    loop
        insert into kentongan.members (group_id, number, name, short_name, lang)
        values (g.id, r.number, r.name, kentongan.short_name(r.name), r.lang) returning id into v_id;
        if r.msisdn is not null then
            perform kentongan.give_phone(v_id, r.msisdn);
        end if;
        if r.role is not null then
            perform api.officer_set(p_actor, p_group, r.number, r.role, true);
        end if;
        select array_agg(kentongan.account(g.id, k.kind, v_id)), array_agg(-k.amount) into v_accounts, v_amounts
          from (values ('pokok', r.pokok), ('wajib', r.wajib), ('sukarela', r.sukarela)) as k(kind, amount)
         where k.amount > 0;
        if v_accounts is not null then
            perform kentongan.post(g.id, 'opening', v_accounts || kentongan.account(g.id, 'opening'),
                v_amounts || (select -sum(a)::bigint from unnest(v_amounts) a), null, p_operator => p_actor,
                p_reason => 'opening balance of member ' || r.number);
        end if;
    end loop;
    perform api.audit_note('operator:' || p_actor, 'import.members', g.code, g.id,
                           jsonb_build_object('rows', jsonb_array_length(p_rows)));
end $$;
comment on function api.import_members(text, text, jsonb, boolean) is
    'All rows or none: members with numbers, phones, offices and opening balances. Returns what is wrong, by line; nothing returned and no dry run means done';

create or replace function api.import_loan(p_actor text, p_group text, p_number int, p_principal bigint, p_remaining bigint,
                                           p_instalments int, p_interest_permille int, p_disbursed date) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups := kentongan.group_by_code(p_group);
    m kentongan.members := kentongan.member_by_number(g, p_number);
    v_number int;
    v_loan bigint;
begin
    if p_remaining > p_principal or p_remaining < 0 or p_instalments not between 1 and 120 then
        raise exception 'remaining must lie between 0 and the principal, instalments between 1 and 120' using errcode = 'KT400';
    end if;
    perform kentongan.act_as(p_actor);
    perform 1 from kentongan.groups where id = g.id for no key update;
    v_number := 1 + coalesce((select max(number) from kentongan.loans where group_id = g.id), 0);
    insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on, method, permille, status, settled_on)
    values (g.id, m.id, v_number, p_principal, p_disbursed, 'flat', p_interest_permille,
            case when p_remaining > 0 then 'running' else 'settled' end, case when p_remaining = 0 then kentongan.today(g.id) end)
    returning id into v_loan;
    insert into kentongan.loan_schedule (loan_id, n, due_on, principal, interest)
    select v_loan, s.n, s.due_on, s.principal, s.interest
      from kentongan.make_schedule(p_principal, p_instalments, 'month', p_interest_permille, 'flat', p_disbursed) s;
    -- What was paid before: the interest of the instalments whose principal is paid.
    insert into kentongan.loan_payments (loan_id, on_day, interest, principal)
    select v_loan, kentongan.today(g.id), coalesce(sum(s.interest), 0), p_principal - p_remaining
      from (select interest, sum(principal) over (order by n) as through from kentongan.loan_schedule where loan_id = v_loan) s
     where s.through <= p_principal - p_remaining
    having p_principal > p_remaining;
    if p_remaining > 0 then
        perform kentongan.post(g.id, 'opening_loan',
            array[kentongan.account(g.id, 'loan', m.id, v_loan), kentongan.account(g.id, 'opening')],
            array[p_remaining, -p_remaining], null, p_operator => p_actor, p_reason => 'running loan P-' || v_number);
    end if;
    perform api.audit_note('operator:' || p_actor, 'import.loan', g.code || ' P-' || v_number, g.id,
                           jsonb_build_object('member', p_number, 'principal', p_principal, 'remaining', p_remaining));
    return v_number;
end $$;
comment on function api.import_loan(text, text, int, bigint, bigint, int, int, date) is
    'A loan that runs already: flat interest in thousandths of the principal a month; returns its number';
