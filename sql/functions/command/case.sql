-- Complaints: SALAH about a receipt, ADUAN about anything, KASUS, JAWAB, and
-- reminders of those that nobody answers.

create or replace function kentongan.concerned(r kentongan.requests) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return array_remove(array[r.member_id, r.asked_by, r.first_officer, r.decided_by, r.cashier_id,
                              case when r.kind = 'handover' then (r.details ->> 'to')::bigint end], null);
end $$;
comment on function kentongan.concerned(kentongan.requests) is 'Everyone who had a part in a request: whose it is, who asked, who agreed, whose cash it was';

create or replace function kentongan.case_officers(k kentongan.cases) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_not bigint[] := k.member_id || coalesce((select kentongan.concerned(r) from kentongan.requests r where r.id = k.request_id), '{}');
    v_found bigint[];
begin
    -- Who shares the phone of somebody concerned would show it to them.
    select array_agg(distinct mine.member_id) || v_not into v_not
      from kentongan.member_phones theirs
      join kentongan.member_phones mine on mine.phone_id = theirs.phone_id and mine.until is null
     where theirs.member_id = any (v_not) and theirs.until is null;
    select array_agg(distinct o.member_id order by o.member_id) into v_found
      from kentongan.officers o
     where o.group_id = k.group_id and o.until is null and not o.member_id = any (v_not)
       and (o.role in ('ketua', 'pengawas')
            -- The chair's own affair: the secretary stands in.
            or o.role = 'sekretaris' and not exists (select 1 from kentongan.officers chair
                where chair.group_id = k.group_id and chair.until is null and chair.role = 'ketua'
                  and not chair.member_id = any (v_not)));
    return coalesce(v_found, '{}');
end $$;
comment on function kentongan.case_officers(kentongan.cases) is
    'Who hears of a complaint and may answer it: chair and supervisors, never who complains nor who is complained about; without a chair the secretary, too';

create or replace function kentongan.case_params(k kentongan.cases) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return kentongan.member_params(k.member_id) || jsonb_build_object('case', k.number,
            'due', to_char(k.due_at at time zone (select timezone from kentongan.groups where id = k.group_id), 'DD/MM'))
        || coalesce((select jsonb_build_object('code', r.code, 'amount', coalesce(r.final_amount, r.amount))
                       from kentongan.requests r where r.id = k.request_id), '{}');
end $$;
comment on function kentongan.case_params(kentongan.cases) is 'What texts say of a complaint: whose, its number, until when it is to be answered, and the receipt''s code';

create or replace function kentongan.open_case(c kentongan.ctx, p_member bigint, p_request bigint, p_text text)
returns kentongan.cases
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    k kentongan.cases;
    v_group bigint := (select group_id from kentongan.members where id = p_member);
    v_days int;
begin
    -- One number after another in a group, also when two complain at once.
    select case_days into strict v_days from kentongan.groups where id = v_group for no key update;
    select * into k from kentongan.cases
     where member_id = p_member and status = 'open' and request_id is not distinct from p_request
       and (p_request is not null or text = left(p_text, 300))
     order by id limit 1;
    if found then
        return k;
    end if;
    insert into kentongan.cases (group_id, number, member_id, request_id, text, opened_at, due_at)
    values (v_group, 1 + coalesce((select max(number) from kentongan.cases where group_id = v_group), 0),
            p_member, p_request, left(p_text, 300), c.at, c.at + make_interval(days => v_days))
    returning * into k;
    perform kentongan.tell(who, case when p_request is null then 'aduan_officer' else 'salah_officer' end,
                           kentongan.case_params(k) || jsonb_build_object('text',
                               nullif(left(k.text, case when p_request is null then 160 else 30 end), '')), 'notice', c)
       from unnest(kentongan.case_officers(k)) who;
    return k;
end $$;
comment on function kentongan.open_case(kentongan.ctx, bigint, bigint, text) is
    'The member''s open case about this, else a new one with the group''s next number and deadline, which those who must answer are told of';

create or replace function kentongan.cmd_salah(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_members bigint[] := kentongan.members_of_phone(c.phone_id);
    v_request bigint;
    v_member bigint;
begin
    select q.id, w.who into v_request, v_member
      from kentongan.requests q
      -- Whose it is before who had a part in it; also who got a receipt for it, as everyone in a meeting's batch.
      cross join lateral (select m as who from unnest(v_members) m
                           where m = any (kentongan.concerned(q))
                              or exists (select 1 from kentongan.receipts rc join kentongan.journal_entries e on e.id = rc.entry_id
                                          where e.request_id = q.id and rc.member_id = m)
                           order by m is distinct from q.member_id, m limit 1) w
     where q.code = upper(a ->> 'code')
     order by q.id desc limit 1;
    if not found then
        perform kentongan.reply(c, 'code_unknown', jsonb_build_object('code', upper(a ->> 'code')));
        return 'code_unknown';
    end if;
    perform kentongan.reply(c, 'salah', kentongan.case_params(
        kentongan.open_case(c, v_member, v_request, coalesce(a ->> 'text', ''))));
    return 'salah';
end $$;
comment on function kentongan.cmd_salah(kentongan.ctx, jsonb) is
    'SALAH code [text]: opens a case with number and deadline; chair and supervisors are told. Money stays where it is until two people correct it';

create or replace function kentongan.cmd_aduan(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    perform kentongan.reply(c, 'aduan', kentongan.case_params(
        kentongan.open_case(c, c.member_id, null, coalesce(a ->> 'text', ''))));
    return 'aduan';
end $$;
comment on function kentongan.cmd_aduan(kentongan.ctx, jsonb) is 'ADUAN text: a complaint about anything; the same words again are the same case';

create or replace function kentongan.cmd_kasus(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_members bigint[] := case when c.member_id is not null then array[c.member_id]
                               else kentongan.members_of_phone(c.phone_id) end;
    v_cases jsonb;
    v_n bigint;
begin
    select jsonb_agg(x.line order by x.n) filter (where x.n <= 3), count(*) into v_cases, v_n
      from (select row_number() over (order by k.opened_at, k.id) as n,
                   kentongan.case_params(k) || jsonb_build_object('late', case when k.due_at < c.at
                       then 1 + floor(extract(epoch from c.at - k.due_at) / 86400)::int end) as line
              from kentongan.cases k
             where k.group_id = c.group_id and k.status = 'open'
               and (kentongan.case_officers(k) && v_members or k.member_id = any (v_members))) x;
    if v_n = 0 then
        perform kentongan.reply(c, 'kasus_none');
        return 'kasus_none';
    end if;
    perform kentongan.reply(c, 'kasus', kentongan.group_params(c.group_id)
        || jsonb_build_object('lines', jsonb_strip_nulls(v_cases), 'of', v_n, 'more', nullif(greatest(v_n - 3, 0), 0)));
    return 'kasus';
end $$;
comment on function kentongan.cmd_kasus(kentongan.ctx, jsonb) is
    'KASUS: open complaints, oldest first: those that the speaker may answer, and the speaker''s own';

create or replace function kentongan.close_case(k kentongan.cases, p_by bigint, p_text text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.cases set status = 'closed', answer = left(p_text, 300), answered_by = p_by, answered_at = kentongan.now()
     where id = k.id;
    insert into kentongan.audit_log (actor, action, subject, group_id, details)
    values (coalesce(nullif(current_setting('kentongan.actor', true), ''), 'service'), 'case.answered', k.number::text, k.group_id,
            jsonb_build_object('case', k.id, 'request', k.request_id, 'answered_by', p_by));
end $$;
comment on function kentongan.close_case(kentongan.cases, bigint, text) is 'Ends a complaint with its answer, and notes who gave it';

create or replace function kentongan.cmd_jawab(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_officer bigint := kentongan.acting_officer(c, '{ketua,pengawas,sekretaris}');
    k kentongan.cases;
    v_params jsonb;
begin
    if v_officer is null then
        return 'not_officer';
    end if;
    c.member_id := v_officer;
    c.group_id := (select group_id from kentongan.members where id = v_officer);
    select * into k from kentongan.cases where group_id = c.group_id and number = (a ->> 'case')::int for update;
    if not found then
        perform kentongan.reply(c, 'kasus_unknown', jsonb_build_object('case', (a ->> 'case')::int));
        return 'kasus_unknown';
    end if;
    v_params := kentongan.case_params(k) || jsonb_build_object('officer', (select short_name from kentongan.members where id = v_officer),
                                                               'role', kentongan.role_of(v_officer), 'text', left(a ->> 'text', 200));
    if not v_officer = any (kentongan.case_officers(k)) then
        perform kentongan.reply(c, 'jawab_not', v_params);
        return 'jawab_not';
    elsif k.status <> 'open' then
        perform kentongan.reply(c, 'jawab_late', v_params || jsonb_build_object(
            'officer', (select short_name from kentongan.members where id = k.answered_by),
            'when', kentongan.stamp(k.answered_at, k.group_id)));
        return 'jawab_late';
    end if;
    perform set_config('kentongan.actor', c.peer, true);
    perform kentongan.close_case(k, v_officer, a ->> 'text');
    perform kentongan.tell(k.member_id, 'jawab_member', v_params, 'notice', c);
    perform kentongan.reply(c, 'jawab', v_params);
    return 'jawab';
end $$;
comment on function kentongan.cmd_jawab(kentongan.ctx, jsonb) is
    'JAWAB n text: chair or supervisor answers a complaint, never one about themselves; the member gets the words and who said them. Not satisfied: a new one';

create or replace function kentongan.remind_cases() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    k kentongan.cases;
    v_n int := 0;
begin
    -- On the day it is due and every third day after, five times in all.
    for k in select * from kentongan.cases
              where status = 'open' and due_at <= v_now and due_at > v_now - interval '15 days'
                and (reminded_at is null or reminded_at <= v_now - interval '3 days')
                -- By day: one that was opened at two at night is due at two.
                and (v_now at time zone (select timezone from kentongan.groups where id = cases.group_id))::time between '07:00' and '20:00'
              order by id limit 200 for update skip locked loop
        begin
            update kentongan.cases set reminded_at = v_now where id = k.id;
            perform kentongan.tell(who, 'kasus_late', kentongan.case_params(k)) from unnest(kentongan.case_officers(k)) who;
            v_n := v_n + 1;
        exception when others then
            perform kentongan.timed_failed('remind_cases', k.id::text, sqlstate, sqlerrm);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.remind_cases() is
    'Reminds those who must answer a complaint when it is due and every third day after, at most five times; returns how many complaints';
