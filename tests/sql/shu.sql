-- The surplus and its division: by hand, and as a property of any figures.
begin;
select * from no_plan();
select village.build();

-- --- largest remainder -----------------------------------------------------
select is(kentongan.largest_remainder(100, '{1,1,1}'::numeric[]), '{34,33,33}'::bigint[], 'ties: who stands first');
select is(kentongan.largest_remainder(1, '{1,1,1}'::numeric[]), '{1,0,0}'::bigint[], 'a single rupiah');
select is(kentongan.largest_remainder(1, '{2,3,2}'::numeric[]), '{0,1,0}'::bigint[], 'a single rupiah goes to the largest');
select is(kentongan.largest_remainder(101, '{2,3,5,7}'::numeric[]), '{12,18,30,41}'::bigint[],
          'primes: 11.88 17.82 29.70 41.58 of 101/17, one short each but the last');
select is(kentongan.largest_remainder(0, '{2,3}'::numeric[]), '{0,0}'::bigint[], 'nothing');
select is(kentongan.largest_remainder(7, '{0,3,0}'::numeric[]), '{0,7,0}'::bigint[], 'no weight, no part');
select is(kentongan.largest_remainder(7, '{0,0}'::numeric[]), null, 'no weight at all');
select is(kentongan.largest_remainder(9223372036854775807, '{9223372036854775807,9223372036854775807}'::numeric[]),
          '{4611686018427387904,4611686018427387903}'::bigint[], 'as large as it gets');
select throws_ok($$ select kentongan.largest_remainder(-1, '{1}') $$, 'KT400', null, 'less than nothing is not divided');

select setseed(0.2026);
create temp table tries on commit drop as
select t, (random() ^ 4 * 1e12)::bigint as total,
       array(select (case when random() < 0.2 then 0 else floor(random() ^ 3 * 1e9) end)::numeric
               from generate_series(1, 1 + (random() * 40)::int + 0 * t)) || 1::numeric as weights
  from generate_series(1, 500) t;
select is_empty($$ select t from tries where total <> (select sum(p) from unnest(kentongan.largest_remainder(total, weights)) p) $$,
                '500 random divisions: the parts sum exactly');
select is_empty($$
    select t, p.n from tries, unnest(kentongan.largest_remainder(total, weights)) with ordinality as p(part, n)
     where abs(p.part - total * weights[p.n] / (select sum(w) from unnest(weights) w)) >= 1 or p.part < 0 $$,
    '500 random divisions: each part is within 1 of the exact one');

-- --- a year by hand ----------------------------------------------------------
-- Savings at the year's end: 23 1,350,000, 25 25,000, 26 26,000 (village.build,
-- today).
create function pg_temp.earn(p_kind text, p_amount bigint, p_day date default null, p_entry text default 'test') returns bigint
language sql as $$
    select kentongan.post(village.group_id(), p_entry,
        array[kentongan.account(village.group_id(), 'cash', village.member(1)), kentongan.account(village.group_id(), p_kind)],
        array[p_amount, -p_amount], village.member(1), p_occurred => p_day)
$$;
-- Interest that a member pays: as a payment of her loan.
create function pg_temp.pays(p_number int, p_interest bigint, p_day date default null) returns void
language plpgsql as $$
declare
    v_loan bigint;
begin
    select id into v_loan from kentongan.loans where member_id = village.member(p_number);
    if v_loan is null then
        insert into kentongan.loans (group_id, member_id, number, principal, disbursed_on)
        values (village.group_id(), village.member(p_number), p_number, 1000000, '2026-01-01') returning id into v_loan;
    end if;
    insert into kentongan.loan_payments (loan_id, entry_id, on_day, interest)
    values (v_loan, pg_temp.earn('interest', p_interest, p_day), coalesce(p_day, '2026-06-01'), p_interest);
end $$;

create function pg_temp.plan(p_percent jsonb default '{"reserve": 40, "savings": 25, "business": 20, "officers": 5, "education": 5, "social": 5}')
returns table (surplus bigint, reserve bigint, savings bigint, business bigint, officers bigint, education bigint, social bigint, shares jsonb)
language sql as $$
    select surplus, reserve, savings, business, officers, education, social, shares
      from kentongan.shu_plan(village.group_id(), '2026-01-01', '2099-12-31', p_percent)
$$;
create function pg_temp.shares_of(p_plan jsonb) returns text
language sql as $$
    select string_agg(m.number || ':' || s.savings_share || '+' || s.business_share, ' ' order by m.number)
      from kentongan.share_lines(p_plan) s join kentongan.members m on m.id = s.member_id
$$;

select pg_temp.earn('fines', 1000, '2026-03-01');
select results_eq('select surplus, reserve, savings, business, officers, education, social from pg_temp.plan()',
                  $$ values (1000::bigint, 600::bigint, 250::bigint, 0::bigint, 50::bigint, 50::bigint, 50::bigint) $$,
                  'no business at all: its 200 stay in the reserve');
select is((select pg_temp.shares_of(shares) from pg_temp.plan()), '23:241+0 25:4+0 26:5+0',
          '250 by 1350, 25, 26 of 1401: 240.9 4.5 4.6');

select pg_temp.pays(23, 7), pg_temp.pays(25, 7), pg_temp.pays(24, 11, '2026-02-02');
select results_eq('select surplus, reserve, savings, business, officers, education, social from pg_temp.plan()',
                  $$ values (1025::bigint, 410::bigint, 257::bigint, 205::bigint, 51::bigint, 51::bigint, 51::bigint) $$,
                  '410, 256.25, 205, 51.25 three times: the rupiah over goes to the first of the equal remainders');
select is((select surplus from pg_temp.plan()), 1025::bigint, 'interest counts');
select is((select reserve + savings + business + officers + education + social from pg_temp.plan()), 1025::bigint, 'the parts sum to it');
select is((select pg_temp.shares_of(shares) from pg_temp.plan('{"business": 100}')), '23:0+287 24:0+451 25:0+287 26:0+0',
          '1025 by 7, 11, 7: exactly 287, 451, 287; a member without savings has her part, too');
select is((select sum(s.savings_share + s.business_share)::bigint from pg_temp.plan() p, kentongan.share_lines(p.shares) s),
          (select savings + business from pg_temp.plan()), 'the shares sum to the members'' part');
select is((select pg_temp.shares_of(shares) from pg_temp.plan('{"business": 4, "reserve": 96}')), '23:0+12 24:0+18 25:0+11 26:0+0',
          '41 by 7, 11, 7: 11.48 18.04 11.48, the tie to the smaller number');

-- A reversed payment takes its interest off.
insert into kentongan.loan_payments (loan_id, entry_id, on_day, interest)
select loan_id, pg_temp.earn('interest', -7), on_day, -7 from kentongan.loan_payments p
  join kentongan.loans l on l.id = p.loan_id where l.member_id = village.member(25);
select is((select business from kentongan.shu_basis(village.group_id(), '2026-01-01', '2099-12-31') where number = 25), 0::bigint,
          'what was taken back is no business');

select pg_temp.earn('expenses', -5000, '2026-05-05');
select results_eq('select surplus, reserve, savings + business + officers + education + social from pg_temp.plan()',
                  $$ values (-3982::bigint, -3982::bigint, 0::bigint) $$, 'a loss is all the reserve''s');
select is((select surplus from kentongan.shu_plan(village.group_id(), '2026-01-01', '2026-03-31', '{"reserve": 100}')), 1011::bigint,
          'what happened later is not this period''s');
select is((select surplus from kentongan.shu_plan(village.group_id(), '2100-01-01', '2100-12-31', '{"reserve": 100}')), 0::bigint,
          'nor the year after');

-- Who has left has no share; what it would have been is the others'.
select pg_temp.earn('fines', 5000, '2026-05-06');
select is((select pg_temp.shares_of(shares) from pg_temp.plan('{"business": 50, "savings": 50}')), '23:491+198 24:0+311 25:9+0 26:9+0', 'while all are members');
update kentongan.members set status = 'left' where number = 24 or number = 26;
select is((select pg_temp.shares_of(shares) from pg_temp.plan('{"business": 50, "savings": 50}')), '23:500+509 25:9+0', 'two have left');
select is((select sum(s.savings_share + s.business_share)::bigint from pg_temp.plan('{"business": 50, "savings": 50}') p, kentongan.share_lines(p.shares) s),
          (select surplus from pg_temp.plan()), 'the shares of those who stay still sum to it all');

-- --- the words of PERSEN ---------------------------------------------------------
select is(kentongan.read_percent('CADANGAN 40 SIMPANAN 25 USAHA 20 PENGURUS 5 PENDIDIKAN 5 SOSIAL 5'),
          '{"reserve": 40, "savings": 25, "business": 20, "officers": 5, "education": 5, "social": 5}', 'as the answer shows it');
select is(kentongan.read_percent('jasa modal 30%, jasa usaha: 30% dan cadangan 40%'),
          '{"reserve": 40, "savings": 30, "business": 30, "officers": 0, "education": 0, "social": 0}', 'as minutes write it');
select is(kentongan.read_percent(t), null, 'asked back: ' || t)
  from unnest(array['40 25 20 5 5 5', 'cadangan', 'cadangan 40 kas 60', 'cadangan 40 cadangan 60', 'cadangan 4000']) t;

select * from finish();
rollback;
