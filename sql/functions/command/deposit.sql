-- SETOR and what follows: the member's notice, the officer's word, receipts.

create or replace function kentongan.cmd_setor(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_product text := coalesce(a ->> 'product', 'sukarela');
    v_amount bigint := (a ->> 'amount')::bigint;
    v_refused text;
    v_before kentongan.requests;
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    v_refused := coalesce(kentongan.product_refused(c, c.group_id, v_product), kentongan.amount_refused(c, c.group_id, v_amount));
    if v_refused is not null then
        return v_refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    -- Two messages of one member at the same time must see each other.
    perform 1 from kentongan.members where id = c.member_id for no key update;
    v_before := kentongan.noted_today(c, 'deposit', v_amount, v_product);
    if v_before.id is not null then
        perform kentongan.ask_repeat(c, 'SETOR', a || jsonb_build_object('product', v_product));
        perform kentongan.reply(c, 'setor_repeat', jsonb_build_object('product', v_product, 'amount', v_amount,
                                                                      'code', v_before.code, 'status', v_before.status));
        return 'setor_repeat';
    end if;
    return kentongan.note_deposit(c, v_product, v_amount);
end $$;
comment on function kentongan.cmd_setor(kentongan.ctx, jsonb) is
    'SETOR [product] amount: a notice that waits for an officer; the same sum on the same day is asked about, never dropped or doubled';

create or replace function kentongan.noted_today(c kentongan.ctx, p_kind text, p_amount bigint, p_product text default null,
                                                 p_loan int default null) returns kentongan.requests
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select r from kentongan.requests r
             where r.member_id = c.member_id and r.kind = p_kind and r.amount = p_amount
               and r.product is not distinct from p_product and (r.details ->> 'loan')::int is not distinct from p_loan
               and r.status in ('pending', 'posted') and r.created_at > c.at - interval '24 hours'
               and kentongan.same_day(r.created_at, c.at, c.group_id)
             order by r.id desc limit 1);
end $$;
comment on function kentongan.noted_today(kentongan.ctx, text, bigint, text, int) is
    'The speaker''s latest notice of this kind and sum, for this product or loan, of today that waits or is posted; null for none';

create or replace function kentongan.same_day(p_one timestamptz, p_two timestamptz, p_group bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select (p_one at time zone timezone)::date = (p_two at time zone timezone)::date
              from kentongan.groups where id = p_group);
end $$;
comment on function kentongan.same_day(timestamptz, timestamptz, bigint) is 'Whether two moments fall on one calendar day of the group';

create or replace function kentongan.note_deposit(c kentongan.ctx, p_product text, p_amount bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint := kentongan.decider_for(c.group_id, 'deposit', c.member_id);
    v_code text;
    v_request bigint;
    v_expires timestamptz;
begin
    if v_officer is null then
        perform kentongan.reply(c, 'no_officer');
        return 'no_officer';
    end if;
    v_expires := c.at + make_interval(hours => kentongan.pending_hours(c.group_id));
    v_code := kentongan.receipt_code(c.group_id);
    insert into kentongan.requests (group_id, member_id, kind, product, amount, code, message_id, created_at, expires_at)
    values (c.group_id, c.member_id, 'deposit', p_product, p_amount, v_code, c.message_id, c.at, v_expires)
    returning id into v_request;
    perform kentongan.reply(c, 'setor', jsonb_build_object('product', p_product, 'amount', p_amount, 'code', v_code)
        || kentongan.officer_params(v_officer));
    perform kentongan.ask_officer(c, v_request, v_officer);
    return 'setor';
end $$;
comment on function kentongan.note_deposit(kentongan.ctx, text, bigint) is
    'Writes the pending request, answers the member with its code, asks the officer with another';

create or replace function kentongan.pending_hours(p_group bigint) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce((select pending_hours from kentongan.groups where id = p_group),
                            nullif(current_setting('kentongan.pending_hours', true), '')::int, 72));
end $$;
comment on function kentongan.pending_hours(bigint) is 'How long a notice waits: the group''s rule, else the configuration''s, else 72';

create or replace function kentongan.cmd_lagi(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    q kentongan.questions;
begin
    select * into q from kentongan.questions
     where peer = c.peer and kind = 'repeat' and answered_at is null and expires_at > c.at
     order by id desc limit 1 for update;
    if not found then
        perform kentongan.reply(c, 'lagi_none');
        return 'lagi_none';
    end if;
    return kentongan.answer(c, q);
end $$;
comment on function kentongan.cmd_lagi(kentongan.ctx, jsonb) is 'LAGI: yes, I really paid the same sum once more';

create or replace function kentongan.cmd_batal(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
    v_members bigint[] := kentongan.members_of_phone(c.phone_id);
    v_params jsonb;
    v_steered text := kentongan.broadcast_steer(c, a ->> 'code', 'cancelled');
begin
    if v_steered is not null then
        return v_steered;
    end if;
    select * into r from kentongan.requests
     where code = upper(a ->> 'code') and coalesce(asked_by, member_id) = any (v_members)
     order by id desc limit 1 for update;
    if not found then
        perform kentongan.reply(c, 'code_unknown', jsonb_build_object('code', upper(a ->> 'code')));
        return 'code_unknown';
    end if;
    v_params := kentongan.request_params(r) || jsonb_build_object('amount', r.amount, 'status', r.status);
    if r.status not in ('confirming', 'pending', 'approved') then
        perform kentongan.reply(c, 'batal_late', v_params);
        return 'batal_late';
    end if;
    update kentongan.requests set status = 'cancelled', decided_by = coalesce(r.asked_by, r.member_id), decided_at = c.at
     where id = r.id;
    perform kentongan.reply(c, case when r.kind = 'deposit' then 'batal'
                                      when r.kind in ('broadcast', 'broadcast_large') then 'siaran_dropped'
                                      else 'request_cancelled' end, v_params);
    -- Who agreed already may be about to hand over the money.
    perform kentongan.tell(who.id, case when r.kind = 'deposit' then 'batal_officer'
                                        when r.status = 'approved' then 'request_taken_back'
                                        else 'request_cancelled' end, v_params, 'notice', c)
       from (select person_id as id from kentongan.one_time_codes
              where request_id = r.id and stage = 'decide' and closed_at is null
             union select unnest(array[r.first_officer, r.cashier_id, r.decided_by])) who
      where who.id <> coalesce(r.asked_by, r.member_id) order by who.id;
    update kentongan.one_time_codes set closed_at = c.at where request_id = r.id and closed_at is null;
    return 'batal';
end $$;
comment on function kentongan.cmd_batal(kentongan.ctx, jsonb) is
    'BATAL code: who asked takes it back while nothing is posted; the officers who know of it are told, after they agreed: not to pay. What was reserved for it is free again';
