-- What guards phones and officers. Guesses are counted by the code that they might have hit, so that
-- nobody is locked out by who only feigns a number; supervisors may lift a block; whose number two
-- officers changed decides nothing for a week; a one-time code stays in no question that is over.

alter table kentongan.one_time_codes
    add column guesses smallint not null default 0 check (guesses between 0 and 3),
    add column renew_at timestamptz;
create index one_time_codes_renewed on kentongan.one_time_codes (renew_at) where renew_at is not null;
comment on column kentongan.one_time_codes.guesses is 'Wrong codes that came from this phone while this one was open; the third closes it';
comment on column kentongan.one_time_codes.renew_at is 'Closed by guesses: when the question is asked anew, under another code';

alter table kentongan.members
    drop column wrong_codes,
    add column decide_hold_until timestamptz;
comment on column kentongan.members.codes_locked_until is
    'A lock of the phone''s codes from when wrong ones locked it; nothing locks any more, officers or the operator lift it';
comment on column kentongan.members.decide_hold_until is
    'Two officers have changed the number by GANTIHP: whoever holds it now decides nothing as an officer before';

update kentongan.request_kinds set roles = roles || 'pengawas'::text where kind = 'unblock';

update kentongan.questions set args = args - 'code'
 where args ? 'code' and (answered_at is not null or expires_at <= clock_timestamp());
create index questions_secret on kentongan.questions (id) where args ? 'code';
comment on column kentongan.questions.args is 'What was said; a one-time code in it is dropped once the question is answered or over';
