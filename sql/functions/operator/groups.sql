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
    insert into kentongan.groups (code, name, kind, kecamatan, timezone, lang, second_officer_above, wajib_amount, pending_hours)
    values (upper(p_code), p_name, coalesce(p_settings ->> 'kind', 'kelompok'), coalesce(p_settings ->> 'kecamatan', ''),
            coalesce(p_settings ->> 'timezone', 'Asia/Jakarta'), coalesce(p_settings ->> 'lang', 'id'),
            coalesce((p_settings ->> 'second_officer_above')::bigint, 5000000), (p_settings ->> 'wajib_amount')::bigint,
            (p_settings ->> 'pending_hours')::int)
    returning id into v_id;
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
    update kentongan.groups
       set name = coalesce(p_settings ->> 'name', name), kecamatan = coalesce(p_settings ->> 'kecamatan', kecamatan),
           lang = coalesce(p_settings ->> 'lang', lang),
           second_officer_above = coalesce((p_settings ->> 'second_officer_above')::bigint, second_officer_above),
           smallest_amount = coalesce((p_settings ->> 'smallest_amount')::bigint, smallest_amount),
           largest_amount = coalesce((p_settings ->> 'largest_amount')::bigint, largest_amount),
           wajib_amount = coalesce((p_settings ->> 'wajib_amount')::bigint, wajib_amount),
           pending_hours = coalesce((p_settings ->> 'pending_hours')::int, pending_hours)
     where id = g.id;
end $$;
comment on function api.group_set(text, text, jsonb) is 'Changes a group''s settings; the audit log keeps both values';

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
