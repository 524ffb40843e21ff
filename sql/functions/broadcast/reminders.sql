-- Reminders that go out by themselves: once a day and kind each group is looked at, in its own zone.

create or replace function kentongan.reminder_on(p_group bigint, p_kind text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select p_kind <> all (reminders_off) from kentongan.groups where id = p_group);
end $$;
comment on function kentongan.reminder_on(bigint, text) is 'Whether a group wants this kind of reminder (reminder_kinds)';

create or replace function kentongan.reminder_fields(p_kind text) returns text[]
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when p_kind in ('due_soon', 'due_today', 'due_late') then '{nomor_pinjaman,denda,hari}'::text[]
                when p_kind = 'wajib' then '{wajib}' when p_kind = 'pending' then '{banyak,jumlah,kode,sejak}' end
           || kentongan.field_names()
$$;
comment on function kentongan.reminder_fields(text) is 'The fields that a group''s own wording of a reminder may have';

-- --- who is to be reminded ------------------------------------------------------------------

create or replace function kentongan.instalments_open(p_groups bigint[], p_member bigint default null)
returns table (loan_id bigint, group_id bigint, member_id bigint, number int, n int, due_on date, today date, kind text, week int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    with loan as materialized (
        select l.*, d.today,
               (select coalesce(sum(p.principal), 0) from kentongan.loan_payments p where p.loan_id = l.id) as paid,
               (select coalesce(sum(p.interest), 0) from kentongan.loan_payments p where p.loan_id = l.id) as paid_interest
          from (select g, kentongan.today(g) as today from unnest(p_groups) g) d
          join kentongan.loans l on l.group_id = d.g
         where l.status = 'running' and (p_member is null or l.member_id = p_member)
           -- Who says that she has paid waits for an officer: it isn't she who must be reminded.
           and not exists (select 1 from kentongan.requests q
                            where q.member_id = l.member_id and q.kind = 'payment' and q.status = 'pending')),
    instalment as (
        select l.id, l.group_id, l.member_id, l.number, s.n, s.due_on, l.today, l.paid, l.paid_interest,
               sum(s.principal) over w as through, sum(s.interest) over w as interest_through
          from loan l join kentongan.loan_schedule s on s.loan_id = l.id and s.version = l.schedule_version
        window w as (partition by l.id order by s.n)),
    open as (
        select i.*, min(i.due_on) over (partition by i.id) as since from instalment i
         where i.through > i.paid or i.interest_through > i.paid_interest)
    select o.id, o.group_id, o.member_id, o.number, o.n, o.due_on, o.today,
           case when o.due_on > o.today then 'due_soon' when o.due_on = o.today then 'due_today' else 'due_late' end,
           (o.today - o.due_on - 1) / 7
      from open o
     where o.due_on between o.today and o.today + 3 or o.due_on < o.today and o.due_on = o.since;
end $$;
comment on function kentongan.instalments_open(bigint[], bigint) is
    'Instalments of running loans that aren''t wholly paid and of which to remind today, by the group''s clock: from three days before on, the day itself, of the oldest in arrears once in each week that it is late. reminders_sent has those of which was reminded. Not where a payment waits for an officer';

create or replace function kentongan.wajib_missing(p_groups bigint[], p_member bigint default null)
returns table (group_id bigint, member_id bigint, missing bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    with g as materialized (
        select x.id, x.wajib_amount, x.wajib_day, kentongan.today(x.id) as today from kentongan.groups x
         where x.id = any (p_groups) and x.wajib_amount > 0 and 'wajib' = any (x.products))
    select m.group_id, m.id, (g.wajib_amount - paid.amount)::bigint
      from g join kentongan.members m on m.group_id = g.id and m.status = 'active' and (p_member is null or m.id = p_member)
      cross join lateral (
            select coalesce(-sum(p.amount), 0) as amount
              from kentongan.accounts a join kentongan.postings p on p.account_id = a.id
              join kentongan.journal_entries e on e.id = p.entry_id
             where a.member_id = m.id and a.kind = 'wajib' and e.kind <> 'opening'
               and e.occurred_on >= date_trunc('month', g.today)::date) paid
     where extract(day from g.today) between g.wajib_day and g.wajib_day + 2 and paid.amount < g.wajib_amount
       and not exists (select 1 from kentongan.requests q
                        where q.member_id = m.id and q.status = 'pending' and q.kind = 'deposit' and q.product = 'wajib');
end $$;
comment on function kentongan.wajib_missing(bigint[], bigint) is
    'Who, on the day of the month on which the group reminds of the simpanan wajib and the two after, hasn''t paid it into the books, and what is missing. Not where a deposit of it waits for an officer';

create or replace function kentongan.codes_waiting(p_groups bigint[], p_officer bigint default null)
returns table (group_id bigint, officer_id bigint, requests int, total bigint, oldest bigint, since timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    v_now timestamptz := kentongan.now();
begin
    return query
    select r.group_id, oc.person_id, count(*)::int, sum(coalesce(r.final_amount, r.amount))::bigint,
           (array_agg(r.id order by r.created_at, r.id))[1], min(r.created_at)
      from kentongan.requests r
      join kentongan.one_time_codes oc on oc.request_id = r.id and oc.stage = 'decide' and oc.closed_at is null
     where r.status = 'pending' and r.expires_at > v_now and r.group_id = any (p_groups)
       and (p_officer is null or oc.person_id = p_officer)
       and exists (select 1 from kentongan.officers o where o.member_id = oc.person_id and o.until is null)
     group by r.group_id, oc.person_id
    -- What has just been asked needs no second word.
    having min(r.created_at) <= v_now - interval '2 hours';
end $$;
comment on function kentongan.codes_waiting(bigint[], bigint) is
    'Officers whose word is waited for since two hours or more: on how many requests, what they come to, which is the oldest and from when';

create or replace function kentongan.reminders_for(p_kind text, p_groups bigint[])
returns table (member_id bigint, what text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    case p_kind
        when 'wajib' then
            return query select w.member_id, to_char(kentongan.today(w.group_id), 'YYYY-MM') from kentongan.wajib_missing(p_groups) w;
        when 'pending' then
            return query select c.officer_id, kentongan.today(c.group_id)::text from kentongan.codes_waiting(p_groups) c;
        else
            return query
            select i.member_id, i.loan_id || ' ' || i.due_on || case when p_kind = 'due_late' then ' ' || i.week else '' end
              from kentongan.instalments_open(p_groups) i where i.kind = p_kind;
    end case;
end $$;
comment on function kentongan.reminders_for(text, bigint[]) is
    'Who of these groups is to be reminded today, and of what: a loan''s instalment (and the week it is late), a month, a day';

-- --- what it says, when it leaves --------------------------------------------------------------

create or replace function kentongan.reminder_params(b kentongan.broadcasts, p_member bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_kind text := b.params ->> 'reminder';
    v_hidden boolean := (select look_pin from kentongan.groups where id = b.group_id);
    x record;
begin
    if v_kind = 'wajib' then
        select missing as amount into x from kentongan.wajib_missing(array[b.group_id], p_member);
        return case when x.amount > 0 then jsonb_build_object('amount', case when not v_hidden then x.amount end,
            'fields', jsonb_build_object('wajib', kentongan.figure(x.amount))) end;
    elsif v_kind = 'pending' then
        select c.requests, c.total, r.code, kentongan.stamp(c.since, b.group_id) as since,
               c.since <= b.created_at - interval '24 hours' as again into x
          from kentongan.codes_waiting(array[b.group_id], p_member) c join kentongan.requests r on r.id = c.oldest;
        return case when x.requests > 0 then jsonb_build_object('count', x.requests, 'total', x.total, 'code', x.code,
            'when', x.since, 'again', case when x.again then 'x' end, 'fields', jsonb_build_object(
                'banyak', x.requests, 'jumlah', kentongan.figure(x.total), 'kode', x.code, 'sejak', x.since)) end;
    end if;
    -- Several loans may be due on one day: one text for all.
    select sum(d.fine + d.interest + d.principal)::bigint as amount, nullif(sum(d.fine), 0)::bigint as fine,
           to_char(min(i.due_on), 'DD/MM') as due, max(i.today - i.due_on) as days,
           array_to_string((array_agg('P-' || i.number order by i.number))[1:2], ', ')
               || case when count(*) > 2 then ' ..' else '' end as loans into x
      from kentongan.instalments_open(array[b.group_id], p_member) i
      cross join lateral kentongan.due_through(i.loan_id,
            case i.kind when 'due_late' then kentongan.last_due(i.loan_id, i.today - 1) else i.n end) d
     where i.kind = v_kind;
    -- Where looking wants the PIN a text that anybody may read names no figure.
    return case when x.amount > 0 then jsonb_build_object('which', x.loans, 'due', x.due, 'late', x.days,
        'amount', case when not v_hidden then x.amount end, 'fine', case when not v_hidden then x.fine end,
        'fields', jsonb_build_object('angsuran', kentongan.figure(x.amount), 'nomor_pinjaman', x.loans, 'tempo', x.due,
                                     'denda', kentongan.figure(coalesce(x.fine, 0)), 'hari', x.days)) end;
end $$;
comment on function kentongan.reminder_params(kentongan.broadcasts, bigint) is
    'What a reminder says to one member now, and its fields (for a wording of the group''s own); null where there is nothing to remind of any more';

create or replace function kentongan.reminder_is_void(p_outbox bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    o kentongan.outbox;
    b kentongan.broadcasts;
begin
    select * into o from kentongan.outbox where id = p_outbox;
    select * into b from kentongan.broadcasts where id = o.broadcast_id;
    if b.kind is distinct from 'reminder' or kentongan.reminder_params(b, o.member_id) is not null then
        return false;
    end if;
    update kentongan.outbox set status = 'cancelled', finished_at = clock_timestamp(), error = 'nothing to remind of any more'
     where id = p_outbox;
    return true;
end $$;
comment on function kentongan.reminder_is_void(bigint) is
    'True, and cancelled, where a message is a reminder of what has been done meanwhile';

-- --- sending ---------------------------------------------------------------------------------------

create or replace function kentongan.remind(p_group bigint, p_kind text, p_members bigint[]) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
    b kentongan.broadcasts;
    v_words text;
begin
    select * into strict g from kentongan.groups where id = p_group;
    -- Where looking wants the PIN words with figures are none: ours leave them out.
    v_words := case when not (g.look_pin and kentongan.fields_of(g.reminder_words ->> p_kind)
                                             && (kentongan.field_names(true) || '{denda,wajib}'::text[]))
                    then g.reminder_words ->> p_kind end;
    b := kentongan.broadcast_new(p_group, 'reminder',
        case when v_words is null then (select template from kentongan.reminder_kinds where kind = p_kind) else 'operator' end,
        jsonb_build_object('reminder', p_kind), v_words,
        jsonb_build_object('groups', array[p_group], 'members', p_members), null, 'service',
        p_ends => (kentongan.today(p_group) + time '20:00') at time zone g.timezone, p_class => 'reminder');
    b := kentongan.broadcast_start(b.id);
    if p_kind = 'pending' then
        perform kentongan.ask_oldest(b);
    end if;
    -- Who has had enough messages today is reminded tomorrow, where that still helps.
    delete from kentongan.reminders_sent s using kentongan.broadcast_skips k
     where k.broadcast_id = b.id and k.reason = 'often' and s.kind = p_kind and s.member_id = k.member_id and s.at >= b.created_at;
    return b.total;
end $$;
comment on function kentongan.remind(bigint, text, bigint[]) is
    'One broadcast of a group''s reminders of one kind, in its own words where it has some; what hasn''t left by 20:00 no longer does. Whom the day''s cap leaves out counts as not reminded';

create or replace function kentongan.remind_groups(p_kind text, p_groups bigint[], p_now timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    g record;
    v_n int := 0;
begin
    for g in
        with fresh as (
            insert into kentongan.reminders_sent (kind, member_id, what, at)
            select p_kind, r.member_id, r.what, p_now from kentongan.reminders_for(p_kind, p_groups) r order by 2, 3
            on conflict do nothing returning member_id)
        select m.group_id, array_agg(distinct m.id) as members from fresh f join kentongan.members m on m.id = f.member_id
         group by m.group_id order by m.group_id
    loop
        v_n := v_n + kentongan.remind(g.group_id, p_kind, g.members);
    end loop;
    return v_n;
end $$;
comment on function kentongan.remind_groups(text, bigint[], timestamptz) is
    'Reminds of one kind in these groups whoever wasn''t reminded of it yet; returns how many';

create or replace function kentongan.remind_one_by_one(p_kind text, p_groups bigint[], p_now timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_group bigint;
    v_n int := 0;
begin
    foreach v_group in array p_groups loop
        begin
            v_n := v_n + kentongan.remind_groups(p_kind, array[v_group], p_now);
        exception when others then
            perform kentongan.timed_failed('reminders_due', p_kind || ' ' || (kentongan.group_params(v_group) ->> 'group'), sqlstate, sqlerrm);
            -- Tried again in a minute.
            update kentongan.reminder_days set day = day - 1 where group_id = v_group and kind = p_kind;
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.remind_one_by_one(text, bigint[], timestamptz) is
    'The same where something fails: each group by itself, so that the others get theirs';

create or replace function kentongan.ask_oldest(b kentongan.broadcasts) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    q record;
    v_n int := 0;
begin
    -- By id, as everybody who holds several requests.
    for q in select r.id, c.officer_id
               from kentongan.codes_waiting(array[b.group_id]) c join kentongan.requests r on r.id = c.oldest
              where c.since <= b.created_at - interval '24 hours'
                and exists (select 1 from kentongan.outbox o
                             where o.broadcast_id = b.id and o.member_id = c.officer_id and o.status = 'queued')
              order by r.id loop
        perform 1 from kentongan.requests where id = q.id and status = 'pending' for update;
        if found then
            perform kentongan.ask_officer(null, q.id, q.officer_id);
            v_n := v_n + 1;
        end if;
    end loop;
    return v_n;
end $$;
comment on function kentongan.ask_oldest(kentongan.broadcasts) is
    'Asks each officer who gets this digest the oldest question anew, under a fresh code, where it is older than a day: the first message may be lost. One only, so that the codes in the others stay good and the digest costs two SMS at most';

create or replace function kentongan.reminders_due() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_now timestamptz := kentongan.now();
    k record;
    v_n int := 0;
begin
    for k in
        with due as (
            select c.id, r.kind, r.sort, c.local::date as day
              from (select x.*, v_now at time zone x.timezone as local from kentongan.groups x) c
              join kentongan.reminder_kinds r on c.local::time >= make_time(r.hour, 0, 0) and r.kind <> 'credit'
              left join kentongan.reminder_days d on d.group_id = c.id and d.kind = r.kind
             where c.local::time < '20:00' and (d.day is null or d.day < c.local::date) and r.kind <> all (c.reminders_off)
               and not case when c.quiet_from <= c.quiet_until then c.local::time >= c.quiet_from and c.local::time < c.quiet_until
                            else c.local::time >= c.quiet_from or c.local::time < c.quiet_until end
             order by r.sort, c.id limit 200),
        -- Who writes the day sends; a second leader waits here, and finds it written.
        taken as (
            insert into kentongan.reminder_days (group_id, kind, day) select id, kind, day from due order by sort, id
            on conflict (group_id, kind) do update set day = excluded.day where reminder_days.day < excluded.day
            returning group_id, kind)
        select t.kind, array_agg(t.group_id) as groups from taken t join kentongan.reminder_kinds r on r.kind = t.kind
         group by t.kind, r.sort order by r.sort
    loop
        begin
            v_n := v_n + kentongan.remind_groups(k.kind, k.groups, v_now);
        exception when others then
            v_n := v_n + kentongan.remind_one_by_one(k.kind, k.groups, v_now);
        end;
    end loop;
    return v_n;
end $$;
comment on function kentongan.reminders_due() is
    'Each minute: sends the reminders whose hour has come in each group''s zone and which didn''t go yet that day, until 20:00, outside of quiet hours; returns how many. However many leaders try, nobody is reminded twice. Two hundred groups and kinds at a time';
