-- The arisan: everybody pays into a pot, and by lot or agreement one has it.

create or replace function kentongan.pot(p_group bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(-sum(balance), 0)::bigint from kentongan.accounts where group_id = p_group and kind = 'arisan');
end $$;
comment on function kentongan.pot(bigint) is 'What lies in a group''s arisan now';

create or replace function kentongan.arisan_cycle(p_group bigint) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_cycle int := coalesce((select max(cycle) from kentongan.arisan_rounds where group_id = p_group), 1);
begin
    return v_cycle + (exists (select 1 from kentongan.arisan_paid(p_group))
                      and not exists (select 1 from kentongan.arisan_paid(p_group) p
                                       where not kentongan.had_pot(p_group, v_cycle, p.member_id)))::int;
end $$;
comment on function kentongan.arisan_cycle(bigint) is 'The cycle that the next pot belongs to: a new one once all who paid into this pot had theirs';

create or replace function kentongan.arisan_paid(p_group bigint) returns table (member_id bigint, number int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return query select m.id, m.number from kentongan.accounts a join kentongan.members m on m.id = a.member_id
                  where a.group_id = p_group and a.kind = 'arisan' and a.balance < 0 and m.status = 'active';
end $$;
comment on function kentongan.arisan_paid(bigint) is 'Active members who paid into the pot as it is now';

create or replace function kentongan.had_pot(p_group bigint, p_cycle int, p_member bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return exists (select 1 from kentongan.arisan_rounds where group_id = p_group and cycle = p_cycle and member_id = p_member);
end $$;
comment on function kentongan.had_pot(bigint, int, bigint) is 'Whether a member had the pot in this cycle';

create or replace function kentongan.cmd_kocok(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint;
    v_cycle int;
    v_candidates bigint[];
    v_before kentongan.requests;
    v_lot kentongan.requests;
    v_winner bigint;
begin
    if a ? 'member' then
        c.member_id := null;
    end if;
    v_officer := kentongan.meeting_officer(c, a);
    if v_officer is null then
        return 'not_officer';
    end if;
    c := kentongan.as_officer(c, v_officer);
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    -- One draw at a time in a group.
    perform 1 from kentongan.groups where id = c.group_id for no key update;
    v_cycle := kentongan.arisan_cycle(c.group_id);
    select array_agg(p.member_id order by p.number) into v_candidates from kentongan.arisan_paid(c.group_id) p
     where not kentongan.had_pot(c.group_id, v_cycle, p.member_id);
    if v_candidates is null then
        perform kentongan.reply(c, 'kocok_none');
        return 'kocok_none';
    end if;
    select * into v_before from kentongan.requests where group_id = c.group_id and kind = 'arisan' and status = 'pending';
    if found then
        perform kentongan.reply(c, 'kocok_waits', kentongan.request_params(v_before));
        return 'kocok_waits';
    end if;
    v_before := kentongan.last_draw(c.group_id);
    v_lot := kentongan.last_draw(c.group_id, 'lot');
    if a ? 'member' then
        select id into v_winner from kentongan.members where group_id = c.group_id and number = (a ->> 'member')::int;
        if v_winner = any (v_candidates) is not true then
            perform kentongan.reply(c, 'kocok_not', jsonb_build_object('number', (a ->> 'member')::int));
            return 'kocok_not';
        end if;
    elsif v_lot.member_id = any (v_candidates) and kentongan.lot_stands(v_lot) then
        v_winner := v_lot.member_id;
    else
        v_winner := v_candidates[1 + kentongan.random_number(cardinality(v_candidates))];
    end if;
    return kentongan.ask_arisan(c, v_officer, v_winner, v_before, v_cycle, cardinality(v_candidates),
                                case when a ? 'member' then 'agreed' else 'lot' end);
end $$;
comment on function kentongan.cmd_kocok(kentongan.ctx, jsonb) is
    'KOCOK: draws by lot among those who paid and had nothing in this cycle; KOCOK member: agreed. A lot stands until the pot is paid out or two officers have set it aside (lot_stands)';

create or replace function kentongan.last_draw(p_group bigint, p_drawn text default null) returns kentongan.requests
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select r from kentongan.requests r
             where r.group_id = p_group and r.kind = 'arisan' and r.status <> 'posted'
               and (p_drawn is null or r.details ->> 'drawn' = p_drawn)
               and r.id > coalesce((select max(id) from kentongan.requests
                                     where group_id = p_group and kind = 'arisan' and status = 'posted'), 0)
             order by r.id desc limit 1);
end $$;
comment on function kentongan.last_draw(bigint, text) is
    'The last turn that was drawn (lot) or agreed on since a pot was paid out, however long ago; null for none. What was agreed on in between doesn''t hide a lot';

create or replace function kentongan.lot_stands(r kentongan.requests) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    -- One officer's no, by BATAL or TOLAK, draws nothing anew: else she would draw until it suits her.
    return (select count(distinct q.decided_by) < 2 from kentongan.requests q
             where q.group_id = r.group_id and q.kind = 'arisan' and q.details ->> 'drawn' = 'lot' and q.member_id = r.member_id
               and q.id > coalesce((select max(id) from kentongan.requests
                                     where group_id = r.group_id and kind = 'arisan'
                                       and (status = 'posted' or details ->> 'drawn' = 'lot' and member_id <> r.member_id)), 0));
end $$;
comment on function kentongan.lot_stands(kentongan.requests) is
    'Whether KOCOK again must give the same winner: until two different officers have said no to her, in whatever order';

create or replace function kentongan.ask_arisan(c kentongan.ctx, p_officer bigint, p_winner bigint, p_before kentongan.requests,
                                                p_cycle int, p_candidates int, p_drawn text) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_asker bigint := p_officer;
    v_params jsonb;
begin
    v_params := jsonb_build_object('drawn', p_drawn, 'cycle', p_cycle, 'candidates', p_candidates,
        'round', 1 + coalesce((select max(number) from kentongan.arisan_rounds where group_id = c.group_id), 0));
    insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
    values (c.peer, 'arisan.drawn', p_winner::text, c.group_id, c.message_id, v_params || jsonb_build_object('officer', p_officer));
    update kentongan.requests set status = 'cancelled', decided_at = c.at
     where group_id = c.group_id and kind = 'arisan' and status = 'confirming';
    if p_before.id is not null and (p_before.member_id <> p_winner or p_before.decided_by is not null) then
        perform kentongan.tell_officers(c.group_id, array['ketua', 'pengawas'], p_officer, 'kocok_again', kentongan.member_params(p_winner)
            || jsonb_build_object('officer', (select short_name from kentongan.members where id = p_officer),
                                  'before', (select short_name from kentongan.members where id = p_before.member_id)), c);
    end if;
    if p_winner = any (kentongan.members_of_phone(c.phone_id)) then
        -- Nobody confirms what benefits themself: another officer asks in her place.
        v_asker := kentongan.officer_for(c.group_id, '{ketua,sekretaris,bendahara}', p_winner);
    end if;
    if v_asker is null or kentongan.officer_for(c.group_id, '{ketua,sekretaris,bendahara}', p_winner, v_asker) is null then
        perform kentongan.reply(c, 'kocok_nobody', kentongan.member_params(p_winner));
        return 'kocok_nobody';
    end if;
    if v_asker <> p_officer then
        perform kentongan.reply(c, 'kocok_yours', kentongan.member_params(p_winner) || v_params
            || jsonb_build_object('amount', kentongan.pot(c.group_id)) || kentongan.officer_params(v_asker));
        c := kentongan.as_officer(c, v_asker);
        c.peer := kentongan.phone_of(v_asker);
        c.channel := coalesce(kentongan.route(c.peer), c.channel);
    end if;
    perform kentongan.request_open(c, 'arisan', c.group_id, p_winner, v_asker, kentongan.pot(c.group_id), v_params);
    return 'kocok';
end $$;
comment on function kentongan.ask_arisan(kentongan.ctx, bigint, bigint, kentongan.requests, int, int, text) is
    'Opens the request for the pot of this winner; a lot drawn again, or passed over, is told to chair and supervisors. Where the lot falls on who drew it, another officer confirms';

create or replace function kentongan.do_arisan(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cycle int := (r.details ->> 'cycle')::int;
    v_accounts bigint[];
    v_amounts bigint[];
    v_pot bigint;
    v_entry bigint;
begin
    perform 1 from kentongan.groups where id = r.group_id for no key update;
    perform 1 from kentongan.members where id in (r.member_id, p_officer, r.first_officer) order by id for no key update;
    perform 1 from kentongan.accounts where group_id = r.group_id and kind = 'arisan' and balance < 0 order by id for update;
    select array_agg(id order by id), array_agg(-balance order by id), -sum(balance) into v_accounts, v_amounts, v_pot
      from kentongan.accounts where group_id = r.group_id and kind = 'arisan' and balance < 0;
    if v_pot is distinct from r.final_amount or kentongan.had_pot(r.group_id, v_cycle, r.member_id)
       or (select status from kentongan.members where id = r.member_id) <> 'active' then
        return kentongan.request_impossible(c, r, p_officer, 'pot changed', 'kocok_changed',
                                            jsonb_build_object('pot', coalesce(v_pot, 0)));
    end if;
    v_entry := kentongan.post(r.group_id, 'arisan',
        v_accounts || kentongan.account(r.group_id, 'sukarela', r.member_id), v_amounts || -v_pot,
        r.first_officer, p_officer, r.id, c.message_id);
    insert into kentongan.arisan_rounds (group_id, number, member_id, drawn_by, at, request_id, cycle)
    select r.group_id, 1 + coalesce(max(number), 0), r.member_id, r.details ->> 'drawn', c.at, r.id, v_cycle
      from kentongan.arisan_rounds where group_id = r.group_id;
    perform kentongan.arisan_receipts(c, r, p_officer, v_entry);
    return 'arisan';
end $$;
comment on function kentongan.do_arisan(kentongan.ctx, kentongan.requests, bigint) is
    'The whole pot to the winner''s simpanan sukarela. Only the pot that both officers saw: where somebody paid since, KOCOK again';

create or replace function kentongan.arisan_receipts(c kentongan.ctx, r kentongan.requests, p_officer bigint, p_entry bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.request_params(r) || jsonb_build_object('when', kentongan.stamp(c.at, r.group_id),
        'officer', (select short_name from kentongan.members where id = p_officer));
begin
    perform kentongan.receipt(p_officer, p_entry, 'receipt_arisan_officer', v_params, c);
    perform kentongan.receipt(r.member_id, p_entry, 'receipt_arisan', v_params || jsonb_build_object(
        'balance', kentongan.balance(r.group_id, 'sukarela', r.member_id)), c);
    perform kentongan.receipt(r.first_officer, p_entry, 'receipt_arisan_officer', v_params, c);
end $$;
comment on function kentongan.arisan_receipts(kentongan.ctx, kentongan.requests, bigint, bigint) is 'Receipts for the winner and both officers';

create or replace function kentongan.cmd_arisan(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_cycle int;
    v_had text;
    v_left text;
    v_paid int;
begin
    if c.member_id is null and (select count(distinct group_id) from kentongan.members
                                 where id = any (kentongan.members_of_phone(c.phone_id))) > 1 then
        return kentongan.ask_member(c);
    end if;
    v_cycle := kentongan.arisan_cycle(c.group_id);
    select string_agg(m.number::text, ' ' order by r.number) into v_had
      from kentongan.arisan_rounds r join kentongan.members m on m.id = r.member_id
     where r.group_id = c.group_id and r.cycle = v_cycle;
    select count(*), string_agg(number::text, ' ' order by number) filter (where not kentongan.had_pot(c.group_id, v_cycle, member_id))
      into v_paid, v_left from kentongan.arisan_paid(c.group_id);
    perform kentongan.reply(c, 'arisan', kentongan.group_params(c.group_id) || jsonb_build_object(
        'pot', kentongan.pot(c.group_id), 'paid', v_paid, 'had', kentongan.shortened(v_had), 'turns', kentongan.shortened(v_left)));
    return 'arisan';
end $$;
comment on function kentongan.cmd_arisan(kentongan.ctx, jsonb) is 'ARISAN: the pot, who had it in this cycle, who of those who paid did not';

create or replace function kentongan.shortened(p_numbers text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when length(p_numbers) > 40 then regexp_replace(left(p_numbers, 36), ' [0-9]*$', '') || ' ..' else p_numbers end
$$;
comment on function kentongan.shortened(text) is 'A list of numbers that fits a text, ending in two dots where some are left off';
