-- Missed calls: who rings is rejected and answered by an SMS.

alter table kentongan.groups
    add column missed_call text not null default 'balance' check (missed_call in ('balance', 'meeting', 'nothing'));
comment on column kentongan.groups.missed_call is
    'What a missed call of a member is answered with: the balance as SALDO does, the next meeting, nothing';
comment on column kentongan.messages.transport is 'sms, ussd, kannel; call: a missed call, which has no text';
