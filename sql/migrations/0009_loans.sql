-- Loans as they live: terms, versions of the schedule, fines, payments; and the
-- accounts that the rest of a year's books needs.

insert into kentongan.account_kinds (kind, normal, class, holder, floor_zero) values
    ('renteng',         1, 'asset',     'member', true),
    ('renteng_due',    -1, 'liability', 'member', true),
    ('officers_fund',  -1, 'liability', 'group',  false),
    ('education_fund', -1, 'liability', 'group',  false),
    ('social_fund',    -1, 'liability', 'group',  false),
    ('expenses',        1, 'expense',   'group',  false),
    ('loan_losses',     1, 'expense',   'group',  false);

alter table kentongan.loans
    add column method text not null default 'flat' check (method in ('flat', 'declining')),
    add column permille int not null default 0 check (permille between 0 and 1000),
    add column unit text not null default 'month' check (unit in ('month', 'week')),
    add column status text not null default 'running' check (status in ('running', 'settled', 'written_off')),
    add column schedule_version int not null default 1,
    add column request_id bigint unique references kentongan.requests,
    add column settled_on date;
comment on column kentongan.loans.permille is 'Interest per month in thousandths; a week bears 12/52 of it';

alter table kentongan.loan_schedule
    add column version int not null default 1,
    drop constraint loan_schedule_pkey,
    add primary key (loan_id, version, n);
comment on table kentongan.loan_schedule is 'Instalments (angsuran) of a loan: principal (pokok) and interest (jasa). A restructured or early repaid loan gets a new version, the old one stays';

create table kentongan.loan_fines (
    loan_id bigint not null references kentongan.loans,
    version int not null,
    n int not null,
    amount bigint not null check (amount > 0),
    at timestamptz not null,
    primary key (loan_id, version, n)
);
comment on table kentongan.loan_fines is 'Fines (denda) charged, at most one for each instalment that was late';

create table kentongan.loan_payments (
    id bigint generated always as identity primary key,
    loan_id bigint not null references kentongan.loans,
    entry_id bigint references kentongan.journal_entries,
    on_day date not null,
    fine bigint not null default 0,
    interest bigint not null default 0,
    principal bigint not null default 0,
    schedule_version int not null default 1
);
create index loan_payments_by_loan on kentongan.loan_payments (loan_id);
comment on column kentongan.loan_payments.schedule_version is 'The version of the schedule that the payment found: an early one of a declining loan leaves another';
comment on table kentongan.loan_payments is 'How each payment was divided; a reversed one stands again with minus. Without entry: paid before Kentongan kept this book';
-- What running loans had paid by now: interest of the instalments whose principal is paid.
insert into kentongan.loan_payments (loan_id, on_day, interest, principal)
select l.id, l.disbursed_on,
       coalesce((select sum(s.interest) from (select interest, sum(principal) over (order by n) as through
                                                from kentongan.loan_schedule where loan_id = l.id) s
                  where s.through <= l.principal - coalesce(a.balance, 0)), 0),
       l.principal - coalesce(a.balance, 0)
  from kentongan.loans l left join kentongan.accounts a on a.loan_id = l.id and a.kind = 'loan'
 where l.principal > coalesce(a.balance, 0);

create table kentongan.stand_ins (
    id bigint generated always as identity primary key,
    loan_id bigint not null references kentongan.loans,
    entry_id bigint not null references kentongan.journal_entries,
    member_id bigint not null references kentongan.members,
    amount bigint not null check (amount > 0),
    repaid bigint not null default 0 check (repaid between 0 and amount)
);
create index stand_ins_by_loan on kentongan.stand_ins (loan_id);
comment on table kentongan.stand_ins is 'Tanggung renteng: who stood in with how much for a defaulting member''s loan, and how much of it came back';

create table kentongan.stand_in_returns (
    stand_in_id bigint not null references kentongan.stand_ins,
    entry_id bigint not null references kentongan.journal_entries,
    amount bigint not null check (amount <> 0),
    primary key (stand_in_id, entry_id)
);
create index stand_in_returns_by_entry on kentongan.stand_in_returns (entry_id);
comment on table kentongan.stand_in_returns is 'Which payment brought back how much to who stood in; a reversed one stands again with minus';

create trigger loan_payments_immutable before update or delete on kentongan.loan_payments
    for each row execute function kentongan.refuse_change();
create trigger loan_fines_immutable before update or delete on kentongan.loan_fines
    for each row execute function kentongan.refuse_change();
create trigger stand_in_returns_immutable before update or delete on kentongan.stand_in_returns
    for each row execute function kentongan.refuse_change();
