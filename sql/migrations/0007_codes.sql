-- PINs, and one-time codes for everybody: members confirm what they ask for,
-- officers what they decide.

create table kentongan.pins (
    member_id bigint primary key references kentongan.members,
    hash bytea not null check (length(hash) between 16 and 32),
    set_at timestamptz not null,
    wrong int not null default 0 check (wrong between 0 and 5),
    locked_at timestamptz,
    locked_until timestamptz
);
revoke select on kentongan.pins from kentongan;
grant select (member_id, set_at, locked_until) on kentongan.pins to kentongan;
comment on table kentongan.pins is 'A member''s PIN as a hash under the service''s key, over key id, telephone number and PIN: worthless without that key, and with another number';
comment on column kentongan.pins.locked_until is 'After five wrong PINs a day; after a second lock within 30 days infinity: two officers set the PIN back';

alter type kentongan.ctx add attribute new_pin_hash bytea;
alter type kentongan.ctx add attribute weak_pin boolean;

alter table kentongan.officer_codes rename to one_time_codes;
alter table kentongan.one_time_codes rename column officer_id to person_id;
alter table kentongan.one_time_codes
    add column stage text not null default 'decide' check (stage in ('confirm', 'decide', 'take')),
    drop constraint officer_codes_request_id_officer_id_key,
    add constraint one_time_codes_one unique (request_id, person_id, stage);
alter index kentongan.officer_codes_pkey rename to one_time_codes_pkey;
alter index kentongan.officer_codes_by_officer rename to one_time_codes_by_person;
alter table kentongan.one_time_codes rename constraint officer_codes_officer_id_fkey to one_time_codes_person_id_fkey;
alter table kentongan.one_time_codes rename constraint officer_codes_request_id_fkey to one_time_codes_request_id_fkey;
alter sequence kentongan.officer_codes_id_seq rename to one_time_codes_id_seq;
revoke select on kentongan.one_time_codes from kentongan;
grant select (id, request_id, person_id, stage, expires_at, closed_at) on kentongan.one_time_codes to kentongan;
comment on table kentongan.one_time_codes is
    'One-time code of one person for one stage of one request, hashed with a salt: confirm = who asked says so again, decide = an officer, take = the member has the cash';

-- Requests of every kind. What kind needs which stage stands in request_kinds.
create table kentongan.request_kinds (
    kind text primary key,
    confirm text not null check (confirm in ('no', 'code', 'pin')),
    officers text not null check (officers in ('one', 'above', 'two')),
    decide text not null check (decide in ('TERIMA', 'SAH')),
    takes boolean not null,
    asked_by text not null check (asked_by in ('member', 'officer')),
    roles text[] not null default '{bendahara,ketua,sekretaris}'
);
comment on table kentongan.request_kinds is 'The stages of each kind of request. An officer who asks is the first of two';
comment on column kentongan.request_kinds.confirm is 'What who asked must answer with before anybody else hears of it: nothing, the code, code and PIN';
comment on column kentongan.request_kinds.officers is 'one: one officer; above: a second above the group''s threshold; two: always two different ones (who asked being the first)';
comment on column kentongan.request_kinds.decide is 'TERIMA: the officer has received cash, by code; SAH: the officer agrees, by code and PIN';
comment on column kentongan.request_kinds.takes is 'Whether money is handed out: posted only when the member answers AMBIL with a code of its own';
insert into kentongan.request_kinds (kind, confirm, officers, decide, takes, asked_by, roles) values
    ('deposit',     'no',   'above', 'TERIMA', false, 'member',  '{bendahara,ketua,sekretaris}'),
    ('payment',     'no',   'above', 'TERIMA', false, 'member',  '{bendahara,ketua,sekretaris}'),
    ('withdrawal',  'pin',  'above', 'SAH',    true,  'member',  '{bendahara,ketua,sekretaris}'),
    ('loan',        'code', 'above', 'SAH',    true,  'member',  '{bendahara,ketua,sekretaris}'),
    ('join',        'no',   'one',   'SAH',    false, 'member',  '{sekretaris,ketua,bendahara}'),
    ('leave',       'pin',  'two',   'SAH',    true,  'member',  '{bendahara,ketua,sekretaris}'),
    ('pin',         'code', 'one',   'SAH',    false, 'member',  '{}'),
    ('phone',       'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('pin_reset',   'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('unblock',     'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('office',      'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('setting',     'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('grade',       'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('reversal',    'pin',  'two',   'SAH',    false, 'officer', '{ketua,bendahara,sekretaris}'),
    ('expense',     'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('handover',    'pin',  'one',   'TERIMA', false, 'officer', '{bendahara,ketua,sekretaris}'),
    ('banking',     'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('batch',       'pin',  'one',   'SAH',    false, 'officer', '{}'),
    ('write_off',   'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('restructure', 'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('stand_in',    'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('close',       'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}'),
    ('share_out',   'pin',  'two',   'SAH',    false, 'officer', '{ketua,sekretaris,bendahara}');

alter table kentongan.requests
    drop constraint requests_kind_check,
    drop constraint requests_product_check,
    drop constraint requests_amount_check,
    drop constraint requests_status_check,
    drop constraint requests_check,
    drop constraint requests_check1,
    alter column member_id drop not null,
    alter column product drop not null,
    alter column amount drop not null,
    add column peer text,
    add column details jsonb not null default '{}',
    add column asked_by bigint references kentongan.members,
    add column approved_at timestamptz,
    add column cashier_id bigint references kentongan.members,
    add constraint requests_kind_fkey foreign key (kind) references kentongan.request_kinds,
    add constraint requests_product_check check (product in ('pokok', 'wajib', 'sukarela', 'arisan', 'shu')),
    add constraint requests_amount_check check (amount > 0),
    add constraint requests_status_check
        check (status in ('confirming', 'pending', 'approved', 'posted', 'rejected', 'cancelled', 'expired')),
    add constraint requests_money check (kind not in ('deposit', 'payment', 'withdrawal', 'loan', 'leave')
                                         or member_id is not null),
    add constraint requests_posted check (status <> 'posted' or decided_by is not null),
    -- Nobody confirms what benefits themself. A member's own PIN is nobody else's business, and what
    -- a member only takes back moves nothing.
    add constraint requests_other check (decided_by <> member_id or status = 'cancelled' or kind = 'pin');
create index requests_flight on kentongan.requests (member_id) where status in ('confirming', 'approved');
-- What the leader looks for every minute.
drop index kentongan.requests_due;
create index requests_due on kentongan.requests (expires_at) where status in ('confirming', 'pending', 'approved');
comment on table kentongan.requests is 'What somebody asks for and others must agree to: pending until an officer confirms, rejects, or it expires';
comment on column kentongan.requests.member_id is 'Whom it concerns and whose money moves; null where it is about the group';
comment on column kentongan.requests.asked_by is 'The officer who asked, where it wasn''t the member';
comment on column kentongan.requests.peer is 'The number that asked, where it isn''t (yet) a member''s';
comment on column kentongan.requests.cashier_id is 'The officer whose cash it comes from or goes to';

alter table kentongan.questions
    drop constraint questions_kind_check,
    add constraint questions_kind_check check (kind in ('repeat', 'near', 'consent'));

-- A new number may look at once, but takes no money out for a week.
alter table kentongan.members
    add column withdraw_hold_until timestamptz,
    add column consent_at timestamptz,
    add column left_on date;
alter table kentongan.phones add column last_member_id bigint references kentongan.members;
comment on column kentongan.members.withdraw_hold_until is 'After a change of number: no money out before';
comment on column kentongan.members.consent_at is 'When the member agreed to the use of personal data (UU PDP 27/2022); null: on paper, before';
comment on column kentongan.phones.last_member_id is 'Who was named last, where one person uses this phone in several groups';
