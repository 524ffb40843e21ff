-- Groups, members, their phones and offices.

create table kentongan.groups (
    id bigint generated always as identity primary key,
    code text not null unique check (code ~ '^[A-Z0-9]{2,12}$'),
    name text not null check (length(name) between 2 and 20),
    kind text not null default 'kelompok' check (kind in ('kelompok', 'pra-koperasi', 'koperasi')),
    kecamatan text not null default '',
    currency text not null default 'IDR' check (currency ~ '^[A-Z]{3}$'),
    timezone text not null default 'Asia/Jakarta',
    lang kentongan.lang not null default 'id',
    second_officer_above bigint not null default 5000000 check (second_officer_above > 0),
    smallest_amount bigint not null default 500 check (smallest_amount > 0),
    largest_amount bigint not null default 50000000 check (largest_amount >= smallest_amount),
    wajib_amount bigint check (wajib_amount > 0),
    pending_hours int check (pending_hours between 1 and 720),
    created_at timestamptz not null default now()
);
comment on table kentongan.groups is 'A savings group: UP2K group, pre-cooperative or registered cooperative';
comment on column kentongan.groups.name is 'As members read it: UP2K MELATI';
comment on column kentongan.groups.second_officer_above is 'Amounts above this need two different officers';
comment on column kentongan.groups.pending_hours is 'How long a notice waits for an officer; null = the configuration''s';

create table kentongan.members (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    number int not null check (number between 1 and 9999),
    name text not null check (length(name) between 1 and 40),
    short_name text not null check (length(short_name) between 1 and 12),
    lang kentongan.lang,
    status text not null default 'active' check (status in ('active', 'left')),
    joined_on date not null default current_date,
    reminders boolean not null default true,
    blocked_at timestamptz,
    blocked_by text,
    receipts int not null default 0 check (receipts >= 0),
    wrong_codes int not null default 0,
    codes_locked_until timestamptz,
    created_at timestamptz not null default now(),
    unique (group_id, number),
    unique (group_id, id)
);
comment on table kentongan.members is 'A member (anggota) of one group';
comment on column kentongan.members.short_name is 'As it appears in messages: SITI A';
comment on column kentongan.members.receipts is 'Number of the last receipt sent to this member; a gap shows';
comment on column kentongan.members.blocked_at is 'Set by BLOKIR: nothing moves money from or for this member''s phone until officers lift it';
comment on column kentongan.members.wrong_codes is 'Wrong one-time codes in a row; three lock confirmations for an hour';

create table kentongan.phones (
    id bigint generated always as identity primary key,
    msisdn kentongan.msisdn not null unique,
    created_at timestamptz not null default now()
);
comment on table kentongan.phones is 'A telephone number; several members may share it';

create table kentongan.member_phones (
    member_id bigint not null references kentongan.members,
    phone_id bigint not null references kentongan.phones,
    since timestamptz not null default now(),
    until timestamptz,
    primary key (member_id, phone_id, since)
);
create unique index member_phones_current on kentongan.member_phones (member_id) where until is null;
create index member_phones_by_phone on kentongan.member_phones (phone_id) where until is null;
comment on table kentongan.member_phones is 'Which number a member used when; at most one at a time';

create table kentongan.officers (
    id bigint generated always as identity primary key,
    group_id bigint not null references kentongan.groups,
    member_id bigint not null,
    role text not null check (role in ('bendahara', 'ketua', 'sekretaris', 'pengawas')),
    since timestamptz not null default now(),
    until timestamptz,
    foreign key (group_id, member_id) references kentongan.members (group_id, id)
);
create unique index officers_current on kentongan.officers (group_id, role, member_id) where until is null;
create index officers_by_member on kentongan.officers (member_id) where until is null;
comment on table kentongan.officers is 'Offices (pengurus, pengawas) and who held them when';
