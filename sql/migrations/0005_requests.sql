-- Two phases of money: a member's notice waits (pending) for an officer's word.

create table kentongan.requests (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    member_id bigint not null,
    kind text not null check (kind in ('deposit')),
    product text not null check (product in ('pokok', 'wajib', 'sukarela', 'arisan')),
    amount bigint not null check (amount > 0),
    code text not null check (code ~ '^[A-HJKMNP-Z2-9]{4}$'),
    status text not null default 'pending'
        check (status in ('pending', 'posted', 'rejected', 'cancelled', 'expired')),
    message_id bigint references kentongan.messages,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    first_officer bigint references kentongan.members,
    final_amount bigint check (final_amount > 0),
    decided_by bigint references kentongan.members,
    decided_at timestamptz,
    reason text not null default '',
    unique (group_id, code),
    foreign key (group_id, member_id) references kentongan.members (group_id, id),
    check (status <> 'posted' or (decided_by is not null and final_amount is not null)),
    check (decided_by is distinct from member_id or status = 'cancelled'),
    check (first_officer is null or first_officer <> member_id),
    check (status <> 'posted' or first_officer is null or first_officer <> decided_by)
);
create index requests_open on kentongan.requests (member_id) where status = 'pending';
create index requests_due on kentongan.requests (expires_at) where status = 'pending';
create index requests_by_member on kentongan.requests (member_id, created_at);
comment on table kentongan.requests is 'A member''s notice of money: pending until an officer confirms, rejects, or it expires';
comment on column kentongan.requests.code is 'The member''s receipt code, K7M4; not the officer''s one-time code';
comment on column kentongan.requests.first_officer is 'Above the group''s threshold: who confirmed first; another must follow';

alter table kentongan.journal_entries
    add foreign key (request_id) references kentongan.requests,
    add foreign key (message_id) references kentongan.messages;

create table kentongan.officer_codes (
    id bigint generated always as identity primary key,
    request_id bigint not null references kentongan.requests,
    officer_id bigint not null references kentongan.members,
    salt bytea not null,
    hash bytea not null,
    expires_at timestamptz not null,
    closed_at timestamptz,
    unique (request_id, officer_id)
);
create index officer_codes_by_officer on kentongan.officer_codes (officer_id, closed_at);
revoke select on kentongan.officer_codes from kentongan;
grant select (id, request_id, officer_id, expires_at, closed_at) on kentongan.officer_codes to kentongan;
comment on table kentongan.officer_codes is 'One-time code of one officer for one request, hashed with a salt';

create table kentongan.questions (
    id bigint generated always as identity primary key,
    peer kentongan.msisdn not null,
    member_id bigint references kentongan.members,
    kind text not null check (kind in ('repeat', 'near')),
    command text not null,
    args jsonb not null,
    asked_at timestamptz not null,
    expires_at timestamptz not null,
    answered_at timestamptz
);
create index questions_open on kentongan.questions (peer) where answered_at is null;
comment on table kentongan.questions is 'What we asked a phone and wait to hear YA, TIDAK or LAGI about';

create table kentongan.receipts (
    member_id bigint not null references kentongan.members,
    number int not null check (number > 0),
    outbox_id bigint not null references kentongan.outbox,
    entry_id bigint not null references kentongan.journal_entries,
    at timestamptz not null,
    primary key (member_id, number)
);
comment on table kentongan.receipts is 'Receipts by member and running number: a gap would show';
create trigger receipts_immutable before update or delete on kentongan.receipts
    for each row execute function kentongan.refuse_change();
create trigger receipts_kept before truncate on kentongan.receipts
    for each statement execute function kentongan.refuse_change();

create table kentongan.cases (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    number int not null,
    member_id bigint not null references kentongan.members,
    request_id bigint references kentongan.requests,
    text text not null default '',
    status text not null default 'open' check (status in ('open', 'closed')),
    opened_at timestamptz not null,
    due_at timestamptz not null,
    unique (group_id, number)
);
comment on table kentongan.cases is 'A member''s complaint (SALAH): chair and supervisors are told and answer by due_at';
