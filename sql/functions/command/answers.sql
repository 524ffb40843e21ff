-- What we asked back, and the answers YA, TIDAK, LAGI.

create or replace function kentongan.ask_near(c kentongan.ctx, p_args jsonb, p_heard text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.questions set answered_at = c.at, args = args - 'code'
     where peer = c.peer and kind = 'near' and answered_at is null;
    insert into kentongan.questions (peer, member_id, kind, command, args, asked_at, expires_at)
    values (c.peer, c.member_id, 'near', c.command, p_args, c.at,
            c.at + case when p_args ? 'code' then interval '10 minutes' else interval '30 minutes' end);
    perform kentongan.reply(c, 'near', jsonb_build_object('heard', p_heard, 'command', c.command,
        'product', p_args ->> 'product', 'amount', (p_args ->> 'amount')::bigint,
        -- What only four digits are is masked in the outbox once it is sent.
        case when p_args ->> 'code' ~ '^[0-9]{4}$' then 'otp' else 'code' end, p_args ->> 'code'));
    return 'near';
end $$;
comment on function kentongan.ask_near(kentongan.ctx, jsonb, text) is
    'A money command one edit away from what was typed: asked, not done. YA within half an hour does it, ten minutes where a code stands in it, which is kept no longer than the question is open; no PIN is kept at all';

create or replace function kentongan.ask_repeat(c kentongan.ctx, p_command text, p_args jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.questions set answered_at = c.at where peer = c.peer and kind = 'repeat' and answered_at is null;
    insert into kentongan.questions (peer, member_id, kind, command, args, asked_at, expires_at)
    values (c.peer, c.member_id, 'repeat', p_command, p_args, c.at, c.at + interval '12 hours');
end $$;
comment on function kentongan.ask_repeat(kentongan.ctx, text, jsonb) is 'Remembers what LAGI would mean for this phone';

create or replace function kentongan.ask_consent(c kentongan.ctx, p_group text, p_name text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.questions set answered_at = c.at, args = '{}' where peer = c.peer and kind = 'consent' and answered_at is null;
    insert into kentongan.questions (peer, kind, command, args, asked_at, expires_at)
    values (c.peer, 'consent', 'DAFTAR', jsonb_build_object('group', p_group, 'text', p_name), c.at, c.at + interval '1 day');
end $$;
comment on function kentongan.ask_consent(kentongan.ctx, text, text) is
    'Remembers who wants to join until YA or TIDAK, for a day; only the last such question of a phone counts';

create or replace function kentongan.consent_open(c kentongan.ctx) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.questions
                    where peer = c.peer and kind = 'consent' and answered_at is null and expires_at > c.at);
end $$;
comment on function kentongan.consent_open(kentongan.ctx) is 'Whether this number still owes us YA or TIDAK to joining';

create or replace function kentongan.answer(c kentongan.ctx, q kentongan.questions) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.questions set answered_at = c.at, args = case when q.kind = 'consent' then '{}' else args - 'code' end
     where id = q.id;
    if q.kind = 'consent' then
        return kentongan.apply_to_join(c, q);
    end if;
    c.member_id := coalesce(q.member_id, c.member_id);
    c.group_id := coalesce((select group_id from kentongan.members where id = c.member_id), c.group_id);
    c.command := q.command;
    if q.kind = 'near' then
        return kentongan.dispatch(c, q.command, q.args);
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    if q.command = 'BAYAR' then
        return kentongan.note_instalment(c, (q.args ->> 'loan')::int, (q.args ->> 'amount')::bigint);
    end if;
    return kentongan.note_deposit(c, q.args ->> 'product', (q.args ->> 'amount')::bigint);
end $$;
comment on function kentongan.answer(kentongan.ctx, kentongan.questions) is 'Does what a question asked about, once';

create or replace function kentongan.cmd_ya(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    q kentongan.questions;
    v_n int;
    v_outcome text;
begin
    if a ? 'code' then
        return kentongan.act_on_code(c, a, '{confirm,decide,take}');
    end if;
    select count(*) into v_n from kentongan.questions where peer = c.peer and answered_at is null and expires_at > c.at;
    if v_n = 0 then
        v_outcome := kentongan.answer_yes(c, a);
        if v_outcome is not null then
            return v_outcome;
        end if;
        perform kentongan.reply(c, 'ya_none');
        return 'ya_none';
    elsif v_n > 1 then
        perform kentongan.reply(c, 'ya_which');
        return 'ya_which';
    end if;
    select * into strict q from kentongan.questions
     where peer = c.peer and answered_at is null and expires_at > c.at for update;
    return kentongan.answer(c, q);
end $$;
comment on function kentongan.cmd_ya(kentongan.ctx, jsonb) is 'YA: to the one open question of this phone; with several, asks which; with none, to an invitation that isn''t answered yet. YA code PIN: to a question that came with a code';

create or replace function kentongan.cmd_tidak(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_outcome text;
begin
    -- Who doesn't agree that a name is kept leaves none here.
    update kentongan.questions set answered_at = c.at, args = case when kind = 'consent' then '{}' else args - 'code' end
     where peer = c.peer and answered_at is null and expires_at > c.at;
    if found then
        perform kentongan.reply(c, 'tidak');
        return 'tidak';
    end if;
    v_outcome := case when not a ? 'code' then kentongan.answer_no(c, a) end;
    if v_outcome is null then
        perform kentongan.reply(c, 'ya_none');
    end if;
    return coalesce(v_outcome, 'ya_none');
end $$;
comment on function kentongan.cmd_tidak(kentongan.ctx, jsonb) is 'TIDAK: drops what we asked; nothing was done. Where no question is open: who speaks doesn''t come to the meeting';
