-- The week's figures, texted to the supervisors each Monday morning.

create or replace function kentongan.week_moved(p_group bigint, p_from timestamptz, p_to timestamptz) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- Money that came or went: not opening balances, not what was taken back or takes back.
    return (with entry as (
                select e.id from kentongan.journal_entries e
                 where e.group_id = p_group and e.posted_at >= p_from and e.posted_at < p_to
                   and e.kind <> 'opening' and e.reverses_id is null
                   and not exists (select 1 from kentongan.journal_entries b where b.reverses_id = e.id)
                   and exists (select 1 from kentongan.postings p join kentongan.accounts a on a.id = p.account_id
                                where p.entry_id = e.id and a.kind in ('cash', 'bank'))),
            line as (
                select a.kind, p.amount from entry join kentongan.postings p on p.entry_id = entry.id
                  join kentongan.accounts a on a.id = p.account_id),
            saved as (
                select amount from line where kind in ('pokok', 'wajib', 'sukarela', 'arisan', 'shu_payable')),
            paid as (
                select l.fine + l.interest + l.principal as amount
                  from kentongan.loan_payments l join entry on entry.id = l.entry_id)
            select jsonb_build_object(
                'deposits', (select count(*) from saved where amount < 0),
                'deposited', (select coalesce(-sum(amount), 0) from saved where amount < 0),
                'withdrawals', (select count(*) from saved where amount > 0),
                'withdrawn', (select coalesce(sum(amount), 0) from saved where amount > 0),
                'loans', (select count(*) from line where kind = 'loan' and amount > 0),
                'lent', (select coalesce(sum(amount), 0) from line where kind = 'loan' and amount > 0),
                'payments', (select count(*) from paid where amount > 0),
                'repaid', (select coalesce(sum(amount), 0) from paid where amount > 0)));
end $$;
comment on function kentongan.week_moved(bigint, timestamptz, timestamptz) is
    'Counts and totals of the savings, withdrawals, loans and repayments of a stretch of time that moved cash or bank and still stand';

create or replace function kentongan.fingerprint() returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return coalesce((select jsonb_build_object('sequence', c.sequence,
                            'fingerprint', substr(encode(c.hash, 'hex'), 1, 4) || ' ' || substr(encode(c.hash, 'hex'), 5, 4))
                       from kentongan.audit_chain c
                       -- What is signed before what isn't yet.
                       left join lateral (select max(sequence) as sequence from kentongan.audit_seals) s on true
                      where c.sequence = coalesce(s.sequence, (select max(sequence) from kentongan.audit_chain))), '{}');
end $$;
comment on function kentongan.fingerprint() is
    'The newest sealed link of the audit log and its digits, as `kentongan audit fingerprint` prints them; empty before the first';

create or replace function kentongan.weekly_figures(p_group bigint, p_week date) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_zone text := (select timezone from kentongan.groups where id = p_group);
    v_from timestamptz := p_week::timestamp at time zone v_zone;
    v_to timestamptz := (p_week + 7)::timestamp at time zone v_zone;
begin
    if not exists (select 1 from kentongan.journal_entries
                    where group_id = p_group and posted_at >= v_from and posted_at < v_to)
       -- By the group's index of the audit log: messages have none by group.
       and not exists (select 1 from (select message_id from kentongan.audit_log
                                       where group_id = p_group and message_id is not null
                                       order by id desc limit 2000) lately
                         join kentongan.messages m on m.id = lately.message_id and m.at >= v_from and m.at < v_to) then
        return null;
    end if;
    return kentongan.week_moved(p_group, v_from, v_to) || kentongan.fingerprint() || jsonb_build_object(
        'from', to_char(p_week, 'DD/MM'), 'until', to_char(p_week + 6, 'DD/MM'),
        'differences', (select count(*) from kentongan.cash_counts
                         where group_id = p_group and at >= v_from and at < v_to and counted <> booked),
        'difference', (select coalesce(sum(counted - booked), 0) from kentongan.cash_counts
                        where group_id = p_group and at >= v_from and at < v_to),
        'cases', (select count(*) from kentongan.cases where group_id = p_group and status = 'open'));
end $$;
comment on function kentongan.weekly_figures(bigint, date) is
    'The figures of the week of this Monday, in the group''s zone; null where nothing was posted and nobody wrote';

create or replace function kentongan.weekly_report(p_group bigint, p_week date) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_figures jsonb := kentongan.weekly_figures(p_group, p_week);
    v_params jsonb := kentongan.group_params(p_group) || v_figures;
    v_told int := 0;
begin
    -- Who writes the row tells; a second leader waits here, and finds it written.
    insert into kentongan.weekly_reports (group_id, week, told, figures)
    values (p_group, p_week, 0, coalesce(v_figures, '{}')) on conflict do nothing;
    if not found or v_figures is null then
        return 0;
    end if;
    v_params := v_params || jsonb_build_object(
        'difference', case when (v_figures ->> 'differences')::int > 0 then v_figures -> 'difference' end);
    v_told := kentongan.tell_officers(p_group, '{pengawas}', null, 'weekly', v_params);
    if v_told = 0 then
        v_told := kentongan.tell_officers(p_group, '{ketua}', null, 'weekly', v_params);
    end if;
    update kentongan.weekly_reports set told = v_told where group_id = p_group and week = p_week;
    return v_told;
end $$;
comment on function kentongan.weekly_report(bigint, date) is
    'Texts a week''s figures to the supervisors (without one: the chair), once, however many leaders try; returns how many were told';

create or replace function kentongan.weekly_reports_due() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g record;
    v_told int := 0;
begin
    for g in select id, week
               from (select id, created_at, timezone, kentongan.now() at time zone timezone as local,
                            date_trunc('week', kentongan.now() at time zone timezone)::date - 7 as week
                       from kentongan.groups) due
              where local >= week + 7 + time '07:00' and local::time between '07:00' and '20:00'
                and created_at < (week + 7)::timestamp at time zone timezone
                and not exists (select 1 from kentongan.weekly_reports w where w.group_id = due.id and w.week = due.week)
              order by id limit 100 loop
        begin
            v_told := v_told + kentongan.weekly_report(g.id, g.week);
        exception when others then
            perform kentongan.timed_failed('weekly_reports_due', kentongan.group_params(g.id) ->> 'group', sqlstate, sqlerrm);
        end;
    end loop;
    return v_told;
end $$;
comment on function kentongan.weekly_reports_due() is
    'From Monday 07:00 of each group''s own clock, never at night: the figures of the week before. A hundred groups at a time; a group made this week has none';
