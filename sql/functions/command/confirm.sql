-- TERIMA and TOLAK: the officer's word on a member's notice.

create or replace function kentongan.code_request(c kentongan.ctx, p_code text, out officer_id bigint, out request_id bigint,
                                                  out refused text)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_members bigint[] := kentongan.members_of_phone(c.phone_id);
    v_closed bigint;
begin
    if not exists (select 1 from kentongan.officers
                    where member_id = any (v_members) and until is null and role <> 'pengawas') then
        perform kentongan.reply(c, 'not_officer');
        refused := 'not_officer';
        return;
    end if;
    if exists (select 1 from kentongan.members where id = any (v_members) and codes_locked_until > c.at) then
        perform kentongan.reply(c, case when exists (select 1 from kentongan.members where id = any (v_members)
                                                       and codes_locked_until = 'infinity')
                                        then 'codes_shut' else 'codes_locked' end);
        refused := 'codes_locked';
        return;
    end if;
    select oc.officer_id, oc.request_id into officer_id, request_id
      from kentongan.officer_codes oc
     where oc.officer_id = any (v_members) and oc.closed_at is null
       and oc.hash = sha256(oc.salt || convert_to(p_code, 'UTF8'))
       -- The office may have passed on since the code was sent.
       and exists (select 1 from kentongan.officers o
                    where o.member_id = oc.officer_id and o.until is null and o.role <> 'pengawas');
    if found then
        update kentongan.members set wrong_codes = 0 where id = officer_id and wrong_codes > 0;
        return;
    end if;
    -- Only of late: in years every number will have been a code once, and a guess must count.
    select oc.request_id into v_closed
      from kentongan.officer_codes oc
     where oc.officer_id = any (v_members) and oc.closed_at > c.at - interval '7 days'
       and oc.hash = sha256(oc.salt || convert_to(p_code, 'UTF8'))
     order by oc.closed_at desc limit 1;
    if found then
        refused := kentongan.code_done(c, v_closed);
        return;
    end if;
    refused := kentongan.wrong_code(c, v_members, p_code);
end $$;
comment on function kentongan.code_request(kentongan.ctx, text) is
    'Which request an officer''s one-time code belongs to; otherwise answers why not and says so in refused';

create or replace function kentongan.code_done(c kentongan.ctx, p_request bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    perform kentongan.reply(c, 'code_done', kentongan.member_params(r.member_id) || jsonb_build_object('code', r.code,
                'status', r.status, 'amount', r.final_amount, 'when', kentongan.stamp(coalesce(r.decided_at, r.created_at), r.group_id)))
       from kentongan.requests r where r.id = p_request;
    return 'code_done';
end $$;
comment on function kentongan.code_done(kentongan.ctx, bigint) is 'Answers a code that has done its work, with what became of the request';

create or replace function kentongan.wrong_code(c kentongan.ctx, p_members bigint[], p_code text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    m record;
begin
    -- Three tries: on a guess, it is the phone that is counted.
    update kentongan.members
       set wrong_codes = case when wrong_codes >= 2 then 0 else wrong_codes + 1 end,
           -- A second lock within a day is no slip of the fingers: it stays until
           -- the operator lifts it (`kentongan member unblock`).
           codes_locked_until = case when wrong_codes < 2 then codes_locked_until
                                     when codes_locked_until > c.at - interval '1 day' then 'infinity'
                                     else c.at + interval '1 hour' end
     where id = (select member_id from kentongan.officers where member_id = any (p_members) and until is null
                  order by member_id limit 1)
     returning id, group_id, wrong_codes, codes_locked_until into m;
    if m.wrong_codes = 0 then
        perform kentongan.reply(c, case when m.codes_locked_until = 'infinity' then 'codes_shut' else 'codes_locked' end);
        perform kentongan.tell_chair(m.group_id, m.id, 'codes_locked_chair', kentongan.member_params(m.id), c);
        return 'codes_locked';
    end if;
    perform kentongan.reply(c, 'code_wrong', jsonb_build_object('code', p_code, 'left', 3 - m.wrong_codes));
    return 'code_wrong';
end $$;
comment on function kentongan.wrong_code(kentongan.ctx, bigint[], text) is
    'Counts a wrong one-time code; the third in a row locks confirmations for an hour and tells the chair';

create or replace function kentongan.cmd_terima(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k record;
    r kentongan.requests;
    g kentongan.groups;
    v_amount bigint;
begin
    select * into k from kentongan.code_request(c, a ->> 'code');
    if k.refused is not null then
        return k.refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    select * into strict r from kentongan.requests where id = k.request_id for update;
    select * into strict g from kentongan.groups where id = r.group_id;
    if r.status <> 'pending' then
        return kentongan.code_done(c, r.id);
    end if;
    -- Expired but not yet swept: the answer must not depend on the sweeper.
    if r.expires_at <= c.at then
        perform kentongan.reply(c, 'code_expired', kentongan.member_params(r.member_id) || jsonb_build_object('code', r.code));
        return 'code_expired';
    end if;
    -- The beneficiary, or the first officer, may have come to this phone since.
    if kentongan.members_of_phone(c.phone_id) && array[r.member_id, r.first_officer] then
        perform kentongan.reply(c, 'not_officer');
        return 'not_officer';
    end if;
    v_amount := coalesce((a ->> 'amount')::bigint, r.final_amount, r.amount);
    if v_amount < g.smallest_amount or v_amount > g.largest_amount then
        perform kentongan.reply(c, case when v_amount < g.smallest_amount then 'amount_small' else 'amount_large' end,
            jsonb_build_object('amount', v_amount, 'low', g.smallest_amount, 'high', g.largest_amount));
        return 'amount_out_of_range';
    end if;
    if r.first_officer is not null and v_amount <> r.final_amount then
        perform kentongan.reply(c, 'second_differs', jsonb_build_object('amount', r.final_amount, 'code', r.code));
        return 'second_differs';
    end if;
    update kentongan.officer_codes set closed_at = c.at where request_id = r.id and officer_id = k.officer_id;
    if v_amount > g.second_officer_above and r.first_officer is null then
        return kentongan.ask_second(c, r, k.officer_id, v_amount);
    end if;
    return kentongan.post_deposit(c, r, k.officer_id, v_amount);
end $$;
comment on function kentongan.cmd_terima(kentongan.ctx, jsonb) is
    'TERIMA code [amount]: an officer has the money; posts it, or asks a second officer above the group''s threshold';

create or replace function kentongan.ask_second(c kentongan.ctx, r kentongan.requests, p_first bigint, p_amount bigint)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_second bigint := kentongan.officer_for(r.group_id, array['ketua', 'sekretaris', 'bendahara'], r.member_id, p_first);
begin
    if v_second is null then
        update kentongan.officer_codes set closed_at = null where request_id = r.id and officer_id = p_first;
        perform kentongan.reply(c, 'no_second', jsonb_build_object('amount', p_amount, 'code', r.code));
        return 'no_second';
    end if;
    update kentongan.requests set first_officer = p_first, final_amount = p_amount where id = r.id;
    perform kentongan.reply(c, 'terima_half', kentongan.member_params(r.member_id) || jsonb_build_object(
        'amount', p_amount, 'code', r.code,
        'second', (select short_name from kentongan.members where id = v_second), 'role', kentongan.role_of(v_second)));
    perform kentongan.ask_officer(c, r.id, v_second, 'second_officer');
    return 'terima_half';
end $$;
comment on function kentongan.ask_second(kentongan.ctx, kentongan.requests, bigint, bigint) is
    'Holds a large deposit until a second, different officer confirms the same amount';

create or replace function kentongan.post_deposit(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_amount bigint)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cashier bigint := coalesce(r.first_officer, p_officer);
    v_entry bigint;
    v_params jsonb;
begin
    -- Receipts are numbered in their rows: in the order of ids, as accounts.
    perform 1 from kentongan.members where id in (r.member_id, p_officer, r.first_officer) order by id for no key update;
    update kentongan.requests set status = 'posted', final_amount = p_amount, decided_by = p_officer, decided_at = c.at
     where id = r.id;
    v_entry := kentongan.post(r.group_id, 'deposit',
        array[kentongan.account(r.group_id, 'cash', v_cashier), kentongan.account(r.group_id, r.product, r.member_id)],
        array[p_amount, -p_amount],
        v_cashier, case when r.first_officer is not null then p_officer end, r.id, c.message_id);
    v_params := kentongan.member_params(r.member_id) || jsonb_build_object(
        'when', kentongan.stamp(c.at, r.group_id), 'product', r.product, 'amount', p_amount,
        'noted', nullif(r.amount, p_amount), 'code', r.code,
        'officer', (select short_name from kentongan.members where id = v_cashier), 'role', kentongan.role_of(v_cashier),
        'second', (select short_name from kentongan.members where id = p_officer and r.first_officer is not null));
    -- The officer's first: it answers the message, so it leaves first.
    perform kentongan.receipt(p_officer, v_entry, 'receipt_officer', v_params || jsonb_build_object(
        'cash', kentongan.balance(r.group_id, 'cash', v_cashier)), c);
    perform kentongan.receipt(r.member_id, v_entry, 'receipt_deposit', v_params || jsonb_build_object(
        'balance', kentongan.balance(r.group_id, r.product, r.member_id)), c);
    if r.first_officer is not null then
        perform kentongan.receipt(r.first_officer, v_entry, 'receipt_officer', v_params || jsonb_build_object(
            'cash', kentongan.balance(r.group_id, 'cash', v_cashier)), c);
    end if;
    return 'terima';
end $$;
comment on function kentongan.post_deposit(kentongan.ctx, kentongan.requests, bigint, bigint) is
    'Posts a confirmed deposit to the cash of the officer who has the money and sends every person involved a numbered receipt';

create or replace function kentongan.cmd_tolak(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k record;
    r kentongan.requests;
    v_params jsonb;
begin
    select * into k from kentongan.code_request(c, a ->> 'code');
    if k.refused is not null then
        return k.refused;
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    select * into strict r from kentongan.requests where id = k.request_id for update;
    if r.status <> 'pending' then
        return kentongan.code_done(c, r.id);
    end if;
    if r.expires_at <= c.at then
        perform kentongan.reply(c, 'code_expired', kentongan.member_params(r.member_id) || jsonb_build_object('code', r.code));
        return 'code_expired';
    end if;
    update kentongan.requests set status = 'rejected', decided_by = k.officer_id, decided_at = c.at,
                                  reason = left(coalesce(a ->> 'text', ''), 200)
     where id = r.id;
    update kentongan.officer_codes set closed_at = c.at where request_id = r.id and closed_at is null;
    v_params := kentongan.member_params(r.member_id) || jsonb_build_object(
        'product', r.product, 'amount', r.amount, 'code', r.code, 'reason', left(a ->> 'text', 30),
        'officer', (select short_name from kentongan.members where id = k.officer_id), 'role', kentongan.role_of(k.officer_id));
    perform kentongan.reply(c, 'tolak', v_params);
    perform kentongan.tell(r.member_id, 'tolak_member', v_params, 'notice', c);
    perform kentongan.tell(r.first_officer, 'tolak', v_params, 'notice', c)
      where r.first_officer is not null and r.first_officer <> k.officer_id;
    return 'tolak';
end $$;
comment on function kentongan.cmd_tolak(kentongan.ctx, jsonb) is 'TOLAK code reason: the money was not received; the member learns why';
