-- The meeting's list: CATAT … SELESAI, LUNAS SEMUA, HITUNG. Nothing of it is
-- money until its officer has answered the code with the PIN (batch_post.sql).

create or replace function kentongan.meeting_officer(c kentongan.ctx, a jsonb) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_roles constant text[] := '{bendahara,ketua,sekretaris}';
    v_officer bigint;
begin
    select o.member_id into v_officer
      from kentongan.officers o join kentongan.groups g on g.id = o.group_id
     where o.member_id = any (case when c.member_id is not null then array[c.member_id]
                                   else kentongan.members_of_phone(c.phone_id) end)
       and o.until is null and o.role = any (v_roles) and (a ->> 'group' is null or g.code = a ->> 'group')
     order by exists (select 1 from kentongan.batches b where b.officer_id = o.member_id and b.status in ('open', 'counting')) desc,
              exists (select 1 from kentongan.phones p where p.id = c.phone_id and p.last_member_id = o.member_id) desc,
              array_position(v_roles, o.role), o.member_id
     limit 1;
    if v_officer is null then
        perform kentongan.reply(c, 'not_officer');
    end if;
    return v_officer;
end $$;
comment on function kentongan.meeting_officer(kentongan.ctx, jsonb) is
    'The officer who speaks at a meeting: of several on the phone, or in several groups, who has a list open; null, and answered, where there is none';

create or replace function kentongan.as_officer(c kentongan.ctx, p_officer bigint) returns kentongan.ctx
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    c.member_id := p_officer;
    select group_id, kentongan.lang_of(id) into strict c.group_id, c.lang from kentongan.members where id = p_officer;
    return c;
end $$;
comment on function kentongan.as_officer(kentongan.ctx, bigint) is 'The message as this officer''s, in her group';

create or replace function kentongan.as_acting_officer(c kentongan.ctx, p_roles text[] default '{bendahara,ketua,sekretaris}')
returns kentongan.ctx
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint := kentongan.acting_officer(c, p_roles);
begin
    if v_officer is null then
        c.member_id := null;
        return c;
    end if;
    return kentongan.as_officer(c, v_officer);
end $$;
comment on function kentongan.as_acting_officer(kentongan.ctx, text[]) is
    'The message as that of the officer who speaks, holding one of these offices, in her group; without a member, and answered, where nobody on the phone does';

create or replace function kentongan.batch_of(c kentongan.ctx, p_officer bigint) returns kentongan.batches
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches;
begin
    -- The request before the list: in that order a confirmation takes them.
    perform 1 from kentongan.requests
      where id = (select request_id from kentongan.batches where officer_id = p_officer and status in ('open', 'counting'))
        for update;
    select * into b from kentongan.batches where officer_id = p_officer and status in ('open', 'counting') for update;
    if kentongan.list_ends(b) <= c.at then
        perform kentongan.drop_batch(b, c);
        return null;
    end if;
    return b;
end $$;
comment on function kentongan.batch_of(kentongan.ctx, bigint) is
    'The officer''s open list, locked; null where there is none. One that nobody ended within a day is dropped here, swept or not';

create or replace function kentongan.list_ends(b kentongan.batches) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    r kentongan.requests;
begin
    select * into r from kentongan.requests where id = b.request_id;
    return case when r.status = 'pending' then 'infinity'
                when r.first_officer is not null then greatest(b.opened_at, r.decided_at) + interval '24 hours'
                else b.opened_at + interval '24 hours' end;
end $$;
comment on function kentongan.list_ends(kentongan.batches) is
    'When a list that nobody ends is dropped: a day after it was opened, or after the second officer''s word on its cash; never while that is waited for';

create or replace function kentongan.list_waits(c kentongan.ctx, p_officer bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches := kentongan.batch_of(c, p_officer);
    r kentongan.requests;
begin
    select * into r from kentongan.requests where id = b.request_id and status = 'pending';
    if not found then
        return false;
    end if;
    perform kentongan.reply(c, 'list_waits', kentongan.request_params(r));
    return true;
end $$;
comment on function kentongan.list_waits(kentongan.ctx, bigint) is
    'True, and answered, while a second officer is asked about the cash of this officer''s list: until then it stays as it was counted';

create or replace function kentongan.open_batch(c kentongan.ctx, p_officer bigint) returns kentongan.batches
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches := kentongan.batch_of(c, p_officer);
begin
    if b.id is null then
        insert into kentongan.batches (group_id, officer_id, opened_at) values (c.group_id, p_officer, c.at) returning * into b;
    elsif b.status = 'counting' then
        perform kentongan.cancel_count(b, c.at);
        update kentongan.batches set status = 'open', counted = null, request_id = null where id = b.id returning * into b;
    end if;
    return b;
end $$;
comment on function kentongan.open_batch(kentongan.ctx, bigint) is
    'The officer''s list to write in: the open one, a new one, or one that was to be confirmed, whose code is void from now on';

create or replace function kentongan.cancel_count(b kentongan.batches, p_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.requests set status = 'cancelled', decided_by = b.officer_id, decided_at = p_at
     where id = b.request_id and status = 'confirming';
    update kentongan.one_time_codes set closed_at = p_at where request_id = b.request_id and closed_at is null;
end $$;
comment on function kentongan.cancel_count(kentongan.batches, timestamptz) is 'Voids the code that would have confirmed this list';

create or replace function kentongan.batch_params(p_batch bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select jsonb_build_object('count', count(*), 'total', coalesce(sum(amount), 0))
              from kentongan.batch_lines where batch_id = p_batch);
end $$;
comment on function kentongan.batch_params(bigint) is 'What texts say of a list: count, total';

create or replace function kentongan.entry_word(p_entry text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case p_entry when 'bayar' then 'instalment' else p_entry end
$$;
comment on function kentongan.entry_word(text) is 'How texts name an entry of the list: a product, or instalment';

create or replace function kentongan.drop_batch(b kentongan.batches, c kentongan.ctx default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_params jsonb := kentongan.member_params(b.officer_id) || kentongan.batch_params(b.id)
        || jsonb_build_object('when', kentongan.stamp(b.opened_at, b.group_id));
begin
    perform kentongan.cancel_count(b, kentongan.now());
    update kentongan.batches set status = 'dropped' where id = b.id;
    insert into kentongan.audit_log (actor, action, subject, group_id, message_id, details)
    values (coalesce(c.peer, 'service'), 'batch.dropped', b.id::text, b.group_id, c.message_id,
            jsonb_build_object('officer', b.officer_id) || kentongan.batch_params(b.id));
    if (v_params ->> 'count')::int > 0 then
        perform kentongan.tell(b.officer_id, 'batch_dropped', v_params, 'notice', c);
        -- Who noted money and never confirmed it may have it in a pocket.
        perform kentongan.tell_chair(b.group_id, b.officer_id, 'batch_dropped_chair', v_params, c);
    end if;
end $$;
comment on function kentongan.drop_batch(kentongan.batches, kentongan.ctx) is
    'Ends a list that nobody confirmed; its officer and the chair hear of what stood in it';

create or replace function kentongan.expire_batches() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches;
    v_n int := 0;
begin
    for b in select * from kentongan.batches x
              where status in ('open', 'counting') and opened_at <= (select kentongan.now()) - interval '24 hours'
                and kentongan.list_ends(x) <= (select kentongan.now())
                -- One that is being confirmed at this moment ends by that, or by its code's ten minutes.
                and not exists (select 1 from kentongan.requests r where r.id = x.request_id and r.status = 'confirming')
              order by id limit 500 for update skip locked loop
        begin
            perform kentongan.drop_batch(b);
            v_n := v_n + 1;
        exception when others then
            perform kentongan.timed_failed('expire_batches', b.id::text, sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.expire_batches() is 'Drops the lists that nobody ended within a day';

-- --- CATAT -------------------------------------------------------------------

create or replace function kentongan.cmd_catat(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint;
    m kentongan.members;
begin
    if a ? 'member' then
        -- The number is whose money it is, not who speaks.
        c.member_id := null;
    end if;
    v_officer := kentongan.meeting_officer(c, a);
    if v_officer is null then
        return 'not_officer';
    end if;
    c := kentongan.as_officer(c, v_officer);
    if not a ? 'member' then
        return kentongan.show_batch(c, v_officer);
    end if;
    if kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    select * into m from kentongan.members where group_id = c.group_id and number = (a ->> 'member')::int;
    if not found then
        perform kentongan.reply(c, 'catat_unknown', jsonb_build_object('number', (a ->> 'member')::int));
        return 'catat_unknown';
    end if;
    if kentongan.list_waits(c, v_officer) then
        return 'list_waits';
    end if;
    if a ? 'undo' then
        return kentongan.unnote(c, v_officer, m.id);
    end if;
    if kentongan.duty_refused(c, v_officer, 'batch') then
        return 'not_your_duty';
    end if;
    return kentongan.note_line(c, v_officer, m, coalesce(a ->> 'entry', 'sukarela'), (a ->> 'amount')::bigint);
end $$;
comment on function kentongan.cmd_catat(kentongan.ctx, jsonb) is
    'CATAT member [entry] amount: a line in the officer''s list; CATAT HAPUS member; CATAT alone shows it. From the registered number only: nothing moves before the list is confirmed';

create or replace function kentongan.line_refused(c kentongan.ctx, m kentongan.members, p_officer bigint, p_entry text, p_amount bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
    v_loans bigint;
    v_why text;
begin
    v_why := case when p_entry <> 'bayar' then kentongan.product_refused(c, c.group_id, p_entry) end;
    if v_why is not null then
        return v_why;
    end if;
    select * into strict g from kentongan.groups where id = c.group_id;
    select count(*) into v_loans from kentongan.loans where member_id = m.id and status = 'running';
    -- Nobody confirms their own money, nor that of who reads the same phone.
    v_why := case when m.status <> 'active' then 'catat_left'
                  when m.id = any (kentongan.members_of_phone(c.phone_id)) then 'catat_own'
                  when p_amount < g.smallest_amount then 'amount_small'
                  when p_amount > g.largest_amount then 'amount_large'
                  when p_amount > g.second_officer_above then 'catat_two'
                  when p_entry = 'bayar' and v_loans = 0 then 'catat_no_loan'
                  when p_entry = 'bayar' and v_loans > 1 then 'catat_loans'
                  when p_entry = 'bayar' and kentongan.pays_back_officer(m.id, p_officer) then 'catat_renteng' end;
    if v_why is not null then
        perform kentongan.reply(c, v_why, kentongan.member_params(m.id) || jsonb_build_object(
            'amount', p_amount, 'low', g.smallest_amount, 'loans', v_loans,
            'high', case v_why when 'catat_two' then g.second_officer_above else g.largest_amount end));
    end if;
    return v_why;
end $$;
comment on function kentongan.line_refused(kentongan.ctx, kentongan.members, bigint, text, bigint) is
    'Null where the line may stand in a list; otherwise answers and returns why not';

create or replace function kentongan.note_line(c kentongan.ctx, p_officer bigint, m kentongan.members, p_entry text, p_amount bigint)
returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches;
    v_why text := kentongan.line_refused(c, m, p_officer, p_entry, p_amount);
    v_old bigint;
    v_before kentongan.batches;
    v_params jsonb;
begin
    if v_why is not null then
        return v_why;
    end if;
    v_before := kentongan.batch_of(c, p_officer);
    select amount into v_old from kentongan.batch_lines
     where batch_id = v_before.id and member_id = m.id and entry = p_entry;
    v_params := kentongan.member_params(m.id) || jsonb_build_object('product', kentongan.entry_word(p_entry), 'amount', p_amount);
    if v_old = p_amount then
        perform kentongan.reply(c, 'catat_same', v_params || kentongan.batch_params(v_before.id));
        return 'catat_same';
    end if;
    b := kentongan.open_batch(c, p_officer);
    insert into kentongan.batch_lines (batch_id, member_id, entry, amount) values (b.id, m.id, p_entry, p_amount)
    on conflict (batch_id, member_id, entry) do update set amount = excluded.amount;
    v_params := v_params || kentongan.batch_params(b.id)
        || jsonb_build_object('again', case when v_before.status = 'counting' then 1 end);
    if v_old is not null then
        perform kentongan.reply(c, 'catat_changed', v_params || jsonb_build_object('old', v_old));
        return 'catat_changed';
    end if;
    perform kentongan.reply(c, 'catat', v_params || jsonb_build_object(
        'n', v_params -> 'count', 'opened', case when v_before.id is null then 1 end));
    return 'catat';
end $$;
comment on function kentongan.note_line(kentongan.ctx, bigint, kentongan.members, text, bigint) is
    'Writes one line, or corrects it: the same member and entry never stand twice';

create or replace function kentongan.unnote(c kentongan.ctx, p_officer bigint, p_member bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches := kentongan.batch_of(c, p_officer);
    v_again boolean := b.status = 'counting';
    v_gone record;
begin
    if not exists (select 1 from kentongan.batch_lines where batch_id = b.id and member_id = p_member) then
        perform kentongan.reply(c, 'catat_nothing', kentongan.member_params(p_member));
        return 'catat_nothing';
    end if;
    b := kentongan.open_batch(c, p_officer);
    with gone as (delete from kentongan.batch_lines where batch_id = b.id and member_id = p_member returning amount)
    select count(*) as n, sum(amount) as amount into v_gone from gone;
    perform kentongan.reply(c, 'catat_removed', kentongan.member_params(p_member) || kentongan.batch_params(b.id)
        || jsonb_build_object('removed', v_gone.n, 'amount', v_gone.amount, 'again', case when v_again then 1 end));
    return 'catat_removed';
end $$;
comment on function kentongan.unnote(kentongan.ctx, bigint, bigint) is 'CATAT HAPUS member: takes all lines of a member out of the list';

create or replace function kentongan.show_batch(c kentongan.ctx, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches := kentongan.batch_of(c, p_officer);
    v_lines jsonb;
begin
    select jsonb_agg(jsonb_build_object('number', l.number, 'product', kentongan.entry_word(l.entry), 'amount', l.amount) order by l.id)
      into v_lines
      from (select bl.id, m.number, bl.entry, bl.amount
              from kentongan.batch_lines bl join kentongan.members m on m.id = bl.member_id
             where bl.batch_id = b.id order by bl.id desc limit 3) l;
    if v_lines is null then
        perform kentongan.reply(c, 'catat_none');
        return 'catat_none';
    end if;
    perform kentongan.reply(c, 'catat_list', kentongan.batch_params(b.id) || jsonb_build_object('lines', v_lines));
    return 'catat_list';
end $$;
comment on function kentongan.show_batch(kentongan.ctx, bigint) is 'CATAT alone: how many, how much, the last three lines';

-- --- LUNAS SEMUA ---------------------------------------------------------------

create or replace function kentongan.cmd_lunas(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint := kentongan.meeting_officer(c, a);
    v_except int[] := coalesce(string_to_array(a ->> 'list', ' ')::int[], '{}');
    v_unknown text;
    g kentongan.groups;
begin
    if v_officer is null then
        return 'not_officer';
    end if;
    c := kentongan.as_officer(c, v_officer);
    if kentongan.is_blocked(c) then
        return 'blocked';
    elsif kentongan.duty_refused(c, v_officer, 'batch') then
        return 'not_your_duty';
    elsif kentongan.list_waits(c, v_officer) then
        return 'list_waits';
    elsif kentongan.product_refused(c, c.group_id, 'wajib') is not null then
        return 'product_none';
    end if;
    select * into strict g from kentongan.groups where id = c.group_id;
    if g.wajib_amount is null then
        perform kentongan.reply(c, 'lunas_unset');
        return 'lunas_unset';
    end if;
    if g.wajib_amount > g.second_officer_above then
        perform kentongan.reply(c, 'amount_large', jsonb_build_object('amount', g.wajib_amount, 'high', g.second_officer_above));
        return 'amount_large';
    end if;
    select string_agg(n::text, ', ' order by n) into v_unknown from (select distinct n from unnest(v_except) n) x
     where not exists (select 1 from kentongan.members where group_id = g.id and number = n and status = 'active');
    if v_unknown is not null then
        perform kentongan.reply(c, 'lunas_unknown', jsonb_build_object('numbers', left(v_unknown, 30)));
        return 'lunas_unknown';
    end if;
    return kentongan.note_wajib(c, v_officer, g, v_except);
end $$;
comment on function kentongan.cmd_lunas(kentongan.ctx, jsonb) is
    'LUNAS SEMUA [KECUALI numbers]: the month''s simpanan wajib of everybody but those named, as lines of the officer''s list; a wrong number, and nothing is done';

create or replace function kentongan.note_wajib(c kentongan.ctx, p_officer bigint, g kentongan.groups, p_except int[]) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    b kentongan.batches := kentongan.open_batch(c, p_officer);
    v_added int;
begin
    insert into kentongan.batch_lines (batch_id, member_id, entry, amount)
    select b.id, id, 'wajib', g.wajib_amount from kentongan.members
     where group_id = g.id and status = 'active' and number <> all (p_except)
       and id <> all (kentongan.members_of_phone(c.phone_id))
     order by number
    on conflict do nothing;
    get diagnostics v_added = row_count;
    perform kentongan.reply(c, 'lunas', kentongan.batch_params(b.id) || jsonb_build_object(
        'added', v_added, 'amount', g.wajib_amount, 'number', (select number from kentongan.members where id = p_officer)));
    return 'lunas';
end $$;
comment on function kentongan.note_wajib(kentongan.ctx, bigint, kentongan.groups, int[]) is
    'Adds the lines of LUNAS SEMUA: never the officer''s own, nor of who shares her phone; a wajib noted before stays as it is';

-- --- SELESAI, HITUNG -------------------------------------------------------------

create or replace function kentongan.cmd_selesai(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.count_batch(c, a, null);
end $$;
comment on function kentongan.cmd_selesai(kentongan.ctx, jsonb) is 'SELESAI: the list is whole; asks the officer to count and to confirm it with code and PIN';

create or replace function kentongan.cmd_hitung(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.count_batch(c, a, (a ->> 'amount')::bigint);
end $$;
comment on function kentongan.cmd_hitung(kentongan.ctx, jsonb) is
    'HITUNG amount: what the cash came to; answers with the difference and asks for the confirmation under a new code';

create or replace function kentongan.count_batch(c kentongan.ctx, a jsonb, p_counted bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint := kentongan.meeting_officer(c, a);
    b kentongan.batches;
    r kentongan.requests;
    v_sum record;
    v_missing bigint;
begin
    if v_officer is null then
        return 'not_officer';
    end if;
    c := kentongan.as_officer(c, v_officer);
    if kentongan.is_blocked(c) then
        return 'blocked';
    elsif kentongan.list_waits(c, v_officer) then
        return 'list_waits';
    end if;
    b := kentongan.batch_of(c, v_officer);
    select count(*) as n, coalesce(sum(amount), 0)::bigint as total into v_sum from kentongan.batch_lines where batch_id = b.id;
    if v_sum.n = 0 then
        perform kentongan.reply(c, 'catat_none');
        return 'catat_none';
    end if;
    -- The code that an earlier SELESAI or HITUNG sent is void.
    perform kentongan.cancel_count(b, c.at);
    v_missing := case when p_counted < v_sum.total then kentongan.written_off_alone(v_officer, c.at) end;
    r := kentongan.request_open(c, 'batch', b.group_id, null, v_officer, v_sum.total, jsonb_strip_nulls(jsonb_build_object(
        'missing', case when v_missing > 0 then v_missing + v_sum.total - p_counted end, 'count', v_sum.n, 'counted', p_counted, 'fresh', case when p_counted is null then 1 end,
        'gap', case when p_counted < v_sum.total then 'short' when p_counted > v_sum.total then 'over' end,
        'apart', nullif(abs(p_counted - v_sum.total), 0))));
    update kentongan.batches set status = 'counting', counted = p_counted, request_id = r.id where id = b.id;
    return case when p_counted is null then 'selesai' else 'hitung' end;
end $$;
comment on function kentongan.count_batch(kentongan.ctx, jsonb, bigint) is
    'Asks the officer to confirm her whole list, with the cash as counted or as the list says; one open code a list. A difference above count_slack then goes to a second officer (request_confirmed)';

create or replace function kentongan.written_off_alone(p_officer bigint, p_at timestamptz) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(sum(k.booked - k.counted), 0)::bigint
              from kentongan.members m
              join kentongan.cash_counts k on k.group_id = m.group_id and k.officer_id = m.id
              join kentongan.journal_entries e on e.id = k.entry_id and e.second_id is null
             where m.id = p_officer and k.at > p_at - interval '30 days' and k.counted < k.booked
               and not exists (select 1 from kentongan.journal_entries back where back.reverses_id = e.id));
end $$;
comment on function kentongan.written_off_alone(bigint, timestamptz) is
    'Cash that was short in this officer''s lists of the last 30 days and that nobody else agreed to';

create or replace function kentongan.count_slack(p_group bigint, p_total bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select greatest(p_total / 50, smallest_amount) from kentongan.groups where id = p_group);
end $$;
comment on function kentongan.count_slack(bigint, bigint) is
    'How far a meeting''s cash may be from its list on one officer''s word: a fiftieth of the list, and always the smallest amount that the group takes';

create or replace function kentongan.count_wants_second(r kentongan.requests) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return coalesce((r.details ->> 'apart')::bigint, 0) > 0
       and greatest((r.details ->> 'apart')::bigint, coalesce((r.details ->> 'missing')::bigint, 0))
           > kentongan.count_slack(r.group_id, r.amount);
end $$;
comment on function kentongan.count_wants_second(kentongan.requests) is
    'Whether a second officer must agree to what was counted: the difference, or what this officer''s lists lacked in 30 days on her word alone, this one with it, is more than count_slack';

create or replace function kentongan.sole_line(p_request bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select case when count(distinct l.member_id) = 1 then min(l.member_id) end
              from kentongan.batches b join kentongan.batch_lines l on l.batch_id = b.id where b.request_id = p_request);
end $$;
comment on function kentongan.sole_line(bigint) is 'The only member on the list that this request is about; null where there are several';
