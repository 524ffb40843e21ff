create or replace function kentongan.act_as(p_actor text) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    select set_config('kentongan.actor', 'operator:' || p_actor, true)
$$;
comment on function kentongan.act_as(text) is 'Names the operator in what the audit triggers write in this transaction';

create or replace function kentongan.group_by_code(p_code text) returns kentongan.groups
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups;
begin
    select * into g from kentongan.groups where code = upper(p_code);
    if not found then
        raise exception 'no group has the code %', upper(p_code)
            using errcode = 'KT404', hint = '`kentongan group list` shows them';
    end if;
    return g;
end $$;
comment on function kentongan.group_by_code(text) is 'The group, or KT404 with a hint';

create or replace function kentongan.member_by_number(p_group kentongan.groups, p_number int) returns kentongan.members
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    m kentongan.members;
begin
    select * into m from kentongan.members where group_id = p_group.id and number = p_number;
    if not found then
        raise exception 'group % has no member %', p_group.code, p_number
            using errcode = 'KT404', hint = format('`kentongan member list %s` shows them', p_group.code);
    end if;
    return m;
end $$;
comment on function kentongan.member_by_number(kentongan.groups, int) is 'The member, or KT404 with a hint';

create or replace function kentongan.check_rules(p_settings jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_percent jsonb := p_settings -> 'shu_percent';
begin
    if v_percent is not null
       and (array(select k from jsonb_object_keys(v_percent) k order by k)
              <> '{business,education,officers,reserve,savings,social}'::text[]
            or (select sum(value::numeric) <> 100 or min(value::numeric) < 0 from jsonb_each_text(v_percent))) then
        raise exception 'the surplus''s percentages must be for reserve, savings, business, officers, education and social, and sum to 100'
            using errcode = 'KT400';
    elsif p_settings ? 'quiet_from'
          and kentongan.quiet_length((p_settings ->> 'quiet_from')::time, (p_settings ->> 'quiet_until')::time) > 1200 then
        raise exception 'quiet hours from % until % leave less than four hours to send in',
            p_settings ->> 'quiet_from', p_settings ->> 'quiet_until'
            using errcode = 'KT400', hint = 'At most 20 hours, like 20:00-06:00';
    elsif p_settings ->> 'missed_call' not in ('balance', 'meeting', 'nothing') then
        raise exception 'no answer to missed calls is called %', p_settings ->> 'missed_call'
            using errcode = 'KT400', hint = 'balance, meeting, nothing';
    elsif p_settings ? 'products' and (p_settings -> 'products' = '[]'
                                       or not p_settings -> 'products' <@ '["pokok", "wajib", "sukarela", "arisan"]') then
        raise exception 'no savings are called %', p_settings ->> 'products'
            using errcode = 'KT400', hint = 'One or more of pokok, wajib, sukarela, arisan';
    elsif not kentongan.duties_fit(coalesce((select jsonb_object_agg(key, value) from jsonb_each(p_settings -> 'duties')
                                              where value <> '[]'), '{}')) then
        raise exception 'that is no duty, or no office: %', p_settings ->> 'duties'
            using errcode = 'KT400', hint = 'Duties: receive, withdraw, lend, admit, record, spend, bank, call; offices: bendahara, ketua, sekretaris';
    end if;
    perform kentongan.check_reminders(p_settings);
end $$;
comment on function kentongan.check_rules(jsonb) is 'KT400 where settings make no sense that no constraint of the table would see';

create or replace function kentongan.check_reminders(p_settings jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
    v_kinds text[] := array(select kind from kentongan.reminder_kinds order by sort);
    v_worded text[] := array_remove(v_kinds, 'credit');
    v_kind text;
    v_words text;
    v_field text;
begin
    for v_kind in select jsonb_object_keys(p_settings -> 'reminders') loop
        if v_kind <> all (v_kinds) then
            raise exception 'no reminder is called %', v_kind
                using errcode = 'KT400', hint = 'Reminders: ' || array_to_string(v_kinds, ', ');
        end if;
    end loop;
    for v_kind, v_words in select * from jsonb_each_text(p_settings -> 'reminder_words') loop
        if v_kind <> all (v_worded) then
            raise exception 'no reminder with a wording is called %', v_kind
                using errcode = 'KT400', hint = 'Reminders: ' || array_to_string(v_worded, ', ');
        elsif length(v_words) > 300 then
            raise exception 'the wording has % characters; 300 fit two SMS', length(v_words) using errcode = 'KT400';
        end if;
        v_field := (select f from (select (regexp_matches(v_words, '\{([^{}]*)\}', 'g'))[1] as f) x
                     where f <> all (kentongan.reminder_fields(v_kind)) limit 1);
        if v_field is not null then
            raise exception 'a reminder % has no field {%}', v_kind, v_field
                using errcode = 'KT400', hint = 'Fields: ' || array_to_string(kentongan.reminder_fields(v_kind), ', ');
        end if;
    end loop;
end $$;
comment on function kentongan.check_reminders(jsonb) is
    'KT400, with what there is, where settings name a kind of reminder or a field of one that there isn''t';

create or replace function api.group_add(p_actor text, p_code text, p_name text, p_settings jsonb) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_id bigint;
begin
    perform kentongan.act_as(p_actor);
    if coalesce(p_settings ->> 'timezone', 'Asia/Jakarta') not in (select name from pg_timezone_names) then
        raise exception 'no time zone is called %', p_settings ->> 'timezone'
            using errcode = 'KT400', hint = 'In Indonesia: Asia/Jakarta, Asia/Makassar, Asia/Jayapura';
    end if;
    insert into kentongan.groups (code, name, kind, kecamatan, timezone, lang, legal_number)
    values (upper(p_code), p_name, coalesce(p_settings ->> 'kind', 'kelompok'), coalesce(p_settings ->> 'kecamatan', ''),
            coalesce(p_settings ->> 'timezone', 'Asia/Jakarta'), coalesce(p_settings ->> 'lang', 'id'),
            p_settings ->> 'legal_number')
    returning id into v_id;
    perform kentongan.check_rules(p_settings);
    perform kentongan.set_rules(v_id, jsonb_strip_nulls(p_settings));
    return v_id;
exception when unique_violation then
    raise exception 'a group with the code % exists already', upper(p_code) using errcode = 'KT409';
end $$;
comment on function api.group_add(text, text, text, jsonb) is 'A new group; settings it does not name take their defaults';

create or replace function api.group_set(p_actor text, p_code text, p_settings jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups := kentongan.group_by_code(p_code);
begin
    perform kentongan.act_as(p_actor);
    perform kentongan.check_rules(p_settings);
    perform kentongan.set_rules(g.id, jsonb_strip_nulls(p_settings));
end $$;
comment on function api.group_set(text, text, jsonb) is 'Changes a group''s settings, those that are named; every version is kept';

create or replace function api.group_grade(p_actor text, p_code text, p_kind text, p_legal_number text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
    g kentongan.groups := kentongan.group_by_code(p_code);
begin
    perform kentongan.act_as(p_actor);
    case kentongan.grade_refused(g, p_kind, nullif(p_legal_number, ''))
        when 'naik_step' then
            raise exception 'group % is a %, which can''t become a % now', g.code, g.kind, p_kind
                using errcode = 'KT409', hint = 'One step at a time, never back: kelompok, pra-koperasi, koperasi';
        when 'naik_legal' then
            raise exception 'a koperasi has the number of its registration' using errcode = 'KT400', hint = 'Add --legal-number';
        else
            update kentongan.groups set kind = p_kind, legal_number = coalesce(nullif(p_legal_number, ''), legal_number)
             where id = g.id;
    end case;
end $$;
comment on function api.group_grade(text, text, text, text) is
    'The group grows up one step: kelompok, pra-koperasi, koperasi. Members and ledger stay';

create or replace function api.group_versions(p_code text)
returns table (version int, at timestamptz, changed jsonb, request text, actor text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select v.version, v.at, v.changed, r.code, v.actor
      from kentongan.group_versions v left join kentongan.requests r on r.id = v.request_id
     where v.group_id = (kentongan.group_by_code(p_code)).id
     order by v.version
$$;
comment on function api.group_versions(text) is 'Every version of a group''s kind and rules: column: [old, new], and by which request''s code or operator';

create or replace function api.group_list()
returns table (code text, name text, kind text, kecamatan text, lang text, members bigint, savings bigint, loans bigint,
               pending bigint, cash bigint)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select g.code, g.name, g.kind, g.kecamatan, g.lang::text,
           (select count(*) from kentongan.members m where m.group_id = g.id and m.status = 'active'),
           -coalesce((select sum(balance) from kentongan.accounts a
                       where a.group_id = g.id and kind in ('pokok', 'wajib', 'sukarela', 'arisan')), 0)::bigint,
           coalesce((select sum(balance) from kentongan.accounts a where a.group_id = g.id and kind = 'loan'), 0)::bigint,
           (select count(*) from kentongan.requests r where r.group_id = g.id and r.status = 'pending'),
           coalesce((select sum(balance) from kentongan.accounts a where a.group_id = g.id and kind in ('cash', 'bank')), 0)::bigint
      from kentongan.groups g order by g.code
$$;
comment on function api.group_list() is 'Groups with their totals';
