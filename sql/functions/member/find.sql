create or replace function kentongan.members_of_phone(p_phone bigint) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(array_agg(m.id order by m.group_id, m.number), '{}')
              from kentongan.member_phones mp join kentongan.members m on m.id = mp.member_id
             where mp.phone_id = p_phone and mp.until is null and m.status = 'active');
end $$;
comment on function kentongan.members_of_phone(bigint) is 'Active members who use this number now';

create or replace function kentongan.sharers(p_member bigint) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return p_member || array(select hers.member_id
                               from kentongan.member_phones mine
                               join kentongan.member_phones hers on hers.phone_id = mine.phone_id and hers.until is null
                              where mine.member_id = p_member and mine.until is null and hers.member_id <> p_member);
end $$;
comment on function kentongan.sharers(bigint) is 'A member and whoever reads the same phone: one pair of eyes';

create or replace function kentongan.phone_of(p_member bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select p.msisdn::text from kentongan.member_phones mp join kentongan.phones p on p.id = mp.phone_id
             where mp.member_id = p_member and mp.until is null);
end $$;
comment on function kentongan.phone_of(bigint) is 'The number that a member''s receipts go to; null where there is none';

create or replace function kentongan.lang_of(p_member bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(m.lang, g.lang)::text from kentongan.members m join kentongan.groups g on g.id = m.group_id
             where m.id = p_member);
end $$;
comment on function kentongan.lang_of(bigint) is 'The member''s language, else the group''s';

create or replace function kentongan.member_params(p_member bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select jsonb_build_object('group', g.code, 'group_name', g.name, 'name', m.short_name, 'number', m.number)
              from kentongan.members m join kentongan.groups g on g.id = m.group_id
             where m.id = p_member);
end $$;
comment on function kentongan.member_params(bigint) is 'What nearly every text says of a member: group, group_name, name, number';

create or replace function kentongan.officer_for(p_group bigint, p_roles text[], p_beneficiary bigint,
                                                 p_not bigint default null) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select o.member_id
              from kentongan.officers o
              join kentongan.members m on m.id = o.member_id and m.status = 'active' and m.blocked_at is null
              join kentongan.member_phones mp on mp.member_id = o.member_id and mp.until is null
             where o.group_id = p_group and o.until is null and o.role = any (p_roles)
               and o.member_id <> p_beneficiary
               and o.member_id is distinct from p_not
               and (m.decide_hold_until is null or m.decide_hold_until <= kentongan.now())
               -- One BLOKIR stops everybody on its phone.
               and not exists (select 1 from kentongan.member_phones sharer
                                 join kentongan.members b on b.id = sharer.member_id and b.blocked_at is not null
                                where sharer.phone_id = mp.phone_id and sharer.until is null)
               -- A phone shared with the beneficiary, or with the first officer, is not another pair of eyes.
               and not exists (select 1 from kentongan.member_phones other
                                where other.member_id in (p_beneficiary, p_not) and other.until is null
                                  and other.phone_id = mp.phone_id)
             -- Who has blocked the beneficiary is the last to be asked about lifting it.
             order by exists (select 1 from kentongan.members b join kentongan.phones p on p.msisdn = b.blocked_by
                               where b.id = p_beneficiary and p.id = mp.phone_id),
                      array_position(p_roles, o.role), o.since, o.id
             limit 1);
end $$;
comment on function kentongan.officer_for(bigint, text[], bigint, bigint) is
    'Who may confirm for this beneficiary, by order of roles: never the beneficiary, never somebody on the same phone, never the officer named last, nobody who is blocked or whose number two officers have just changed';

create or replace function kentongan.role_of(p_member bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return (select role from kentongan.officers where member_id = p_member and until is null
             order by array_position(array['bendahara', 'ketua', 'sekretaris', 'pengawas'], role) limit 1);
end $$;
comment on function kentongan.role_of(bigint) is 'A member''s office, null for none';

create or replace function kentongan.officer_params(p_officer bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
    return jsonb_build_object('officer', (select short_name from kentongan.members where id = p_officer),
                              'role', kentongan.role_of(p_officer));
end $$;
comment on function kentongan.officer_params(bigint) is 'What texts say of the officer who acted or is asked: officer, role';
