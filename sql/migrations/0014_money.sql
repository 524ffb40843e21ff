-- A list whose cash doesn't come to what it says, money back from the bank, a
-- loan that was taken back, fines once a day.

-- A list is its officer's alone only where the cash comes to what it says, or nearly.
insert into kentongan.request_kinds (kind, confirm, officers, decide, takes, asked_by, roles, duty) values
    ('unbanking', 'pin', 'two',   'SAH', false, 'officer', '{ketua,sekretaris,bendahara}', 'bank'),
    ('batch',     'pin', 'above', 'SAH', false, 'officer', '{ketua,sekretaris,bendahara}', 'record')
on conflict (kind) do update set officers = excluded.officers, roles = excluded.roles;
comment on column kentongan.request_kinds.officers is
    'one: one officer; above: a second above the group''s threshold (a list: where the counted cash differs by more than count_slack); two: always two different ones (who asked being the first)';

alter table kentongan.loans
    drop constraint loans_status_check,
    add constraint loans_status_check check (status in ('running', 'settled', 'written_off', 'reversed'));
update kentongan.loans l set status = 'reversed'
 where exists (select 1 from kentongan.journal_entries e join kentongan.journal_entries back on back.reverses_id = e.id
                where e.request_id = l.request_id);
comment on column kentongan.loans.status is
    'running, settled (all paid), written_off (lost), reversed (its payout was a mistake and was taken back: never lent)';

create table kentongan.fine_days (
    group_id bigint primary key references kentongan.groups,
    day date not null
);
comment on table kentongan.fine_days is 'The last day, by the group''s clock, that began with charging what is overdue its fines';

create index cases_due on kentongan.cases (due_at) where status = 'open';

-- One line of a posted list may be taken back alone.
alter table kentongan.batch_lines add column taken_back bigint references kentongan.journal_entries;
comment on column kentongan.batch_lines.taken_back is 'The entry that took this line back alone; null: it stands, or the whole list was taken back';
