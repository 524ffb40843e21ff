-- The meeting's batch, arisan, the year's end, complaints.

create table kentongan.batches (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    officer_id bigint not null references kentongan.members,
    status text not null default 'open' check (status in ('open', 'counting', 'posted', 'dropped')),
    opened_at timestamptz not null,
    counted bigint check (counted >= 0),
    request_id bigint references kentongan.requests,
    entry_id bigint references kentongan.journal_entries
);
create unique index batches_open on kentongan.batches (officer_id) where status in ('open', 'counting');
comment on table kentongan.batches is 'A meeting''s list (CATAT … SELESAI) of one officer: confirmed whole, with the cash counted';

create table kentongan.batch_lines (
    batch_id bigint not null references kentongan.batches,
    member_id bigint not null references kentongan.members,
    entry text not null check (entry in ('pokok', 'wajib', 'sukarela', 'arisan', 'bayar')),
    amount bigint not null check (amount > 0),
    primary key (batch_id, member_id, entry)
);
comment on table kentongan.batch_lines is 'What a member paid at the meeting; written again it is corrected, not doubled';

create table kentongan.arisan_rounds (
    group_id bigint not null references kentongan.groups,
    number int not null,
    member_id bigint not null references kentongan.members,
    drawn_by text not null check (drawn_by in ('lot', 'agreed')),
    at timestamptz not null,
    request_id bigint references kentongan.requests,
    primary key (group_id, number),
    foreign key (group_id, member_id) references kentongan.members (group_id, id)
);
comment on table kentongan.arisan_rounds is 'Whose turn each pot of the arisan was; a cycle is over when everyone had it';

create table kentongan.periods (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    label text not null check (length(label) between 1 and 12),
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    kind text not null check (kind in ('shu', 'share_out')),
    status text not null default 'proposed' check (status in ('proposed', 'closed', 'dropped')),
    percent jsonb not null,
    surplus bigint not null,
    request_id bigint references kentongan.requests,
    entry_id bigint references kentongan.journal_entries,
    closed_at timestamptz
);
create unique index periods_one on kentongan.periods (group_id, label) where status <> 'dropped';
comment on table kentongan.periods is 'A book year (or cycle) with its surplus and the meeting''s division of it; once closed nothing is posted into it';

create table kentongan.period_shares (
    period_id bigint not null references kentongan.periods,
    member_id bigint not null references kentongan.members,
    savings bigint not null,
    business bigint not null,
    savings_share bigint not null,
    business_share bigint not null,
    primary key (period_id, member_id)
);
comment on table kentongan.period_shares is 'Each member''s part and what it was reckoned from; the parts sum exactly to the members'' part';

create table kentongan.cash_counts (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    officer_id bigint not null references kentongan.members,
    at timestamptz not null,
    booked bigint not null,
    counted bigint not null,
    batch_id bigint references kentongan.batches,
    entry_id bigint references kentongan.journal_entries
);
create index cash_counts_by_group on kentongan.cash_counts (group_id, at);
comment on table kentongan.cash_counts is 'Cash as counted against cash as booked; the difference is posted to over_short';

alter table kentongan.cases
    add column answer text not null default '',
    add column answered_by bigint references kentongan.members,
    add column answered_at timestamptz,
    add column reminded_at timestamptz;

create table kentongan.weekly_reports (
    group_id bigint not null references kentongan.groups,
    week date not null,
    at timestamptz not null default clock_timestamp(),
    told int not null,
    figures jsonb not null,
    primary key (group_id, week)
);
comment on table kentongan.weekly_reports is 'The week''s figures as texted to the supervisors: the week of the Monday, once each';
