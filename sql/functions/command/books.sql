-- The year's end by SMS: TUTUPBUKU and BAGIHASIL (two officers), PERSEN, SHU,
-- and the books in one message: LABA, NERACA.

create or replace function kentongan.closed_until(p_group bigint) returns date
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select max(last_day) from kentongan.periods where group_id = p_group and status = 'closed');
end $$;
comment on function kentongan.closed_until(bigint) is 'The last day whose books are closed; null where no period is yet';

create or replace function kentongan.year_days(p_group bigint, p_year int, out first_day date, out last_day date)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_closed date := kentongan.closed_until(p_group);
begin
    -- A year closed in its December leaves its last days to the next one.
    first_day := case when v_closed >= make_date(p_year - 1, 12, 1) then v_closed + 1 else make_date(p_year, 1, 1) end;
    last_day := least(make_date(p_year, 12, 31), kentongan.today(p_group) - 1);
end $$;
comment on function kentongan.year_days(bigint, int, out date, out date) is
    'The days of a book year as it would be closed now: from where the last one ended, to 31 December or yesterday';

create or replace function kentongan.drop_proposals(p_group bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.periods p set status = 'dropped'
      from kentongan.requests r
     where p.group_id = p_group and p.status = 'proposed' and r.id = p.request_id
       and (r.status not in ('confirming', 'pending') or r.status = 'confirming' and r.expires_at <= kentongan.now()
            or r.status = 'pending' and r.expires_at <= kentongan.now());
    return (select r.code from kentongan.periods p join kentongan.requests r on r.id = p.request_id
             where p.group_id = p_group and p.status = 'proposed' and r.status = 'pending' limit 1);
end $$;
comment on function kentongan.drop_proposals(bigint) is
    'Drops proposals to close whose requests came to nothing; returns the code of one that still waits for the second officer, null for none';

create or replace function kentongan.propose_period(r kentongan.requests, p_label text, p_first date, p_last date, p_kind text,
                                                    p_percent jsonb, p_surplus bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    -- Another officer's, not confirmed by code yet: the newer one counts.
    with old as (update kentongan.periods p set status = 'dropped' where p.group_id = r.group_id and p.status = 'proposed'
                 returning p.request_id)
    update kentongan.requests q set status = 'cancelled', decided_at = r.created_at
      from old where q.id = old.request_id and q.status = 'confirming' and q.id <> r.id;
    insert into kentongan.periods (group_id, label, first_day, last_day, kind, percent, surplus, request_id)
    values (r.group_id, p_label, p_first, p_last, p_kind, p_percent, p_surplus, r.id);
end $$;
comment on function kentongan.propose_period(kentongan.requests, text, date, date, text, jsonb, bigint) is
    'Writes what two officers are asked to close; replaces a proposal that nobody has confirmed';

create or replace function kentongan.closing_officer(c kentongan.ctx) returns kentongan.ctx
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_as kentongan.ctx := kentongan.as_acting_officer(c);
    v_waits text;
begin
    if v_as.member_id is null or kentongan.is_blocked(c) then
        return null;
    end if;
    perform 1 from kentongan.groups where id = v_as.group_id for no key update;
    v_waits := kentongan.drop_proposals(v_as.group_id);
    if v_waits is not null then
        perform kentongan.reply(c, 'tutup_waits', kentongan.group_params(v_as.group_id) || jsonb_build_object('code', v_waits));
        return null;
    end if;
    return v_as;
end $$;
comment on function kentongan.closing_officer(kentongan.ctx) is
    'The message as that of the officer who may propose to close now; without a member, and answered, where nobody here may or a proposal waits already. One at a time in a group';

create or replace function kentongan.cmd_tutupbuku(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_today date;
    v_year int := (a ->> 'year')::int;
    v_closed date;
    v_refused text;
begin
    c := kentongan.closing_officer(c);
    if c.member_id is null then
        return 'tutup_refused';
    end if;
    v_today := kentongan.today(c.group_id);
    v_closed := kentongan.closed_until(c.group_id);
    if v_year is null then
        v_year := extract(year from v_today)::int - 1;
        if extract(month from v_today) = 12 and v_closed >= make_date(v_year, 12, 1) then
            v_year := v_year + 1;
        end if;
    end if;
    v_refused := kentongan.closing_refused(c.group_id, v_year, v_today, v_closed);
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, kentongan.group_params(c.group_id) || jsonb_build_object(
            'year', v_year::text, 'day', to_char(v_closed, 'DD/MM/YYYY')));
        return v_refused;
    end if;
    return kentongan.propose_close(c, v_year);
end $$;
comment on function kentongan.cmd_tutupbuku(kentongan.ctx, jsonb) is
    'TUTUPBUKU [year]: an officer proposes to close a book year, the last one unless another is named; a second must agree. The running year from December on: it then ends the day before';

create or replace function kentongan.closing_refused(p_group bigint, p_year int, p_today date, p_closed date) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text;
begin
    v_refused := case
        when p_closed >= make_date(p_year, 12, 1)
             or exists (select 1 from kentongan.periods where group_id = p_group and status = 'closed' and label = p_year::text)
            then 'tutup_done_already'
        when p_today < make_date(p_year, 12, 1) then 'tutup_early'
        when not exists (select 1 from kentongan.journal_entries where group_id = p_group
                            and occurred_on <= (kentongan.year_days(p_group, p_year)).last_day) then 'tutup_nothing'
        -- What an earlier year earned is divided by the savings of then, or not at all.
        when exists (select 1 from kentongan.results(p_group, coalesce(p_closed + 1, '-infinity'),
                                                     (kentongan.year_days(p_group, p_year)).first_day - 1) x where x.amount <> 0)
            then 'tutup_earlier' end;
    return v_refused;
end $$;
comment on function kentongan.closing_refused(bigint, int, date, date) is
    'Why a year can''t be closed, as the name of the answer: closed already, not over, nothing in it, an earlier one not closed';

create or replace function kentongan.outcome_word(p_surplus bigint) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select case when p_surplus < 0 then 'shu_loss' else 'shu_surplus' end
$$;
comment on function kentongan.outcome_word(bigint) is 'The word that texts put in front of what was earned or lost';

create or replace function kentongan.propose_close(c kentongan.ctx, p_year int) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    d record;
    p record;
    r kentongan.requests;
    v_percent jsonb := (select shu_percent from kentongan.groups where id = c.group_id);
begin
    select * into d from kentongan.year_days(c.group_id, p_year);
    select * into p from kentongan.shu_plan(c.group_id, d.first_day, d.last_day, v_percent);
    r := kentongan.request_open(c, 'close', c.group_id, null, c.member_id,
        p_details => jsonb_strip_nulls(jsonb_build_object(
            'year', p_year::text, 'until', to_char(d.last_day, 'DD/MM'),
            'outcome', kentongan.outcome_word(p.surplus), 'surplus', abs(p.surplus),
            'part', p.savings + p.business, 'reserve', p.reserve, 'basis', md5(p.shares::text),
            'waiting', (select nullif(count(*), 0)::text from kentongan.requests q
                         where q.group_id = c.group_id and q.status in ('pending', 'approved')
                           and (q.created_at at time zone (select timezone from kentongan.groups where id = c.group_id))::date
                               <= d.last_day))));
    perform kentongan.propose_period(r, p_year::text, d.first_day, d.last_day, 'shu', v_percent, p.surplus);
    return 'tutup';
end $$;
comment on function kentongan.propose_close(kentongan.ctx, int) is
    'Reckons a year and asks its officer to confirm; what still waits from it is counted, it goes into the next';

create or replace function kentongan.do_close(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    d kentongan.periods;
    p record;
    g kentongan.groups;
    v_entry bigint;
begin
    -- Members before their group, as everybody who posts. Who posts holds the
    -- group's row, too: from here on the figures stand.
    perform 1 from kentongan.members where group_id = r.group_id order by id for no key update;
    select * into strict g from kentongan.groups where id = r.group_id for update;
    select * into d from kentongan.periods where request_id = r.id and status = 'proposed' for update;
    if not found then
        return kentongan.closing_changed(c, r, p_officer);
    end if;
    select * into p from kentongan.shu_plan(r.group_id, d.first_day, d.last_day, d.percent);
    if p.surplus <> d.surplus or g.shu_percent <> d.percent or md5(p.shares::text) <> r.details ->> 'basis'
       or kentongan.in_closed_period(r.group_id, d.last_day) then
        return kentongan.closing_changed(c, r, p_officer);
    end if;
    v_entry := kentongan.post_close(c, r, d, p, p_officer);
    perform kentongan.end_period(d.id, v_entry, p.shares, c.at);
    perform kentongan.tell_shares(c, r, d.id, p_officer);
    return 'tutup_closed';
end $$;
comment on function kentongan.do_close(kentongan.ctx, kentongan.requests, bigint) is
    'Closes the proposed year if its figures are still those that both officers saw: one entry empties income and expenses into reserve, funds and each member''s SHU; nothing is posted into it any more';

create or replace function kentongan.closing_changed(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    update kentongan.periods set status = 'dropped' where request_id = r.id;
    return kentongan.request_impossible(c, r, p_officer, 'the figures have changed', 'tutup_changed');
end $$;
comment on function kentongan.closing_changed(kentongan.ctx, kentongan.requests, bigint) is
    'The figures aren''t those that were agreed to: nothing is closed, both officers learn it';

create or replace function kentongan.post_close(c kentongan.ctx, r kentongan.requests, d kentongan.periods, p record, p_officer bigint)
returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_accounts bigint[];
    v_amounts bigint[];
begin
    select array_agg(x.account), array_agg(x.amount) into v_accounts, v_amounts
      from (select account_id as account, -amount as amount from kentongan.results(r.group_id, d.first_day, d.last_day)
            union all
            select kentongan.account(r.group_id, f.kind), -f.amount
              from (values ('reserve', p.reserve), ('officers_fund', p.officers), ('education_fund', p.education),
                           ('social_fund', p.social)) as f(kind, amount) where f.amount <> 0
            union all
            select kentongan.account(r.group_id, 'shu_payable', s.member_id), -(s.savings_share + s.business_share)
              from kentongan.share_lines(p.shares) s where s.savings_share + s.business_share > 0) x
     where x.amount <> 0;
    if v_accounts is null then
        return null;
    end if;
    return kentongan.post(r.group_id, 'shu_close', v_accounts, v_amounts, r.first_officer, p_officer, r.id, c.message_id,
                          p_reason => 'SHU ' || d.label, p_occurred => d.last_day);
end $$;
comment on function kentongan.post_close(kentongan.ctx, kentongan.requests, kentongan.periods, record, bigint) is
    'The closing entry, dated the last day; null where the year earned and spent nothing';

create or replace function kentongan.end_period(p_period bigint, p_entry bigint, p_shares jsonb, p_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
    insert into kentongan.period_shares (period_id, member_id, savings, business, savings_share, business_share)
    select p_period, s.member_id, s.savings, s.business, s.savings_share, s.business_share from kentongan.share_lines(p_shares) s;
    update kentongan.periods set status = 'closed', entry_id = p_entry, closed_at = p_at where id = p_period;
end $$;
comment on function kentongan.end_period(bigint, bigint, jsonb, timestamptz) is 'Keeps each member''s share with what it was reckoned from, and closes the period';

create or replace function kentongan.tell_shares(c kentongan.ctx, r kentongan.requests, p_period bigint, p_officer bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    d kentongan.periods;
    v_params jsonb;
    v_done text;
    v_share text;
begin
    v_done := case r.kind when 'close' then 'close_done' else 'share_out_done' end;
    v_share := case r.kind when 'close' then 'shu_share' else 'share_out_share' end;
    select * into strict d from kentongan.periods where id = p_period;
    v_params := kentongan.request_params(r) || jsonb_build_object(
        'year', d.label, 'second', (select short_name from kentongan.members where id = p_officer));
    perform kentongan.reply(c, v_done, v_params);
    perform kentongan.tell_officers(r.group_id, '{ketua,sekretaris,bendahara,pengawas}', p_officer, v_done, v_params, c);
    if d.entry_id is null then
        return;
    end if;
    perform kentongan.receipt(x.member_id, d.entry_id, v_share, v_params || kentongan.member_params(x.member_id)
                || jsonb_build_object('share', x.given, 'saved', x.savings, 'extra', x.given - x.savings), c)
       from (select s.member_id, s.savings,
                    s.savings_share + s.business_share + case d.kind when 'share_out' then s.savings else 0 end as given
               from kentongan.period_shares s where s.period_id = p_period order by s.member_id) x
      where x.given > 0;
end $$;
comment on function kentongan.tell_shares(kentongan.ctx, kentongan.requests, bigint, bigint) is
    'Officers and supervisors learn that it is closed, each member with a phone what is theirs, by numbered receipt';

-- --- the share-out of a savings group -----------------------------------------

create or replace function kentongan.cmd_bagihasil(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    p record;
    r kentongan.requests;
    v_day date;
    v_refused text;
begin
    c := kentongan.closing_officer(c);
    if c.member_id is null then
        return 'bagi_refused';
    end if;
    v_day := kentongan.today(c.group_id);
    select * into p from kentongan.share_out_plan(c.group_id);
    v_refused := kentongan.share_out_refused(c.group_id, v_day, p);
    if v_refused is not null then
        perform kentongan.reply(c, v_refused, kentongan.group_params(c.group_id)
            || jsonb_build_object('loans', p.loans::text, 'waiting', p.taking::text));
        return v_refused;
    end if;
    r := kentongan.request_open(c, 'share_out', c.group_id, null, c.member_id,
        p_details => jsonb_strip_nulls(jsonb_build_object(
            'saved', p.saved, 'outcome', kentongan.outcome_word(p.surplus), 'surplus', abs(p.surplus),
            'payout', p.saved + p.surplus, 'people', jsonb_array_length(p.shares)::text, 'basis', md5(p.shares::text))));
    perform kentongan.propose_period(r, to_char(v_day, 'YYYY-MM-DD'), kentongan.cycle_first(c.group_id, v_day), v_day,
                                     'share_out', '{"savings": 100}', p.surplus);
    return 'bagi';
end $$;
comment on function kentongan.cmd_bagihasil(kentongan.ctx, jsonb) is
    'BAGIHASIL: an officer proposes that all savings are paid back with what they earned; a second must agree. Not in a koperasi, nor while loans run';

create or replace function kentongan.cycle_first(p_group bigint, p_day date) returns date
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return least(p_day, coalesce(kentongan.closed_until(p_group) + 1,
                                 (select min(occurred_on) from kentongan.journal_entries where group_id = p_group), p_day));
end $$;
comment on function kentongan.cycle_first(bigint, date) is 'Where a savings group''s cycle began: the day after the last one, or its first entry';

create or replace function kentongan.share_out_refused(p_group bigint, p_day date, p record) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_refused text;
begin
    v_refused := case
        when (select kind from kentongan.groups where id = p_group) = 'koperasi' then 'bagi_koperasi'
        when p.loans > 0 then 'bagi_loans'
        when p.taking > 0 then 'bagi_taking'
        when p.saved = 0 then 'bagi_nothing'
        when p.shares is null then 'bagi_loss'
        when exists (select 1 from kentongan.periods where group_id = p_group and status = 'closed'
                        and label = to_char(p_day, 'YYYY-MM-DD')) then 'bagi_today' end;
    return v_refused;
end $$;
comment on function kentongan.share_out_refused(bigint, date, record) is 'Why nothing can be shared out now, as the name of the answer';

create or replace function kentongan.do_share_out(c kentongan.ctx, r kentongan.requests, p_officer bigint) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    d kentongan.periods;
    p record;
    v_accounts bigint[];
    v_amounts bigint[];
    v_entry bigint;
begin
    -- A withdrawal that is just being agreed to holds its member; who posts holds the group.
    perform 1 from kentongan.members where group_id = r.group_id order by id for no key update;
    perform 1 from kentongan.groups where id = r.group_id for update;
    select * into d from kentongan.periods where request_id = r.id and status = 'proposed' for update;
    select * into p from kentongan.share_out_plan(r.group_id);
    if d.id is null or p.surplus <> d.surplus or md5(p.shares::text) is distinct from r.details ->> 'basis'
       or kentongan.share_out_refused(r.group_id, kentongan.today(r.group_id), p) is not null then
        return kentongan.closing_changed(c, r, p_officer);
    end if;
    select array_agg(x.account), array_agg(x.amount) into v_accounts, v_amounts
      from (select a.id as account, -a.balance as amount
              from kentongan.accounts a join kentongan.account_kinds k on k.kind = a.kind
             where a.group_id = r.group_id and a.balance <> 0
               and (k.class in ('income', 'expense') or a.kind in ('pokok', 'wajib', 'sukarela'))
            union all
            select kentongan.account(r.group_id, 'shu_payable', s.member_id), -(s.savings + s.savings_share)
              from kentongan.share_lines(p.shares) s where s.savings + s.savings_share > 0) x;
    v_entry := kentongan.post(r.group_id, 'share_out', v_accounts, v_amounts, r.first_officer, p_officer, r.id, c.message_id);
    update kentongan.periods set last_day = kentongan.today(r.group_id) where id = d.id;
    perform kentongan.end_period(d.id, v_entry, p.shares, c.at);
    perform kentongan.tell_shares(c, r, d.id, p_officer);
    return 'bagi_done';
end $$;
comment on function kentongan.do_share_out(kentongan.ctx, kentongan.requests, bigint) is
    'Moves all savings and the surplus to what each member may take by TARIK SHU, if the figures are still those that both officers saw';

-- --- PERSEN ---------------------------------------------------------------------

create or replace function kentongan.percent_figure(p_percent jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select string_agg(coalesce(p_percent ->> k, '0'), '/' order by n)
      from unnest(array['reserve', 'savings', 'business', 'officers', 'education', 'social']) with ordinality as x(k, n)
$$;
comment on function kentongan.percent_figure(jsonb) is 'Percentages in a fixed order: reserve/savings/business/officers/education/social';

create or replace function kentongan.read_percent(p_text text) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
    v_words constant jsonb := '{"cadangan": "reserve", "reserve": "reserve", "simpanan": "savings", "modal": "savings",
        "savings": "savings", "usaha": "business", "business": "business", "pengurus": "officers", "officers": "officers",
        "pendidikan": "education", "education": "education", "sosial": "social", "social": "social"}';
    v_text text := regexp_replace(lower(p_text), '\m(jasa|dana|dan|persen|prosen|percent|and)\M|[%=:+,.;/]', ' ', 'g');
    v_percent jsonb := '{"reserve": 0, "savings": 0, "business": 0, "officers": 0, "education": 0, "social": 0}';
    v_seen text[] := '{}';
    v_pair text[];
begin
    if v_text !~ '^\s*([a-z]+\s+\d{1,3}\s*)+$' then
        return null;
    end if;
    for v_pair in select regexp_matches(v_text, '([a-z]+)\s+(\d{1,3})', 'g') loop
        if not v_words ? v_pair[1] or v_words ->> v_pair[1] = any (v_seen) then
            return null;
        end if;
        v_seen := v_seen || (v_words ->> v_pair[1]);
        v_percent := v_percent || jsonb_build_object(v_words ->> v_pair[1], v_pair[2]::int);
    end loop;
    return v_percent;
end $$;
comment on function kentongan.read_percent(text) is
    'CADANGAN 40 SIMPANAN 25 … as percentages, what isn''t named being 0; null where a word is unknown, named twice or without a figure';

create or replace function kentongan.cmd_persen(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_percent jsonb := (select shu_percent from kentongan.groups where id = c.group_id);
    v_new jsonb;
    v_sum int;
begin
    if not a ? 'text' then
        perform kentongan.reply(c, 'persen', kentongan.group_params(c.group_id) || jsonb_build_object(
            'pct_reserve', v_percent ->> 'reserve', 'pct_savings', v_percent ->> 'savings', 'pct_business', v_percent ->> 'business',
            'pct_officers', v_percent ->> 'officers', 'pct_education', v_percent ->> 'education', 'pct_social', v_percent ->> 'social'));
        return 'persen';
    end if;
    c := kentongan.as_acting_officer(c);
    if c.member_id is null then
        return 'not_officer';
    end if;
    v_percent := (select shu_percent from kentongan.groups where id = c.group_id);
    v_new := kentongan.read_percent(a ->> 'text');
    v_sum := (select sum(value::int) from jsonb_each_text(v_new));
    if v_sum is distinct from 100 then
        perform kentongan.reply(c, 'persen_unclear', jsonb_strip_nulls(jsonb_build_object('sum', v_sum::text)));
        return 'persen_unclear';
    elsif v_new = v_percent then
        perform kentongan.reply(c, 'atur_same', jsonb_build_object('setting', 'persen', 'old', kentongan.percent_figure(v_percent)));
        return 'atur_same';
    elsif kentongan.is_blocked(c) then
        return 'blocked';
    end if;
    perform kentongan.request_open(c, 'setting', c.group_id, null, c.member_id, p_details => jsonb_build_object(
        'setting', 'persen', 'set', jsonb_build_object('shu_percent', v_new),
        'old', kentongan.percent_figure(v_percent), 'new', kentongan.percent_figure(v_new)));
    return 'persen_asked';
end $$;
comment on function kentongan.cmd_persen(kentongan.ctx, jsonb) is
    'PERSEN: how the surplus is divided. PERSEN with words and figures that sum to 100: an officer wants it so, a second must agree';

-- --- SHU, LABA, NERACA -------------------------------------------------------------

create or replace function kentongan.cmd_shu(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    d kentongan.periods;
    v_refused text;
    v_year int := coalesce((a ->> 'year')::int, extract(year from kentongan.today(c.group_id))::int);
begin
    if c.member_id is null then
        return kentongan.ask_member(c);
    end if;
    v_refused := kentongan.may_look(c);
    if v_refused is not null then
        return v_refused;
    end if;
    -- Without a year: what lies ready, else what the running year brings so far.
    select * into d from kentongan.periods
     where group_id = c.group_id and status = 'closed'
       and case when a ? 'year' then left(label, 4) = a ->> 'year'
                else kentongan.balance(c.group_id, 'shu_payable', c.member_id) > 0 end
     order by last_day desc, id desc limit 1;
    if d.id is not null then
        return kentongan.shu_closed(c, d);
    elsif v_year <> extract(year from kentongan.today(c.group_id)) and not (
          v_year = extract(year from kentongan.today(c.group_id)) - 1
          and coalesce(kentongan.closed_until(c.group_id), '-infinity') < make_date(v_year, 12, 1)) then
        perform kentongan.reply(c, 'shu_none', jsonb_build_object('year', v_year::text));
        return 'shu_none';
    end if;
    return kentongan.shu_estimate(c, v_year);
end $$;
comment on function kentongan.cmd_shu(kentongan.ctx, jsonb) is
    'SHU [year]: the member''s share and how it was reckoned; of a year not closed yet an estimate that says so';

create or replace function kentongan.shu_closed(c kentongan.ctx, d kentongan.periods) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    s kentongan.period_shares;
    v_all record;
begin
    select * into s from kentongan.period_shares where period_id = d.id and member_id = c.member_id;
    select sum(savings)::bigint as savings, sum(business)::bigint as business into v_all
      from kentongan.period_shares where period_id = d.id;
    perform kentongan.reply(c, case d.kind when 'shu' then 'shu' else 'shu_shared' end,
        kentongan.share_params(d.label, d.percent, coalesce(s.savings, 0), coalesce(s.business, 0), coalesce(v_all.savings, 0),
                               coalesce(v_all.business, 0), coalesce(s.savings_share, 0), coalesce(s.business_share, 0))
        || jsonb_build_object('untaken', nullif(kentongan.balance(c.group_id, 'shu_payable', c.member_id), 0)));
    return 'shu';
end $$;
comment on function kentongan.shu_closed(kentongan.ctx, kentongan.periods) is 'Answers with a member''s share of a closed period';

create or replace function kentongan.share_params(p_year text, p_percent jsonb, p_savings bigint, p_business bigint, p_all_savings bigint,
    p_all_business bigint, p_savings_share bigint, p_business_share bigint) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
    select jsonb_build_object('year', p_year, 'share', p_savings_share + p_business_share,
        'savings', p_savings, 'all_savings', p_all_savings, 'savings_share', p_savings_share,
        'pct_savings', coalesce(p_percent ->> 'savings', '0'),
        'business', p_business, 'all_business', p_all_business, 'business_share', p_business_share,
        'pct_business', coalesce(p_percent ->> 'business', '0'))
$$;
comment on function kentongan.share_params(text, jsonb, bigint, bigint, bigint, bigint, bigint, bigint) is
    'What texts say of a share: the two parts, what they were reckoned from, the percentages';

create or replace function kentongan.shu_estimate(c kentongan.ctx, p_year int) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    d record;
    p record;
    s record;
    v_percent jsonb := (select shu_percent from kentongan.groups where id = c.group_id);
begin
    select * into d from kentongan.year_days(c.group_id, p_year);
    -- So far: today, too.
    d.last_day := least(make_date(p_year, 12, 31), kentongan.today(c.group_id));
    select * into p from kentongan.shu_plan(c.group_id, d.first_day, d.last_day, v_percent);
    select * into s from kentongan.share_lines(p.shares) x where x.member_id = c.member_id;
    perform kentongan.reply(c, 'shu_estimate',
        kentongan.share_params(p_year::text, v_percent, coalesce(s.savings, 0), coalesce(s.business, 0), p.all_savings,
                               p.all_business, coalesce(s.savings_share, 0), coalesce(s.business_share, 0)));
    return 'shu_estimate';
end $$;
comment on function kentongan.shu_estimate(kentongan.ctx, int) is 'Answers with what a member''s share would be if the year ended today';

create or replace function kentongan.cmd_laba(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    d record;
    v_sums record;
    v_year int;
begin
    c := kentongan.as_acting_officer(c, '{bendahara,ketua,sekretaris,pengawas}');
    if c.member_id is null then
        return 'not_officer';
    end if;
    v_year := extract(year from kentongan.today(c.group_id))::int;
    select * into d from kentongan.year_days(c.group_id, v_year);
    select coalesce(-sum(amount) filter (where kind = 'interest'), 0)::bigint as earned,
           coalesce(-sum(amount) filter (where kind = 'fines'), 0)::bigint as fined,
           coalesce(-sum(amount) filter (where class = 'income' and kind not in ('interest', 'fines')), 0)::bigint as other,
           coalesce(sum(amount) filter (where class = 'expense'), 0)::bigint as spent,
           coalesce(-sum(amount), 0)::bigint as surplus
      into v_sums
      from kentongan.results(c.group_id, d.first_day, kentongan.today(c.group_id));
    perform kentongan.reply(c, 'laba', kentongan.group_params(c.group_id) || to_jsonb(v_sums) || jsonb_build_object(
        'since', to_char(d.first_day, 'DD/MM/YY'), 'day', to_char(kentongan.today(c.group_id), 'DD/MM/YY')));
    return 'laba';
end $$;
comment on function kentongan.cmd_laba(kentongan.ctx, jsonb) is
    'LABA: income, expenses and surplus of the running book year so far, for officers and supervisors';

create or replace function kentongan.cmd_neraca(c kentongan.ctx, a jsonb) returns text
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
    v_sums record;
begin
    c := kentongan.as_acting_officer(c, '{bendahara,ketua,sekretaris,pengawas}');
    if c.member_id is null then
        return 'not_officer';
    end if;
    select coalesce(sum(a.balance) filter (where a.kind = 'cash'), 0)::bigint as cash,
           coalesce(sum(a.balance) filter (where a.kind = 'bank'), 0)::bigint as bank,
           coalesce(sum(a.balance) filter (where k.class = 'asset' and a.kind not in ('cash', 'bank')), 0)::bigint as lent,
           coalesce(-sum(a.balance) filter (where a.kind in ('pokok', 'wajib', 'sukarela')), 0)::bigint as saved,
           coalesce(-sum(a.balance) filter (where k.class = 'liability' and a.kind not in ('pokok', 'wajib', 'sukarela')), 0)::bigint as owed,
           coalesce(-sum(a.balance) filter (where k.class = 'equity'), 0)::bigint as own,
           coalesce(-sum(a.balance) filter (where k.class in ('income', 'expense')), 0)::bigint as surplus
      into v_sums
      from kentongan.accounts a join kentongan.account_kinds k on k.kind = a.kind
     where a.group_id = c.group_id;
    perform kentongan.reply(c, 'neraca', kentongan.group_params(c.group_id) || to_jsonb(v_sums)
        || jsonb_build_object('day', to_char(kentongan.today(c.group_id), 'DD/MM/YY')));
    return 'neraca';
end $$;
comment on function kentongan.cmd_neraca(kentongan.ctx, jsonb) is
    'NERACA: what the group has and owes today, for officers and supervisors; both sides are equal';
