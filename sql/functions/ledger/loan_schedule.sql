-- The schedule of a loan as arithmetic: what falls due when.

create or replace function kentongan.period_interest(p_left bigint, p_permille int, p_unit text) returns bigint
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    -- A year has 12 months and 52 weeks. Half a rupiah counts up.
    return case p_unit when 'week' then (2 * p_left * p_permille * 12 + 52000) / 104000
                       else (2 * p_left * p_permille + 1000) / 2000 end;
end $$;
comment on function kentongan.period_interest(bigint, int, text) is
    'Interest of one period on what is left, at so many thousandths a month; whole rupiah, rounded half up';

create or replace function kentongan.due_day(p_start date, p_unit text, p_n int) returns date
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
    return case p_unit when 'week' then p_start + 7 * p_n else (p_start + make_interval(months => p_n))::date end;
end $$;
comment on function kentongan.due_day(date, text, int) is
    'The n-th due day, always counted from the start: after 31 January come 28 February and 31 March';

create or replace function kentongan.make_schedule(p_principal bigint, p_count int, p_unit text, p_permille int,
                                                   p_method text, p_start date)
returns table (n int, due_on date, principal bigint, interest bigint)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    v_part bigint := p_principal / p_count;
    v_left bigint := p_principal;
begin
    for i in 1 .. p_count loop
        n := i;
        due_on := kentongan.due_day(p_start, p_unit, i);
        principal := v_part + case when i = 1 then p_principal % p_count else 0 end;
        interest := kentongan.period_interest(case p_method when 'flat' then p_principal else v_left end, p_permille, p_unit);
        v_left := v_left - principal;
        return next;
    end loop;
end $$;
comment on function kentongan.make_schedule(bigint, int, text, int, text, date) is
    'Instalments of a loan: equal parts of the principal, what doesn''t divide in the first; interest of the whole loan (flat) or of what is left (declining)';
