-- The ledger: double entry, append-only. Amounts are bigint in the currency's
-- smallest unit; a posting is debit-positive, so an entry's postings sum to
-- zero and a member's savings, which the group owes, stand as a negative sum.

create table kentongan.account_kinds (
    kind text primary key,
    normal smallint not null check (normal in (1, -1)),
    class text not null check (class in ('asset', 'liability', 'equity', 'income', 'expense')),
    holder text not null check (holder in ('group', 'member', 'loan')),
    floor_zero boolean not null
);
comment on table kentongan.account_kinds is 'Chart of accounts: side on which a kind grows (+1 debit, -1 credit) and whether it may pass zero';
insert into kentongan.account_kinds values
    ('cash',            1, 'asset',     'member', false),
    ('bank',            1, 'asset',     'group',  false),
    ('loan',            1, 'asset',     'loan',   true),
    ('pokok',          -1, 'liability', 'member', true),
    ('wajib',          -1, 'liability', 'member', true),
    ('sukarela',       -1, 'liability', 'member', true),
    ('arisan',         -1, 'liability', 'member', true),
    ('shu_payable',    -1, 'liability', 'member', true),
    ('reserve',        -1, 'equity',    'group',  false),
    ('fund',           -1, 'equity',    'group',  false),
    ('opening',        -1, 'equity',    'group',  false),
    ('interest',       -1, 'income',    'group',  false),
    ('fines',          -1, 'income',    'group',  false),
    ('over_short',     -1, 'income',    'group',  false);

create table kentongan.loans (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    member_id bigint not null,
    number int not null,
    principal bigint not null check (principal > 0),
    disbursed_on date not null,
    fine_due bigint not null default 0 check (fine_due >= 0),
    created_at timestamptz not null default now(),
    unique (group_id, number),
    foreign key (group_id, member_id) references kentongan.members (group_id, id)
);
create index loans_by_member on kentongan.loans (member_id);
comment on table kentongan.loans is 'A loan (pinjaman) P-number of a member';

create table kentongan.loan_schedule (
    loan_id bigint not null references kentongan.loans,
    n int not null check (n > 0),
    due_on date not null,
    principal bigint not null check (principal >= 0),
    interest bigint not null check (interest >= 0),
    primary key (loan_id, n)
);
comment on table kentongan.loan_schedule is 'Instalments (angsuran) of a loan: principal (pokok) and interest (jasa)';

create table kentongan.accounts (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    kind text not null references kentongan.account_kinds,
    member_id bigint,
    loan_id bigint references kentongan.loans,
    balance bigint not null default 0,
    foreign key (group_id, member_id) references kentongan.members (group_id, id)
);
-- Not `nulls not distinct`: looking up by `is not distinct from` can't use an index.
create unique index accounts_one on kentongan.accounts (group_id, kind, coalesce(member_id, 0), coalesce(loan_id, 0));
create index accounts_by_member on kentongan.accounts (member_id);
create index accounts_by_loan on kentongan.accounts (loan_id) where loan_id is not null;
comment on table kentongan.accounts is 'An account; balance is the sum of its postings, kept by a trigger and proved by `kentongan db verify`';

create table kentongan.journal_entries (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    kind text not null,
    occurred_on date not null,
    posted_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    actor_id bigint references kentongan.members,
    second_id bigint references kentongan.members,
    operator text,
    request_id bigint,
    message_id bigint,
    reverses_id bigint unique references kentongan.journal_entries,
    reason text not null default '',
    txid xid8 not null default pg_current_xact_id(),
    check (actor_id is not null or operator is not null),
    check (second_id is distinct from actor_id or second_id is null)
);
create unique index journal_entries_request on kentongan.journal_entries (request_id) where reverses_id is null;
create index journal_entries_group on kentongan.journal_entries (group_id, id);
comment on table kentongan.journal_entries is 'One movement of money. Never changed; a mistake is corrected by an entry that names it in reverses_id';

create table kentongan.postings (
    entry_id bigint not null references kentongan.journal_entries,
    line smallint not null,
    account_id bigint not null references kentongan.accounts,
    amount bigint not null check (amount <> 0),
    balance_after bigint not null,
    primary key (entry_id, line),
    unique (entry_id, account_id)
);
create index postings_by_account on kentongan.postings (account_id, entry_id);
comment on table kentongan.postings is 'A line of an entry: debit positive, credit negative, in the smallest unit';

-- --- invariants ------------------------------------------------------------

create function kentongan.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'rows of %.% are never changed or removed', tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege',
              hint = 'A wrong entry is corrected by a reversing entry.';
end $$;
comment on function kentongan.refuse_change() is 'Guards append-only tables against everyone, the owner included';

create function kentongan.posting_applies() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    a record;
begin
    if not exists (select 1 from kentongan.journal_entries e join kentongan.accounts x on x.id = new.account_id
                   where e.id = new.entry_id and e.group_id = x.group_id
                     and e.txid = pg_current_xact_id_if_assigned()) then
        raise exception 'posting to an entry of another transaction or group'
            using errcode = 'integrity_constraint_violation';
    end if;
    update kentongan.accounts set balance = balance + new.amount
     where id = new.account_id
     returning balance, kind into a;
    new.balance_after := a.balance;
    if (select k.floor_zero and a.balance * k.normal < 0
          from kentongan.account_kinds k where k.kind = a.kind) then
        raise exception 'account % (%) would fall below zero', new.account_id, a.kind
            using errcode = 'KT001';
    end if;
    return new;
end $$;
comment on function kentongan.posting_applies() is
    'Adds a posting to its account''s balance; refuses what would bring savings or a loan below zero (KT001)';

create function kentongan.balance_by_postings_only() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'INSERT' and new.balance <> 0 or tg_op = 'UPDATE' and pg_trigger_depth() < 2 then
        raise exception 'a balance changes only by a posting' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
comment on function kentongan.balance_by_postings_only() is 'Refuses an account that opens with a balance, and any change of it that is not a posting''s';

create function kentongan.entry_balances() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    v_entry bigint := coalesce(to_jsonb(new) ->> 'entry_id', to_jsonb(new) ->> 'id');
    v_sum numeric;
    v_count bigint;
begin
    select coalesce(sum(amount), 0), count(*) into v_sum, v_count
      from kentongan.postings where entry_id = v_entry;
    if v_sum <> 0 or v_count < 2 then
        raise exception 'journal entry % does not balance: % postings, sum %', v_entry, v_count, v_sum
            using errcode = 'integrity_constraint_violation';
    end if;
    if exists (select 1
                 from kentongan.journal_entries e
                 cross join lateral (select p.account_id, sum(p.amount) as left_over from kentongan.postings p
                                      where p.entry_id in (e.id, e.reverses_id) group by p.account_id) x
                where e.id = v_entry and e.reverses_id is not null and x.left_over <> 0) then
        raise exception 'journal entry % is not the mirror of the one that it reverses', v_entry
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
comment on function kentongan.entry_balances() is
    'An entry has two or more postings that sum to zero, and a reversing entry takes back exactly what it reverses; checked at the end of the transaction';

create trigger postings_apply before insert on kentongan.postings
    for each row execute function kentongan.posting_applies();
create trigger accounts_guard before insert or update on kentongan.accounts
    for each row execute function kentongan.balance_by_postings_only();
create constraint trigger entry_balances after insert on kentongan.journal_entries
    deferrable initially deferred for each row execute function kentongan.entry_balances();
create constraint trigger postings_balance after insert on kentongan.postings
    deferrable initially deferred for each row execute function kentongan.entry_balances();

create trigger journal_entries_immutable before update or delete on kentongan.journal_entries
    for each row execute function kentongan.refuse_change();
create trigger journal_entries_kept before truncate on kentongan.journal_entries
    for each statement execute function kentongan.refuse_change();
create trigger postings_immutable before update or delete on kentongan.postings
    for each row execute function kentongan.refuse_change();
create trigger postings_kept before truncate on kentongan.postings
    for each statement execute function kentongan.refuse_change();
create trigger accounts_kept before delete on kentongan.accounts
    for each row execute function kentongan.refuse_change();
